/*
 * The boxes as folders: create, unlink and rename in requests/.  Each answers
 * a call that was sent again by a killed core's successor as it would have
 * the first time.
 */
#include <errno.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_events.h"
#include "../ca/store_registry.h"
#include "drops_private.h"
#include "resend.h"

#define FILES_OF_ONE	512	/* not registered, of one person: EDQUOT */

/* --- create -------------------------------------------------------------- */

struct creation {
	int64_t		box, subscriber;
	const char	*name;
	uid_t		uid;
	gid_t		gid;
};

static bool
has_too_many(struct drops *drops, uid_t uid)
{
	struct slab_file	*file;
	size_t			 i, count = 0;

	for (i = 0; i < SLAB_FILES; i++) {
		file = slab_file_row(drops->tree->slab, i);
		if (file != NULL && file->uid == uid && !file->registered)
			count++;
	}
	return (count >= FILES_OF_ONE);
}

/* With the lock held: the file and its first handle. */
static int
create_locked(struct drops *drops, const struct creation *new,
    struct fuse_file_info *fi, uint64_t *id)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file;

	if (slab_file_named(slab, new->box, new->name) != NULL)
		return (EEXIST);
	if (has_too_many(drops, new->uid))
		return (EDQUOT);
	if ((*id = slab_take_id(slab)) == 0)
		return (EAGAIN);
	if ((file = slab_file_new(slab)) == NULL)
		return (EDQUOT);
	file->id = *id;
	file->unique = request_unique();
	file->box = new->box;
	file->subscriber = new->subscriber;
	file->uid = new->uid;
	file->gid = new->gid;
	slab_file_keep(slab, file, new->name);
	drops_note_change(drops, file);
	if (drop_handle_new(drops, *id, new->uid, fi) == NULL) {
		slab_file_free(slab, file);
		return (ENFILE);
	}
	return (0);
}

/* A CREATE sent again whose file the other core had made already. */
static bool
was_created(struct drops *drops, uint64_t id, uid_t uid,
    struct fuse_file_info *fi)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file;
	struct slab_handle	*handle;
	bool			 ours;

	if (!request_is_resent())
		return (false);
	drops_lock(drops);
	file = slab_file_find(slab, id);
	ours = file != NULL && file->unique == request_unique();
	if (ours) {
		handle = slab_handle_of_unique(slab, request_unique());
		if (handle != NULL && handle->file == id) {
			fi->fh = handle->id;
			fi->direct_io = 1;
			fi->noflush = !handle->writes;
		} else {
			ours = drop_handle_new(drops, id, uid, fi) != NULL;
		}
	}
	drops_unlock(drops);
	return (ours);
}

static void
reply_create(fuse_req_t req, struct tree *tree, struct node folder,
    struct node node, struct fuse_file_info *fi)
{
	struct fuse_entry_param	entry;
	struct ask		ask;
	struct stat		st;
	int			there;

	tree_ask(tree, &ask);
	there = node_stat(&ask, node, &st);
	tree_answered(&ask);
	if (!there) {
		drop_acts.release(NULL, tree, node, fi);
		fuse_reply_err(req, ESTALE);
		return;
	}
	node_entry(folder, node, &st, &entry);
	if (fuse_reply_create(req, &entry, fi) == -ENOENT)
		drop_acts.release(NULL, tree, node, fi);
}

/* Another suffix for a slot in use (DESIGN 2.1). */
static bool
slot_is_taken(struct drops *drops, struct ask *ask, int64_t box,
    const char *slot_name, const char *name)
{
	struct slot		slot;
	struct drop_info	info;

	if (slot_find(ask->view, box, slot_name, &slot) == 1 &&
	    slot.sha256[0] != '\0' && strcmp(slot.file_name, name) != 0)
		return (true);
	return (drops_of_slot(drops, box, slot_name, &info) &&
	    strcmp(info.name, name) != 0);
}

/* What a name in a box may be used for; 0 or an errno. */
static int
check_name(struct drops *drops, struct ask *ask, int64_t box,
    const char *name, enum drop_name *kind)
{
	char	slot[SLOT_NAME + 1];

	*kind = drop_name_kind(name, slot);
	switch (*kind) {
	case NAME_TOO_LONG:
		return (ENAMETOOLONG);
	case NAME_STATUS:
	case NAME_CHAIN:
		return (EPERM);
	case NAME_REQUEST:
		return (slot_is_taken(drops, ask, box, slot, name) ?
		    EEXIST : 0);
	case NAME_SCRATCH:
		break;
	}
	return (0);
}

/* What is there is opened, unless it must not be. */
static int
open_existing(struct drops *drops, struct ask *ask, const struct found *found,
    const struct creation *new, struct fuse_file_info *fi)
{
	uint64_t	id;
	int		code;

	if (found->node.class != NODE_DROP || (fi->flags & O_EXCL))
		return (EEXIST);
	code = drops_may_change(ask, found, new->uid);
	if (code != 0)
		return (code);
	id = found->node.a;
	drops_lock(drops);
	code = drop_open_locked(drops, id, found, new->gid, new->uid, fi);
	drops_unlock(drops);
	return (code);
}

static void
box_create(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name, struct fuse_file_info *fi)
{
	struct drops	*drops = tree->drops;
	struct creation	 new = { .box = (int64_t)folder.a, .name = name,
			    .uid = fuse_req_ctx(req)->uid };
	struct found	 found;
	struct ask	 ask;
	enum drop_name	 kind = NAME_SCRATCH;
	uint64_t	 id = 0;
	int		 code;

	tree_ask(tree, &ask);
	drops_look(drops, &ask, new.box, name, &found);
	drops_owner(&ask, new.box, new.uid, &new.subscriber, &new.gid);
	code = check_name(drops, &ask, new.box, name, &kind);
	if (found.there && found.node.class == NODE_DROP &&
	    was_created(drops, found.node.a, new.uid, fi)) {
		code = 0;
		id = found.node.a;
	} else if (code == 0 && found.there) {
		code = open_existing(drops, &ask, &found, &new, fi);
		id = found.node.a;
	}
	tree_answered(&ask);
	if (code == 0 && id == 0) {
		code = drops_may_drop(drops, new.box, new.uid,
		    kind != NAME_REQUEST);
		if (code == 0) {
			drops_order_ids(drops);
			drops_lock(drops);
			code = create_locked(drops, &new, fi, &id);
			drops_unlock(drops);
		}
	}
	if (code != 0)
		fuse_reply_err(req, code);
	else
		reply_create(req, tree, folder, node_of(NODE_DROP, id), fi);
}

/* --- unlink -------------------------------------------------------------- */

/* Withdrawing waits for a commit, so it is an errand. */
struct withdrawal {
	fuse_req_t	 req;
	struct drops	*drops;
	int64_t		 slot;
	uint64_t	 file;
	uid_t		 uid;
	bool		 keeps;		/* the file became scratch */
	struct rename_act before;	/* where it was then */
};

/* With the lock held: the scratch copy stays, or is no copy after all. */
static void
settle_copy(struct withdrawal *withdrawal, struct slab_file *file,
    bool withdrawn)
{
	struct drops	*drops = withdrawal->drops;
	struct err	 err;

	if (withdrawn) {
		drops_note_change(drops, file);
		return;
	}
	slab_file_rename(drops->tree->slab, file, withdrawal->before.box,
	    withdrawal->before.name);
	file->registered = 1;
	(void)slab_resize(drops->tree->slab, &file->content, 0, &err);
	drops_forget_if_unused(drops, file);
}

static void
withdraw(void *arg)
{
	struct withdrawal	*withdrawal = arg;
	struct drops		*drops = withdrawal->drops;
	struct slab_file	*file;
	struct err		 err;
	int			 answer;

	answer = requests_withdraw(drops->tree->parts.authority,
	    withdrawal->slot, withdrawal->uid, &err);
	drops_lock(drops);
	file = slab_file_find(drops->tree->slab, withdrawal->file);
	if (file != NULL && withdrawal->keeps) {
		settle_copy(withdrawal, file, answer == 0);
	} else if (file != NULL && answer == 0) {
		file->gone = 1;
		drops_forget_if_unused(drops, file);
	}
	drops_unlock(drops);
	fuse_reply_err(withdrawal->req, answer == 0 ? 0 : fault_errno(&err));
	free(withdrawal);
}

static struct withdrawal *
withdrawal_new(fuse_req_t req, struct drops *drops,
    const struct found *found)
{
	struct withdrawal	*withdrawal = calloc(1, sizeof(*withdrawal));

	if (withdrawal == NULL)
		die("out of memory");
	withdrawal->req = req;
	withdrawal->drops = drops;
	withdrawal->slot = found->slot.id;
	withdrawal->file = found->node.a;
	withdrawal->uid = fuse_req_ctx(req)->uid;
	return (withdrawal);
}

/* False when it is not there any more: registered meanwhile, perhaps. */
static bool
unlink_unregistered(struct drops *drops, uint64_t id)
{
	struct slab_file	*file;
	bool			 there;

	drops_lock(drops);
	file = slab_file_find(drops->tree->slab, id);
	there = file != NULL && !file->registered;
	if (there) {
		drops_note_change(drops, file);
		file->gone = 1;
		drops_forget_if_unused(drops, file);
	}
	drops_unlock(drops);
	return (there);
}

static int
judge_unlink(struct drops *drops, int64_t box, const char *name, uid_t uid,
    struct found *found)
{
	struct ask	ask;
	int		code;

	tree_ask(drops->tree, &ask);
	drops_look(drops, &ask, box, name, found);
	if (!found->there)
		code = ENOENT;
	else if (found->node.class != NODE_DROP)
		code = EPERM;
	else
		code = drops_may_change(&ask, found, uid);
	tree_answered(&ask);
	return (code);
}

static void
box_unlink(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	struct drops	*drops = tree->drops;
	struct found	 found;
	uid_t		 uid = fuse_req_ctx(req)->uid;
	int		 code, tries = 0;

	do {
		code = judge_unlink(drops, (int64_t)folder.a, name, uid,
		    &found);
	} while (code == 0 && !found.in_store &&
	    !unlink_unregistered(drops, found.node.a) && ++tries < 5);
	if (tries == 5)
		code = EBUSY;
	/* Sent again: the other core removed it and could not say so. */
	if (code == ENOENT && (request_is_resent() || tries > 0))
		code = 0;
	if (code == 0 && found.there && found.in_store)
		errands_run(tree->errands, withdraw,
		    withdrawal_new(req, drops, &found));
	else
		fuse_reply_err(req, code);
}

/* --- rename -------------------------------------------------------------- */

struct rename {
	int64_t		 from_box, to_box;
	const char	*from, *to;
	unsigned	 flags;
	uid_t		 uid;
	enum drop_name	 to_kind;
	struct found	 source, target;
	struct bytes	 bytes;		/* of a registered source */
	int64_t		 subscriber;	/* who drops in to_box */
	gid_t		 gid;
};

/* With a view: 0 when it may be done, or an errno. */
static int
judge_rename(struct drops *drops, struct ask *ask, struct rename *act)
{
	char	slot[SLOT_NAME + 1];
	int	code;

	drops_look(drops, ask, act->from_box, act->from, &act->source);
	drops_look(drops, ask, act->to_box, act->to, &act->target);
	drops_owner(ask, act->to_box, act->uid, &act->subscriber, &act->gid);
	if (!act->source.there)
		return (ENOENT);
	if (act->source.node.class != NODE_DROP)
		return (EPERM);
	if ((act->flags & RENAME_NOREPLACE) && act->target.there)
		return (EEXIST);
	if (act->target.there && act->target.node.class != NODE_DROP)
		return (EPERM);
	code = check_name(drops, ask, act->to_box, act->to, &act->to_kind);
	if (code != 0)
		return (code);
	if (act->to_kind == NAME_REQUEST &&
	    drop_name_kind(act->from, slot) == NAME_REQUEST)
		return (EPERM);
	code = drops_may_change(ask, &act->source, act->uid);
	if (code == 0 && act->target.there)
		code = drops_may_change(ask, &act->target, act->uid);
	if (code == 0 && act->source.in_store && documents_read(ask->view,
	    act->source.slot.sha256, &act->bytes) != 1)
		code = EIO;
	return (code);
}

/*
 * Sent again after the other core had done it: the target is the source's
 * file, or the source is gone and the target is there.
 */
static bool
rename_was_done(const struct rename *act)
{
	return (request_is_resent() && !act->source.there &&
	    act->target.there);
}

static void
replace_target(struct drops *drops, const struct rename *act)
{
	struct slab_file	*before;

	before = slab_file_named(drops->tree->slab, act->to_box, act->to);
	if (before == NULL)
		return;
	before->gone = 1;
	drops_forget_if_unused(drops, before);
}

/* Scratch (or what never was a request) to a scratch name. */
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
		slab_file_rename(drops->tree->slab, file, act->to_box,
		    act->to);
		file->subscriber = act->subscriber;
		file->gid = act->gid;
		drops_note_refusal(drops, file, 0, "");
		drops_note_change(drops, file);
	}
	drops_unlock(drops);
	return (file == NULL ? ENOENT : 0);
}

/* With the lock held: the registered source's bytes as a scratch file. */
static int
make_copy(struct drops *drops, const struct rename *act)
{
	struct slab		*slab = drops->tree->slab;
	const struct slot	*slot = &act->source.slot;
	struct slab_file	*file;
	struct err		 err;
	bool			 new;

	file = slab_file_find(slab, act->source.node.a);
	new = file == NULL;
	if (new) {
		if ((file = slab_file_new(slab)) == NULL)
			return (EDQUOT);
		file->id = act->source.node.a;
		file->uid = slot->uid;
		file->mtime = slot->mtime;
	}
	if (slab_replace(slab, &file->content, SLICE(&act->bytes), &err) ==
	    -1) {
		if (new)
			slab_file_free(slab, file);
		return (fault_errno(&err));
	}
	replace_target(drops, act);
	file->registered = 0;
	file->subscriber = act->subscriber;
	file->gid = act->gid;
	if (new) {
		file->box = act->to_box;
		slab_file_keep(slab, file, act->to);
	} else {
		slab_file_rename(slab, file, act->to_box, act->to);
	}
	drops_note_change(drops, file);
	return (0);
}

/* A request to a scratch name leaves a scratch copy (DETAILS). */
static void
move_out(fuse_req_t req, struct drops *drops, const struct rename *act)
{
	struct withdrawal	*withdrawal;
	int			 code;

	drops_lock(drops);
	code = make_copy(drops, act);
	drops_unlock(drops);
	if (code != 0) {
		fuse_reply_err(req, code);
		return;
	}
	withdrawal = withdrawal_new(req, drops, &act->source);
	withdrawal->keeps = true;
	withdrawal->before.box = act->from_box;
	snprintf(withdrawal->before.name, sizeof(withdrawal->before.name),
	    "%s", act->from);
	errands_run(drops->tree->errands, withdraw, withdrawal);
}

static void
do_rename(fuse_req_t req, struct drops *drops, struct rename *act)
{
	struct rename_act	in = { .file = act->source.node.a,
				    .box = act->to_box, .uid = act->uid };
	int			code;

	if (act->to_kind != NAME_REQUEST) {
		if (act->source.in_store) {
			move_out(req, drops, act);
			return;
		}
		fuse_reply_err(req, move_scratch(drops, act));
		return;
	}
	code = drops_may_drop(drops, act->to_box, act->uid, false);
	if (code != 0) {
		fuse_reply_err(req, code);
		return;
	}
	snprintf(in.name, sizeof(in.name), "%s", act->to);
	drop_submit_rename(req, drops, &in);
}

static void
box_rename(fuse_req_t req, struct tree *tree, struct node folder,
    const char *from, struct node to_folder, const char *to, unsigned flags)
{
	struct rename	act = { .from_box = (int64_t)folder.a,
			    .to_box = (int64_t)to_folder.a, .from = from,
			    .to = to, .flags = flags,
			    .uid = fuse_req_ctx(req)->uid };
	struct ask	ask;
	int		code;

	if (flags & ~(unsigned)RENAME_NOREPLACE) {
		fuse_reply_err(req, EINVAL);
		return;
	}
	tree_ask(tree, &ask);
	code = judge_rename(tree->drops, &ask, &act);
	tree_answered(&ask);
	if (code != 0)
		fuse_reply_err(req, rename_was_done(&act) ? 0 : code);
	else
		do_rename(req, tree->drops, &act);
	bytes_free(&act.bytes);
}

const struct node_acts	box_acts = {
	.create = box_create,
	.unlink = box_unlink,
	.rename = box_rename,
};
