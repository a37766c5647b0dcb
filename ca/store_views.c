/*
 * The pool of readers: see store.h.  A reader is a connection in a transaction
 * of its own, and what it shows is one moment of the store.
 */
#include <pthread.h>
#include <stdlib.h>

#include "store_private.h"

#define VIEWS_MAX	64	/* more wait */
#define VIEWS_KEPT	12	/* connections kept open when idle */
#define VIEWS_READY	6	/* of them, for while a commit is synced */

static struct view *
view_new(struct store *s)
{
	struct view *v;

	v = calloc(1, sizeof(*v));
	if (v == NULL)
		die("store: out of memory");
	v->store = s;
	return v;
}

static void
view_open(struct view *v)
{
	char path[PATH_MAX];
	struct err err;

	store_path(v->store, path, "db");
	v->sql = sql_open(path, SQL_READER, &err);
	if (v->sql == NULL)
		die("store: %s", err.text);
}

static void
view_end(struct view *v)
{
	if (v->begun)
		query_done(v->held);
	v->begun = false;
}

static bool
is_of(const struct view *v, uint64_t moment)
{
	return moment % 2 == 0 && v->moment == moment;
}

/* With the lock; of the idle ones, that which may go on as it is. */
static struct view *
take_begun(struct store *s, uint64_t now)
{
	struct view **at, *v;

	for (at = &s->idle; (v = *at) != NULL; at = &v->next)
		if (v->begun && is_of(v, now)) {
			*at = v->next;
			s->idle_count--;
			break;
		}
	return v;
}

/* With the lock: any, or one yet to be opened; NULL when there are enough. */
static struct view *
take_any(struct store *s)
{
	struct view *v = s->idle;

	if (v != NULL) {
		s->idle = v->next;
		s->idle_count--;
	} else if (s->view_count < VIEWS_MAX) {
		s->view_count++;
		v = view_new(s);
	}
	return v;
}

/*
 * A statement that stays at its first row keeps the transaction open, and with
 * it the moment; BEGIN, a question and COMMIT would be three.
 */
static void
view_begin(struct view *v, uint64_t now)
{
	view_end(v);
	v->held = query_new(v->sql, "SELECT 1"
	    " UNION ALL SELECT 1 FROM meta WHERE 0");
	query_next(v->held);
	v->policy_is_read = false;
	v->begun = true;
	v->moment = now;
}

static void
note_begun(struct store *s)
{
	pthread_mutex_lock(&s->pool_lock);
	if (--s->beginning == 0)
		pthread_cond_signal(&s->begun);
	pthread_mutex_unlock(&s->pool_lock);
}

/*
 * While nothing is committed a reader's transaction stays open: to end and to
 * begin it costs as much as a question, and most views ask one or two.  While
 * a commit is published each begins anew: one may see it already, and no view
 * that is taken behind that one may be older.
 *
 * Where readers may see it before it is on the disk (views_hold) none begins
 * until it is there.  Those of the moment before go on, and enough of them are
 * made ready that hardly anybody waits.
 */
struct view *
view_take(struct store *s)
{
	struct view *v;
	uint64_t now;

	pthread_mutex_lock(&s->pool_lock);
	for (;;) {
		now = atomic_load(&s->moment);
		v = take_begun(s, now);
		if (v != NULL || (!s->held && (v = take_any(s)) != NULL))
			break;
		pthread_cond_wait(&s->pool_free, &s->pool_lock);
	}
	v->round = s->round;
	if (v->begun && is_of(v, now)) {
		pthread_mutex_unlock(&s->pool_lock);
		return v;
	}
	s->beginning++;
	pthread_mutex_unlock(&s->pool_lock);
	if (v->sql == NULL)
		view_open(v);
	view_begin(v, now);
	note_begun(s);
	return v;
}

void
views_hold(struct store *s)
{
	uint64_t now;
	struct view *v;
	int ready = 0;

	pthread_mutex_lock(&s->pool_lock);
	s->held = true;
	while (s->beginning > 0)
		pthread_cond_wait(&s->begun, &s->pool_lock);
	now = atomic_load(&s->moment);
	for (v = s->idle; v != NULL && ready < VIEWS_READY; v = v->next) {
		if (!v->begun || !is_of(v, now))
			view_begin(v, now);
		ready++;
	}
	pthread_mutex_unlock(&s->pool_lock);
}

void
views_settle(struct store *s, bool committed)
{
	pthread_mutex_lock(&s->pool_lock);
	s->held = false;
	if (committed)
		atomic_fetch_add(&s->moment, 2);
	pthread_cond_broadcast(&s->pool_free);
	pthread_mutex_unlock(&s->pool_lock);
}

void
views_end_idle(struct store *s)
{
	struct view *v;

	pthread_mutex_lock(&s->pool_lock);
	atomic_fetch_add(&s->moment, 2);
	for (v = s->idle; v != NULL; v = v->next)
		view_end(v);
	pthread_mutex_unlock(&s->pool_lock);
}

int
views_mark(struct store *s)
{
	int marked;

	pthread_mutex_lock(&s->pool_lock);
	s->round++;
	marked = s->marked = s->view_count - s->idle_count;
	pthread_mutex_unlock(&s->pool_lock);
	return marked;
}

int
views_marked(struct store *s)
{
	int marked;

	pthread_mutex_lock(&s->pool_lock);
	marked = s->marked;
	pthread_mutex_unlock(&s->pool_lock);
	return marked;
}

void
view_put(struct view *v)
{
	struct store *s;
	bool keep;

	if (v == NULL)
		return;
	s = v->store;
	if (!is_of(v, atomic_load(&s->moment)))
		view_end(v);
	pthread_mutex_lock(&s->pool_lock);
	if (v->round != s->round)
		s->marked--;
	keep = s->idle_count < VIEWS_KEPT;
	if (keep) {
		v->next = s->idle;
		s->idle = v;
		s->idle_count++;
	} else
		s->view_count--;
	pthread_cond_signal(&s->pool_free);
	pthread_mutex_unlock(&s->pool_lock);
	if (!keep) {
		sql_close(v->sql);
		free(v);
	}
}
