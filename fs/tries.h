/*
 * How often a request was handed to a core that ended over it.  A request that
 * kills whoever handles it would be sent again for ever (resend.h); after some
 * tries it is answered EIO instead, and the mount goes on.
 *
 * The counts lie in memory that outlives core.  A core that ended by a fault
 * of its own counts for much, one that was killed from outside for little:
 * what was only under way then is innocent.  One that left in order counts for
 * nothing.
 */
#ifndef FS_TRIES_H
#define FS_TRIES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define TRIES_ROWS	256
#define TRIES_FAULT	20	/* a core that ended by itself */
#define TRIES_KILL	1
#define TRIES_MOST	100

/* How a core ends; what stands there when it says nothing. */
enum tries_end { TRIES_KILLED, TRIES_FAULTED, TRIES_LEFT };

struct tries_row {
	uint64_t	unique;
	uint32_t	core, weight;	/* the last core it was handed to */
};

struct tries {			/* zeroed memory is a fresh one */
	_Atomic uint32_t end;	/* of the last core: enum tries_end */
	uint32_t	 core;	/* counts them */
	uint32_t	 price;	/* of the last core's end */
	struct tries_row row[TRIES_ROWS];
};

/* Where they lie: slab.c. */
struct slab;
struct tries	*slab_tries(struct slab *);

/* A core begins; how the one before ended is taken from `end`. */
void	tries_begin(struct tries *);
/* Also from a signal's handler. */
void	tries_end(struct tries *, enum tries_end);
/*
 * A request that was sent again is handed to this core; once for each core.
 * False: it was tried often enough.  The caller serialises the calls.
 */
bool	tries_may(struct tries *, uint64_t unique);

#endif
