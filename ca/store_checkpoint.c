/*
 * Bringing the WAL home.  SQLite would do it inside the commit that passes a
 * limit, and that commit would wait for some thousand scattered writes and
 * their sync.  Here a thread of its own does it (PASSIVE: it blocks nobody),
 * and a short rest, what was committed meanwhile, is done by the writer
 * between two commits; only then can the WAL begin again from its start
 * instead of growing.
 *
 *	pages in the WAL	< BEGIN		nothing
 *				>= BEGIN	the thread brings home
 *	after the thread	rest <= REST	the writer brings the rest home
 *				else		the thread once more
 *	pages >= LONG		the writer waits for the thread, brings home
 *				whatever the rest is, and waits for readers
 *
 * The last line is what bounds the WAL: without it a thread slower than the
 * writer, or a reader there at each moment, lets it grow until the disk is
 * full, and each page that is read is looked for in all of it.  The first wait
 * for readers is short.  When it was too short the writer goes on until those
 * readers are gone and waits for others twice as long, so that it ends however
 * long they stay, if each does some time.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "stop.h"
#include "store_private.h"

#define BEGIN	4000	/* pages: 16 MiB */
#define REST	1000
#define LONG	10000	/* 40 MB: it did not get to its start for long */
#define PATIENCE_MS 100	/* with readers, the first time */
#define PATIENCE_MOST_MS 6400

struct checkpointer {
	struct store	*store;
	struct sql	*sql;
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake, rests;
	bool		 wanted, ending;
	int		 home;		/* pages brought home, of this WAL */

	/* The writer's own: */
	int		 pages;		/* in the WAL, as of the last commit */
	int		 patience;	/* milliseconds, with readers */
	int		 try_from;	/* pages: not before */
};

static void
tries_forget(struct checkpointer *c)
{
	c->patience = PATIENCE_MS;
	c->try_from = LONG;
}

static int
note_pages(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct checkpointer *c = arg;

	(void)db;
	(void)name;
	c->pages = pages;
	return SQLITE_OK;
}

/* A fault here costs nothing but room: the WAL stays as long as it is. */
static int
bring_home(struct sqlite3 *db)
{
	int pages = 0, home = 0;

	sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages,
	    &home);
	return home;
}

static void *
checkpoint_thread(void *arg)
{
	struct checkpointer *c = arg;
	int home;

	pthread_mutex_lock(&c->lock);
	while (!c->ending) {
		if (!c->wanted) {
			pthread_cond_wait(&c->wake, &c->lock);
			continue;
		}
		pthread_mutex_unlock(&c->lock);
		stop_at("core.wal-goes-home");
		views_end_idle(c->store);
		home = fault_here("wal-stays") ? 0 :
		    bring_home(sql_handle(c->sql));
		pthread_mutex_lock(&c->lock);
		c->home = home;
		c->wanted = false;
		pthread_cond_signal(&c->rests);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

int
store_checkpointer_start(struct store *s, struct err *err)
{
	struct checkpointer *c;
	char path[PATH_MAX];
	int code;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		die("store: out of memory");
	c->store = s;
	tries_forget(c);
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wake, NULL);
	pthread_cond_init(&c->rests, NULL);
	store_path(s, path, "db");
	c->sql = sql_open(path, SQL_CHECKPOINTER, err);
	if (c->sql == NULL) {
		free(c);
		return -1;
	}
	code = pthread_create(&c->thread, NULL, checkpoint_thread, c);
	if (code != 0) {
		sql_close(c->sql);
		free(c);
		return err_set(err, code, "cannot start a thread: %s",
		    strerror(code));
	}
	pthread_mutex_lock(&s->write_lock);
	s->checkpointer = c;
	sqlite3_wal_hook(sql_handle(s->tx.view.sql), note_pages, c);
	pthread_mutex_unlock(&s->write_lock);
	return 0;
}

void
store_checkpointer_stop(struct store *s)
{
	struct checkpointer *c = s->checkpointer;

	if (c == NULL)
		return;
	pthread_mutex_lock(&s->write_lock);
	s->checkpointer = NULL;
	sqlite3_wal_autocheckpoint(sql_handle(s->tx.view.sql), 1000);
	pthread_mutex_unlock(&s->write_lock);
	pthread_mutex_lock(&c->lock);
	c->ending = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	sql_close(c->sql);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wake);
	pthread_cond_destroy(&c->rests);
	free(c);
}

/*
 * Whether the writer has to bring the rest home now; else the thread is told
 * to, or is at it.
 */
static bool
rest_is_ours(struct checkpointer *c)
{
	bool ours = false;

	pthread_mutex_lock(&c->lock);
	if (!c->wanted) {
		ours = c->home != 0 && c->pages - c->home <= REST;
		c->home = 0;
		c->wanted = !ours;
		if (c->wanted)
			pthread_cond_signal(&c->wake);
	}
	pthread_mutex_unlock(&c->lock);
	return ours;
}

static void
thread_rests(struct checkpointer *c)
{
	pthread_mutex_lock(&c->lock);
	while (c->wanted)
		pthread_cond_wait(&c->rests, &c->lock);
	c->home = 0;
	pthread_mutex_unlock(&c->lock);
}

/* Who reads while nobody of ours does is another process: ask seldom. */
static void
try_again_later(struct store *s, struct checkpointer *c)
{
	if (views_mark(s) == 0)
		c->try_from = c->pages + REST;
	else if (c->patience < PATIENCE_MOST_MS)
		c->patience *= 2;
}

/* All of it, with new readers reading what is home from then on. */
static void
begin_again(struct store *s, struct checkpointer *c)
{
	struct sqlite3 *db = sql_handle(s->tx.view.sql);
	int result;

	counter_add(COUNT_LOG_WAITS, 1);
	thread_rests(c);
	views_end_idle(s);
	sqlite3_busy_timeout(db, c->patience);
	result = sqlite3_wal_checkpoint_v2(db, NULL,
	    SQLITE_CHECKPOINT_RESTART, NULL, NULL);
	sql_set_timeout(s->tx.view.sql);
	views_end_idle(s);
	if (result != SQLITE_OK)
		try_again_later(s, c);
}

bool
store_checkpointer_is_due(struct store *s)
{
	struct checkpointer *c = s->checkpointer;

	if (c == NULL)
		return false;
	if (c->pages >= BEGIN)
		return true;
	tries_forget(c);
	return false;
}

void
store_checkpointer_kick(struct store *s)
{
	struct checkpointer *c = s->checkpointer;

	if (!store_checkpointer_is_due(s))
		return;
	if (c->pages >= c->try_from && views_marked(s) == 0) {
		begin_again(s, c);
		return;
	}
	if (!rest_is_ours(c))
		return;
	views_end_idle(s);
	bring_home(sql_handle(s->tx.view.sql));
	views_end_idle(s);
}
