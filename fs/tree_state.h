/*
 * What the parts of the tree share, behind the opaque `struct tree`.
 */
#ifndef FS_TREE_STATE_H
#define FS_TREE_STATE_H

#include <stdatomic.h>

#include "backings.h"
#include "drops.h"
#include "errands.h"
#include "nodes.h"
#include "ocsp_path.h"
#include "renders.h"
#include "slab.h"

#define ANNOUNCED	16

struct tree {
	struct tree_parts	 parts;
	struct slab		*slab;
	struct drops		*drops;
	struct backings		*backings;	/* NULL: the kernel has none */
	struct errands		*errands;
	struct ocsp_paths	*ocsp_paths;
	struct renders		*renders;
	_Atomic pid_t		 herald;
	/* Folders that herald is to make, by inode; the oldest give way. */
	_Atomic uint64_t	 announced[ANNOUNCED];
	_Atomic unsigned	 announcements;
	usec_t			 born;	/* of folders that never change */
};

/* Is this request the herald's: an announcement and no act? */
bool	tree_is_herald(struct tree *, fuse_req_t);
/* Is herald to make this folder?  It has. */
bool	tree_announces(struct tree *, struct node);
void	tree_announced(struct tree *, struct node);
void	tree_ask(struct tree *, struct ask *);	/* takes a view */
void	tree_answered(struct ask *);		/* gives it back */
int	tree_stat(struct tree *, struct node, struct stat *);	/* 1/0 */
/* With a node of the folder as it is now; `gone`: the errno when it is not. */
void	tree_reply_entry(fuse_req_t, struct tree *, struct node folder,
	    struct node, int gone);
void	tree_reply_attr(fuse_req_t, struct tree *, struct node);
/*
 * Of a file that is only an act: truncating before the write (`>`), times and
 * mode succeed and mean nothing.
 */
void	tree_keep_attr(fuse_req_t, struct tree *, struct node,
	    const struct stat *, int, struct fuse_file_info *);
/* Of a fault that may have no errno. */
int	fault_errno(const struct err *);

#endif
