/*
 * What users set on what they drop: the size, by way of a handle or a path,
 * and the time, which is stored and shown.
 */
#include <errno.h>
#include <stdlib.h>

#include "drops_private.h"

static int
truncate_handle(struct drops *drops, struct node node, uint64_t size,
    struct fuse_file_info *fi, const struct bytes *registered)
{
	struct slab	*slab = drops->tree->slab;
	struct target	 to;
	struct err	 err;
	int		 code;

	code = drop_find_target(drops, node, fi, registered, size, &to);
	if (code != 0)
		return (code);
	if (to.bytes->size == size)
		return (0);
	if (slab_resize(slab, to.bytes, size, &err) == -1)
		return (fault_errno(&err));
	drops_note_change(drops, to.file);
	if (!to.scratch) {
		to.handle->dirty = size > 0;
		to.handle->junk = 0;
		to.handle->code = 0;
		to.handle->changes++;
		if (to.handle->reach > size)
			to.handle->reach = size;
	}
	return (0);
}

/*
 * By path, without a handle: what is registered is changed only by dropping
 * other bytes.
 */
static int
truncate_path(struct drops *drops, struct node node, uint64_t size, uid_t uid)
{
	struct slab_file	*file;
	struct err		 err;
	int			 code = EPERM;

	drops_lock(drops);
	file = slab_file_find(drops->tree->slab, node.a);
	if (file != NULL && !file->registered)
		code = drop_may_alter(drops, file, uid);
	if (code == 0 && size > file->most) {
		drop_refuse_size(drops, file, NULL, uid);
		code = EFBIG;
	} else if (code == 0) {
		if (slab_resize(drops->tree->slab, &file->content, size,
		    &err) == -1)
			code = fault_errno(&err);
		else
			drops_note_change(drops, file);
	}
	drops_unlock(drops);
	return (code);
}

static int
set_size(struct drops *drops, struct node node, uint64_t size,
    struct fuse_file_info *fi, uid_t uid)
{
	struct bytes	registered = { 0 };
	int		code;

	if (fi == NULL)
		return (truncate_path(drops, node, size, uid));
	drop_fetch_registered(drops, node, fi, &registered);
	drops_lock(drops);
	code = truncate_handle(drops, node, size, fi, &registered);
	if (code != 0)
		drop_spoil(drops, node, fi, code);
	drops_unlock(drops);
	bytes_free(&registered);
	return (code);
}

/*
 * The time of a registered file is stored: rsync -t compares it (DETAILS).
 * That waits for a commit, so it is an errand.
 */
struct timing {
	fuse_req_t	 req;
	struct tree	*tree;
	struct node	 node;
	int64_t		 box;
	usec_t		 time;
};

static void
store_time(void *arg)
{
	struct timing	*timing = arg;
	struct err	 err;

	if (drop_rules_of(timing->box)->set_time(timing->tree->drops,
	    timing->node.a, timing->time, &err) == -1)
		fuse_reply_err(timing->req, fault_errno(&err));
	else
		tree_reply_attr(timing->req, timing->tree, timing->node);
	free(timing);
}

static void
order_time(fuse_req_t req, struct tree *tree, struct node node, usec_t when)
{
	struct timing	*timing = calloc(1, sizeof(*timing));
	struct stored	 stored;
	struct ask	 ask;

	if (timing == NULL)
		die("out of memory");
	tree_ask(tree, &ask);
	(void)drops_stored(&ask, node.a, &stored, NULL);
	tree_answered(&ask);
	timing->req = req;
	timing->tree = tree;
	timing->node = node;
	timing->box = stored.box;
	timing->time = when;
	errands_run(tree->errands, store_time, timing);
}

static void
set_time(fuse_req_t req, struct tree *tree, struct node node, usec_t when)
{
	struct slab_file	*file;
	bool			 registered = true;

	drops_lock(tree->drops);
	file = slab_file_find(tree->slab, node.a);
	if (file != NULL) {
		file->mtime = when;
		registered = file->registered;
	}
	drops_unlock(tree->drops);
	if (registered)
		order_time(req, tree, node, when);
	else
		tree_reply_attr(req, tree, node);
}

/* Mode and owner are accepted and mean nothing (DESIGN 2.1). */
void
drop_setattr(fuse_req_t req, struct tree *tree, struct node node,
    const struct stat *st, int which, struct fuse_file_info *fi)
{
	usec_t	when = clock_now();
	int	code = 0;

	if (which & FUSE_SET_ATTR_SIZE)
		code = st->st_size < 0 ? EINVAL :
		    set_size(tree->drops, node, (uint64_t)st->st_size, fi,
		    fuse_req_ctx(req)->uid);
	if (code != 0) {
		fuse_reply_err(req, code);
		return;
	}
	if (!(which & FUSE_SET_ATTR_MTIME)) {
		tree_reply_attr(req, tree, node);
		return;
	}
	if (!(which & FUSE_SET_ATTR_MTIME_NOW))
		when = (usec_t)st->st_mtim.tv_sec * USEC +
		    st->st_mtim.tv_nsec / 1000;
	set_time(req, tree, node, when);
}
