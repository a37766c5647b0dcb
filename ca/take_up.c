/*
 * A queue and a thread.  A request that is on its way by another hand (the
 * same bytes were dropped again) is looked at again a little later: that hand
 * may have judged it before the decision.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "authority_own.h"
#include "orders.h"
#include "paths.h"
#include "recovery.h"
#include "store_certificates.h"
#include "store_dossiers.h"
#include "supersession.h"
#include "take_up.h"

#define AGAIN_MS	20
#define AT_ONCE		64
#define LOOK_S		60	/* for what a full disk held up */
#define PACE_MS		2	/* between so many names that are told */

enum what { REQUEST, SUBSCRIBER, REVOCATIONS, UNDONE, GROUP };

struct item {
	enum what	 what;
	int64_t		 id;
	struct item	*next;
};

struct take_up {
	struct authority *authority;
	pthread_t	 thread;
	pthread_mutex_t	 lock, revoking;
	pthread_cond_t	 wake;
	struct item	*queue;
	bool		 ending;
};

static void
put(struct take_up *t, enum what what, int64_t id)
{
	struct item	**at, *item;

	if (t == NULL)
		return;
	if ((item = calloc(1, sizeof(*item))) == NULL)
		die("out of memory");
	item->what = what;
	item->id = id;
	pthread_mutex_lock(&t->lock);
	for (at = &t->queue; *at != NULL; at = &(*at)->next)
		if ((*at)->what == what && (*at)->id == id)
			break;
	if (*at == NULL)
		*at = item;
	else
		free(item);
	pthread_cond_signal(&t->wake);
	pthread_mutex_unlock(&t->lock);
}

/* --- what there is to do -------------------------------------------------- */

struct ids {
	int64_t	id[AT_ONCE], subscriber, last;
	size_t	count;
};

static int
note_request(void *arg, const struct request *request)
{
	struct ids	*ids = arg;

	ids->last = request->id;
	if (ids->subscriber == 0 || request->subscriber == ids->subscriber)
		ids->id[ids->count++] = request->id;
	return ids->count == AT_ONCE;
}

static void
judge(struct take_up *t, int64_t request)
{
	const struct timespec	pause = { .tv_nsec = AGAIN_MS * 1000000L };

	if (recovery_judge_request(t->authority, request))
		return;
	nanosleep(&pause, NULL);
	put(t, REQUEST, request);
}

static void
judge_subscriber(struct take_up *t, int64_t subscriber)
{
	struct ids	 ids = { .subscriber = subscriber };
	struct view	*v;
	size_t		 i;

	do {
		ids.count = 0;
		v = view_take(t->authority->parts->store);
		requests_in_state(v, PENDING, ids.last, note_request, &ids);
		view_put(v);
		for (i = 0; i < ids.count && !t->authority->closing; i++)
			judge(t, ids.id[i]);
	} while (ids.count == AT_ONCE && !t->authority->closing);
}

/* What could not be revoked now is tried again at the next one or look. */
static void
revoke_all(struct take_up *t)
{
	pthread_mutex_lock(&t->revoking);
	if (t->authority->parts->revoke != NULL)
		orders_do(t->authority);
	supersessions_look(t->authority);
	pthread_mutex_unlock(&t->revoking);
}

static int
note_undone(void *arg, const struct dossier *d)
{
	put(arg, REQUEST, d->object);
	return 0;
}

static void
find_undone(struct take_up *t)
{
	struct view	*v = view_take(t->authority->parts->store);

	dossiers_undone(v, 0, note_undone, t);
	view_put(v);
}

/* --- another group -------------------------------------------------------- */

struct serials {
	char	(*all)[SERIAL_TEXT];
	size_t	count, room;
};

static int
note_serial(void *arg, const struct certificate *c)
{
	struct serials	*s = arg;

	if (s->count == s->room) {
		s->room = 2 * s->room + AT_ONCE;
		s->all = realloc(s->all, s->room * sizeof(s->all[0]));
		if (s->all == NULL)
			die("out of memory");
	}
	memcpy(s->all[s->count++], c->serial, SERIAL_TEXT);
	return 0;
}

static int
nothing(struct job *job, struct tx *tx, struct err *e)
{
	return 0;
}

/* A transaction behind it is over, so that one is, too, whatever became of it. */
static void
wait_for_transaction(struct take_up *t)
{
	struct job	job = { .apply = nothing };
	struct err	e;

	(void)commit_wait(t->authority->parts->committer, &job, &e);
}

static void
tell_folders(struct take_up *t, const struct serials *s)
{
	const struct timespec	 pause = { .tv_nsec = PACE_MS * 1000000L };
	struct publication_sink	*sink = t->authority->parts->sink;
	char			 text[AT_ONCE][PATH_TEXT];
	const char		*paths[AT_ONCE];
	size_t			 i, n = 0;

	for (i = 0; i < s->count && !t->authority->closing; i++) {
		path_serial(text[n], s->all[i]);
		paths[n] = text[n];
		if (++n < AT_ONCE && i + 1 < s->count)
			continue;
		sink->forget(sink, paths, n);
		n = 0;
		nanosleep(&pause, NULL);
	}
}

/* With the folder's name the kernel forgets all that it knows below it. */
static void
group_changed(struct take_up *t, int64_t subscriber)
{
	struct serials	 s = { NULL, 0, 0 };
	struct view	*v;

	if (t->authority->parts->sink == NULL ||
	    t->authority->parts->sink->forget == NULL)
		return;
	wait_for_transaction(t);
	v = view_take(t->authority->parts->store);
	certificates_of_subscriber(v, subscriber, 0, note_serial, &s);
	view_put(v);
	tell_folders(t, &s);
	free(s.all);
}

/* --- the thread ----------------------------------------------------------- */

static void
do_one(struct take_up *t, const struct item *item)
{
	switch (item->what) {
	case REQUEST:
		judge(t, item->id);
		return;
	case SUBSCRIBER:
		judge_subscriber(t, item->id);
		return;
	case REVOCATIONS:
		revoke_all(t);
		return;
	case UNDONE:
		find_undone(t);
		return;
	case GROUP:
		group_changed(t, item->id);
	}
}

/* Rung: true; false when it is time to look by itself. */
static bool
wait_for_item(struct take_up *t)
{
	struct timespec	until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LOOK_S;
	return pthread_cond_clockwait(&t->wake, &t->lock, CLOCK_MONOTONIC,
	    &until) == 0;
}

static void *
work(void *arg)
{
	const struct item	 look = { .what = REVOCATIONS };
	struct take_up		*t = arg;
	struct item		*item;

	pthread_mutex_lock(&t->lock);
	while (!t->ending) {
		if (t->queue == NULL && wait_for_item(t))
			continue;
		if ((item = t->queue) != NULL)
			t->queue = item->next;
		pthread_mutex_unlock(&t->lock);
		do_one(t, item != NULL ? item : &look);
		free(item);
		pthread_mutex_lock(&t->lock);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

struct take_up *
take_up_start(struct authority *authority)
{
	struct take_up	*t;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		die("out of memory");
	t->authority = authority;
	pthread_mutex_init(&t->lock, NULL);
	pthread_mutex_init(&t->revoking, NULL);
	pthread_cond_init(&t->wake, NULL);
	if (pthread_create(&t->thread, NULL, work, t) != 0)
		die("cannot start a thread");
	return t;
}

void
take_up_stop(struct take_up *t)
{
	if (t == NULL)
		return;
	pthread_mutex_lock(&t->lock);
	t->ending = true;
	pthread_cond_signal(&t->wake);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
}

void
take_up_free(struct take_up *t)
{
	struct item	*item;

	if (t == NULL)
		return;
	while ((item = t->queue) != NULL) {
		t->queue = item->next;
		free(item);
	}
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->revoking);
	pthread_cond_destroy(&t->wake);
	free(t);
}

void
take_up_request(struct take_up *t, int64_t request)
{
	put(t, REQUEST, request);
}

void
take_up_subscriber(struct take_up *t, int64_t subscriber)
{
	put(t, SUBSCRIBER, subscriber);
}

void
take_up_revocations(struct take_up *t)
{
	put(t, REVOCATIONS, 0);
}

void
take_up_group(struct take_up *t, int64_t subscriber)
{
	put(t, GROUP, subscriber);
}

void
take_up_undone(struct take_up *t)
{
	put(t, UNDONE, 0);
}

/* --- for the others (authority.h) ----------------------------------------- */

void
authority_take_up(struct authority *authority, int64_t subscriber)
{
	take_up_subscriber(authority->take_up, subscriber);
}

void
authority_revoke_decided(struct authority *authority)
{
	take_up_revocations(authority->take_up);
}

void
authority_revoke_end(struct authority *authority)
{
	struct take_up	*t = authority->take_up;

	if (t == NULL)
		return;
	pthread_mutex_lock(&t->revoking);
	pthread_mutex_unlock(&t->revoking);
}
