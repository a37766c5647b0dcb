/*
 * Changes of the clock are events (REV-6.2.4-07, REQ-7.10-05): a step against
 * the steady clock, its synchronisation gained or lost, a day without it (over
 * restarts too), a start earlier than the last event.
 */
#ifndef CA_CLOCK_WATCH_H
#define CA_CLOCK_WATCH_H

#include "clock.h"
#include "commit.h"

struct clock_watch {		/* zero at first */
	usec_t	offset, last;
	bool	known, synchronised;
};

/* Looks at the clock; records what changed.  May wait. */
void	clock_watch_look(struct clock_watch *, struct store *,
	    struct committer *);
/*
 * Since when the kernel has not said that the clock is synchronised; 0 when it
 * says so.  REV-6.2.4-07: CLOCK_ALONE at most.
 */
#define CLOCK_ALONE	(24 * 3600 * USEC)
usec_t	clock_alone_since(struct view *, bool synchronised);
/* At start, in the transaction of that: is the last event in the future? */
int	clock_watch_start(struct tx *, struct err *);

#endif
