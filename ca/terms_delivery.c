/*
 * The event `terms-delivered`; see terms_delivery.h.  That it was recorded is
 * remembered in the store by uid and version, so that a restart asks no more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "authority_own.h"
#include "consent.h"
#include "event.h"
#include "store_events.h"
#include "store_registry.h"
#include "terms_delivery.h"

struct terms_read {
	struct job		 job;
	struct authority	*authority;
	int64_t			 subscriber;
	uid_t			 uid;
	const char		*role;
};

static const struct paper *
memory_name(char to[64], const struct config *config, uid_t uid)
{
	const struct paper *terms = config_paper(config, "terms");

	if (terms != NULL)	/* the text may change under one version */
		snprintf(to, 64, "terms-read/%u/%.40s", (unsigned)uid,
		    terms->sha256);
	return terms;
}

int
terms_delivery_record(struct tx *tx, const struct config *config,
    int64_t subscriber, uid_t uid, const char *role, const char *how,
    usec_t *when, struct err *err)
{
	const struct paper *terms;
	struct event *event;
	char name[64];
	int result;

	if ((terms = memory_name(name, config, uid)) == NULL)
		return err_set(err, EIO, "no terms and conditions are in "
		    "force");
	*when = meta_number(tx_view(tx), name, 0);
	if (*when != 0)
		return 0;
	*when = clock_now();
	event = event_new("terms-delivered", DISSEMINATION);
	event_actor(event, uid, role);
	event_requirement(event, "REG-6.3.4-02");
	event_requirement(event, "REG-6.3.4-03");
	event_requirement(event, "OVR-6.3.4-04");
	event_input(event, "terms.txt", terms->text.size, terms->sha256);
	event_outcome(event, "delivered");
	event_detail_number(event, "subscriber", subscriber);
	event_detail(event, "version", terms->version);
	event_detail(event, "how", how);
	result = events_append(tx, event, NULL, err);
	event_free(event);
	return result == -1 ? -1 : meta_set_number(tx, name, *when, err);
}

static int
read_apply(struct job *job, struct tx *tx, struct err *err)
{
	struct terms_read *r = (struct terms_read *)job;
	const struct paper *terms;
	char sha256[SHA256_TEXT];
	usec_t when;

	terms = config_paper(r->authority->config, "terms");
	if (terms == NULL)
		return 0;
	if (documents_put(tx, SLICE(&terms->text), sha256, err) == -1)
		return -1;
	return terms_delivery_record(tx, r->authority->config,
	    r->subscriber, r->uid, r->role, "read", &when, err);
}

static void
read_done(struct job *job, const struct err *fault)
{
	free(job);		/* the next read tries again */
}

/* "subscriber", "subject"; NULL: it is nobody's business of that box. */
static const char *
reader_role(struct view *v, int64_t subscriber, uid_t uid)
{
	struct registration_version r;

	if (subscriber_has_user(v, subscriber, uid))
		return "subscriber";
	return consent_of_subject(v, subscriber, &r) == 1 &&
	    r.subject_uid == uid ? "subject" : NULL;
}

void
terms_were_read(struct authority *authority, int64_t box_id, uid_t uid)
{
	struct terms_read *r;
	struct box box = { 0 };
	const char *role = NULL;
	struct view *v;
	char name[64];

	v = view_take(authority->parts->store);
	if (box_get(v, box_id, &box) == 1 && memory_name(name,
	    authority->config, uid) != NULL && meta_number(v, name, 0) == 0)
		role = reader_role(v, box.subscriber, uid);
	view_put(v);
	if (role == NULL || !store_reserve_whole(authority->parts->store))
		return;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		die("out of memory");
	r->job.apply = read_apply;
	r->job.done = read_done;
	r->job.patient = true;
	r->authority = authority;
	r->subscriber = box.subscriber;
	r->uid = uid;
	r->role = role;
	commit_submit(authority->parts->committer, &r->job);
}
