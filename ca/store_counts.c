/*
 * Counts.  See store_counts.h.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "store_counts.h"
#include "store_events.h"
#include "store_private.h"
#include "store_requests.h"

static int64_t
number_of(struct query *q)
{
	int64_t number = query_next(q) ? take_number(q) : 0;

	query_done(q);
	return number;
}

/* --- what is open now ---------------------------------------------------- */

static int64_t
requests_of(struct view *v, enum request_state state)
{
	struct query *q = query_new(v->sql, "SELECT count(*) FROM requests"
	    " INDEXED BY requests_open WHERE state < 2 AND state = ?");

	bind_number(q, state);
	return number_of(q);
}

static void
count_dossiers(struct view *v, struct store_counts *to)
{
	enum dossier_place place;
	struct query *q;
	int64_t kind;

	q = query_new(v->sql, "SELECT place, kind, count(*) FROM dossiers"
	    " WHERE place IN (1, 2) GROUP BY place, kind");
	while (query_next(q)) {
		place = (enum dossier_place)take_number(q);
		kind = take_number(q);
		if (kind >= 0 && kind < DOSSIER_KINDS)
			(place == PLACE_PENDING ? to->pending :
			    to->countersign)[kind] = take_number(q);
	}
	query_done(q);
}

static void
count_revoked(struct view *v, int64_t to[REASONS])
{
	struct query *q = query_new(v->sql,
	    "SELECT reason, count FROM revocation_counts");
	int64_t reason;

	while (query_next(q)) {
		reason = take_number(q);
		if (reason >= 0 && reason < REASONS)
			to[reason] = take_number(q);
	}
	query_done(q);
}

void
store_count(struct view *v, struct store_counts *to)
{
	*to = (struct store_counts){ 0 };
	to->events = events_last(v);
	to->certificates = number_of(query_new(v->sql,
	    "SELECT max(id) FROM certificates"));
	to->requests_pending = requests_of(v, PENDING);
	to->requests_approved = requests_of(v, APPROVED);
	count_dossiers(v, to);
	to->unpublished = number_of(query_new(v->sql,
	    "SELECT count(*) FROM revocations"
	    " WHERE on_crl = 0 OR on_ocsp = 0"));
	to->scheduled = number_of(query_new(v->sql,
	    "SELECT count(*) FROM scheduled WHERE done IS NULL"));
	to->batches = number_of(query_new(v->sql,
	    "SELECT count(*) FROM batches"
	    " WHERE finished IS NULL AND state < 2"));
	count_revoked(v, to->revoked);
}

int64_t
store_count_ocsp(struct view *v)
{
	return number_of(query_new(v->sql, "SELECT count(*) FROM ocsp_asked"
	    " INDEXED BY ocsp_asked_due WHERE answer IS NOT NULL"));
}

static int64_t
size_of(struct store *s, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	store_path(s, path, name);
	return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

void
store_measure(struct store *s, struct store_sizes *to)
{
	char path[PATH_MAX];
	struct statvfs fs;

	*to = (struct store_sizes){ 0 };
	to->database = size_of(s, "db");
	to->log = size_of(s, "db-wal");
	to->reserve = size_of(s, "reserve");
	store_path(s, path, ".");
	if (statvfs(path, &fs) == 0) {
		to->disk = (int64_t)(fs.f_blocks * fs.f_frsize);
		to->disk_free = (int64_t)(fs.f_bavail * fs.f_frsize);
	}
}

/* --- what only grows ----------------------------------------------------- */

void
event_names(struct view *v, int64_t after, event_name_each *each, void *arg)
{
	char name[64];
	struct query *q;
	int64_t seq;
	usec_t time;

	q = query_new(v->sql, "SELECT seq, time, name FROM events"
	    " WHERE seq > ? ORDER BY seq");
	bind_number(q, after);
	while (query_next(q)) {
		seq = take_number(q);
		time = take_number(q);
		take_text(q, name, sizeof(name));
		if (each(arg, seq, time, name) != 0)
			break;
	}
	query_done(q);
}

void
profile_names(struct view *v, int64_t after, profile_name_each *each,
    void *arg)
{
	char profile[32];
	struct query *q;
	int64_t id;

	q = query_new(v->sql, "SELECT id, profile FROM certificates"
	    " WHERE id > ? ORDER BY id");
	bind_number(q, after);
	while (query_next(q)) {
		id = take_number(q);
		take_text(q, profile, sizeof(profile));
		if (each(arg, id, profile) != 0)
			break;
	}
	query_done(q);
}

int
tally_put(struct tx *tx, enum tally_kind kind, const char *label,
    int64_t count, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql, "INSERT INTO tallies (kind, label, count)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT (kind, label)"
	    " DO UPDATE SET count = ?3");
	bind_number(q, kind);
	bind_text(q, label);
	bind_number(q, count);
	return query_write(q, err);
}

void
tallies_list(struct view *v, tally_each *each, void *arg)
{
	enum tally_kind kind;
	char label[64];
	struct query *q;

	q = query_new(v->sql, "SELECT kind, label, count FROM tallies");
	while (query_next(q)) {
		kind = (enum tally_kind)take_number(q);
		take_text(q, label, sizeof(label));
		if (each(arg, kind, label, take_number(q)) != 0)
			break;
	}
	query_done(q);
}
