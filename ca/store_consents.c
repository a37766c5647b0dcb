/*
 * Consents and acceptances in the store; see store_consents.h.
 */
#include "store_consents.h"
#include "store_private.h"

int
consent_put(struct tx *tx, const struct consent *c, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO consents (subscriber,"
	    " publish, withdrawn, agreement, changed, unfinished)"
	    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (subscriber) DO UPDATE"
	    " SET publish = excluded.publish,"
	    " withdrawn = excluded.withdrawn,"
	    " agreement = excluded.agreement,"
	    " changed = excluded.changed, unfinished = excluded.unfinished");
	bind_number(q, c->subscriber);
	bind_number(q, c->publish);
	bind_number(q, c->withdrawn);
	bind_number(q, c->agreement);
	bind_number(q, c->changed);
	bind_reference(q, c->unfinished);
	return query_write(q, err);
}

#define SELECT_CONSENTS \
    "SELECT subscriber, publish, withdrawn, agreement, changed," \
    " unfinished FROM consents "

static int
one_consent(struct query *q, struct consent *c)
{
	int found = query_next(q);

	if (found) {
		c->subscriber = take_number(q);
		c->publish = take_number(q) != 0;
		c->withdrawn = take_number(q) != 0;
		c->agreement = take_number(q);
		c->changed = take_number(q);
		c->unfinished = take_number(q);
	}
	query_done(q);
	return found;
}

int
consent_get(struct view *v, int64_t subscriber, struct consent *c)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CONSENTS "WHERE subscriber = ?");
	bind_number(q, subscriber);
	return one_consent(q, c);
}

int
consent_unfinished(struct view *v, struct consent *c)
{
	return one_consent(query_new(v->sql, SELECT_CONSENTS
	    "WHERE unfinished IS NOT NULL LIMIT 1"), c);
}

usec_t
consents_changed(struct view *v)
{
	struct query *q;
	usec_t changed = 0;

	q = query_new(v->sql, "SELECT max(changed) FROM consents");
	if (query_next(q))
		changed = take_number(q);
	query_done(q);
	return changed;
}

int
acceptance_put(struct tx *tx, const struct acceptance *a, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO acceptances"
	    " (certificate, time, uid) VALUES (?, ?, ?)");
	bind_number(q, a->certificate);
	bind_number(q, a->time);
	bind_number(q, a->uid);
	return query_write(q, err);
}

int
acceptance_get(struct view *v, int64_t certificate, struct acceptance *a)
{
	struct query *q;
	int found;

	q = query_new(v->sql, "SELECT certificate, time, uid FROM acceptances"
	    " WHERE certificate = ?");
	bind_number(q, certificate);
	found = query_next(q);
	if (found) {
		a->certificate = take_number(q);
		a->time = take_number(q);
		a->uid = (uid_t)take_number(q);
	}
	query_done(q);
	return found;
}
