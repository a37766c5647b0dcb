/*
 * A bucket of tokens: so many at once, then as fast as they cost.  Belongs to
 * whoever holds its lock.
 */
#ifndef STATUS_BUCKET_H
#define STATUS_BUCKET_H

#include <stddef.h>
#include <stdint.h>

#include "../ca/clock.h"

struct bucket {
	int64_t		 price, most;	/* a token's time; all it holds */
	int64_t		 level;		/* microseconds */
	usec_t		 filled;	/* steady */
};

/* Full; `price` 0: nobody gets any. */
void	bucket_set(struct bucket *, int64_t price, int64_t burst);
/* How many tokens there are, at most so many; takes them. */
size_t	bucket_take(struct bucket *, size_t most);

#endif
