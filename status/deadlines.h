/*
 * Counts down until what was asked is decided and said by every status method
 * (REV-6.2.4-03A, -03C): status/health.txt says how many cases wait and when
 * the nearest is due, warns when half of its time is gone, fails when one is
 * missed; each is an event, once for a case and method.
 */
#ifndef STATUS_DEADLINES_H
#define STATUS_DEADLINES_H

#include "../ca/store_deadlines.h"
#include "desk.h"

struct deadlines;

/* Looks before it returns: what was missed while nothing ran is recorded. */
struct deadlines *deadlines_new(const struct desk *);
void		  deadlines_free(struct deadlines *);

/* What the last look found, a second ago at most. */
struct deadline_sight {
	int64_t	waiting, near, missed;	/* cases that are not done */
	struct {
		int64_t	open, missed;	/* cases that this method has to say */
		usec_t	nearest;	/* when the first of them is due */
	} by[DEADLINE_METHODS];
};
void		  deadlines_sight(struct deadlines *,
		    struct deadline_sight *to);
const char	 *deadline_method_name(enum deadline_method);

#endif
