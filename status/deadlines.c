/*
 * Deadlines.  A look reads them all; a job tells what has to be told, a few at
 * a time, and clears what is done.  What was late stays until that is told.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_certificates.h"
#include "../ca/store_deadlines.h"
#include "bell.h"
#include "deadlines.h"

#define EVERY		USEC
#define EVERY_MOST	(30 * USEC)
#define AT_ONCE		32		/* in one transaction */

static const char *const method_names[DEADLINE_METHODS] = {
	[BY_CRL] = "CRL", [BY_OCSP] = "OCSP", [BY_DECISION] = "decision",
};

struct deadlines {
	struct job	 job;		/* first: the job is the deadlines */
	struct timer	 timer;
	const struct desk *desk;
	pthread_mutex_t	 mutex;
	pthread_cond_t	 idle;
	struct deadline_sight seen;
	bool		 busy, closing;
};

#define OF_TIMER(t)	((struct deadlines *)(void *)((char *)(t) - \
			    offsetof(struct deadlines, timer)))

/* What a look finds. */
struct sight {
	usec_t		 now, nearest;	/* of those that are not done */
	enum deadline_method nearest_by;
	struct deadline_sight seen;
	struct deadline	 due[AT_ONCE];	/* of which something is to be told */
	size_t		 count;
};

/* --- one deadline -------------------------------------------------------- */

/* What is to be told of it by now, of what was not. */
static unsigned
to_tell(const struct deadline *d, enum deadline_method method, usec_t now)
{
	usec_t when = d->done[method] != 0 ? d->done[method] : now;

	if (!deadline_has(d, method))
		return 0;
	if (when > d->due)
		return TOLD_MISSED(method) & ~d->told;
	if (d->done[method] == 0 && now >= d->due - (d->due - d->start) / 2)
		return TOLD_NEAR(method) & ~d->told;
	return 0;
}

static bool
is_done(const struct deadline *d)
{
	for (enum deadline_method m = 0; m < DEADLINE_METHODS; m++)
		if (deadline_has(d, m) && d->done[m] == 0)
			return false;
	return true;
}

static void
see_method(struct sight *s, const struct deadline *d,
    enum deadline_method method, bool *near, bool *missed)
{
	if (!deadline_has(d, method) || d->done[method] != 0)
		return;
	*missed = *missed || s->now > d->due;
	*near = *near || s->now >= d->due - (d->due - d->start) / 2;
	s->seen.by[method].open++;
	s->seen.by[method].missed += s->now > d->due;
	if (s->seen.by[method].nearest == 0 ||
	    d->due < s->seen.by[method].nearest)
		s->seen.by[method].nearest = d->due;
	if (s->nearest == 0 || d->due < s->nearest) {
		s->nearest = d->due;
		s->nearest_by = method;
	}
}

static int
see(void *arg, const struct deadline *d)
{
	struct sight *s = arg;
	bool near = false, missed = false;
	unsigned tell = 0;

	for (enum deadline_method m = 0; m < DEADLINE_METHODS; m++) {
		tell |= to_tell(d, m, s->now);
		see_method(s, d, m, &near, &missed);
	}
	s->seen.waiting += !is_done(d);
	s->seen.near += near && !missed;
	s->seen.missed += missed;
	/* One that was late is removed by the job, told before or now. */
	if ((tell != 0 || is_done(d)) && s->count < AT_ONCE)
		s->due[s->count++] = *d;
	return 0;
}

static void
look(struct deadlines *all, struct sight *s, bool *clear)
{
	const struct config *config = all->desk->parts->config;
	struct view *view = view_take(all->desk->parts->store);

	*s = (struct sight){ .now = clock_now() };
	deadlines_open(view, config->revocation.decision_max, see, s);
	*clear = deadlines_to_clear(view);
	view_put(view);
}

/* --- health -------------------------------------------------------------- */

static void
say(struct deadlines *all, const struct sight *s)
{
	enum health_state state = HEALTH_OK;
	char due[CLOCK_TEXT];

	if (s->seen.waiting == 0) {
		health_set(all->desk->health, HEALTH_DEADLINES, HEALTH_OK,
		    "no revocation waits to be decided or published");
		return;
	}
	if (s->seen.missed > 0)
		state = HEALTH_FAIL;
	else if (s->seen.near > 0)
		state = HEALTH_WARN;
	clock_text_seconds(due, s->nearest);
	health_set(all->desk->health, HEALTH_DEADLINES, state, "%lld cases "
	    "wait, %lld of them near their deadline, %lld missed it; the "
	    "nearest is %s (%s) (REV-6.2.4-03A)", (long long)s->seen.waiting,
	    (long long)s->seen.near, (long long)s->seen.missed, due,
	    method_names[s->nearest_by]);
}

/* --- telling ------------------------------------------------------------- */

static int
append(struct tx *tx, const struct deadline *d, enum deadline_method method,
    bool missed, struct err *err)
{
	struct event *event = event_new(missed ? "revocation-deadline-missed" :
	    "revocation-deadline-near", REVOCATION_MANAGEMENT);
	struct certificate c;
	char text[CLOCK_TEXT];

	event_actor_self(event);
	if (certificate_get(tx_view(tx), d->certificate, &c) == 1)
		event_certificate(event, c.id, c.serial, c.sha256,
		    c.spki_sha256, NULL);
	event_requirements(event, "REV-6.2.4-03A REV-6.2.4-03C "
	    "REV-6.2.4-05A");
	event_outcome(event, missed ? "missed" : "near");
	event_detail(event, "method", method_names[method]);
	if (reason_name(d->reason) != NULL)
		event_detail(event, "reason", reason_name(d->reason));
	clock_text(text, d->start);
	event_detail(event, "counted-from", text);
	clock_text(text, d->due);
	event_detail(event, "due", text);
	if (d->done[method] != 0) {
		clock_text(text, d->done[method]);
		event_detail(event, "done", text);
	}
	return desk_append(tx, event, err);
}

static int
tell(struct tx *tx, struct deadline *d, usec_t now, struct err *err)
{
	unsigned bits;

	for (enum deadline_method m = 0; m < DEADLINE_METHODS; m++) {
		bits = to_tell(d, m, now);
		if (bits == 0)
			continue;
		if (append(tx, d, m, (bits & TOLD_MISSED(m)) != 0, err) != 0)
			return -1;
		d->told |= bits;
	}
	return is_done(d) ? deadline_remove(tx, d, err) :
	    deadline_set_told(tx, d, err);
}

/* Looks again, inside: what was published meanwhile is done. */
static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct deadlines *all = (struct deadlines *)job;
	struct sight *s = calloc(1, sizeof *s);
	int ret;

	if (s == NULL)
		die("out of memory");
	s->now = clock_now();
	deadlines_open(tx_view(tx),
	    all->desk->parts->config->revocation.decision_max, see, s);
	ret = 0;
	for (size_t i = 0; i < s->count && ret == 0; i++)
		ret = tell(tx, &s->due[i], s->now, err);
	if (ret == 0)
		ret = deadlines_clear(tx, err);
	free(s);
	return ret;
}

static void
applied(struct job *job, const struct err *fault)
{
	struct deadlines *all = (struct deadlines *)job;

	if (fault != NULL)
		log_line("deadlines of revocations: %s", fault->text);
	pthread_mutex_lock(&all->mutex);
	all->busy = false;
	pthread_cond_signal(&all->idle);
	pthread_mutex_unlock(&all->mutex);
}

static void
look_and_tell(struct deadlines *all)
{
	struct sight *s = malloc(sizeof *s);
	bool clear, start = false;

	if (s == NULL)
		die("out of memory");
	look(all, s, &clear);
	say(all, s);
	pthread_mutex_lock(&all->mutex);
	all->seen = s->seen;
	pthread_mutex_unlock(&all->mutex);
	if (s->count > 0 || clear) {
		pthread_mutex_lock(&all->mutex);
		start = !all->busy && !all->closing;
		all->busy = all->busy || start;
		pthread_mutex_unlock(&all->mutex);
	}
	free(s);
	if (start)
		commit_submit(all->desk->parts->committer, &all->job);
}

/* Of a hundred thousand open ones a look takes its time: a twentieth of it. */
static void
fire(struct timer *timer)
{
	struct deadlines *all = OF_TIMER(timer);
	usec_t began = clock_steady(), pause;

	look_and_tell(all);
	pause = 20 * (clock_steady() - began);
	if (pause < EVERY)
		pause = EVERY;
	pthread_mutex_lock(&all->mutex);
	if (!all->closing)
		timers_set(all->desk->timers, timer, pause < EVERY_MOST ?
		    pause : EVERY_MOST);
	pthread_mutex_unlock(&all->mutex);
}

static void
wait_idle(struct deadlines *all)
{
	pthread_mutex_lock(&all->mutex);
	while (all->busy)
		pthread_cond_wait(&all->idle, &all->mutex);
	pthread_mutex_unlock(&all->mutex);
}

void
deadlines_sight(struct deadlines *all, struct deadline_sight *to)
{
	pthread_mutex_lock(&all->mutex);
	*to = all->seen;
	pthread_mutex_unlock(&all->mutex);
}

const char *
deadline_method_name(enum deadline_method method)
{

	return method_names[method];
}

struct deadlines *
deadlines_new(const struct desk *desk)
{
	struct deadlines *all = calloc(1, sizeof *all);

	if (all == NULL)
		die("out of memory");
	if (pthread_mutex_init(&all->mutex, NULL) != 0)
		die("cannot make a mutex");
	steady_cond_init(&all->idle);
	all->desk = desk;
	all->job.apply = apply;
	all->job.done = applied;
	all->job.essential = true;
	all->timer.fire = fire;
	look_and_tell(all);
	wait_idle(all);
	timers_set(desk->timers, &all->timer, EVERY);
	return all;
}

void
deadlines_free(struct deadlines *all)
{
	if (all == NULL)
		return;
	pthread_mutex_lock(&all->mutex);
	all->closing = true;
	pthread_mutex_unlock(&all->mutex);
	timers_cancel(all->desk->timers, &all->timer);
	wait_idle(all);
	pthread_cond_destroy(&all->idle);
	pthread_mutex_destroy(&all->mutex);
	free(all);
}
