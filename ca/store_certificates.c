/*
 * Certificates in the store, and the indexes behind issued/: serial, day,
 * expiry; names and keys are in store_names.c.  See store_certificates.h.
 */
#include <errno.h>
#include <string.h>

#include "store_certificates.h"
#include "store_private.h"

/* --- putting one in ------------------------------------------------------ */

static int
put_row(struct tx *tx, struct certificate *c, int64_t key, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT OR FAIL INTO certificates (request,"
	    " subscriber, key, issued, not_before, not_after, day,"
	    " expiry_day, published, shard, status, der_size, issuer,"
	    " profile, common_name, serial, sha256, spki_sha256)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?)");
	bind_reference(q, c->request);
	bind_reference(q, c->subscriber);
	bind_number(q, key);
	bind_number(q, c->issued);
	bind_number(q, c->not_before);
	bind_number(q, c->not_after);
	bind_number(q, c->issued / USEC_DAY);
	bind_number(q, c->not_after / USEC_DAY);
	bind_reference(q, c->published);
	bind_reference(q, c->shard);
	bind_number(q, c->status);
	bind_number(q, (int64_t)c->der_size);
	bind_text(q, c->issuer);
	bind_text(q, c->profile);
	bind_text(q, c->common_name);
	bind_hex(q, c->serial);
	bind_hex(q, c->sha256);
	bind_hex(q, c->spki_sha256);
	if (query_write(q, err) != 0)
		return -1;
	c->id = sql_last_id(tx->view.sql);
	return 0;
}

/* As events have an hour (store_events.c) certificates have a day. */
static int
put_day(struct tx *tx, const struct certificate *c, struct err *err)
{
	int64_t day = c->issued / USEC_DAY;
	struct query *q;

	if (!tx->day_is_known) {
		q = query_new(tx->view.sql, "SELECT day FROM certificates"
		    " WHERE id < ? ORDER BY id DESC LIMIT 1");
		bind_number(q, c->id);
		tx->day = query_next(q) ? take_number(q) : -1;
		query_done(q);
	}
	tx->day_is_known = true;
	if (tx->day == day)
		return 0;
	tx->day = day;
	q = query_new(tx->view.sql, "INSERT INTO certificate_days (first, day)"
	    " VALUES (?, ?)");
	bind_number(q, c->id);
	bind_number(q, day);
	return query_write(q, err);
}

static int
put_der(struct tx *tx, int64_t id, struct slice der, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT OR FAIL INTO certificate_der (id, der)"
	    " VALUES (?, ?)");
	bind_number(q, id);
	bind_blob(q, der);
	return query_write(q, err);
}

static int
index_name(struct tx *tx, const char *name, usec_t issued, int64_t *id,
    struct err *err)
{
	struct indexed_name there;
	struct query *q;

	if (!names_find(&tx->view, name, &there)) {
		q = query_new(tx->view.sql, "INSERT INTO names (newest, name)"
		    " VALUES (?, ?)");
		bind_number(q, issued);
		bind_text(q, name);
		if (query_write(q, err) != 0)
			return -1;
		*id = sql_last_id(tx->view.sql);
		return 0;
	}
	*id = there.id;
	q = query_new(tx->view.sql, "UPDATE names SET newest = max(newest, ?)"
	    " WHERE id = ?");
	bind_number(q, issued);
	bind_number(q, there.id);
	return query_write(q, err);
}

static int
put_name(struct tx *tx, const char *name, const struct certificate *c,
    struct err *err)
{
	struct query *q;
	int64_t id;

	if (index_name(tx, name, c->issued, &id, err) != 0)
		return -1;
	q = query_new(tx->view.sql, "INSERT INTO certificate_names"
	    " (name, certificate) VALUES (?, ?) ON CONFLICT DO NOTHING");
	bind_number(q, id);
	bind_number(q, c->id);
	return query_write(q, err);
}

/* A blocked key is refused by its trigger. */
static int
put_key(struct tx *tx, const struct certificate *c, int64_t *id,
    struct err *err)
{
	struct query *q;
	struct key there;

	if (!keys_find(&tx->view, c->spki_sha256, &there)) {
		q = query_new(tx->view.sql, "INSERT OR FAIL INTO keys (newest,"
		    " blocked, spki_sha256) VALUES (?, 0, ?)");
		bind_number(q, c->issued);
		bind_hex(q, c->spki_sha256);
		if (query_write(q, err) != 0)
			return -1;
		*id = sql_last_id(tx->view.sql);
		return 0;
	}
	*id = there.id;
	q = query_new(tx->view.sql, "UPDATE keys SET newest = max(newest, ?),"
	    " blocked = 0 WHERE id = ?");
	bind_number(q, c->issued);
	bind_number(q, there.id);
	return query_write(q, err);
}

int
certificate_put(struct tx *tx, struct certificate *c, struct slice der,
    const char *const *names, size_t count, struct err *err)
{
	bool named = c->common_name[0] == '\0';
	int64_t key = 0;
	size_t i;

	c->status = 1;
	c->der_size = der.size;
	if (put_key(tx, c, &key, err) != 0 || put_row(tx, c, key, err) != 0 ||
	    put_day(tx, c, err) != 0 || put_der(tx, c->id, der, err) != 0)
		return err_in(err, "certificate %s", c->serial);
	for (i = 0; i < count; i++) {
		if (put_name(tx, names[i], c, err) != 0)
			return -1;
		named = named || strcmp(names[i], c->common_name) == 0;
	}
	return named ? 0 : put_name(tx, c->common_name, c, err);
}

/* --- one ----------------------------------------------------------------- */

#define COLUMNS \
    "id, serial, issuer, request, subscriber, profile, sha256, spki_sha256," \
    " common_name, issued, not_before, not_after, revoked, reason, status," \
    " der_size, published, shard"
#define SELECT_CERTIFICATES "SELECT " COLUMNS " FROM certificates "

static void
take_certificate(struct query *q, struct certificate *c)
{
	c->id = take_number(q);
	take_serial(q, c->serial, sizeof(c->serial));
	take_text(q, c->issuer, sizeof(c->issuer));
	c->request = take_number(q);
	c->subscriber = take_number(q);
	take_text(q, c->profile, sizeof(c->profile));
	take_hex(q, c->sha256, sizeof(c->sha256));
	take_hex(q, c->spki_sha256, sizeof(c->spki_sha256));
	take_text(q, c->common_name, sizeof(c->common_name));
	c->issued = take_number(q);
	c->not_before = take_number(q);
	c->not_after = take_number(q);
	c->revoked = take_number(q);
	c->reason = (int)take_number(q);
	c->status = take_number(q);
	c->der_size = (size_t)take_number(q);
	c->published = take_number(q);
	c->shard = take_number(q);
	if (c->revoked == 0)
		c->reason = -1;
}

static int
one_certificate(struct query *q, struct certificate *c)
{
	int found = query_next(q);

	if (found)
		take_certificate(q, c);
	query_done(q);
	return found;
}

int
certificate_get(struct view *v, int64_t id, struct certificate *c)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES "WHERE id = ?");
	bind_number(q, id);
	return one_certificate(q, c);
}

int
certificate_find(struct view *v, const char *serial, struct certificate *c)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES "WHERE serial = ?");
	bind_hex(q, serial);
	return one_certificate(q, c) && strcmp(c->serial, serial) == 0;
}

int64_t
certificate_id(struct view *v, const char *serial)
{
	struct query *q;
	int64_t id;

	q = query_new(v->sql, "SELECT id FROM certificates WHERE serial = ?");
	bind_hex(q, serial);
	id = query_next(q) ? take_number(q) : 0;
	query_done(q);
	return id;
}

int
certificate_reason(struct view *v, int64_t id)
{
	struct query *q;
	int reason = -1;

	q = query_new(v->sql, "SELECT reason FROM certificates"
	    " WHERE id = ? AND reason IS NOT NULL");
	bind_number(q, id);
	if (query_next(q))
		reason = (int)take_number(q);
	query_done(q);
	return reason;
}

int
certificate_predecessor(struct view *v, const struct certificate *of,
    struct certificate *c)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES "WHERE id ="
	    " (SELECT predecessor FROM requests WHERE id = ?)");
	bind_number(q, of->request);
	return one_certificate(q, c);
}

int
certificate_successor(struct view *v, const struct certificate *of,
    struct certificate *c)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES "WHERE id ="
	    " (SELECT max(certificate) FROM requests WHERE predecessor = ?)");
	bind_number(q, of->id);
	return one_certificate(q, c);
}

int
certificate_der(struct view *v, int64_t id, struct bytes *to)
{
	struct query *q;

	q = query_new(v->sql, "SELECT der FROM certificate_der WHERE id = ?");
	bind_number(q, id);
	return query_bytes(q, to);
}

/* None is ever removed, so the last number is the count. */
int64_t
certificates_count(struct view *v)
{
	struct query *q;
	int64_t count;

	q = query_new(v->sql, "SELECT max(id) FROM certificates");
	count = query_next(q) ? take_number(q) : 0;
	query_done(q);
	return count;
}

/* --- lists --------------------------------------------------------------- */

/* What `each` said last: has it enough? */
static int
list(struct query *q, certificate_each *each, void *arg)
{
	struct certificate c;
	int stop = 0;

	while (stop == 0 && query_next(q)) {
		take_certificate(q, &c);
		stop = each(arg, &c);
	}
	query_done(q);
	return stop;
}

static void
list_of(struct query *q, int64_t key, int64_t after, certificate_each *each,
    void *arg)
{
	bind_number(q, key);
	bind_number(q, after);
	list(q, each, arg);
}

void
certificates_list(struct view *v, int64_t after, certificate_each *each,
    void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES "WHERE id > ? ORDER BY id");
	bind_number(q, after);
	list(q, each, arg);
}

void
certificates_of_day(struct view *v, int64_t day, int64_t after,
    certificate_each *each, void *arg)
{
	list_of(query_new(v->sql, "SELECT " COLUMNS
	    " FROM certificate_days AS d CROSS JOIN certificates AS c"
	    " WHERE d.day = ? AND c.id >= max(d.first, ? + 1)"
	    " AND c.id < coalesce((SELECT min(n.first) FROM certificate_days"
	    "  AS n WHERE n.first > d.first), 0x7fffffffffffffff)"
	    " ORDER BY d.first, c.id"), day, after, each, arg);
}

void
certificates_expiring(struct view *v, int64_t day, int64_t after,
    certificate_each *each, void *arg)
{
	list_of(query_new(v->sql, SELECT_CERTIFICATES
	    "WHERE expiry_day = ? AND id > ? ORDER BY id"), day, after, each,
	    arg);
}

void
certificates_of_key(struct view *v, int64_t key, int64_t after,
    certificate_each *each, void *arg)
{
	list_of(query_new(v->sql, SELECT_CERTIFICATES
	    "WHERE key = ? AND id > ? ORDER BY id"), key, after, each, arg);
}

void
certificates_of_name(struct view *v, int64_t name, int64_t after,
    certificate_each *each, void *arg)
{
	list_of(query_new(v->sql, "SELECT " COLUMNS
	    " FROM certificate_names AS n"
	    " JOIN certificates ON certificates.id = n.certificate"
	    " WHERE n.name = ? AND n.certificate > ?"
	    " ORDER BY n.certificate"), name, after, each, arg);
}

void
certificates_of_subscriber(struct view *v, int64_t subscriber,
    usec_t not_after, certificate_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES
	    "WHERE subscriber = ? AND not_after >= ? ORDER BY not_after");
	bind_number(q, subscriber);
	bind_number(q, not_after);
	list(q, each, arg);
}

/* Two questions, as no index answers one about both columns. */
void
certificates_of_subscriber_behind(struct view *v, int64_t subscriber,
    const struct certificate *after, certificate_each *each, void *arg)
{
	usec_t not_after = after->not_after;
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES
	    "WHERE subscriber = ? AND not_after = ? AND id > ? ORDER BY id");
	bind_number(q, subscriber);
	bind_number(q, not_after);
	bind_number(q, after->id);
	if (list(q, each, arg) != 0)
		return;
	q = query_new(v->sql, SELECT_CERTIFICATES
	    "WHERE subscriber = ? AND not_after > ? ORDER BY not_after, id");
	bind_number(q, subscriber);
	bind_number(q, not_after);
	list(q, each, arg);
}

/* --- publication --------------------------------------------------------- */

int
certificate_set_published(struct tx *tx, int64_t id, usec_t since,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE certificates SET published = ?"
	    " WHERE id = ?");
	bind_reference(q, since);
	bind_number(q, id);
	return query_write(q, err);
}

int
certificates_last_published(struct view *v, struct certificate *c)
{
	return one_certificate(query_new(v->sql, SELECT_CERTIFICATES
	    "WHERE published IS NOT NULL ORDER BY id DESC LIMIT 1"), c);
}

void
certificates_published(struct view *v, int64_t after, certificate_each *each,
    void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES
	    "WHERE published IS NOT NULL AND id > ? ORDER BY id");
	bind_number(q, after);
	list(q, each, arg);
}

void
certificates_republished(struct view *v, int64_t event, certificate_each *each,
    void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES "WHERE id IN (SELECT"
	    " certificate FROM events WHERE seq > ? AND name IN"
	    " ('certificate-published', 'certificate-unpublished'))");
	bind_number(q, event);
	list(q, each, arg);
}

void
certificates_publishable(struct view *v, int64_t subscriber, usec_t not_after,
    certificate_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES
	    "WHERE subscriber = ? AND not_after >= ? AND published IS NULL"
	    " AND revoked IS NULL ORDER BY not_after");
	bind_number(q, subscriber);
	bind_number(q, not_after);
	list(q, each, arg);
}

void
certificates_published_of(struct view *v, int64_t subscriber,
    usec_t not_after, certificate_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_CERTIFICATES
	    "WHERE subscriber = ? AND not_after >= ?"
	    " AND published IS NOT NULL ORDER BY not_after");
	bind_number(q, subscriber);
	bind_number(q, not_after);
	list(q, each, arg);
}

/* --- days ---------------------------------------------------------------- */

static int64_t
next_day(struct query *q, int64_t day)
{
	int64_t next = -1;

	bind_number(q, day);
	if (query_next(q))
		next = take_number(q);
	query_done(q);
	return next;
}

int64_t
certificates_next_day(struct view *v, int64_t day)
{
	return next_day(query_new(v->sql, "SELECT day FROM certificate_days"
	    " WHERE day >= ? ORDER BY day LIMIT 1"), day);
}

int64_t
certificates_next_expiry(struct view *v, int64_t day)
{
	return next_day(query_new(v->sql, "SELECT expiry_day FROM certificates"
	    " WHERE expiry_day >= ? ORDER BY expiry_day LIMIT 1"), day);
}
