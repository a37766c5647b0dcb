/*
 * Revocations that are recorded and not yet published.
 *
 * An entry is made by the act or by a look at the store, and removed by
 * settling alone.  Settling runs in one thread at a time; entries made
 * meanwhile stand in front of those it looks at, and one that an act changed
 * meanwhile stays for the next.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/paths.h"
#include "../ca/stop.h"
#include "../ca/store_batches.h"
#include "../ca/store_crls.h"
#include "../ca/store_events.h"
#include "compare.h"
#include "pending.h"

#define BUCKETS		1024
#define FIXED_PATHS	4		/* CRL, PEM, delta, newest event */
#define CHANGED_MOST	64		/* a settling follows each round */
#define ENTRY_PATHS	2
#define TOLD_MOST	256		/* revocations at once */
#define PATH		PATH_TEXT

struct waiter {
	struct timer	 timer;		/* first: the timer is the waiter */
	struct pending	*pending;
	struct waiter	*next;
	drop_done	*done;		/* NULL: answered */
	void		*arg;
	char		 serial[SERIAL_TEXT];
};

struct entry {
	struct entry	*next;
	struct waiter	*waiters;
	int64_t		 revocation, shard;
	int64_t		 version;	/* of its row, as the last act left it, */
	int64_t		 looked;	/* and as settling found it */
	usec_t		 since;
	char		 serial[SERIAL_TEXT];
	bool		 settled;	/* that is published */
};

/* CRLs that were made, by scope. */
struct changed {
	int64_t	scopes[CHANGED_MOST];
	size_t	count;
};

struct pending {
	const struct desk *desk;
	pthread_mutex_t	 mutex;		/* of the lists and of waiters' done */
	pthread_mutex_t	 settling;
	struct entry	*entries[BUCKETS];	/* by revocation */
	struct changed	 changed;
};

/* What the sink was told, and who is answered when it is known. */
struct told {
	size_t	count;
	bool	crl;
	struct {
		drop_done	*done;
		void		*arg;
	} waiters[];
};

struct pending *
pending_new(const struct desk *desk)
{
	struct pending *p = calloc(1, sizeof *p);

	if (p == NULL)
		die("out of memory");
	if (pthread_mutex_init(&p->mutex, NULL) != 0 ||
	    pthread_mutex_init(&p->settling, NULL) != 0)
		die("cannot make a mutex");
	p->desk = desk;
	return p;
}

static drop_done *
take_done(struct waiter *w)
{
	drop_done *done;

	pthread_mutex_lock(&w->pending->mutex);
	done = w->done;
	w->done = NULL;
	pthread_mutex_unlock(&w->pending->mutex);
	return done;
}

static void
free_entry(struct entry *entry)
{
	struct waiter *w;

	while ((w = entry->waiters) != NULL) {
		entry->waiters = w->next;
		free(w);
	}
	free(entry);
}

static void
end_entry(struct pending *p, struct entry *entry)
{
	drop_done *done;

	for (struct waiter *w = entry->waiters; w != NULL; w = w->next) {
		timers_cancel(p->desk->timers, &w->timer);
		if ((done = take_done(w)) != NULL)
			done(w->arg, NULL);
	}
	free_entry(entry);
}

void
pending_free(struct pending *p)
{
	struct entry *entry;

	if (p == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while ((entry = p->entries[i]) != NULL) {
			p->entries[i] = entry->next;
			end_entry(p, entry);
		}
	pthread_mutex_destroy(&p->settling);
	pthread_mutex_destroy(&p->mutex);
	free(p);
}

/* --- telling ------------------------------------------------------------- */

static void
told_done(void *arg)
{
	struct told *told = arg;

	if (told->crl)
		stop_at("core.crl-published");
	for (size_t i = 0; i < told->count; i++)
		told->waiters[i].done(told->waiters[i].arg, NULL);
	free(told);
}

static struct told *
told_new(size_t most)
{
	struct told *told;

	told = calloc(1, sizeof *told + most * sizeof *told->waiters);
	if (told == NULL)
		die("out of memory");
	return told;
}

static void
told_add(struct told *told, drop_done *done, void *arg)
{
	told->waiters[told->count].done = done;
	told->waiters[told->count].arg = arg;
	told->count++;
}

/* The last event stands for the few that came with it: one announcement. */
static void
event_path(struct pending *p, char path[PATH])
{
	struct view *view = view_take(p->desk->parts->store);
	struct event_row row;

	path[0] = '\0';
	if (events_get(view, events_last(view), &row) == 1)
		path_event(path, row.seq, row.time, row.name);
	view_put(view);
}

static void
case_paths(char paths[ENTRY_PATHS][PATH], const char *serial)
{
	snprintf(paths[0], PATH, "revoke/%s", serial);
	snprintf(paths[1], PATH, "issued/by-serial/%s/status", serial);
}

/*
 * After config->wait: recorded, and pending.  The case says so already, and
 * it has changed for who looks.
 */
static void
give_up(struct timer *timer)
{
	struct waiter *w = (struct waiter *)timer;
	struct publication_sink *sink = w->pending->desk->parts->sink;
	char paths[ENTRY_PATHS][PATH];
	const char *names[ENTRY_PATHS] = { paths[0], paths[1] };
	drop_done *done = take_done(w);
	struct told *told;

	if (done == NULL)
		return;
	case_paths(paths, w->serial);
	told = told_new(1);
	told_add(told, done, w->arg);
	sink->changed(sink, names, ENTRY_PATHS, told_done, told);
}

/* --- adding -------------------------------------------------------------- */

/* The entry of a revocation, made when there is none. */
static struct entry *
take_entry(struct pending *p, const struct revocation *r, usec_t since)
{
	struct entry **bucket = &p->entries[(uint64_t)r->id % BUCKETS];
	struct entry *entry;

	for (entry = *bucket; entry != NULL; entry = entry->next)
		if (entry->revocation == r->id)
			return entry;
	if ((entry = calloc(1, sizeof *entry)) == NULL)
		die("out of memory");
	entry->revocation = r->id;
	entry->shard = r->shard;
	entry->since = since;
	memcpy(entry->serial, r->serial, sizeof entry->serial);
	entry->next = *bucket;
	*bucket = entry;
	return entry;
}

void
pending_add(struct pending *p, const struct revocation *r, usec_t since,
    drop_done *done, void *arg)
{
	struct waiter *w = NULL;
	struct entry *entry;

	if (done != NULL) {
		if ((w = calloc(1, sizeof *w)) == NULL)
			die("out of memory");
		w->pending = p;
		w->done = done;
		w->arg = arg;
		w->timer.fire = give_up;
		memcpy(w->serial, r->serial, sizeof w->serial);
	}
	pthread_mutex_lock(&p->mutex);
	entry = take_entry(p, r, since);
	if (entry->version < r->version)
		entry->version = r->version;
	if (w != NULL) {
		w->next = entry->waiters;
		entry->waiters = w;
		timers_set(p->desk->timers, &w->timer,
		    p->desk->parts->config->wait);
	}
	pthread_mutex_unlock(&p->mutex);
}

struct unpublished {
	struct pending	*pending;
	char		 held[BATCH_ACT];	/* of a batch, or "" */
	void		(*scope)(void *, int64_t);
	void		*arg;
};

static int
add_row(void *arg, const struct revocation *r)
{
	struct unpublished *u = arg;

	if (u->held[0] != '\0' &&
	    strncmp(r->act, u->held, strlen(u->held)) == 0)
		return 0;
	pending_add(u->pending, r, r->decided, NULL, NULL);
	if (r->on_crl == 0)
		u->scope(u->arg, r->shard);
	return 0;
}

void
pending_add_unpublished(struct pending *p,
    void (*scope)(void *arg, int64_t), void *arg)
{
	struct view *view = view_take(p->desk->parts->store);
	struct unpublished u = { .pending = p, .scope = scope, .arg = arg };

	batch_holds(view, u.held);
	revocations_unpublished(view, add_row, &u);
	view_put(view);
}

usec_t
pending_oldest(void *arg)
{
	struct pending *p = arg;
	struct entry *entry;
	usec_t oldest = 0;

	pthread_mutex_lock(&p->mutex);
	for (size_t i = 0; i < BUCKETS; i++)
		for (entry = p->entries[i]; entry != NULL; entry = entry->next)
			if (oldest == 0 || entry->since < oldest)
				oldest = entry->since;
	pthread_mutex_unlock(&p->mutex);
	return oldest;
}

void
pending_crl_changed(struct pending *p, int64_t scope)
{
	pthread_mutex_lock(&p->mutex);
	if (p->changed.count < CHANGED_MOST)
		p->changed.scopes[p->changed.count++] = scope;
	pthread_mutex_unlock(&p->mutex);
}

/* --- settling ------------------------------------------------------------ */

struct settled {
	struct revoked *rows;
	size_t		  count, room;
};

/* Is it published?  Then its row is kept for the comparison. */
static bool
is_published(struct view *view, struct entry *entry, struct settled *s)
{
	struct revocation r;

	if (revocation_get(view, entry->revocation, &r) != 1 ||
	    r.on_crl == 0 || r.on_ocsp == 0)
		return false;
	if (s->count == s->room) {
		s->room = 2 * s->room + 16;
		s->rows = realloc(s->rows, s->room * sizeof *s->rows);
		if (s->rows == NULL)
			die("out of memory");
	}
	compare_take(&s->rows[s->count++], &r);
	entry->looked = r.version;
	return true;
}

/* Looks at each row and compares the settled; are there any? */
static bool
look(struct pending *p, struct entry *first[BUCKETS])
{
	struct view *view = view_take(p->desk->parts->store);
	struct settled s = { 0 };

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct entry *e = first[i]; e != NULL; e = e->next)
			e->settled = is_published(view, e, &s);
	compare_changed(p->desk, view, s.rows, s.count);
	view_put(view);
	free(s.rows);
	return s.count > 0;
}

/* Takes the settled out of the lists; returns them as a list of their own. */
static struct entry *
unlink_settled(struct pending *p, size_t *count)
{
	struct entry *settled = NULL, *entry, **at;

	pthread_mutex_lock(&p->mutex);
	for (size_t i = 0; i < BUCKETS; i++)
		for (at = &p->entries[i]; (entry = *at) != NULL;) {
			if (!entry->settled ||
			    entry->looked < entry->version) {
				at = &entry->next;
				continue;
			}
			*at = entry->next;
			entry->next = settled;
			settled = entry;
			(*count)++;
		}
	pthread_mutex_unlock(&p->mutex);
	return settled;
}

static size_t
count_waiters(const struct entry *entry, size_t entries)
{
	size_t count = 0;

	for (; entries > 0; entry = entry->next, entries--)
		for (struct waiter *w = entry->waiters; w != NULL; w = w->next)
			count++;
	return count;
}

struct paths {
	char	(*path)[PATH];
	size_t	count, crls;		/* these are in front */
};

static void
add_crl(struct paths *paths, int64_t scope)
{
	char path[PATH];

	path_crl(path, scope);
	for (size_t i = 0; i < paths->crls; i++)
		if (strcmp(paths->path[i], path) == 0)
			return;
	memcpy(paths->path[paths->count++], path, PATH);
	paths->crls = paths->count;
}

/*
 * The names of a revocation's CRL go with it, told before or not: who waits is
 * answered only when a reader surely gets the new one.
 */
static void
add_crls(struct paths *paths, const struct entry *settled, size_t count,
    const struct changed *changed)
{
	add_crl(paths, CRL_COMPLETE);
	add_crl(paths, CRL_DELTA);
	for (size_t i = 0; i < changed->count; i++)
		add_crl(paths, changed->scopes[i]);
	for (; count > 0; settled = settled->next, count--)
		add_crl(paths, settled->shard);
	snprintf(paths->path[paths->count++], PATH, "status/issuing.crl.pem");
}

static void
tell_some(struct pending *p, struct entry *settled, size_t count,
    const struct changed *changed)
{
	struct publication_sink *sink = p->desk->parts->sink;
	struct told *told = told_new(count_waiters(settled, count));
	size_t most = FIXED_PATHS + changed->count +
	    (ENTRY_PATHS + 1) * count;
	struct paths paths = { calloc(most, PATH), 0, 0 };
	const char **names = calloc(most, sizeof *names);
	drop_done *done;

	if (paths.path == NULL || names == NULL)
		die("out of memory");
	add_crls(&paths, settled, count, changed);
	event_path(p, paths.path[paths.count]);
	if (paths.path[paths.count][0] != '\0')
		paths.count++;
	for (struct entry *e = settled; count > 0; e = e->next, count--) {
		case_paths(paths.path + paths.count, e->serial);
		paths.count += ENTRY_PATHS;
		for (struct waiter *w = e->waiters; w != NULL; w = w->next) {
			timers_cancel(p->desk->timers, &w->timer);
			if ((done = take_done(w)) != NULL)
				told_add(told, done, w->arg);
		}
	}
	for (size_t i = 0; i < paths.count; i++)
		names[i] = paths.path[i];
	told->crl = changed->count > 0 || told->count > 0;
	sink->changed(sink, names, paths.count, told_done, told);
	free(names);
	free(paths.path);
}

/* Of a batch there may be a hundred thousand. */
static void
tell(struct pending *p, struct entry *settled, size_t count,
    struct changed *changed)
{
	size_t some;

	do {
		some = count < TOLD_MOST ? count : TOLD_MOST;
		tell_some(p, settled, some, changed);
		changed->count = 0;
		count -= some;
		while (some-- > 0)
			settled = settled->next;
	} while (count > 0);
}

void
pending_settle(struct pending *p)
{
	struct entry *first[BUCKETS], *settled = NULL, *entry;
	struct changed changed;
	size_t count = 0;

	pthread_mutex_lock(&p->settling);
	pthread_mutex_lock(&p->mutex);
	memcpy(first, p->entries, sizeof first);
	changed = p->changed;
	p->changed.count = 0;
	pthread_mutex_unlock(&p->mutex);
	if (look(p, first)) {
		stop_at("core.pending-looked");
		settled = unlink_settled(p, &count);
	}
	if (count > 0 || changed.count > 0)
		tell(p, settled, count, &changed);
	while ((entry = settled) != NULL) {
		settled = entry->next;
		free_entry(entry);
	}
	pthread_mutex_unlock(&p->settling);
}
