/*
 * Which open files the kernel reads from the store by itself.  A large file
 * of the tree whose octets are a document, a file of the store, is opened with
 * FUSE passthrough (passthrough.h): it is read as fast as that filesystem can,
 * lies in the page cache once, and costs core nothing.  Only main may give the
 * kernel a backing file; it is asked at the first open of each.
 *
 * While a file is open the kernel refuses (EIO) an open of it in another way
 * than the one before, or with another backing id.  So the opens are counted,
 * in memory that outlives core, and each goes the way of those there are.
 * Where a count can be wrong after a crash it is too high, which costs one
 * file that is kept open until the end of the mount.
 *
 * An open for writing, as the herald's to announce a file, goes the plain way;
 * so a file goes the other one when it was announced, or old enough for nobody
 * to do it any more.
 */
#ifndef FS_BACKINGS_H
#define FS_BACKINGS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "../ca/clock.h"

#define BACKING_LEAST	(1 << 20)	/* octets that make it worth while */
#define BACKING_ROWS	1024		/* files that are open at a time */
#define BACKING_IDLE	256		/* backing ids kept for the next open */
#define BACKING_TURNS	64		/* requests being answered */

enum backing_way { BACKING_UNDECIDED, BACKING_PLAIN, BACKING_PASSED };

struct backing_row {
	uint64_t	ino;		/* 0: the row is free */
	uint64_t	used;		/* when last, by count */
	_Atomic uint32_t opens;
	uint32_t	id;		/* of the kernel; BACKING_PASSED */
	uint32_t	way;		/* enum backing_way */
	uint32_t	announced;
};

struct backing_turn {		/* an OPEN or RELEASE that was counted */
	_Atomic uint64_t unique;	/* 0: free */
	uint64_t	fh;
};

struct backing_memory {		/* zeroed memory is a fresh one */
	uint64_t	uses;
	uint32_t	rows;		/* ever used */
	uint32_t	uncounted;	/* some open is in no row: no new ids */
	struct backing_row row[BACKING_ROWS];
	struct backing_turn turn[BACKING_TURNS];
};

/* Where it lies: slab.c. */
struct slab;
struct backing_memory *slab_backings(struct slab *);

struct backings;

struct backing_plan {
	struct backing_memory *memory;
	/* Asks main for a backing id of this document; backings_told. */
	int	(*ask)(uint64_t ino, const char *sha256);
	void	(*drop)(uint32_t id);
	/* Answers an OPEN that was not answered at once. */
	void	(*answer)(void *req, uint64_t unique, uint64_t fh,
		    uint32_t id);
};
struct backings	*backings_new(const struct backing_plan *);
void		 backings_free(struct backings *);	/* forgets who waits */

struct backing_open {
	uint64_t	 ino, unique;
	const char	*sha256;	/* NULL: opened to announce */
	usec_t		 published;
	void		*req;
};
enum backing_answer {
	BACKING_NOW,		/* with *fh, and *id or 0: the plain way */
	BACKING_LATER,		/* by plan.answer, from another thread */
	BACKING_BUSY		/* to announce, but it is read by now */
};
/* Then backings_answered, once the answer is with the kernel. */
enum backing_answer backings_open(struct backings *,
	    const struct backing_open *, uint64_t *fh, uint32_t *id);
/* The kernel has let go of it: before the RELEASE is answered. */
void		 backings_release(struct backings *, uint64_t fh,
		    uint64_t unique);
/* `took`: the kernel took the answer; else an OPEN did not take place. */
void		 backings_answered(struct backings *, uint64_t fh,
		    uint64_t unique, bool took);
/* Main has an id, or none: 0.  Where the core before asked, it is dropped. */
void		 backings_told(struct backings *, uint64_t ino, uint32_t id);
/* The herald told of it without opening it. */
void		 backings_announced(struct backings *, uint64_t ino);

#endif
