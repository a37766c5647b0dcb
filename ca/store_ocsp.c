/*
 * OCSP answers: what was asked (a CertID) stays, the answers to it come and
 * go.  See store_status.h.
 */
#include <string.h>

#include "store_private.h"
#include "store_status.h"

static int
supersede(struct tx *tx, struct slice cert_id, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE ocsp_answers SET superseded = ?"
	    " WHERE id = (SELECT answer FROM ocsp_asked WHERE cert_id = ?)");
	bind_number(q, clock_now());
	bind_blob(q, cert_id);
	return query_write(q, err);
}

static int
put_answer(struct tx *tx, struct ocsp_answer *a, struct slice der,
    struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO ocsp_answers (this_update,"
	    " next_update, size, form, serial, der)"
	    " VALUES (?, ?, ?, ?, ?, ?)");
	bind_number(q, a->this_update);
	bind_number(q, a->next_update);
	bind_number(q, (int64_t)der.size);
	bind_number(q, a->form);
	bind_hex(q, a->serial);
	bind_blob(q, der);
	if (query_write(q, err) != 0)
		return -1;
	a->id = sql_last_id(tx->view.sql);
	a->size = der.size;
	return 0;
}

int
ocsp_put(struct tx *tx, struct slice cert_id, struct ocsp_answer *a,
    struct slice der, struct err *err)
{
	struct query *q;

	if (supersede(tx, cert_id, err) != 0 ||
	    put_answer(tx, a, der, err) != 0)
		return -1;
	q = query_new(tx->view.sql, "INSERT INTO ocsp_asked (cert_id, serial,"
	    " form, answer, next_update) VALUES (?, ?, ?, ?, ?)"
	    " ON CONFLICT (cert_id) DO UPDATE SET answer = excluded.answer,"
	    " next_update = excluded.next_update");
	bind_blob(q, cert_id);
	bind_hex(q, a->serial);
	bind_number(q, a->form);
	bind_number(q, a->id);
	bind_number(q, a->next_update);
	return query_write(q, err);
}

#define SELECT_ANSWERS \
    "SELECT id, serial, form, this_update, next_update, size" \
    " FROM ocsp_answers "

static void
take_answer(struct query *q, struct ocsp_answer *a)
{
	a->id = take_number(q);
	take_serial(q, a->serial, sizeof(a->serial));
	a->form = (enum ocsp_form)take_number(q);
	a->this_update = take_number(q);
	a->next_update = take_number(q);
	a->size = (size_t)take_number(q);
}

static int
one_answer(struct query *q, struct ocsp_answer *a)
{
	int found = query_next(q);

	if (found)
		take_answer(q, a);
	query_done(q);
	return found;
}

static void
list_answers(struct query *q, ocsp_answer_each *each, void *arg)
{
	struct ocsp_answer a;

	while (query_next(q)) {
		take_answer(q, &a);
		if (each(arg, &a) != 0)
			break;
	}
	query_done(q);
}

int
ocsp_find(struct view *v, struct slice cert_id, struct ocsp_answer *a)
{
	struct query *q;

	q = query_new(v->sql, SELECT_ANSWERS
	    "WHERE id = (SELECT answer FROM ocsp_asked WHERE cert_id = ?)");
	bind_blob(q, cert_id);
	return one_answer(q, a);
}

int
ocsp_get(struct view *v, int64_t id, struct ocsp_answer *a)
{
	struct query *q;

	q = query_new(v->sql, SELECT_ANSWERS "WHERE id = ?");
	bind_number(q, id);
	return one_answer(q, a);
}

int
ocsp_bytes(struct view *v, int64_t id, struct bytes *to)
{
	struct query *q;

	q = query_new(v->sql, "SELECT der FROM ocsp_answers WHERE id = ?");
	bind_number(q, id);
	return query_bytes(q, to);
}

void
ocsp_current(struct view *v, int64_t after, ocsp_answer_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_ANSWERS "WHERE id > ?"
	    " AND form <> 0 AND superseded IS NULL ORDER BY id");
	bind_number(q, after);
	list_answers(q, each, arg);
}

void
ocsp_questions(struct view *v, int64_t after, ocsp_question_each *each,
    void *arg)
{
	struct ocsp_answer a;
	struct query *q;
	int64_t question;

	q = query_new(v->sql, "SELECT k.id, a.id, a.serial, a.form,"
	    " a.this_update, a.next_update, a.size FROM ocsp_asked k"
	    " JOIN ocsp_answers a ON a.id = k.answer"
	    " WHERE k.id > ? AND k.form <> 0 ORDER BY k.id");
	bind_number(q, after);
	while (query_next(q)) {
		question = take_number(q);
		take_answer(q, &a);
		if (each(arg, question, &a) != 0)
			break;
	}
	query_done(q);
}

void
ocsp_superseded(struct view *v, usec_t since, ocsp_answer_each *each,
    void *arg)
{
	struct query *q;

	q = query_new(v->sql, SELECT_ANSWERS "WHERE superseded >= ?"
	    " AND form <> 0 ORDER BY superseded");
	bind_number(q, since);
	list_answers(q, each, arg);
}

int
ocsp_withdraw(struct tx *tx, const char *serial, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE ocsp_answers SET superseded = ?"
	    " WHERE id IN (SELECT answer FROM ocsp_asked WHERE serial = ?)");
	bind_number(q, clock_now());
	bind_hex(q, serial);
	if (query_write(q, err) != 0)
		return -1;
	q = query_new(tx->view.sql, "UPDATE ocsp_asked SET answer = NULL,"
	    " next_update = NULL WHERE serial = ?");
	bind_hex(q, serial);
	return query_write(q, err);
}

int
ocsp_end(struct tx *tx, struct slice cert_id, struct err *err)
{
	struct query *q;

	if (supersede(tx, cert_id, err) != 0)
		return -1;
	q = query_new(tx->view.sql, "UPDATE ocsp_asked SET answer = NULL,"
	    " next_update = NULL WHERE cert_id = ?");
	bind_blob(q, cert_id);
	return query_write(q, err);
}

int
ocsp_recall(struct tx *tx, struct slice cert_id, usec_t when, struct err *err)
{
	struct query *q;

	if (supersede(tx, cert_id, err) != 0)
		return -1;
	q = query_new(tx->view.sql, "UPDATE ocsp_asked SET next_update = ?"
	    " WHERE cert_id = ? AND answer IS NOT NULL");
	bind_number(q, when - 1);
	bind_blob(q, cert_id);
	return query_write(q, err);
}

int
ocsp_latest(struct view *v, usec_t *this_update, usec_t *next_update)
{
	struct query *q;
	int found;

	q = query_new(v->sql, "SELECT this_update, (SELECT next_update"
	    " FROM ocsp_asked WHERE answer IS NOT NULL"
	    " ORDER BY next_update DESC LIMIT 1)"
	    " FROM ocsp_answers ORDER BY id DESC LIMIT 1");
	if ((found = query_next(q))) {
		*this_update = take_number(q);
		*next_update = take_number(q);
	}
	query_done(q);
	return found;
}

static void
list(struct query *q, ocsp_each *each, void *arg)
{
	while (query_next(q))
		if (each(arg, take_blob(q)) != 0)
			break;
	query_done(q);
}

void
ocsp_asked(struct view *v, const char *serial, ocsp_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, "SELECT cert_id FROM ocsp_asked"
	    " WHERE serial = ?");
	bind_hex(q, serial);
	list(q, each, arg);
}

int64_t
ocsp_portion(struct view *v, int64_t after, int64_t most, ocsp_each *each,
    void *arg)
{
	struct query *q;
	int64_t last = 0;

	q = query_new(v->sql, "SELECT id, cert_id FROM ocsp_asked"
	    " WHERE id > ? AND answer IS NOT NULL ORDER BY id LIMIT ?");
	bind_number(q, after);
	bind_number(q, most);
	while (query_next(q)) {
		last = take_number(q);
		if (each(arg, take_blob(q)) != 0)
			break;
	}
	query_done(q);
	return last;
}

void
ocsp_due(struct view *v, usec_t when, ocsp_each *each, void *arg)
{
	struct query *q;

	q = query_new(v->sql, "SELECT cert_id FROM ocsp_asked"
	    " WHERE answer IS NOT NULL AND next_update < ?"
	    " ORDER BY next_update");
	bind_number(q, when);
	list(q, each, arg);
}

int
ocsp_prune(struct tx *tx, usec_t before, int64_t limit, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "DELETE FROM ocsp_answers WHERE id IN"
	    " (SELECT id FROM ocsp_answers WHERE superseded IS NOT NULL"
	    "  AND superseded < ? LIMIT ?)");
	bind_number(q, before);
	bind_number(q, limit);
	return query_write(q, err);
}
