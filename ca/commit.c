/*
 * The committer: one transaction after another.  While one is being synced, by
 * a thread that does nothing else, the next is open and takes the jobs as they
 * come; it is written when the one before is on the disk and its jobs were
 * told so.  Thus the disk and the processors wait for each other as little as
 * can be, and a transaction has all the jobs that arrived during a sync.  When
 * no job has come yet, waking that thread would take longer than what it makes
 * room for, and the committer syncs by itself.
 *
 * When the disk is full (DESIGN 2.3): essential jobs that failed with ENOSPC
 * are tried again, alone, with a slice of the reserve each time.  While it is
 * not whole they are tried alone at once, with a slice when less than one is
 * free, and nothing else is committed; before each batch, or each second
 * without one, it is tried to take it back.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commit.h"
#include "commit_batch.h"
#include "stop.h"
#include "store_private.h"
#include "store_synced.h"

#define PATIENCE (100 * USEC / 1000)
#define COMPANY	(USEC / 1000)	/* at most so long for others to come */

struct committer {
	struct store	*store;
	pthread_t	 thread, syncer;
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake;
	struct job	*first, **last;	/* what was submitted, in order */
	size_t		 urgent;	/* of them, those without patience */
	usec_t		 patient_until;	/* of the first one */
	size_t		 applied;	/* in the open transaction, if it waits */
	size_t		 expected;	/* on their way to submit one */
	usec_t		 took;		/* by the transaction before */
	bool		 hurry;		/* an essential one is among them */
	bool		 ending;
	unsigned long	 commits;

	pthread_cond_t	 written;
	bool		 unsynced;	/* the syncer has something to do */
	bool		 ended;		/* nothing more will be written */
	struct batch	*flying;	/* written; the thread's own */
	const struct batch *open;	/* being applied; likewise */

	pthread_mutex_t	 together_lock;
	void		(*together)(void *, bool);
	void		*together_arg;
};

static int
batch_commit(struct committer *c, struct batch *b, struct err *err)
{
	struct tx *tx;

	c->open = b;
	tx = batch_apply(b, 0, tx_begin(c->store, err), err);
	if (tx == NULL)
		goto fail;
	if (batch_all_failed(b)) {
		tx_abort(tx);
		return -1;
	}
	stop_at("core.commit-before");
	if (tx_commit(tx, err) != 0)
		goto fail;
	stop_at("core.commit-after");
	__atomic_add_fetch(&c->commits, 1, __ATOMIC_RELAXED);
	return 0;
fail:
	batch_fail(b, err);
	return -1;
}

/* --- when the disk is full ----------------------------------------------- */

/* Without a slice while those given before have room, unless it failed so. */
static void
retry_from_reserve(struct committer *c, struct batch *b, struct batch *part,
    bool tried)
{
	size_t index[BATCH], i;
	struct err err;
	int tries;

	for (tries = 0; tries < RESERVE_TRIES; tries++) {
		batch_roomless(b, part, index);
		if (part->count == 0)
			return;
		if (tries > 0)
			usleep(RESERVE_PAUSE);
		if (tried || tries > 0 || store_reserve_is_needed(c->store))
			store_reserve_open(c->store);
		batch_commit(c, part, &err);
		for (i = 0; i < part->count; i++) {
			b->failed[index[i]] = part->failed[i];
			b->fault[index[i]] = part->fault[i];
		}
	}
}

/* --- the thread ---------------------------------------------------------- */

/* With the lock. */
static bool
has_landed(const struct committer *c)
{
	return c->flying != NULL && !c->unsynced;
}

/* True when the time is over. */
static bool
wait_until(struct committer *c, usec_t steady)
{
	const struct timespec until = {
		.tv_sec = steady / USEC, .tv_nsec = steady % USEC * 1000
	};

	return pthread_cond_timedwait(&c->wake, &c->lock, &until) == ETIMEDOUT;
}

/* When to look again although nobody calls; 0: never. */
static usec_t
next_look(const struct committer *c, usec_t now)
{
	if (c->first != NULL)
		return c->patient_until;
	return store_reserve_is_kept(c->store) ? 0 : now + USEC;
}

/*
 * Waits for jobs.  With the reserve open it looks each second whether there is
 * room again: nobody may submit anything while nothing can be issued.
 */
static void
wait_for_jobs(struct committer *c)
{
	usec_t now, next;

	while (c->urgent == 0 && !c->ending && !has_landed(c)) {
		now = clock_steady();
		next = next_look(c, now);
		if (c->first != NULL && now >= next)
			return;
		if (next == 0) {
			pthread_cond_wait(&c->wake, &c->lock);
			continue;
		}
		if (wait_until(c, next) && c->first == NULL)
			store_reserve_restore(c->store);
	}
}

static bool
has_company(const struct committer *c)
{
	size_t come = c->applied + c->urgent;

	return come == 0 || c->hurry || c->ending || come * 2 >= c->expected;
}

/*
 * For half of those on their way, and no longer than a transaction takes: what
 * is lost by waiting is never more than what going together may save.
 */
static void
wait_for_company(struct committer *c)
{
	usec_t until;

	if (has_company(c))
		return;
	until = clock_steady() + (c->took < COMPANY ? c->took : COMPANY);
	while (!has_company(c) && !wait_until(c, until))
		;
}

/* With the lock: those that came go with the batch, as far as there is room. */
static void
batch_take(struct committer *c, struct batch *b)
{
	struct job *job;

	c->hurry = false;
	while ((job = c->first) != NULL && b->count < BATCH) {
		c->first = job->next;
		if (c->first == NULL)
			c->last = &c->first;
		job->next = NULL;
		c->urgent -= !job->patient;
		b->failed[b->count] = false;
		b->job[b->count++] = job;
	}
}

static void
batch_done(struct committer *c, struct batch *b)
{
	bool together;
	size_t i;

	c->took = clock_steady() - b->begun;
	pthread_mutex_lock(&c->together_lock);
	together = c->together != NULL && b->count > 1;
	if (together)
		c->together(c->together_arg, true);
	for (i = 0; i < b->count; i++)
		if (b->job[i]->done != NULL)
			b->job[i]->done(b->job[i],
			    b->failed[i] ? &b->fault[i] : NULL);
	if (together)
		c->together(c->together_arg, false);
	pthread_mutex_unlock(&c->together_lock);
	b->count = 0;
}

/* --- the batch that is written, and not yet on the disk ------------------ */

static void *
syncer_thread(void *arg)
{
	struct committer *c = arg;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		while (!c->unsynced && !c->ended)
			pthread_cond_wait(&c->written, &c->lock);
		if (!c->unsynced)
			break;
		pthread_mutex_unlock(&c->lock);
		store_settle(c->store);
		pthread_mutex_lock(&c->lock);
		c->unsynced = false;
		pthread_cond_signal(&c->wake);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void
fly(struct committer *c, struct batch *b)
{
	bool alone;

	c->flying = b;
	pthread_mutex_lock(&c->lock);
	alone = c->urgent == 0;
	c->unsynced = !alone;
	pthread_mutex_unlock(&c->lock);
	if (alone)
		store_settle(c->store);
	else
		pthread_cond_signal(&c->written);
}

static void
wait_for_landing(struct committer *c)
{
	pthread_mutex_lock(&c->lock);
	while (c->unsynced)
		pthread_cond_wait(&c->wake, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

/* If there is one: when it is on the disk its jobs are told. */
static void
land(struct committer *c)
{
	struct batch *b = c->flying;

	if (b == NULL)
		return;
	wait_for_landing(c);
	stop_at("core.commit-after");
	c->flying = NULL;
	__atomic_add_fetch(&c->commits, 1, __ATOMIC_RELAXED);
	batch_done(c, b);
}

/* With the lock. */
static bool
may_join(const struct committer *c, const struct batch *b)
{
	return b->count < BATCH && (b->roomy || !c->hurry);
}

/*
 * What came, as part of the batch; with `company` having waited for it, unless
 * something in the batch waits for nobody.
 */
static struct tx *
apply_more(struct committer *c, struct batch *b, bool company, struct tx *tx,
    struct err *err)
{
	size_t from = b->count;

	pthread_mutex_lock(&c->lock);
	if (company && !batch_has_essential(b)) {
		c->applied = b->count;
		wait_for_company(c);
		c->applied = 0;
	}
	if (may_join(c, b))
		batch_take(c, b);
	pthread_mutex_unlock(&c->lock);
	return batch_apply(b, from, tx, err);
}

/*
 * Until the batch before has landed; what comes meanwhile is applied.  NULL:
 * the transaction is lost.
 */
static struct tx *
apply_until_landed(struct committer *c, struct batch *b, struct tx *tx,
    struct err *err)
{
	bool landed = c->flying == NULL;

	while (tx != NULL && !landed) {
		pthread_mutex_lock(&c->lock);
		while (!has_landed(c) && (c->urgent == 0 ||
		    !may_join(c, b)))
			pthread_cond_wait(&c->wake, &c->lock);
		landed = has_landed(c);
		pthread_mutex_unlock(&c->lock);
		if (landed)
			land(c);
		tx = apply_more(c, b, landed, tx, err);
	}
	return tx;
}

/* True: it is written and flies; else none of it is done. */
static bool
batch_start(struct committer *c, struct batch *b)
{
	struct err err;
	struct tx *tx;

	c->open = b;
	tx = batch_apply(b, 0, tx_begin(c->store, &err), &err);
	tx = apply_until_landed(c, b, tx, &err);
	land(c);
	if (tx != NULL && batch_all_failed(b)) {
		tx_abort(tx);
		return false;
	}
	stop_at("core.commit-before");
	if (tx != NULL && tx_commit_ahead(tx, &err) == 0) {
		fly(c, b);
		return true;
	}
	batch_fail(b, &err);
	return false;
}

/* True: it flies; else all its jobs were told. */
static bool
batch_run(struct committer *c, struct batch *b, struct batch *part)
{
	size_t index[BATCH];
	bool tried;

	b->careful = false;
	b->begun = clock_steady();
	if (!store_reserve_is_kept(c->store))
		store_reserve_restore(c->store);
	b->roomy = !store_is_nearly_full(c->store);
	tried = store_reserve_is_kept(c->store) &&
	    (b->roomy || !batch_has_essential(b));
	if (tried) {
		if (batch_start(c, b)) {
			batch_roomless(b, part, index);
			if (part->count == 0 && !store_is_to_tend(c->store))
				return true;
		}
	} else {
		land(c);
		batch_refuse(b);
	}
	wait_for_landing(c);
	retry_from_reserve(c, b, part, tried);
	if (c->flying != NULL)
		land(c);
	else
		batch_done(c, b);
	if (store_is_to_tend(c->store))
		store_tend(c->store);
	return false;
}

/* Waits for jobs, or for those that were told to; false at the end. */
static bool
wait_for_work(struct committer *c, struct batch *b)
{
	bool over;

	pthread_mutex_lock(&c->lock);
	wait_for_jobs(c);
	if (c->flying == NULL)
		wait_for_company(c);
	if (!has_landed(c))
		batch_take(c, b);
	over = b->count == 0 && c->flying == NULL && c->ending;
	pthread_mutex_unlock(&c->lock);
	return !over;
}

static void *
commit_thread(void *arg)
{
	struct committer *c = arg;
	struct batch *b, *other, *part, *free_one;

	b = calloc(1, sizeof(*b));
	other = calloc(1, sizeof(*other));
	part = calloc(1, sizeof(*part));
	if (b == NULL || other == NULL || part == NULL)
		die("commit: out of memory");
	while (wait_for_work(c, b)) {
		if (b->count == 0)
			land(c);
		else if (batch_run(c, b, part)) {
			free_one = other;
			other = b;
			b = free_one;
		}
	}
	free(b);
	free(other);
	free(part);
	return NULL;
}

struct committer *
committer_new(struct store *store)
{
	pthread_condattr_t steady;
	struct committer *c;
	struct err err;
	int code;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		die("commit: out of memory");
	c->store = store;
	c->last = &c->first;
	pthread_mutex_init(&c->lock, NULL);
	pthread_mutex_init(&c->together_lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&c->wake, &steady);
	pthread_condattr_destroy(&steady);
	pthread_cond_init(&c->written, NULL);
	if (store_checkpointer_start(store, &err) != 0 ||
	    store_sync_apart(store, &err) != 0)
		die("commit: %s", err.text);
	code = pthread_create(&c->thread, NULL, commit_thread, c);
	if (code == 0)
		code = pthread_create(&c->syncer, NULL, syncer_thread, c);
	if (code != 0)
		die("commit: cannot start a thread: %s", strerror(code));
	return c;
}

void
committer_free(struct committer *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->ending = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	pthread_mutex_lock(&c->lock);
	c->ended = true;
	pthread_cond_signal(&c->written);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->syncer, NULL);
	store_sync_within(c->store);
	store_checkpointer_stop(c->store);
	pthread_cond_destroy(&c->written);
	pthread_mutex_destroy(&c->together_lock);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wake);
	free(c);
}

void
commit_submit(struct committer *c, struct job *job)
{
	bool wake;

	job->next = NULL;
	pthread_mutex_lock(&c->lock);
	if (c->first == NULL)
		c->patient_until = clock_steady() + PATIENCE;
	if (!job->patient)
		c->urgent++;
	c->hurry |= job->essential;
	/* The first one wakes it, and the last one it waits for. */
	wake = job->patient ? c->first == NULL : c->urgent == 1 ||
	    has_company(c);
	*c->last = job;
	c->last = &job->next;
	pthread_mutex_unlock(&c->lock);
	/* Without the lock, or who wakes up waits for it. */
	if (wake)
		pthread_cond_signal(&c->wake);
}

void
commit_expect(struct committer *c, int more)
{
	pthread_mutex_lock(&c->lock);
	c->expected += (size_t)more;
	pthread_mutex_unlock(&c->lock);
}

void
commit_set_together(struct committer *c, void (*together)(void *, bool),
    void *arg)
{
	pthread_mutex_lock(&c->together_lock);
	c->together = together;
	c->together_arg = arg;
	pthread_mutex_unlock(&c->together_lock);
}

bool
commit_is_awaited(struct committer *c)
{
	bool awaited;

	pthread_mutex_lock(&c->lock);
	awaited = c->first != NULL || c->flying != NULL ||
	    (c->open != NULL && c->open->count > 1);
	pthread_mutex_unlock(&c->lock);
	return awaited;
}

unsigned long
commit_count(struct committer *c)
{
	return __atomic_load_n(&c->commits, __ATOMIC_RELAXED);
}

/* --- waiting for one ----------------------------------------------------- */

struct waiting {
	struct job	 job;	/* what the committer sees */
	struct job	*inner;	/* what is to be applied */
	pthread_mutex_t	 lock;
	pthread_cond_t	 ended;
	bool		 over;
	int		 result;
	struct err	*err;
};

static int
waiting_apply(struct job *job, struct tx *tx, struct err *err)
{
	struct waiting *w = (struct waiting *)job;

	return w->inner->apply(w->inner, tx, err);
}

static void
waiting_done(struct job *job, const struct err *fault)
{
	struct waiting *w = (struct waiting *)job;

	pthread_mutex_lock(&w->lock);
	if (fault != NULL) {
		*w->err = *fault;
		w->result = -1;
	}
	w->over = true;
	pthread_cond_signal(&w->ended);
	pthread_mutex_unlock(&w->lock);
}

int
commit_wait(struct committer *c, struct job *job, struct err *err)
{
	struct waiting w = {
		.job = { .apply = waiting_apply, .done = waiting_done,
			 .essential = job->essential,
			 .repeatable = job->repeatable },
		.inner = job,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.ended = PTHREAD_COND_INITIALIZER,
		.err = err,
	};

	commit_submit(c, &w.job);
	pthread_mutex_lock(&w.lock);
	while (!w.over)
		pthread_cond_wait(&w.ended, &w.lock);
	pthread_mutex_unlock(&w.lock);
	pthread_mutex_destroy(&w.lock);
	pthread_cond_destroy(&w.ended);
	return w.result;
}
