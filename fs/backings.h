/*
 * Which open files the kernel reads from the store by itself.  A large file
 * of the tree whose octets are a document, a file of the store, is opened with
 * FUSE passthrough (passthrough.h): it is read as fast as from that filesystem,
 * lies in the page cache once, and core is sent no READ.  Only main may give
 * the kernel a backing file; it is asked at the first open of each.
 *
 * While a file is open the kernel refuses (EIO) an open of it in another way
 * than the one before, or with another backing id.  So the opens are counted,
 * in memory that outlives core, and each goes the way of those there are.
 * Where core is killed between two instructions a count can be too high, never
 * too low: that file keeps its way until the end of the mount.
 *
 * The herald's open for writing, which announces a file, the kernel refuses
 * while the file is read with a backing file.  So it gets none before it was
 * announced, or is old enough for the announcement to have been made.
 */
#ifndef FS_BACKINGS_H
#define FS_BACKINGS_H

#include <stdbool.h>

#include "../ca/clock.h"
#include "backing_memory.h"

#define BACKING_LEAST	(1 << 20)	/* octets that make it worth while */

struct backings;

struct backing_plan {
	struct backing_memory *memory;
	/* Asks main for a backing id of this document; backings_told. */
	int	(*ask)(uint64_t ino, const char *sha256);
	void	(*drop)(uint32_t id);
};
struct backings	*backings_new(const struct backing_plan *);
void		 backings_free(struct backings *);

struct backing_open {
	uint64_t	 ino, unique;
	const char	*sha256;
	usec_t		 published;
};
/*
 * An OPEN: its handle, and the backing id or 0: the plain way.  It may wait
 * for main, a second at most.  Then backings_answered, once the answer is with
 * the kernel.
 */
void	backings_open(struct backings *, const struct backing_open *,
	    uint64_t *fh, uint32_t *id);
/* The kernel has let go of it: before the RELEASE is answered. */
void	backings_release(struct backings *, uint64_t ino, uint64_t fh,
	    uint64_t unique);
/* `took`: the kernel took the answer; else an OPEN did not take place. */
void	backings_answered(struct backings *, uint64_t fh, uint64_t unique,
	    bool took);
/* The herald has told of it. */
void	backings_announced(struct backings *, uint64_t ino);

/* What main says: an id, or one of these. */
#define BACKING_NONE	0		/* not for any file, for some time */
#define BACKING_NOT_THIS UINT32_MAX
void	backings_told(struct backings *, uint64_t ino, uint32_t id);
/* The ids that are in use or kept, at most BACKING_ROWS; how many. */
size_t	backings_ids(struct backings *, uint32_t *to);

#endif
