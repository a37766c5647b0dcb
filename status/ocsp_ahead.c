/*
 * OCSP answers signed ahead.  See ocsp_ahead.h.
 */
#include <stdlib.h>
#include <string.h>

#include "../ca/store_certificates.h"
#include "../ca/store_status.h"
#include "ocsp_ahead.h"

#define PACE	(100000)	/* between two takes: others sign too */
#define LOOK	(2 * USEC)
#define SCAN	256		/* certificates looked at in one take */
#define ENDED	64		/* answers ended in one take */
#define WALK	1024		/* answers looked at after a step, in a take */

struct ocsp_ahead {
	const struct desk *desk;
	const struct ocsp_issuer *issuer;
	int64_t		 certificate;	/* all up to it have answers */
	usec_t		 next;		/* steady: when to look again */
	bool		 scanning;	/* more certificates are there */

	/* Answers of a clock that was ahead: all are looked at, once. */
	usec_t		 clock;		/* the most it was ahead of steady */
	int64_t		 walked;	/* so far they were looked at */
	bool		 walking, blocked;	/* the last take was in vain */
};

struct take {
	struct ocsp_ahead *ahead;
	struct view	*view;
	usec_t		 now;
	struct answer_order *orders;
	size_t		 count, most;
	int		 scanned;
	struct bytes	 ended[ENDED];	/* CertIDs */
	size_t		 ended_count;
};

struct ocsp_ahead *
ocsp_ahead_new(const struct desk *desk, const struct ocsp_issuer *issuer)
{
	struct ocsp_ahead *a = calloc(1, sizeof *a);

	if (a == NULL)
		die("out of memory");
	a->desk = desk;
	a->issuer = issuer;
	return a;
}

void
ocsp_ahead_free(struct ocsp_ahead *a)
{
	free(a);
}

static void
add(struct take *t, struct slice ids)
{
	struct answer_order *order = &t->orders[t->count++];

	*order = (struct answer_order){ 0 };
	bytes_copy(&order->ids, ids);
}

/* --- renewal ------------------------------------------------------------- */

static bool
all_live(const struct take *t, struct slice joined)
{
	struct certificate c;
	struct ocsp_ids ids;

	if (ocsp_ids_decode(joined, &ids) != 0)
		return false;
	for (size_t i = 0; i < ids.count; i++)
		if (certificate_find(t->view, ids.id[i].serial, &c) != 1 ||
		    c.not_after < t->now)
			return false;
	return true;
}

static int
see_due(void *arg, struct slice joined)
{
	struct take *t = arg;

	if (all_live(t, joined))
		add(t, joined);
	return t->count == t->most;
}

static int
see_ended(void *arg, struct slice joined)
{
	struct take *t = arg;

	if (!all_live(t, joined))
		bytes_copy(&t->ended[t->ended_count++], joined);
	return t->ended_count == ENDED;
}

/* --- those nobody asked for ---------------------------------------------- */

static int
see_certificate(void *arg, const struct certificate *c)
{
	static const enum ocsp_hash hashes[] = { OCSP_SHA1, OCSP_SHA256 };
	struct take *t = arg;
	struct bytes cert_id = { 0 };
	struct ocsp_answer kept;

	if (t->most - t->count < 2 || t->scanned++ == SCAN) {
		t->ahead->scanning = true;
		return 1;
	}
	t->ahead->certificate = c->id;
	if (c->not_after < t->now || strcmp(c->issuer, "issuing") != 0)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		bytes_clear(&cert_id);
		ocsp_issuer_question(t->ahead->issuer, c->serial, hashes[i],
		    &cert_id);
		if (ocsp_find(t->view, SLICE(&cert_id), &kept) != 1)
			add(t, SLICE(&cert_id));
	}
	bytes_free(&cert_id);
	return 0;
}

/* --- answers that end ---------------------------------------------------- */

struct ending {
	struct job	 job;		/* first: the job is the ending */
	const struct take *take;
};

static int
apply_ending(struct job *job, struct tx *tx, struct err *err)
{
	const struct take *t = ((struct ending *)job)->take;

	for (size_t i = 0; i < t->ended_count; i++)
		if (ocsp_end(tx, SLICE(&t->ended[i]), err) != 0)
			return -1;
	return 0;
}

static void
end_answers(struct take *t)
{
	struct ending ending = { .job.apply = apply_ending, .take = t };
	struct err err;

	if (t->ended_count > 0 && commit_wait(t->ahead->desk->parts->committer, &ending.job,
	    &err) != 0)
		log_line("OCSP answers that have ended: %s", err.text);
	for (size_t i = 0; i < t->ended_count; i++)
		bytes_free(&t->ended[i]);
}

/* --- answers of a day to come -------------------------------------------- */

struct recall {
	struct job	 job;		/* first: the job is the recall */
	struct view	*view;
	usec_t		 now, due;
	struct bytes	 ids[WALK];
	size_t		 count;
};

static int
see_later(void *arg, struct slice joined)
{
	struct recall *r = arg;
	struct ocsp_answer answer;

	if (ocsp_find(r->view, joined, &answer) == 1 &&
	    ocsp_is_later(&answer, r->now))
		bytes_copy(&r->ids[r->count++], joined);
	return 0;
}

static int
apply_recall(struct job *job, struct tx *tx, struct err *err)
{
	struct recall *r = (struct recall *)job;

	for (size_t i = 0; i < r->count; i++)
		if (ocsp_recall(tx, SLICE(&r->ids[i]), r->due, err) != 0)
			return -1;
	return 0;
}

/*
 * The clock went back, while we looked or before there was this core.  Then the
 * last answer is one of the other time, or the last to end is.
 */
static bool
is_set_back(struct ocsp_ahead *a, usec_t now)
{
	usec_t clock = now - clock_steady(), this_update, next_update;
	usec_t life = a->desk->parts->config->ocsp_next_update;
	struct view *view;
	bool is, first = a->clock == 0;

	is = !first && clock < a->clock - STEP_BACK;
	if (first || is || clock > a->clock)
		a->clock = clock;
	if (!first)
		return is;
	view = view_take(a->desk->parts->store);
	is = ocsp_latest(view, &this_update, &next_update) == 1 &&
	    (this_update > now + STEP_BACK ||
	    next_update > now + STEP_BACK + life);
	view_put(view);
	return is;
}

/* One piece of the walk. */
static void
recall(struct ocsp_ahead *a, usec_t now)
{
	struct recall *r = calloc(1, sizeof *r);
	int64_t last;
	struct err err;
	int rc = 0;

	if (r == NULL)
		die("out of memory");
	r->job.apply = apply_recall;
	r->now = now;
	r->due = now + a->desk->parts->config->ocsp_next_update / 2;
	r->view = view_take(a->desk->parts->store);
	last = ocsp_portion(r->view, a->walked, WALK, see_later, r);
	view_put(r->view);
	if (r->count > 0 && (rc = commit_wait(a->desk->parts->committer,
	    &r->job, &err)) != 0 && !a->blocked)
		log_line("OCSP answers of a day to come: %s", err.text);
	a->blocked = rc != 0;
	if (rc == 0) {
		a->walked = last;
		a->walking = last != 0;
	}
	for (size_t i = 0; i < r->count; i++)
		bytes_free(&r->ids[i]);
	free(r);
}

static void
look_at_clock(struct ocsp_ahead *a, usec_t now)
{
	if (is_set_back(a, now)) {
		a->walked = 0;
		a->walking = true;
	}
	if (a->walking)
		recall(a, now);
}

/* --- both ---------------------------------------------------------------- */

size_t
ocsp_ahead_take(struct ocsp_ahead *a, struct answer_order *orders, size_t most)
{
	const struct config *config = a->desk->parts->config;
	struct take t = { .ahead = a, .orders = orders, .most = most };

	if (clock_steady() < a->next)
		return 0;
	t.now = clock_now();
	look_at_clock(a, t.now);
	t.view = view_take(a->desk->parts->store);
	a->scanning = false;
	ocsp_due(t.view, t.now, see_ended, &t);
	if (most > 0)
		ocsp_due(t.view, t.now + config->ocsp_next_update / 2,
		    see_due, &t);
	if (most > 0 && config->ocsp_sign_all)
		certificates_list(t.view, a->certificate, see_certificate,
		    &t);
	view_put(t.view);
	end_answers(&t);
	a->next = clock_steady() + (t.count > 0 || a->scanning ||
	    (a->walking && !a->blocked) ? PACE : LOOK);
	return t.count;
}

usec_t
ocsp_ahead_wait(const struct ocsp_ahead *a)
{
	usec_t left = a->next - clock_steady();

	return left > 0 ? left : 0;
}
