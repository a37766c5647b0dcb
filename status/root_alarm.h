/*
 * The root's CRL is made by people, offline; so they are told in time that
 * the next one is due: 90, 30 and 7 days ahead and when it has ended, each an
 * event, once for each CRL.  What health says of it health.c knows itself.
 */
#ifndef STATUS_ROOT_ALARM_H
#define STATUS_ROOT_ALARM_H

#include "desk.h"

struct root_alarm;

struct root_alarm *root_alarm_new(const struct desk *);
void		   root_alarm_free(struct root_alarm *);

/* How many of the stages are reached with so much time left; 0: none. */
int		   root_alarm_stage(usec_t left);

#endif
