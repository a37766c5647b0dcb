/* A batch of jobs: see commit_batch.h. */
#include <errno.h>

#include "commit_batch.h"

void
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

bool
batch_all_failed(const struct batch *b)
{
	size_t i;

	for (i = 0; i < b->count && b->failed[i]; i++)
		;
	return i == b->count;
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
 * is hardly ever taken: jobs that can be repeated go without, and when one
 * fails all are applied again.
 */
struct tx *
batch_apply(struct batch *b, size_t from, struct tx *tx, struct err *err)
{
	struct store *store = tx == NULL ? NULL : tx_store(tx);
	struct err fault;
	size_t i = from;

	while (tx != NULL && i < b->count) {
		if (!b->job[i]->repeatable && !b->job[i]->essential)
			b->careful = true;
		if (b->failed[i]) {
			i++;
		} else if (b->careful) {
			if (apply_one(b, i++, tx, err) == 0)
				continue;
			tx_abort(tx);
			return NULL;
		} else if (b->job[i]->apply(b->job[i], tx, &fault) == 0) {
			i++;
		} else {
			tx_abort(tx);
			tx = tx_begin(store, err);
			/* With nothing before it there is nothing to repeat. */
			if (i == 0) {
				b->failed[0] = true;
				b->fault[0] = fault;
				i = 1;
			} else {
				b->careful = true;
				i = 0;
			}
		}
	}
	return tx;
}

void
batch_refuse(struct batch *b)
{
	struct err full;

	err_set(&full, ENOSPC, "the disk is full: nothing is decided until "
	    "there is room for its evidence");
	batch_fail(b, &full);
}

bool
batch_has_essential(const struct batch *b)
{
	size_t i;

	for (i = 0; i < b->count; i++)
		if (b->job[i]->essential)
			return true;
	return false;
}

void
batch_roomless(const struct batch *b, struct batch *part,
    size_t index[BATCH])
{
	size_t i;

	part->count = 0;
	for (i = 0; i < b->count; i++) {
		if (!b->job[i]->essential || !b->failed[i] ||
		    b->fault[i].code != ENOSPC)
			continue;
		part->failed[part->count] = false;
		part->careful = false;
		index[part->count] = i;
		part->job[part->count++] = b->job[i];
	}
}
