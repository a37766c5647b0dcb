/*
 * A memory file: octets that another process reads without a copy of them.
 * It is written from the front, with room left for what must stand in front of
 * that, then sealed, so that nobody can change it any more, and mapped.
 */
#ifndef CA_MEMORY_FILE_H
#define CA_MEMORY_FILE_H

#include "bytes.h"
#include "err.h"

#define MEMORY_FILE_FRONT	2048	/* room in front, at most so much */

struct memory_file;

/* NULL: no descriptor is left, or no memory. */
struct memory_file *memory_file_new(struct err *);
void	memory_file_free(struct memory_file *);

/* Where to append; what is there is taken away now and then by _flush. */
struct bytes *memory_file_tail(struct memory_file *);
/* To be called after each few octets; -1 ENOMEM. */
int	memory_file_flush(struct memory_file *, struct err *);
/* Octets that were put so far. */
size_t	memory_file_size(const struct memory_file *);
/* In front of all that was put; then it is sealed and mapped. */
int	memory_file_seal(struct memory_file *, struct slice front,
	    struct err *);
/* After that: its octets, and where they stand in it. */
struct slice memory_file_octets(const struct memory_file *);
int	memory_file_fd(const struct memory_file *);	/* borrowed */
size_t	memory_file_offset(const struct memory_file *);

#endif
