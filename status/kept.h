/*
 * Answers kept in memory by those who give them to the world, each with how
 * long it may be given and the words HTTP says of it.  The table has two
 * halves by age: what nobody asked for since the last turn goes with the old
 * half, so that it never grows past its bound.
 */
#ifndef STATUS_KEPT_H
#define STATUS_KEPT_H

#include <stdatomic.h>

#include "../ca/bytes.h"
#include "../ca/clock.h"
#include "ocsp_request.h"

#define KEPT_ETAG	68	/* "sha256" with its quotes, and a NUL */

struct kept {
	atomic_int	references;
	struct bytes	key, der;
	usec_t		this_update, next_update;	/* of the shortest */
	bool		good;		/* says so of one of them */
	char		etag[KEPT_ETAG];
	/* From a file: which one it was. */
	uint64_t	inode;
	int64_t		size, mtime_sec, mtime_nsec;
	/* From core: by which connection, to what, is another asked for? */
	uint64_t	connection;	/* 0: from a file */
	struct bytes	request;
	atomic_bool	renewing;
	atomic_bool	used;		/* since it was made */
	struct kept	*next;		/* the table's */
};

/*
 * An answer from its octets, referenced once; NULL when it is none, or not
 * about exactly these certificates, in this order.
 */
struct kept	*kept_new(struct slice key, const struct ocsp_ids *,
		    struct slice der);
void		 kept_release(struct kept *);
/* May it be given now?  And is it past half of its life? */
bool		 kept_is_valid(const struct kept *, usec_t now);
bool		 kept_is_ageing(const struct kept *, usec_t now);

struct keep;

struct keep	*keep_new(size_t answers);
void		 keep_free(struct keep *);
struct kept	*keep_find(struct keep *, struct slice key);	/* referenced */
/* Takes a reference; what had the same key goes. */
void		 keep_put(struct keep *, struct kept *);
/* Those for which `is` says so go. */
typedef bool	 kept_is(void *arg, const struct kept *);
void		 keep_drop_those(struct keep *, kept_is *, void *arg);
/* Up to `most` of those for which `is` says so, referenced. */
size_t		 keep_collect(struct keep *, kept_is *, void *arg,
		    struct kept **to, size_t most);

#endif
