/*
 * The table of open files that may have a backing file; see backings.h.
 *
 * What a core counts it also notes as a turn until the kernel has its answer:
 * a request that is sent again to the next core was counted already.  An open
 * is counted before it is noted and a release noted before it is counted, and
 * a row forgets its id before the kernel does: a core that is killed between
 * the two leaves a count too high, or an id that nobody uses (main asks the
 * next core which it does).
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "../ca/err.h"
#include "backings.h"

#define ANNOUNCING	(5 * USEC)	/* the herald takes far less */
#define WAIT		(1 * USEC)	/* for main */
#define ASK_AGAIN	(60 * USEC)	/* when main had none, or no time */

struct backings {
	struct backing_plan	 plan;
	struct backing_memory	*memory;
	pthread_mutex_t		 lock;
	pthread_cond_t		 told;
	/* This core's own, by row. */
	bool			 asked[BACKING_ROWS];
	unsigned		 waiting[BACKING_ROWS];
	usec_t			 ask_from;	/* by the steady clock */
};

struct backings *
backings_new(const struct backing_plan *plan)
{
	pthread_condattr_t	 steady;
	struct backings		*b = calloc(1, sizeof(*b));

	if (b == NULL)
		die("out of memory");
	b->plan = *plan;
	b->memory = plan->memory;
	pthread_mutex_init(&b->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&b->told, &steady);
	pthread_condattr_destroy(&steady);
	return (b);
}

void
backings_free(struct backings *b)
{
	if (b == NULL)
		return;
	pthread_cond_destroy(&b->told);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

/* --- turns --------------------------------------------------------------- */

static struct backing_turn *
turn_of(struct backings *b, uint64_t unique)
{
	size_t	i;

	for (i = 0; i < BACKING_TURNS; i++)
		if (b->memory->turn[i].unique == unique)
			return (&b->memory->turn[i]);
	return (NULL);
}

/* The smallest is the oldest: of a core before, and not sent again. */
static struct backing_turn *
turn_new(struct backings *b, uint64_t fh)
{
	struct backing_turn	*turn = &b->memory->turn[0];
	size_t			 i;

	for (i = 1; i < BACKING_TURNS; i++)
		if (b->memory->turn[i].unique < turn->unique)
			turn = &b->memory->turn[i];
	turn->unique = 0;
	turn->fh = fh;
	return (turn);
}

/* --- rows ---------------------------------------------------------------- */

static struct backing_row *
row_of_fh(struct backings *b, uint64_t fh)
{
	return (fh == 0 || fh > BACKING_ROWS ? NULL :
	    &b->memory->row[fh - 1]);
}

static size_t
number_of(struct backings *b, const struct backing_row *row)
{
	return ((size_t)(row - b->memory->row));
}

static struct backing_row *
row_find(struct backings *b, uint64_t ino)
{
	size_t	i;

	for (i = 0; i < b->memory->rows; i++)
		if (b->memory->row[i].ino == ino)
			return (&b->memory->row[i]);
	return (NULL);
}

static void
row_free(struct backings *b, struct backing_row *row)
{
	uint32_t	id = row->way == BACKING_PASSED ? row->id : 0;

	row->way = BACKING_UNDECIDED;
	row->announced = 0;
	row->ino = 0;
	if (id != 0)
		b->plan.drop(id);
}

static bool
is_idle(struct backings *b, const struct backing_row *row)
{
	size_t	number = number_of(b, row);

	return (row->ino != 0 && row->opens == 0 && !b->asked[number] &&
	    b->waiting[number] == 0);
}

/* The one that was not used for the longest time, if there are that many. */
static void
make_room(struct backings *b)
{
	struct backing_row	*row, *oldest = NULL;
	size_t			 i, idle = 0;

	for (i = 0; i < b->memory->rows; i++) {
		row = &b->memory->row[i];
		if (!is_idle(b, row))
			continue;
		idle++;
		if (oldest == NULL || row->used < oldest->used)
			oldest = row;
	}
	if (idle >= BACKING_IDLE || (idle > 0 &&
	    b->memory->rows == BACKING_ROWS && row_find(b, 0) == NULL))
		row_free(b, oldest);
}

static struct backing_row *
row_new(struct backings *b, uint64_t ino)
{
	struct backing_row	*row;

	make_room(b);
	row = row_find(b, 0);
	if (row == NULL && b->memory->rows < BACKING_ROWS)
		row = &b->memory->row[b->memory->rows++];
	if (row == NULL)
		return (NULL);
	row->opens = 0;
	row->way = BACKING_UNDECIDED;
	row->announced = 0;
	row->used = ++b->memory->uses;
	row->ino = ino;
	return (row);
}

/* The last one has gone: the way is open again, a backing file stays. */
static void
count_down(struct backings *b, struct backing_row *row)
{
	if (row->opens == 0 || --row->opens != 0)
		return;
	if (row->way == BACKING_PLAIN)
		row->way = BACKING_UNDECIDED;
	if (is_idle(b, row) && row->way == BACKING_UNDECIDED &&
	    !row->announced)
		row_free(b, row);
}

/* --- opening ------------------------------------------------------------- */

static uint64_t
take(struct backings *b, struct backing_row *row, uint64_t unique)
{
	uint64_t		 fh = number_of(b, row) + 1;
	struct backing_turn	*turn = turn_new(b, fh);

	row->used = ++b->memory->uses;
	row->opens++;
	turn->unique = unique;
	return (fh);
}

static bool
may_pass(struct backings *b, const struct backing_row *row,
    const struct backing_open *open)
{
	return (row->way == BACKING_UNDECIDED && !b->memory->uncounted &&
	    clock_steady() >= b->ask_from && (row->announced ||
	    clock_now() - open->published > ANNOUNCING));
}

/* Until main has said something; if it does not, it is not asked for long. */
static void
wait_for_main(struct backings *b, size_t row)
{
	const usec_t		end = clock_steady() + WAIT;
	const struct timespec	until = {
		.tv_sec = end / USEC, .tv_nsec = end % USEC * 1000
	};

	b->waiting[row]++;
	while (b->asked[row]) {
		if (pthread_cond_timedwait(&b->told, &b->lock, &until) !=
		    ETIMEDOUT || !b->asked[row])
			continue;
		b->asked[row] = false;
		b->ask_from = clock_steady() + ASK_AGAIN;
		pthread_cond_broadcast(&b->told);
	}
	b->waiting[row]--;
}

static uint64_t
open_row(struct backings *b, struct backing_row *row,
    const struct backing_open *open)
{
	size_t	number = number_of(b, row);

	if (may_pass(b, row, open)) {
		if (!b->asked[number])
			b->asked[number] = b->plan.ask(row->ino,
			    open->sha256) == 0;
		wait_for_main(b, number);
	}
	if (row->way == BACKING_UNDECIDED)
		row->way = BACKING_PLAIN;
	return (take(b, row, open->unique));
}

void
backings_open(struct backings *b, const struct backing_open *open,
    uint64_t *fh, uint32_t *id)
{
	struct backing_row	*row;
	struct backing_turn	*turn;

	*fh = 0;
	pthread_mutex_lock(&b->lock);
	if ((turn = turn_of(b, open->unique)) != NULL)
		*fh = turn->fh;
	else if ((row = row_find(b, open->ino)) != NULL ||
	    (row = row_new(b, open->ino)) != NULL)
		*fh = open_row(b, row, open);
	else
		b->memory->uncounted = 1;
	row = row_of_fh(b, *fh);
	*id = row != NULL && row->way == BACKING_PASSED ? row->id : 0;
	pthread_mutex_unlock(&b->lock);
}

void
backings_release(struct backings *b, uint64_t ino, uint64_t fh,
    uint64_t unique)
{
	struct backing_row	*row = row_of_fh(b, fh);

	pthread_mutex_lock(&b->lock);
	if (row != NULL && row->ino == ino && turn_of(b, unique) == NULL) {
		turn_new(b, fh)->unique = unique;
		count_down(b, row);
	}
	pthread_mutex_unlock(&b->lock);
}

void
backings_answered(struct backings *b, uint64_t fh, uint64_t unique, bool took)
{
	struct backing_row	*row = row_of_fh(b, fh);
	struct backing_turn	*turn;

	pthread_mutex_lock(&b->lock);
	if ((turn = turn_of(b, unique)) != NULL)
		turn->unique = 0;
	if (row != NULL && !took)
		count_down(b, row);
	pthread_mutex_unlock(&b->lock);
}

void
backings_announced(struct backings *b, uint64_t ino)
{
	struct backing_row	*row;

	pthread_mutex_lock(&b->lock);
	if ((row = row_find(b, ino)) != NULL ||
	    (row = row_new(b, ino)) != NULL)
		row->announced = 1;
	pthread_mutex_unlock(&b->lock);
}

/* --- what main says ------------------------------------------------------ */

void
backings_told(struct backings *b, uint64_t ino, uint32_t id)
{
	struct backing_row	*row;
	bool			 is_id, waits;

	is_id = id != BACKING_NONE && id != BACKING_NOT_THIS;
	pthread_mutex_lock(&b->lock);
	row = row_find(b, ino);
	waits = row != NULL && b->asked[number_of(b, row)];
	if (waits) {
		b->asked[number_of(b, row)] = false;
		pthread_cond_broadcast(&b->told);
	}
	if (id == BACKING_NONE)
		b->ask_from = clock_steady() + ASK_AGAIN;
	else if (is_id && waits && row->way == BACKING_UNDECIDED) {
		row->id = id;
		row->way = BACKING_PASSED;
	} else if (is_id)
		b->plan.drop(id);	/* it went the other way meanwhile */
	pthread_mutex_unlock(&b->lock);
}

size_t
backings_ids(struct backings *b, uint32_t *to)
{
	size_t	i, count = 0;

	pthread_mutex_lock(&b->lock);
	for (i = 0; i < b->memory->rows; i++)
		if (b->memory->row[i].way == BACKING_PASSED)
			to[count++] = b->memory->row[i].id;
	pthread_mutex_unlock(&b->lock);
	return (count);
}
