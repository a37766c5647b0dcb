/*
 * CRLs and their rows.  See store_crls.h.
 */
#include <stdint.h>

#include "store_crls.h"
#include "store_private.h"

/* So many changes are sorted; of more the index by serial is read through. */
#define SORTED_MOST	4096

/* A change is a seek in the table, an entry a step in an index. */
#define FOLLOWED_LEAST	1024
#define FOLLOWED_MOST	32768
#define FOLLOWED_PART	4	/* of the entries */

/* --- the lists ----------------------------------------------------------- */

int
crl_put(struct tx *tx, const struct crl *crl, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO crls (issuer, scope, number,"
	    " base, change, since, this_update, next_update, scheduled,"
	    " entries, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bind_text(q, crl->issuer);
	bind_number(q, crl->scope);
	bind_number(q, crl->number);
	bind_reference(q, crl->base);
	bind_number(q, crl->change);
	bind_number(q, crl->since);
	bind_number(q, crl->this_update);
	bind_number(q, crl->next_update);
	bind_number(q, crl->scheduled);
	bind_number(q, crl->entries);
	bind_hex(q, crl->sha256);
	return query_write(q, err);
}

#define SELECT_CRLS \
    "SELECT issuer, scope, number, base, change, since, this_update," \
    " next_update, scheduled, entries, sha256 FROM crls" \
    " WHERE issuer = ? AND scope = ? "

static int
one_crl(struct query *q, struct crl *crl)
{
	int found = query_next(q);

	if (found) {
		take_text(q, crl->issuer, sizeof(crl->issuer));
		crl->scope = take_number(q);
		crl->number = take_number(q);
		crl->base = take_number(q);
		crl->change = take_number(q);
		crl->since = take_number(q);
		crl->this_update = take_number(q);
		crl->next_update = take_number(q);
		crl->scheduled = take_number(q) != 0;
		crl->entries = take_number(q);
		take_hex(q, crl->sha256, sizeof(crl->sha256));
	}
	query_done(q);
	return found;
}

static struct query *
of_scope(struct query *q, const char *issuer, int64_t scope)
{
	bind_text(q, issuer);
	bind_number(q, scope);
	return q;
}

int
crl_newest(struct view *v, const char *issuer, int64_t scope,
    struct crl *crl)
{
	return one_crl(of_scope(query_new(v->sql, SELECT_CRLS
	    "ORDER BY number DESC LIMIT 1"), issuer, scope), crl);
}

int
crl_newest_scheduled(struct view *v, const char *issuer, int64_t scope,
    struct crl *crl)
{
	return one_crl(of_scope(query_new(v->sql, SELECT_CRLS
	    "AND scheduled = 1 ORDER BY number DESC LIMIT 1"), issuer, scope),
	    crl);
}

int
crl_get(struct view *v, const char *issuer, int64_t scope, int64_t number,
    struct crl *crl)
{
	struct query *q;

	q = of_scope(query_new(v->sql, SELECT_CRLS "AND number = ?"), issuer,
	    scope);
	bind_number(q, number);
	return one_crl(q, crl);
}

int
crl_base(struct view *v, const char *issuer, usec_t now, struct crl *crl)
{
	struct query *q;

	q = of_scope(query_new(v->sql, SELECT_CRLS
	    "AND number = (SELECT min(number) FROM crls"
	    " INDEXED BY crls_by_end WHERE issuer = ?1 AND scope = ?2"
	    " AND next_update > ?3)"), issuer, CRL_COMPLETE);
	bind_number(q, now);
	return one_crl(q, crl);
}

/* --- their rows ---------------------------------------------------------- */

int64_t
revocations_newest_change(struct view *v)
{
	struct query *q;
	int64_t newest = 0;

	q = query_new(v->sql, "SELECT max(change) FROM revocations");
	if (query_next(q))
		newest = take_number(q);
	query_done(q);
	return newest;
}

/*
 * Only what the covering indexes hold: a million rows in the order of serials
 * would be a million seeks in the table.
 */
#define SELECT_ROWS \
    "SELECT serial, reason, effective, invalidity, change" \
    " FROM revocations "

static struct query *
query_changed(struct view *v, const struct crl_wanted *w)
{
	bool few = revocations_newest_change(v) - w->after <= SORTED_MOST;
	struct query *q;

	q = few ? query_new(v->sql, SELECT_ROWS
	    "INDEXED BY revocations_changed WHERE issuer = ? AND expires >= ?"
	    " AND change > ? ORDER BY serial") :
	    query_new(v->sql, SELECT_ROWS
	    "INDEXED BY revocations_on_crl WHERE issuer = ? AND expires >= ?"
	    " AND change > ? ORDER BY serial");
	bind_text(q, w->issuer);
	bind_number(q, w->since);
	bind_number(q, w->after);
	return q;
}

static struct query *
query_rows(struct view *v, const struct crl_wanted *w)
{
	struct query *q;

	if (w->after >= 0)
		return query_changed(v, w);
	if (w->shard != 0) {
		q = query_new(v->sql, SELECT_ROWS
		    "INDEXED BY revocations_in_shard WHERE shard = ?"
		    " AND expires >= ? AND reason <> 8 ORDER BY serial");
		bind_number(q, w->shard);
	} else {
		q = query_new(v->sql, SELECT_ROWS
		    "INDEXED BY revocations_on_crl WHERE issuer = ?"
		    " AND expires >= ? AND reason <> 8 ORDER BY serial");
		bind_text(q, w->issuer);
	}
	bind_number(q, w->since);
	return q;
}

static void
each_row(struct query *q, crl_row_each *each, void *arg)
{
	struct crl_row row;

	while (query_next(q)) {
		row.serial = take_blob(q);
		row.reason = (int)take_number(q);
		row.effective = take_number(q);
		row.invalidity = take_number(q);
		row.change = take_number(q);
		if (each(arg, &row) != 0)
			break;
	}
	query_done(q);
}

void
crl_rows(struct view *v, const struct crl_wanted *wanted, crl_row_each *each,
    void *arg)
{
	each_row(query_rows(v, wanted), each, arg);
}

/* --- what differs from the one before ------------------------------------ */

/* By days, as their index has it, and in these days exactly. */
#define ENDED_BETWEEN \
    "FROM revocations INDEXED BY revocations_ending WHERE ?1 < ?2" \
    " AND expires / 86400000000 BETWEEN ?1 / 86400000000" \
    " AND ?2 / 86400000000 AND expires >= ?1 AND expires < ?2 "

static int64_t
count_ended(struct view *v, usec_t since, usec_t until, int64_t most)
{
	struct query *q;
	int64_t count = 0;

	q = query_new(v->sql, "SELECT count(*) FROM (SELECT 1 "
	    ENDED_BETWEEN "LIMIT ?3)");
	bind_number(q, since);
	bind_number(q, until);
	bind_number(q, most);
	if (query_next(q))
		count = take_number(q);
	query_done(q);
	return count;
}

static int64_t
followed_most(const struct crl *before)
{
	int64_t most = before->entries / FOLLOWED_PART;

	return most < FOLLOWED_LEAST ? FOLLOWED_LEAST :
	    most > FOLLOWED_MOST ? FOLLOWED_MOST : most;
}

static bool
may_follow(struct view *v, const struct crl *before, usec_t since)
{
	int64_t newest = revocations_newest_change(v);
	int64_t most = followed_most(before);

	return before->since <= since && before->change <= newest &&
	    newest - before->change <= most &&
	    count_ended(v, before->since, since, most + 1) <= most;
}

bool
crl_changes(struct view *v, const struct crl_wanted *wanted,
    const struct crl *before, crl_row_each *each, void *arg)
{
	struct query *q;

	if (!may_follow(v, before, wanted->since))
		return false;
	q = query_new(v->sql, "SELECT serial, 8, 0, 0, 0 " ENDED_BETWEEN
	    "AND issuer = ?3 AND (?4 = 0 OR shard = ?4)"
	    " UNION ALL " SELECT_ROWS "INDEXED BY revocations_changed"
	    " WHERE change > ?5 AND expires >= ?2 AND issuer = ?3"
	    " AND (?4 = 0 OR shard = ?4) ORDER BY serial");
	bind_number(q, before->since);
	bind_number(q, wanted->since);
	bind_text(q, wanted->issuer);
	bind_number(q, wanted->shard);
	bind_number(q, before->change);
	each_row(q, each, arg);
	return true;
}
