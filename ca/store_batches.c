/*
 * Batches of revocations.  See store_batches.h.
 */
#include <errno.h>
#include <stdio.h>

#include "store_batches.h"
#include "store_private.h"

#define HELD_MOST	(60 * USEC)

int
batch_put(struct tx *tx, struct batch *b, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO batches (file, uid, received,"
	    " state, decided, dossier, newest, lines, done, refused, name,"
	    " sha256) VALUES (?, ?, ?, ?, ?, 0,"
	    " (SELECT coalesce(max(id), 0) FROM certificates),"
	    " ?, 0, 0, ?, ?)");
	bind_number(q, b->file);
	bind_number(q, b->uid);
	bind_number(q, b->received);
	bind_number(q, b->state);
	bind_number(q, b->decided);
	bind_number(q, b->lines);
	bind_text(q, b->name);
	bind_hex(q, b->sha256);
	if (query_write(q, err) != 0)
		return err_in(err, "a batch of revocations");
	b->id = sql_last_id(tx->view.sql);
	return 0;
}

int
batch_update(struct tx *tx, const struct batch *b, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE batches SET done = ?,"
	    " refused = ?, finished = ?, state = ?, decided = ?, dossier = ?"
	    " WHERE id = ?");
	bind_number(q, b->done);
	bind_number(q, b->refused);
	bind_reference(q, b->finished);
	bind_number(q, b->state);
	bind_number(q, b->decided);
	bind_number(q, b->dossier);
	bind_number(q, b->id);
	return query_write(q, err);
}

#define SELECT_BATCHES \
    "SELECT id, file, uid, received, finished, state, decided, dossier," \
    " newest, lines, done, refused, name, sha256 FROM batches "

static int
one_batch(struct query *q, struct batch *b)
{
	int there = query_next(q);

	if (there) {
		b->id = take_number(q);
		b->file = take_number(q);
		b->uid = (uid_t)take_number(q);
		b->received = take_number(q);
		b->finished = take_number(q);
		b->state = (enum batch_state)take_number(q);
		b->decided = take_number(q);
		b->dossier = take_number(q);
		b->newest = take_number(q);
		b->lines = take_number(q);
		b->done = take_number(q);
		b->refused = take_number(q);
		take_text(q, b->name, sizeof(b->name));
		take_hex(q, b->sha256, sizeof(b->sha256));
	}
	query_done(q);
	return there;
}

int
batch_of_file(struct view *v, int64_t file, const char *sha256,
    struct batch *b)
{
	struct query *q;

	q = query_new(v->sql, SELECT_BATCHES "WHERE file = ? AND sha256 = ?");
	bind_number(q, file);
	bind_hex(q, sha256);
	return one_batch(q, b);
}

int
batch_get(struct view *v, int64_t id, struct batch *b)
{
	struct query *q;

	q = query_new(v->sql, SELECT_BATCHES "WHERE id = ?");
	bind_number(q, id);
	return one_batch(q, b);
}

int
batch_first_open(struct view *v, struct batch *b)
{
	return one_batch(query_new(v->sql, SELECT_BATCHES
	    "WHERE finished IS NULL AND state < 2 ORDER BY state, id"
	    " LIMIT 1"), b);
}

bool
batch_holds(struct view *v, char act[BATCH_ACT])
{
	struct batch b;

	if (batch_first_open(v, &b) != 1 || b.state != BATCH_TO_DO ||
	    clock_now() >= b.decided + HELD_MOST)
		return false;
	snprintf(act, BATCH_ACT, "batch %lld ", (long long)b.id);
	return true;
}

int
batch_undecided(struct view *v, int64_t file, struct batch *b)
{
	struct query *q;

	q = query_new(v->sql, SELECT_BATCHES "WHERE file = ?"
	    " AND finished IS NULL AND state IN (1, 2)");
	bind_number(q, file);
	return one_batch(q, b);
}

int
batch_verdicts_put(struct tx *tx, int64_t batch, struct slice lines,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql,
	    "INSERT INTO batch_verdicts (batch, lines) VALUES (?, ?)");
	bind_number(q, batch);
	bind_blob(q, lines);
	return query_write(q, err);
}

void
batch_verdicts(struct view *v, int64_t batch, struct bytes *to)
{
	struct slice lines;
	struct query *q;

	q = query_new(v->sql, "SELECT lines FROM batch_verdicts"
	    " WHERE batch = ? ORDER BY id");
	bind_number(q, batch);
	while (query_next(q)) {
		lines = take_blob(q);
		bytes_put(to, lines.data, lines.size);
	}
	query_done(q);
}

int
batch_verdicts_clear(struct tx *tx, int64_t batch, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql,
	    "DELETE FROM batch_verdicts WHERE batch = ?");
	bind_number(q, batch);
	return query_write(q, err);
}
