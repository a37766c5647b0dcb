/*
 * From the decision that a CA ends to its last CRL (CSS-6.3.9-06): the CA's
 * own certificates are revoked too, nothing is left that could need another
 * list, and then each list is issued once more, for ever.
 */
#ifndef STATUS_CLOSING_WATCH_H
#define STATUS_CLOSING_WATCH_H

#include "../ca/store_closing.h"
#include "desk.h"

#define CRL_NEVER	((usec_t)253402300799 * USEC)	/* 99991231235959Z */

/*
 * May the last lists be made?  What stands in the way and is the CA's own is
 * revoked meanwhile, behind the call.
 */
bool	closing_is_ready(const struct desk *);
/* They are out: recorded with an event.  0 or -1. */
int	closing_record(const struct desk *, struct err *);

#endif
