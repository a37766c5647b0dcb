/*
 * What was decided for a time to come.  The timer is set for the next of them,
 * and no later than LOOK, for the clock may be set meanwhile.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/stop.h"
#include "../ca/store_certificates.h"
#include "bell.h"
#include "revocation_key.h"
#include "schedule.h"

#define LOOK		(30 * USEC)
#define SOON		1000
#define AT_ONCE		64		/* in one transaction */

struct schedule {
	struct job	 job;		/* first: the job is the schedule */
	struct timer	 timer;
	const struct desk *desk;
	void		(*committed)(void *);
	void		*arg;
	pthread_mutex_t	 mutex;
	pthread_cond_t	 idle;
	bool		 busy, closing;
};

#define OF_TIMER(t)	((struct schedule *)(void *)((char *)(t) - \
			    offsetof(struct schedule, timer)))

/* --- the transaction ----------------------------------------------------- */

struct due {
	struct scheduled  plans[AT_ONCE];
	struct revocation rows[AT_ONCE];
	size_t		  plan_count, row_count;
};

static int
add_plan(void *arg, const struct scheduled *plan)
{
	struct due *due = arg;

	due->plans[due->plan_count++] = *plan;
	return due->plan_count == AT_ONCE;
}

static int
add_row(void *arg, const struct revocation *row)
{
	struct due *due = arg;

	due->rows[due->row_count++] = *row;
	return due->row_count == AT_ONCE;
}

static int
revoke_planned(const struct desk *desk, const struct scheduled *plan,
    struct tx *tx, struct err *err)
{
	struct act_order o = { .desk = desk, .how = plan->how,
	    .uid = plan->uid, .received = plan->received,
	    .decided = plan->decided, .effective = plan->effective,
	    .by_itself = true, .line = "",
	    .words = { .reason = plan->reason, .text = "",
	    .invalidity = plan->invalidity } };
	struct revocation row;

	memcpy(o.role, plan->role, sizeof o.role);
	if (certificate_get(tx_view(tx), plan->certificate,
	    &o.certificate) != 1)
		return err_set(err, EIO, "there is no certificate %s",
		    plan->serial);
	return revocation_change_with_key(&o, tx, &row, err);
}

static int
end_suspension(const struct desk *desk, const struct revocation *held,
    struct tx *tx, struct err *err)
{
	struct act_order o = { .desk = desk, .how = held->how,
	    .uid = held->uid, .received = clock_now(), .officer = true,
	    .by_itself = true, .line = "",
	    .words = { .reason = REASON_REINSTATED } };
	char until[CLOCK_TEXT], text[80];
	struct revocation row;

	memcpy(o.role, held->role, sizeof o.role);
	clock_text_seconds(until, held->until);
	snprintf(text, sizeof text, "it was suspended until %s", until);
	o.words.text = text;
	if (certificate_get(tx_view(tx), held->certificate,
	    &o.certificate) != 1)
		return err_set(err, EIO, "there is no certificate %s",
		    held->serial);
	return revocation_change_with_key(&o, tx, &row, err);
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct schedule *s = (struct schedule *)job;
	struct due *due = calloc(1, sizeof *due);
	usec_t now = clock_now();
	int ret = 0;

	if (due == NULL)
		die("out of memory");
	scheduled_due(tx_view(tx), now, add_plan, due);
	suspensions_due(tx_view(tx), now, add_row, due);
	for (size_t i = 0; i < due->plan_count && ret == 0; i++)
		ret = revoke_planned(s->desk, &due->plans[i], tx, err);
	for (size_t i = 0; i < due->row_count && ret == 0; i++)
		ret = end_suspension(s->desk, &due->rows[i], tx, err);
	free(due);
	return ret;
}

/* --- the timer ----------------------------------------------------------- */

static void
applied(struct job *job, const struct err *fault)
{
	struct schedule *s = (struct schedule *)job;

	if (fault != NULL)
		log_line("what was scheduled did not take place: %s",
		    fault->text);
	else
		stop_at("core.schedule-committed");
	s->committed(s->arg);
	pthread_mutex_lock(&s->mutex);
	s->busy = false;
	if (!s->closing)
		timers_set(s->desk->timers, &s->timer, fault != NULL ? LOOK :
		    SOON);
	pthread_cond_signal(&s->idle);
	pthread_mutex_unlock(&s->mutex);
}

static usec_t
next_of(const struct schedule *s)
{
	struct view *view = view_take(s->desk->parts->store);
	usec_t next = scheduled_next(view);

	view_put(view);
	return next;
}

static void
fire(struct timer *timer)
{
	struct schedule *s = OF_TIMER(timer);
	usec_t next = next_of(s), left = next - clock_now();
	bool start = false;

	if (next == 0)
		return;
	pthread_mutex_lock(&s->mutex);
	if (!s->busy && !s->closing) {
		start = s->busy = left <= 0;
		if (!start)
			timers_set(s->desk->timers, &s->timer,
			    left < LOOK ? left : LOOK);
	}
	pthread_mutex_unlock(&s->mutex);
	if (start)
		commit_submit(s->desk->parts->committer, &s->job);
}

struct schedule *
schedule_new(const struct desk *desk, void (*committed)(void *), void *arg)
{
	struct schedule *s = calloc(1, sizeof *s);

	if (s == NULL)
		die("out of memory");
	if (pthread_mutex_init(&s->mutex, NULL) != 0)
		die("cannot make a mutex");
	steady_cond_init(&s->idle);
	s->desk = desk;
	s->committed = committed;
	s->arg = arg;
	s->job.apply = apply;
	s->job.done = applied;
	s->job.essential = true;
	s->timer.fire = fire;
	timers_set(desk->timers, &s->timer, 0);
	return s;
}

void
schedule_free(struct schedule *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->mutex);
	s->closing = true;
	while (s->busy)
		pthread_cond_wait(&s->idle, &s->mutex);
	pthread_mutex_unlock(&s->mutex);
	timers_cancel(s->desk->timers, &s->timer);
	pthread_cond_destroy(&s->idle);
	pthread_mutex_destroy(&s->mutex);
	free(s);
}

void
schedule_ring(struct schedule *s)
{
	pthread_mutex_lock(&s->mutex);
	if (!s->busy && !s->closing)
		timers_set(s->desk->timers, &s->timer, 0);
	pthread_mutex_unlock(&s->mutex);
}
