/*
 * Documents: the input evidence itself, found by its digest.  Up to 64 KiB
 * they are in the database, larger ones are files beside it, synced before the
 * transaction that names them can commit.  See store_events.h.
 */
#include <string.h>

#include "store_events.h"
#include "store_private.h"
#include "text.h"

static int
put_row(struct tx *tx, size_t size, const char *sha256, enum place place,
    int64_t *id, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT OR FAIL INTO documents (time, size,"
	    " place, sha256) VALUES (?, ?, ?, ?)");
	bind_number(q, clock_now());
	bind_number(q, (int64_t)size);
	bind_number(q, place);
	bind_hex(q, sha256);
	if (query_write(q, err) != 0)
		return -1;
	*id = sql_last_id(tx->view.sql);
	return 0;
}

static int
put_bytes(struct tx *tx, int64_t id, struct slice content, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT OR FAIL INTO document_bytes (id, bytes)"
	    " VALUES (?, ?)");
	bind_number(q, id);
	bind_blob(q, content);
	return query_write(q, err);
}

int
documents_put_row(struct tx *tx, const char *sha256, size_t size,
    struct err *err)
{
	int64_t id;

	return put_row(tx, size, sha256, PLACE_DOCUMENT, &id, err);
}

int
documents_prepare(struct store *s, struct slice content,
    struct document_prepared *p, struct err *err)
{
	memset(p, 0, sizeof(*p));
	sha256_text(p->sha256, content);
	return content.size <= STORE_INLINE ? 0 : large_begin(s, p->sha256,
	    content, p->unfinished, err);
}

int
documents_put_prepared(struct tx *tx, struct slice content,
    struct document_prepared *p, struct err *err)
{
	struct store *s = tx->view.store;
	struct document_row row;
	int64_t id;

	if (documents_find(&tx->view, p->sha256, &row))
		return 0;
	if (content.size <= STORE_INLINE) {
		if (put_row(tx, content.size, p->sha256, PLACE_INLINE, &id,
		    err) != 0)
			return -1;
		return put_bytes(tx, id, content, err);
	}
	/* Used up by a transaction that came to nothing. */
	if (p->unfinished[0] == '\0' && large_begin(s, p->sha256, content,
	    p->unfinished, err) != 0)
		return -1;
	if (large_finish(s, "documents", p->sha256, p->unfinished, err) != 0)
		return -1;
	p->unfinished[0] = '\0';
	return documents_put_row(tx, p->sha256, content.size, err);
}

void
documents_unprepare(struct store *s, struct document_prepared *p)
{
	if (p->unfinished[0] != '\0')
		large_abandon(s, p->unfinished);
	p->unfinished[0] = '\0';
}

int
documents_put(struct tx *tx, struct slice content, char sha256[SHA256_TEXT],
    struct err *err)
{
	struct document_prepared p;
	int code;

	memset(&p, 0, sizeof(p));
	sha256_text(p.sha256, content);
	memcpy(sha256, p.sha256, sizeof(p.sha256));
	code = documents_put_prepared(tx, content, &p, err);
	documents_unprepare(tx->view.store, &p);
	return code;
}

static void
take_row(struct query *q, struct document_row *row)
{
	row->id = take_number(q);
	row->time = take_number(q);
	row->size = (size_t)take_number(q);
	take_hex(q, row->sha256, sizeof(row->sha256));
}

#define SELECT_DOCUMENTS "SELECT id, time, size, sha256 FROM documents "

static int
one(struct query *q, struct document_row *row)
{
	int found = query_next(q);

	if (found)
		take_row(q, row);
	query_done(q);
	return found;
}

int
documents_find(struct view *v, const char *sha256, struct document_row *row)
{
	struct query *q;

	q = query_new(v->sql, SELECT_DOCUMENTS "WHERE sha256 = ?");
	bind_hex(q, sha256);
	return one(q, row);
}

int
documents_get(struct view *v, int64_t id, struct document_row *row)
{
	struct query *q;

	q = query_new(v->sql, SELECT_DOCUMENTS "WHERE id = ?");
	bind_number(q, id);
	return one(q, row);
}

/* What is in the database; 0: nothing of it is. */
static int
read_inline(struct view *v, int64_t id, uint64_t offset, size_t size,
    struct bytes *to)
{
	struct query *q;
	struct slice s;
	int found;

	q = query_new(v->sql, "SELECT bytes FROM document_bytes WHERE id = ?");
	bind_number(q, id);
	found = query_next(q);
	if (found) {
		s = take_blob(q);
		if (offset > s.size)
			offset = s.size;
		s.data += offset;
		s.size -= offset;
		if (s.size > size)
			s.size = size;
		bytes_copy(to, s);
	}
	query_done(q);
	return found;
}

int
documents_read_part(struct view *v, const char *sha256, uint64_t offset,
    size_t size, struct bytes *to)
{
	struct document_row row;

	bytes_clear(to);
	if (!documents_find(v, sha256, &row))
		return 0;
	if (read_inline(v, row.id, offset, size, to))
		return 1;
	if (offset >= row.size)
		return 1;
	if (size > row.size - offset)
		size = row.size - offset;
	return large_read_part(v->store, "documents", row.sha256, offset,
	    size, to);
}

int
documents_read(struct view *v, const char *sha256, struct bytes *to)
{
	return documents_read_part(v, sha256, 0, SIZE_MAX, to);
}

void
documents_list(struct view *v, int64_t after, document_each *each, void *arg)
{
	struct document_row row;
	struct query *q;

	q = query_new(v->sql, SELECT_DOCUMENTS "WHERE id > ? ORDER BY id");
	bind_number(q, after);
	while (query_next(q)) {
		take_row(q, &row);
		if (each(arg, &row) != 0)
			break;
	}
	query_done(q);
}
