/*
 * Deadlines in the store.  See store_deadlines.h.
 */
#include "store_deadlines.h"
#include "store_dossiers.h"
#include "store_private.h"

/* Of a revocation that both methods said in time. */
#define IN_TIME \
    "EXISTS (SELECT 1 FROM revocations r WHERE r.id = object" \
    " AND r.on_crl > 0 AND r.on_ocsp > 0" \
    " AND r.on_crl <= due AND r.on_ocsp <= due)"
/* Of a dossier that is decided: what was told of it is in evidence. */
#define DECIDED \
    "NOT EXISTS (SELECT 1 FROM dossiers d WHERE d.id = object" \
    " AND d.place IN (1, 2))"
#define DONE	"((kind = 0 AND " IN_TIME ") OR (kind = 1 AND " DECIDED "))"

int
deadline_put(struct tx *tx, const struct deadline *d, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO deadlines (kind, object,"
	    " start, due, told) VALUES (?1, ?2, ?3, ?4, ?5)"
	    " ON CONFLICT (kind, object) DO UPDATE SET"
	    " start = min(start, ?3), due = min(due, ?4)");
	bind_number(q, d->kind);
	bind_number(q, d->object);
	bind_number(q, d->start);
	bind_number(q, d->due);
	bind_number(q, d->told);
	return query_write(q, err);
}

int
deadline_set_told(struct tx *tx, const struct deadline *d, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO deadlines (kind, object,"
	    " start, due, told) VALUES (?1, ?2, ?3, ?4, ?5)"
	    " ON CONFLICT (kind, object) DO UPDATE SET told = ?5");
	bind_number(q, d->kind);
	bind_number(q, d->object);
	bind_number(q, d->start);
	bind_number(q, d->due);
	bind_number(q, d->told);
	return query_write(q, err);
}

int
deadline_remove(struct tx *tx, const struct deadline *d, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql,
	    "DELETE FROM deadlines WHERE kind = ? AND object = ?");
	bind_number(q, d->kind);
	bind_number(q, d->object);
	return query_write(q, err);
}

int
deadlines_clear(struct tx *tx, struct err *err)
{

	return query_write(query_new(tx->view.sql,
	    "DELETE FROM deadlines WHERE (kind, object) IN (SELECT kind,"
	    " object FROM deadlines WHERE " DONE " LIMIT 20000)"), err);
}

bool
deadlines_to_clear(struct view *v)
{
	struct query *q;
	bool found;

	q = query_new(v->sql, "SELECT 1 FROM deadlines WHERE " DONE
	    " LIMIT 1");
	found = query_next(q) == 1;
	query_done(q);
	return found;
}

bool
deadline_has(const struct deadline *d, enum deadline_method method)
{

	return (d->kind == DEADLINE_DOSSIER) == (method == BY_DECISION);
}

/* --- asking -------------------------------------------------------------- */

static void
take_and_give(struct query *q, deadline_each *each, void *arg)
{
	struct deadline d;

	while (query_next(q)) {
		d = (struct deadline){ 0 };
		d.kind = (enum deadline_kind)take_number(q);
		d.object = take_number(q);
		d.start = take_number(q);
		d.due = take_number(q);
		d.told = (unsigned)take_number(q);
		d.certificate = take_number(q);
		take_serial(q, d.serial, sizeof(d.serial));
		d.reason = (int)take_number(q);
		d.done[BY_CRL] = take_number(q);
		d.done[BY_OCSP] = take_number(q);
		if (each(arg, &d) != 0)
			break;
	}
	query_done(q);
}

void
deadlines_open(struct view *v, usec_t decision_max, deadline_each *each,
    void *arg)
{
	struct query *q;

	take_and_give(query_new(v->sql, "SELECT 0, d.object, d.start, d.due,"
	    " d.told, r.certificate, r.serial, r.reason, r.on_crl, r.on_ocsp"
	    " FROM deadlines d JOIN revocations r ON r.id = d.object"
	    " WHERE d.kind = 0 AND (r.on_crl = 0 OR r.on_ocsp = 0"
	    "  OR r.on_crl > d.due OR r.on_ocsp > d.due)"), each, arg);
	q = query_new(v->sql, "SELECT 1, d.id, d.opened, d.opened + ?1,"
	    " coalesce(t.told, 0), c.id, c.serial, d.reason, 0, 0"
	    " FROM dossiers d INDEXED BY dossiers_by_place"
	    " JOIN certificates c ON c.id = d.object"
	    " LEFT JOIN deadlines t ON t.kind = 1 AND t.object = d.id"
	    " WHERE +d.kind = ?2 AND d.place IN (1, 2)");
	bind_number(q, decision_max);
	bind_number(q, DOSSIER_REVOCATION);
	take_and_give(q, each, arg);
	/* From its receipt by the transport, whenever it was filed. */
	q = query_new(v->sql, "SELECT 1, d.id, r.received, r.received + ?1,"
	    " coalesce(t.told, 0), 0, NULL, -1, 0, 0"
	    " FROM dossiers d INDEXED BY dossiers_by_place"
	    " JOIN reports r ON r.id = d.object"
	    " LEFT JOIN deadlines t ON t.kind = 1 AND t.object = d.id"
	    " WHERE +d.kind = ?2 AND d.place IN (1, 2)");
	bind_number(q, decision_max);
	bind_number(q, DOSSIER_REPORT);
	take_and_give(q, each, arg);
}
