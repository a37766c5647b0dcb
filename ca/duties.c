/*
 * What the authority does by the clock, in two threads: one that never waits
 * for the disk (deadlines, retries), one that may.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agreement_act.h"
#include "authority_own.h"
#include "clock_watch.h"
#include "consent.h"
#include "duties.h"
#include "expiry.h"
#include "key_watch.h"
#include "own_certificates.h"
#include "receipts.h"
#include "supersession.h"
#include "take_up.h"
#include "recovery.h"
#include "retries.h"
#include "starting.h"
#include "waiting.h"

#define TICK_LEAST	(5 * USEC / 1000)
#define TICK_MOST	(USEC / 2)
#define SLOW_TICK	(2 * USEC)
#define EXPIRY_EVERY	(60 * USEC)
#define PRUNE_EVERY	(10 * USEC)
#define PRUNE_AGE	(3600 * USEC * 2)	/* an hour is promised */

struct duties {
	struct authority	*authority;
	pthread_t		 quick, slow;
	pthread_mutex_t		 lock;
	pthread_cond_t		 wake;
	bool			 ending;
};

/* False when it is time to end. */
static bool
sleep_until(struct duties *duties, usec_t steady)
{
	struct timespec	when;
	bool		go_on;

	when.tv_sec = steady / USEC;
	when.tv_nsec = steady % USEC * 1000;
	pthread_mutex_lock(&duties->lock);
	while (!duties->ending && clock_steady() < steady &&
	    pthread_cond_timedwait(&duties->wake, &duties->lock, &when) == 0)
		;
	go_on = !duties->ending;
	pthread_mutex_unlock(&duties->lock);
	return go_on;
}

/*
 * A waiter that comes while this sleeps has its deadline `wait` later, so half
 * of that is early enough to see it.
 */
static usec_t
quick_tick(const struct authority *authority)
{
	usec_t	tick = authority->config->wait / 2;

	if (tick > TICK_MOST)
		return TICK_MOST;
	return tick < TICK_LEAST ? TICK_LEAST : tick;
}

static void *
quick_thread(void *arg)
{
	struct duties		*duties = arg;
	struct authority	*authority = duties->authority;
	usec_t			 now, next, due;

	do {
		now = clock_steady();
		next = now + quick_tick(authority);
		due = waiting_expire(authority->waiting, now);
		if (due != 0 && due < next)
			next = due;
		due = retries_run(authority->retries, now);
		if (due != 0 && due < next)
			next = due;
	} while (sleep_until(duties, next));
	return NULL;
}

static int
prune_apply(struct job *job, struct tx *tx, struct err *e)
{
	return store_prune(tx, clock_now() - PRUNE_AGE, e);
}

/* A thousand rows at most each time, so that nobody waits for it. */
static void
prune(struct authority *authority)
{
	struct job	job = { .apply = prune_apply };
	struct err	e = { 0 };

	if (store_reserve_whole(authority->parts->store) &&
	    commit_wait(authority->parts->committer, &job, &e) == -1)
		log_line("old versions: %s", e.text);
}

static void *
slow_thread(void *arg)
{
	struct duties		*duties = arg;
	struct authority	*authority = duties->authority;
	struct clock_watch	 watch = { 0 };
	struct key_watch	 keys = { 0 };
	usec_t			 expiry = 0, pruning = 0;
	bool			 statuses = false;

	do {
		if (!authority->recorded && !starting_record(authority))
			continue;
		if (!statuses)
			agreement_statuses_renew(authority);
		statuses = true;
		clock_watch_look(&watch, authority->parts->store,
		    authority->parts->committer);
		key_watch_look(&keys, clock_steady(),
		    authority->parts->signing, authority->parts->store,
		    authority->parts->committer);
		recovery_judge_pending(authority);
		own_certificates_look(authority->own);
		receipts_look(authority->receipts);
		if (supersessions_are_due(authority))
			take_up_revocations(authority->take_up);
		consent_finish(authority->parts->store,
		    authority->parts->committer, &authority->closing);
		if (clock_steady() >= expiry) {
			expiry_record(authority);
			expiry = clock_steady() + EXPIRY_EVERY;
		}
		if (clock_steady() >= pruning) {
			prune(authority);
			pruning = clock_steady() + PRUNE_EVERY;
		}
	} while (sleep_until(duties, clock_steady() + SLOW_TICK));
	return NULL;
}

struct duties *
duties_start(struct authority *authority)
{
	pthread_condattr_t	 attr;
	struct duties		*duties;

	if ((duties = calloc(1, sizeof(*duties))) == NULL)
		die("out of memory");
	duties->authority = authority;
	pthread_mutex_init(&duties->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&duties->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&duties->quick, NULL, quick_thread, duties) != 0 ||
	    pthread_create(&duties->slow, NULL, slow_thread, duties) != 0)
		die("cannot start a thread");
	return duties;
}

void
duties_stop(struct duties *duties)
{
	if (duties == NULL)
		return;
	pthread_mutex_lock(&duties->lock);
	duties->ending = true;
	pthread_cond_broadcast(&duties->wake);
	pthread_mutex_unlock(&duties->lock);
	pthread_join(duties->quick, NULL);
	pthread_join(duties->slow, NULL);
	pthread_mutex_destroy(&duties->lock);
	pthread_cond_destroy(&duties->wake);
	free(duties);
}
