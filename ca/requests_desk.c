/*
 * What is asked about the boxes beside a drop: who may drop at all, taking a
 * request back, and what lay under a request's name and was none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority_draft.h"
#include "authority_own.h"
#include "dossier.h"
#include "event.h"
#include "handover.h"
#include "issuance.h"
#include "recording.h"
#include "store_events.h"

/* --- who may drop --------------------------------------------------------- */

static int
admit_caller(struct authority *authority, struct view *v,
    const struct box *box, uid_t uid, struct err *e)
{
	struct subscriber	subscriber;
	int			found;

	if (box->subscriber != 0)
		return subscriber_has_user(v, box->subscriber, uid) ? 0 :
		    err_set(e, EACCES, "uid %u is not among those who may act "
		    "for this subscriber", (unsigned)uid);
	found = subscriber_of_user(v, uid, &subscriber);
	if (found == 1 || (found == 0 && authority_has_user(authority, v,
	    uid)))
		return 0;
	return found > 1 ? err_set(e, EACCES, "uid %u acts for several "
	    "subscribers: use the box of the one that is meant",
	    (unsigned)uid) : err_set(e, EACCES, "uid %u acts for no "
	    "registered subscriber", (unsigned)uid);
}

/* An attempt at a box is an event, at most one a minute for each uid. */
struct access_job {
	struct job	 job;
	uid_t		 uid;
	int64_t		 box;
	const char	*role, *rule;
	struct err	 why;
};

static int
access_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct access_job	*access = (struct access_job *)job;
	struct event		*event;
	int			 rc;

	event = event_new("access-refused", REGISTRATION);
	event_actor(event, access->uid, access->role);
	record_requirements(event, "OVR-6.4.5-02 REG-6.3.2-01");
	event_outcome(event, "refused");
	event_detail_number(event, "box", access->box);
	event_rule(event, access->rule, "no", access->why.text);
	rc = events_append(tx, event, NULL, e);
	event_free(event);
	return rc;
}

static void
record_access(struct authority *authority, int64_t box, uid_t uid,
    bool admitted, const struct err *why)
{
	struct access_job	access = {
		.job.apply = access_apply, .uid = uid, .box = box,
		.role = admitted ? "subscriber" : "none",
		.rule = admitted ? "open-requests" : "caller-may-act",
		.why = *why
	};
	struct err		e = { 0 };

	if (access_log_due(&authority->access_log, uid, clock_steady()) &&
	    commit_wait(authority->parts->committer, &access.job, &e) == -1)
		log_line("uid %u was refused: not recorded: %s",
		    (unsigned)uid, e.text);
}

int
requests_admit(struct authority *authority, int64_t id, uid_t uid,
    struct err *e)
{
	const int	 most = authority->config->open_requests_max;
	struct view	*v;
	struct box	 box;
	bool		 admitted = false;
	int		 rc;

	v = view_take(authority->parts->store);
	if (box_get(v, id, &box) != 1) {
		view_put(v);
		return err_set(e, EACCES, "there is no such box");
	}
	if ((rc = admit_caller(authority, v, &box, uid, e)) == 0) {
		admitted = true;
		if (requests_open_in_box(v, id) >= most)
			rc = err_set(e, EDQUOT, "%d requests are open in this "
			    "box, more are not taken", most);
	}
	view_put(v);
	if (rc == -1)
		record_access(authority, id, uid, admitted, e);
	return rc;
}

/* --- taking back ---------------------------------------------------------- */

struct withdrawal {
	struct job	 job;
	struct authority *authority;
	int64_t		 slot;
	uid_t		 uid;
};

static int
withdraw_request(const struct withdrawal *w, struct tx *tx,
    const struct slot *slot, struct err *e)
{
	struct request	 request;
	struct event	*event;
	struct box	 box = { 0 };
	int		 rc;

	if (slot->request == 0 ||
	    request_get(tx_view(tx), slot->request, &request) != 1 ||
	    request.state != PENDING)
		return 0;
	request.state = WITHDRAWN;
	if (request_put(tx, &request, e) == -1 ||
	    dossier_close_request(tx, request.id, true, "its owner removed "
	    "the request", e) == -1)
		return -1;
	box_get(tx_view(tx), slot->box, &box);
	event = event_new("request-withdrawn", REGISTRATION);
	event_actor(event, w->uid, "subscriber");
	record_slot(event, request.id, &box, slot->id);
	record_requirements(event, "REG-6.4.5-03");
	event_outcome(event, "withdrawn");
	event_detail(event, "why", "its file was removed");
	rc = events_append(tx, event, NULL, e);
	event_free(event);
	return rc;
}

/* Whoever acts for the subscriber; its package, a user of the external RA. */
static bool
may_withdraw(const struct withdrawal *w, struct view *v,
    const struct slot *slot)
{
	return subscriber_has_user(v, slot->subscriber, w->uid) ||
	    (slot->uid == w->uid && handover_is_package(slot->file_name) &&
	    authority_has_user(w->authority, v, w->uid));
}

static int
withdraw_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct withdrawal	*w = (struct withdrawal *)job;
	struct slot		 slot;

	if (slot_get(tx_view(tx), w->slot, &slot) != 1)
		return err_set(e, ENOENT, "there is no such request");
	if (slot.subscriber != 0 && !may_withdraw(w, tx_view(tx), &slot))
		return err_set(e, EACCES, "uid %u does not act for the "
		    "subscriber of this request", (unsigned)w->uid);
	if (withdraw_request(w, tx, &slot, e) == -1)
		return -1;
	slot.sha256[0] = '\0';
	slot.size = 0;
	slot.file = 0;
	return slot_put(tx, &slot, e);
}

int
requests_withdraw(struct authority *authority, int64_t slot, uid_t uid,
    struct err *e)
{
	struct withdrawal	w = {
		.job.apply = withdraw_apply, .authority = authority,
		.slot = slot, .uid = uid
	};

	return commit_wait(authority->parts->committer, &w.job, e);
}

/* --- what was no request -------------------------------------------------- */

static int
junk_apply(struct job *job, struct tx *tx, struct err *e)
{
	return record_decision((struct application *)job, tx, e);
}

/*
 * What reads as a request and was refused all the same (a weak key) is judged,
 * so that its event has every gate; anything else has only the reason.
 */
static int
judge_junk(struct application *app, const struct err *why, struct err *e)
{
	struct view	*v;
	int		 rc = 0;

	v = view_take(app->authority->parts->store);
	if (app->unreadable)
		application_find(app, v);
	else
		rc = application_judge(app, v, e);
	view_put(v);
	if (!app->unreadable && app->outcome == OUTCOME_REFUSED)
		return rc;
	app->unreadable = true;
	app->outcome = OUTCOME_REFUSED;
	memset(&app->verdict, 0, sizeof(app->verdict));
	app->fault = *why;
	return rc;
}

int
requests_record_junk(struct authority *authority, const struct drop *drop,
    const struct err *why, struct err *e)
{
	struct application	*app;
	int			 rc;

	app = application_new(authority);
	application_drop(app, drop);
	rc = judge_junk(app, why, e);
	if (rc == 0) {
		app->job.apply = junk_apply;
		rc = commit_wait(authority->parts->committer, &app->job, e);
	}
	if (rc == 0)
		issuance_tell(app);
	application_free(app);
	return rc;
}
