/*
 * What has to be tried again later: a list, as it is short.
 */
#include <pthread.h>
#include <stdlib.h>

#include "application.h"
#include "err.h"
#include "retries.h"

struct retries {
	pthread_mutex_t		 lock;
	struct application	*list;
};

struct retries *
retries_new(void)
{
	struct retries	*retries;

	if ((retries = calloc(1, sizeof(*retries))) == NULL)
		die("out of memory");
	pthread_mutex_init(&retries->lock, NULL);
	return retries;
}

void
retries_free(struct retries *retries)
{
	if (retries == NULL)
		return;
	pthread_mutex_destroy(&retries->lock);
	free(retries);
}

void
retries_put(struct retries *retries, struct application *app, usec_t delay,
    void (*again)(struct application *))
{
	app->retry_at = clock_steady() + delay;
	app->again = again;
	pthread_mutex_lock(&retries->lock);
	app->next_retry = retries->list;
	retries->list = app;
	pthread_mutex_unlock(&retries->lock);
}

usec_t
retries_run(struct retries *retries, usec_t now)
{
	struct application	**at, *app, *due = NULL;
	usec_t			  next = 0;

	pthread_mutex_lock(&retries->lock);
	for (at = &retries->list; (app = *at) != NULL;) {
		if (app->retry_at > now) {
			if (next == 0 || app->retry_at < next)
				next = app->retry_at;
			at = &app->next_retry;
			continue;
		}
		*at = app->next_retry;
		app->next_retry = due;
		due = app;
	}
	pthread_mutex_unlock(&retries->lock);
	while ((app = due) != NULL) {
		due = app->next_retry;
		app->again(app);
	}
	return next;
}
