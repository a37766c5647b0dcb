/*
 * What is to be revoked because something follows it.  See
 * store_supersessions.h.
 */
#include "store_private.h"
#include "store_supersessions.h"

int
supersession_put(struct tx *tx, const struct supersession *s, struct err *err)
{
	struct query *q;

	if (supersession_get(&tx->view, s->certificate,
	    &(struct supersession){ 0 }) == 1)
		q = query_new(tx->view.sql, "UPDATE supersessions SET"
		    " successor = ?, due = min(due, ?), reason = ?"
		    " WHERE certificate = ?");
	else
		q = query_new(tx->view.sql, "INSERT INTO supersessions"
		    " (successor, due, reason, certificate)"
		    " VALUES (?, ?, ?, ?)");
	bind_number(q, s->successor);
	bind_number(q, s->due);
	bind_number(q, s->reason);
	bind_number(q, s->certificate);
	return query_write(q, err);
}

#define SELECT_SUPERSESSIONS \
    "SELECT certificate, successor, due, reason FROM supersessions" \
    " WHERE done IS NULL "

static void
take_supersession(struct query *q, struct supersession *s)
{
	s->certificate = take_number(q);
	s->successor = take_number(q);
	s->due = take_number(q);
	s->reason = (int)take_number(q);
}

int
supersession_get(struct view *v, int64_t certificate, struct supersession *s)
{
	struct query *q;
	int found;

	q = query_new(v->sql, SELECT_SUPERSESSIONS "AND certificate = ?");
	bind_number(q, certificate);
	found = query_next(q);
	if (found)
		take_supersession(q, s);
	query_done(q);
	return found;
}

int
supersession_done(struct tx *tx, int64_t certificate, usec_t when,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE supersessions SET done = ?"
	    " WHERE certificate = ? AND done IS NULL");
	bind_number(q, when);
	bind_number(q, certificate);
	return query_write(q, err);
}

void
supersessions_due(struct view *v, usec_t now, supersession_each *each,
    void *arg)
{
	struct supersession s;
	struct query *q;

	q = query_new(v->sql, SELECT_SUPERSESSIONS "AND due <= ?"
	    " ORDER BY due");
	bind_number(q, now);
	while (query_next(q)) {
		take_supersession(q, &s);
		if (each(arg, &s) != 0)
			break;
	}
	query_done(q);
}
