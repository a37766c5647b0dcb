/*
 * Revocations.  A definitive one cannot be undone: triggers in the schema say
 * so, whatever calls this.  See store_status.h.
 */
#include <errno.h>
#include <string.h>

#include "store_private.h"
#include "store_status.h"

/*
 * Of a serial without a certificate nobody knows when it would have ended: it
 * stays on the CRL for ever.
 */
#define NEVER	INT64_MAX

/* --- putting one in ------------------------------------------------------ */

/* What of its certificate the row repeats. */
static usec_t
look_up(struct view *v, struct revocation *r)
{
	struct query *q;
	usec_t end = NEVER;

	q = query_new(v->sql,
	    "SELECT not_after, shard FROM certificates WHERE id = ?");
	bind_number(q, r->certificate);
	if (query_next(q)) {
		end = take_number(q);
		r->shard = take_number(q);
	}
	query_done(q);
	return end;
}

/*
 * The certificate says it too, and its `status` file has a new version.  A
 * reinstated one is as if it had never been suspended.
 */
static int
mark_certificate(struct tx *tx, const struct revocation *r, struct err *err)
{
	struct query *q;

	if (r->certificate == 0)
		return 0;
	tx->status_time = clock_now();
	/* A gate asks whether a key's certificate is suspended. */
	if ((r->reason == REASON_HOLD || r->reason == REASON_REINSTATED) &&
	    store_policy_moved(tx, err) != 0)
		return -1;
	q = query_new(tx->view.sql, r->reason == REASON_REINSTATED ?
	    "UPDATE certificates SET revoked = NULL, reason = NULL,"
	    " status = status + 1 WHERE id = ?" :
	    "UPDATE certificates SET reason = ?2, status = status + 1,"
	    " revoked = (SELECT effective FROM revocations WHERE id = ?3)"
	    " WHERE id = ?1");
	bind_number(q, r->certificate);
	if (r->reason != REASON_REINSTATED) {
		bind_number(q, r->reason);
		bind_number(q, r->id);
	}
	return query_write(q, err);
}

static int
in_words(struct err *err, const struct revocation *r)
{
	if (err->code == EPERM || err->code == EEXIST)
		err->code = EKEYREVOKED;
	return err_in(err, "revocation of %s", r->serial);
}

/*
 * What the next list is made of: those that changed last have the highest.
 * Whoever saw a change has seen all below it: commits are seen in their order,
 * there being one writer.  Lists are made of what is above the last they saw.
 */
#define NEXT_CHANGE "(SELECT coalesce(max(change), 0) + 1 FROM revocations)"

int
revocation_put(struct tx *tx, struct revocation *r, struct err *err)
{
	usec_t end = look_up(&tx->view, r);
	struct query *q;

	if (r->effective == 0)
		r->effective = r->decided;
	r->stated = clock_now();
	q = query_new(tx->view.sql, "INSERT INTO revocations (certificate,"
	    " shard, expires, reason, uid, received, decided, effective, how,"
	    " confirmation, authenticated, confirmed, invalidity, until,"
	    " on_crl, on_ocsp, crl_number, version, issuer, role, person, act,"
	    " serial, stated, change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " NEXT_CHANGE ")");
	bind_reference(q, r->certificate);
	bind_reference(q, r->shard);
	bind_number(q, end);
	bind_number(q, r->reason);
	bind_number(q, r->uid);
	bind_number(q, r->received);
	bind_number(q, r->decided);
	bind_number(q, r->effective);
	bind_number(q, r->how);
	bind_number(q, r->confirmation);
	bind_reference(q, r->authenticated);
	bind_reference(q, r->confirmed);
	bind_reference(q, r->invalidity);
	bind_reference(q, r->until);
	bind_number(q, r->on_crl);
	bind_number(q, r->on_ocsp);
	bind_number(q, r->crl_number);
	bind_number(q, r->version);
	bind_text(q, r->issuer);
	bind_text(q, r->role);
	bind_text(q, r->person);
	bind_text(q, r->act);
	bind_hex(q, r->serial);
	bind_number(q, r->stated);
	if (query_write(q, err) != 0)
		return in_words(err, r);
	r->id = sql_last_id(tx->view.sql);
	return mark_certificate(tx, r, err);
}

/*
 * What was recorded when it became definitive stays, whatever the caller has
 * in these fields; so does the date of a suspension that a revocation follows.
 */
int
revocation_update(struct tx *tx, struct revocation *r, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE revocations SET"
	    " reason = ?1, uid = ?2, on_crl = ?3, on_ocsp = ?4,"
	    " crl_number = ?5, version = ?6, act = ?7, invalidity = ?8,"
	    " confirmation = ?9, confirmed = ?10, role = ?11, person = ?12,"
	    " received = CASE WHEN reason IN (6, 8) THEN ?13"
	    "  ELSE received END,"
	    " decided = CASE WHEN reason IN (6, 8) THEN ?14 ELSE decided END,"
	    " effective = CASE WHEN reason = 8 THEN ?15 ELSE effective END,"
	    " until = CASE WHEN reason IN (6, 8) THEN ?16 ELSE until END,"
	    " how = CASE WHEN reason IN (6, 8) THEN ?17 ELSE how END,"
	    " authenticated = CASE WHEN reason IN (6, 8) THEN ?18"
	    "  ELSE authenticated END,"
	    " stated = CASE WHEN reason <> ?1 THEN ?20 ELSE stated END,"
	    " change = CASE WHEN reason <> ?1 OR invalidity IS NOT ?8"
	    "  THEN " NEXT_CHANGE " ELSE change END WHERE id = ?19");
	bind_number(q, r->reason);
	bind_number(q, r->uid);
	bind_number(q, r->on_crl);
	bind_number(q, r->on_ocsp);
	bind_number(q, r->crl_number);
	bind_number(q, r->version);
	bind_text(q, r->act);
	bind_reference(q, r->invalidity);
	bind_number(q, r->confirmation);
	bind_reference(q, r->confirmed);
	bind_text(q, r->role);
	bind_text(q, r->person);
	bind_number(q, r->received);
	bind_number(q, r->decided);
	bind_number(q, r->effective);
	bind_reference(q, r->until);
	bind_number(q, r->how);
	bind_reference(q, r->authenticated);
	bind_number(q, r->id);
	bind_number(q, clock_now());
	if (query_write(q, err) != 0)
		return in_words(err, r);
	if (sql_changes(tx->view.sql) != 1)
		return err_set(err, ENOENT, "there is no revocation %lld",
		    (long long)r->id);
	return mark_certificate(tx, r, err);
}

/* Neither the CRL's index nor the certificate's row is touched. */
int
revocation_set_published(struct tx *tx, const struct revocation *r,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE revocations SET on_crl = ?,"
	    " crl_number = ?, on_ocsp = ?, version = ? WHERE id = ?");
	bind_number(q, r->on_crl);
	bind_number(q, r->crl_number);
	bind_number(q, r->on_ocsp);
	bind_number(q, r->version);
	bind_number(q, r->id);
	return query_write(q, err);
}

/* --- asking -------------------------------------------------------------- */

#define SELECT_REVOCATIONS \
    "SELECT id, certificate, shard, serial, issuer, reason, how, confirmation," \
    " uid, role, person, act, received, authenticated, confirmed, decided," \
    " effective, stated, invalidity, until, on_crl, on_ocsp," \
    " crl_number, version, change, expires FROM revocations "

static void
take_revocation(struct query *q, struct revocation *r)
{
	r->id = take_number(q);
	r->certificate = take_number(q);
	r->shard = take_number(q);
	take_serial(q, r->serial, sizeof(r->serial));
	take_text(q, r->issuer, sizeof(r->issuer));
	r->reason = (int)take_number(q);
	r->how = (enum authentication)take_number(q);
	r->confirmation = (enum confirmation)take_number(q);
	r->uid = (uid_t)take_number(q);
	take_text(q, r->role, sizeof(r->role));
	take_text(q, r->person, sizeof(r->person));
	take_text(q, r->act, sizeof(r->act));
	r->received = take_number(q);
	r->authenticated = take_number(q);
	r->confirmed = take_number(q);
	r->decided = take_number(q);
	r->effective = take_number(q);
	r->stated = take_number(q);
	r->invalidity = take_number(q);
	r->until = take_number(q);
	r->on_crl = take_number(q);
	r->on_ocsp = take_number(q);
	r->crl_number = take_number(q);
	r->version = take_number(q);
	r->change = take_number(q);
	r->expires = take_number(q);
}

static int
one_revocation(struct query *q, struct revocation *r)
{
	int found = query_next(q);

	if (found)
		take_revocation(q, r);
	query_done(q);
	return found;
}

int
revocation_find(struct view *v, const char *serial, struct revocation *r)
{
	struct query *q;

	q = query_new(v->sql, SELECT_REVOCATIONS "WHERE serial = ?");
	bind_hex(q, serial);
	return one_revocation(q, r);
}

int
revocation_get(struct view *v, int64_t id, struct revocation *r)
{
	struct query *q;

	q = query_new(v->sql, SELECT_REVOCATIONS "WHERE id = ?");
	bind_number(q, id);
	return one_revocation(q, r);
}

static void
list(struct query *q, revocation_each *each, void *arg)
{
	struct revocation r;

	while (query_next(q)) {
		take_revocation(q, &r);
		if (each(arg, &r) != 0)
			break;
	}
	query_done(q);
}

void
revocations_list(struct view *v, int64_t after, revocation_each *each,
    void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_REVOCATIONS "WHERE id > ? ORDER BY id");
	bind_number(q, after);
	list(q, each, arg);
}

/*
 * Often called in the transaction that then marks them as published, so the
 * rows are taken in portions and none is read while it is written.
 */
static void
in_portions(struct view *v, const char *text, revocation_each *each,
    void *arg)
{
	struct revocation portion[32];
	struct query *q;
	int64_t after = 0;
	size_t i, count;

	do {
		q = query_new(v->sql, text);
		bind_number(q, after);
		for (count = 0; count < 32 && query_next(q); count++)
			take_revocation(q, &portion[count]);
		query_done(q);
		for (i = 0; i < count; i++) {
			after = portion[i].id;
			if (each(arg, &portion[i]) != 0)
				return;
		}
	} while (count == 32);
}

void
revocations_unpublished(struct view *v, revocation_each *each, void *arg)
{
	in_portions(v, SELECT_REVOCATIONS "WHERE (on_crl = 0 OR on_ocsp = 0)"
	    " AND id > ? ORDER BY id LIMIT 32", each, arg);
}

void
revocations_not_on_ocsp(struct view *v, revocation_each *each, void *arg)
{
	in_portions(v, SELECT_REVOCATIONS "INDEXED BY revocations_not_on_ocsp"
	    " WHERE on_ocsp = 0 AND id > ? ORDER BY id LIMIT 32", each, arg);
}
