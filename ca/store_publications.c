/*
 * Publications: the single files of the tree, every version a row.  Large
 * contents are files; one that is also a document (a CRL) is kept once, and
 * its PEM is made when it is read.  See store_status.h.
 */
#include <errno.h>
#include <string.h>

#include "store_events.h"
#include "store_private.h"
#include "store_status.h"
#include "text.h"

#define SELECT_PUBLICATIONS \
    "SELECT seq, dir, name, time, size, link FROM publications "
/* What is found by its name. */
#define NAMED	" AND dir <> '" PUBLISHED_CASES "'"

static void
take_publication(struct query *q, struct publication *p)
{
	p->seq = take_number(q);
	take_text(q, p->dir, sizeof(p->dir));
	take_text(q, p->name, sizeof(p->name));
	p->time = take_number(q);
	p->size = (size_t)take_number(q);
	p->link = take_number(q) != 0;
}

static int
one_publication(struct query *q, struct publication *p)
{
	int found = query_next(q);

	if (found)
		take_publication(q, p);
	query_done(q);
	return found;
}

int
publication_find(struct view *v, const char *dir, const char *name,
    struct publication *p)
{
	struct query *q;

	q = query_new(v->sql, SELECT_PUBLICATIONS
	    "WHERE dir = ? AND name = ? AND superseded IS NULL"
	    NAMED);
	bind_text(q, dir);
	bind_text(q, name);
	return one_publication(q, p);
}

int
publication_get(struct view *v, int64_t seq, struct publication *p)
{
	struct query *q;

	q = query_new(v->sql, SELECT_PUBLICATIONS "WHERE seq = ?");
	bind_number(q, seq);
	return one_publication(q, p);
}

/* The newest of this name, if it is these very bytes, or the PEM of them. */
static int
find_same(struct view *v, const struct publication *p, const char *sha256,
    bool pem, struct publication *there)
{
	struct query *q;

	q = query_new(v->sql, SELECT_PUBLICATIONS
	    "WHERE dir = ? AND name = ? AND superseded IS NULL"
	    " AND sha256 = ? AND link = ? AND (place = 3) = ?" NAMED);
	bind_text(q, p->dir);
	bind_text(q, p->name);
	bind_hex(q, sha256);
	bind_number(q, p->link);
	bind_number(q, pem);
	return one_publication(q, there);
}

static int
supersede(struct tx *tx, const struct publication *p, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE publications SET superseded = ?"
	    " WHERE dir = ? AND name = ? AND superseded IS NULL" NAMED);
	bind_number(q, clock_now());
	bind_text(q, p->dir);
	bind_text(q, p->name);
	return query_write(q, err);
}

static int
put_content(struct tx *tx, struct slice content, const char *sha256,
    enum place *place, struct err *err)
{
	struct document_row document;

	*place = PLACE_INLINE;
	if (content.size <= STORE_INLINE)
		return 0;
	*place = PLACE_DOCUMENT;
	if (documents_find(&tx->view, sha256, &document))
		return 0;
	*place = PLACE_LARGE;
	return large_put(tx->view.store, "large", sha256, content, err);
}

static int
put_row(struct tx *tx, struct publication *p, struct slice content,
    const char *sha256, enum place place, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO publications (time, size,"
	    " link, place, dir, name, sha256, bytes)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, p->time);
	bind_number(q, (int64_t)content.size);
	bind_number(q, p->link);
	bind_number(q, place);
	bind_text(q, p->dir);
	bind_text(q, p->name);
	bind_hex(q, sha256);
	if (place == PLACE_INLINE)
		bind_blob(q, content);
	else
		bind_null(q);
	if (query_write(q, err) != 0)
		return -1;
	p->seq = sql_last_id(tx->view.sql);
	p->size = content.size;
	return 0;
}

int
publication_put(struct tx *tx, struct publication *p, struct slice content,
    struct err *err)
{
	char sha256[SHA256_TEXT];
	struct publication there;
	enum place place;

	sha256_text(sha256, content);
	if (find_same(&tx->view, p, sha256, false, &there)) {
		*p = there;
		return 0;
	}
	if (put_content(tx, content, sha256, &place, err) != 0 ||
	    supersede(tx, p, err) != 0)
		return -1;
	return put_row(tx, p, content, sha256, place, err);
}

int
publication_follow(struct tx *tx, struct publication *p,
    struct slice content, struct err *err)
{
	char sha256[SHA256_TEXT];
	struct query *q;
	enum place place;

	sha256_text(sha256, content);
	if (put_content(tx, content, sha256, &place, err) != 0)
		return -1;
	if (p->seq != 0) {
		q = query_new(tx->view.sql, "UPDATE publications"
		    " SET superseded = ? WHERE seq = ?"
		    " AND dir = '" PUBLISHED_CASES "'");
		bind_number(q, clock_now());
		bind_number(q, p->seq);
		if (query_write(q, err) != 0)
			return -1;
	}
	return put_row(tx, p, content, sha256, place, err);
}

#define PEM_LABEL	"X509 CRL"

int
publication_put_document(struct tx *tx, struct publication *p,
    const char *sha256, bool pem, struct err *err)
{
	struct document_row document;
	struct publication there;
	struct slice content = { 0 };

	if (find_same(&tx->view, p, sha256, pem, &there)) {
		*p = there;
		return 0;
	}
	if (!documents_find(&tx->view, sha256, &document))
		return err_set(err, ENOENT, "there is no document %s", sha256);
	content.size = pem ? pem_size(PEM_LABEL, document.size) :
	    document.size;
	if (supersede(tx, p, err) != 0)
		return -1;
	return put_row(tx, p, content, sha256, pem ? PLACE_PEM :
	    PLACE_DOCUMENT, err);
}

/* --- reading ------------------------------------------------------------- */

struct content {
	enum place	place;
	char		sha256[SHA256_TEXT];
	size_t		size;
};

/* Appends what was asked for of the PEM of a document. */
static int
read_pem(struct view *v, const char *sha256, uint64_t offset, size_t size,
    struct bytes *to)
{
	struct pem_piece piece = { .label = PEM_LABEL, .offset = offset,
	    .size = size };
	struct document_row document;
	struct bytes der = { 0 };
	int found;

	if (!documents_find(v, sha256, &document))
		return 0;
	piece.der = document.size;
	pem_piece_begin(&piece);
	found = documents_read_part(v, sha256, piece.from, piece.count, &der);
	if (found)
		pem_piece_end(&piece, SLICE(&der), to);
	bytes_free(&der);
	return found;
}

static int
read_piece(struct view *v, const struct content *c, uint64_t offset,
    size_t size, struct bytes *to)
{
	if (c->place == PLACE_PEM)
		return read_pem(v, c->sha256, offset, size, to);
	if (c->place == PLACE_DOCUMENT)
		return documents_read_part(v, c->sha256, offset, size, to);
	return large_read_part(v->store, "large", c->sha256, offset, size, to);
}

int
publication_part(struct view *v, int64_t seq, uint64_t offset, size_t size,
    struct bytes *to)
{
	struct content c = { 0 };
	struct slice inlined;
	struct query *q;
	int found;

	bytes_clear(to);
	q = query_new(v->sql, "SELECT place, sha256, size, bytes"
	    " FROM publications WHERE seq = ?");
	bind_number(q, seq);
	found = query_next(q);
	if (found) {
		c.place = (enum place)take_number(q);
		take_hex(q, c.sha256, sizeof(c.sha256));
		c.size = (size_t)take_number(q);
		inlined = take_blob(q);
		if (offset > c.size)
			offset = c.size;
		if (size > c.size - offset)
			size = c.size - offset;
		if (c.place == PLACE_INLINE)
			bytes_put(to, inlined.data + offset, size);
	}
	query_done(q);
	if (!found || size == 0 || c.place == PLACE_INLINE)
		return found;
	return read_piece(v, &c, offset, size, to);
}

int
publication_document(struct view *v, int64_t seq, char sha256[SHA256_TEXT])
{
	struct query *q;
	int found;

	q = query_new(v->sql, "SELECT sha256 FROM publications WHERE seq = ?"
	    " AND place = ?");
	bind_number(q, seq);
	bind_number(q, PLACE_DOCUMENT);
	found = query_next(q);
	if (found)
		take_hex(q, sha256, SHA256_TEXT);
	query_done(q);
	return found;
}

int
publication_bytes(struct view *v, int64_t seq, struct bytes *to)
{
	return publication_part(v, seq, 0, SIZE_MAX, to);
}

void
publications_of(struct view *v, const char *dir, int64_t after,
    publication_each *each, void *arg)
{
	struct publication p;
	struct query *q;

	q = query_new(v->sql, SELECT_PUBLICATIONS
	    "WHERE dir = ? AND superseded IS NULL AND seq > ? ORDER BY seq");
	bind_text(q, dir);
	bind_number(q, after);
	while (query_next(q)) {
		take_publication(q, &p);
		if (each(arg, &p) != 0)
			break;
	}
	query_done(q);
}

/* --- what became old ----------------------------------------------------- */

/* A large one that is old, and how many rows have the same content; or 0. */
static int64_t
old_large(struct view *v, usec_t before, char sha256[SHA256_TEXT],
    int64_t *sharing)
{
	struct query *q;
	int64_t seq = 0;

	q = query_new(v->sql, "SELECT seq, sha256, (SELECT count(*)"
	    "  FROM publications AS o WHERE o.place = 2"
	    "  AND o.sha256 = p.sha256)"
	    " FROM publications AS p WHERE superseded IS NOT NULL"
	    " AND superseded < ? AND place = 2 LIMIT 1");
	bind_number(q, before);
	if (query_next(q)) {
		seq = take_number(q);
		take_hex(q, sha256, SHA256_TEXT);
		*sharing = take_number(q);
	}
	query_done(q);
	return seq;
}

/*
 * The file of a large one goes before the transaction commits; were it given
 * up, the row of an old version would stay without its content, and go next
 * time.
 */
static int
prune_large(struct tx *tx, usec_t before, int64_t limit, struct err *err)
{
	char sha256[SHA256_TEXT];
	int64_t seq, sharing;
	struct query *q;

	while (limit-- > 0) {
		seq = old_large(&tx->view, before, sha256, &sharing);
		if (seq == 0)
			break;
		if (sharing == 1)
			large_remove(tx->view.store, "large", sha256);
		q = query_new(tx->view.sql,
		    "DELETE FROM publications WHERE seq = ?");
		bind_number(q, seq);
		if (query_write(q, err) != 0)
			return -1;
	}
	return 0;
}

int
publications_prune(struct tx *tx, usec_t before, int64_t limit,
    struct err *err)
{
	struct query *q;

	if (prune_large(tx, before, limit, err) != 0)
		return -1;
	q = query_new(tx->view.sql, "DELETE FROM publications WHERE seq IN"
	    " (SELECT seq FROM publications WHERE superseded IS NOT NULL"
	    "  AND superseded < ? AND place <> 2 LIMIT ?)");
	bind_number(q, before);
	bind_number(q, limit);
	return query_write(q, err);
}
