/*
 * status/metrics.prom: the readings in Prometheus' text format, version 0.0.4
 * (docs/FORMAT.metrics lists them).  A metric is a row of the table in
 * metrics.c: its name, what it is, its kind, and the function that reads it.
 * Labels are names of ours (states, reasons, profiles, lists), never of
 * subscribers, so that there are few.
 */
#ifndef STATUS_METRICS_H
#define STATUS_METRICS_H

#include "readings.h"

void	metrics_render(const struct readings *, struct bytes *to);

#endif
