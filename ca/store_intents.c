/*
 * Intents: what will be signed, recorded before (DESIGN section 4).  See
 * store_status.h.  What is to be signed leaves once the intent was closed as
 * done: then the certificate or CRL itself is in the store.  Of a large one (a
 * CRL) only the digest is kept, by which the signer is asked what became of it.
 */
#include <errno.h>
#include <string.h>

#include "store_private.h"
#include "store_status.h"

int
intent_put(struct tx *tx, struct intent *i, struct slice tbs,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT OR FAIL INTO intents (kind, number,"
	    " request, time, size, shard, key, profile, serial, tbs_sha256,"
	    " tbs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, i->kind);
	bind_number(q, i->number);
	bind_reference(q, i->request);
	bind_number(q, i->time);
	bind_number(q, (int64_t)tbs.size);
	bind_reference(q, i->shard);
	bind_text(q, i->key);
	bind_text(q, i->profile);
	bind_hex(q, i->serial);
	bind_hex(q, i->tbs_sha256);
	if (tbs.size > STORE_INLINE)
		bind_null(q);
	else
		bind_blob(q, tbs);
	if (query_write(q, err) != 0)
		return err_in(err, "intent");
	i->id = sql_last_id(tx->view.sql);
	return 0;
}

/* What was signed is kept as what it became; of the others it stays. */
int
intent_close(struct tx *tx, int64_t id, const char *how, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, strcmp(how, "done") == 0 ?
	    "UPDATE OR FAIL intents SET closed = ?, closed_time = ?,"
	    " tbs = NULL WHERE id = ? AND closed IS NULL" :
	    "UPDATE OR FAIL intents SET closed = ?, closed_time = ?"
	    " WHERE id = ? AND closed IS NULL");
	bind_text(q, how);
	bind_number(q, clock_now());
	bind_number(q, id);
	if (query_write(q, err) != 0)
		return -1;
	if (sql_changes(tx->view.sql) != 1)
		return err_set(err, ENOENT, "there is no open intent %lld",
		    (long long)id);
	return 0;
}

int
intent_tbs(struct view *v, int64_t id, struct bytes *to)
{
	struct query *q;

	q = query_new(v->sql, "SELECT tbs FROM intents WHERE id = ?"
	    " AND tbs IS NOT NULL");
	bind_number(q, id);
	return query_bytes(q, to);
}

void
intents_open(struct view *v, int64_t after, intent_each *each, void *arg)
{
	struct query *q;
	struct intent i;

	q = query_new(v->sql, "SELECT id, kind, key, serial, number, request,"
	    " shard, profile, tbs_sha256, time FROM intents"
	    " INDEXED BY intents_open WHERE closed IS NULL AND id > ? ORDER BY id");
	bind_number(q, after);
	while (query_next(q)) {
		i.id = take_number(q);
		i.kind = (enum sign_kind)take_number(q);
		take_text(q, i.key, sizeof(i.key));
		take_serial(q, i.serial, sizeof(i.serial));
		i.number = take_number(q);
		i.request = take_number(q);
		i.shard = take_number(q);
		take_text(q, i.profile, sizeof(i.profile));
		take_hex(q, i.tbs_sha256, sizeof(i.tbs_sha256));
		i.time = take_number(q);
		if (each(arg, &i) != 0)
			break;
	}
	query_done(q);
}
