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

/* Faults of the moment: nothing was decided, the next flush tries again. */
static bool
is_for_now(int code)
{
	return (code == ENOSPC || code == EROFS || code == EIO ||
	    code == EAGAIN || code == EDQUOT);
}

/* --- flush --------------------------------------------------------------- */

struct flusher {
	fuse_req_t	 req;
	struct flusher	*next;
};

/* A handle's bytes on their way; calls that come meanwhile wait too. */
struct submission {
	struct drop_order	 order;		/* first: flush_decided casts */
	uint64_t		 handle;
	uint32_t		 changes;	/* of the handle, when taken */
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
	struct drops		*drops = submission->order.drops;
	struct slab_handle	*handle;
	struct slab_file	*file;

	handle = slab_handle_find(drops->tree->slab, submission->handle);
	file = slab_file_find(drops->tree->slab, submission->order.file);
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
		drops_note_registered(drops, file);
		file->mtime = 0;
		drops_note_refusal(drops, file, 0, "");
	} else if (fault != NULL && !is_for_now(fault->code) &&
	    drop_rules_of(file->box)->whole == NULL) {
		/* It would look as if it had been taken. */
		if (!file->gone && !file->registered) {
			file->gone_by = DROP_REFUSED;
			file->gone = 1;
		}
	} else if (fault != NULL && !is_for_now(fault->code)) {
		drops_note_refusal(drops, file, fault_errno(fault),
		    fault->text);
	}
	drops_forget_if_unused(drops, file);
}

/* Whoever flushed is answered, and nothing is left of it. */
static void
answer_flushers(struct submission *submission, int code)
{
	struct flusher	*flusher;

	while ((flusher = submission->flushers) != NULL) {
		submission->flushers = flusher->next;
		fuse_reply_err(flusher->req, code);
		free(flusher);
	}
	stop_at("core.replied");
	bytes_free(&submission->order.bytes);
	free(submission);
}

static void
flush_decided(struct drop_order *order, bool kept, const struct err *fault)
{
	struct submission	*submission = (struct submission *)order;
	struct drops		*drops = order->drops;

	drops_lock(drops);
	note_outcome(submission, fault, kept);
	end_submission(drops, submission);
	drops_unlock(drops);
	answer_flushers(submission, fault == NULL ? 0 : fault_errno(fault));
}

int
drop_order_fill(struct drop_order *order, const struct slab_file *file,
    const struct slab_bytes *from, uid_t uid)
{
	struct err	err;

	order->box = file->box;
	order->file = file->id;
	order->uid = uid;
	order->mtime = file->mtime != 0 ? file->mtime : file->touched;
	snprintf(order->name, sizeof(order->name), "%s",
	    slab_file_name(file));
	if (slab_read(order->drops->tree->slab, from, 0, from->size,
	    &order->bytes, &err) == -1)
		return (fault_errno(&err));
	return (0);
}

/*
 * Who removed it while writing meant to; whose file another removed has to
 * hear that nothing was taken.
 */
static int
code_of_gone(const struct slab_handle *handle, const struct slab_file *file)
{
	if (!handle->dirty)
		return (handle->code);
	return (handle->staging.size == 0 ||
	    file->gone_by == handle->uid ? 0 : ESTALE);
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

	*code = 0;
	if (handle == NULL || file == NULL || drop_is_scratch(file) ||
	    (!handle->staged && !handle->spoiled))
		return (NULL);
	if (file->gone) {
		*code = code_of_gone(handle, file);
		return (NULL);
	}
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
	submission->order.drops = drops;
	submission->order.done = flush_decided;
	submission->handle = handle->id;
	submission->changes = handle->changes;
	*code = drop_order_fill(&submission->order, file, &handle->staging,
	    handle->uid);
	if (*code != 0) {
		free(submission);
		return (NULL);
	}
	add_flusher(submission, req);
	submission->next = drops->under_way;
	drops->under_way = submission;
	return (submission);
}

/* Not whole: nothing is decided, but the folder says why. */
static void
flush_incomplete(struct submission *submission, const struct err *why)
{
	struct drop_order	*order = &submission->order;
	struct drops		*drops = order->drops;
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
	file = slab_file_find(drops->tree->slab, order->file);
	if (file != NULL && !file->registered) {
		if (slab_replace(drops->tree->slab, &file->content,
		    SLICE(&order->bytes), &err) == -1)
			log_line("%s: %s", slab_file_name(file), err.text);
		drops_note_refusal(drops, file, EBADMSG, why->text);
	}
	end_submission(drops, submission);
	drops_unlock(drops);
	answer_flushers(submission, EBADMSG);
}

void
drop_flush(fuse_req_t req, struct tree *tree, struct node node,
    struct fuse_file_info *fi)
{
	const struct drop_rules	*rules;
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
	rules = drop_rules_of(submission->order.box);
	if (rules->whole != NULL &&
	    !rules->whole(SLICE(&submission->order.bytes), &err))
		flush_incomplete(submission, &err);
	else
		rules->submit(&submission->order);
}

/* --- rename -------------------------------------------------------------- */

struct renaming {
	struct drop_order order;	/* first: rename_decided casts */
	fuse_req_t	  req;
	struct rename_act act;
};

/* With the lock held: the name leads to the file now, and to no other. */
static void
move_in(struct renaming *renaming)
{
	const struct rename_act	*act = &renaming->act;
	struct drops		*drops = renaming->order.drops;
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file, *before;

	before = slab_file_named(slab, act->box, act->name);
	file = slab_file_find(slab, act->file);
	slab_note_change(slab, act->box, clock_now());
	/* The file of that name has its bytes. */
	if (renaming->order.file != act->file) {
		if (file != NULL)
			drops_note_gone(drops, file, act->uid);
		return;
	}
	if (before != NULL && before != file)
		drops_note_gone(drops, before, act->uid);
	if (file == NULL)
		return;
	drops_note_change(drops, file);
	drop_is_made(drops, act->box, act->name);
	slab_file_rename(slab, file, act->box, act->name);
	drops_note_registered(drops, file);
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
	struct slab		*slab = renaming->order.drops->tree->slab;
	struct slab_file	*file;
	uint64_t		 id;

	file = slab_file_find(slab, renaming->act.file);
	if (file != NULL && (id = slab_take_id(slab)) != 0)
		slab_file_renumber(slab, file, id);
	drop_is_made(renaming->order.drops, renaming->act.box,
	    renaming->act.name);
	slab_note_change(slab, renaming->act.box, clock_now());
}

static void
rename_decided(struct drop_order *order, bool kept, const struct err *fault)
{
	struct renaming	*renaming = (struct renaming *)order;
	bool		 moves;

	moves = fault == NULL ||
	    (kept && drop_rules_of(order->box)->keeps_faulty);
	drops_lock(order->drops);
	if (moves)
		move_in(renaming);
	else if (kept)
		stay_out(renaming);
	drops_unlock(order->drops);
	fuse_reply_err(renaming->req, fault == NULL ? 0 :
	    fault_errno(fault));
	bytes_free(&order->bytes);
	free(renaming);
}

/* Whoever moves it there becomes its author: others had no part in it. */
static int
is_all_ones_own(struct drops *drops, const struct slab_file *file,
    const struct rename_act *act)
{
	struct err	err;

	if (!drop_rules_of(act->box)->makers_alone ||
	    (file->uid == act->uid && !file->mixed))
		return (1);
	err_set(&err, EPERM, "another than uid %u wrote in what was to get "
	    "this name: write it anew, or copy it", (unsigned)act->uid);
	if (drop_rules_of(act->box)->refused != NULL)
		drop_rules_of(act->box)->refused(drops, act->box, act->name,
		    act->uid, &err);
	return (0);
}

/* With the lock held; 0 or an errno. */
static int
fill_renaming(struct renaming *renaming)
{
	static const struct slab_bytes	none;
	struct drop_order		*order = &renaming->order;
	const struct rename_act		*act = &renaming->act;
	struct slab_file		*file;
	bool				 too_large;
	int				 code;

	file = slab_file_find(order->drops->tree->slab, act->file);
	if (file == NULL || file->gone)
		return (ENOENT);
	if (!is_all_ones_own(order->drops, file, act))
		return (EPERM);
	too_large = file->content.size > act->most;
	code = drop_order_fill(order, file, too_large ? &none :
	    &file->content, act->uid);
	order->box = act->box;
	if (act->target != 0)
		order->file = act->target;
	memcpy(order->name, act->name, sizeof(order->name));
	order->origin = file->origin;
	memcpy(order->origin_name, file->origin_name,
	    sizeof(order->origin_name));
	if (code != 0 || !too_large)
		return (code);
	drop_too_large(order->drops, act->box, act->name, act->uid,
	    act->most);
	return (EFBIG);
}

void
drop_submit_rename(fuse_req_t req, struct drops *drops,
    const struct rename_act *act)
{
	const struct drop_rules	*rules = drop_rules_of(act->box);
	struct renaming		*renaming = calloc(1, sizeof(*renaming));
	struct err		 err;
	int			 code;

	if (renaming == NULL)
		die("out of memory");
	renaming->order.drops = drops;
	renaming->order.renamed = true;
	renaming->order.done = rename_decided;
	renaming->req = req;
	renaming->act = *act;
	drops_lock(drops);
	code = fill_renaming(renaming);
	drops_unlock(drops);
	if (code == EFBIG)
		err_set(&err, EFBIG, DROP_TOO_LARGE,
		    (unsigned long long)act->most);
	if (code == 0 && rules->whole != NULL &&
	    !rules->whole(SLICE(&renaming->order.bytes), &err))
		code = EBADMSG;
	if ((code == EFBIG || code == EBADMSG) && rules->turn_away != NULL) {
		rules->turn_away(&renaming->order, &err);
	} else if (code != 0) {
		fuse_reply_err(req, code);
		bytes_free(&renaming->order.bytes);
		free(renaming);
	} else {
		rules->submit(&renaming->order);
	}
}
