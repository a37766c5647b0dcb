/*
 * The store: opening and closing, the pool of readers, the one writer, and
 * the small named values.  See store.h; the questions themselves are in
 * store_*.c, the schema in store_schema.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stop.h"
#include "store_private.h"
#include "store_schema.h"
#include "store_synced.h"
#include "store_vfs.h"

#define PAGES_AT_ONCE	256

void
store_path(const struct store *s, char to[PATH_MAX], const char *name)
{
	snprintf(to, PATH_MAX, "%s/%s", s->dir, name);
}

/*
 * One process, many threads, but each connection in one thread at a time; and
 * no statistics, for they lock at every allocation.  A reader drops all pages
 * it has when something was committed since: it takes them from one piece of
 * memory of its own (a fourth argument's pages at a time, no more than its
 * cache may have), not from malloc each time.
 */
static void
configure_sqlite(void)
{
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, PAGES_AT_ONCE);
}

/* The file is made here, so that its mode does not depend on the umask. */
static int
touch_database(struct store *s, bool *is_new, struct err *err)
{
	char path[PATH_MAX];
	int fd;

	store_path(s, path, "db");
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	*is_new = fd >= 0;
	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		return err_set(err, errno, "cannot make the database %s: %s",
		    path, strerror(errno));
	return 0;
}

static int
open_writer(struct store *s, struct err *err)
{
	char path[PATH_MAX];

	if (store_wal_secure(s, err) != 0)
		return -1;
	store_path(s, path, "db");
	s->tx.view.store = s;
	s->tx.view.sql = sql_open(path, SQL_WRITER, err);
	if (s->tx.view.sql == NULL)
		return -1;
	if (store_schema_apply(s->tx.view.sql, clock_now(), err) == 0)
		return 0;
	sql_close(s->tx.view.sql);
	s->tx.view.sql = NULL;
	return -1;
}

/*
 * On a full disk a WAL and its index have no room, and without them nothing
 * can be revoked: that is what the reserve is for.  There is to be room before
 * it is tried, for the index is mapped: where blocks are smaller than pages one
 * that finds none when it is written to is a SIGBUS.
 */
static int
open_writer_in_reserve(struct store *s, struct err *err)
{
	int tries;

	if (store_reserve_is_needed(s))
		store_reserve_open(s);
	for (tries = 0; open_writer(s, err) != 0; tries++) {
		if (err->code != ENOSPC || tries == RESERVE_TRIES)
			return -1;
		store_reserve_open(s);
		usleep(RESERVE_PAUSE);
	}
	return 0;
}

struct store *
store_open(const char *dir, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct store *s;
	bool is_new;

	pthread_once(&once, configure_sqlite);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		die("store: out of memory");
	pthread_mutex_init(&s->write_lock, NULL);
	pthread_mutex_init(&s->pool_lock, NULL);
	pthread_cond_init(&s->pool_free, NULL);
	pthread_cond_init(&s->begun, NULL);
	atomic_init(&s->wal, -1);
	pthread_mutex_init(&s->reserve_lock, NULL);
	s->boxes = kept_boxes_new();
	s->asked = asked_new();
	s->packers = packers_new();
	if ((size_t)snprintf(s->dir, sizeof(s->dir), "%s", dir) >=
	    sizeof(s->dir)) {
		err_set(err, ENAMETOOLONG, "the store's path is longer than "
		    "%zu octets", sizeof(s->dir) - 1);
		goto fail;
	}
	if (touch_database(s, &is_new, err) != 0 ||
	    store_reserve_make(s, is_new, err) != 0 ||
	    (is_new ? open_writer : open_writer_in_reserve)(s, err) != 0 ||
	    large_prepare(s, err) != 0)
		goto fail;
	return s;
fail:
	err_in(err, "store %s", dir);
	store_close(s);
	return NULL;
}

void
store_close(struct store *s)
{
	struct view *v;

	if (s == NULL)
		return;
	store_checkpointer_stop(s);
	store_sync_within(s);
	while ((v = s->idle) != NULL) {
		s->idle = v->next;
		sql_close(v->sql);
		free(v);
	}
	sql_close(s->tx.view.sql);
	pthread_mutex_destroy(&s->write_lock);
	pthread_mutex_destroy(&s->pool_lock);
	pthread_cond_destroy(&s->pool_free);
	pthread_cond_destroy(&s->begun);
	pthread_mutex_destroy(&s->reserve_lock);
	kept_boxes_free(s->boxes);
	asked_free(s->asked);
	packers_free(s->packers);
	free(s);
}

/* --- the writer ---------------------------------------------------------- */

static void
tx_forget(struct tx *tx)
{
	tx->event_is_known = false;
	tx->day_is_known = false;
}

struct tx *
tx_begin(struct store *s, struct err *err)
{
	pthread_mutex_lock(&s->write_lock);
	sql_forgive(s->tx.view.sql);
	s->tx.status_time = 0;
	tx_forget(&s->tx);
	packers_begin(s->packers);
	if (query_write(query_new(s->tx.view.sql, "BEGIN IMMEDIATE"),
	    err) != 0) {
		pthread_mutex_unlock(&s->write_lock);
		return NULL;
	}
	return &s->tx;
}

/* Faults a test can order instead of the commit. */
static const struct {
	const char	*name;
	int		 code;
	const char	*words;
} commit_faults[] = {
	{ "commit-enospc",	ENOSPC,	"there is no room" },
	{ "commit-erofs",	EROFS,	"the store cannot be written" },
	{ "commit-eio",		EIO,	"input/output error" },
};

static int
ordered_fault(struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(commit_faults) / sizeof(commit_faults[0]); i++)
		if (fault_here(commit_faults[i].name))
			return err_set(err, commit_faults[i].code,
			    "cannot commit: %s (ordered by a test)",
			    commit_faults[i].words);
	return 0;
}

/*
 * Nothing of it counts: it was against the schema, or the frame that ends it
 * could not be written.
 */
static bool
has_failed(int result)
{
	return result == SQLITE_FULL || result == SQLITE_IOERR_WRITE ||
	    (result & 0xff) == SQLITE_CONSTRAINT;
}

/*
 * After any other fault, as that of a sync or of the WAL's index, nobody knows
 * whether the transaction is on the disk: its frames may lie in the WAL and be
 * found by a recovery.  Then this process ends, and the recovery of the next
 * one decides, as after a crash.
 */
static void
die_if_unknown(struct sql *sql, const struct err *err)
{
	if (!has_failed(sqlite3_extended_errcode(sql_handle(sql))))
		die("store: %s", err->text);
}

static int
commit(struct tx *tx, struct err *err)
{
	struct sql *sql = tx->view.sql;

	if (query_write(query_new(sql, "COMMIT"), err) == 0)
		return 0;
	die_if_unknown(sql, err);
	return -1;
}

int
tx_commit(struct tx *tx, struct err *err)
{
	struct store *s = tx->view.store;
	int result;

	if (sql_is_doomed(tx->view.sql, err) || ordered_fault(err) != 0)
		goto fail;
	atomic_fetch_add(&s->moment, 1);
	result = commit(tx, err);
	atomic_fetch_add(&s->moment, 1);
	if (result != 0)
		goto fail;
	if (tx->status_time != 0)
		atomic_store(&s->newest_status, tx->status_time);
	store_checkpointer_kick(s);
	pthread_mutex_unlock(&s->write_lock);
	return 0;
fail:
	tx_abort(tx);
	return -1;
}

int
tx_commit_ahead(struct tx *tx, struct err *err)
{
	struct store *s = tx->view.store;
	int result;

	if (s->wal == -1)
		return tx_commit(tx, err);
	if (sql_is_doomed(tx->view.sql, err) || ordered_fault(err) != 0)
		goto fail;
	views_hold(s);
	s->unsynced_status = tx->status_time;
	store_vfs_leave_sync(sql_handle(tx->view.sql), true);
	result = commit(tx, err);
	store_vfs_leave_sync(sql_handle(tx->view.sql), false);
	if (result != 0) {
		views_settle(s, false);
		goto fail;
	}
	pthread_mutex_unlock(&s->write_lock);
	return 0;
fail:
	tx_abort(tx);
	return -1;
}

void
tx_abort(struct tx *tx)
{
	struct err err;

	if (sql_in_transaction(tx->view.sql) &&
	    query_write(query_new(tx->view.sql, "ROLLBACK"), &err) != 0)
		die("store: %s", err.text);
	pthread_mutex_unlock(&tx->view.store->write_lock);
}

int64_t
tx_written(struct tx *tx)
{
	return sqlite3_total_changes64(sql_handle(tx->view.sql));
}

size_t
tx_memory(struct tx *tx)
{
	int now = 0, most;

	(void)sqlite3_db_status(sql_handle(tx->view.sql),
	    SQLITE_DBSTATUS_CACHE_USED, &now, &most, 0);
	return (size_t)now;
}

int
tx_savepoint(struct tx *tx, struct err *err)
{
	return query_write(query_new(tx->view.sql, "SAVEPOINT job"), err);
}

int
tx_release(struct tx *tx, struct err *err)
{
	return query_write(query_new(tx->view.sql, "RELEASE job"), err);
}

int
tx_rollback_to(struct tx *tx, struct err *err)
{
	struct sql *sql = tx->view.sql;

	tx_forget(tx);
	packers_undo(tx->view.store->packers);
	/* SQLite itself gave the transaction up: there is no way back. */
	if (!sql_in_transaction(sql))
		return sql_is_doomed(sql, err) ? -1 : err_set(err, EIO,
		    "the transaction was given up");
	if (query_write(query_new(sql, "ROLLBACK TO job"), err) != 0)
		return -1;
	sql_forgive(sql);
	return tx_release(tx, err);
}

struct view *
tx_view(struct tx *tx)
{
	return &tx->view;
}

struct store *
tx_store(struct tx *tx)
{
	return tx->view.store;
}

/* --- small named values -------------------------------------------------- */

int64_t
meta_number(struct view *v, const char *name, int64_t absent)
{
	struct query *q;
	int64_t number;

	q = query_new(v->sql, "SELECT value FROM meta WHERE name = ?");
	bind_text(q, name);
	number = query_next(q) == 1 ? take_number(q) : absent;
	query_done(q);
	return number;
}

#define META_SET \
    "INSERT INTO meta (name, value) VALUES (?, ?)" \
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"

int
meta_set_number(struct tx *tx, const char *name, int64_t number,
    struct err *err)
{
	struct query *q = query_new(tx->view.sql, META_SET);

	bind_text(q, name);
	bind_number(q, number);
	return query_write(q, err);
}

int
meta_take_numbers(struct tx *tx, const char *name, int64_t count,
    int64_t *first, struct err *err)
{
	*first = meta_number(&tx->view, name, 1);
	return meta_set_number(tx, name, *first + count, err);
}

int
store_policy_moved(struct tx *tx, struct err *err)
{
	int64_t before;

	return meta_take_numbers(tx, "policy-seq", 1, &before, err);
}

int
meta_text(struct view *v, const char *name, struct bytes *to)
{
	struct query *q;

	/* Also the digits of a number: whoever set it may have meant either. */
	q = query_new(v->sql, "SELECT CAST(CAST(value AS TEXT) AS BLOB)"
	    " FROM meta WHERE name = ?");
	bind_text(q, name);
	return query_bytes(q, to);
}

int
meta_set_text(struct tx *tx, const char *name, const char *text,
    struct err *err)
{
	struct query *q = query_new(tx->view.sql, META_SET);

	bind_text(q, name);
	bind_text(q, text);
	return query_write(q, err);
}

/* --- what became old ----------------------------------------------------- */

#define PRUNE_ROWS	1000	/* of each kind in one call */

int
store_prune(struct tx *tx, usec_t before, struct err *err)
{
	if (statuses_prune(tx, before, PRUNE_ROWS, err) != 0 ||
	    ocsp_prune(tx, before, PRUNE_ROWS, err) != 0 ||
	    publications_prune(tx, before, PRUNE_ROWS, err) != 0)
		return -1;
	return 0;
}
