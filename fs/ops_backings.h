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
	/* of its document; "": it has none */
	char		sha256[SHA256_TEXT];
};
/* Sets `sha256` from the others. */
void	large_file_look(struct ask *, struct large_file *);

/* Each answers the request and is true, or it is none of these opens. */
bool	ops_open_large(fuse_req_t, struct tree *, const struct large_file *);
bool	ops_release_large(fuse_req_t, struct tree *, struct node,
	    const struct fuse_file_info *);
/*
 * How the herald opens it to announce it.  The kernel has no way of its own
 * for that open, so it stands beside those of others.
 */
void	ops_announce_large(const struct large_file *, struct fuse_file_info *);

/* NULL where the kernel has no passthrough. */
struct backings	*ops_backings_new(const struct tree_parts *, struct slab *);

#endif
