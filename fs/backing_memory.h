/*
 * What must outlive core of the opens in backings.h: who is open in which way.
 * Zeroed memory is a fresh one; only backings.c looks inside.
 */
#ifndef FS_BACKING_MEMORY_H
#define FS_BACKING_MEMORY_H

#include <stdatomic.h>
#include <stdint.h>

#define BACKING_ROWS	1024		/* files that are open at a time */
#define BACKING_HERALD	UINT64_C(4096)	/* a handle: the herald announces */
#define BACKING_IDLE	256		/* rows kept for the next open */
#define BACKING_TURNS	64		/* more than there are threads */

enum backing_way { BACKING_UNDECIDED, BACKING_PLAIN, BACKING_PASSED };

struct backing_row {
	uint64_t	ino;		/* 0: the row is free */
	uint64_t	used;		/* when last, by count */
	_Atomic uint32_t opens;
	_Atomic uint32_t way;		/* enum backing_way */
	_Atomic uint32_t id;		/* of the kernel; BACKING_PASSED */
	uint32_t	announced;
};

struct backing_turn {		/* an OPEN or RELEASE that was counted */
	_Atomic uint64_t unique;	/* 0: free */
	uint64_t	fh;
};

struct backing_memory {
	uint64_t	uses;
	uint32_t	rows;		/* ever used */
	uint32_t	uncounted;	/* some open is in no row: no new ids */
	struct backing_row row[BACKING_ROWS];
	struct backing_turn turn[BACKING_TURNS];
};

/* Where it lies: slab.c. */
struct slab;
struct backing_memory *slab_backings(struct slab *);

#endif
