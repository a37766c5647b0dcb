/*
 * Counts of tries: see tries.h.  A row is free when the core before the last
 * one was not handed its request: it was answered.  With all rows taken some
 * other request's count begins anew, so each is bounded as long as no more
 * than that many are sent again at a time.
 */
#include <stddef.h>

#include "tries.h"

void
tries_begin(struct tries *t)
{
	switch (atomic_exchange(&t->end, TRIES_KILLED)) {
	case TRIES_FAULTED:
		t->price = TRIES_FAULT;
		break;
	case TRIES_LEFT:
		t->price = 0;
		break;
	default:
		t->price = TRIES_KILL;
		break;
	}
	t->core++;
}

void
tries_end(struct tries *t, enum tries_end end)
{
	atomic_store(&t->end, (uint32_t)end);
}

static struct tries_row *
row_of(struct tries *t, uint64_t unique)
{
	struct tries_row *row, *free_row = NULL;
	uint64_t i;

	for (i = 0; i < TRIES_ROWS; i++) {
		row = &t->row[(unique / 2 + i) % TRIES_ROWS];
		if (row->unique == unique && row->core + 1 >= t->core)
			return row;
		if (free_row == NULL && row->core + 1 < t->core)
			free_row = row;
	}
	if (free_row == NULL)
		free_row = &t->row[unique / 2 % TRIES_ROWS];
	*free_row = (struct tries_row){ .unique = unique };
	return free_row;
}

bool
tries_may(struct tries *t, uint64_t unique)
{
	struct tries_row *row = row_of(t, unique);

	row->core = t->core;
	row->weight += t->price;
	return row->weight < TRIES_MOST;
}
