/*
 * issued/by-serial/HEX/successor.csr: creating it opens the file of the
 * certificate's slot under that other name; from there on it is a drop.
 */
#include <errno.h>
#include <string.h>

#include "../ca/successor.h"
#include "drops_private.h"

/*
 * Nothing of that name is listed, so a program creates it; in the slot there is
 * a file, which it shall replace.
 */
static void
certificate_create(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name, struct fuse_file_info *fi)
{
	struct successor_place	place;
	struct err		err;

	if (strcmp(name, "successor.csr") != 0) {
		fuse_reply_err(req, EPERM);
		return;
	}
	if (successor_place(tree->parts.authority, (int64_t)folder.a,
	    fuse_req_ctx(req)->uid, &place, &err) == -1) {
		fuse_reply_err(req, fault_errno(&err));
		return;
	}
	fi->flags = (fi->flags & ~O_EXCL) | O_TRUNC;
	drop_create(req, tree, node_of(NODE_BOX, (uint64_t)place.box),
	    place.file_name, fi);
}

const struct node_acts	certificate_acts = {
	.create = certificate_create,
};
