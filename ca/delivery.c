/*
 * The event `certificate-delivered` (DIS-6.1-01A).
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
	struct delivery	*d = (struct delivery *)job;

	if (fault == NULL)
		atomic_store(place_of(d->authority, d->certificate),
		    d->certificate);
	free(d);
}

void
authority_delivered(struct authority *authority, int64_t certificate,
    uid_t uid)
{
	struct delivery	*d;
	struct view	*v;
	bool		 known;

	if (atomic_load(place_of(authority, certificate)) == certificate ||
	    !store_reserve_whole(authority->parts->store))
		return;
	v = view_take(authority->parts->store);
	known = events_has(v, certificate, DELIVERED);
	view_put(v);
	if (known) {
		atomic_store(place_of(authority, certificate), certificate);
		return;
	}
	if ((d = calloc(1, sizeof(*d))) == NULL)
		die("out of memory");
	d->job.apply = delivery_apply;
	d->job.done = delivery_done;
	d->authority = authority;
	d->certificate = certificate;
	d->uid = uid;
	commit_submit(authority->parts->committer, &d->job);
}
