/*
 * Deadlines of those who wait: one thread, one list in order of time.
 */
#ifndef STATUS_TIMERS_H
#define STATUS_TIMERS_H

#include <stdbool.h>

#include "../ca/clock.h"

struct timers;

struct timer {
	/* Runs in the timers' thread; must not wait for long. */
	void	(*fire)(struct timer *);
	usec_t	at;			/* the timers' from here on */
	struct timer *next, *previous;
	bool	set;
};

struct timers	*timers_new(void);
void		 timers_free(struct timers *);	/* none fires afterwards */
/* Sets it, or sets it anew. */
void		 timers_set(struct timers *, struct timer *, usec_t delay);
/*
 * Afterwards it does not fire and is not firing (unless called from its own
 * fire, which then may free it).
 */
void		 timers_cancel(struct timers *, struct timer *);

#endif
