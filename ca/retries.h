/*
 * What has to be tried again later: applications whose result could not be
 * committed, or whose signing was abandoned more than once.
 */
#ifndef CA_RETRIES_H
#define CA_RETRIES_H

#include "clock.h"

struct retries;

struct retry {			/* part of what is tried again */
	usec_t		 at;		/* of clock_steady */
	void		(*again)(struct retry *);
	struct retry	*next;
};

struct retries	*retries_new(void);
void		 retries_free(struct retries *);
/* `again` is called after that time, by whoever calls retries_run. */
void		 retries_put(struct retries *, struct retry *, usec_t delay,
		    void (*again)(struct retry *));
/* Calls what is due; gives the time of the next, or 0. */
usec_t		 retries_run(struct retries *, usec_t now);

#endif
