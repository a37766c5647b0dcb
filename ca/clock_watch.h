/*
 * Changes of the clock are events (REV-6.2.4-07, REQ-7.10-05): a step against
 * the steady clock, its synchronisation gained or lost, a start earlier than
 * the last event.
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
void	clock_watch_look(struct clock_watch *, struct committer *);
/* At start, in the transaction of that: is the last event in the future? */
int	clock_watch_start(struct tx *, struct err *);

#endif
