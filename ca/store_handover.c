/*
 * External RAs and their packages in the store.  That an id is accepted once
 * is a unique constraint, that nothing is changed triggers.  See
 * store_handover.h.
 */
#include <errno.h>
#include <string.h>

#include "store_handover.h"
#include "store_private.h"

/* --- external RAs --------------------------------------------------------- */

#define SELECT_AUTHORITIES \
    "SELECT id, authority, version, dossier, decided, until, name," \
    " conf_sha256, certificate_sha256 FROM authorities "

static void
take_authority(struct query *q, struct authority_version *a)
{
	a->id = take_number(q);
	a->authority = take_number(q);
	a->version = (int)take_number(q);
	a->dossier = take_number(q);
	a->decided = take_number(q);
	a->until = take_number(q);
	take_text(q, a->name, sizeof(a->name));
	take_hex(q, a->conf_sha256, sizeof(a->conf_sha256));
	take_hex(q, a->certificate_sha256, sizeof(a->certificate_sha256));
}

static int
one_authority(struct query *q, struct authority_version *a)
{
	int found = query_next(q);

	if (found)
		take_authority(q, a);
	query_done(q);
	return found;
}

int
authority_put(struct tx *tx, struct authority_version *a, struct err *err)
{
	struct authority_version before;
	struct query *q;

	if (authority_in_force(tx_view(tx), a->name, &before) == 1) {
		a->authority = before.authority;
		a->version = before.version + 1;
	} else {
		a->authority = 0;
		a->version = 1;
	}
	/* The first version's number is the authority's. */
	q = query_new(tx_view(tx)->sql, "INSERT INTO authorities (authority,"
	    " version, dossier, decided, until, name, conf_sha256,"
	    " certificate_sha256) VALUES (coalesce(?, (SELECT"
	    " coalesce(max(id), 0) + 1 FROM authorities)),"
	    " ?, ?, ?, ?, ?, ?, ?)");
	bind_reference(q, a->authority);
	bind_number(q, a->version);
	bind_reference(q, a->dossier);
	bind_number(q, a->decided);
	bind_number(q, a->until);
	bind_text(q, a->name);
	bind_hex(q, a->conf_sha256);
	bind_hex(q, a->certificate_sha256);
	if (query_write(q, err) == -1)
		return -1;
	a->id = sql_last_id(tx_view(tx)->sql);
	if (a->authority == 0)
		a->authority = a->id;
	return 0;
}

int
authority_get(struct view *v, int64_t id, struct authority_version *a)
{
	struct query *q = query_new(v->sql, SELECT_AUTHORITIES
	    "WHERE id = ?");

	bind_number(q, id);
	return one_authority(q, a);
}

int
authority_in_force(struct view *v, const char *name,
    struct authority_version *a)
{
	struct query *q = query_new(v->sql, SELECT_AUTHORITIES
	    "WHERE name = ? ORDER BY id DESC LIMIT 1");

	bind_text(q, name);
	return one_authority(q, a);
}

int
authority_newest(struct view *v, int64_t authority,
    struct authority_version *a)
{
	struct query *q = query_new(v->sql, SELECT_AUTHORITIES
	    "WHERE authority = ? ORDER BY version DESC LIMIT 1");

	bind_number(q, authority);
	return one_authority(q, a);
}

int
authority_of_certificate(struct view *v, const char *sha256,
    struct authority_version *a)
{
	struct query *q = query_new(v->sql, SELECT_AUTHORITIES
	    "WHERE certificate_sha256 = ? ORDER BY id DESC LIMIT 1");

	bind_hex(q, sha256);
	return one_authority(q, a);
}

void
authorities_list(struct view *v, authority_each *each, void *arg)
{
	struct query *q = query_new(v->sql, SELECT_AUTHORITIES
	    "AS a WHERE NOT EXISTS (SELECT 1 FROM authorities AS b"
	    " WHERE b.authority = a.authority AND b.version > a.version)"
	    " ORDER BY name");
	struct authority_version a;

	while (query_next(q)) {
		take_authority(q, &a);
		if (each(arg, &a) != 0)
			break;
	}
	query_done(q);
}

/* --- packages ------------------------------------------------------------- */

#define SELECT_PACKAGES \
    "SELECT id, authority, version_id, box, request, uid, time, received," \
    " intent, package, slot, sha256, receipt_text_sha256, receipt_sha256" \
    " FROM packages "

static void
take_package(struct query *q, struct package_row *p)
{
	p->id = take_number(q);
	p->authority = take_number(q);
	p->version_id = take_number(q);
	p->box = take_number(q);
	p->request = take_number(q);
	p->uid = (uid_t)take_number(q);
	p->time = take_number(q);
	p->received = take_number(q);
	p->intent = take_number(q);
	take_text(q, p->package, sizeof(p->package));
	take_text(q, p->slot, sizeof(p->slot));
	take_hex(q, p->sha256, sizeof(p->sha256));
	take_hex(q, p->receipt_text_sha256, sizeof(p->receipt_text_sha256));
	take_hex(q, p->receipt_sha256, sizeof(p->receipt_sha256));
}

static int
one_package(struct query *q, struct package_row *p)
{
	int found = query_next(q);

	if (found)
		take_package(q, p);
	query_done(q);
	return found;
}

int
package_put(struct tx *tx, struct package_row *p, struct err *err)
{
	struct query *q = query_new(tx_view(tx)->sql, "INSERT INTO packages"
	    " (authority, version_id, box, request, uid, time, received,"
	    " intent, package, slot, sha256, receipt_text_sha256,"
	    " receipt_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	bind_number(q, p->authority);
	bind_number(q, p->version_id);
	bind_number(q, p->box);
	bind_reference(q, p->request);
	bind_number(q, p->uid);
	bind_number(q, p->time);
	bind_number(q, p->received);
	bind_reference(q, p->intent);
	bind_text(q, p->package);
	bind_text(q, p->slot);
	bind_hex(q, p->sha256);
	bind_hex(q, p->receipt_text_sha256);
	bind_hex(q, p->receipt_sha256);
	if (query_write(q, err) == -1)
		return -1;
	p->id = sql_last_id(tx_view(tx)->sql);
	return 0;
}

int
package_update(struct tx *tx, const struct package_row *p, struct err *err)
{
	struct query *q = query_new(tx_view(tx)->sql, "UPDATE packages SET"
	    " request = ?, intent = ?, receipt_text_sha256 = ?,"
	    " receipt_sha256 = ? WHERE id = ?");

	bind_reference(q, p->request);
	bind_reference(q, p->intent);
	bind_hex(q, p->receipt_text_sha256);
	bind_hex(q, p->receipt_sha256);
	bind_number(q, p->id);
	return query_write(q, err);
}

int
package_get(struct view *v, int64_t id, struct package_row *p)
{
	struct query *q = query_new(v->sql, SELECT_PACKAGES
	    "WHERE id = ?");

	bind_number(q, id);
	return one_package(q, p);
}

int
package_find(struct view *v, int64_t authority, const char *package,
    struct package_row *p)
{
	struct query *q = query_new(v->sql, SELECT_PACKAGES
	    "WHERE authority = ? AND package = ?");

	bind_number(q, authority);
	bind_text(q, package);
	return one_package(q, p);
}

int
package_of_request(struct view *v, int64_t request, struct package_row *p)
{
	struct query *q = query_new(v->sql, SELECT_PACKAGES
	    "WHERE request = ? ORDER BY id DESC LIMIT 1");

	bind_number(q, request);
	return one_package(q, p);
}

int
package_of_slot(struct view *v, int64_t box, const char *slot,
    struct package_row *p)
{
	struct query *q = query_new(v->sql, SELECT_PACKAGES
	    "WHERE box = ? AND slot = ? ORDER BY id DESC LIMIT 1");

	bind_number(q, box);
	bind_text(q, slot);
	return one_package(q, p);
}

void
packages_without_receipt(struct view *v, package_each *each, void *arg)
{
	struct query *q = query_new(v->sql, SELECT_PACKAGES
	    "WHERE receipt_sha256 IS NULL ORDER BY id");
	struct package_row p;

	while (query_next(q)) {
		take_package(q, &p);
		if (each(arg, &p) != 0)
			break;
	}
	query_done(q);
}
