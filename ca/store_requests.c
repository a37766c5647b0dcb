/*
 * Slots, and the requests that passed through them.  See store_requests.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store_private.h"
#include "store_requests.h"

/* --- slots --------------------------------------------------------------- */

static int
insert_slot(struct tx *tx, struct slot *s, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO slots (box, subscriber,"
	    " file, shown, name, file_name, uid, mtime, size, request,"
	    " certificate, status, sha256)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, s->box);
	bind_number(q, s->subscriber);
	bind_number(q, s->file);
	bind_number(q, s->sha256[0] != '\0');
	bind_text(q, s->name);
	bind_text(q, s->file_name);
	bind_number(q, s->uid);
	bind_number(q, s->mtime);
	bind_number(q, (int64_t)s->size);
	bind_reference(q, s->request);
	bind_reference(q, s->certificate);
	bind_reference(q, s->status);
	bind_hex(q, s->sha256);
	if (query_write(q, err) != 0)
		return -1;
	s->id = sql_last_id(tx->view.sql);
	s->kept_file = s->file;
	s->kept_shown = s->sha256[0] != '\0';
	return 0;
}

/* What changes with every step; none of it is in an index. */
static int
update_slot(struct tx *tx, const struct slot *s, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "UPDATE slots SET subscriber = ?,"
	    " file_name = ?, uid = ?, mtime = ?, size = ?, request = ?,"
	    " certificate = ?, status = ?, sha256 = ? WHERE id = ?");
	bind_number(q, s->subscriber);
	bind_text(q, s->file_name);
	bind_number(q, s->uid);
	bind_number(q, s->mtime);
	bind_number(q, (int64_t)s->size);
	bind_reference(q, s->request);
	bind_reference(q, s->certificate);
	bind_reference(q, s->status);
	bind_hex(q, s->sha256);
	bind_number(q, s->id);
	if (query_write(q, err) != 0)
		return -1;
	if (sql_changes(tx->view.sql) != 1)
		return err_set(err, ENOENT, "there is no slot %lld",
		    (long long)s->id);
	return 0;
}

/* What is in an index, and seldom changes. */
static int
update_slot_file(struct tx *tx, struct slot *s, struct err *err)
{
	bool shown = s->sha256[0] != '\0';
	struct query *q;

	if (s->file == s->kept_file && shown == s->kept_shown)
		return 0;
	q = query_new(tx->view.sql, "UPDATE slots SET file = ?, shown = ?"
	    " WHERE id = ?");
	bind_number(q, s->file);
	bind_number(q, shown);
	bind_number(q, s->id);
	if (query_write(q, err) != 0)
		return -1;
	s->kept_file = s->file;
	s->kept_shown = shown;
	return 0;
}

int
slot_put(struct tx *tx, struct slot *s, struct err *err)
{
	if (s->id == 0)
		return insert_slot(tx, s, err);
	if (update_slot(tx, s, err) != 0)
		return -1;
	return update_slot_file(tx, s, err);
}

#define SELECT_SLOTS \
    "SELECT id, box, subscriber, file, name, file_name, uid, mtime, size," \
    " request, certificate, status, sha256, shown FROM slots "

static void
take_slot(struct query *q, struct slot *s)
{
	s->id = take_number(q);
	s->box = take_number(q);
	s->subscriber = take_number(q);
	s->file = take_number(q);
	take_text(q, s->name, sizeof(s->name));
	take_text(q, s->file_name, sizeof(s->file_name));
	s->uid = (uid_t)take_number(q);
	s->mtime = take_number(q);
	s->size = (size_t)take_number(q);
	s->request = take_number(q);
	s->certificate = take_number(q);
	s->status = take_number(q);
	take_hex(q, s->sha256, sizeof(s->sha256));
	s->kept_file = s->file;
	s->kept_shown = take_number(q) != 0;
}

static int
one_slot(struct query *q, struct slot *s)
{
	int found = query_next(q);

	if (found)
		take_slot(q, s);
	query_done(q);
	return found;
}

int
slot_get(struct view *v, int64_t id, struct slot *s)
{
	struct query *q;

	q = query_new(v->sql, SELECT_SLOTS "WHERE id = ?");
	bind_number(q, id);
	return one_slot(q, s);
}

int
slot_find(struct view *v, int64_t box, const char *name, struct slot *s)
{
	struct query *q;

	q = query_new(v->sql, SELECT_SLOTS "WHERE box = ? AND name = ?");
	bind_number(q, box);
	bind_text(q, name);
	return one_slot(q, s);
}

/* The slot's name is what is left of the suffix, so that index is enough. */
int
slot_find_file(struct view *v, int64_t box, const char *file_name,
    struct slot *s)
{
	const char *dot = strrchr(file_name, '.');
	char name[SLOT_NAME + 1];
	struct query *q;

	if (dot == NULL || (size_t)(dot - file_name) > SLOT_NAME)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)(dot - file_name),
	    file_name);
	q = query_new(v->sql, SELECT_SLOTS
	    "WHERE box = ? AND name = ? AND file_name = ? AND shown");
	bind_number(q, box);
	bind_text(q, name);
	bind_text(q, file_name);
	return one_slot(q, s);
}

int
slot_of_file(struct view *v, int64_t file, struct slot *s)
{
	struct query *q;

	q = query_new(v->sql, SELECT_SLOTS
	    "WHERE file = ? ORDER BY id DESC LIMIT 1");
	bind_number(q, file);
	return one_slot(q, s);
}

void
slots_of_box(struct view *v, int64_t box, int64_t after, slot_each *each,
    void *arg)
{
	struct query *q;
	struct slot s;

	q = query_new(v->sql, SELECT_SLOTS
	    "WHERE box = ? AND shown AND id > ? ORDER BY id");
	bind_number(q, box);
	bind_number(q, after);
	while (query_next(q)) {
		take_slot(q, &s);
		if (each(arg, &s) != 0)
			break;
	}
	query_done(q);
}

/* --- requests ------------------------------------------------------------ */

const char *
request_state_name(enum request_state state)
{
	static const char *const names[] = {
		[PENDING] = "pending", [APPROVED] = "approved",
		[ISSUED] = "issued", [REJECTED] = "rejected",
		[WITHDRAWN] = "withdrawn"
	};

	return (size_t)state < sizeof(names) / sizeof(names[0]) ?
	    names[state] : "unknown";
}

static int
insert_request(struct tx *tx, struct request *r, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO requests (slot, box,"
	    " subscriber, state, received, decided, uid, certificate,"
	    " predecessor, profile, path, sha256, spki_sha256)"
	    " VALUES (?, coalesce((SELECT box FROM slots WHERE id = ?), 0),"
	    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, r->slot);
	bind_number(q, r->slot);
	bind_number(q, r->subscriber);
	bind_number(q, r->state);
	bind_number(q, r->received);
	bind_number(q, r->decided);
	bind_number(q, r->uid);
	bind_reference(q, r->certificate);
	bind_reference(q, r->predecessor);
	bind_text(q, r->profile);
	bind_text(q, r->path);
	bind_hex(q, r->sha256);
	bind_hex(q, r->spki_sha256);
	if (query_write(q, err) != 0)
		return -1;
	r->id = sql_last_id(tx->view.sql);
	return 0;
}

int
request_put(struct tx *tx, struct request *r, struct err *err)
{
	struct query *q;

	if (r->id == 0)
		return insert_request(tx, r, err);
	q = query_new(tx->view.sql, "UPDATE OR FAIL requests SET state = ?,"
	    " decided = ?, certificate = ?, predecessor = ?, path = ?,"
	    " profile = ?, spki_sha256 = ? WHERE id = ?");
	bind_number(q, r->state);
	bind_number(q, r->decided);
	bind_reference(q, r->certificate);
	bind_reference(q, r->predecessor);
	bind_text(q, r->path);
	bind_text(q, r->profile);
	bind_hex(q, r->spki_sha256);
	bind_number(q, r->id);
	if (query_write(q, err) != 0)
		return -1;
	if (sql_changes(tx->view.sql) != 1)
		return err_set(err, ENOENT, "there is no request %lld",
		    (long long)r->id);
	return 0;
}

#define SELECT_REQUESTS \
    "SELECT id, slot, subscriber, profile, sha256, spki_sha256, path," \
    " state, uid, received, decided, certificate, predecessor" \
    " FROM requests "

static void
take_request(struct query *q, struct request *r)
{
	r->id = take_number(q);
	r->slot = take_number(q);
	r->subscriber = take_number(q);
	take_text(q, r->profile, sizeof(r->profile));
	take_hex(q, r->sha256, sizeof(r->sha256));
	take_hex(q, r->spki_sha256, sizeof(r->spki_sha256));
	take_text(q, r->path, sizeof(r->path));
	r->state = (enum request_state)take_number(q);
	r->uid = (uid_t)take_number(q);
	r->received = take_number(q);
	r->decided = take_number(q);
	r->certificate = take_number(q);
	r->predecessor = take_number(q);
}

int
request_get(struct view *v, int64_t id, struct request *r)
{
	struct query *q;
	int found;

	q = query_new(v->sql, SELECT_REQUESTS "WHERE id = ?");
	bind_number(q, id);
	found = query_next(q);
	if (found)
		take_request(q, r);
	query_done(q);
	return found;
}

int64_t
requests_open_in_box(struct view *v, int64_t box)
{
	struct query *q;
	int64_t count;

	q = query_new(v->sql, "SELECT count(*) FROM requests"
	    " WHERE box = ? AND state < 2");
	bind_number(q, box);
	count = query_next(q) ? take_number(q) : 0;
	query_done(q);
	return count;
}

/*
 * By kind of state: the open ones are few and have an index of their own, and
 * what is APPROVED and under way at the signer is not for who takes up at
 * start.
 */
static const char *
state_query(enum request_state state)
{
	switch (state) {
	case PENDING:
		return SELECT_REQUESTS
		    "INDEXED BY requests_open "
		    "WHERE state = ? AND state < 2 AND id > ? ORDER BY id";
	case APPROVED:
		return SELECT_REQUESTS
		    "INDEXED BY requests_open "
		    "WHERE state = ? AND state < 2 AND id > ?"
		    " AND NOT EXISTS (SELECT 1 FROM intents"
		    "  WHERE intents.request = requests.id"
		    "  AND intents.closed IS NULL) ORDER BY id";
	default:
		return SELECT_REQUESTS
		    "WHERE state = ? AND id > ? ORDER BY id";
	}
}

void
requests_in_state(struct view *v, enum request_state state, int64_t after,
    request_each *each, void *arg)
{
	struct query *q;
	struct request r;

	q = query_new(v->sql, state_query(state));
	bind_number(q, state);
	bind_number(q, after);
	while (query_next(q)) {
		take_request(q, &r);
		if (each(arg, &r) != 0)
			break;
	}
	query_done(q);
}
