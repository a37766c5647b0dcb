/*
 * One CRL.  Its number is one above the last that was ever intended, so it
 * never goes back, whatever became of that one (RFC 5280 5.2.3).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/stop.h"
#include "../ca/store_events.h"
#include "../ca/store_status.h"
#include "../ca/text.h"
#include "case_text.h"
#include "crl.h"
#include "crl_round.h"
#include "sign_batch.h"

#define ISSUER	"issuing"
#define MARKED_AT_ONCE	256
#define NUMBER	"crl-number." ISSUER	/* the last intended */

struct carried {		/* a revocation that this CRL carries first */
	int64_t	revocation;
	int	reason;
};

struct round {
	struct job	   job;		/* first: the job is the round */
	const struct desk *desk;
	struct crl_frame   frame;
	struct bytes	   tbs, der, pem;
	int64_t		   entries;
	struct carried	  *carried;
	size_t		   carried_count, carried_room;
	size_t		   marked;	/* of them; in front */
	usec_t		   published;
	struct intent	   intent;
	struct sign_batch *batch;
	const char	  *how;		/* an intent that came to nothing */
};

/* --- from the store ------------------------------------------------------ */

static int
add_entry(void *arg, const struct revocation *r)
{
	struct round *round = arg;
	struct crl_entry entry = { .revoked = r->effective,
	    .reason = r->reason, .invalidity = r->invalidity };

	memcpy(entry.serial, r->serial, sizeof entry.serial);
	crl_put_entry(&round->tbs, &entry);
	round->entries++;
	return 0;
}

static int
add_carried(void *arg, const struct revocation *r)
{
	struct round *round = arg;

	if (r->on_crl != 0 || strcmp(r->issuer, ISSUER) != 0)
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

static int64_t
last_number(struct view *view)
{
	struct crl newest;
	int64_t number = meta_number(view, NUMBER, 0);

	if (crl_newest(view, ISSUER, &newest) == 1 && newest.number > number)
		number = newest.number;
	return number;
}

/*
 * Never before the CRL in front, as long as the clock went back by no more than
 * the signer bears; farther, that one was wrong.
 */
static usec_t
begin_of(struct view *view)
{
	usec_t now = clock_now() / USEC * USEC;
	struct crl newest;

	if (crl_newest(view, ISSUER, &newest) == 1 &&
	    newest.this_update > now &&
	    newest.this_update - now <= STEP_BACK)
		return newest.this_update;
	return now;
}

/* One snapshot for the entries and for what is carried first. */
static int
build(struct round *round, struct err *err)
{
	usec_t life = round->desk->parts->config->crl_next_update;
	struct view *view = view_take(round->desk->parts->store);

	round->frame.issuer = round->desk->issuing;
	round->frame.number = last_number(view) + 1;
	round->frame.this_update = begin_of(view);
	round->frame.next_update = round->frame.this_update + life;
	revocations_on_crl(view, ISSUER, round->frame.this_update, add_entry,
	    round);
	revocations_unpublished(view, add_carried, round);
	view_put(view);
	crl_finish_tbs(&round->tbs, &round->frame);
	return crl_check(SLICE(&round->tbs), &round->frame, round->entries,
	    err);
}

/* --- the intent ---------------------------------------------------------- */

static int
apply_intent(struct job *job, struct tx *tx, struct err *err)
{
	struct round *round = (struct round *)job;

	if (last_number(tx_view(tx)) + 1 != round->frame.number)
		return err_set(err, EAGAIN, "another CRL took number %lld",
		    (long long)round->frame.number);
	if (meta_set_number(tx, NUMBER, round->frame.number, err) != 0)
		return -1;
	round->intent = (struct intent){ .kind = SIGN_CRL, .key = ISSUER,
	    .number = round->frame.number, .time = clock_now() };
	sha256_text(round->intent.tbs_sha256, SLICE(&round->tbs));
	return intent_put(tx, &round->intent, SLICE(&round->tbs), err);
}

static int
apply_failure(struct job *job, struct tx *tx, struct err *err)
{
	struct round *round = (struct round *)job;
	const struct sign_answer *answer =
	    sign_batch_answer(round->batch, 0);
	struct signature_event event = {
		.name = "crl-failed", .outcome = round->how,
		.requirements = "CSS-6.3.9-05 REV-6.4.5-09",
		.intent = &round->intent, .answer = answer,
		.by = round->desk->issuing
	};

	if (intent_close(tx, round->intent.id, round->how, err) != 0)
		return -1;
	return signature_event(tx, &event, err);
}

/* The intent came to nothing: closed and recorded; returns -1 with `why`. */
static int
fail(struct round *round, const char *how, int code, const char *why,
    struct err *err)
{
	round->how = how;
	round->job.apply = apply_failure;
	if (commit_wait(round->desk->parts->committer, &round->job, err) != 0)
		return err_set(err, EAGAIN, "%s", why);
	return err_set(err, code, "%s", why);
}

/* --- the signature ------------------------------------------------------- */

static int
sign(struct round *round, struct bell *bell, struct err *err)
{
	const struct sign_answer *answer;
	struct err why;

	round->batch = sign_batch_new(round->desk->parts->signing, 1);
	sign_batch_add(round->batch, SIGN_CRL, ISSUER, round->intent.id,
	    &round->tbs);
	if (sign_batch_run(round->batch, bell) != 0)
		return err_set(err, EAGAIN, "interrupted");
	stop_at("core.crl-signed");
	answer = sign_batch_answer(round->batch, 0);
	if (answer->outcome == REFUSED) {
		err_set(&why, EKEYREJECTED, "the signer refuses the CRL: %s",
		    answer->reason);
		return fail(round, "refused", why.code, why.text, err);
	}
	if (answer->outcome != SIGNED)
		return fail(round, "abandoned", ENOKEY,
		    "the signature of the CRL was begun and lost", err);
	crl_assemble(&round->der, sign_batch_tbs(round->batch, 0),
	    round->desk->issuing, answer->signature);
	if (crl_reread(SLICE(&round->der), sign_batch_tbs(round->batch, 0),
	    round->desk->issuing, &why) != 0)
		return fail(round, "unusable", EBADMSG, why.text, err);
	pem_encode(&round->pem, "X509 CRL", SLICE(&round->der));
	return 0;
}

/* --- the result ---------------------------------------------------------- */

static void
fill_event(struct event *event, const void *arg)
{
	const struct round *round = arg;
	char text[CLOCK_TEXT], digest[SHA256_TEXT];

	sha256_text(digest, SLICE(&round->der));
	event_input(event, "issuing.crl", round->der.size, digest);
	clock_text_seconds(text, round->frame.this_update);
	event_detail(event, "thisUpdate", text);
	clock_text_seconds(text, round->frame.next_update);
	event_detail(event, "nextUpdate", text);
	event_detail_number(event, "entries", round->entries);
	event_detail_number(event, "new-entries",
	    (int64_t)round->carried_count);
}

static int
put_file(struct tx *tx, const char *name, struct slice bytes, usec_t now,
    struct err *err)
{
	struct publication file = { .dir = "status", .time = now };

	snprintf(file.name, sizeof file.name, "%s", name);
	file.size = bytes.size;
	return publication_put(tx, &file, bytes, err);
}

/*
 * A reason changed since the snapshot was taken is carried by the next CRL,
 * not by this one.
 */
static int
mark_carried(struct round *round, struct tx *tx, usec_t now, struct err *err)
{
	size_t end = round->marked + MARKED_AT_ONCE;
	struct revocation r;

	if (end > round->carried_count)
		end = round->carried_count;
	for (size_t i = round->marked; i < end; i++) {
		if (revocation_get(tx_view(tx), round->carried[i].revocation,
		    &r) != 1 || r.on_crl != 0 ||
		    r.reason != round->carried[i].reason)
			continue;
		r.on_crl = now;
		r.crl_number = round->frame.number;
		if (case_put_published(tx, &r, err) != 0 ||
		    revocation_set_published(tx, &r, err) != 0)
			return -1;
	}
	return 0;
}

static int
apply_result(struct job *job, struct tx *tx, struct err *err)
{
	struct round *round = (struct round *)job;
	struct crl crl = {
		.number = round->frame.number, .issuer = ISSUER,
		.this_update = round->frame.this_update,
		.next_update = round->frame.next_update,
		.entries = round->entries
	};
	struct signature_event event = {
		.name = "crl-published", .outcome = "published",
		.requirements = "CSS-6.3.9-05 CSS-6.3.9-06 CSS-6.3.9-08 "
		    "CSS-6.3.10-08 OVR-6.6.2-01",
		.intent = &round->intent,
		.answer = sign_batch_answer(round->batch, 0),
		.by = round->desk->issuing, .fill = fill_event, .arg = round
	};
	usec_t now = clock_now();

	round->published = now;
	if (documents_put(tx, SLICE(&round->der), crl.sha256, err) != 0 ||
	    crl_put(tx, &crl, err) != 0 ||
	    put_file(tx, "issuing.crl", SLICE(&round->der), now, err) != 0 ||
	    put_file(tx, "issuing.crl.pem", SLICE(&round->pem), now,
	    err) != 0 ||
	    intent_close(tx, round->intent.id, "done", err) != 0 ||
	    signature_event(tx, &event, err) != 0)
		return -1;
	return mark_carried(round, tx, now, err);
}

/* What is not marked when this ends is carried, and said, by the next CRL. */
static int
apply_marks(struct job *job, struct tx *tx, struct err *err)
{
	struct round *round = (struct round *)job;

	return mark_carried(round, tx, round->published, err);
}

/* Readers get it before so many are marked: that takes its time. */
static void
tell(const struct round *round)
{
	static const char *names[] = { "status/issuing.crl",
	    "status/issuing.crl.pem" };
	struct publication_sink *sink = round->desk->parts->sink;

	if (round->carried_count > MARKED_AT_ONCE && sink != NULL)
		sink->changed(sink, names, 2, NULL, NULL);
}

/*
 * Many are marked in several transactions: issuance and revocation go on
 * between them.
 */
static int
mark_rest(struct round *round, struct bell *bell, struct err *err)
{
	round->job.apply = apply_marks;
	for (round->marked += MARKED_AT_ONCE;
	    round->marked < round->carried_count && !bell_closed(bell);
	    round->marked += MARKED_AT_ONCE)
		if (commit_wait(round->desk->parts->committer, &round->job,
		    err) != 0)
			return -1;
	return 0;
}

/* --- the whole ----------------------------------------------------------- */

static int
run(struct round *round, struct bell *bell, struct err *err)
{
	struct committer *committer = round->desk->parts->committer;

	if (build(round, err) != 0)
		return -1;
	round->job.essential = true;
	round->job.apply = apply_intent;
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
	health_crl(round->desk->health, HEALTH_CRL, round->frame.number,
	    round->frame.next_update);
	tell(round);
	return mark_rest(round, bell, err);
}

int
crl_round(const struct desk *desk, struct bell *bell, struct crl_term *term,
    struct err *err)
{
	struct round round = { .desk = desk };
	int ret;

	ret = run(&round, bell, err);
	if (ret == 0) {
		term->since = round.frame.this_update;
		term->due = (round.frame.this_update +
		    round.frame.next_update) / 2;
	}
	sign_batch_free(round.batch);
	bytes_free(&round.tbs);
	bytes_free(&round.der);
	bytes_free(&round.pem);
	free(round.carried);
	return ret;
}

/* A life that the configuration made shorter counts from now on. */
void
crl_term(const struct desk *desk, struct crl_term *term)
{
	usec_t life = desk->parts->config->crl_next_update;
	struct view *view = view_take(desk->parts->store);
	struct crl newest;

	*term = (struct crl_term){ 0 };
	if (crl_newest(view, ISSUER, &newest) == 1) {
		if (life > newest.next_update - newest.this_update)
			life = newest.next_update - newest.this_update;
		term->since = newest.this_update;
		term->due = newest.this_update + life / 2;
		health_crl(desk->health, HEALTH_CRL, newest.number,
		    newest.next_update);
	}
	view_put(view);
}

bool
crl_is_due(const struct crl_term *term, usec_t now)
{
	return now >= term->due || now < term->since - STEP_BACK;
}
