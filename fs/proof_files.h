/*
 * revoke/<serial>.pop: whoever holds the certificate's private key drops a
 * proof of it (ca/proof.h), whoever he is.  The proof may come in several
 * writes; the one that makes it whole acts, and its errno is the verdict, as
 * is that of close.  It has a name only while it is open.
 */
#ifndef FS_PROOF_FILES_H
#define FS_PROOF_FILES_H

#include "nodes.h"

/* `serial` as the tree spells it. */
void	proof_create(fuse_req_t, struct tree *, struct node folder,
	    const char *serial, struct fuse_file_info *);

extern const struct node_acts proof_acts;

#endif
