/*
 * The thread that makes the CRL.  It works when it is rung and a revocation
 * is not on the CRL yet, or when the CRL is due; while the issuing key is
 * away it asks for it, and makes nothing that would be old when it is signed.
 */
#include <errno.h>
#include <stdlib.h>

#include "bell.h"
#include "compare.h"
#include "crl_maker.h"
#include "crl_round.h"
#include "leftovers.h"

#define LOOK_FOR_KEY	(20000)		/* while somebody waits for it */
#define LOOK_LATER	(USEC / 5)
#define RETRY_FIRST	(USEC / 2)
#define RETRY_MOST	(60 * USEC)

struct crl_maker {
	const struct desk *desk;
	struct pending	*pending;
	struct bell	 bell;
	pthread_t	 thread;
	struct crl_term	 term;		/* of the CRL there is */
	usec_t		 retry;		/* after a failure; 0: none */
	int64_t		 compared;	/* the day everything was */
	bool		 leftovers;	/* there may be open intents */
};

/* Is a CRL to be made? */
static bool
is_due(struct crl_maker *m)
{
	bool waits = pending_add_unpublished(m->pending);

	return waits || crl_is_due(&m->term, clock_now());
}

/* 1: a CRL is out; 0: none was needed; -1. */
static int
work(struct crl_maker *m, bool due, struct err *err)
{
	if (m->leftovers) {
		if (leftovers_close(m->desk, SIGN_CRL, &m->bell, err) != 0)
			return -1;
		m->leftovers = false;
	}
	if (!due)
		return 0;
	if (crl_round(m->desk, &m->bell, &m->term, err) == 0)
		return 1;
	if (err->code == EAGAIN)
		m->leftovers = true;
	return -1;
}

static usec_t
failed(struct crl_maker *m, const struct err *err)
{
	if (bell_closed(&m->bell))
		return 0;
	log_line("no CRL: %s", err->text);
	health_set(m->desk->health, HEALTH_CRL, HEALTH_FAIL, "%s", err->text);
	m->retry = m->retry == 0 ? RETRY_FIRST : 2 * m->retry;
	if (m->retry > RETRY_MOST)
		m->retry = RETRY_MOST;
	return m->retry;
}

/* How long to sleep now. */
static usec_t
turn(struct crl_maker *m)
{
	struct signing *signing = m->desk->parts->signing;
	bool due = is_due(m);
	struct err err;
	usec_t left;
	int made;

	if (!due && !m->leftovers) {
		left = m->term.due - clock_now();
		return left < RETRY_MOST ? left : RETRY_MOST;
	}
	if (due)
		health_look(m->desk->health);
	if (!signing->ready(signing, "issuing"))
		return due ? LOOK_FOR_KEY : LOOK_LATER;
	if ((made = work(m, due, &err)) == -1)
		return failed(m, &err);
	m->retry = 0;
	if (made == 1)
		pending_crl_changed(m->pending);
	return 0;
}

/* "The changed serials after each publication; everything, once a night." */
static void
compare_nightly(struct crl_maker *m)
{
	int64_t today = clock_now() / USEC_DAY;

	if (m->compared == 0)
		m->compared = today;
	if (m->compared == today)
		return;
	m->compared = today;
	compare_all(m->desk);
}

static void *
run(void *arg)
{
	struct crl_maker *m = arg;
	usec_t sleep;

	while (!bell_closed(&m->bell)) {
		sleep = turn(m);
		pending_settle(m->pending);
		compare_nightly(m);
		/* After a failure only time helps, not one more ring. */
		if (sleep > 0 && m->retry == 0)
			bell_wait(&m->bell, sleep);
		else if (sleep > 0)
			bell_sleep(&m->bell, sleep);
	}
	return NULL;
}

struct crl_maker *
crl_maker_new(const struct desk *desk, struct pending *pending)
{
	struct crl_maker *m = calloc(1, sizeof *m);

	if (m == NULL)
		die("out of memory");
	m->desk = desk;
	m->pending = pending;
	m->leftovers = true;
	crl_term(desk, &m->term);
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
	free(m);
}

void
crl_maker_ring(struct crl_maker *m)
{
	bell_ring(&m->bell);
}
