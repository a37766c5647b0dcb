/*
 * OCSP answers, many at a time: one commit for their intents, one batch for
 * the signer, one commit for the results.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/counters.h"
#include "../ca/store_status.h"
#include "../ca/text.h"
#include "answers.h"
#include "case_text.h"
#include "ocsp_status.h"
#include "sign_batch.h"

#define KEY	"ocsp"

struct work {
	struct answer_order *order;
	struct ocsp_ids	   ids;
	struct ocsp_single singles[OCSP_IDS_MOST];
	struct bytes	   tbs, der;
	struct intent	   intent;
	size_t		   at;		/* in the batch */
};

struct batch {
	struct job	   job;		/* first: the job is the batch */
	const struct desk *desk;
	const struct signatory *responder;
	struct answer_list *list;
	struct ocsp_frame  frame;
	struct work	  *works;
	size_t		   count;
	struct sign_batch *signing;
	struct err	  *why;		/* of those without an answer */
	bool		   all_kept;
};

/* --- from the store ------------------------------------------------------ */

/* Asked of what was issued, not of a CRL (open-eidas audit finding O-1). */
static int
look(struct view *view, const struct work *work, struct ocsp_single *to)
{
	for (size_t i = 0; i < work->ids.count; i++) {
		if (ocsp_status(view, &work->ids.id[i], &to[i]) == 1)
			continue;
		if (!work->order->unknown)
			return 0;
		to[i].never = true;
	}
	return 1;
}

static void
build(struct batch *b)
{
	usec_t life = b->desk->parts->config->ocsp_next_update;
	struct view *view = view_take(b->desk->parts->store);
	struct answer_order *order;
	struct ocsp_frame frame;
	struct work *work;

	if (b->desk->parts->config->ocsp_archive_cutoff)
		b->frame.archive_cutoff =
		    signatory_not_before(b->desk->issuing);
	b->frame.responder = b->responder;
	b->frame.this_update = clock_now() / USEC * USEC;
	b->frame.next_update = b->frame.this_update + life;
	/* An answer is worth nothing behind its signer's certificate. */
	if (b->frame.next_update > signatory_not_after(b->responder))
		b->frame.next_update = signatory_not_after(b->responder);
	for (size_t i = 0; i < b->list->order_count; i++) {
		order = &b->list->orders[i];
		work = &b->works[b->count];
		work->order = order;
		order->answer = 0;
		order->outdated = false;
		if (ocsp_ids_decode(SLICE(&order->ids), &work->ids) != 0 ||
		    look(view, work, work->singles) != 1)
			continue;
		frame = b->frame;
		frame.nonce = order->nonce;
		ocsp_put_data(&work->tbs, &frame, work->singles,
		    work->ids.count);
		b->count++;
	}
	view_put(view);
}

static int
apply_intents(struct job *job, struct tx *tx, struct err *err)
{
	struct batch *b = (struct batch *)job;
	struct intent *intent;

	for (size_t i = 0; i < b->count; i++) {
		intent = &b->works[i].intent;
		*intent = (struct intent){ .kind = SIGN_OCSP, .key = KEY,
		    .time = clock_now() };
		sha256_text(intent->tbs_sha256, SLICE(&b->works[i].tbs));
		if (intent_put(tx, intent, SLICE(&b->works[i].tbs), err) != 0)
			return -1;
	}
	return 0;
}

static int
sign(struct batch *b, struct bell *bell, struct err *err)
{
	struct work *work;

	b->signing = sign_batch_new(b->desk->parts->signing, b->count);
	for (size_t i = 0; i < b->count; i++) {
		work = &b->works[i];
		work->at = sign_batch_add(b->signing, SIGN_OCSP, KEY,
		    work->intent.id, &work->tbs);
	}
	if (sign_batch_run(b->signing, bell) != 0)
		return err_set(err, EAGAIN, "interrupted");
	return 0;
}

/* The answer's octets; they stay empty when there is none to be kept. */
static void
assemble(struct batch *b, struct work *work)
{
	const struct sign_answer *answer =
	    sign_batch_answer(b->signing, work->at);
	struct slice tbs = sign_batch_tbs(b->signing, work->at);

	if (answer->outcome == REFUSED) {
		err_set(b->why, EKEYREJECTED, "the signer refuses an OCSP "
		    "answer: %s", answer->reason);
		return;
	}
	if (answer->outcome != SIGNED) {
		err_set(b->why, ENOKEY,
		    "the signature of an OCSP answer was begun and lost");
		return;
	}
	ocsp_assemble(&work->der, tbs, b->responder, answer->signature);
	if (ocsp_reread(SLICE(&work->der), tbs, b->responder, b->why) != 0)
		bytes_clear(&work->der);
	else
		counter_add(COUNT_OCSP_SIGNED, 1);
}

/* --- to the store -------------------------------------------------------- */

/* Is what was signed still so?  A revocation may have come meanwhile. */
static bool
is_still_so(struct view *view, const struct work *work)
{
	struct ocsp_single now[OCSP_IDS_MOST];

	if (look(view, work, now) != 1)
		return false;
	for (size_t i = 0; i < work->ids.count; i++)
		if (now[i].revoked != work->singles[i].revoked ||
		    now[i].never != work->singles[i].never ||
		    now[i].reason != work->singles[i].reason)
			return false;
	return true;
}

static void
fill_event(struct event *event, const void *arg)
{
	const struct work *work = arg;
	char digest[SHA256_TEXT];

	for (size_t i = 0; i < work->ids.count; i++)
		event_detail(event, i == 0 ? "serial" : "another-serial",
		    work->ids.id[i].serial);
	event_detail(event, "status", work->singles[0].never ?
	    "never-issued" : work->singles[0].revoked != 0 ? "revoked" :
	    "good");
	if (work->order->nonce.size > 0)
		event_detail(event, "for", "one question, with its nonce");
	else if (work->order->once)
		event_detail(event, "for", "one question");
	if (work->der.size > 0) {	/* not kept: no input document */
		sha256_text(digest, SLICE(&work->der));
		event_detail(event, "answer-sha256", digest);
	}
}

/* How an intent ends, by what became of it. */
static const char *
ending(const struct batch *b, const struct work *work, bool kept)
{
	enum sign_outcome outcome =
	    sign_batch_answer(b->signing, work->at)->outcome;

	if (kept)
		return "done";
	if (outcome == REFUSED)
		return "refused";
	if (outcome != SIGNED)
		return "abandoned";
	return work->order->outdated ? "outdated" : "unusable";
}

static int
apply_answer(struct batch *b, struct work *work, struct tx *tx,
    struct err *err)
{
	struct ocsp_answer answer = {
		.this_update = b->frame.this_update,
		.next_update = b->frame.next_update, .size = work->der.size
	};
	struct signature_event event = {
		.name = "ocsp-answer-signed",
		.requirements = "OVR-6.6.3-01 CSS-6.3.10-03 CSS-6.3.10-08",
		.intent = &work->intent, .by = b->responder,
		.answer = sign_batch_answer(b->signing, work->at),
		.fill = fill_event, .arg = work
	};
	bool kept = work->der.size > 0 && is_still_so(tx_view(tx), work);

	work->order->outdated = work->der.size > 0 && !kept;
	b->all_kept = b->all_kept && kept;
	memcpy(answer.serial, work->ids.id[0].serial, sizeof answer.serial);
	if (ocsp_ids_is_usual(&work->ids))
		answer.form = work->ids.id[0].hash == OCSP_SHA1 ?
		    OCSP_FORM_SHA1 : OCSP_FORM_SHA256;
	if (kept && !work->order->once && ocsp_put(tx,
	    SLICE(&work->order->ids), &answer, SLICE(&work->der), err) != 0)
		return -1;
	work->order->answer = kept ? answer.id : 0;
	work->order->next_update = b->frame.next_update;
	event.outcome = ending(b, work, kept);
	if (intent_close(tx, work->intent.id, event.outcome, err) != 0)
		return -1;
	return signature_event(tx, &event, err);
}

static int
mark(const struct answer_mark *m, struct tx *tx, struct err *err)
{
	struct revocation r;

	if (revocation_get(tx_view(tx), m->revocation, &r) != 1 ||
	    r.on_ocsp != 0 || r.reason != m->reason)
		return 0;
	r.on_ocsp = clock_now();
	if (case_put_published(tx, &r, err) != 0)
		return -1;
	return revocation_set_published(tx, &r, err);
}

static int
apply_results(struct job *job, struct tx *tx, struct err *err)
{
	struct batch *b = (struct batch *)job;

	b->all_kept = b->count == b->list->order_count;
	for (size_t i = 0; i < b->count; i++)
		if (apply_answer(b, &b->works[i], tx, err) != 0)
			return -1;
	for (size_t i = 0; i < b->list->mark_count && b->all_kept; i++)
		if (mark(&b->list->marks[i], tx, err) != 0)
			return -1;
	return 0;
}

/* --- the whole ----------------------------------------------------------- */

static int
make(struct batch *b, struct bell *bell, struct err *err)
{
	struct committer *committer = b->desk->parts->committer;

	b->job.essential = b->list->essential;
	if (b->list->order_count > 0)
		build(b);
	if (b->count > 0) {
		b->job.apply = apply_intents;
		if (commit_wait(committer, &b->job, err) != 0)
			return -1;
		if (sign(b, bell, err) != 0)
			return -1;
		for (size_t i = 0; i < b->count; i++)
			assemble(b, &b->works[i]);
	}
	b->job.apply = apply_results;
	if (commit_wait(committer, &b->job, err) != 0) {
		if (b->count > 0)
			err->code = EAGAIN;	/* intents are still open */
		return -1;
	}
	return 0;
}

int
answers_make(const struct desk *desk, const struct signatory *responder,
    struct answer_list *list, struct bell *bell, struct err *err)
{
	struct batch b = { .desk = desk, .responder = responder, .list = list };
	struct err why = { 0 };
	int ret;

	b.why = &why;
	if (list->order_count > 0 && (b.works = calloc(list->order_count,
	    sizeof *b.works)) == NULL)
		die("out of memory");
	ret = make(&b, bell, err);
	if (ret != 0)
		for (size_t i = 0; i < list->order_count; i++)
			list->orders[i].answer = 0;
	else if (why.code != 0)
		*err = why;
	/* On disk: the world may see those that were not kept. */
	for (size_t i = 0; i < b.count && ret == 0; i++)
		if (b.works[i].order->once && !b.works[i].order->outdated)
			bytes_take(&b.works[i].order->der, &b.works[i].der);
	for (size_t i = 0; i < b.count; i++) {
		bytes_free(&b.works[i].tbs);
		bytes_free(&b.works[i].der);
	}
	sign_batch_free(b.signing);
	free(b.works);
	return ret;
}
