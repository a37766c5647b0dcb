/*
 * What a crash or a stop left.
 *
 *	intent open		ask the signer: signed completes it, abandoned
 *				and never begun close it and a fresh one follows
 *	approved, no intent	judged and signed as if just decided
 *	pending			judged again when a gate may answer otherwise
 *
 * What is taken up stands in the table of what is on its way before anybody
 * can drop, so a call that comes again after the crash joins it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority_own.h"
#include "issuance.h"
#include "recording.h"
#include "recovery.h"
#include "tbs.h"
#include "waiting.h"

#define AT_ONCE	64	/* pending ones judged from one reading */

struct found {
	struct authority	*authority;
	struct view		*view;
	struct application	**list;
	size_t			 count, room;
	int64_t			 last;	/* request seen, for the next reading */
};

static void
found_add(struct found *found, struct application *app)
{
	if (found->count == found->room) {
		found->room = found->room == 0 ? 64 : 2 * found->room;
		found->list = realloc(found->list,
		    found->room * sizeof(found->list[0]));
		if (found->list == NULL)
			die("out of memory");
	}
	found->list[found->count++] = app;
}

/* --- intents -------------------------------------------------------------- */

/*
 * Names and subject as they were judged.  The subject is that of the octets:
 * the registration may have moved since.
 */
static int
recall(struct application *app, struct err *e)
{
	struct tbs	tbs;

	application_find_names(app);
	if (tbs_parse(&tbs, SLICE(&app->order.tbs), e) == -1 ||
	    dn_parse(&app->subject, tbs.subject, e) == -1)
		return err_in(e, "what was to be signed");
	return 0;
}

static int
load_intent(struct application *app, struct view *v,
    const struct intent *intent, struct err *e)
{
	struct request	request;

	app->intent = *intent;
	memcpy(app->serial, intent->serial, sizeof(app->serial));
	memcpy(app->tbs_sha256, intent->tbs_sha256, sizeof(app->tbs_sha256));
	app->profile = config_profile(app->authority->config,
	    intent->profile);
	if (intent_tbs(v, intent->id, &app->order.tbs) != 1)
		return err_set(e, EIO, "what was to be signed is gone");
	if (intent->request == 0) {
		app->internal = true;
		app->taken_up = true;
		waiting_key(&app->entry, 0, intent->serial,
		    intent->tbs_sha256);
		return 0;
	}
	if (request_get(v, intent->request, &request) != 1)
		return err_set(e, EIO, "its request is gone");
	if (application_load(app, v, &request, e) == -1)
		return -1;
	application_find(app, v);
	return recall(app, e);
}

static int
find_intent(void *arg, const struct intent *intent)
{
	struct found		*found = arg;
	struct application	*app;
	struct err		 e = { 0 };

	if (intent->kind != SIGN_CERTIFICATE)
		return 0;
	app = application_new(found->authority);
	if (load_intent(app, found->view, intent, &e) == 0) {
		found_add(found, app);
		return 0;
	}
	log_line("intent %lld stays open: %s", (long long)intent->id, e.text);
	application_free(app);
	return 0;
}

static int
find_request(void *arg, const struct request *request)
{
	struct found		*found = arg;
	struct application	*app;
	struct err		 e = { 0 };

	found->last = request->id;
	app = application_new(found->authority);
	if (application_load(app, found->view, request, &e) == 0) {
		found_add(found, app);
	} else {
		log_line("request %lld stays as it is: %s",
		    (long long)request->id, e.text);
		application_free(app);
	}
	return request->state == PENDING && found->count >= AT_ONCE;
}

/* Enters it; false when the same is on its way already. */
static bool
enter(struct application *app, bool registered)
{
	app->entry.registered = registered;
	if (waiting_enter(app->authority->waiting, &app->entry, NULL, NULL, 0,
	    false))
		return true;
	application_free(app);
	return false;
}

int
recovery_run(struct authority *authority, struct err *e)
{
	struct found	intents = { .authority = authority };
	struct found	approved = { .authority = authority };
	struct view	*v;
	size_t		 i;

	v = view_take(authority->parts->store);
	intents.view = approved.view = v;
	intents_open(v, 0, find_intent, &intents);
	requests_in_state(v, APPROVED, 0, find_request, &approved);
	view_put(v);
	for (i = 0; i < intents.count; i++)
		if (enter(intents.list[i], true))
			issuance_recover(intents.list[i]);
	for (i = 0; i < approved.count; i++)
		if (enter(approved.list[i], true))
			issuance_judge_again(approved.list[i]);
	free(intents.list);
	free(approved.list);
	return 0;
}

/* --- pending -------------------------------------------------------------- */

static bool
judge_pending(struct application *app)
{
	struct err	 e = { 0 };
	struct view	*v;
	bool		 moved = false;
	int		 rc;

	if (!enter(app, true))
		return false;
	v = view_take(app->authority->parts->store);
	rc = application_judge(app, v, &e);
	if (rc == 0)
		moved = app->outcome != OUTCOME_PENDING ||
		    record_pending_moved(app, v);
	view_put(v);
	if (rc == -1)
		log_line("request %lld: %s", (long long)app->request.id,
		    e.text);
	if (moved)
		issuance_decide(app);
	else
		application_finish(app, NULL);
	return true;
}

bool
recovery_judge_request(struct authority *authority, int64_t id)
{
	struct application	*app = application_new(authority);
	struct err		 e = { 0 };
	struct request		 request;
	struct view		*v;
	int			 rc;

	v = view_take(authority->parts->store);
	rc = request_get(v, id, &request) != 1 || request.state != PENDING ?
	    0 : 1;
	if (rc == 1)
		rc = application_load(app, v, &request, &e);
	view_put(v);
	if (rc == 0 && e.code == 0 && app->request.id == id)
		return judge_pending(app);
	if (rc == -1)
		log_line("request %lld stays as it is: %s", (long long)id,
		    e.text);
	application_free(app);
	return true;
}

struct judged_job {
	struct job	job;
	int64_t		seq;
};

static int
judged_apply(struct job *job, struct tx *tx, struct err *e)
{
	return meta_set_number(tx, "pending-judged",
	    ((struct judged_job *)job)->seq, e);
}

void
recovery_judge_pending(struct authority *authority)
{
	struct judged_job	 done = { .job.apply = judged_apply };
	struct found		 found = { .authority = authority };
	struct err		 e = { 0 };
	struct view		*v;
	int64_t			 seen;
	size_t			 i;

	v = view_take(authority->parts->store);
	done.seq = meta_number(v, "policy-seq", 0);
	seen = meta_number(v, "pending-judged", -1);
	view_put(v);
	if (done.seq == seen || !store_reserve_whole(authority->parts->store))
		return;
	do {
		found.count = 0;
		v = view_take(authority->parts->store);
		found.view = v;
		requests_in_state(v, PENDING, found.last, find_request,
		    &found);
		view_put(v);
		for (i = 0; i < found.count; i++)
			judge_pending(found.list[i]);
	} while (found.count > 0 && !authority->closing);
	free(found.list);
	if (!authority->closing &&
	    commit_wait(authority->parts->committer, &done.job, &e) == -1)
		log_line("pending requests: %s", e.text);
}
