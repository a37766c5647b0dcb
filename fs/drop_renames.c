/*
 * Renames of what users write.  Scratch that gets a name that counts is
 * submitted; what the store has and gets a scratch name is removed there and
 * leaves a scratch copy (DETAILS).
 */
#include <errno.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drops_private.h"
#include "resend.h"

struct rename {
	struct node	 from_folder, to_folder;
	const char	*from, *to;
	unsigned	 flags;
	uid_t		 uid;
	struct found	 source, target;
	bool		 from_scratch, to_scratch;	/* by its name */
	struct bytes	 bytes;		/* of a registered source */
	int64_t		 subscriber;	/* whose it will be */
	gid_t		 gid;
	uint64_t	 most;
};

/* With a view: what is where; 0 or an errno. */
static int
look(struct drops *drops, struct ask *ask, struct rename *act)
{
	const struct drop_rules	*rules;

	drops_look(drops, ask, act->from_folder, act->from, &act->source);
	drops_look(drops, ask, act->to_folder, act->to, &act->target);
	rules = drop_rules_of(act->target.box);
	rules->owner(ask, act->target.box, act->uid, &act->subscriber,
	    &act->gid);
	act->to_scratch = rules->is_scratch(act->target.box, act->to);
	act->from_scratch = drop_rules_of(act->source.box)->is_scratch(
	    act->source.box, act->from);
	if (!act->source.there)
		return (ENOENT);
	if (!node_is_drop(act->source.node))
		return (EPERM);
	if ((act->flags & RENAME_NOREPLACE) && act->target.there)
		return (EEXIST);
	if (act->target.there && !node_is_drop(act->target.node))
		return (EPERM);
	return (rules->check_name(ask, act->target.box, act->to));
}

/* Without one: may it be done; 0 or an errno. */
static int
judge(struct drops *drops, struct rename *act)
{
	const struct drop_rules	*from = drop_rules_of(act->source.box);
	const struct drop_rules	*to = drop_rules_of(act->target.box);
	const struct drop_place	 place = {
		.box = act->target.box, .subscriber = act->subscriber,
		.name = act->to, .uid = act->uid, .gid = act->gid };
	struct err		 err;
	uint64_t		 most;
	int			 code;

	/* What counts keeps its name, where its rules know no other. */
	if (!act->from_scratch && !act->to_scratch &&
	    (from != to || from->rename == NULL))
		return (EPERM);
	code = from->may_change(drops, &act->source, act->uid, &most);
	if (code == 0 && act->target.there)
		code = to->may_change(drops, &act->target, act->uid, &most);
	if (code != 0)
		return (code);
	code = to->may_drop(drops, act->target.box, act->to, act->uid,
	    &act->most, &err);
	if (code == EDQUOT && !act->target.there)
		drop_note_absent(drops, &place, &err);
	return (code);
}

/*
 * Sent again after the other core had done it: the target is the source's
 * file, or the source is gone and the target is there.
 */
static bool
was_done(const struct rename *act)
{
	return (request_is_resent() && !act->source.there &&
	    act->target.there);
}

/* With the lock held. */
static void
replace_target(struct drops *drops, const struct rename *act)
{
	struct slab_file	*before;

	before = slab_file_named(drops->tree->slab, act->target.box,
	    act->to);
	if (before != NULL)
		drops_note_gone(drops, before, act->uid);
}

/* Scratch (or what never was registered) to a scratch name. */
static int
move_scratch(struct drops *drops, const struct rename *act)
{
	struct slab_file	*file;

	drops_lock(drops);
	file = slab_file_find(drops->tree->slab, act->source.node.a);
	/* Registered since it was looked at: as if it were another file. */
	if (file != NULL && file->registered)
		file = NULL;
	if (file != NULL) {
		drops_note_change(drops, file);
		replace_target(drops, act);
		slab_file_rename(drops->tree->slab, file, act->target.box,
		    act->to);
		file->subscriber = act->subscriber;
		file->gid = act->gid;
		file->most = act->most;
		drops_note_refusal(drops, file, 0, "");
		drops_note_change(drops, file);
	}
	drops_unlock(drops);
	return (file == NULL ? ENOENT : 0);
}

/* --- out of the store ---------------------------------------------------- */

/*
 * At the desk the copy is of whoever made it; who wrote the bytes is known by
 * the name that they had.
 */
static void
note_origin(struct slab_file *file, const struct rename *act)
{
	const struct stored	*stored = &act->source.stored;

	file->mixed = 0;
	if (drop_rules_of(act->target.box)->makers_alone)
		file->uid = act->uid;
	if (stored->box >= 0)
		return;
	file->origin = -stored->box;
	memcpy(file->origin_name, stored->name, sizeof(file->origin_name));
}

/* With the lock held: the registered source's bytes as a scratch file. */
static int
make_copy(struct drops *drops, const struct rename *act)
{
	struct slab		*slab = drops->tree->slab;
	const struct stored	*stored = &act->source.stored;
	struct slab_file	*file;
	struct err		 err;
	bool			 new;

	file = slab_file_find(slab, stored->file);
	new = file == NULL;
	if (new) {
		if ((file = slab_file_new(slab)) == NULL)
			return (EDQUOT);
		file->id = stored->file;
		file->uid = stored->uid;
		file->mtime = stored->mtime;
	}
	if (slab_replace(slab, &file->content, SLICE(&act->bytes), &err) ==
	    -1) {
		if (new)
			slab_file_free(slab, file);
		return (fault_errno(&err));
	}
	replace_target(drops, act);
	file->registered = 0;
	note_origin(file, act);
	file->subscriber = act->subscriber;
	file->gid = act->gid;
	file->most = act->most;
	if (new) {
		file->box = act->target.box;
		slab_file_keep(slab, file, act->to);
	} else {
		slab_file_rename(slab, file, act->target.box, act->to);
	}
	drops_note_change(drops, file);
	return (0);
}

/* What waits for a commit is an errand. */
struct leaving {
	fuse_req_t	 req;
	struct drops	*drops;
	struct stored	 stored;	/* where it was */
	int64_t		 box;		/* where it goes */
	char		 name[256];
	uid_t		 uid;
};

static struct leaving *
leaving_new(fuse_req_t req, struct drops *drops, const struct rename *act)
{
	struct leaving	*leaving = calloc(1, sizeof(*leaving));

	if (leaving == NULL)
		die("out of memory");
	leaving->req = req;
	leaving->drops = drops;
	leaving->stored = act->source.stored;
	leaving->box = act->target.box;
	snprintf(leaving->name, sizeof(leaving->name), "%s", act->to);
	leaving->uid = act->uid;
	return (leaving);
}

/* With the lock held: the scratch copy stays, or is no copy after all. */
static void
settle_copy(struct leaving *leaving, struct slab_file *file, bool removed)
{
	struct slab	*slab = leaving->drops->tree->slab;

	if (removed) {
		drops_note_change(leaving->drops, file);
		return;
	}
	slab_file_rename(slab, file, leaving->stored.box,
	    leaving->stored.name);
	file->uid = leaving->stored.uid;
	drops_note_registered(leaving->drops, file);
	drops_forget_if_unused(leaving->drops, file);
}

static void
leave(void *arg)
{
	struct leaving		*leaving = arg;
	struct drops		*drops = leaving->drops;
	struct slab_file	*file;
	struct err		 err;
	int			 answer;

	answer = drop_rules_of(leaving->stored.box)->remove(drops,
	    &leaving->stored, leaving->uid, &err);
	drops_lock(drops);
	file = slab_file_find(drops->tree->slab, leaving->stored.file);
	if (file != NULL)
		settle_copy(leaving, file, answer == 0);
	drops_unlock(drops);
	fuse_reply_err(leaving->req, answer == 0 ? 0 : fault_errno(&err));
	free(leaving);
}

static void
move_out(fuse_req_t req, struct drops *drops, struct rename *act)
{
	struct ask	ask;
	int		code = 0;

	tree_ask(drops->tree, &ask);
	if (!drops_stored(&ask, act->source.node.a, &act->source.stored,
	    &act->bytes))
		code = EIO;
	tree_answered(&ask);
	if (code == 0) {
		drops_lock(drops);
		code = make_copy(drops, act);
		drops_unlock(drops);
	}
	if (code != 0)
		fuse_reply_err(req, code);
	else
		errands_run(drops->tree->errands, leave,
		    leaving_new(req, drops, act));
	bytes_free(&act->bytes);
}

/* --- within the store, and into it --------------------------------------- */

static void
change_name(void *arg)
{
	struct leaving		*leaving = arg;
	struct drops		*drops = leaving->drops;
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file, *before;
	struct err		 err = { .code = 0 };
	int			 answer;

	answer = drop_rules_of(leaving->box)->rename(drops,
	    leaving->stored.file, leaving->box, leaving->name, leaving->uid,
	    &err);
	drops_lock(drops);
	if (answer == 0) {
		slab_note_change(slab, leaving->stored.box, clock_now());
		slab_note_change(slab, leaving->box, clock_now());
		before = slab_file_named(slab, leaving->box, leaving->name);
		if (before != NULL && before->id != leaving->stored.file)
			drops_note_gone(drops, before, leaving->uid);
		file = slab_file_find(slab, leaving->stored.file);
		if (file != NULL)
			slab_file_rename(slab, file, leaving->box,
			    leaving->name);
	}
	drops_unlock(drops);
	/* Moved and yet wrong is said as of a write (DESIGN 2.1). */
	fuse_reply_err(leaving->req, answer == 0 && err.code == 0 ? 0 :
	    fault_errno(&err));
	free(leaving);
}

static void
submit(fuse_req_t req, struct drops *drops, const struct rename *act)
{
	struct rename_act	in = { .file = act->source.node.a,
				    .box = act->target.box, .uid = act->uid,
				    .most = act->most };

	/* The file that has the name takes the bytes, where a file stays. */
	if (act->target.in_store &&
	    drop_rules_of(act->target.box)->rename != NULL)
		in.target = act->target.stored.file;
	snprintf(in.name, sizeof(in.name), "%s", act->to);
	drop_submit_rename(req, drops, &in);
}

/* Made and never written, where any bytes count: there are none yet. */
static bool
is_untouched(const struct rename *act)
{
	return (!act->source.in_store && act->source.info.size == 0 &&
	    !act->target.in_store &&
	    drop_rules_of(act->target.box)->whole == NULL);
}

static void
do_rename(fuse_req_t req, struct drops *drops, struct rename *act)
{
	if (act->to_scratch && act->source.in_store)
		move_out(req, drops, act);
	else if (act->to_scratch || is_untouched(act))
		fuse_reply_err(req, move_scratch(drops, act));
	else if (act->source.in_store)
		errands_run(drops->tree->errands, change_name,
		    leaving_new(req, drops, act));
	else
		submit(req, drops, act);
}

void
drop_rename(fuse_req_t req, struct tree *tree, struct node folder,
    const char *from, struct node to_folder, const char *to, unsigned flags)
{
	struct rename	act = { .from_folder = folder,
			    .to_folder = to_folder, .from = from, .to = to,
			    .flags = flags, .gid = tree->parts.gid,
			    .uid = fuse_req_ctx(req)->uid };
	struct ask	ask;
	int		code;

	if (flags & ~(unsigned)RENAME_NOREPLACE) {
		fuse_reply_err(req, EINVAL);
		return;
	}
	tree_ask(tree, &ask);
	code = look(tree->drops, &ask, &act);
	tree_answered(&ask);
	if (code == 0)
		code = judge(tree->drops, &act);
	if (code != 0)
		fuse_reply_err(req, was_done(&act) ? 0 : code);
	else
		do_rename(req, tree->drops, &act);
}
