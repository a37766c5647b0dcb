/*
 * What is dropped: checked when it is complete, registered and decided when
 * its handle is flushed.  A drop of bytes that the slot knows is answered by
 * what became of them; every other one is judged.
 *
 *	known bytes		answer
 *	on their way		waits with the first one (waiting.h)
 *	pending			judged again; recorded only if it moved
 *	approved		taken up
 *	issued, current		the same certificate
 *	in the renewal window	judged: a renewal
 *	rejected, withdrawn,
 *	revoked, expired	judged: a new application
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authority_own.h"
#include "authority_draft.h"
#include "csr_cache.h"
#include "handover.h"
#include "issuance.h"
#include "recording.h"
#include "stop.h"

enum known { KNOWN_NOT, KNOWN_OPEN, KNOWN_ISSUED };
enum course { COURSE_FAULT, COURSE_SAME, COURSE_RETAKE, COURSE_DECIDE };

int
request_is_complete(struct slice bytes, struct err *e)
{
	struct bytes	ber = { 0 };
	int		answer;

	if (!sealed_begins(bytes))
		return csr_is_complete(bytes, e);
	answer = sealed_whole(bytes, &ber, e);
	bytes_free(&ber);
	return answer;
}

int
requests_check(struct authority *authority, struct slice bytes,
    struct err *e)
{
	const struct csr_entry	*entry;
	struct view		*v;
	struct key		 key;
	int			 rc = -1;

	/* What is in a package shows when it is opened, at the flush. */
	if (sealed_begins(bytes) && !signed_request_begins(bytes))
		return 0;
	entry = csr_cache_take(authority->cache, bytes);
	if (entry->csr == NULL) {
		*e = entry->fault;
		goto out;
	}
	if (entry->key_fault.code != 0) {
		*e = entry->key_fault;
		goto out;
	}
	v = view_take(authority->parts->store);
	rc = keys_find(v, entry->csr->spki_sha256, &key) == 1 && key.blocked ?
	    err_set(e, EKEYREJECTED, "this key was reported compromised and is "
	    "never certified again") : 0;
	view_put(v);
out:
	csr_cache_put(authority->cache, entry);
	return rc;
}

/* --- bytes that the slot knows -------------------------------------------- */

static bool
caller_may_act(const struct application *app, struct view *v)
{
	return app->subscriber.id != 0 &&
	    (subscriber_has_user(v, app->subscriber.id, app->uid) ||
	    (app->handover != NULL && authority_is_user(app->authority,
	    &app->handover->ra, app->uid))) &&
	    (app->slot.subscriber == 0 ||
	    app->slot.subscriber == app->subscriber.id);
}

/* Not revoked, not expired, its window not open, its key not blocked. */
static bool
certificate_is_current(const struct application *app, struct view *v,
    const struct certificate *certificate)
{
	const struct profile	*profile;
	struct key		 key;
	usec_t			 window = 0;

	profile = config_profile(app->authority->config,
	    certificate->profile);
	if (profile != NULL)
		window = profile->renew_days * USEC_DAY;
	return certificate->revoked == 0 &&
	    certificate->subscriber == app->subscriber.id &&
	    app->received < certificate->not_after - window &&
	    !(keys_find(v, certificate->spki_sha256, &key) == 1 &&
	    key.blocked);
}

/* Was this certificate made from these very bytes, and does it still count? */
static bool
take_issued(struct application *app, struct view *v, int64_t id)
{
	struct certificate	certificate;
	struct request		request;

	if (id == 0 || certificate_get(v, id, &certificate) != 1 ||
	    request_get(v, certificate.request, &request) != 1 ||
	    strcmp(request.sha256, app->csr->sha256) != 0 ||
	    !certificate_is_current(app, v, &certificate))
		return false;
	app->certificate = certificate;
	app->request = request;
	app->received = request.received;
	app->profile = config_profile(app->authority->config,
	    request.profile);
	return true;
}

static enum known
find_known(struct application *app, struct view *v)
{
	struct request	request;

	if (app->slot.id == 0)
		return KNOWN_NOT;
	if (app->slot.request != 0 &&
	    request_get(v, app->slot.request, &request) == 1 &&
	    strcmp(request.sha256, app->csr->sha256) == 0 &&
	    (request.state == PENDING || request.state == APPROVED)) {
		app->request = request;
		app->received = request.received;
		return KNOWN_OPEN;
	}
	return take_issued(app, v, app->slot.certificate) ? KNOWN_ISSUED :
	    KNOWN_NOT;
}

/* Does the slot show this very file, and this very request? */
static bool
slot_is_same(const struct application *app)
{
	return app->slot.file == app->file &&
	    app->slot.request == app->request.id &&
	    strcmp(app->slot.sha256, application_sha256(app)) == 0 &&
	    strcmp(app->slot.file_name, app->file_name) == 0;
}

/* --- the slot shows it again ---------------------------------------------- */

/* Withdrawn since it was looked at: there is nothing to show again. */
static bool
is_withdrawn(const struct application *app, struct view *v)
{
	struct request	now;

	return request_get(v, app->request.id, &now) != 1 ||
	    now.state != app->request.state;
}

static int
retake_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct application	*app = (struct application *)job;

	app->gone = is_withdrawn(app, tx_view(tx));
	return app->gone ? 0 : record_retaken(app, tx, e);
}

static void
retake_done(struct job *job, const struct err *fault)
{
	struct application	*app = (struct application *)job;

	if (fault != NULL)
		application_finish(app, fault);
	else if (app->gone)
		issuance_decide_anew(app);
	else
		issuance_end(app, app->request.state == ISSUED);
}

static void
retake(struct application *app)
{
	app->job.apply = retake_apply;
	app->job.done = retake_done;
	commit_submit(app->authority->parts->committer, &app->job);
}

/* --- a drop --------------------------------------------------------------- */

static enum course
consider_known(struct application *app, struct view *v, enum known known,
    struct err *e)
{
	enum request_state	state = app->request.state;

	if (known == KNOWN_ISSUED)
		return slot_is_same(app) && record_status_is(app, v, ISSUED) ?
		    COURSE_SAME : COURSE_RETAKE;
	if (application_judge_found(app, v, e) == -1)
		return COURSE_FAULT;
	if (state != PENDING || app->outcome != OUTCOME_PENDING ||
	    record_pending_moved(app, v))
		return COURSE_DECIDE;
	return slot_is_same(app) && record_status_is(app, v, PENDING) ?
	    COURSE_SAME : COURSE_RETAKE;
}

static enum course
consider(struct application *app, struct view *v, struct err *e)
{
	enum known	known = KNOWN_NOT;

	application_find(app, v);
	if (app->unreadable)
		return COURSE_DECIDE;
	/* A package that was not seen before is a new application always. */
	if (caller_may_act(app, v) &&
	    (app->handover == NULL || app->handover->row.id != 0))
		known = find_known(app, v);
	if (known != KNOWN_NOT)
		return consider_known(app, v, known, e);
	return application_judge_found(app, v, e) == -1 ? COURSE_FAULT :
	    COURSE_DECIDE;
}

static void
submit(struct application *app)
{
	struct authority	*authority = app->authority;
	struct view		*v;
	struct err		 e = { 0 };
	enum course		 course;

	application_expect(app, true);
	v = view_take(authority->parts->store);
	course = consider(app, v, &e);
	view_put(v);
	if ((course == COURSE_DECIDE || course == COURSE_RETAKE) &&
	    (!authority->recorded ||
	    !store_reserve_whole(authority->parts->store))) {
		err_set(&e, ENOSPC, "evidence cannot be written: nothing is "
		    "decided until there is room for it");
		course = COURSE_FAULT;
	}
	stop_at("core.judged");
	if (course == COURSE_FAULT)
		application_finish(app, &e);
	else if (course == COURSE_SAME)
		application_finish(app, NULL);
	else if (course == COURSE_RETAKE)
		retake(app);
	else
		issuance_decide(app);
}

void
requests_submit(struct authority *authority, const struct drop *drop,
    bool gates_only, drop_done *done, void *arg)
{
	struct application	*app;

	stop_at("core.received");
	app = application_new(authority);
	application_drop(app, drop);
	/* Nothing of a package is on disk before the signer opened it. */
	if (handover_is_package(app->file_name))
		err_set(&app->entry.give_up, EAGAIN, "the key handover is not "
		    "available just now: drop it again");
	if (!waiting_enter(authority->waiting, &app->entry, done, arg,
	    authority->config->wait, gates_only))
		application_free(app);
	else if (handover_is_package(app->file_name))
		handover_begin(app, submit);
	else
		submit(app);
}
