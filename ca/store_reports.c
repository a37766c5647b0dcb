/*
 * Problem reports and ordered revocations.  See store_reports.h.
 */
#include <errno.h>

#include "store_private.h"
#include "store_reports.h"

/* --- reports ------------------------------------------------------------- */

static int
report_insert(struct tx *tx, struct report_row *r, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO reports (dossier, file, uid,"
	    " received, filed, via, name, sha256)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	bind_reference(q, r->dossier);
	bind_number(q, r->file);
	bind_number(q, r->uid);
	bind_number(q, r->received);
	bind_number(q, r->filed);
	bind_text(q, r->via);
	bind_text(q, r->name);
	bind_hex(q, r->sha256);
	if (query_write(q, err) != 0)
		return err_in(err, "the report %s", r->name);
	r->id = sql_last_id(tx->view.sql);
	return 0;
}

int
report_put(struct tx *tx, struct report_row *r, struct err *err)
{
	struct query *q;

	if (r->id == 0)
		return report_insert(tx, r, err);
	q = query_new(tx->view.sql,
	    "UPDATE reports SET dossier = ? WHERE id = ?");
	bind_reference(q, r->dossier);
	bind_number(q, r->id);
	return query_write(q, err);
}

#define SELECT_REPORTS \
    "SELECT id, dossier, file, uid, received, filed, via, name, sha256" \
    " FROM reports "

static int
one_report(struct query *q, struct report_row *r)
{
	int there = query_next(q);

	if (there) {
		r->id = take_number(q);
		r->dossier = take_number(q);
		r->file = take_number(q);
		r->uid = (uid_t)take_number(q);
		r->received = take_number(q);
		r->filed = take_number(q);
		take_text(q, r->via, sizeof(r->via));
		take_text(q, r->name, sizeof(r->name));
		take_hex(q, r->sha256, sizeof(r->sha256));
	}
	query_done(q);
	return there;
}

int
report_get(struct view *v, int64_t id, struct report_row *r)
{
	struct query *q;

	q = query_new(v->sql, SELECT_REPORTS "WHERE id = ?");
	bind_number(q, id);
	return one_report(q, r);
}

int
report_find(struct view *v, const char *name, struct report_row *r)
{
	struct query *q;

	q = query_new(v->sql, SELECT_REPORTS "WHERE name = ?");
	bind_text(q, name);
	return one_report(q, r);
}

int
report_of_file(struct view *v, int64_t file, struct report_row *r)
{
	struct query *q;

	q = query_new(v->sql, SELECT_REPORTS "WHERE file = ?"
	    " ORDER BY id DESC LIMIT 1");
	bind_number(q, file);
	return one_report(q, r);
}

void
reports_open(struct view *v, uid_t uid, int64_t *own, int64_t *all)
{
	struct query *q;

	q = query_new(v->sql, "SELECT count(*), count(*) FILTER"
	    " (WHERE author = ?) FROM dossiers INDEXED BY dossiers_by_place"
	    " WHERE +kind = 5 AND place IN (1, 2)");
	bind_number(q, uid);
	*own = *all = 0;
	if (query_next(q)) {
		*all = take_number(q);
		*own = take_number(q);
	}
	query_done(q);
}

/* --- orders -------------------------------------------------------------- */

int
order_put(struct tx *tx, struct revocation_order *o, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO revocation_orders (dossier,"
	    " package, how, confirmation, uid, received, authenticated,"
	    " confirmed, decided, role, line, exception, outcome, serial, key)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)");
	bind_reference(q, o->dossier);
	bind_reference(q, o->package);
	bind_number(q, o->how);
	bind_number(q, o->confirmation);
	bind_number(q, o->uid);
	bind_number(q, o->received);
	bind_number(q, o->authenticated);
	bind_number(q, o->confirmed);
	bind_number(q, o->decided);
	bind_text(q, o->role);
	bind_text(q, o->line);
	bind_text(q, o->exception);
	bind_hex(q, o->serial);
	bind_hex(q, o->key);
	if (query_write(q, err) != 0)
		return err_in(err, "an order to revoke");
	o->id = sql_last_id(tx->view.sql);
	return 0;
}

int
order_done(struct tx *tx, int64_t id, usec_t when, const char *outcome,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE revocation_orders SET done = ?,"
	    " outcome = ? WHERE id = ?");
	bind_number(q, when);
	bind_text(q, outcome);
	bind_number(q, id);
	return query_write(q, err);
}

#define SELECT_ORDERS \
    "SELECT id, dossier, package, how, confirmation, uid, received," \
    " authenticated, confirmed, decided, done, role, line, exception," \
    " outcome, serial, key FROM revocation_orders "

static void
take_order(struct query *q, struct revocation_order *o)
{
	o->id = take_number(q);
	o->dossier = take_number(q);
	o->package = take_number(q);
	o->how = (enum authentication)take_number(q);
	o->confirmation = (enum confirmation)take_number(q);
	o->uid = (uid_t)take_number(q);
	o->received = take_number(q);
	o->authenticated = take_number(q);
	o->confirmed = take_number(q);
	o->decided = take_number(q);
	o->done = take_number(q);
	take_text(q, o->role, sizeof(o->role));
	take_text(q, o->line, sizeof(o->line));
	take_text(q, o->exception, sizeof(o->exception));
	take_text(q, o->outcome, sizeof(o->outcome));
	take_serial(q, o->serial, sizeof(o->serial));
	take_hex(q, o->key, sizeof(o->key));
}

static void
each_order(struct query *q, order_each *each, void *arg)
{
	struct revocation_order o;

	while (query_next(q)) {
		take_order(q, &o);
		if (each(arg, &o) != 0)
			break;
	}
	query_done(q);
}

static int
copy_order(void *arg, const struct revocation_order *o)
{
	*(struct revocation_order *)arg = *o;
	return 0;
}

int
order_get(struct view *v, int64_t id, struct revocation_order *o)
{
	struct query *q;

	o->id = 0;
	q = query_new(v->sql, SELECT_ORDERS "WHERE id = ?");
	bind_number(q, id);
	each_order(q, copy_order, o);
	return o->id != 0;
}

void
orders_undone(struct view *v, int64_t after, order_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_ORDERS
	    "WHERE done IS NULL AND id > ? ORDER BY id");
	bind_number(q, after);
	each_order(q, each, arg);
}

void
orders_of_dossier(struct view *v, int64_t dossier, order_each *each,
    void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_ORDERS "WHERE dossier = ? ORDER BY id");
	bind_number(q, dossier);
	each_order(q, each, arg);
}

void
orders_of_package(struct view *v, int64_t package, order_each *each,
    void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_ORDERS "WHERE package = ? ORDER BY id");
	bind_number(q, package);
	each_order(q, each, arg);
}
