/*
 * Threads for what waits; see errands.h.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "../ca/err.h"
#include "errands.h"

#define THREADS	2

struct errand {
	void		(*run)(void *);
	void		*arg;
	struct errand	*next;
};

struct errands {
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake;
	pthread_t	 threads[THREADS];
	struct errand	*first, **last;
	bool		 ending;
	void		(*sweep)(void *);
	void		*sweep_arg;
	usec_t		 interval, next_sweep;
};

static void
wait_for_work(struct errands *errands)
{
	struct timespec	until;
	usec_t		now = clock_steady(), left;

	left = errands->next_sweep > now ? errands->next_sweep - now : 0;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += left / USEC;
	until.tv_nsec += (left % USEC) * 1000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&errands->wake, &errands->lock, &until);
}

static void
do_one(struct errands *errands)
{
	struct errand	*errand = errands->first;

	if ((errands->first = errand->next) == NULL)
		errands->last = &errands->first;
	pthread_mutex_unlock(&errands->lock);
	errand->run(errand->arg);
	free(errand);
	pthread_mutex_lock(&errands->lock);
}

static void *
work(void *arg)
{
	struct errands	*errands = arg;

	pthread_mutex_lock(&errands->lock);
	for (;;) {
		if (errands->first != NULL) {
			do_one(errands);
		} else if (errands->ending) {
			break;
		} else if (clock_steady() >= errands->next_sweep) {
			errands->next_sweep = clock_steady() +
			    errands->interval;
			pthread_mutex_unlock(&errands->lock);
			errands->sweep(errands->sweep_arg);
			pthread_mutex_lock(&errands->lock);
		} else {
			wait_for_work(errands);
		}
	}
	pthread_mutex_unlock(&errands->lock);
	return (NULL);
}

struct errands *
errands_new(void (*sweep)(void *), void *arg, usec_t interval)
{
	struct errands		*errands = calloc(1, sizeof(*errands));
	pthread_condattr_t	 attr;
	size_t			 i;

	if (errands == NULL)
		die("out of memory");
	pthread_mutex_init(&errands->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&errands->wake, &attr);
	pthread_condattr_destroy(&attr);
	errands->last = &errands->first;
	errands->sweep = sweep;
	errands->sweep_arg = arg;
	errands->interval = interval;
	errands->next_sweep = clock_steady() + interval;
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&errands->threads[i], NULL, work,
		    errands) != 0)
			die("no thread for errands");
	return (errands);
}

void
errands_free(struct errands *errands)
{
	size_t	i;

	if (errands == NULL)
		return;
	pthread_mutex_lock(&errands->lock);
	errands->ending = true;
	pthread_cond_broadcast(&errands->wake);
	pthread_mutex_unlock(&errands->lock);
	for (i = 0; i < THREADS; i++)
		pthread_join(errands->threads[i], NULL);
	pthread_cond_destroy(&errands->wake);
	pthread_mutex_destroy(&errands->lock);
	free(errands);
}

void
errands_run(struct errands *errands, void (*run)(void *), void *arg)
{
	struct errand	*errand = malloc(sizeof(*errand));

	if (errand == NULL)
		die("out of memory");
	*errand = (struct errand){ run, arg, NULL };
	pthread_mutex_lock(&errands->lock);
	*errands->last = errand;
	errands->last = &errand->next;
	pthread_cond_signal(&errands->wake);
	pthread_mutex_unlock(&errands->lock);
}
