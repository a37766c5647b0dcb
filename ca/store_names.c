/*
 * Names and keys that were certified, behind issued/by-name and issued/by-key.
 * See store_certificates.h.
 */
#include "store_certificates.h"
#include "store_private.h"

/* --- names --------------------------------------------------------------- */

#define SELECT_NAMES	"SELECT id, name, newest FROM names "

static void
take_name(struct query *q, struct indexed_name *n)
{
	n->id = take_number(q);
	take_text(q, n->name, sizeof(n->name));
	n->newest = take_number(q);
}

static int
one_name(struct query *q, struct indexed_name *n)
{
	int found = query_next(q);

	if (found)
		take_name(q, n);
	query_done(q);
	return found;
}

int
names_find(struct view *v, const char *name, struct indexed_name *n)
{
	struct query *q;

	q = query_new(v->sql, SELECT_NAMES "WHERE name = ?");
	bind_text(q, name);
	return one_name(q, n);
}

int
names_get(struct view *v, int64_t id, struct indexed_name *n)
{
	struct query *q;

	q = query_new(v->sql, SELECT_NAMES "WHERE id = ?");
	bind_number(q, id);
	return one_name(q, n);
}

void
names_list(struct view *v, int64_t after, indexed_name_each *each, void *arg)
{
	struct indexed_name n;
	struct query *q;

	q = query_new(v->sql, SELECT_NAMES "WHERE id > ? ORDER BY id");
	bind_number(q, after);
	while (query_next(q)) {
		take_name(q, &n);
		if (each(arg, &n) != 0)
			break;
	}
	query_done(q);
}

/* --- keys ---------------------------------------------------------------- */

#define SELECT_KEYS	"SELECT id, spki_sha256, newest, blocked FROM keys "

static void
take_key(struct query *q, struct key *k)
{
	k->id = take_number(q);
	take_hex(q, k->spki_sha256, sizeof(k->spki_sha256));
	k->newest = take_number(q);
	k->blocked = take_number(q) != 0;
}

static int
one_key(struct query *q, struct key *k)
{
	int found = query_next(q);

	if (found)
		take_key(q, k);
	query_done(q);
	return found;
}

int
keys_find(struct view *v, const char *spki_sha256, struct key *k)
{
	struct query *q;

	q = query_new(v->sql, SELECT_KEYS "WHERE spki_sha256 = ?");
	bind_hex(q, spki_sha256);
	return one_key(q, k);
}

int
keys_get(struct view *v, int64_t id, struct key *k)
{
	struct query *q;

	q = query_new(v->sql, SELECT_KEYS "WHERE id = ?");
	bind_number(q, id);
	return one_key(q, k);
}

/* Those with a certificate: a key may be blocked that never had one. */
void
keys_list(struct view *v, int64_t after, key_each *each, void *arg)
{
	struct query *q;
	struct key k;

	q = query_new(v->sql, SELECT_KEYS
	    "WHERE id > ? AND newest > 0 ORDER BY id");
	bind_number(q, after);
	while (query_next(q)) {
		take_key(q, &k);
		if (each(arg, &k) != 0)
			break;
	}
	query_done(q);
}

int
key_block(struct tx *tx, const char *spki_sha256, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO keys (newest, blocked,"
	    " spki_sha256) VALUES (0, 1, ?)"
	    " ON CONFLICT (spki_sha256) DO UPDATE SET blocked = 1");
	bind_hex(q, spki_sha256);
	if (query_write(q, err) != 0)
		return -1;
	return store_policy_moved(tx, err);
}
