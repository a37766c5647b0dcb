/*
 * How often each client may ask for something: a bucket of tokens for each
 * address (IPv6: for each /64), in a table that does not grow.  An address
 * that is pushed out of it begins with a full bucket, so a bound over all is
 * needed beside it.
 */
#ifndef STATUS_RATES_H
#define STATUS_RATES_H

#include <sys/socket.h>

#include <stdbool.h>

#include "../ca/clock.h"

struct rates;

/* `per_second` tokens and at most `burst` saved up; 0: nobody gets any. */
struct rates	*rates_new(unsigned per_second, unsigned burst);
void		 rates_free(struct rates *);
/* Takes one; `steady` is the time.  For threads. */
bool		 rates_take(struct rates *, const struct sockaddr *,
		    usec_t steady);

#endif
