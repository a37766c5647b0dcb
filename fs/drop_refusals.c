/*
 * NAME.status of what lies under a request name and is no request: the text of
 * its refusal, from the slab.
 */
#include <errno.h>
#include <stdlib.h>

#include "drops_private.h"
#include "resend.h"

/*
 * Its text goes when the file is registered or removed, but whoever has it
 * open reads on: each handle has a copy.
 */
static int
open_refusal(struct drops *drops, struct slice text, uid_t uid,
    struct fuse_file_info *fi)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_handle	*handle;
	struct err		 err;

	if ((handle = slab_handle_new(slab, uid)) == NULL)
		return (ENFILE);
	handle->kind = SLAB_TEXT;
	handle->unique = request_unique();
	if (slab_replace(slab, &handle->staging, text, &err) == -1) {
		slab_handle_free(slab, handle);
		return (fault_errno(&err));
	}
	slab_handle_keep(handle);
	fi->fh = handle->id;
	fi->noflush = 1;
	fi->keep_cache = 1;
	return (0);
}

static void
refusal_open(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct drop_info	info;
	struct bytes		text = { 0 };
	usec_t			when;
	int			code = ESTALE;

	if ((fi->flags & O_ACCMODE) != O_RDONLY) {
		code = EPERM;
	} else if (drops_refusal(tree->drops, (size_t)node.a, node.b, &info,
	    &when, &text)) {
		drops_lock(tree->drops);
		code = open_refusal(tree->drops, SLICE(&text),
		    fuse_req_ctx(req)->uid, fi);
		drops_unlock(tree->drops);
	}
	if (code != 0)
		fuse_reply_err(req, code);
	else if (fuse_reply_open(req, fi) == -ENOENT)
		refusal_acts.release(NULL, tree, node, fi);
	bytes_free(&text);
}

static void
refusal_read(fuse_req_t req, struct tree *tree, struct node node, size_t size,
    off_t offset, struct fuse_file_info *fi)
{
	struct slab_handle	*handle;
	struct bytes		 piece = { 0 };
	struct err		 err;
	bool			 there;

	drops_lock(tree->drops);
	handle = slab_handle_find(tree->slab, fi->fh);
	there = handle != NULL && handle->kind == SLAB_TEXT &&
	    slab_read(tree->slab, &handle->staging, (uint64_t)offset, size,
	    &piece, &err) == 0;
	drops_unlock(tree->drops);
	if (there)
		fuse_reply_buf(req, (const char *)piece.data, piece.size);
	else
		fuse_reply_err(req, ESTALE);
	bytes_free(&piece);
}

static void
refusal_release(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct slab_handle	*handle;

	drops_lock(tree->drops);
	handle = slab_handle_find(tree->slab, fi->fh);
	if (handle != NULL && handle->kind == SLAB_TEXT)
		slab_handle_free(tree->slab, handle);
	drops_unlock(tree->drops);
	if (req != NULL)
		fuse_reply_err(req, 0);
}

const struct node_acts	refusal_acts = {
	.open = refusal_open,
	.read = refusal_read,
	.release = refusal_release,
};
