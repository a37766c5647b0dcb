/*
 * The table of open files that may have a backing file; see backings.h.
 *
 * What a core counts it also notes as a turn until the kernel has its answer:
 * a request that is sent again to the next core was counted already.  An open
 * is counted before it is noted and a release noted before it is counted, so
 * that a core killed between the two leaves a count that is too high.
 */
#include <pthread.h>
#include <stdlib.h>

#include "../ca/err.h"
#include "backings.h"

#define ANNOUNCING	(5 * USEC)	/* then nobody will any more */
#define ASK_AGAIN	(60 * USEC)	/* when main had none */

struct waiter {
	struct waiter	*next;
	size_t		 row;
	uint64_t	 unique;
	void		*req;
};

struct backings {
	struct backing_plan	 plan;
	struct backing_memory	*memory;
	pthread_mutex_t		 lock;
	struct waiter		*waiters;
	bool			 asked[BACKING_ROWS];
	usec_t			 ask_from;	/* by the steady clock */
};

struct backings *
backings_new(const struct backing_plan *plan)
{
	struct backings	*b = calloc(1, sizeof(*b));

	if (b == NULL)
		die("out of memory");
	b->plan = *plan;
	b->memory = plan->memory;
	pthread_mutex_init(&b->lock, NULL);
	return (b);
}

void
backings_free(struct backings *b)
{
	struct waiter	*w;

	if (b == NULL)
		return;
	while ((w = b->waiters) != NULL) {
		b->waiters = w->next;
		free(w);
	}
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
static void
note_turn(struct backings *b, uint64_t unique, uint64_t fh)
{
	struct backing_turn	*turn = &b->memory->turn[0];
	size_t			 i;

	for (i = 1; i < BACKING_TURNS; i++)
		if (b->memory->turn[i].unique < turn->unique)
			turn = &b->memory->turn[i];
	turn->unique = 0;
	turn->fh = fh;
	turn->unique = unique;
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
	if (row->way == BACKING_PASSED)
		b->plan.drop(row->id);
	row->ino = 0;
	row->way = BACKING_UNDECIDED;
	row->announced = 0;
}

/* The one that was not used for the longest time, if there are that many. */
static void
make_room(struct backings *b)
{
	struct backing_row	*row, *oldest = NULL;
	size_t			 i, idle = 0;

	for (i = 0; i < b->memory->rows; i++) {
		row = &b->memory->row[i];
		if (row->ino == 0 || row->opens != 0 || b->asked[i])
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
	if (row->way == BACKING_UNDECIDED && !row->announced)
		row_free(b, row);
}

/* --- opening ------------------------------------------------------------- */

static uint64_t
take(struct backings *b, struct backing_row *row, uint64_t unique)
{
	uint64_t	fh = number_of(b, row) + 1;

	row->used = ++b->memory->uses;
	row->opens++;
	note_turn(b, unique, fh);
	return (fh);
}

static bool
may_pass(struct backings *b, const struct backing_row *row,
    const struct backing_open *open)
{
	return (!b->memory->uncounted &&
	    open->sha256 != NULL && clock_steady() >= b->ask_from &&
	    (row->announced || clock_now() - open->published > ANNOUNCING));
}

static void
wait_for_main(struct backings *b, struct backing_row *row,
    const struct backing_open *open)
{
	struct waiter	*w = calloc(1, sizeof(*w));

	if (w == NULL)
		die("out of memory");
	w->row = number_of(b, row);
	w->unique = open->unique;
	w->req = open->req;
	w->next = b->waiters;
	b->waiters = w;
}

static enum backing_answer
open_row(struct backings *b, struct backing_row *row,
    const struct backing_open *open, uint64_t *fh, uint32_t *id)
{
	size_t	number = number_of(b, row);

	if (open->sha256 == NULL) {
		row->announced = 1;
		if (row->way == BACKING_PASSED && row->opens > 0)
			return (BACKING_BUSY);
		if (row->way == BACKING_PASSED)
			b->plan.drop(row->id);
		row->way = BACKING_PLAIN;
	} else if (row->way == BACKING_UNDECIDED &&
	    (b->asked[number] || (may_pass(b, row, open) &&
	    b->plan.ask(row->ino, open->sha256) == 0))) {
		b->asked[number] = true;
		wait_for_main(b, row, open);
		return (BACKING_LATER);
	}
	if (row->way == BACKING_UNDECIDED)
		row->way = BACKING_PLAIN;
	*fh = take(b, row, open->unique);
	*id = row->way == BACKING_PASSED ? row->id : 0;
	return (BACKING_NOW);
}

enum backing_answer
backings_open(struct backings *b, const struct backing_open *open,
    uint64_t *fh, uint32_t *id)
{
	struct backing_row	*row;
	struct backing_turn	*turn;
	enum backing_answer	 answer = BACKING_NOW;

	*fh = *id = 0;
	pthread_mutex_lock(&b->lock);
	if ((turn = turn_of(b, open->unique)) != NULL) {
		*fh = turn->fh;
		row = row_of_fh(b, turn->fh);
		if (row != NULL && row->way == BACKING_PASSED)
			*id = row->id;
	} else if ((row = row_find(b, open->ino)) != NULL ||
	    (row = row_new(b, open->ino)) != NULL)
		answer = open_row(b, row, open, fh, id);
	else
		b->memory->uncounted = 1;
	pthread_mutex_unlock(&b->lock);
	return (answer);
}

void
backings_release(struct backings *b, uint64_t fh, uint64_t unique)
{
	struct backing_row	*row = row_of_fh(b, fh);

	pthread_mutex_lock(&b->lock);
	if (row != NULL && turn_of(b, unique) == NULL) {
		note_turn(b, unique, fh);
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

/* --- what main says ------------------------------------------------------ */

static void
decide(struct backings *b, struct backing_row *row, uint32_t id)
{
	if (row->way != BACKING_UNDECIDED) {
		if (id != 0)
			b->plan.drop(id);
		return;
	}
	row->id = id;
	row->way = id != 0 ? BACKING_PASSED : BACKING_PLAIN;
	if (id == 0)
		b->ask_from = clock_steady() + ASK_AGAIN;
}

/* Those who wait for this row, each counted. */
static struct waiter *
end_waiting(struct backings *b, size_t row)
{
	struct backing_row	*r = &b->memory->row[row];
	struct waiter	       **at = &b->waiters, *w, *list = NULL;

	while ((w = *at) != NULL) {
		if (w->row != row) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		(void)take(b, r, w->unique);
		w->next = list;
		list = w;
	}
	return (list);
}

/* Did this core ask? */
static bool
settle(struct backings *b, uint64_t ino, uint32_t *id, struct waiter **list)
{
	struct backing_row	*row = row_find(b, ino);
	size_t			 number;

	if (row == NULL || !b->asked[number = number_of(b, row)])
		return (false);
	b->asked[number] = false;
	decide(b, row, *id);
	*id = row->way == BACKING_PASSED ? row->id : 0;
	*list = end_waiting(b, number);
	return (true);
}

void
backings_told(struct backings *b, uint64_t ino, uint32_t id)
{
	struct waiter	*list = NULL, *w;

	pthread_mutex_lock(&b->lock);
	if (!settle(b, ino, &id, &list) && id != 0)
		b->plan.drop(id);	/* the core before asked */
	pthread_mutex_unlock(&b->lock);
	while ((w = list) != NULL) {
		list = w->next;
		b->plan.answer(w->req, w->unique, w->row + 1, id);
		free(w);
	}
}

void
backings_announced(struct backings *b, uint64_t ino)
{
	struct backing_row	*row;

	pthread_mutex_lock(&b->lock);
	if ((row = row_find(b, ino)) != NULL)
		row->announced = 1;
	pthread_mutex_unlock(&b->lock);
}
