/*
 * What a write or an ftruncate works on: the handle's staging copy, or scratch.
 * Who may change that, how large it may become, and what is left of a handle
 * that lost bytes.
 */
#include <errno.h>
#include <stdio.h>

#include "drops_private.h"

/*
 * A staging copy begins as what the file holds; the registered bytes were
 * fetched before the lock was taken.
 */
static int
begin_staging(struct drops *drops, struct slab_handle *handle,
    struct slab_file *file, const struct bytes *registered, struct err *err)
{
	struct slab	*slab = drops->tree->slab;
	struct bytes	 content = { 0 };
	int		 answer;

	drops->writer[slab_file_number(slab, file)] = handle->id;
	if (handle->staged)
		return (0);
	if (file->registered) {
		answer = slab_replace(slab, &handle->staging,
		    SLICE(registered), err);
	} else {
		answer = slab_read(slab, &file->content, 0,
		    file->content.size, &content, err);
		if (answer == 0)
			answer = slab_replace(slab, &handle->staging,
			    SLICE(&content), err);
		bytes_free(&content);
	}
	if (answer == 0)
		handle->staged = 1;
	return (answer);
}

static void
tell_refusal(struct drops *drops, int64_t box, const char *name, uid_t uid,
    const struct err *err)
{
	if (drop_rules_of(box)->refused != NULL)
		drop_rules_of(box)->refused(drops, box, name, uid, err);
}

void
drop_too_large(struct drops *drops, int64_t box, const char *name, uid_t uid,
    uint64_t most)
{
	struct err	err;

	err_set(&err, EFBIG, "what uid %u dropped was too large and is not "
	    "kept: at most %llu octets are taken here", (unsigned)uid,
	    (unsigned long long)most);
	tell_refusal(drops, box, name, uid, &err);
}

/* Nothing that the handle wrote counts. */
static void
spoil(struct drops *drops, struct slab_handle *handle, int code)
{
	struct err	err;

	handle->spoiled = 1;
	handle->dirty = 0;
	handle->code = code;
	(void)slab_resize(drops->tree->slab, &handle->staging, 0, &err);
}

void
drop_refuse_size(struct drops *drops, struct slab_file *file,
    struct slab_handle *handle, uid_t uid)
{
	char	why[120];

	drop_too_large(drops, file->box, slab_file_name(file), uid,
	    file->most);
	if (drop_rules_of(file->box)->whole == NULL || drop_is_scratch(file))
		return;
	snprintf(why, sizeof(why), DROP_TOO_LARGE,
	    (unsigned long long)file->most);
	if (handle != NULL) {
		spoil(drops, handle, EFBIG);
		handle->junk = 1;
		snprintf(handle->reason, sizeof(handle->reason), "%s", why);
	}
	if (file->registered)
		return;
	drops_note_refusal(drops, file, EFBIG, why);
	if (drops->opens[slab_file_number(drops->tree->slab, file)] == 0)
		drop_record_junk(drops, file);
}

/* What was too large may begin anew from nothing, where a request is whole. */
static bool
begins_anew(struct drops *drops, struct target *to, uint64_t end)
{
	if (end > 0 || drop_rules_of(to->file->box)->whole == NULL)
		return (false);
	to->handle->spoiled = 0;
	to->handle->junk = 0;
	to->handle->code = 0;
	if (!to->file->registered)
		drops_note_refusal(drops, to->file, 0, "");
	return (true);
}

int
drop_may_alter(struct drops *drops, struct slab_file *file, uid_t uid)
{
	struct err	err;

	if (file->uid != uid && drop_rules_of(file->box)->makers_alone) {
		err_set(&err, EPERM, DROP_IS_ANOTHERS, (unsigned)file->uid);
		tell_refusal(drops, file->box, slab_file_name(file), uid,
		    &err);
		return (EPERM);
	}
	file->mixed |= file->uid != uid;
	return (0);
}

int
drop_find_target(struct drops *drops, struct node node,
    struct fuse_file_info *fi, const struct bytes *registered, uint64_t end,
    struct target *to)
{
	struct err	err;
	int		code;

	to->handle = drop_handle_of(drops, node, fi);
	to->file = slab_file_find(drops->tree->slab, node.a);
	if (to->handle == NULL || to->file == NULL || !to->handle->writes)
		return (EBADF);
	if (to->handle->spoiled && !begins_anew(drops, to, end))
		return (to->handle->code);
	to->scratch = drop_is_scratch(to->file);
	if (end > to->file->most) {
		drop_refuse_size(drops, to->file, to->handle,
		    to->handle->uid);
		return (EFBIG);
	}
	if (to->scratch && (code = drop_may_alter(drops, to->file,
	    to->handle->uid)) != 0)
		return (code);
	to->bytes = to->scratch ? &to->file->content : &to->handle->staging;
	if (!to->scratch && begin_staging(drops, to->handle, to->file,
	    registered, &err) == -1)
		return (fault_errno(&err));
	return (0);
}

/*
 * The registered bytes, when a handle will need them to begin its staging: a
 * question to the store, so it is asked before the lock is taken for good.
 */
void
drop_fetch_registered(struct drops *drops, struct node node,
    struct fuse_file_info *fi, struct bytes *to)
{
	struct slab_handle	*handle;
	struct slab_file	*file;
	struct ask		 ask;
	struct stored		 stored;
	bool			 needed;

	drops_lock(drops);
	handle = drop_handle_of(drops, node, fi);
	file = slab_file_find(drops->tree->slab, node.a);
	needed = handle != NULL && file != NULL && !handle->staged &&
	    file->registered;
	drops_unlock(drops);
	if (!needed)
		return;
	tree_ask(drops->tree, &ask);
	(void)drops_stored(&ask, node.a, &stored, to);
	tree_answered(&ask);
}

void
drop_spoil(struct drops *drops, struct node node, struct fuse_file_info *fi,
    int code)
{
	struct slab_handle	*handle = drop_handle_of(drops, node, fi);
	struct slab_file	*file;

	file = slab_file_find(drops->tree->slab, node.a);
	if (handle != NULL && file != NULL && handle->writes &&
	    drop_rules_of(file->box)->whole == NULL && !drop_is_scratch(file))
		spoil(drops, handle, code);
}
