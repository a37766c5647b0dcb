/*
 * Opens of files that may have a backing file (backings.h), and their ends.
 */
#ifndef FS_OPS_BACKINGS_H
#define FS_OPS_BACKINGS_H

#include "nodes.h"
#include "slab.h"

struct large_file {
	struct node	node;
	struct stat	st;
	char		sha256[65];	/* of its document; "": it has none */
};
/* Sets `sha256` from the others. */
void	large_file_look(struct ask *, struct large_file *);

/* Each answers the request and is true, or it is none of these files. */
bool	ops_open_large(fuse_req_t, struct tree *, const struct large_file *);
bool	ops_release_large(fuse_req_t, struct tree *, struct node,
	    const struct fuse_file_info *);
/* The herald has told of it. */
void	ops_announced_large(struct tree *, const struct large_file *);

/* NULL where the kernel has no passthrough. */
struct backings	*ops_backings_new(const struct tree_parts *, struct slab *);

#endif
