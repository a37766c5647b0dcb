/*
 * Contents lately read, by inode number: a large CRL is read in many pieces
 * and must not be fetched whole for each.  What an inode holds never changes,
 * so nothing is ever invalidated.
 */
#ifndef FS_RENDERS_H
#define FS_RENDERS_H

#include <stdint.h>

#include "../ca/bytes.h"

struct renders;

struct renders	*renders_new(size_t octets);	/* to keep, at most */
void		 renders_free(struct renders *);
/* Copies a piece of it and returns true, when it is kept. */
bool		 renders_read(struct renders *, uint64_t ino, uint64_t offset,
		    size_t size, struct bytes *to);
void		 renders_keep(struct renders *, uint64_t ino,
		    struct bytes *content);	/* takes it */

#endif
