/*
 * Revocations that are recorded and not yet published.
 *
 * An entry is made by the act or by a look at the store, and removed by
 * settling alone.  Settling runs in one thread at a time; entries made
 * meanwhile stand in front of those it looks at.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/stop.h"
#include "compare.h"
#include "pending.h"

#define CRL_PATHS	2
#define ENTRY_PATHS	2
#define PATH		96

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
	int64_t		 revocation;
	usec_t		 since;
	char		 serial[SERIAL_TEXT];
	struct revocation row;		/* as seen when it was settled */
	bool		 settled;
};

struct pending {
	const struct desk *desk;
	pthread_mutex_t	 mutex;		/* of the list and of waiters' done */
	pthread_mutex_t	 settling;
	struct entry	*entries;
	bool		 crl_changed;
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

void
pending_free(struct pending *p)
{
	struct entry *entry;
	drop_done *done;

	if (p == NULL)
		return;
	while ((entry = p->entries) != NULL) {
		p->entries = entry->next;
		for (struct waiter *w = entry->waiters; w != NULL;
		    w = w->next) {
			timers_cancel(p->desk->timers, &w->timer);
			if ((done = take_done(w)) != NULL)
				done(w->arg, NULL);
		}
		free_entry(entry);
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

static struct entry *
find_entry(struct pending *p, int64_t revocation)
{
	struct entry *entry = p->entries;

	while (entry != NULL && entry->revocation != revocation)
		entry = entry->next;
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
	if ((entry = find_entry(p, r->id)) == NULL) {
		if ((entry = calloc(1, sizeof *entry)) == NULL)
			die("out of memory");
		entry->revocation = r->id;
		entry->since = since;
		memcpy(entry->serial, r->serial, sizeof entry->serial);
		entry->next = p->entries;
		p->entries = entry;
	}
	if (w != NULL) {
		w->next = entry->waiters;
		entry->waiters = w;
		timers_set(p->desk->timers, &w->timer,
		    p->desk->parts->config->wait);
	}
	pthread_mutex_unlock(&p->mutex);
}

static int
add_row(void *arg, const struct revocation *r)
{
	pending_add(arg, r, r->decided, NULL, NULL);
	return 0;
}

void
pending_add_unpublished(struct pending *p)
{
	struct view *view = view_take(p->desk->parts->store);

	revocations_unpublished(view, add_row, p);
	view_put(view);
}

usec_t
pending_oldest(void *arg)
{
	struct pending *p = arg;
	usec_t oldest = 0;

	pthread_mutex_lock(&p->mutex);
	for (struct entry *e = p->entries; e != NULL; e = e->next)
		if (oldest == 0 || e->since < oldest)
			oldest = e->since;
	pthread_mutex_unlock(&p->mutex);
	return oldest;
}

void
pending_crl_changed(struct pending *p)
{
	pthread_mutex_lock(&p->mutex);
	p->crl_changed = true;
	pthread_mutex_unlock(&p->mutex);
}

/* --- settling ------------------------------------------------------------ */

/* Looks at each row, compares the settled; returns how many there are. */
static size_t
look(struct pending *p, struct entry *first)
{
	struct view *view = view_take(p->desk->parts->store);
	struct revocation *rows = NULL;
	size_t count = 0, room = 0;

	for (struct entry *e = first; e != NULL; e = e->next) {
		e->settled = revocation_get(view, e->revocation, &e->row) == 1 &&
		    e->row.on_crl != 0 && e->row.on_ocsp != 0;
		if (!e->settled)
			continue;
		if (count == room) {
			room = room == 0 ? 16 : 2 * room;
			rows = realloc(rows, room * sizeof *rows);
			if (rows == NULL)
				die("out of memory");
		}
		rows[count++] = e->row;
	}
	compare_changed(p->desk, view, rows, count);
	view_put(view);
	free(rows);
	return count;
}

/* Takes the settled out of the list; returns them as a list of their own. */
static struct entry *
unlink_settled(struct pending *p)
{
	struct entry *settled = NULL, *entry, **at;

	pthread_mutex_lock(&p->mutex);
	for (at = &p->entries; (entry = *at) != NULL;) {
		if (!entry->settled) {
			at = &entry->next;
			continue;
		}
		*at = entry->next;
		entry->next = settled;
		settled = entry;
	}
	pthread_mutex_unlock(&p->mutex);
	return settled;
}

static size_t
count_waiters(const struct entry *entry)
{
	size_t count = 0;

	for (; entry != NULL; entry = entry->next)
		for (struct waiter *w = entry->waiters; w != NULL; w = w->next)
			count++;
	return count;
}

/*
 * The CRL's names go with every settled revocation, told before or not: who
 * waits is answered only when a reader surely gets the new ones.
 */
static void
tell(struct pending *p, struct entry *settled, size_t count, bool crl)
{
	struct publication_sink *sink = p->desk->parts->sink;
	struct told *told = told_new(count_waiters(settled));
	char (*paths)[PATH];
	const char **names;
	size_t n = 0;
	drop_done *done;

	paths = calloc(CRL_PATHS + ENTRY_PATHS * count, sizeof *paths);
	names = calloc(CRL_PATHS + ENTRY_PATHS * count, sizeof *names);
	if (paths == NULL || names == NULL)
		die("out of memory");
	snprintf(paths[n++], PATH, "status/issuing.crl");
	snprintf(paths[n++], PATH, "status/issuing.crl.pem");
	for (struct entry *e = settled; e != NULL; e = e->next) {
		case_paths(paths + n, e->serial);
		n += ENTRY_PATHS;
		for (struct waiter *w = e->waiters; w != NULL; w = w->next) {
			timers_cancel(p->desk->timers, &w->timer);
			if ((done = take_done(w)) != NULL)
				told_add(told, done, w->arg);
		}
	}
	for (size_t i = 0; i < n; i++)
		names[i] = paths[i];
	told->crl = crl || told->count > 0;
	sink->changed(sink, names, n, told_done, told);
	free(names);
	free(paths);
}

void
pending_settle(struct pending *p)
{
	struct entry *first, *settled, *entry;
	size_t count = 0;
	bool crl;

	pthread_mutex_lock(&p->settling);
	pthread_mutex_lock(&p->mutex);
	first = p->entries;
	crl = p->crl_changed;
	p->crl_changed = false;
	pthread_mutex_unlock(&p->mutex);
	if (first != NULL)
		count = look(p, first);
	settled = count > 0 ? unlink_settled(p) : NULL;
	if (count > 0 || crl)
		tell(p, settled, count, crl);
	while ((entry = settled) != NULL) {
		settled = entry->next;
		free_entry(entry);
	}
	pthread_mutex_unlock(&p->settling);
}
