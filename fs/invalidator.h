/*
 * The one thread that tells the kernel to forget names, in a table of files of
 * its own that holds nothing but the session: the kernel may keep it for as
 * long as a request in the same folder has no answer, also when this process
 * is killed.  Only its successor can give that answer then, so nothing that
 * the successor needs, above all no lock of the store, may stay with it.
 */
#ifndef FS_INVALIDATOR_H
#define FS_INVALIDATOR_H

#include "tree.h"

struct invalidator;

struct invalidator	*invalidator_new(struct fuse_session *);
void	 invalidator_free(struct invalidator *);
/* Returns when the kernel has forgotten the name; from one thread only. */
void	 invalidator_forget(struct invalidator *, fuse_ino_t folder,
	    const char *name, size_t size);

#endif
