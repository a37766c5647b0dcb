/*
 * Registrations in the store: versions, attributes in force, and the subjects
 * ever certified.  See store_registrations.h.
 */
#include <errno.h>

#include "store_private.h"
#include "store_registrations.h"

#define NOBODY	((uid_t)-1)

/* --- versions ------------------------------------------------------------ */

static void
bind_user(struct query *q, uid_t uid)
{

	if (uid == NOBODY)
		bind_null(q);
	else
		bind_number(q, uid);
}

int
registration_put(struct tx *tx, struct registration_version *r,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO registrations (subscriber,"
	    " version, kind, subject_is_subscriber, authorised, publish,"
	    " subject_uid, dossier, decided, until, used, sha256)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, r->subscriber);
	bind_number(q, r->version);
	bind_number(q, r->kind);
	bind_number(q, r->subject_is_subscriber);
	bind_number(q, r->authorised);
	bind_number(q, r->publish);
	bind_user(q, r->subject_uid);
	bind_reference(q, r->dossier);
	bind_number(q, r->decided);
	bind_number(q, r->until);
	bind_number(q, r->used);
	bind_hex(q, r->sha256);
	if (query_write(q, err) != 0)
		return -1;
	r->id = sql_last_id(tx->view.sql);
	return store_policy_moved(tx, err);
}

int
registration_count_use(struct tx *tx, int64_t id, bool limited,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE registrations"
	    " SET used = used + 1 WHERE id = ?");
	bind_number(q, id);
	if (query_write(q, err) != 0)
		return -1;
	return limited ? store_policy_moved(tx, err) : 0;
}

#define SELECT_REGISTRATIONS \
    "SELECT id, subscriber, version, kind, subject_is_subscriber," \
    " authorised, publish, subject_uid IS NULL, subject_uid, dossier," \
    " decided, until, used, sha256 FROM registrations WHERE subscriber = ? "

static void
take_registration(struct query *q, struct registration_version *r)
{
	bool nobody;

	r->id = take_number(q);
	r->subscriber = take_number(q);
	r->version = (int)take_number(q);
	r->kind = (enum subject_kind)take_number(q);
	r->subject_is_subscriber = take_number(q) != 0;
	r->authorised = take_number(q) != 0;
	r->publish = take_number(q) != 0;
	nobody = take_number(q) != 0;
	r->subject_uid = (uid_t)take_number(q);
	if (nobody)
		r->subject_uid = NOBODY;
	r->dossier = take_number(q);
	r->decided = take_number(q);
	r->until = take_number(q);
	r->used = take_number(q);
	take_hex(q, r->sha256, sizeof(r->sha256));
}

int
registration_in_force(struct view *v, int64_t subscriber,
    struct registration_version *r)
{
	struct query *q;
	int found;

	q = query_new(v->sql, SELECT_REGISTRATIONS
	    "ORDER BY version DESC LIMIT 1");
	bind_number(q, subscriber);
	found = query_next(q);
	if (found)
		take_registration(q, r);
	query_done(q);
	return found;
}

int
subscriber_drop_users(struct tx *tx, int64_t subscriber, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "DELETE FROM subscriber_users"
	    " WHERE subscriber = ?");
	bind_number(q, subscriber);
	if (query_write(q, err) != 0)
		return -1;
	return store_policy_moved(tx, err);
}

/* --- attributes ---------------------------------------------------------- */

static int
attribute_put(struct tx *tx, int64_t subscriber, const struct attribute *a,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO attributes (subscriber,"
	    " validated, until, type, value, method, evidence, verifier)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, subscriber);
	bind_number(q, a->validated);
	bind_number(q, a->until);
	bind_text(q, a->type);
	bind_text(q, a->value);
	bind_text(q, a->method);
	bind_text(q, a->evidence);
	bind_text(q, a->verifier);
	return query_write(q, err);
}

int
attributes_replace(struct tx *tx, int64_t subscriber,
    const struct attribute *attributes, size_t count, struct err *err)
{
	struct query *q;
	size_t i;

	q = query_new(tx->view.sql, "DELETE FROM attributes"
	    " WHERE subscriber = ?");
	bind_number(q, subscriber);
	if (query_write(q, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		if (attribute_put(tx, subscriber, &attributes[i], err) != 0)
			return -1;
	return store_policy_moved(tx, err);
}

#define SELECT_ATTRIBUTES \
    "SELECT type, value, method, evidence, verifier, validated, until" \
    " FROM attributes WHERE subscriber = ? "

static void
take_attribute(struct query *q, struct attribute *a)
{
	a->label[0] = '\0';
	take_text(q, a->type, sizeof(a->type));
	take_text(q, a->value, sizeof(a->value));
	take_text(q, a->method, sizeof(a->method));
	take_text(q, a->evidence, sizeof(a->evidence));
	take_text(q, a->verifier, sizeof(a->verifier));
	a->validated = take_number(q);
	a->until = take_number(q);
}

void
attributes_of(struct view *v, int64_t subscriber, attribute_each *each,
    void *arg)
{
	struct attribute a;
	struct query *q;

	q = query_new(v->sql, SELECT_ATTRIBUTES);
	bind_number(q, subscriber);
	while (query_next(q)) {
		take_attribute(q, &a);
		if (each(arg, &a) != 0)
			break;
	}
	query_done(q);
}

/* --- subjects ------------------------------------------------------------ */

int64_t
subject_owner(struct view *v, const char *dn_sha256)
{
	struct query *q;
	int64_t owner = 0;

	q = query_new(v->sql, "SELECT subscriber FROM subjects"
	    " WHERE dn_sha256 = ?");
	bind_hex(q, dn_sha256);
	if (query_next(q))
		owner = take_number(q);
	query_done(q);
	return owner;
}

int
subject_put(struct tx *tx, const char *dn_sha256, int64_t subscriber,
    struct err *err)
{
	struct query *q;
	int64_t owner;

	owner = subject_owner(&tx->view, dn_sha256);
	if (owner == subscriber)
		return 0;
	if (owner != 0)
		return err_set(err, EEXIST, "this subject was given to "
		    "another subscriber before (GEN-6.3.3-10)");
	q = query_new(tx->view.sql, "INSERT OR FAIL INTO subjects (dn_sha256,"
	    " subscriber) VALUES (?, ?)");
	bind_hex(q, dn_sha256);
	bind_number(q, subscriber);
	return query_write(q, err);
}
