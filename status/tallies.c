/*
 * Tallies.  See tallies.h.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_counts.h"
#include "bell.h"
#include "tallies.h"

#define EVERY		(10 * USEC)	/* so that nobody who asks waits */
#define KEEP_EVERY	(60 * USEC)
/*
 * A bite is as long as anybody may wait for it who reads the metrics, and who
 * makes a CRL meanwhile has most of the disk and of the processor.
 */
#define BITE		(USEC / 200)	/* events, and the same certificates */
#define PAUSES		4		/* as long as a bite took */
#define ROWS		16		/* between two looks at the clock */

struct tallies {
	struct job	 job;		/* first: the job is the tallies */
	struct timer	 timer;
	const struct desk *desk;
	pthread_mutex_t	 counting;	/* the sums; taken before the other */
	struct tally_sums sums;
	pthread_mutex_t	 mutex;		/* all below */
	pthread_cond_t	 idle;
	struct tally_sums shown;	/* the sums when last they stood */
	struct tally_sums kept;		/* the job's */
	usec_t		 kept_at;	/* steady */
	bool		 busy, closing;
};

#define OF_TIMER(t)	((struct tallies *)(void *)((char *)(t) - \
			    offsetof(struct tallies, timer)))

/* --- counting ------------------------------------------------------------ */

static void
add(struct tally *all, size_t *count, size_t room, const char *name,
    int64_t by)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (strcmp(all[i].name, name) == 0)
			break;
	if (i == room)
		i = room - 1;
	else if (i == *count) {
		(*count)++;
		snprintf(all[i].name, sizeof all[i].name, "%s",
		    i == room - 1 ? "other" : name);
	}
	all[i].count += by;
}

static struct tally_day *
day_of(struct tally_sums *sums, int64_t day)
{
	struct tally_day *row = &sums->days[day % TALLY_DAYS];

	if (row->day < day)
		*row = (struct tally_day){ .day = day };
	return row->day == day ? row : NULL;
}

struct bite {
	struct tally_sums *sums;
	usec_t	 until;			/* steady */
	unsigned rows;
};

/* After each row: is it enough? */
static bool
is_enough(struct bite *bite)
{
	if (++bite->rows % ROWS == 0 && clock_steady() >= bite->until)
		bite->sums->behind = true;
	return bite->sums->behind;
}

static int
add_event(void *arg, int64_t seq, usec_t time, const char *name)
{
	struct bite *bite = arg;
	struct tally_sums *sums = bite->sums;
	struct tally_day *day = day_of(sums, time / USEC_DAY);

	add(sums->names, &sums->name_count, TALLY_NAMES, name, 1);
	if (day != NULL && strcmp(name, "certificate-issued") == 0)
		day->issued++;
	else if (day != NULL && strcmp(name, "certificate-revoked") == 0)
		day->revoked++;
	sums->events = seq;
	return is_enough(bite);
}

static int
add_certificate(void *arg, int64_t id, const char *profile)
{
	struct bite *bite = arg;
	struct tally_sums *sums = bite->sums;

	add(sums->profiles, &sums->profile_count, TALLY_PROFILES, profile, 1);
	sums->certificates = id;
	return is_enough(bite);
}

/*
 * While counting; a bite of the one must not let the other starve.  How long
 * until the next.
 */
static usec_t
go_on(struct tallies *t, struct view *view)
{
	usec_t begun = clock_steady();
	struct bite bite = { .sums = &t->sums, .until = begun + BITE };
	bool behind;

	t->sums.behind = false;
	event_names(view, t->sums.events, add_event, &bite);
	behind = t->sums.behind;
	t->sums.behind = false;
	bite.until = clock_steady() + BITE;
	profile_names(view, t->sums.certificates, add_certificate, &bite);
	t->sums.behind |= behind;
	return t->sums.behind ? (clock_steady() - begun) * PAUSES : EVERY;
}

/* With the mutex. */
static void
come_back(struct tallies *t, usec_t pause)
{
	if (!t->closing)
		timers_set(t->desk->timers, &t->timer, pause);
}

static void
count_on(struct tallies *t, struct view *view)
{
	usec_t pause;

	pthread_mutex_lock(&t->counting);
	pause = go_on(t, view);
	pthread_mutex_lock(&t->mutex);
	t->shown = t->sums;
	if (t->shown.behind)
		come_back(t, pause);
	pthread_mutex_unlock(&t->mutex);
	pthread_mutex_unlock(&t->counting);
}

void
tallies_get(struct tallies *t, struct view *view, struct tally_sums *to)
{
	bool behind;

	pthread_mutex_lock(&t->mutex);
	behind = t->shown.behind;
	pthread_mutex_unlock(&t->mutex);
	/* What is more than a bite the timer goes on with: nobody waits. */
	if (!behind)
		count_on(t, view);
	pthread_mutex_lock(&t->mutex);
	*to = t->shown;
	pthread_mutex_unlock(&t->mutex);
}

int64_t
tally_events(const struct tally_sums *sums, const char *name)
{
	for (size_t i = 0; i < sums->name_count; i++)
		if (strcmp(sums->names[i].name, name) == 0)
			return sums->names[i].count;
	return 0;
}

/* --- keeping ------------------------------------------------------------- */

static int
load_row(void *arg, enum tally_kind kind, const char *label, int64_t count)
{
	struct tally_sums *sums = arg;
	struct tally_day *day;

	if (kind == TALLY_EVENT)
		add(sums->names, &sums->name_count, TALLY_NAMES, label, count);
	else if (kind == TALLY_PROFILE)
		add(sums->profiles, &sums->profile_count, TALLY_PROFILES,
		    label, count);
	else if (kind == TALLY_UPTO && strcmp(label, "events") == 0)
		sums->events = count;
	else if (kind == TALLY_UPTO && strcmp(label, "certificates") == 0)
		sums->certificates = count;
	else if ((day = day_of(sums, strtoll(label, NULL, 10))) != NULL) {
		if (kind == TALLY_ISSUED)
			day->issued = count;
		else if (kind == TALLY_REVOKED)
			day->revoked = count;
	}
	return 0;
}

static int
keep_all(struct tx *tx, enum tally_kind kind, const struct tally *all,
    size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (tally_put(tx, kind, all[i].name, all[i].count, err) != 0)
			return -1;
	return 0;
}

static int
keep_days(struct tx *tx, const struct tally_sums *sums, struct err *err)
{
	const struct tally_day *day;
	char label[24];

	for (size_t i = 0; i < TALLY_DAYS; i++) {
		day = &sums->days[i];
		snprintf(label, sizeof label, "%" PRId64, day->day);
		if (day->day != 0 && (tally_put(tx, TALLY_ISSUED, label,
		    day->issued, err) != 0 || tally_put(tx, TALLY_REVOKED,
		    label, day->revoked, err) != 0))
			return -1;
	}
	return 0;
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	const struct tally_sums *sums = &((struct tallies *)job)->kept;

	if (keep_all(tx, TALLY_EVENT, sums->names, sums->name_count,
	    err) != 0 || keep_all(tx, TALLY_PROFILE, sums->profiles,
	    sums->profile_count, err) != 0 || keep_days(tx, sums, err) != 0 ||
	    tally_put(tx, TALLY_UPTO, "events", sums->events, err) != 0)
		return -1;
	return tally_put(tx, TALLY_UPTO, "certificates", sums->certificates,
	    err);
}

/* What could not be kept is counted once more. */
static void
applied(struct job *job, const struct err *fault)
{
	struct tallies *t = (struct tallies *)job;

	pthread_mutex_lock(&t->mutex);
	t->busy = false;
	pthread_cond_signal(&t->idle);
	pthread_mutex_unlock(&t->mutex);
}

/* With the mutex: is it time, and is there something new? */
static bool
is_to_be_kept(const struct tallies *t)
{
	return !t->busy && !t->closing &&
	    clock_steady() - t->kept_at >= KEEP_EVERY &&
	    t->sums.events != t->kept.events;
}

static void
fire(struct timer *timer)
{
	struct tallies *t = OF_TIMER(timer);
	struct view *view = view_take(t->desk->parts->store);
	bool keep;
	usec_t pause;

	pthread_mutex_lock(&t->counting);
	pause = go_on(t, view);
	pthread_mutex_lock(&t->mutex);
	t->shown = t->sums;
	come_back(t, pause);
	if ((keep = is_to_be_kept(t))) {
		t->kept = t->sums;
		t->kept_at = clock_steady();
		t->busy = true;
	}
	pthread_mutex_unlock(&t->mutex);
	pthread_mutex_unlock(&t->counting);
	view_put(view);
	if (keep)
		commit_submit(t->desk->parts->committer, &t->job);
}

struct tallies *
tallies_new(const struct desk *desk)
{
	struct tallies *t = calloc(1, sizeof *t);
	struct view *view;

	if (t == NULL)
		die("out of memory");
	if (pthread_mutex_init(&t->counting, NULL) != 0 ||
	    pthread_mutex_init(&t->mutex, NULL) != 0)
		die("cannot make a mutex");
	steady_cond_init(&t->idle);
	t->desk = desk;
	t->job.apply = apply;
	t->job.done = applied;
	t->timer.fire = fire;
	t->kept_at = clock_steady();
	view = view_take(desk->parts->store);
	tallies_list(view, load_row, &t->sums);
	view_put(view);
	t->kept = t->shown = t->sums;
	timers_set(desk->timers, &t->timer, EVERY);
	return t;
}

static void
wait_idle(struct tallies *t)
{
	pthread_mutex_lock(&t->mutex);
	t->closing = true;
	while (t->busy)
		pthread_cond_wait(&t->idle, &t->mutex);
	pthread_mutex_unlock(&t->mutex);
}

void
tallies_free(struct tallies *t)
{
	struct err err;

	if (t == NULL)
		return;
	wait_idle(t);
	timers_cancel(t->desk->timers, &t->timer);
	if (t->kept.events != t->sums.events) {
		t->kept = t->sums;
		(void)commit_wait(t->desk->parts->committer, &t->job, &err);
	}
	pthread_cond_destroy(&t->idle);
	pthread_mutex_destroy(&t->mutex);
	pthread_mutex_destroy(&t->counting);
	free(t);
}
