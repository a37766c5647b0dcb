/*
 * Status texts: what NAME.status said in each state.  See store_requests.h.
 *
 * Most of a text are the gates' answers, three kilobytes that stay when it is
 * issued or suspended.  A row has what it does not share with the one
 * before: `head` octets of the base stand in front of its own, and what is
 * missing to its size is the base's end.  A base is whole, so no text is found
 * by more than two rows; it becomes old with the last that it is the base of.
 */
#include <string.h>

#include "store_private.h"
#include "store_requests.h"

#define SHARED	512	/* octets: less is not worth a second look-up */

struct piece {		/* of a row; base 0: it is whole */
	int64_t	base;
	size_t	head, size;
	struct bytes own;
};

static int
piece_find(struct view *v, int64_t id, struct piece *p)
{
	struct query *q;
	int found;

	q = query_new(v->sql,
	    "SELECT base, head, size, text FROM statuses WHERE id = ?");
	bind_number(q, id);
	found = query_next(q);
	if (found) {
		p->base = take_number(q);
		p->head = (size_t)take_number(q);
		p->size = (size_t)take_number(q);
		bytes_copy(&p->own, take_blob(q));
	}
	query_done(q);
	return found;
}

/* --- putting ------------------------------------------------------------- */

static int
supersede(struct tx *tx, int64_t id, usec_t time, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT OR IGNORE INTO statuses_old"
	    " (time, id) VALUES (?, ?)");
	bind_number(q, time);
	bind_number(q, id);
	return query_write(q, err);
}

/* The row before, unless it is needed; and its base, behind it. */
static int
supersede_before(struct tx *tx, const struct slot *slot, int64_t its_base,
    int64_t base, usec_t time, struct err *err)
{
	if (slot->status != base &&
	    supersede(tx, slot->status, time, err) != 0)
		return -1;
	if (its_base == 0 || its_base == base)
		return 0;
	return supersede(tx, its_base, time + 1, err);
}

/* How many octets both begin with, and behind them end with. */
static void
compare(struct slice a, struct slice b, size_t *head, size_t *tail)
{
	size_t most = a.size < b.size ? a.size : b.size, n;

	for (n = 0; n < most && a.data[n] == b.data[n]; n++)
		;
	*head = n;
	for (n = 0; n < most - *head &&
	    a.data[a.size - 1 - n] == b.data[b.size - 1 - n]; n++)
		;
	*tail = n;
}

static int
put_row(struct tx *tx, const struct slot *slot, usec_t time,
    const struct piece *p, struct slice own, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO statuses (slot, time, size,"
	    " base, head, text) VALUES (?, ?, ?, ?, ?, ?)");
	bind_number(q, slot->id);
	bind_number(q, time);
	bind_number(q, (int64_t)p->size);
	bind_reference(q, p->base);
	bind_number(q, (int64_t)p->head);
	bind_blob(q, own);
	return query_write(q, err);
}

int
status_put(struct tx *tx, struct slot *slot, usec_t time, struct slice text,
    struct err *err)
{
	struct piece new = { .size = text.size }, old = { 0 };
	int64_t its_base = 0, base = slot->status;
	size_t tail = 0;
	int ret;

	if (base != 0 && piece_find(&tx->view, base, &old) &&
	    (its_base = old.base) != 0) {
		base = its_base;
		piece_find(&tx->view, base, &old);
	}
	compare(SLICE(&old.own), text, &new.head, &tail);
	if (new.head + tail >= SHARED)
		new.base = base;
	else
		new.head = tail = 0;
	bytes_free(&old.own);
	text.data += new.head;
	text.size -= new.head + tail;
	ret = slot->status == 0 ? 0 : supersede_before(tx, slot, its_base,
	    new.base, time, err);
	if (ret != 0 || put_row(tx, slot, time, &new, text, err) != 0)
		return -1;
	slot->status = sql_last_id(tx->view.sql);
	tx->status_time = time;
	return 0;
}

/* --- asking -------------------------------------------------------------- */

int
status_get(struct view *v, int64_t id, struct status_row *row)
{
	struct query *q;
	int found;

	q = query_new(v->sql,
	    "SELECT id, slot, time, size FROM statuses WHERE id = ?");
	bind_number(q, id);
	found = query_next(q);
	if (found) {
		row->id = take_number(q);
		row->slot = take_number(q);
		row->time = take_number(q);
		row->size = (size_t)take_number(q);
	}
	query_done(q);
	return found;
}

/* 1; 0: the base is gone, as with a row that is old itself. */
static int
put_together(struct view *v, struct piece *p, struct bytes *to)
{
	struct piece base = { 0 };
	size_t tail = p->size - p->head - p->own.size;
	int ret = 0;

	if (piece_find(v, p->base, &base) && base.base == 0 &&
	    p->head + tail <= base.own.size) {
		bytes_clear(to);
		bytes_put(to, base.own.data, p->head);
		bytes_put(to, p->own.data, p->own.size);
		bytes_put(to, base.own.data + base.own.size - tail, tail);
		ret = 1;
	}
	bytes_free(&base.own);
	return ret;
}

int
status_text(struct view *v, int64_t id, struct bytes *to)
{
	struct piece p = { 0 };
	int found = piece_find(v, id, &p);

	if (found && p.base != 0)
		found = put_together(v, &p, to);
	else if (found)
		bytes_copy(to, SLICE(&p.own));
	bytes_free(&p.own);
	return found;
}

/* Never the newest of all: its number would be given again. */
int
statuses_prune(struct tx *tx, usec_t before, int64_t limit, struct err *err)
{
	static const char *const steps[] = {
		"DELETE FROM statuses WHERE id IN (SELECT id FROM"
		" statuses_old WHERE time < ? AND id <"
		" (SELECT max(id) FROM statuses) ORDER BY time LIMIT ?)",
		"DELETE FROM statuses_old WHERE (time, id) IN (SELECT time,"
		" id FROM statuses_old WHERE time < ? AND id <"
		" (SELECT max(id) FROM statuses) ORDER BY time LIMIT ?)"
	};
	struct query *q;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		q = query_new(tx->view.sql, steps[i]);
		bind_number(q, before);
		bind_number(q, limit);
		if (query_write(q, err) != 0)
			return -1;
	}
	return 0;
}
