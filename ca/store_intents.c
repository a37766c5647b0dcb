/*
 * Intents: what will be signed, recorded before (DESIGN section 4).  See
 * store_status.h.  What is to be signed goes into a file when it is large (a
 * CRL), and leaves once the intent was closed as done: then the certificate or
 * CRL itself is in the store.
 */
#include <errno.h>
#include <string.h>

#include "store_private.h"
#include "store_status.h"

static enum place
place_of(struct slice content)
{
	return content.size > STORE_INLINE ? PLACE_LARGE : PLACE_INLINE;
}

static int
put_row(struct tx *tx, struct intent *i, struct slice tbs, enum place place,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO intents (kind, number,"
	    " request, time, size, place, key, profile, serial, tbs_sha256)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, i->kind);
	bind_number(q, i->number);
	bind_reference(q, i->request);
	bind_number(q, i->time);
	bind_number(q, (int64_t)tbs.size);
	bind_number(q, place);
	bind_text(q, i->key);
	bind_text(q, i->profile);
	bind_hex(q, i->serial);
	bind_hex(q, i->tbs_sha256);
	if (query_write(q, err) != 0)
		return -1;
	i->id = sql_last_id(tx->view.sql);
	return 0;
}

int
intent_put(struct tx *tx, struct intent *i, struct slice tbs,
    struct err *err)
{
	enum place place = place_of(tbs);
	struct query *q;

	if (put_row(tx, i, tbs, place, err) != 0)
		return err_in(err, "intent");
	if (place == PLACE_LARGE)
		return large_put(tx->view.store, "large", i->tbs_sha256, tbs,
		    err);
	q = query_new(tx->view.sql, "INSERT INTO intent_tbs (id, tbs)"
	    " VALUES (?, ?)");
	bind_number(q, i->id);
	bind_blob(q, tbs);
	return query_write(q, err);
}

int
intent_close(struct tx *tx, int64_t id, const char *how, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE intents SET closed = ?,"
	    " closed_time = ? WHERE id = ? AND closed IS NULL");
	bind_text(q, how);
	bind_number(q, clock_now());
	bind_number(q, id);
	if (query_write(q, err) != 0)
		return -1;
	if (sql_changes(tx->view.sql) != 1)
		return err_set(err, ENOENT, "there is no open intent %lld",
		    (long long)id);
	/* What was signed is kept as what it became; the others stay. */
	if (strcmp(how, "done") != 0)
		return 0;
	q = query_new(tx->view.sql, "DELETE FROM intent_tbs WHERE id = ?");
	bind_number(q, id);
	return query_write(q, err);
}

int
intent_tbs(struct view *v, int64_t id, struct bytes *to)
{
	char digest[65] = "";
	struct query *q;
	int found, place = PLACE_INLINE;
	int64_t size = 0;

	q = query_new(v->sql, "SELECT i.place, i.tbs_sha256, i.size, t.tbs"
	    " FROM intents AS i LEFT JOIN intent_tbs AS t ON t.id = i.id"
	    " WHERE i.id = ? AND (t.id IS NOT NULL OR i.place = 2)");
	bind_number(q, id);
	found = query_next(q);
	if (found) {
		place = (int)take_number(q);
		take_hex(q, digest, sizeof(digest));
		size = take_number(q);
		bytes_copy(to, take_blob(q));
	}
	query_done(q);
	if (found && place == PLACE_LARGE)
		return large_read(v->store, "large", digest, (size_t)size, to);
	return found;
}

void
intents_open(struct view *v, int64_t after, intent_each *each, void *arg)
{
	struct query *q;
	struct intent i;

	q = query_new(v->sql, "SELECT id, kind, key, serial, number, request,"
	    " profile, tbs_sha256, time FROM intents INDEXED BY intents_open"
	    " WHERE closed IS NULL AND id > ? ORDER BY id");
	bind_number(q, after);
	while (query_next(q)) {
		i.id = take_number(q);
		i.kind = (enum sign_kind)take_number(q);
		take_text(q, i.key, sizeof(i.key));
		take_serial(q, i.serial, sizeof(i.serial));
		i.number = take_number(q);
		i.request = take_number(q);
		take_text(q, i.profile, sizeof(i.profile));
		take_hex(q, i.tbs_sha256, sizeof(i.tbs_sha256));
		i.time = take_number(q);
		if (each(arg, &i) != 0)
			break;
	}
	query_done(q);
}

/* One with a file whose time has come; 0: none. */
static int64_t
closed_with_file(struct view *v, usec_t before, char sha256[65])
{
	struct query *q;
	int64_t id = 0;

	q = query_new(v->sql, "SELECT id, tbs_sha256 FROM intents"
	    " WHERE place = 2 AND closed IS NOT NULL AND closed_time < ?"
	    " LIMIT 1");
	bind_number(q, before);
	if (query_next(q)) {
		id = take_number(q);
		take_hex(q, sha256, 65);
	}
	query_done(q);
	return id;
}

/*
 * The files of what was closed.  They are removed before the transaction is
 * committed: if it is not, the next call finds them gone, which is the same.
 */
int
intents_prune(struct tx *tx, usec_t before, int64_t limit, struct err *err)
{
	char digest[65];
	struct query *q;
	int64_t id;

	while (limit-- > 0) {
		id = closed_with_file(&tx->view, before, digest);
		if (id == 0)
			break;
		large_remove(tx->view.store, "large", digest);
		q = query_new(tx->view.sql, "UPDATE intents SET place = 0"
		    " WHERE id = ?");
		bind_number(q, id);
		if (query_write(q, err) != 0)
			return -1;
	}
	return 0;
}
