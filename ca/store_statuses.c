/*
 * Status texts: what NAME.status said in each state.  See store_requests.h.
 *
 * Most of a text are the gates' answers, three kilobytes that are nearly the
 * same in the next one, and in the evidence too.  What stands before them names
 * files that are named after people: it leaves with its row.
 */
#include <string.h>

#include "store_packed.h"
#include "store_private.h"
#include "store_requests.h"

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

static int
put_row(struct tx *tx, const struct slot *slot, usec_t time,
    struct slice text, struct slice gates, struct err *err)
{
	struct packed packed;
	struct query *q;

	if (text_pack(tx, "status", text, gates, &packed, err) != 0)
		return -1;
	q = query_new(tx->view.sql, "INSERT INTO statuses (slot, time, size,"
	    " dictionary, text) VALUES (?, ?, ?, ?, ?)");
	bind_number(q, slot->id);
	bind_number(q, time);
	bind_number(q, (int64_t)text.size);
	bind_reference(q, packed.dictionary);
	bind_blob(q, packed.octets);
	return query_write(q, err);
}

int
status_put(struct tx *tx, struct slot *slot, usec_t time, struct slice text,
    struct slice gates, struct err *err)
{
	if (slot->status != 0 &&
	    supersede(tx, slot->status, time, err) != 0)
		return -1;
	if (put_row(tx, slot, time, text, gates, err) != 0)
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

int
status_text(struct view *v, int64_t id, struct bytes *to)
{
	struct query *q;
	int found;

	q = query_new(v->sql, "SELECT s.dictionary, s.text, s.size, d.bytes"
	    " FROM statuses AS s"
	    " LEFT JOIN dictionaries AS d ON d.id = s.dictionary"
	    " WHERE s.id = ?");
	bind_number(q, id);
	found = query_next(q);
	if (found && !take_unpacked(q, to)) {
		log_line("store: status text %lld is damaged", (long long)id);
		found = -1;
	}
	query_done(q);
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
