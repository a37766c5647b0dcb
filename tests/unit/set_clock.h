/*
 * A clock that the test sets: it stands still between its steps (ca/clock.h).
 */
#ifndef TESTS_SET_CLOCK_H
#define TESTS_SET_CLOCK_H

#include <stdio.h>
#include <stdlib.h>

#include "ca/clock.h"

static char clock_setting[64];	/* is the environment's, so it may change */

static inline void
set_clock(usec_t time)
{
	snprintf(clock_setting, sizeof(clock_setting),
	    "PKIFS_TEST_CLOCK=%lld", (long long)(time / USEC));
}

/* Before anybody asked what time it is. */
static inline void
set_clock_first(usec_t time)
{
	set_clock(time);
	putenv(clock_setting);
}

#endif
