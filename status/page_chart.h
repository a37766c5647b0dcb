/*
 * The page's drawings, as inline SVG; what they say stands beside them in
 * words, too.
 */
#ifndef STATUS_PAGE_CHART_H
#define STATUS_PAGE_CHART_H

#include "tallies.h"

/* Issued upwards, revoked downwards, on each of the last days. */
void	chart_days(struct bytes *, const struct tally_sums *, usec_t now);
/* How much of a whole is used, as a bar. */
void	chart_part(struct bytes *, int64_t used, int64_t whole);

#endif
