/*
 * The road from a judged application to its certificate.
 *
 *	issuance_decide    job 1: decision, for an approved one the intent
 *	sign               order to the signer
 *	take_answer        certificate put together and read again
 *	close_intent       job 2: the result, or why there is none
 *	publish            names are told, who waits is answered
 *
 * Whatever fails before job 1 is committed is answered as a fault and nothing
 * of it exists.  After that only a result or its end closes the intent, so job
 * 2 is tried until it is committed.  (The order is that of the Boulder issuance
 * cycle: what will be signed is on disk and linted before it is signed.)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authority_own.h"
#include "handover.h"
#include "receipts.h"
#include "issuance.h"
#include "paths.h"
#include "recording.h"
#include "stop.h"
#include "twin.h"

#define RETRY_RESULT	USEC
#define RETRY_SIGNING	(2 * USEC)
#define RETRY_MOST	(60 * USEC)

static void	sign(struct application *);
static void	close_intent(struct application *);

/* --- later ---------------------------------------------------------------- */

static void
again_judge(struct retry *retry)
{
	issuance_judge_again(application_of_retry(retry));
}

static void
again_decide(struct retry *retry)
{
	issuance_decide(application_of_retry(retry));
}

static void
again_close(struct retry *retry)
{
	close_intent(application_of_retry(retry));
}

static void
later(struct application *app, usec_t delay, void (*again)(struct retry *))
{
	application_expect(app, false);
	retries_put(app->authority->retries, &app->retry, delay, again);
}

/* --- telling -------------------------------------------------------------- */

/* NAME.crt first, the event second: the herald calls out the first two. */
static void
announce(struct application *app, bool issued, void (*done)(void *),
    void *arg)
{
	struct publication_sink	*sink = app->authority->parts->sink;
	char			 text[7][PATH_TEXT];
	const char		*paths[7];
	size_t			 n = 0;

	if (issued && !app->internal)
		path_slot(text[n++], app->box_path, app->slot_name, ".crt");
	if (app->event_seq != 0)
		path_event(text[n++], app->event_seq, app->event_time,
		    app->event_name);
	if (!app->internal)
		path_slot(text[n++], app->box_path, app->slot_name,
		    ".status");
	if (app->dossier_is_new)
		snprintf(text[n++], PATH_TEXT, "ra/pending/%lld/",
		    (long long)app->dossier);
	if (issued)
		path_serial(text[n++], app->certificate.serial);
	if (issued && app->predecessor.id != 0)
		path_successor(text[n++], app->predecessor.serial);
	if (issued && app->certificate.published != 0)
		path_public(text[n++], app->certificate.serial);
	for (size_t i = 0; i < n; i++)
		paths[i] = text[i];
	if (sink != NULL && n > 0)
		sink->changed(sink, paths, n, done, arg);
	else if (done != NULL)
		done(arg);
}

/* --- job 1: the decision -------------------------------------------------- */

/* Withdrawn or superseded while it was on its way: nothing to decide. */
static bool
is_gone(const struct application *app, struct view *v)
{
	struct request	now;

	return app->request.id != 0 &&
	    (request_get(v, app->request.id, &now) != 1 ||
	    (now.state != PENDING && now.state != APPROVED));
}

static int
decide_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct application	*app = (struct application *)job;
	struct view		*v = tx_view(tx);

	app->request = app->before.request;
	app->dossier = app->before.dossier;
	app->dossier_is_new = app->before.dossier_is_new;
	app->gone = is_gone(app, v);
	if (app->gone)
		return 0;
	if (app->handover != NULL)
		handover_recheck(app, v);
	if (!app->unreadable && !application_is_as_judged(app, v) &&
	    application_judge(app, v, e) == -1)
		return -1;
	return record_decision(app, tx, e);
}

static void
told_end(void *arg)
{
	struct application	*app = arg;

	application_finish(app, app->fault.code != 0 ? &app->fault : NULL);
}

void
issuance_tell(struct application *app)
{
	announce(app, false, NULL, NULL);
}

/*
 * A name the kernel may know leads to the old content until it was told, so
 * who waits is answered behind that.  A rename is not: the kernel holds the
 * folder's lock for it, which the telling needs, and it was answered at the
 * decision.
 */
void
issuance_end(struct application *app, bool issued)
{
	waiting_registered(app->authority->waiting, &app->entry,
	    app->fault.code != 0 ? &app->fault : NULL);
	if (app->names_known) {
		announce(app, issued, told_end, app);
		return;
	}
	announce(app, issued, NULL, NULL);
	told_end(app);
}

static void
decide_done(struct job *job, const struct err *fault)
{
	struct application	*app = (struct application *)job;

	if (fault != NULL && app->taken_up) {
		later(app, RETRY_RESULT, again_judge);
		return;
	}
	if (fault == NULL && app->gone && !app->taken_up) {
		issuance_decide_anew(app);
		return;
	}
	if (fault != NULL || app->gone) {
		application_finish(app, fault);
		return;
	}
	if (app->handover != NULL && app->handover->row.id != 0)
		receipts_sign(app->authority->receipts,
		    app->handover->row.id);
	if (app->outcome != OUTCOME_APPROVED) {
		stop_at("core.refusal-or-dossier-committed");
		issuance_end(app, false);
		return;
	}
	stop_at("core.intent-committed");
	/* From here on it is in the store, whatever becomes of this process. */
	app->taken_up = true;
	waiting_registered(app->authority->waiting, &app->entry, NULL);
	if (!app->authority->parts->signing->ready(
	    app->authority->parts->signing, app->intent.key)) {
		application_expect(app, false);
		announce(app, false, NULL, NULL);
	}
	sign(app);
}

void
issuance_decide(struct application *app)
{
	application_expect(app, true);
	record_prepare(app);
	app->before.request = app->request;
	app->before.dossier = app->dossier;
	app->before.dossier_is_new = app->dossier_is_new;
	/* The package of an external RA carries ids over. */
	app->job.repeatable = app->handover == NULL;
	app->job.apply = decide_apply;
	app->job.done = decide_done;
	commit_submit(app->authority->parts->committer, &app->job);
}

void
issuance_decide_anew(struct application *app)
{
	memset(&app->request, 0, sizeof(app->request));
	app->received = clock_now();
	application_forget_judgement(app);
	issuance_decide(app);
}

void
issuance_judge_again(struct application *app)
{
	struct err	 e = { 0 };
	struct view	*v;
	int		 rc;

	v = view_take(app->authority->parts->store);
	rc = application_judge(app, v, &e);
	view_put(v);
	if (rc == 0) {
		issuance_decide(app);
		return;
	}
	log_line("request %lld: %s", (long long)app->request.id, e.text);
	later(app, RETRY_MOST, again_judge);
}

/* --- the signature -------------------------------------------------------- */

/* The certificate, read again; or what is wrong with it. */
static int
take_certificate(struct application *app, struct slice signature,
    struct err *e)
{
	struct slice	tbs = SLICE(&app->order.tbs);
	struct approved	approved;

	bytes_clear(&app->der);
	if (certificate_assemble(tbs, signature, &app->der, e) == -1)
		return -1;
	application_approved(app, &approved);
	if (certificate_reread(SLICE(&app->der), tbs, &approved,
	    app->authority->config, e) == -1)
		return -1;
	return certificate_facts(SLICE(&app->der), &app->facts, e);
}

static void
take_answer(struct sign_order *order, const struct sign_answer *answer)
{
	struct application	*app = application_of_order(order);
	struct err		 e = { 0 };

	if (app->authority->closed)
		return;
	app->answer = answer->outcome;
	app->journal = answer->journal;
	snprintf(app->reason, sizeof(app->reason), "%s", answer->reason);
	if (app->answer == SIGNED) {
		app->reason[0] = '\0';
		stop_at("core.signed");
		if (take_certificate(app, answer->signature, &e) == -1) {
			/* What came out cannot be used: as good as lost. */
			app->answer = ABANDONED;
			snprintf(app->reason, sizeof(app->reason), "%.299s",
			    e.text);
		}
		stop_at("core.reread");
	}
	close_intent(app);
}

static void
order_submit(struct application *app, bool recover)
{
	struct sign_order	*order = &app->order;
	struct signing		*signing = app->authority->parts->signing;

	order->kind = SIGN_CERTIFICATE;
	snprintf(order->key, sizeof(order->key), "%s", app->intent.key);
	order->intent = app->intent.id;
	order->recover = recover;
	order->done = take_answer;
	order->next = NULL;
	signing->submit(signing, order);
}

static void
sign(struct application *app)
{
	bytes_take(&app->order.tbs, &app->tbs);
	order_submit(app, false);
}

void
issuance_recover(struct application *app)
{
	order_submit(app, true);
}

/* --- job 2: the result ---------------------------------------------------- */

/* What has become known of the key since it was judged; NULL: nothing. */
static const char *
fault_of_key(const struct application *app, struct view *v)
{
	struct key	key;

	if (keys_find(v, app->facts.spki_sha256, &key) != 1)
		return NULL;
	if (key.blocked)
		return "the key was reported compromised while it was being "
		    "certified";
	if (!app->internal && gate_key_is_of_another(v, key.id,
	    app->request.subscriber))
		return "another subscriber's certificate of the same key came "
		    "first";
	return NULL;
}

/*
 * Of several that were judged at the same moment the first counts, also when
 * a crash came between: to the others it is what the profile forbids them to
 * follow.  Only such a profile has anything compared here.  One that was there
 * already was judged: with it nothing is approved.
 */
static int
fault_of_twin(struct application *app, struct view *v, const char **fault,
    struct err *e)
{
	if (app->internal)
		return 0;
	if (twin_find(app, v, clock_now(), e) == -1)
		return -1;
	if (app->twin.certificate.id != 0)
		*fault = "another certificate of the same key, which this "
		    "would be a change of, came first";
	return 0;
}

/* A certificate whose key has a fault by now is never handed out. */
static int
close_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct application	*app = (struct application *)job;
	const char		*fault = NULL;

	app->event_seq = 0;
	if (app->answer == SIGNED)
		fault = fault_of_key(app, tx_view(tx));
	if (app->answer == SIGNED && fault == NULL &&
	    fault_of_twin(app, tx_view(tx), &fault, e) == -1)
		return -1;
	if (fault != NULL) {
		app->answer = ABANDONED;
		snprintf(app->reason, sizeof(app->reason), "%s", fault);
	}
	return app->answer == SIGNED ? record_issued(app, tx, e) :
	    record_unsigned(app, tx, e);
}

static void
published(void *arg)
{
	stop_at("core.published");
	application_finish(arg, NULL);
}

/* As with a decision: only names the kernel may know have to be waited for. */
static void
publish(struct application *app)
{
	stop_at("core.result-committed");
	/* What it follows may be due at once. */
	if (app->predecessor.id != 0)
		authority_revoke_decided(app->authority);
	if (app->names_known && !app->internal) {
		announce(app, true, published, app);
		return;
	}
	announce(app, true, NULL, NULL);
	published(app);
}

/* A fresh intent under a fresh judgement; slower when it happens again. */
static void
sign_again(struct application *app)
{
	usec_t	delay;

	application_forget_judgement(app);
	app->failures++;
	if (app->failures == 1) {
		issuance_decide(app);
		return;
	}
	delay = RETRY_SIGNING << (app->failures < 6 ? app->failures - 2 : 4);
	later(app, delay < RETRY_MOST ? delay : RETRY_MOST, again_decide);
}

static void
close_unsigned(struct application *app)
{
	const struct authority_parts	*parts = app->authority->parts;

	if (app->answer == ABANDONED && parts->revoked != NULL)
		parts->revoked(parts->revoked_arg);
	if (app->answer == REFUSED) {
		issuance_end(app, false);
		return;
	}
	announce(app, false, NULL, NULL);
	if (app->internal) {
		err_set(&app->fault, EIO, "the signing of %s was lost: %s",
		    app->intent.serial, app->reason);
		application_finish(app, &app->fault);
		return;
	}
	sign_again(app);
}

static void
close_done(struct job *job, const struct err *fault)
{
	struct application	*app = (struct application *)job;

	if (fault != NULL) {
		log_line("intent %lld: the result could not be recorded and is "
		    "kept for later: %s", (long long)app->intent.id,
		    fault->text);
		later(app, RETRY_RESULT, again_close);
		return;
	}
	if (app->answer == SIGNED)
		publish(app);
	else
		close_unsigned(app);
}

static void
close_intent(struct application *app)
{
	app->job.repeatable = true;
	app->job.apply = close_apply;
	app->job.done = close_done;
	commit_submit(app->authority->parts->committer, &app->job);
}
