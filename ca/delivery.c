/*
 * The event `certificate-delivered` (DIS-6.1-01A).  Who reads does not wait for
 * it, and it goes with what else is committed in these 100 ms.
 */
#include <stdlib.h>

#include "authority_own.h"
#include "event.h"
#include "store_certificates.h"
#include "store_events.h"

#define DELIVERED	"certificate-delivered"

struct delivery {
	struct job		 job;
	struct authority	*authority;
	int64_t			 certificate;
	uid_t			 uid;
};

static atomic_int_fast64_t *
place_of(struct authority *authority, int64_t certificate)
{
	return &authority->deliveries.known[(uint64_t)certificate %
	    DELIVERIES];
}

static const char *
role_word(const struct authority *authority, uid_t uid)
{
	unsigned	roles = 0;

	if (authority->parts->roles_of != NULL)
		roles = authority->parts->roles_of(uid);
	if ((roles & ROLE_RA) != 0)
		return "ra";
	return (roles & ROLE_AUDITOR) != 0 ? "auditor" : "subscriber";
}

static int
delivery_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct delivery		*d = (struct delivery *)job;
	struct certificate	 c;
	struct event		*event;
	int			 rc;

	if (certificate_get(tx_view(tx), d->certificate, &c) != 1 ||
	    events_has(tx_view(tx), d->certificate, DELIVERED))
		return 0;
	event = event_new(DELIVERED, DISSEMINATION);
	event_actor(event, d->uid, role_word(d->authority, d->uid));
	event_certificate(event, c.id, c.serial, c.sha256, c.spki_sha256, "");
	event_requirement(event, "DIS-6.1-01A");
	event_requirement(event, "OVR-6.4.5-07A");
	event_outcome(event, "delivered");
	rc = events_append(tx, event, NULL, e);
	event_free(event);
	return rc;
}

static void
delivery_done(struct job *job, const struct err *fault)
{
	struct delivery		*d = (struct delivery *)job;
	int_fast64_t		 noted = d->certificate;

	if (fault != NULL)	/* the next read tries again */
		atomic_compare_exchange_strong(place_of(d->authority,
		    d->certificate), &noted, 0);
	free(d);
}

void
authority_delivered(struct authority *authority, int64_t certificate,
    uid_t uid)
{
	struct delivery	*d;

	if (atomic_load(place_of(authority, certificate)) == certificate ||
	    !store_reserve_whole(authority->parts->store) ||
	    atomic_exchange(place_of(authority, certificate), certificate) ==
	    certificate)
		return;
	if ((d = calloc(1, sizeof(*d))) == NULL)
		die("out of memory");
	d->job.apply = delivery_apply;
	d->job.done = delivery_done;
	d->job.patient = true;
	d->job.repeatable = true;
	d->authority = authority;
	d->certificate = certificate;
	d->uid = uid;
	commit_submit(authority->parts->committer, &d->job);
}
