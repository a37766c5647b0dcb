/*
 * What probes on other hosts saw (HOME/probes/NAME.log, lines of `pkifs
 * probe`): a service that is out is a failure of health; outages are added up
 * by month against [status] outage_max, an event when that is passed; a month
 * that has ended is reported, an event with its document (DIS-6.1-06A,
 * DIS-6.1-07A, CSS-6.3.10-02).
 */
#ifndef STATUS_PROBES_H
#define STATUS_PROBES_H

#include "desk.h"
#include "outages.h"

struct probes;

/* `dir` is its own from here on. */
struct probes	*probes_new(const struct desk *, int dir);
void		 probes_free(struct probes *);	/* NULL: nothing */

/* Of this month; all 0 where nobody probes. */
struct probe_sight {
	usec_t	outage_max;
	struct outage_sum services[PROBE_SERVICES];
};
void		 probes_sight(struct probes *, struct probe_sight *to);

/* A month in words and numbers; a probe's lines end in it or before. */
void		 probes_report(const struct outages *, int month,
		    usec_t outage_max, struct bytes *to);

#endif
