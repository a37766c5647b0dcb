/*
 * What was decided for a time to come takes place: revocations with at=, the
 * end of suspensions with until=.  At start what became due meanwhile does.
 */
#ifndef STATUS_SCHEDULE_H
#define STATUS_SCHEDULE_H

#include "desk.h"

struct schedule;

/* `committed` is called after each, from the committer's thread. */
struct schedule	*schedule_new(const struct desk *,
		    void (*committed)(void *), void *arg);
/* Waits for what is being committed. */
void		 schedule_free(struct schedule *);
/* Something was scheduled, or what was scheduled is done with. */
void		 schedule_ring(struct schedule *);

#endif
