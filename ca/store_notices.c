/*
 * Notices in the store.  See store_notices.h.
 */
#include "store_notices.h"
#include "store_private.h"

int
notice_put(struct tx *tx, struct notice *n, bool deliver, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO notices (certificate,"
	    " reason, time, effective, until) VALUES (?, ?, ?, ?, ?)");
	bind_number(q, n->certificate);
	bind_number(q, n->reason);
	bind_number(q, n->time);
	bind_number(q, n->effective);
	bind_reference(q, n->until);
	if (query_write(q, err) != 0)
		return err_in(err, "a notice");
	n->id = sql_last_id(tx->view.sql);
	if (!deliver)
		return 0;
	q = query_new(tx->view.sql,
	    "INSERT INTO notices_out (id, tries, next) VALUES (?, 0, ?)");
	bind_number(q, n->id);
	bind_number(q, n->time);
	return query_write(q, err);
}

/* --- asking -------------------------------------------------------------- */

#define COLUMNS	"n.id, n.certificate, n.reason, n.time, n.effective, n.until"

static void
take_notice(struct query *q, struct notice *n)
{
	n->id = take_number(q);
	n->certificate = take_number(q);
	n->reason = (int)take_number(q);
	n->time = take_number(q);
	n->effective = take_number(q);
	n->until = take_number(q);
}

static int
one_notice(struct query *q, struct notice *n)
{
	int found = query_next(q);

	if (found)
		take_notice(q, n);
	query_done(q);
	return found;
}

int
notice_get(struct view *v, int64_t id, struct notice *n)
{
	struct query *q;

	q = query_new(v->sql, "SELECT " COLUMNS " FROM notices n"
	    " WHERE n.id = ?");
	bind_number(q, id);
	return one_notice(q, n);
}

int
notice_newest(struct view *v, int64_t certificate, struct notice *n)
{
	struct query *q;

	q = query_new(v->sql, "SELECT " COLUMNS " FROM notices n"
	    " WHERE n.certificate = ? ORDER BY n.id DESC LIMIT 1");
	bind_number(q, certificate);
	return one_notice(q, n);
}

static void
take_due(struct query *q, struct notice_due *due)
{
	take_notice(q, &due->notice);
	due->tries = (unsigned)take_number(q);
	due->next = take_number(q);
}

#define SELECT_DUE \
    "SELECT " COLUMNS ", o.tries, o.next" \
    " FROM notices_out o JOIN notices n ON n.id = o.id "

int
notice_due(struct view *v, int64_t id, struct notice_due *due)
{
	struct query *q;
	int found;

	q = query_new(v->sql, SELECT_DUE "WHERE o.id = ?");
	bind_number(q, id);
	if ((found = query_next(q)))
		take_due(q, due);
	query_done(q);
	return found;
}

/* How many there were. */
static int
give_due(struct query *q, notice_each *each, void *arg)
{
	struct notice_due due;
	int count = 0;

	while (query_next(q)) {
		take_due(q, &due);
		count++;
		if (each(arg, &due) != 0)
			break;
	}
	query_done(q);
	return count;
}

void
notices_due(struct view *v, usec_t now, usec_t latest, int most,
    notice_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_DUE
	    "WHERE o.next <= ? ORDER BY o.next LIMIT ?");
	bind_number(q, now);
	bind_number(q, most);
	if (give_due(q, each, arg) > 0)
		return;
	q = query_new(v->sql, SELECT_DUE
	    "WHERE o.next > ? ORDER BY o.next LIMIT ?");
	bind_number(q, latest);
	bind_number(q, most);
	give_due(q, each, arg);
}

static int64_t
one_number(struct query *q)
{
	int64_t number;

	number = query_next(q) ? take_number(q) : 0;
	query_done(q);
	return number;
}

usec_t
notices_next_after(struct view *v, usec_t now)
{
	struct query *q;

	q = query_new(v->sql,
	    "SELECT min(next) FROM notices_out WHERE next > ?");
	bind_number(q, now);
	return one_number(q);
}

int64_t
notices_last(struct view *v)
{
	return one_number(query_new(v->sql, "SELECT max(id) FROM notices"));
}

void
notices_since(struct view *v, int64_t id, notice_one *each, void *arg)
{
	struct notice n;
	struct query *q;

	q = query_new(v->sql, "SELECT " COLUMNS " FROM notices n"
	    " WHERE n.id > ? ORDER BY n.id");
	bind_number(q, id);
	while (query_next(q)) {
		take_notice(q, &n);
		if (each(arg, &n) != 0)
			break;
	}
	query_done(q);
}

int64_t
notices_waiting(struct view *v, unsigned tries)
{
	struct query *q;

	q = query_new(v->sql,
	    "SELECT count(*) FROM notices_out WHERE tries >= ?");
	bind_number(q, tries);
	return one_number(q);
}

/* --- what became of it --------------------------------------------------- */

int
notice_try_again(struct tx *tx, const struct notice_due *due,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql,
	    "UPDATE notices_out SET tries = ?, next = ? WHERE id = ?");
	bind_number(q, due->tries);
	bind_number(q, due->next);
	bind_number(q, due->notice.id);
	return query_write(q, err);
}

int
notice_close(struct tx *tx, int64_t id, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "DELETE FROM notices_out WHERE id = ?");
	bind_number(q, id);
	return query_write(q, err);
}
