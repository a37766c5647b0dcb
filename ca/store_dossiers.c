/*
 * Dossiers and decisions in the store.  That a dossier only goes forward and
 * that a decision stays are triggers of the schema.  See store_dossiers.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store_dossiers.h"
#include "store_private.h"

static const char *const places[] = {
	[PLACE_PENDING] = "pending", [PLACE_COUNTERSIGN] = "countersign",
	[PLACE_APPROVED] = "approved", [PLACE_REJECTED] = "rejected"
};
static const char *const kinds[] = {
	[DOSSIER_REQUEST] = "request", [DOSSIER_REGISTRATION] = "registration",
	[DOSSIER_AUTHORITY] = "external registration authority",
	[DOSSIER_REVOCATION] = "revocation", [DOSSIER_REPORT] = "report",
	[DOSSIER_BATCH] = "batch of revocations",
	[DOSSIER_CLOSING] = "last CRL"
};

const char *
dossier_place_name(enum dossier_place place)
{
	return places[place];
}

const char *
dossier_kind_name(enum dossier_kind kind)
{
	return kinds[kind];
}

bool
dossier_is_of_revocation(enum dossier_kind kind)
{
	return kind == DOSSIER_REVOCATION || kind == DOSSIER_REPORT ||
	    kind == DOSSIER_BATCH || kind == DOSSIER_CLOSING;
}

bool
dossier_is_confirmed(enum dossier_kind kind)
{
	return kind == DOSSIER_REVOCATION || kind == DOSSIER_REPORT;
}

/* --- dossiers ------------------------------------------------------------ */

#define SELECT_DOSSIERS \
    "SELECT id, kind, place, object, subscriber, opened, moved, author," \
    " withdrawn, decision_sha256, registration_sha256, spki_sha256," \
    " profile_sha256, names_sha256, content_sha256, documents_sha256, reason" \
    " FROM dossiers "

static void
take_dossier(struct query *q, struct dossier *d)
{
	struct dossier_basis *b = &d->basis;

	d->id = take_number(q);
	d->kind = (enum dossier_kind)take_number(q);
	d->place = (enum dossier_place)take_number(q);
	d->object = take_number(q);
	d->subscriber = take_number(q);
	d->opened = take_number(q);
	d->moved = take_number(q);
	d->author = (uid_t)take_number(q);
	d->withdrawn = take_number(q) != 0;
	take_hex(q, d->decision_sha256, sizeof(d->decision_sha256));
	take_hex(q, b->registration_sha256, sizeof(b->registration_sha256));
	take_hex(q, b->spki_sha256, sizeof(b->spki_sha256));
	take_hex(q, b->profile_sha256, sizeof(b->profile_sha256));
	take_hex(q, b->names_sha256, sizeof(b->names_sha256));
	take_hex(q, b->content_sha256, sizeof(b->content_sha256));
	take_hex(q, b->documents_sha256, sizeof(b->documents_sha256));
	d->reason = (int)take_number(q);
}

static int
one_dossier(struct query *q, struct dossier *d)
{
	int found = query_next(q);

	if (found)
		take_dossier(q, d);
	query_done(q);
	return found;
}

static void
bind_changeable(struct query *q, const struct dossier *d)
{
	const struct dossier_basis *b = &d->basis;

	bind_number(q, d->place);
	bind_reference(q, d->subscriber);
	bind_number(q, d->moved);
	bind_number(q, d->withdrawn);
	bind_hex(q, d->decision_sha256);
	bind_hex(q, b->registration_sha256);
	bind_hex(q, b->spki_sha256);
	bind_hex(q, b->profile_sha256);
	bind_hex(q, b->names_sha256);
	bind_hex(q, b->content_sha256);
	bind_hex(q, b->documents_sha256);
}

static int
insert_dossier(struct tx *tx, struct dossier *d, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO dossiers (place, subscriber,"
	    " moved, withdrawn, decision_sha256, registration_sha256,"
	    " spki_sha256, profile_sha256, names_sha256, content_sha256,"
	    " documents_sha256, kind, object, opened, author, reason)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bind_changeable(q, d);
	bind_number(q, d->kind);
	bind_number(q, d->object);
	bind_number(q, d->opened);
	bind_number(q, d->author);
	bind_reference(q, d->reason);
	if (query_write(q, err) != 0)
		return -1;
	d->id = sql_last_id(tx->view.sql);
	return 0;
}

static int
update_dossier(struct tx *tx, const struct dossier *d, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE dossiers SET place = ?,"
	    " subscriber = ?, moved = ?, withdrawn = ?, decision_sha256 = ?,"
	    " registration_sha256 = ?, spki_sha256 = ?, profile_sha256 = ?,"
	    " names_sha256 = ?, content_sha256 = ?, documents_sha256 = ?"
	    " WHERE id = ?");
	bind_changeable(q, d);
	bind_number(q, d->id);
	if (query_write(q, err) != 0)
		return -1;
	if (sql_changes(tx->view.sql) != 1)
		return err_set(err, ENOENT, "there is no dossier %lld",
		    (long long)d->id);
	return 0;
}

static void
name_of_change(char to[32], enum dossier_place place)
{
	snprintf(to, 32, "dossiers-changed-%d", (int)place);
}

static int
place_changed(struct tx *tx, enum dossier_place place, struct err *err)
{
	char name[32];

	name_of_change(name, place);
	return meta_set_number(tx, name, clock_now(), err);
}

int
dossier_put(struct tx *tx, struct dossier *d, struct err *err)
{
	struct dossier old;

	if (d->id == 0) {
		d->opened = d->moved = clock_now();
		if (insert_dossier(tx, d, err) != 0)
			return -1;
		return place_changed(tx, d->place, err);
	}
	if (!dossier_get(&tx->view, d->id, &old))
		return err_set(err, ENOENT, "there is no dossier %lld",
		    (long long)d->id);
	if (old.place == d->place)
		return update_dossier(tx, d, err);
	d->moved = clock_now();
	if (update_dossier(tx, d, err) != 0 ||
	    place_changed(tx, old.place, err) != 0)
		return -1;
	return place_changed(tx, d->place, err);
}

int
dossier_get(struct view *v, int64_t id, struct dossier *d)
{
	struct query *q;

	q = query_new(v->sql, SELECT_DOSSIERS "WHERE id = ?");
	bind_number(q, id);
	return one_dossier(q, d);
}

int
dossier_of(struct view *v, enum dossier_kind kind, int64_t object,
    struct dossier *d)
{
	struct query *q;

	q = query_new(v->sql, SELECT_DOSSIERS "WHERE kind = ? AND object = ?"
	    " ORDER BY id DESC LIMIT 1");
	bind_number(q, kind);
	bind_number(q, object);
	return one_dossier(q, d);
}

static void
every_dossier(struct query *q, dossier_each *each, void *arg)
{
	struct dossier d;

	while (query_next(q)) {
		take_dossier(q, &d);
		if (each(arg, &d) != 0)
			break;
	}
	query_done(q);
}

void
dossiers_in(struct view *v, enum dossier_place place, int64_t after,
    dossier_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_DOSSIERS
	    "WHERE place = ? AND id > ? ORDER BY id");
	bind_number(q, place);
	bind_number(q, after);
	every_dossier(q, each, arg);
}

void
dossiers_undone(struct view *v, int64_t after, dossier_each *each, void *arg)
{
	struct dossier d;
	struct query *q;

	q = query_new(v->sql, "SELECT dossiers.id FROM requests"
	    " JOIN dossiers ON kind = 1 AND object = requests.id"
	    " WHERE state < 2 AND state = 0 AND place = 3"
	    " AND withdrawn = 0 AND dossiers.id > ? ORDER BY dossiers.id");
	bind_number(q, after);
	while (query_next(q))
		if (dossier_get(v, take_number(q), &d) == 1 &&
		    each(arg, &d) != 0)
			break;
	query_done(q);
}

usec_t
dossiers_changed(struct view *v, enum dossier_place place)
{
	char name[32];

	name_of_change(name, place);
	return meta_number(v, name, 0);
}

/* --- decisions ----------------------------------------------------------- */

int
decision_put(struct tx *tx, struct decision *d, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO decisions (dossier,"
	    " place_from, place_to, uid, time, person, role, decision_sha256,"
	    " signature_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, d->dossier);
	bind_number(q, d->from);
	bind_number(q, d->to);
	bind_number(q, d->uid);
	bind_number(q, d->time);
	bind_text(q, d->person);
	bind_text(q, d->role);
	bind_hex(q, d->decision_sha256);
	bind_hex(q, d->signature_sha256);
	if (query_write(q, err) != 0)
		return -1;
	d->id = sql_last_id(tx->view.sql);
	return 0;
}

void
decisions_of(struct view *v, int64_t dossier, decision_each *each, void *arg)
{
	struct decision d;
	struct query *q;

	q = query_new(v->sql, "SELECT id, dossier, place_from, place_to, uid,"
	    " time, person, role, decision_sha256, signature_sha256"
	    " FROM decisions WHERE dossier = ? ORDER BY id");
	bind_number(q, dossier);
	while (query_next(q)) {
		d.id = take_number(q);
		d.dossier = take_number(q);
		d.from = (enum dossier_place)take_number(q);
		d.to = (enum dossier_place)take_number(q);
		d.uid = (uid_t)take_number(q);
		d.time = take_number(q);
		take_text(q, d.person, sizeof(d.person));
		take_text(q, d.role, sizeof(d.role));
		take_hex(q, d.decision_sha256, sizeof(d.decision_sha256));
		take_hex(q, d.signature_sha256, sizeof(d.signature_sha256));
		if (each(arg, &d) != 0)
			break;
	}
	query_done(q);
}
