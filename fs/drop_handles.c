/*
 * Handles on what users write: open, read, write and release; flush is in
 * drop_submit.c, setattr in drop_attr.c, what a write works on in
 * drop_target.c.  A handle under a request name writes into a staging copy of
 * its own; scratch is one content for all handles.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_events.h"
#include "drops_private.h"
#include "resend.h"

/* Direct: the kernel keeps no copy, and each handle sees its own. */
static void
handle_info(struct slab_handle *handle, struct fuse_file_info *fi)
{
	fi->fh = handle->id;
	fi->direct_io = 1;
	fi->noflush = !handle->writes;
}

struct slab_handle *
drop_handle_new(struct drops *drops, uint64_t id, uid_t uid,
    struct fuse_file_info *fi)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_handle	*handle = slab_handle_new(slab, uid);
	struct slab_file	*file = slab_file_find(slab, id);

	if (handle == NULL)
		return (NULL);
	handle->kind = SLAB_DROP;
	handle->unique = request_unique();
	handle->file = id;
	handle->writes = (fi->flags & O_ACCMODE) != O_RDONLY;
	if (file != NULL) {
		handle->counted = 1;
		drops->opens[slab_file_number(slab, file)]++;
	}
	slab_handle_keep(handle);
	handle_info(handle, fi);
	return (handle);
}

struct slab_handle *
drop_handle_of(struct drops *drops, struct node node, struct fuse_file_info *fi)
{
	struct slab_handle	*handle;

	if (fi == NULL)
		return (NULL);
	handle = slab_handle_find(drops->tree->slab, fi->fh);
	if (handle == NULL || handle->kind != SLAB_DROP ||
	    handle->file != node.a)
		return (NULL);
	return (handle);
}

/* --- open ---------------------------------------------------------------- */

/*
 * A writer of a registered file gets a row for it, so that its name and the
 * size of what is staged are known while it is open.
 */
static int
row_for_writer(struct drops *drops, const struct stored *stored,
    const struct drop_opener *opener)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file;

	if (slab_file_find(slab, stored->file) != NULL)
		return (0);
	if ((file = slab_file_new(slab)) == NULL)
		return (ENFILE);
	file->registered = 1;
	file->id = stored->file;
	file->box = stored->box;
	file->subscriber = stored->subscriber;
	file->most = opener->most;
	file->uid = stored->uid;
	file->gid = opener->gid;
	file->touched = stored->mtime;
	slab_file_keep(slab, file, stored->name);
	return (0);
}

static int
truncate_at_open(struct drops *drops, struct slab_handle *handle)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file = slab_file_find(slab, handle->file);
	struct err		 err;
	int			 code;

	if (file == NULL)
		return (0);
	if (drop_is_scratch(file)) {
		code = drop_may_alter(drops, file, handle->uid);
		if (code != 0)
			return (code);
		drops_note_change(drops, file);
		return (slab_resize(slab, &file->content, 0, &err) == 0 ?
		    0 : fault_errno(&err));
	}
	handle->staged = 1;
	drops->writer[slab_file_number(slab, file)] = handle->id;
	return (0);
}

int
drop_open_locked(struct drops *drops, uint64_t id, const struct found *found,
    const struct drop_opener *opener, struct fuse_file_info *fi)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_handle	*handle = NULL;
	bool			 writes = (fi->flags & O_ACCMODE) != O_RDONLY;
	int			 code;

	if (request_is_resent())
		handle = slab_handle_of_unique(slab, request_unique());
	if (handle != NULL && handle->file == id) {
		handle_info(handle, fi);
		return (0);
	}
	if (writes && found->in_store &&
	    (code = row_for_writer(drops, &found->stored, opener)) != 0)
		return (code);
	/* Registered since it was looked at: the kernel looks again. */
	if (writes && slab_file_find(slab, id) == NULL)
		return (ESTALE);
	if ((handle = drop_handle_new(drops, id, opener->uid, fi)) == NULL)
		return (ENFILE);
	if (!writes && found->in_store)
		memcpy(handle->sha256, found->stored.sha256,
		    sizeof(handle->sha256));
	if (writes && (fi->flags & O_TRUNC))
		return (truncate_at_open(drops, handle));
	return (0);
}

/* Whether it may be written by whoever opens it; 0 or an errno. */
static int
judge_open(struct drops *drops, struct found *found,
    struct drop_opener *opener, bool writes)
{
	const struct drop_rules	*rules;
	struct ask		 ask;
	int64_t			 subscriber = 0;

	tree_ask(drops->tree, &ask);
	found->in_store = drops_stored(&ask, found->node.a, &found->stored,
	    NULL);
	found->in_slab = drops_find(drops, found->node.a, &found->info);
	found->box = found->in_store ? found->stored.box : found->info.box;
	rules = drop_rules_of(found->box);
	if (writes && found->in_store)
		rules->owner(&ask, found->box, opener->uid, &subscriber,
		    &opener->gid);
	tree_answered(&ask);
	if (!found->in_store && !found->in_slab)
		return (ESTALE);
	return (writes ? rules->may_change(drops, found, opener->uid,
	    &opener->most) : 0);
}

static void
drop_open(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct drops		*drops = tree->drops;
	struct found		 found = { .node = node };
	struct drop_opener	 opener = {
		.uid = fuse_req_ctx(req)->uid, .gid = tree->parts.gid };
	bool			 writes;
	int			 code;

	writes = (fi->flags & O_ACCMODE) != O_RDONLY;
	code = judge_open(drops, &found, &opener, writes);
	if (code == 0) {
		drops_lock(drops);
		code = drop_open_locked(drops, node.a, &found, &opener, fi);
		drops_unlock(drops);
	}
	if (code == 0 && found.in_store &&
	    (fi->flags & O_ACCMODE) != O_WRONLY &&
	    drop_rules_of(found.box)->was_read != NULL)
		drop_rules_of(found.box)->was_read(drops, node.a, opener.uid);
	if (code != 0)
		fuse_reply_err(req, code);
	else if (fuse_reply_open(req, fi) == -ENOENT)
		drop_acts.release(NULL, tree, node, fi);
}

/* --- read ---------------------------------------------------------------- */

struct range {
	uint64_t	offset;
	size_t		size;
	struct bytes	bytes;
};

/* From the slab: what a handle staged, or what nobody registered; 1/0. */
static int
read_slab(struct drops *drops, struct node node, struct fuse_file_info *fi,
    struct stored *stored, struct range *range)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_handle	*handle = drop_handle_of(drops, node, fi);
	struct slab_file	*file = slab_file_find(slab, node.a);
	const struct slab_bytes	*from = NULL;
	struct err		 err;

	if (handle != NULL && handle->staged)
		from = &handle->staging;
	else if (handle != NULL && handle->sha256[0] != '\0')
		memcpy(stored->sha256, handle->sha256,
		    sizeof(stored->sha256));
	else if (file != NULL && !file->registered)
		from = &file->content;
	return (from != NULL && slab_read(slab, from, range->offset,
	    range->size, &range->bytes, &err) == 0);
}

static int
read_store(struct drops *drops, struct node node, struct stored *stored,
    struct range *range)
{
	struct ask	ask;
	int		there;

	tree_ask(drops->tree, &ask);
	there = (stored->sha256[0] != '\0' ||
	    drops_stored(&ask, node.a, stored, NULL)) &&
	    documents_read_part(ask.view, stored->sha256, range->offset,
	    range->size, &range->bytes) == 1;
	tree_answered(&ask);
	return (there);
}

static void
drop_read(fuse_req_t req, struct tree *tree, struct node node, size_t size,
    off_t offset, struct fuse_file_info *fi)
{
	struct range	range = { .offset = (uint64_t)offset, .size = size };
	struct stored	stored;
	int		there;

	stored.sha256[0] = '\0';
	drops_lock(tree->drops);
	there = read_slab(tree->drops, node, fi, &stored, &range);
	drops_unlock(tree->drops);
	if (!there)
		there = read_store(tree->drops, node, &stored, &range);
	if (there)
		fuse_reply_buf(req, (const char *)range.bytes.data,
		    range.bytes.size);
	else
		fuse_reply_err(req, ESTALE);
	bytes_free(&range.bytes);
}

/* --- write --------------------------------------------------------------- */

/* One write, and what becomes of it. */
struct piece {
	struct slice	 data;
	uint64_t	 offset;
	struct bytes	 registered;
	struct bytes	 whole;		/* should be looked at */
	const struct drop_rules *rules;
};

/* With the lock held; 0 or an errno. */
static int
write_locked(struct drops *drops, struct node node,
    struct fuse_file_info *fi, struct piece *piece)
{
	struct slab	*slab = drops->tree->slab;
	uint64_t	 end = piece->offset + piece->data.size;
	struct target	 to;
	struct err	 err;
	int		 code;

	code = drop_find_target(drops, node, fi, &piece->registered, end,
	    &to);
	if (code != 0)
		return (code);
	if (slab_write(slab, to.bytes, piece->data, piece->offset, &err) ==
	    -1)
		return (fault_errno(&err));
	drops_note_change(drops, to.file);
	to.file->mtime = 0;
	to.file->recorded = 0;
	if (to.scratch)
		return (0);
	to.handle->dirty = 1;
	to.handle->junk = 0;
	to.handle->code = 0;
	to.handle->changes++;
	if (end > to.handle->reach)
		to.handle->reach = end;
	drops_note_refusal(drops, to.file, 0, "");
	piece->rules = drop_rules_of(to.file->box);
	/*
	 * While the end of what was there before is still behind what this
	 * handle wrote (scp, rsync --inplace), nothing can be said; and what
	 * fills the limit is about to be too large, which is the better word.
	 */
	if (piece->rules->check != NULL &&
	    to.handle->reach >= to.handle->staging.size &&
	    to.handle->staging.size < to.file->most &&
	    slab_read(slab, &to.handle->staging, 0, to.handle->staging.size,
	    &piece->whole, &err) == -1)
		return (fault_errno(&err));
	return (0);
}

static void
note_verdict(struct drops *drops, struct node node,
    struct fuse_file_info *fi, const struct err *err)
{
	struct slab_handle	*handle;
	struct slab_file	*file;

	drops_lock(drops);
	handle = drop_handle_of(drops, node, fi);
	file = slab_file_find(drops->tree->slab, node.a);
	if (handle != NULL) {
		handle->code = fault_errno(err);
		snprintf(handle->reason, sizeof(handle->reason), "%s",
		    err->text);
	}
	if (file != NULL && !file->registered)
		drops_note_refusal(drops, file, fault_errno(err), err->text);
	drops_unlock(drops);
}

static void
drop_write(fuse_req_t req, struct tree *tree, struct node node,
    const char *data, size_t size, off_t offset, struct fuse_file_info *fi)
{
	struct drops	*drops = tree->drops;
	struct piece	 piece = {
		.data = { (const unsigned char *)data, size },
		.offset = (uint64_t)offset };
	struct err	 err;
	int		 code;

	drop_fetch_registered(drops, node, fi, &piece.registered);
	drops_lock(drops);
	code = write_locked(drops, node, fi, &piece);
	if (code != 0)
		drop_spoil(drops, node, fi, code);
	drops_unlock(drops);
	/* What is written backwards, or into room made before, comes yet. */
	if (offset > 0 && piece.whole.size > 0 && piece.whole.data[0] == '\0')
		bytes_clear(&piece.whole);
	if (code == 0 && piece.whole.size > 0 &&
	    piece.rules->check(drops, SLICE(&piece.whole), &err) == -1) {
		note_verdict(drops, node, fi, &err);
		code = fault_errno(&err);
	}
	if (code == 0)
		fuse_reply_write(req, size);
	else
		fuse_reply_err(req, code);
	bytes_free(&piece.registered);
	bytes_free(&piece.whole);
}

/* --- release ------------------------------------------------------------- */

/*
 * What was not taken, where any bytes count, leaves nothing: it would look as
 * if it had been.
 */
static bool
is_leftover(const struct slab_handle *handle, const struct slab_file *file)
{
	return (drop_rules_of(file->box)->whole == NULL &&
	    !file->registered && !drop_is_scratch(file) &&
	    (handle->spoiled || handle->dirty));
}

/* What was staged and not accepted reads back, where nothing is registered. */
static void
keep_staged(struct drops *drops, struct slab_handle *handle,
    struct slab_file *file)
{
	struct bytes	content = { 0 };
	struct err	err;

	if (handle->staged && !file->registered && !file->gone &&
	    !drop_is_scratch(file) && handle->changes > 0 &&
	    slab_read(drops->tree->slab, &handle->staging, 0,
	    handle->staging.size, &content, &err) == 0 &&
	    slab_replace(drops->tree->slab, &file->content, SLICE(&content),
	    &err) == -1)
		log_line("%s: %s", slab_file_name(file), err.text);
	bytes_free(&content);
}

/* Never decides; it is only here that what is no request is recorded. */
static void
drop_release(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct drops		*drops = tree->drops;
	struct slab_handle	*handle;
	struct slab_file	*file = NULL;
	size_t			 row;

	drops_lock(drops);
	handle = drop_handle_of(drops, node, fi);
	if (handle != NULL && handle->counted)
		file = slab_file_find(tree->slab, node.a);
	if (file != NULL) {
		if (is_leftover(handle, file)) {
			drops_note_change(drops, file);
			file->gone_by = DROP_REFUSED;
			file->gone = 1;
		}
		keep_staged(drops, handle, file);
		drop_record_overwrite(drops, file, handle);
		row = slab_file_number(tree->slab, file);
		if (drops->writer[row] == handle->id)
			drops->writer[row] = 0;
		if (drops->opens[row] > 0)
			drops->opens[row]--;
	}
	slab_handle_free(tree->slab, handle);
	if (file != NULL && drops->opens[row] == 0) {
		if (!file->registered && !file->gone)
			drop_record_junk(drops, file);
		drops_forget_if_unused(drops, file);
	}
	drops_unlock(drops);
	if (req != NULL)
		fuse_reply_err(req, 0);
}

const struct node_acts	drop_acts = {
	.open = drop_open,
	.setattr = drop_setattr,
	.read = drop_read,
	.write = drop_write,
	.flush = drop_flush,
	.release = drop_release,
};
