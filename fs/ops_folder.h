/*
 * Listing: the operations on open folders.
 */
#ifndef FS_OPS_FOLDER_H
#define FS_OPS_FOLDER_H

#include "tree.h"

void	op_opendir(fuse_req_t, fuse_ino_t, struct fuse_file_info *);
void	op_readdir(fuse_req_t, fuse_ino_t, size_t, off_t,
	    struct fuse_file_info *);
void	op_readdirplus(fuse_req_t, fuse_ino_t, size_t, off_t,
	    struct fuse_file_info *);
void	op_releasedir(fuse_req_t, fuse_ino_t, struct fuse_file_info *);

#endif
