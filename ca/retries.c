/*
 * What has to be tried again later: a list, as it is short.
 */
#include <pthread.h>
#include <stdlib.h>

#include "err.h"
#include "retries.h"

struct retries {
	pthread_mutex_t	 lock;
	struct retry	*list;
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
retries_put(struct retries *retries, struct retry *retry, usec_t delay,
    void (*again)(struct retry *))
{
	retry->at = clock_steady() + delay;
	retry->again = again;
	pthread_mutex_lock(&retries->lock);
	retry->next = retries->list;
	retries->list = retry;
	pthread_mutex_unlock(&retries->lock);
}

usec_t
retries_run(struct retries *retries, usec_t now)
{
	struct retry	**at, *retry, *due = NULL;
	usec_t		  next = 0;

	pthread_mutex_lock(&retries->lock);
	for (at = &retries->list; (retry = *at) != NULL;) {
		if (retry->at > now) {
			if (next == 0 || retry->at < next)
				next = retry->at;
			at = &retry->next;
			continue;
		}
		*at = retry->next;
		retry->next = due;
		due = retry;
	}
	pthread_mutex_unlock(&retries->lock);
	while ((retry = due) != NULL) {
		due = retry->next;
		retry->again(retry);
	}
	return next;
}
