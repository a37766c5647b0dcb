/*
 * What has to be tried again later: applications whose result could not be
 * committed, or whose signing was abandoned more than once.
 */
#ifndef CA_RETRIES_H
#define CA_RETRIES_H

#include "clock.h"

struct retries;
struct application;

struct retries	*retries_new(void);
void		 retries_free(struct retries *);
/* `again` is called with it after that time, by whoever calls retries_run. */
void		 retries_put(struct retries *, struct application *,
		    usec_t delay, void (*again)(struct application *));
/* Calls what is due; gives the time of the next, or 0. */
usec_t		 retries_run(struct retries *, usec_t now);

#endif
