/*
 * Events in the store: their numbers, their chain, and what the folders of
 * evidence/ list.  See store_events.h.
 */
#include <errno.h>
#include <string.h>

#include "stop.h"
#include "store_events.h"
#include "store_packed.h"
#include "store_private.h"
#include "text.h"

#define USEC_HOUR	(3600 * USEC)

/* What stands before the first event, DESIGN 5 `previous`. */
static const char no_previous[SHA256_TEXT] =
    "0000000000000000000000000000000000000000000000000000000000000000";

static void
last_event(struct view *v, struct last_event *last)
{
	struct query *q;

	last->seq = 0;
	last->hour = -1;
	strcpy(last->sha256, no_previous);
	q = query_new(v->sql, "SELECT seq, hour, sha256 FROM events"
	    " ORDER BY seq DESC LIMIT 1");
	if (query_next(q)) {
		last->seq = take_number(q);
		last->hour = take_number(q);
		take_hex(q, last->sha256, SHA256_TEXT);
	}
	query_done(q);
}

static int
put_row(struct tx *tx, const struct event *e, const struct event_row *row,
    const char *digest, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT OR FAIL INTO events (seq, time, hour,"
	    " size, name, certificate, request, sha256)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	bind_number(q, row->seq);
	bind_number(q, row->time);
	bind_number(q, row->time / USEC_HOUR);
	bind_number(q, (int64_t)row->size);
	bind_text(q, event_name(e));
	bind_reference(q, event_of_certificate(e));
	bind_reference(q, event_of_request(e));
	bind_hex(q, digest);
	return query_write(q, err);
}

static int
put_bytes(struct tx *tx, int64_t seq, const char *name, struct slice bytes,
    struct err *err)
{
	struct packed packed;
	struct query *q;

	if (text_pack(tx, name, bytes, bytes, &packed, err) != 0)
		return -1;
	q = query_new(tx->view.sql, "INSERT OR FAIL INTO event_bytes"
	    " (seq, dictionary, bytes) VALUES (?, ?, ?)");
	bind_number(q, seq);
	bind_reference(q, packed.dictionary);
	bind_blob(q, packed.octets);
	return query_write(q, err);
}

/*
 * Where an hour begins; a clock that was set back makes it begin again.  Events
 * are numbered in time, so that needs no index of all of them.
 */
static int
put_hour(struct tx *tx, const struct event_row *row, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO event_hours (first, hour)"
	    " VALUES (?, ?)");
	bind_number(q, row->seq);
	bind_number(q, row->time / USEC_HOUR);
	return query_write(q, err);
}

static int
put_event(struct tx *tx, struct event *e, struct event_row *row,
    struct last_event *last, struct err *err)
{
	struct bytes bytes = { 0 };
	int result;

	event_render(e, row->seq, row->time, last->sha256, &bytes);
	row->size = bytes.size;
	sha256_text(last->sha256, SLICE(&bytes));
	result = put_row(tx, e, row, last->sha256, err);
	if (result == 0 && row->time / USEC_HOUR != last->hour)
		result = put_hour(tx, row, err);
	if (result == 0)
		result = put_bytes(tx, row->seq, event_name(e), SLICE(&bytes),
		    err);
	bytes_free(&bytes);
	last->seq = row->seq;
	last->hour = row->time / USEC_HOUR;
	return result;
}

int
events_append(struct tx *tx, struct event *e, int64_t *seq, struct err *err)
{
	struct event_row row = { 0 };

	if (fault_here("evidence-fail"))
		return err_set(err, EROFS, "evidence cannot be written "
		    "(ordered by a test)");
	if (!tx->event_is_known)
		last_event(&tx->view, &tx->event);
	row.seq = tx->event.seq + 1;
	row.time = clock_now();
	tx->event_is_known = put_event(tx, e, &row, &tx->event, err) == 0;
	if (!tx->event_is_known)
		return -1;
	if (seq != NULL)
		*seq = row.seq;
	return 0;
}

int64_t
events_last(struct view *v)
{
	struct last_event last;

	last_event(v, &last);
	return last.seq;
}

static void
take_row(struct query *q, struct event_row *row)
{
	row->seq = take_number(q);
	row->time = take_number(q);
	row->size = (size_t)take_number(q);
	take_text(q, row->name, sizeof(row->name));
}

#define SELECT_EVENTS	"SELECT seq, time, size, name FROM events "

int
events_get(struct view *v, int64_t seq, struct event_row *row)
{
	struct query *q;
	int found;

	q = query_new(v->sql, SELECT_EVENTS "WHERE seq = ?");
	bind_number(q, seq);
	found = query_next(q);
	if (found)
		take_row(q, row);
	query_done(q);
	return found;
}

int
events_bytes(struct view *v, int64_t seq, struct bytes *to)
{
	char wanted[SHA256_TEXT], digest[SHA256_TEXT] = "";
	struct query *q;
	int found;

	q = query_new(v->sql, "SELECT b.dictionary, b.bytes, e.size, d.bytes,"
	    " e.sha256 FROM event_bytes AS b"
	    " CROSS JOIN events AS e ON e.seq = b.seq"
	    " LEFT JOIN dictionaries AS d ON d.id = b.dictionary"
	    " WHERE b.seq = ?");
	bind_number(q, seq);
	found = query_next(q);
	if (found) {
		if (take_unpacked(q, to))
			sha256_text(digest, SLICE(to));
		take_hex(q, wanted, sizeof(wanted));
		if (strcmp(digest, wanted) != 0) {
			log_line("store: event %lld is damaged",
			    (long long)seq);
			found = -1;
		}
	}
	query_done(q);
	return found;
}

static void
list(struct query *q, int64_t key, int64_t after, event_each *each, void *arg)
{
	struct event_row row;

	bind_number(q, key);
	bind_number(q, after);
	while (query_next(q)) {
		take_row(q, &row);
		if (each(arg, &row) != 0)
			break;
	}
	query_done(q);
}

void
events_of_hour(struct view *v, int64_t hour, int64_t after, event_each *each,
    void *arg)
{
	list(query_new(v->sql, "SELECT e.seq, e.time, e.size, e.name"
	    " FROM event_hours AS h CROSS JOIN events AS e"
	    " WHERE h.hour = ? AND e.seq >= max(h.first, ? + 1)"
	    " AND e.seq < coalesce((SELECT min(n.first) FROM event_hours AS n"
	    "  WHERE n.first > h.first), 0x7fffffffffffffff)"
	    " ORDER BY h.first, e.seq"), hour, after, each, arg);
}

void
events_of_certificate(struct view *v, int64_t certificate, int64_t after,
    event_each *each, void *arg)
{
	list(query_new(v->sql, SELECT_EVENTS
	    "WHERE certificate = ? AND seq > ? ORDER BY seq"), certificate,
	    after, each, arg);
}

void
events_of_request(struct view *v, int64_t request, int64_t after,
    event_each *each, void *arg)
{
	list(query_new(v->sql, SELECT_EVENTS
	    "WHERE request = ? AND seq > ? ORDER BY seq"), request, after,
	    each, arg);
}

int64_t
events_next_hour(struct view *v, int64_t hour)
{
	struct query *q;
	int64_t next = -1;

	q = query_new(v->sql, "SELECT hour FROM event_hours WHERE hour >= ?"
	    " ORDER BY hour LIMIT 1");
	bind_number(q, hour);
	if (query_next(q))
		next = take_number(q);
	query_done(q);
	return next;
}

bool
events_has(struct view *v, int64_t certificate, const char *name)
{
	struct query *q;
	bool has;

	q = query_new(v->sql, "SELECT 1 FROM events"
	    " WHERE certificate = ? AND name = ? LIMIT 1");
	bind_number(q, certificate);
	bind_text(q, name);
	has = query_next(q) == 1;
	query_done(q);
	return has;
}
