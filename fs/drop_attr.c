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
 * another request.
 */
static int
truncate_path(struct drops *drops, struct node node, uint64_t size)
{
	const struct config	*config = drops->tree->parts.config;
	struct slab_file	*file;
	struct err		 err;
	int			 code = EPERM;

	drops_lock(drops);
	file = slab_file_find(drops->tree->slab, node.a);
	if (file != NULL && !file->registered) {
		if (size > (drop_is_scratch(file) ? config->scratch_max :
		    config->request_max))
			code = EFBIG;
		else if (slab_resize(drops->tree->slab, &file->content, size,
		    &err) == -1)
			code = fault_errno(&err);
		else
			code = 0;
		if (code == 0)
			drops_note_change(drops, file);
	}
	drops_unlock(drops);
	return (code);
}

static int
set_size(struct drops *drops, struct node node, uint64_t size,
    struct fuse_file_info *fi)
{
	struct bytes	registered = { 0 };
	int		code;

	if (fi == NULL)
		return (truncate_path(drops, node, size));
	drop_fetch_registered(drops, node, fi, &registered);
	drops_lock(drops);
	code = truncate_handle(drops, node, size, fi, &registered);
	drops_unlock(drops);
	bytes_free(&registered);
	return (code);
}

static void
reply_attr(fuse_req_t req, struct tree *tree, struct node node)
{
	struct ask	ask;
	struct stat	st;
	int		there;

	tree_ask(tree, &ask);
	there = node_stat(&ask, node, &st);
	tree_answered(&ask);
	if (there)
		fuse_reply_attr(req, &st, node_type(node)->attr);
	else
		fuse_reply_err(req, ESTALE);
}

/* The time of a registered file is stored: rsync -t compares it (DETAILS). */
struct time_job {
	struct job	 job;
	fuse_req_t	 req;
	struct tree	*tree;
	struct node	 node;
	usec_t		 time;
};

static int
store_time(struct job *job, struct tx *tx, struct err *err)
{
	struct time_job	*time = (struct time_job *)job;
	struct slot	 slot;

	if (slot_of_file(tx_view(tx), (int64_t)time->node.a, &slot) != 1)
		return (0);
	slot.mtime = time->time;
	return (slot_put(tx, &slot, err));
}

static void
time_stored(struct job *job, const struct err *fault)
{
	struct time_job	*time = (struct time_job *)job;

	if (fault != NULL)
		fuse_reply_err(time->req, fault_errno(fault));
	else
		reply_attr(time->req, time->tree, time->node);
	free(time);
}

static void
set_time(fuse_req_t req, struct tree *tree, struct node node, usec_t when)
{
	struct slab_file	*file;
	struct time_job		*time;
	bool			 registered = true;

	drops_lock(tree->drops);
	file = slab_file_find(tree->slab, node.a);
	if (file != NULL) {
		file->mtime = when;
		registered = file->registered;
	}
	drops_unlock(tree->drops);
	if (!registered) {
		reply_attr(req, tree, node);
		return;
	}
	if ((time = calloc(1, sizeof(*time))) == NULL)
		die("out of memory");
	time->job.apply = store_time;
	time->job.done = time_stored;
	time->req = req;
	time->tree = tree;
	time->node = node;
	time->time = when;
	commit_submit(tree->parts.committer, &time->job);
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
		    set_size(tree->drops, node, (uint64_t)st->st_size, fi);
	if (code != 0) {
		fuse_reply_err(req, code);
		return;
	}
	if (!(which & FUSE_SET_ATTR_MTIME)) {
		reply_attr(req, tree, node);
		return;
	}
	if (!(which & FUSE_SET_ATTR_MTIME_NOW))
		when = (usec_t)st->st_mtim.tv_sec * USEC +
		    st->st_mtim.tv_nsec / 1000;
	set_time(req, tree, node, when);
}
