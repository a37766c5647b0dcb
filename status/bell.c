/*
 * A bell for a thread, and conditions by the steady clock.
 */
#include <time.h>

#include "../ca/err.h"
#include "bell.h"

void
steady_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	if (pthread_condattr_init(&attr) != 0 ||
	    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(cond, &attr) != 0)
		die("cannot make a condition");
	pthread_condattr_destroy(&attr);
}

/* The interval is what counts: clock_steady need not be CLOCK_MONOTONIC. */
int
steady_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, usec_t until)
{
	usec_t left = until - clock_steady();
	struct timespec at;

	if (left <= 0)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &at);
	left += at.tv_nsec / 1000;
	at.tv_sec += (time_t)(left / USEC);
	at.tv_nsec = (long)(left % USEC) * 1000;
	return pthread_cond_timedwait(cond, mutex, &at) == 0 ? 0 : -1;
}

void
bell_init(struct bell *b)
{
	if (pthread_mutex_init(&b->mutex, NULL) != 0)
		die("cannot make a mutex");
	steady_cond_init(&b->cond);
	b->rung = b->closed = false;
}

void
bell_destroy(struct bell *b)
{
	pthread_cond_destroy(&b->cond);
	pthread_mutex_destroy(&b->mutex);
}

void
bell_ring(struct bell *b)
{
	pthread_mutex_lock(&b->mutex);
	b->rung = true;
	pthread_cond_signal(&b->cond);
	pthread_mutex_unlock(&b->mutex);
}

void
bell_close(struct bell *b)
{
	pthread_mutex_lock(&b->mutex);
	b->closed = true;
	pthread_cond_broadcast(&b->cond);
	pthread_mutex_unlock(&b->mutex);
}

bool
bell_closed(struct bell *b)
{
	bool closed;

	pthread_mutex_lock(&b->mutex);
	closed = b->closed;
	pthread_mutex_unlock(&b->mutex);
	return closed;
}

bool
bell_wait(struct bell *b, usec_t at_most)
{
	usec_t until = clock_steady() + at_most;
	bool rung;

	pthread_mutex_lock(&b->mutex);
	while (!b->rung && !b->closed)
		if (steady_cond_wait(&b->cond, &b->mutex, until) != 0)
			break;
	rung = b->rung;
	b->rung = false;
	pthread_mutex_unlock(&b->mutex);
	return rung;
}

void
bell_sleep(struct bell *b, usec_t time)
{
	usec_t until = clock_steady() + time;

	pthread_mutex_lock(&b->mutex);
	while (!b->closed)
		if (steady_cond_wait(&b->cond, &b->mutex, until) != 0)
			break;
	pthread_mutex_unlock(&b->mutex);
}
