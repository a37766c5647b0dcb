/*
 * Operations on names, and what all operations begin with.
 */
#ifndef FS_OPS_NAMES_H
#define FS_OPS_NAMES_H

#include "nodes.h"

#define NAME_MOST	255

struct tree	*ops_tree(fuse_req_t);
/* The node of a request, or ESTALE is answered. */
bool		 ops_node(fuse_req_t, fuse_ino_t, struct node *);
/* Never NULL. */
const struct node_acts *ops_acts(struct node);

void	op_create(fuse_req_t, fuse_ino_t, const char *, mode_t,
	    struct fuse_file_info *);
void	op_symlink(fuse_req_t, const char *, fuse_ino_t, const char *);
void	op_unlink(fuse_req_t, fuse_ino_t, const char *);
void	op_rename(fuse_req_t, fuse_ino_t, const char *, fuse_ino_t,
	    const char *, unsigned);
void	op_mkdir(fuse_req_t, fuse_ino_t, const char *, mode_t);
void	op_rmdir(fuse_req_t, fuse_ino_t, const char *);
void	op_mknod(fuse_req_t, fuse_ino_t, const char *, mode_t, dev_t);
void	op_link(fuse_req_t, fuse_ino_t, fuse_ino_t, const char *);

#endif
