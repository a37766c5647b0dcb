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
#include "store_regroupings.h"
#include "supersession.h"
#include "take_up.h"

#define AGAIN_MS	20
#define AT_ONCE		64
#define LOOK_S		60	/* for what a full disk held up */
#define PACE_MS		2	/* between so many names that are told */

enum what { REQUEST, SUBSCRIBER, REVOCATIONS, UNDONE, GROUPS, LOOK };

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
	bool		 telling;	/* the sink has folders */

	/* The thread's own. */
	struct regrouping regrouping;	/* that is being told, */
	struct certificate told;	/* the last of it so far */
};

/* With the lock. */
static void
enter(struct take_up *t, enum what what, int64_t id)
{
	struct item	**at, *item;

	for (at = &t->queue; *at != NULL; at = &(*at)->next)
		if ((*at)->what == what && (*at)->id == id)
			return;
	if ((item = calloc(1, sizeof(*item))) == NULL)
		die("out of memory");
	item->what = what;
	item->id = id;
	*at = item;
	pthread_cond_signal(&t->wake);
}

static void
put(struct take_up *t, enum what what, int64_t id)
{
	if (t == NULL)
		return;
	pthread_mutex_lock(&t->lock);
	enter(t, what, id);
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

struct folders {
	char			 text[AT_ONCE][PATH_TEXT];
	const char		*paths[AT_ONCE];
	size_t			 count;
	struct certificate	 last;
};

static int
note_folder(void *arg, const struct certificate *c)
{
	struct folders	*f = arg;

	path_serial(f->text[f->count], c->serial);
	f->paths[f->count] = f->text[f->count];
	f->last = *c;
	return ++f->count == AT_ONCE;
}

/* The next ones of whoever is to be told about; 0: nobody is. */
static int
find_folders(struct take_up *t, struct folders *f)
{
	struct regrouping	 first;
	struct view		*v;
	int			 found;

	f->count = 0;
	v = view_take(t->authority->parts->store);
	if ((found = regrouping_first(v, &first)) == 1) {
		if (first.subscriber != t->regrouping.subscriber ||
		    first.change != t->regrouping.change)
			memset(&t->told, 0, sizeof(t->told));
		t->regrouping = first;
		certificates_of_subscriber_behind(v, first.subscriber,
		    &t->told, note_folder, f);
	}
	view_put(v);
	return found;
}

struct ending {
	struct job		job;	/* first */
	struct regrouping	regrouping;
};

static int
end_regrouping(struct job *job, struct tx *tx, struct err *e)
{
	return regrouping_end(tx, &((struct ending *)job)->regrouping, e);
}

/* With a full disk it is tried again at the next look. */
static void
all_told(struct take_up *t)
{
	struct ending	ending = { .job.apply = end_regrouping,
	    .regrouping = t->regrouping };
	struct err	e;

	if (commit_wait(t->authority->parts->committer, &ending.job, &e) == -1)
		return;
	memset(&t->regrouping, 0, sizeof(t->regrouping));
	put(t, GROUPS, 0);
}

static void
folders_told(void *arg)
{
	struct take_up	*t = arg;

	pthread_mutex_lock(&t->lock);
	t->telling = false;
	enter(t, GROUPS, 0);
	pthread_mutex_unlock(&t->lock);
}

/*
 * With the folder's name the kernel forgets all that it knows below it.  Some
 * at a time: what else is in the queue comes between.
 */
static void
tell_some(struct take_up *t)
{
	const struct timespec	 pause = { .tv_nsec = PACE_MS * 1000000L };
	struct publication_sink	*sink;
	struct folders		 f;

	if (t->authority->closing || take_up_is_telling(t) ||
	    find_folders(t, &f) == 0)
		return;
	sink = t->authority->parts->sink;
	if (f.count == 0 || sink == NULL || sink->forget == NULL) {
		all_told(t);
		return;
	}
	t->told = f.last;
	pthread_mutex_lock(&t->lock);
	t->telling = true;
	pthread_mutex_unlock(&t->lock);
	sink->forget(sink, f.paths, f.count, folders_told, t);
	nanosleep(&pause, NULL);
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
	case GROUPS:
		tell_some(t);
		return;
	case LOOK:
		revoke_all(t);
		tell_some(t);
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
	const struct item	 look = { .what = LOOK };
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
take_up_groups(struct take_up *t)
{
	put(t, GROUPS, 0);
}

bool
take_up_is_telling(struct take_up *t)
{
	bool	telling;

	pthread_mutex_lock(&t->lock);
	telling = t->telling;
	pthread_mutex_unlock(&t->lock);
	return telling;
}

void
take_up_undone(struct take_up *t)
{
	put(t, UNDONE, 0);
	put(t, GROUPS, 0);
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
