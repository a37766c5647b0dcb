/*
 * The committer: one thread, one transaction after another, each with all the
 * jobs that arrived while the one before was being synced.  See commit.h.
 *
 * The thread stands in the sync a third of its time.  Syncing beside the next
 * transaction was built and measured (November 2026, two cores): batches became
 * smaller, and readers, who must not show what is not on the disk yet, waited
 * at each look-up.  It took a fifth more CPU and issued a fifth less.
 *
 * When the disk is full (DESIGN 2.3): essential jobs that failed with ENOSPC
 * are tried again, alone, with a slice of the reserve each time; while it is
 * not whole nothing else is committed, and before each batch, or each second
 * without one, it is tried to take it back.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commit.h"
#include "stop.h"
#include "store_private.h"

#define BATCH	256	/* jobs in one transaction */
#define RESERVE_TRIES	17	/* its slices, and once more */
#define RESERVE_PAUSE	20000	/* microseconds */
#define PATIENCE (100 * USEC / 1000)
#define COMPANY	(USEC / 1000)	/* at most so long for others to come */

struct committer {
	struct store	*store;
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake;
	struct job	*first, **last;	/* what was submitted, in order */
	size_t		 urgent;	/* of them, those without patience */
	usec_t		 patient_until;	/* of the first one */
	size_t		 expected;	/* on their way to submit one */
	usec_t		 took;		/* by the transaction before */
	bool		 hurry;		/* an essential one is among them */
	bool		 ending;
	unsigned long	 commits;
	pthread_mutex_t	 together_lock;
	void		(*together)(void *, bool);
	void		*together_arg;
};

/* Jobs of one transaction, in order, each with what became of it. */
struct batch {
	struct job	*job[BATCH];
	bool		 failed[BATCH];
	struct err	 fault[BATCH];
	size_t		 count;
};

/* --- one transaction ----------------------------------------------------- */

static void
batch_fail(struct batch *b, const struct err *fault)
{
	size_t i;

	for (i = 0; i < b->count; i++) {
		if (b->failed[i])
			continue;
		b->failed[i] = true;
		b->fault[i] = *fault;
	}
}

/* A job alone needs no savepoint: its failure is the transaction's. */
static int
apply_alone(struct batch *b, struct tx *tx)
{
	if (b->job[0]->apply(b->job[0], tx, &b->fault[0]) == 0)
		return 0;
	b->failed[0] = true;
	return -1;
}

/* 0, also when the job failed by itself; -1: the transaction is lost. */
static int
apply_one(struct batch *b, size_t i, struct tx *tx, struct err *err)
{
	if (tx_savepoint(tx, err) != 0)
		return -1;
	if (b->job[i]->apply(b->job[i], tx, &b->fault[i]) == 0)
		return tx_release(tx, err);
	b->failed[i] = true;
	*err = b->fault[i];
	if (tx_rollback_to(tx, err) == 0)
		return 0;
	*err = b->fault[i];
	return -1;
}

/*
 * A way back costs a copy of each page a job writes, a tenth of its time, and
 * is hardly ever taken: jobs that can be repeated go without.
 */
static bool
is_repeatable(const struct batch *b)
{
	size_t i;

	for (i = 0; i < b->count; i++)
		if (!b->job[i]->repeatable && !b->job[i]->essential)
			return false;
	return true;
}

/* 1; 0 when one failed and the transaction is to be begun again. */
static int
apply_at_once(struct batch *b, struct tx *tx)
{
	struct err fault;
	size_t i;

	for (i = 0; i < b->count; i++)
		if (b->job[i]->apply(b->job[i], tx, &fault) != 0)
			return 0;
	return 1;
}

static int
apply_each(struct batch *b, struct tx *tx, struct err *err)
{
	size_t i;

	if (b->count == 1) {
		if (apply_alone(b, tx) == 0)
			return 0;
		*err = b->fault[0];
		return -1;
	}
	for (i = 0; i < b->count; i++)
		if (apply_one(b, i, tx, err) != 0)
			return -1;
	return 0;
}

/* The transaction with all of them but those that failed; NULL: it is lost. */
static struct tx *
apply_all(struct committer *c, struct batch *b, struct err *err)
{
	struct tx *tx;

	tx = tx_begin(c->store, err);
	if (tx != NULL && b->count > 1 && is_repeatable(b)) {
		if (apply_at_once(b, tx))
			return tx;
		tx_abort(tx);
		tx = tx_begin(c->store, err);
	}
	if (tx == NULL || apply_each(b, tx, err) == 0)
		return tx;
	tx_abort(tx);
	return NULL;
}

static int
batch_commit(struct committer *c, struct batch *b, struct err *err)
{
	struct tx *tx;

	tx = apply_all(c, b, err);
	if (tx == NULL)
		goto fail;
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

static void
batch_refuse(struct batch *b, size_t i)
{
	b->failed[i] = true;
	err_set(&b->fault[i], ENOSPC, "the disk is full: nothing is decided "
	    "until there is room for its evidence");
}

static bool
has_essential(const struct batch *b)
{
	size_t i;

	for (i = 0; i < b->count; i++)
		if (b->job[i]->essential)
			return true;
	return false;
}

/* Fills `part` with the essential jobs that found no room. */
static void
select_roomless(const struct batch *b, struct batch *part,
    size_t index[BATCH])
{
	size_t i;

	part->count = 0;
	for (i = 0; i < b->count; i++) {
		if (!b->job[i]->essential || !b->failed[i] ||
		    b->fault[i].code != ENOSPC)
			continue;
		part->failed[part->count] = false;
		index[part->count] = i;
		part->job[part->count++] = b->job[i];
	}
}

static void
retry_from_reserve(struct committer *c, struct batch *b, struct batch *part)
{
	size_t index[BATCH], i;
	struct err err;
	int tries;

	for (tries = 0; tries < RESERVE_TRIES; tries++) {
		select_roomless(b, part, index);
		if (part->count == 0)
			return;
		/* The file system may take a moment to give blocks back. */
		if (tries > 0)
			usleep(RESERVE_PAUSE);
		store_reserve_open(c->store);
		batch_commit(c, part, &err);
		for (i = 0; i < part->count; i++) {
			b->failed[index[i]] = part->failed[i];
			b->fault[index[i]] = part->fault[i];
		}
	}
}

static void
batch_run(struct committer *c, struct batch *b, struct batch *part)
{
	struct err err;
	size_t i;

	if (!store_reserve_is_kept(c->store))
		store_reserve_restore(c->store);
	if (store_reserve_is_kept(c->store) &&
	    !(has_essential(b) && store_is_nearly_full(c->store)))
		batch_commit(c, b, &err);
	else
		for (i = 0; i < b->count; i++)
			batch_refuse(b, i);
	retry_from_reserve(c, b, part);
}

/* --- the thread ---------------------------------------------------------- */

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

	while (c->urgent == 0 && !c->ending) {
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
	return c->urgent == 0 || c->hurry || c->ending ||
	    c->urgent * 2 >= c->expected;
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

/* Waits for jobs; false when there are none and never will be. */
static bool
batch_take(struct committer *c, struct batch *b)
{
	struct job *job;

	b->count = 0;
	pthread_mutex_lock(&c->lock);
	wait_for_jobs(c);
	wait_for_company(c);
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
	pthread_mutex_unlock(&c->lock);
	return b->count > 0;
}

static void
batch_done(struct committer *c, struct batch *b)
{
	bool together;
	size_t i;

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
}

static void *
commit_thread(void *arg)
{
	struct committer *c = arg;
	struct batch *b, *part;
	usec_t begun;

	b = calloc(1, sizeof(*b));
	part = calloc(1, sizeof(*part));
	if (b == NULL || part == NULL)
		die("commit: out of memory");
	while (batch_take(c, b)) {
		begun = clock_steady();
		batch_run(c, b, part);
		c->took = clock_steady() - begun;
		batch_done(c, b);
	}
	free(b);
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
	if (store_checkpointer_start(store, &err) != 0)
		die("commit: %s", err.text);
	code = pthread_create(&c->thread, NULL, commit_thread, c);
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
	store_checkpointer_stop(c->store);
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
