/*
 * The alarm before the root's CRL ends.  See root_alarm.h.  What was told is
 * in the store: of which CRL, and how many stages.
 */
#include <stddef.h>
#include <stdlib.h>

#include "../ca/store_crls.h"
#include "../ca/store_status.h"
#include "bell.h"
#include "root_alarm.h"

#define EVERY	(60 * USEC)
#define TOLD_OF	"root-crl-told-of"	/* its number */
#define TOLD	"root-crl-told"		/* stages */

static const usec_t stages[] = {
	90 * USEC_DAY, 30 * USEC_DAY, 7 * USEC_DAY, 0
};
#define STAGES	((int)(sizeof stages / sizeof *stages))

struct root_alarm {
	struct job	 job;		/* first: the job is the alarm */
	struct timer	 timer;
	const struct desk *desk;
	pthread_mutex_t	 mutex;
	pthread_cond_t	 idle;
	bool		 busy, closing;
};

#define OF_TIMER(t)	((struct root_alarm *)(void *)((char *)(t) - \
			    offsetof(struct root_alarm, timer)))

int
root_alarm_stage(usec_t left)
{
	int stage = 0;

	while (stage < STAGES && left <= stages[stage])
		stage++;
	return stage;
}

/* The stage reached, when it was not told of this CRL; else 0. */
static int
to_tell(struct view *view, struct crl *newest)
{
	int stage;

	if (crl_newest(view, "root", CRL_COMPLETE, newest) != 1)
		return 0;
	stage = root_alarm_stage(newest->next_update - clock_now());
	if (meta_number(view, TOLD_OF, -1) == newest->number &&
	    meta_number(view, TOLD, 0) >= stage)
		return 0;
	return stage;
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct event *event;
	char text[CLOCK_TEXT];
	struct crl newest;
	int stage = to_tell(tx_view(tx), &newest);

	if (stage == 0)
		return 0;
	event = event_new("root-crl-due", REVOCATION_STATUS);
	event_actor_self(event);
	event_requirements(event, "CSS-6.3.9-12");
	event_outcome(event, stage == STAGES ? "over" : "near");
	clock_text_seconds(text, newest.next_update);
	event_detail(event, "nextUpdate", text);
	event_detail_number(event, "crl-number", newest.number);
	event_detail_number(event, "days-before", (int64_t)(stages[stage - 1] /
	    USEC_DAY));
	if (meta_set_number(tx, TOLD_OF, newest.number, err) != 0 ||
	    meta_set_number(tx, TOLD, stage, err) != 0) {
		event_free(event);
		return -1;
	}
	return desk_append(tx, event, err);
}

/* A fault is tried again at the next look. */
static void
applied(struct job *job, const struct err *fault)
{
	struct root_alarm *a = (struct root_alarm *)job;

	if (fault != NULL)
		log_line("the alarm of the root's CRL is not recorded: %s",
		    fault->text);
	pthread_mutex_lock(&a->mutex);
	a->busy = false;
	pthread_cond_broadcast(&a->idle);
	pthread_mutex_unlock(&a->mutex);
}

static void
look(struct root_alarm *a)
{
	struct view *view = view_take(a->desk->parts->store);
	struct crl newest;
	bool tell = to_tell(view, &newest) != 0;

	view_put(view);
	pthread_mutex_lock(&a->mutex);
	tell = tell && !a->busy && !a->closing;
	if (tell)
		a->busy = true;
	pthread_mutex_unlock(&a->mutex);
	if (tell)
		commit_submit(a->desk->parts->committer, &a->job);
}

static void
fire(struct timer *timer)
{
	struct root_alarm *a = OF_TIMER(timer);
	bool closing;

	look(a);
	pthread_mutex_lock(&a->mutex);
	closing = a->closing;
	pthread_mutex_unlock(&a->mutex);
	if (!closing)
		timers_set(a->desk->timers, timer, EVERY);
}

struct root_alarm *
root_alarm_new(const struct desk *desk)
{
	struct root_alarm *a = calloc(1, sizeof *a);

	if (a == NULL)
		die("out of memory");
	if (pthread_mutex_init(&a->mutex, NULL) != 0)
		die("cannot make a mutex");
	steady_cond_init(&a->idle);
	a->desk = desk;
	a->job.apply = apply;
	a->job.done = applied;
	a->job.repeatable = true;
	a->timer.fire = fire;
	timers_set(desk->timers, &a->timer, 0);
	return a;
}

void
root_alarm_free(struct root_alarm *a)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->mutex);
	a->closing = true;
	pthread_mutex_unlock(&a->mutex);
	timers_cancel(a->desk->timers, &a->timer);
	pthread_mutex_lock(&a->mutex);
	while (a->busy)
		pthread_cond_wait(&a->idle, &a->mutex);
	pthread_mutex_unlock(&a->mutex);
	pthread_cond_destroy(&a->idle);
	pthread_mutex_destroy(&a->mutex);
	free(a);
}
