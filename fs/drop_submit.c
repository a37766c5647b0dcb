/*
 * The verdict on a drop: at the flush of a handle that wrote a whole request,
 * or when scratch is renamed to a request name.  The reply waits for the
 * authority; no thread does.
 *
 * A signal to the waiting process does not end the wait: an interrupt is
 * taken note of by nobody, because the drop is registered and a close that
 * fails with EINTR would be taken for a refusal.  config->wait bounds it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/stop.h"
#include "drops_private.h"
#include "resend.h"

/* Faults of the moment: nothing was decided, the next flush tries again. */
static bool
is_for_now(int code)
{
	return (code == ENOSPC || code == EROFS || code == EIO ||
	    code == EAGAIN || code == EDQUOT);
}

/* A request's name fits: drop_name_kind saw to it. */
static void
set_file_name(struct drop *drop, const char *name)
{
	size_t	length = strlen(name);

	if (length >= sizeof(drop->file_name))
		die("drop: %s is no request's name", name);
	memcpy(drop->file_name, name, length + 1);
}

/* --- flush --------------------------------------------------------------- */

struct flusher {
	fuse_req_t	 req;
	struct flusher	*next;
};

/* A handle's bytes on their way; calls that come meanwhile wait too. */
struct submission {
	struct drops		*drops;
	uint64_t		 handle, file;
	uint32_t		 changes;	/* of the handle, when taken */
	struct drop		 drop;
	struct bytes		 bytes;
	struct flusher		*flushers;
	struct submission	*next;
};

static void
add_flusher(struct submission *submission, fuse_req_t req)
{
	struct flusher	*flusher = malloc(sizeof(*flusher));

	if (flusher == NULL)
		die("out of memory");
	flusher->req = req;
	flusher->next = submission->flushers;
	submission->flushers = flusher;
}

static struct submission *
submission_of(struct drops *drops, const struct slab_handle *handle)
{
	struct submission	*submission = drops->under_way;

	while (submission != NULL && (submission->handle != handle->id ||
	    submission->changes != handle->changes))
		submission = submission->next;
	return (submission);
}

static void
end_submission(struct drops *drops, struct submission *submission)
{
	struct submission	**link = &drops->under_way;

	while (*link != submission)
		link = &(*link)->next;
	*link = submission->next;
}

/* With the lock held: what the handle and its file are from now on. */
static void
note_outcome(struct submission *submission, const struct err *fault,
    bool in_store)
{
	struct drops		*drops = submission->drops;
	struct slab_handle	*handle;
	struct slab_file	*file;
	struct err		 err;

	handle = slab_handle_find(drops->tree->slab, submission->handle);
	file = slab_file_find(drops->tree->slab, submission->file);
	if (handle != NULL && handle->changes == submission->changes &&
	    (fault == NULL || !is_for_now(fault->code))) {
		handle->dirty = 0;
		handle->code = fault == NULL ? 0 : fault_errno(fault);
		snprintf(handle->reason, sizeof(handle->reason), "%s",
		    fault == NULL ? "" : fault->text);
	}
	if (file == NULL)
		return;
	drops_note_change(drops, file);
	if (in_store) {
		file->registered = 1;
		file->mtime = 0;
		(void)slab_resize(drops->tree->slab, &file->content, 0, &err);
		drops_note_refusal(drops, file, 0, "");
	} else if (fault != NULL && !is_for_now(fault->code)) {
		drops_note_refusal(drops, file, fault_errno(fault),
		    fault->text);
	}
	drops_forget_if_unused(drops, file);
}

static void
flush_decided(void *arg, const struct err *fault)
{
	struct submission	*submission = arg;
	struct drops		*drops = submission->drops;
	struct flusher		*flusher;
	struct ask		 ask;
	struct slot		 slot;
	bool			 in_store = fault == NULL;

	/* A refusal may have been registered too. */
	if (!in_store) {
		tree_ask(drops->tree, &ask);
		in_store = drops_registered(&ask, submission->file, &slot,
		    NULL);
		tree_answered(&ask);
	}
	drops_lock(drops);
	note_outcome(submission, fault, in_store);
	end_submission(drops, submission);
	drops_unlock(drops);
	while ((flusher = submission->flushers) != NULL) {
		submission->flushers = flusher->next;
		fuse_reply_err(flusher->req, fault == NULL ? 0 :
		    fault_errno(fault));
		free(flusher);
	}
	stop_at("core.replied");
	bytes_free(&submission->bytes);
	free(submission);
}

static void
fill_drop(struct submission *submission, const struct slab_file *file,
    uid_t uid)
{
	struct drop	*drop = &submission->drop;

	drop->box = file->box;
	drop->file = (int64_t)file->id;
	set_file_name(drop, slab_file_name(file));
	drop->uid = uid;
	drop->mtime = file->mtime != 0 ? file->mtime : file->touched;
	drop->bytes = SLICE(&submission->bytes);
}

/*
 * With the lock held: what the handle wrote, to be submitted; NULL when the
 * call was answered already (`code`), or joined one that waits (-1).
 */
static struct submission *
take_submission(struct drops *drops, struct node node,
    struct fuse_file_info *fi, fuse_req_t req, int *code)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_handle	*handle = slab_handle_find(slab, fi->fh);
	struct slab_file	*file = slab_file_find(slab, node.a);
	struct submission	*submission;
	struct err		 err;

	*code = 0;
	if (handle == NULL || file == NULL || file->gone ||
	    drop_is_scratch(file) || !handle->staged)
		return (NULL);
	if (!handle->dirty) {
		*code = handle->code;
		return (NULL);
	}
	if (handle->staging.size == 0)
		return (NULL);
	if ((submission = submission_of(drops, handle)) != NULL) {
		add_flusher(submission, req);
		*code = -1;
		return (NULL);
	}
	if ((submission = calloc(1, sizeof(*submission))) == NULL)
		die("out of memory");
	if (slab_read(slab, &handle->staging, 0, handle->staging.size,
	    &submission->bytes, &err) == -1) {
		*code = fault_errno(&err);
		free(submission);
		return (NULL);
	}
	submission->drops = drops;
	submission->handle = handle->id;
	submission->file = file->id;
	submission->changes = handle->changes;
	fill_drop(submission, file, handle->uid);
	add_flusher(submission, req);
	submission->next = drops->under_way;
	drops->under_way = submission;
	return (submission);
}

/* Not whole: nothing is decided, but the folder says why. */
static void
flush_incomplete(struct submission *submission, const struct err *why)
{
	struct drops		*drops = submission->drops;
	struct flusher		*flusher;
	struct slab_handle	*handle;
	struct slab_file	*file;
	struct err		 err;

	drops_lock(drops);
	handle = slab_handle_find(drops->tree->slab, submission->handle);
	if (handle != NULL) {
		handle->junk = 1;
		snprintf(handle->reason, sizeof(handle->reason), "%s",
		    why->text);
	}
	file = slab_file_find(drops->tree->slab, submission->file);
	if (file != NULL && !file->registered) {
		if (slab_replace(drops->tree->slab, &file->content,
		    SLICE(&submission->bytes), &err) == -1)
			log_line("%s: %s", slab_file_name(file), err.text);
		drops_note_refusal(drops, file, EBADMSG, why->text);
	}
	end_submission(drops, submission);
	drops_unlock(drops);
	while ((flusher = submission->flushers) != NULL) {
		submission->flushers = flusher->next;
		fuse_reply_err(flusher->req, EBADMSG);
		free(flusher);
	}
	bytes_free(&submission->bytes);
	free(submission);
}

void
drop_flush(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	struct submission	*submission;
	struct err		 err;
	int			 code;

	drops_lock(tree->drops);
	submission = take_submission(tree->drops, node, fi, req, &code);
	drops_unlock(tree->drops);
	if (submission == NULL) {
		if (code != -1)
			fuse_reply_err(req, code);
		return;
	}
	memset(&err, 0, sizeof(err));
	if (request_is_complete(submission->drop.bytes, &err) != 1) {
		if (err.text[0] == '\0')
			err_set(&err, EBADMSG,
			    "the request ends before it is complete");
		flush_incomplete(submission, &err);
		return;
	}
	requests_submit(tree->parts.authority, &submission->drop, false,
	    flush_decided, submission);
}

/* --- rename -------------------------------------------------------------- */

struct renaming {
	fuse_req_t	  req;
	struct drops	 *drops;
	struct rename_act act;
	struct drop	  drop;
	struct bytes	  bytes;
};

/* With the lock held: the name leads to the file now, and to no other. */
static void
move_in(struct renaming *renaming)
{
	struct drops		*drops = renaming->drops;
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file, *before;
	struct err		 err;

	before = slab_file_named(slab, renaming->act.box, renaming->act.name);
	file = slab_file_find(slab, renaming->act.file);
	if (before != NULL && before != file) {
		before->gone = 1;
		drops_forget_if_unused(drops, before);
	}
	slab_note_change(slab, renaming->act.box, clock_now());
	if (file == NULL)
		return;
	drops_note_change(drops, file);
	slab_file_rename(slab, file, renaming->act.box, renaming->act.name);
	file->registered = 1;
	(void)slab_resize(slab, &file->content, 0, &err);
	drops_forget_if_unused(drops, file);
}

/*
 * Refused, the file stays where it was; but the refusal may have been
 * registered under the new name with the file's number, so that the scratch
 * file needs another.  With the lock held.
 */
static void
stay_out(struct renaming *renaming)
{
	struct slab		*slab = renaming->drops->tree->slab;
	struct slab_file	*file;
	uint64_t		 id;

	file = slab_file_find(slab, renaming->act.file);
	if (file != NULL && (id = slab_take_id(slab)) != 0)
		slab_file_renumber(slab, file, id);
	slab_note_change(slab, renaming->act.box, clock_now());
}

static void
rename_decided(void *arg, const struct err *fault)
{
	struct renaming	*renaming = arg;
	struct ask	 ask;
	struct slot	 slot;
	bool		 in_store = true;

	if (fault != NULL) {
		tree_ask(renaming->drops->tree, &ask);
		in_store = drops_registered(&ask, renaming->act.file, &slot,
		    NULL);
		tree_answered(&ask);
	}
	drops_lock(renaming->drops);
	if (fault == NULL)
		move_in(renaming);
	else if (in_store)
		stay_out(renaming);
	drops_unlock(renaming->drops);
	fuse_reply_err(renaming->req, fault == NULL ? 0 :
	    fault_errno(fault));
	bytes_free(&renaming->bytes);
	free(renaming);
}

/* With the lock held; 0 or an errno. */
static int
fill_renaming(struct renaming *renaming)
{
	struct drops		*drops = renaming->drops;
	struct slab_file	*file;
	struct err		 err;

	file = slab_file_find(drops->tree->slab, renaming->act.file);
	if (file == NULL || file->gone)
		return (ENOENT);
	if (file->content.size > drops->tree->parts.config->request_max)
		return (EFBIG);
	if (slab_read(drops->tree->slab, &file->content, 0,
	    file->content.size, &renaming->bytes, &err) == -1)
		return (fault_errno(&err));
	renaming->drop.box = renaming->act.box;
	renaming->drop.file = (int64_t)file->id;
	set_file_name(&renaming->drop, renaming->act.name);
	renaming->drop.uid = renaming->act.uid;
	renaming->drop.mtime = file->mtime != 0 ? file->mtime :
	    file->touched;
	renaming->drop.bytes = SLICE(&renaming->bytes);
	return (0);
}

void
drop_submit_rename(fuse_req_t req, struct drops *drops,
    const struct rename_act *act)
{
	struct renaming	*renaming = calloc(1, sizeof(*renaming));
	struct err	 err;
	int		 code;

	if (renaming == NULL)
		die("out of memory");
	renaming->req = req;
	renaming->drops = drops;
	renaming->act = *act;
	drops_lock(drops);
	code = fill_renaming(renaming);
	drops_unlock(drops);
	if (code == 0 &&
	    request_is_complete(renaming->drop.bytes, &err) != 1)
		code = EBADMSG;
	if (code != 0) {
		fuse_reply_err(req, code);
		bytes_free(&renaming->bytes);
		free(renaming);
		return;
	}
	requests_submit(drops->tree->parts.authority, &renaming->drop, true,
	    rename_decided, renaming);
}

/* --- what is no request -------------------------------------------------- */

struct junk {
	struct drops	*drops;
	struct drop	 drop;
	struct bytes	 bytes;
	struct err	 why;
	bool		 overwrite;	/* the file is a registered one */
};

/* Removed while it was being recorded: the record stays, its names go. */
static void
take_back(struct junk *junk, int64_t slot)
{
	struct err	err;

	if (requests_withdraw(junk->drops->tree->parts.authority, slot,
	    junk->drop.uid, &err) == -1)
		log_line("%s: not taken back: %s", junk->drop.file_name,
		    err.text);
}

/* With the lock held: is the file that was closed still there? */
static bool
note_recorded(struct junk *junk, bool in_store)
{
	struct drops		*drops = junk->drops;
	struct slab_file	*file;

	file = slab_file_find(drops->tree->slab, (uint64_t)junk->drop.file);
	if (junk->overwrite)
		return (true);
	if (file == NULL || file->gone)
		return (false);
	if (in_store) {
		file->registered = 1;
		drops_forget_if_unused(drops, file);
	}
	return (true);
}

/* An errand: recording it waits for a commit. */
static void
record_junk(void *arg)
{
	struct junk	*junk = arg;
	struct drops	*drops = junk->drops;
	struct ask	 ask;
	struct slot	 slot;
	struct err	 err;
	bool		 in_store = false, there;

	if (requests_record_junk(drops->tree->parts.authority, &junk->drop,
	    &junk->why, &err) == -1) {
		log_line("%s: not recorded: %s", junk->drop.file_name,
		    err.text);
	} else {
		tree_ask(drops->tree, &ask);
		in_store = drops_registered(&ask, (uint64_t)junk->drop.file,
		    &slot, NULL);
		tree_answered(&ask);
	}
	drops_lock(drops);
	there = note_recorded(junk, in_store);
	drops_unlock(drops);
	if (in_store && !there)
		take_back(junk, slot.id);
	bytes_free(&junk->bytes);
	free(junk);
}

/* With the lock held. */
static void
order_junk(struct drops *drops, const struct slab_file *file,
    const struct slab_bytes *content, int code, const char *reason)
{
	struct junk	*junk = calloc(1, sizeof(*junk));
	struct err	 err;

	if (junk == NULL)
		die("out of memory");
	junk->drops = drops;
	junk->overwrite = file->registered;
	if (slab_read(drops->tree->slab, content, 0, content->size,
	    &junk->bytes, &err) == -1) {
		log_line("%s: %s", slab_file_name(file), err.text);
		free(junk);
		return;
	}
	junk->drop.box = file->box;
	junk->drop.file = (int64_t)file->id;
	set_file_name(&junk->drop, slab_file_name(file));
	junk->drop.uid = file->uid;
	junk->drop.mtime = file->mtime != 0 ? file->mtime : file->touched;
	junk->drop.bytes = SLICE(&junk->bytes);
	err_set(&junk->why, code, "%s", reason);
	errands_run(drops->tree->errands, record_junk, junk);
}

void
drop_record_junk(struct drops *drops, struct slab_file *file)
{
	if (file->recorded || drop_is_scratch(file) ||
	    file->content.size == 0 || file->verdict == 0)
		return;
	file->recorded = 1;
	order_junk(drops, file, &file->content, file->code, file->reason);
}

/* Over what is registered: that stays, and the refusal is recorded too. */
void
drop_record_overwrite(struct drops *drops, const struct slab_file *file,
    const struct slab_handle *handle)
{
	if (file->registered && !file->gone && handle->junk &&
	    !drop_is_scratch(file))
		order_junk(drops, file, &handle->staging, EBADMSG,
		    handle->reason);
}
