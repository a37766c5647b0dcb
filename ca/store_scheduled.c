/*
 * Revocations decided for a time to come.  See store_scheduled.h.
 */
#include <errno.h>
#include <string.h>

#include "store_private.h"
#include "store_scheduled.h"

static int
in_words(struct err *err, const struct scheduled *s)
{
	if (err->code == EPERM || err->code == EEXIST)
		err->code = EKEYREVOKED;
	return err_in(err, "revocation of %s", s->serial);
}

int
scheduled_put(struct tx *tx, struct scheduled *s, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO scheduled (certificate,"
	    " reason, how, uid, received, decided, effective, invalidity,"
	    " version, role, person, act, serial)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, s->certificate);
	bind_number(q, s->reason);
	bind_number(q, s->how);
	bind_number(q, s->uid);
	bind_number(q, s->received);
	bind_number(q, s->decided);
	bind_number(q, s->effective);
	bind_reference(q, s->invalidity);
	bind_number(q, s->version);
	bind_text(q, s->role);
	bind_text(q, s->person);
	bind_text(q, s->act);
	bind_hex(q, s->serial);
	if (query_write(q, err) != 0)
		return in_words(err, s);
	s->id = sql_last_id(tx->view.sql);
	return 0;
}

int
scheduled_update(struct tx *tx, const struct scheduled *s, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE scheduled SET reason = ?,"
	    " uid = ?, effective = ?, invalidity = ?, version = ?, role = ?,"
	    " person = ?, act = ? WHERE id = ?");
	bind_number(q, s->reason);
	bind_number(q, s->uid);
	bind_number(q, s->effective);
	bind_reference(q, s->invalidity);
	bind_number(q, s->version);
	bind_text(q, s->role);
	bind_text(q, s->person);
	bind_text(q, s->act);
	bind_number(q, s->id);
	return query_write(q, err) != 0 ? in_words(err, s) : 0;
}

int
scheduled_close(struct tx *tx, int64_t id, usec_t when, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql,
	    "UPDATE scheduled SET done = ? WHERE id = ?");
	bind_number(q, when);
	bind_number(q, id);
	return query_write(q, err);
}

/* --- asking -------------------------------------------------------------- */

#define SELECT_SCHEDULED \
    "SELECT id, certificate, serial, reason, how, uid, role, person, act," \
    " received, decided, effective, invalidity, version FROM scheduled" \
    " WHERE done IS NULL "

static void
take_scheduled(struct query *q, struct scheduled *s)
{
	s->id = take_number(q);
	s->certificate = take_number(q);
	take_serial(q, s->serial, sizeof(s->serial));
	s->reason = (int)take_number(q);
	s->how = (enum authentication)take_number(q);
	s->uid = (uid_t)take_number(q);
	take_text(q, s->role, sizeof(s->role));
	take_text(q, s->person, sizeof(s->person));
	take_text(q, s->act, sizeof(s->act));
	s->received = take_number(q);
	s->decided = take_number(q);
	s->effective = take_number(q);
	s->invalidity = take_number(q);
	s->version = take_number(q);
}

int
scheduled_find(struct view *v, const char *serial, struct scheduled *s)
{
	struct query *q;
	int found;

	q = query_new(v->sql, SELECT_SCHEDULED "AND serial = ?");
	bind_hex(q, serial);
	found = query_next(q);
	if (found)
		take_scheduled(q, s);
	query_done(q);
	return found;
}

static void
list(struct query *q, scheduled_each *each, void *arg)
{
	struct scheduled s;

	while (query_next(q)) {
		take_scheduled(q, &s);
		if (each(arg, &s) != 0)
			break;
	}
	query_done(q);
}

void
scheduled_list(struct view *v, int64_t after, scheduled_each *each,
    void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_SCHEDULED "AND id > ? ORDER BY id");
	bind_number(q, after);
	list(q, each, arg);
}

void
scheduled_due(struct view *v, usec_t now, scheduled_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_SCHEDULED "AND effective <= ?"
	    " ORDER BY effective");
	bind_number(q, now);
	list(q, each, arg);
}

void
suspensions_due(struct view *v, usec_t now, revocation_each *each, void *arg)
{
	struct revocation r;
	struct query *q;

	q = query_new(v->sql, "SELECT id FROM revocations WHERE reason = 6"
	    " AND until IS NOT NULL AND until <= ? ORDER BY until");
	bind_number(q, now);
	while (query_next(q))
		if (revocation_get(v, take_number(q), &r) == 1 &&
		    each(arg, &r) != 0)
			break;
	query_done(q);
}

usec_t
scheduled_next(struct view *v, usec_t after)
{
	struct query *q;
	usec_t next = 0;

	q = query_new(v->sql, "SELECT min(due) FROM ("
	    "SELECT min(effective) AS due FROM scheduled WHERE done IS NULL"
	    "  AND effective > ?"
	    " UNION ALL SELECT min(until) FROM revocations"
	    "  WHERE reason = 6 AND until IS NOT NULL AND until > ?)");
	bind_number(q, after);
	bind_number(q, after);
	if (query_next(q))
		next = take_number(q);
	query_done(q);
	return next;
}
