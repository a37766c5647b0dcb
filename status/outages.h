/*
 * Outages as probes saw them, added up by month against the maximum that the
 * CPS states (DIS-6.1-07A, CSS-6.3.10-02).  A service is out from a probe that
 * failed until the next one that did not; of several probes the one that saw
 * most counts.  Where nobody looked for an hour it is not known, which is said.
 */
#ifndef STATUS_OUTAGES_H
#define STATUS_OUTAGES_H

#include "probe_line.h"

#define OUTAGE_GAP	(60 * 60 * USEC)

struct outages;

struct outages	*outages_new(void);
void		 outages_free(struct outages *);
/* In order of time for each probe (the log's name); older ones are ignored. */
void		 outages_add(struct outages *, const char *probe,
		    const struct probe_line *);

/* Months are counted from January of the year 0 on, in UTC. */
int		 outages_month_of(usec_t);
void		 outages_month_text(int month, char to[8]);	/* "2026-11" */

struct outage_sum {
	int64_t	probes, failed;		/* lines */
	usec_t	out, unknown;
	usec_t	last;			/* of the newest line; 0: none */
	usec_t	out_since;		/* of an outage that goes on; 0: none */
	char	why[500];		/* it does */
};
/* Of a month, an outage that goes on counted until `now`. */
void		 outages_sum(const struct outages *, enum probe_service,
		    int month, usec_t now, struct outage_sum *to);

#endif
