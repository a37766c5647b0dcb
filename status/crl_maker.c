/*
 * The thread that makes the CRLs.  It works when it is rung and a revocation
 * is not on its CRL yet, or when a CRL is due; while the issuing key is
 * away it asks for it, and makes nothing that would be old when it is signed.
 */
#include <errno.h>
#include <stdlib.h>

#include "../ca/stop.h"
#include "bell.h"
#include "closing_watch.h"
#include "compare.h"
#include "comparer.h"
#include "crl_maker.h"
#include "crl_round.h"
#include "leftovers.h"

#define LOOK_FOR_KEY	(20000)		/* while somebody waits for it */
#define LOOK_LATER	(USEC / 5)
#define SIGNER_STARTS	(2 * USEC)	/* it is about to be there */
#define COMPARED_MOST	20000	/* entries; more by night */
#define RETRY_FIRST	(USEC / 2)
#define RETRY_MOST	(60 * USEC)

struct crl_maker {
	const struct desk *desk;
	struct pending	*pending;
	struct bell	 bell;
	pthread_t	 thread;
	struct crl_scopes *scopes;	/* the CRLs there are */
	struct specimen	*specimen;
	usec_t		 retry;		/* after a failure; 0: none */
	int64_t		 made[CRLS_TOGETHER];	/* in this turn, on schedule */
	size_t		 made_count;
	struct comparer	*comparer;
	enum closing	 closing;	/* of the CA */
	bool		 ready;		/* for the last, once and for all */
	usec_t		 look;		/* steady: not again before */
	bool		 leftovers;	/* there may be open intents */
	struct crl_past	*past;
	usec_t		 began;		/* steady */
	enum { PAST_ASKED, PAST_KNOWN, PAST_SETTLED } state;
};

/* It may take a walk over all certificates, so not at each turn. */
static bool
is_ready(struct crl_maker *m)
{
	if (!m->ready && clock_steady() >= m->look) {
		m->ready = closing_is_ready(m->desk);
		m->look = clock_steady() + LOOK_LATER;
	}
	return m->ready;
}

/* Which CRLs are to be made? */
static void
find_due(struct crl_maker *m, struct crl_order *order)
{
	struct view *view = view_take(m->desk->parts->store);

	m->closing = closing_state(view);
	view_put(view);
	crl_scopes_look(m->scopes);
	pending_add_unpublished(m->pending, crl_scopes_ask, m->scopes);
	order->last = m->closing == CLOSING_DECIDED && is_ready(m);
	if (m->closing == CLOSING_DONE)
		order->count = 0;
	else if (order->last)
		order->count = crl_scopes_last(m->scopes, order->scopes);
	else
		order->count = crl_scopes_due(m->scopes, clock_now(),
		    order->scopes);
}

/* When the last of all of them is out, that is recorded. */
static int
end_of_all(struct crl_maker *m, const struct crl_order *order,
    struct err *err)
{
	struct crl_scope *left[CRLS_TOGETHER];

	if (!order->last || crl_scopes_last(m->scopes, left) > 0)
		return 0;
	stop_at("core.last-crl-made");
	return closing_record(m->desk, err);
}

/* 1: they are out; 0: none was needed; -1. */
static int
work(struct crl_maker *m, struct crl_order *order, struct err *err)
{
	usec_t began = clock_steady();

	if (m->leftovers) {
		if (leftovers_close(m->desk, SIGN_CRL, &m->bell, err) != 0)
			return -1;
		m->leftovers = false;
	}
	if (order->count == 0)
		return 0;
	if (order->last)
		stop_at("core.last-crl-due");
	if (crl_round(m->desk, m->specimen, &m->bell, order, err) == 0) {
		crl_scopes_made(m->scopes, clock_steady() - began,
		    order->number, order->scopes, order->count);
		return end_of_all(m, order, err) == 0 ? 1 : -1;
	}
	if (err->code == EAGAIN)
		m->leftovers = true;
	return -1;
}

static usec_t
failed(struct crl_maker *m, const struct err *err)
{
	if (bell_closed(&m->bell))
		return 0;
	if (err->code == ESTALE)
		return 1;	/* at once, with a number that will do */
	log_line("no CRL: %s", err->text);
	health_set(m->desk->health, HEALTH_CRL, HEALTH_FAIL, "%s", err->text);
	m->retry = m->retry == 0 ? RETRY_FIRST : 2 * m->retry;
	if (m->retry > RETRY_MOST)
		m->retry = RETRY_MOST;
	return m->retry;
}

/* The CA ends, and there is no list to make now. */
static usec_t
closing_turn(struct crl_maker *m, const struct crl_order *order)
{
	struct err err;

	/* A core before this one made them and could not say so. */
	if (order->last && end_of_all(m, order, &err) != 0)
		return failed(m, &err);
	return m->closing == CLOSING_DONE ? RETRY_MOST : LOOK_LATER;
}

/* Until the signer was heard no list is made: it could be behind others. */
static bool
look_back(struct crl_maker *m)
{
	struct err err;

	if (m->state != PAST_ASKED)
		return true;
	if (crl_past_look(m->past, &err) != 0) {
		if (err.code != EAGAIN)
			log_line("no CRL: %s", err.text);
		return false;
	}
	m->state = PAST_KNOWN;
	crl_scopes_look(m->scopes);
	if (!crl_scopes_are_anew(m->scopes))
		health_set(m->desk->health, HEALTH_CRL, HEALTH_WARN,
		    "an older store was restored: what it has is older than "
		    "what was published, and is made anew");
	return true;
}

/* After the last list there are no others to be made. */
static void
settle_past(struct crl_maker *m)
{
	if (m->state != PAST_KNOWN || (m->closing != CLOSING_DONE &&
	    !crl_scopes_are_anew(m->scopes)))
		return;
	m->state = PAST_SETTLED;
	crl_past_settle(m->past);
}

/* What a revocation asked for is compared when that one is settled. */
static void
made_one(struct crl_maker *m, const struct crl_scope *scope)
{
	pending_crl_changed(m->pending, scope->id);
	if (!scope->asked && scope->entries <= COMPARED_MOST)
		m->made[m->made_count++] = scope->id;
}

/* How long to sleep now. */
static usec_t
turn(struct crl_maker *m)
{
	struct signing *signing = m->desk->parts->signing;
	struct crl_order order = { .count = 0 };
	struct err err;
	usec_t left;
	bool known;
	int made;

	known = look_back(m);
	find_due(m, &order);
	if (!known)
		return clock_steady() < m->began + SIGNER_STARTS ?
		    LOOK_FOR_KEY : LOOK_LATER;
	settle_past(m);
	if (order.count == 0 && !m->leftovers && m->closing != CLOSING_NOT)
		return closing_turn(m, &order);
	if (order.count == 0 && !m->leftovers) {
		left = crl_scopes_next(m->scopes) - clock_now();
		return left < 0 ? 1 : left < RETRY_MOST ? left : RETRY_MOST;
	}
	if (order.count > 0)
		health_look(m->desk->health);
	if (!signing->ready(signing, "issuing"))
		return order.count > 0 ? LOOK_FOR_KEY : LOOK_LATER;
	if ((made = work(m, &order, &err)) == -1)
		return failed(m, &err);
	m->retry = 0;
	for (size_t i = 0; made == 1 && i < order.count; i++)
		made_one(m, order.scopes[i]);
	return 0;
}

/* A core before this one may have made some, and told nobody. */
static void
tell_all(struct crl_maker *m)
{
	int64_t id;

	for (size_t n = 0; crl_scopes_nth(m->scopes, n, &id); n++) {
		pending_crl_changed(m->pending, id);
		if (n % CRLS_TOGETHER == CRLS_TOGETHER - 1)
			pending_settle(m->pending);
	}
	pending_settle(m->pending);
}

static void *
run(void *arg)
{
	struct crl_maker *m = arg;
	usec_t sleep;

	tell_all(m);
	while (!bell_closed(&m->bell)) {
		sleep = turn(m);
		pending_settle(m->pending);
		compare_lists(m->desk, m->made, m->made_count);
		m->made_count = 0;
		if (compare_differs(m->desk))
			comparer_ring(m->comparer);
		/* After a failure only time helps, not one more ring. */
		if (sleep > 0 && m->retry == 0)
			bell_wait(&m->bell, sleep);
		else if (sleep > 0)
			bell_sleep(&m->bell, sleep);
	}
	return NULL;
}

struct crl_maker *
crl_maker_new(const struct desk *desk, struct pending *pending,
    struct crl_past *past)
{
	struct crl_maker *m = calloc(1, sizeof *m);

	if (m == NULL)
		die("out of memory");
	m->desk = desk;
	m->pending = pending;
	m->past = past;
	m->leftovers = true;
	m->began = clock_steady();
	m->scopes = crl_scopes_new(desk);
	m->specimen = specimen_new(desk->issuing);
	m->comparer = comparer_new(desk);
	bell_init(&m->bell);
	if (pthread_create(&m->thread, NULL, run, m) != 0)
		die("cannot start the thread of the CRL");
	return m;
}

void
crl_maker_free(struct crl_maker *m)
{
	if (m == NULL)
		return;
	bell_close(&m->bell);
	pthread_join(m->thread, NULL);
	bell_destroy(&m->bell);
	comparer_free(m->comparer);
	crl_scopes_free(m->scopes);
	specimen_free(m->specimen);
	free(m);
}

void
crl_maker_ring(struct crl_maker *m)
{
	bell_ring(&m->bell);
}
