/*
 * One round of CRLs.  Its number is one above the last that was ever intended,
 * so it never goes back, whatever became of that one (RFC 5280 5.2.3).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/paths.h"
#include "../ca/stop.h"
#include "../ca/store_batches.h"
#include "../ca/store_status.h"
#include "case_text.h"
#include "closing_watch.h"
#include "crl_making.h"
#include "crl_number.h"
#include "crl_round.h"

#define ISSUER	"issuing"
#define MARKED_FIRST	256		/* with the lists; */
#define MARKED_AT_ONCE	4096		/* behind them so many, */
#define MARKING		(100 * USEC / 1000)	/* begun in this time */

struct carried {		/* a revocation that a CRL carries first */
	int64_t	revocation;
	int	reason;
};

struct round {
	struct job	   job;		/* first: the job is the round */
	const struct desk *desk;
	struct crl_order  *order;
	struct crl_making  makings[CRLS_TOGETHER];
	int64_t		   number;
	struct carried	  *carried;
	size_t		   carried_count, carried_room;
	size_t		   marked, next;	/* of them, from the front */
	char		   held[BATCH_ACT];	/* of a batch, or "" */
	usec_t		   published;
	struct sign_batch *batch;
	bool		   raised;	/* the number, above the signer's */
};

/* --- from the store ------------------------------------------------------ */

/* Is this the one where who has such a certificate looks? */
static bool
is_in_round(const struct round *round, int64_t shard)
{
	for (size_t i = 0; i < round->order->count; i++)
		if (round->order->scopes[i]->id == shard)
			return true;
	return false;
}

/*
 * What a batch has done so far is in the lists, too, but it is said of all its
 * lines when it has ended: who waits for one of the others waits for them else.
 */
static int
add_carried(void *arg, const struct revocation *r)
{
	struct round *round = arg;

	if (round->held[0] != '\0' &&
	    strncmp(r->act, round->held, strlen(round->held)) == 0)
		return 0;
	if (r->on_crl != 0 || strcmp(r->issuer, ISSUER) != 0 ||
	    !is_in_round(round, r->shard))
		return 0;
	if (round->carried_count == round->carried_room) {
		round->carried_room = 2 * round->carried_room + 16;
		round->carried = realloc(round->carried,
		    round->carried_room * sizeof *round->carried);
		if (round->carried == NULL)
			die("out of memory");
	}
	round->carried[round->carried_count++] =
	    (struct carried){ r->id, r->reason };
	return 0;
}

/*
 * Never before a CRL it follows, as long as the clock went back by no more
 * than the signer bears; farther, that one was wrong.
 */
static usec_t
begin_of(const struct round *round, struct view *view)
{
	usec_t now = clock_now() / USEC * USEC, begin = now;
	struct crl newest;

	for (size_t i = 0; i < round->order->count; i++)
		if (crl_newest(view, ISSUER, round->order->scopes[i]->id,
		    &newest) == 1 && newest.this_update > begin &&
		    newest.this_update - now <= STEP_BACK)
			begin = newest.this_update;
	return begin;
}

/* One snapshot for all entries and for what is carried first. */
static int
build(struct round *round, const struct specimen *specimen, struct err *err)
{
	usec_t life = round->desk->parts->config->crl_next_update, begin;
	struct view *view = view_take(round->desk->parts->store);
	struct crl_making *m;
	struct crl_scope *scope;
	int ret = 0;

	begin = begin_of(round, view);
	round->number = crl_number_last(view) + 1;
	for (size_t i = 0; i < round->order->count && ret == 0; i++) {
		m = &round->makings[i];
		scope = round->order->scopes[i];
		m->specimen = specimen;
		m->crl = (struct crl){ .issuer = ISSUER, .scope = scope->id,
		    .number = round->number, .this_update = begin,
		    .next_update = round->order->last ? CRL_NEVER :
			begin + life,
		    .change = revocations_newest_change(view),
		    .scheduled = begin >= scope->due ||
			begin < scope->since };
		ret = crl_making_build(m, round->desk, view, scope, err);
	}
	batch_holds(view, round->held);
	revocations_unpublished(view, add_carried, round);
	view_put(view);
	return ret;
}

/* --- the intents --------------------------------------------------------- */

static int
apply_intents(struct job *job, struct tx *tx, struct err *err)
{
	struct round *round = (struct round *)job;
	struct crl_making *m;

	if (crl_number_last(tx_view(tx)) + 1 != round->number)
		return err_set(err, EAGAIN, "another CRL took number %lld",
		    (long long)round->number);
	if (crl_number_set(tx, round->number, err) != 0)
		return -1;
	for (size_t i = 0; i < round->order->count; i++) {
		m = &round->makings[i];
		m->intent.id = 0;
		m->intent.kind = SIGN_CRL;
		strcpy(m->intent.key, ISSUER);
		m->intent.number = round->number;
		m->intent.time = clock_now();
		if (intent_put(tx, &m->intent, m->tbs, err) != 0)
			return -1;
	}
	return 0;
}

/* The signer's book knows more than this store: one that was restored. */
static int
raise_number(struct round *round, struct tx *tx, struct err *err)
{
	const struct sign_answer *answer;
	int64_t known = 0;

	for (size_t i = 0; i < round->order->count; i++) {
		answer = sign_batch_answer(round->batch, i);
		if (answer->outcome == REFUSED && answer->crl_number > known)
			known = answer->crl_number;
	}
	round->raised = known >= round->number;
	return round->raised ? crl_number_raise(tx, known, err) : 0;
}

static int
apply_failure(struct job *job, struct tx *tx, struct err *err)
{
	struct round *round = (struct round *)job;
	struct signature_event event = { .name = "crl-failed",
	    .requirements = "CSS-6.3.9-05 REV-6.4.5-09",
	    .by = round->desk->issuing };

	for (size_t i = 0; i < round->order->count; i++) {
		event.intent = &round->makings[i].intent;
		event.answer = sign_batch_answer(round->batch, i);
		event.outcome = round->makings[i].how;
		if (intent_close(tx, event.intent->id, event.outcome,
		    err) != 0 || signature_event(tx, &event, err) != 0)
			return -1;
	}
	return raise_number(round, tx, err);
}

/* The intents came to nothing: closed and recorded; returns -1 with `why`. */
static int
fail(struct round *round, const struct err *why, struct err *err)
{
	round->job.apply = apply_failure;
	if (commit_wait(round->desk->parts->committer, &round->job, err) != 0)
		return err_set(err, EAGAIN, "%s", why->text);
	*err = *why;
	if (round->raised)
		err->code = ESTALE;
	return -1;
}

/* --- the signatures ------------------------------------------------------ */

/* How its intent ends if another of the round fails; -1: it fails itself. */
static int
finish(struct round *round, size_t i, struct err *why)
{
	const struct sign_answer *answer = sign_batch_answer(round->batch, i);
	struct crl_making *m = &round->makings[i];

	if (answer->outcome == REFUSED) {
		m->how = "refused";
		return err_set(why, EKEYREJECTED, "the signer refuses the "
		    "CRL: %s", answer->reason);
	}
	if (answer->outcome != SIGNED) {
		m->how = "abandoned";
		return err_set(why, ENOKEY, "the signature of the CRL was "
		    "begun and lost");
	}
	m->how = "unusable";
	if (m->fault.code != 0)
		return err_set(why, m->fault.code, "%s", m->fault.text);
	return crl_making_finish(m, round->desk->parts->store,
	    answer->signature, why);
}

/* While the signer looks at them. */
static void
write_aside(struct round *round)
{
	struct crl_making *m;

	for (size_t i = 0; i < round->order->count; i++) {
		m = &round->makings[i];
		if (crl_making_write(m, round->desk->parts->store,
		    &m->fault) == 0)
			m->fault.code = 0;
	}
}

static int
sign(struct round *round, struct bell *bell, struct err *err)
{
	size_t count = round->order->count;
	struct err why, other;
	bool failed = false;

	round->batch = sign_batch_new(round->desk->parts->signing, count);
	for (size_t i = 0; i < count; i++) {
		sign_batch_add_file(round->batch, SIGN_CRL, ISSUER,
		    round->makings[i].intent.id, round->makings[i].file);
		round->makings[i].file = NULL;
	}
	sign_batch_submit(round->batch);
	write_aside(round);
	if (sign_batch_wait(round->batch, bell) != 0)
		return err_set(err, EAGAIN, "interrupted");
	stop_at("core.crl-signed");
	for (size_t i = 0; i < count; i++)
		if (finish(round, i, failed ? &other : &why) != 0)
			failed = true;
	return failed ? fail(round, &why, err) : 0;
}

/* --- the result ---------------------------------------------------------- */

static void
fill_event(struct event *event, const void *arg)
{
	const struct crl_making *m = arg;
	char text[CLOCK_TEXT], path[PATH_TEXT];

	path_crl(path, m->crl.scope);
	event_input(event, strrchr(path, '/') + 1, draft_size(m->draft),
	    m->crl.sha256);
	event_detail(event, "list", m->crl.scope == CRL_COMPLETE ?
	    "complete" : m->crl.scope == CRL_DELTA ? "delta" : "shard");
	if (m->crl.scope > 0)
		event_detail_number(event, "shard", m->crl.scope);
	if (m->crl.base != 0)
		event_detail_number(event, "base", m->crl.base);
	clock_text_seconds(text, m->crl.this_update);
	event_detail(event, "thisUpdate", text);
	clock_text_seconds(text, m->crl.next_update);
	event_detail(event, "nextUpdate", text);
	event_detail_number(event, "entries", m->crl.entries);
}

/*
 * A reason changed since the snapshot was taken is carried by the next CRL,
 * not by this one.
 */
static int
mark_carried(struct round *round, struct tx *tx, size_t most,
    struct err *err)
{
	usec_t until = clock_steady() + MARKING;
	size_t end = round->marked + most;
	struct revocation r;

	if (end > round->carried_count)
		end = round->carried_count;
	for (round->next = round->marked; round->next < end &&
	    clock_steady() < until; round->next++) {
		const struct carried *c = &round->carried[round->next];

		if (revocation_get(tx_view(tx), c->revocation, &r) != 1 ||
		    r.on_crl != 0 || r.reason != c->reason)
			continue;
		r.on_crl = round->published;
		r.crl_number = round->number;
		if (case_put_published(tx, &r, err) != 0 ||
		    revocation_set_published(tx, &r, err) != 0)
			return -1;
	}
	return 0;
}

/* What was kept as evidence is not what it was, or is gone. */
static int
record_damage(const struct crl_making *m, struct tx *tx, struct err *err)
{
	struct event *event;

	if (m->before.code != EBADMSG)
		return 0;
	event = event_new("crl-not-followed", REVOCATION_STATUS);
	event_actor_self(event);
	event_requirements(event, "REQ-7.10-02 CSS-6.3.10-08");
	event_outcome(event, "made of all rows");
	event_detail_number(event, "number", m->crl.number);
	event_detail(event, "why", m->before.text);
	return desk_append(tx, event, err);
}

static int
apply_result(struct job *job, struct tx *tx, struct err *err)
{
	struct round *round = (struct round *)job;
	struct signature_event event = {
		.name = "crl-published", .outcome = "published",
		.requirements = "CSS-6.3.9-05 CSS-6.3.9-06 CSS-6.3.9-08 "
		    "CSS-6.3.10-08 OVR-6.6.2-01",
		.by = round->desk->issuing, .fill = fill_event
	};
	usec_t now = clock_now();

	round->published = now;
	for (size_t i = 0; i < round->order->count; i++) {
		event.intent = &round->makings[i].intent;
		event.answer = sign_batch_answer(round->batch, i);
		event.arg = &round->makings[i];
		if (record_damage(&round->makings[i], tx, err) != 0 ||
		    crl_making_put(&round->makings[i], tx, now, err) != 0 ||
		    intent_close(tx, event.intent->id, "done", err) != 0 ||
		    signature_event(tx, &event, err) != 0)
			return -1;
	}
	return mark_carried(round, tx, MARKED_FIRST, err);
}

/* What is not marked when this ends is carried, and said, by the next CRL. */
static int
apply_marks(struct job *job, struct tx *tx, struct err *err)
{
	struct round *round = (struct round *)job;

	return mark_carried(round, tx, MARKED_AT_ONCE, err);
}

/* Readers get it before so many are marked: that takes its time. */
static void
tell(const struct round *round)
{
	struct publication_sink *sink = round->desk->parts->sink;
	char paths[CRLS_TOGETHER + 1][PATH_TEXT];
	const char *names[CRLS_TOGETHER + 1];
	size_t n;

	if (round->next == round->carried_count || sink == NULL)
		return;
	for (n = 0; n < round->order->count; n++)
		path_crl(paths[n], round->order->scopes[n]->id);
	snprintf(paths[n++], PATH_TEXT, "status/" ISSUER ".crl.pem");
	for (size_t i = 0; i < n; i++)
		names[i] = paths[i];
	sink->changed(sink, names, n, NULL, NULL);
}

/*
 * Many are marked in several transactions, each of a moment: issuance and
 * revocation go on between them.
 */
static int
mark_rest(struct round *round, struct bell *bell, struct err *err)
{
	round->job.apply = apply_marks;
	for (round->marked = round->next;
	    round->marked < round->carried_count && !bell_closed(bell);
	    round->marked = round->next)
		if (commit_wait(round->desk->parts->committer, &round->job,
		    err) != 0)
			return -1;
	return 0;
}

/* --- the whole ----------------------------------------------------------- */

static int
run(struct round *round, const struct specimen *specimen, struct bell *bell,
    struct err *err)
{
	struct committer *committer = round->desk->parts->committer;

	if (build(round, specimen, err) != 0)
		return -1;
	round->job.essential = true;
	round->job.apply = apply_intents;
	if (commit_wait(committer, &round->job, err) != 0)
		return -1;
	stop_at("core.crl-intent-committed");
	if (sign(round, bell, err) != 0)
		return -1;
	round->job.apply = apply_result;
	if (commit_wait(committer, &round->job, err) != 0) {
		err->code = EAGAIN;	/* its intent is still open */
		return -1;
	}
	stop_at("core.crl-committed");
	tell(round);
	return mark_rest(round, bell, err);
}

int
crl_round(const struct desk *desk, const struct specimen *specimen,
    struct bell *bell, struct crl_order *order, struct err *err)
{
	struct round *round = calloc(1, sizeof *round);
	int ret;

	if (round == NULL)
		die("out of memory");
	round->desk = desk;
	round->order = order;
	ret = run(round, specimen, bell, err);
	order->number = round->number;
	for (size_t i = 0; i < order->count; i++)
		crl_making_free(&round->makings[i]);
	sign_batch_free(round->batch);
	free(round->carried);
	free(round);
	return ret;
}
