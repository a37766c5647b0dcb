/*
 * Deadlines of those who wait.  Most have the same delay, so that a new one
 * belongs at or near the end of the list.
 */
#include <pthread.h>
#include <stdlib.h>

#include "../ca/err.h"
#include "bell.h"
#include "timers.h"

struct timers {
	pthread_t	 thread;
	pthread_mutex_t	 mutex;
	pthread_cond_t	 changed;	/* the first one, or closing */
	pthread_cond_t	 fired;
	struct timer	*first, *last, *firing;
	bool		 closing;
};

static void
unlink_timer(struct timers *t, struct timer *timer)
{
	if (!timer->set)
		return;
	*(timer->previous != NULL ? &timer->previous->next : &t->first) =
	    timer->next;
	*(timer->next != NULL ? &timer->next->previous : &t->last) =
	    timer->previous;
	timer->next = timer->previous = NULL;
	timer->set = false;
}

static void
link_timer(struct timers *t, struct timer *timer)
{
	struct timer *before = t->last;

	while (before != NULL && before->at > timer->at)
		before = before->previous;
	timer->previous = before;
	timer->next = before != NULL ? before->next : t->first;
	*(before != NULL ? &before->next : &t->first) = timer;
	*(timer->next != NULL ? &timer->next->previous : &t->last) = timer;
	timer->set = true;
}

static void *
run(void *arg)
{
	struct timers *t = arg;
	struct timer *due;

	pthread_mutex_lock(&t->mutex);
	while (!t->closing) {
		due = t->first;
		if (due == NULL) {
			pthread_cond_wait(&t->changed, &t->mutex);
			continue;
		}
		if (due->at > clock_steady()) {
			steady_cond_wait(&t->changed, &t->mutex, due->at);
			continue;
		}
		unlink_timer(t, due);
		t->firing = due;
		pthread_mutex_unlock(&t->mutex);
		due->fire(due);
		pthread_mutex_lock(&t->mutex);
		t->firing = NULL;
		pthread_cond_broadcast(&t->fired);
	}
	pthread_mutex_unlock(&t->mutex);
	return NULL;
}

struct timers *
timers_new(void)
{
	struct timers *t = calloc(1, sizeof *t);

	if (t == NULL)
		die("out of memory");
	if (pthread_mutex_init(&t->mutex, NULL) != 0)
		die("cannot make a mutex");
	steady_cond_init(&t->changed);
	steady_cond_init(&t->fired);
	if (pthread_create(&t->thread, NULL, run, t) != 0)
		die("cannot start the thread of the timers");
	return t;
}

void
timers_free(struct timers *t)
{
	if (t == NULL)
		return;
	pthread_mutex_lock(&t->mutex);
	t->closing = true;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->mutex);
	pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->fired);
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->mutex);
	free(t);
}

void
timers_set(struct timers *t, struct timer *timer, usec_t delay)
{
	pthread_mutex_lock(&t->mutex);
	unlink_timer(t, timer);
	timer->at = clock_steady() + delay;
	link_timer(t, timer);
	if (t->first == timer)
		pthread_cond_signal(&t->changed);
	pthread_mutex_unlock(&t->mutex);
}

void
timers_cancel(struct timers *t, struct timer *timer)
{
	pthread_mutex_lock(&t->mutex);
	unlink_timer(t, timer);
	while (t->firing == timer && !pthread_equal(pthread_self(), t->thread))
		pthread_cond_wait(&t->fired, &t->mutex);
	pthread_mutex_unlock(&t->mutex);
}
