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
#include "../ca/event.h"
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
	struct due	*due;		/* of the transaction under way */
	struct bytes	 late;		/* names of what could not be done */
	size_t		 to_retry;	/* of them, in this turn */
	usec_t		 retry_at;	/* steady; the next turn */
	pthread_mutex_t	 mutex;
	pthread_cond_t	 idle;
	bool		 busy, closing;
	bool		 is_late;	/* something is */
	bool		 rung;		/* it may be done with by now */
};

#define OF_TIMER(t)	((struct schedule *)(void *)((char *)(t) - \
			    offsetof(struct schedule, timer)))

/* --- what is due --------------------------------------------------------- */

struct due {
	struct scheduled  plans[AT_ONCE];
	struct revocation rows[AT_ONCE];
	size_t		  plan_count, row_count, done;
	size_t		  retried;	/* names; 0: what was not late */
	struct bytes	  late;		/* from now on */
	char		  fault[200];	/* of one of them */
};

/* A plan is named by its number, the end of a suspension by its negative. */
static bool
is_late(const struct bytes *late, int64_t name)
{
	for (size_t at = 0; at < late->size; at += sizeof name)
		if (memcmp(late->data + at, &name, sizeof name) == 0)
			return true;
	return false;
}

static int
add_plan(void *arg, const struct scheduled *plan)
{
	struct due *due = arg;

	if (!is_late(&due->late, plan->id))
		due->plans[due->plan_count++] = *plan;
	return due->plan_count == AT_ONCE;
}

static int
add_row(void *arg, const struct revocation *row)
{
	struct due *due = arg;

	if (!is_late(&due->late, -row->id))
		due->rows[due->row_count++] = *row;
	return due->row_count == AT_ONCE;
}

struct search {
	struct due *due;
	int64_t	name;
};

/* The first behind the one before it. */
static int
add_if_named(void *arg, const struct scheduled *plan)
{
	struct search *search = arg;

	if (plan->id == search->name)
		search->due->plans[search->due->plan_count++] = *plan;
	return 1;
}

/* What was done with meanwhile, by whom ever, is not late any more. */
static void
add_late(struct due *due, struct view *view, int64_t name, usec_t now)
{
	struct revocation *row = &due->rows[due->row_count];
	struct search search = { due, name };

	if (name > 0)
		scheduled_list(view, name - 1, add_if_named, &search);
	else if (revocation_get(view, -name, row) == 1 &&
	    row->reason == REASON_HOLD && row->until != 0 && row->until <= now)
		due->row_count++;
}

/* The first of those late, or of those that are due and not late. */
static void
find_due(struct schedule *s, struct view *view)
{
	struct due *due = s->due;
	usec_t now = clock_now();
	int64_t name;

	bytes_free(&due->late);
	*due = (struct due){ .retried = s->to_retry < AT_ONCE ? s->to_retry :
	    AT_ONCE };
	bytes_copy(&due->late, SLICE(&s->late));
	if (due->retried == 0) {
		scheduled_due(view, now, add_plan, due);
		suspensions_due(view, now, add_row, due);
		return;
	}
	for (size_t i = 0; i < due->retried; i++) {
		memcpy(&name, s->late.data + i * sizeof name, sizeof name);
		add_late(due, view, name, now);
	}
	due->late.size -= due->retried * sizeof name;
	memmove(due->late.data, due->late.data + due->retried * sizeof name,
	    due->late.size);
}

/* --- the transaction ----------------------------------------------------- */

/*
 * It was allowed when it was decided and is judged for the time it was decided
 * for: that core was away then, or the certificate has ended since, changes
 * nothing.
 */
static int
change(struct act_order *o, int64_t certificate, const char *serial,
    struct tx *tx, struct err *err)
{
	struct revocation row;

	if (certificate_get(tx_view(tx), certificate, &o->certificate) != 1)
		return err_set(err, ENOENT, "there is no certificate %s",
		    serial);
	return revocation_change_with_key(o, tx, &row, err);
}

static int
revoke_planned(const struct desk *desk, const struct scheduled *plan,
    struct tx *tx, struct err *err)
{
	struct act_order o = { .desk = desk, .how = plan->how,
	    .uid = plan->uid, .received = plan->received,
	    .decided = plan->decided, .effective = plan->effective,
	    .now = plan->effective, .by_itself = true, .line = "",
	    .words = { .reason = plan->reason, .text = "",
	    .invalidity = plan->invalidity } };

	memcpy(o.role, plan->role, sizeof o.role);
	return change(&o, plan->certificate, plan->serial, tx, err);
}

static int
end_suspension(const struct desk *desk, const struct revocation *held,
    struct tx *tx, struct err *err)
{
	struct act_order o = { .desk = desk, .how = held->how,
	    .uid = held->uid, .received = clock_now(), .now = held->until,
	    .officer = true, .by_itself = true, .line = "",
	    .words = { .reason = REASON_REINSTATED } };
	char until[CLOCK_TEXT], text[80];

	memcpy(o.role, held->role, sizeof o.role);
	clock_text_seconds(until, held->until);
	snprintf(text, sizeof text, "it was suspended until %s", until);
	o.words.text = text;
	return change(&o, held->certificate, held->serial, tx, err);
}

/* The first time: an event, a line in the log; it stays in health. */
static int
put_off(struct schedule *s, int64_t name, const char *serial,
    const struct err *why, struct tx *tx, struct err *err)
{
	struct due *due = s->due;
	struct event *event;

	snprintf(due->fault, sizeof due->fault, "%s: %.150s", serial,
	    why->text);
	bytes_put(&due->late, &name, sizeof name);
	if (is_late(&s->late, name))
		return 0;
	log_line("what was scheduled did not take place: %s", due->fault);
	event = event_new("scheduled-change-failed", REVOCATION_MANAGEMENT);
	event_actor_self(event);
	event_requirements(event, "REV-6.2.4-05A");
	event_outcome(event, "failed");
	event_detail(event, "serial", serial);
	event_detail(event, "error", why->text);
	return desk_append(tx, event, err);
}

/* One that cannot be done keeps none of the others waiting. */
static int
take_place(struct schedule *s, const struct scheduled *plan,
    const struct revocation *held, struct tx *tx, struct err *err)
{
	const char *serial = plan != NULL ? plan->serial : held->serial;
	int64_t name = plan != NULL ? plan->id : -held->id;
	struct err why = { 0 };
	int ret;

	if (tx_savepoint(tx, err) != 0)
		return -1;
	ret = plan != NULL ? revoke_planned(s->desk, plan, tx, &why) :
	    end_suspension(s->desk, held, tx, &why);
	if (ret == 0) {
		s->due->done++;
		return tx_release(tx, err);
	}
	if (tx_rollback_to(tx, err) != 0)
		return -1;
	return put_off(s, name, serial, &why, tx, err);
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct schedule *s = (struct schedule *)job;
	struct due *due = s->due;

	find_due(s, tx_view(tx));
	for (size_t i = 0; i < due->plan_count; i++)
		if (take_place(s, &due->plans[i], NULL, tx, err) != 0)
			return -1;
	for (size_t i = 0; i < due->row_count; i++)
		if (take_place(s, NULL, &due->rows[i], tx, err) != 0)
			return -1;
	return 0;
}

/* --- the timer ----------------------------------------------------------- */

/* 0: nothing is scheduled for a time behind this one. */
static usec_t
next_after(const struct schedule *s, usec_t time)
{
	struct view *view = view_take(s->desk->parts->store);
	usec_t next = scheduled_next(view, time);

	view_put(view);
	return next;
}

static void
say_late(struct schedule *s)
{
	if (s->late.size == 0)
		health_set(s->desk->health, HEALTH_SCHEDULE, HEALTH_OK,
		    "what was decided for a time takes place then");
	else if (s->due->fault[0] != '\0')
		health_set(s->desk->health, HEALTH_SCHEDULE, HEALTH_FAIL,
		    "%zu revocations or ends of suspensions could not take "
		    "place at their time, such as %s",
		    s->late.size / sizeof(int64_t), s->due->fault);
}

/* What is late from now on; how long nothing has to be done. */
static usec_t
settle(struct schedule *s)
{
	const struct due *due = s->due;
	usec_t now = clock_now(), next;
	bool were_late = s->late.size > 0;

	bytes_copy(&s->late, SLICE(&due->late));
	s->to_retry -= due->retried;
	if (s->to_retry == 0 && (due->retried > 0 || !were_late))
		s->retry_at = clock_steady() + LOOK;
	say_late(s);
	if (due->done > 0 || due->retried > 0 || due->plan_count == AT_ONCE ||
	    due->row_count == AT_ONCE)
		return SOON;
	next = next_after(s, now);
	return next == 0 || next - now > LOOK ? LOOK : next - now;
}

static void
applied(struct job *job, const struct err *fault)
{
	struct schedule *s = (struct schedule *)job;
	usec_t wait = LOOK;

	if (fault != NULL) {
		log_line("what was scheduled did not take place: %s",
		    fault->text);
	} else {
		stop_at("core.schedule-committed");
		wait = settle(s);
	}
	s->committed(s->arg);
	pthread_mutex_lock(&s->mutex);
	s->busy = false;
	s->is_late = s->late.size > 0;
	if (s->rung)
		wait = SOON;
	if (!s->closing)
		timers_set(s->desk->timers, &s->timer, wait);
	pthread_cond_signal(&s->idle);
	pthread_mutex_unlock(&s->mutex);
}

/* With the mutex: a turn of those late begins. */
static void
begin_turn(struct schedule *s)
{
	if (s->to_retry == 0 && (s->rung || clock_steady() >= s->retry_at))
		s->to_retry = s->late.size / sizeof(int64_t);
}

static void
fire(struct timer *timer)
{
	struct schedule *s = OF_TIMER(timer);
	usec_t next = next_after(s, 0), left = next - clock_now();
	bool start = false;

	pthread_mutex_lock(&s->mutex);
	if (!s->busy && !s->closing) {
		start = s->busy = s->is_late || (next != 0 && left <= 0);
		if (start)
			begin_turn(s);
		else if (next != 0)
			timers_set(s->desk->timers, &s->timer,
			    left < LOOK ? left : LOOK);
		s->rung = false;
	}
	pthread_mutex_unlock(&s->mutex);
	if (start)
		commit_submit(s->desk->parts->committer, &s->job);
}

struct schedule *
schedule_new(const struct desk *desk, void (*committed)(void *), void *arg)
{
	struct schedule *s = calloc(1, sizeof *s);

	if (s == NULL || (s->due = calloc(1, sizeof *s->due)) == NULL)
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
	health_set(desk->health, HEALTH_SCHEDULE, HEALTH_OK,
	    "what was decided for a time takes place then");
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
	bytes_free(&s->due->late);
	free(s->due);
	bytes_free(&s->late);
	free(s);
}

void
schedule_ring(struct schedule *s)
{
	pthread_mutex_lock(&s->mutex);
	s->rung = true;
	if (!s->busy && !s->closing)
		timers_set(s->desk->timers, &s->timer, 0);
	pthread_mutex_unlock(&s->mutex);
}
