/*
 * The folders that people write in: create and unlink; rename is in
 * drop_renames.c.  Each answers a call that was sent again by a killed core's
 * successor as it would have the first time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drops_private.h"
#include "resend.h"

#define FILES_OF_ONE	512	/* not registered, of one person: EDQUOT */
#define A_MOMENT	0.05	/* seconds */

/* --- create -------------------------------------------------------------- */

struct creation {
	struct drop_place where;
	uint64_t	most;
};

static bool
has_too_many(struct drops *drops, uid_t uid)
{
	struct slab_file	*file;
	size_t			 i, count = 0;

	if (slab_files_used(drops->tree->slab) < FILES_OF_ONE)
		return (false);
	for (i = 0; i < SLAB_FILES; i++) {
		file = slab_file_row(drops->tree->slab, i);
		if (file != NULL && file->uid == uid && !file->registered &&
		    !file->absent)
			count++;
	}
	return (count >= FILES_OF_ONE);
}

/* With the lock held: the file and its first handle. */
static int
create_locked(struct drops *drops, const struct creation *new,
    struct fuse_file_info *fi, uint64_t *id)
{
	const struct drop_place	*place = &new->where;
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file;

	if (slab_file_named(slab, place->box, place->name) != NULL)
		return (EEXIST);
	if (has_too_many(drops, place->uid))
		return (EDQUOT);
	if ((*id = slab_take_id(slab)) == 0)
		return (EAGAIN);
	if ((file = slab_file_new(slab)) == NULL)
		return (EDQUOT);
	drop_is_made(drops, place->box, place->name);
	file->id = *id;
	file->unique = request_unique();
	file->box = place->box;
	file->subscriber = place->subscriber;
	file->most = new->most;
	file->uid = place->uid;
	file->gid = place->gid;
	slab_file_keep(slab, file, place->name);
	drops_note_change(drops, file);
	if (drop_handle_new(drops, *id, place->uid, fi) == NULL) {
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

/*
 * The kernel may keep for a moment what it is told of a new file: else it asks
 * for the mode once more before it lets the caller have it.
 */
static void
reply_create(fuse_req_t req, struct tree *tree, struct node folder,
    struct node node, bool is_new, struct fuse_file_info *fi)
{
	struct fuse_entry_param	entry;
	struct stat		st;

	if (!tree_stat(tree, node, &st)) {
		drop_acts.release(NULL, tree, node, fi);
		fuse_reply_err(req, ESTALE);
		return;
	}
	node_entry(folder, node, &st, &entry);
	if (is_new)
		entry.attr_timeout = A_MOMENT;
	if (fuse_reply_create(req, &entry, fi) == -ENOENT)
		drop_acts.release(NULL, tree, node, fi);
}

/* What is there is opened, unless it must not be. */
static int
open_existing(struct drops *drops, const struct found *found,
    const struct creation *new, struct fuse_file_info *fi)
{
	struct drop_opener	opener = { .uid = new->where.uid,
				    .gid = new->where.gid };
	int			code;

	if (!node_is_drop(found->node) || (fi->flags & O_EXCL))
		return (EEXIST);
	code = drop_rules_of(found->box)->may_change(drops, found,
	    opener.uid, &opener.most);
	if (code != 0)
		return (code);
	drops_lock(drops);
	code = drop_open_locked(drops, found->node.a, found, &opener, fi);
	drops_unlock(drops);
	return (code);
}

static int
create_new(struct drops *drops, struct creation *new,
    struct fuse_file_info *fi, uint64_t *id)
{
	const struct drop_place	*place = &new->where;
	struct err		 err;
	int			 code;

	code = drop_rules_of(place->box)->may_drop(drops, place->box,
	    place->name, place->uid, &new->most, &err);
	if (code == 0) {
		drops_order_ids(drops);
		drops_lock(drops);
		code = create_locked(drops, new, fi, id);
		drops_unlock(drops);
		err_set(&err, code, "uid %u has %d files that are not "
		    "registered, or all have too many; more are not taken",
		    (unsigned)place->uid, FILES_OF_ONE);
	}
	if (code == EDQUOT)
		drop_note_absent(drops, place, &err);
	return (code);
}

void
drop_create(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name, struct fuse_file_info *fi)
{
	const struct drop_rules	*rules;
	struct drops		*drops = tree->drops;
	struct creation		 new = { .where = { .name = name,
				    .gid = tree->parts.gid,
				    .uid = fuse_req_ctx(req)->uid } };
	struct drop_place	*where = &new.where;
	struct found		 found;
	struct ask		 ask;
	uint64_t		 id;
	int			 code;

	tree_ask(tree, &ask);
	drops_look(drops, &ask, folder, name, &found);
	where->box = found.box;
	rules = drop_rules_of(where->box);
	rules->owner(&ask, where->box, where->uid, &where->subscriber,
	    &where->gid);
	code = rules->check_name(&ask, where->box, name);
	tree_answered(&ask);
	id = found.node.a;
	if (found.there && node_is_drop(found.node) &&
	    was_created(drops, id, where->uid, fi))
		code = 0;
	else if (code == 0 && found.there)
		code = open_existing(drops, &found, &new, fi);
	else if (code == 0)
		code = create_new(drops, &new, fi, &id);
	if (code != 0)
		fuse_reply_err(req, code);
	else
		reply_create(req, tree, folder, node_of(rules->class, id),
		    !found.there, fi);
}

/* --- unlink -------------------------------------------------------------- */

/* Removing waits for a commit, so it is an errand. */
struct removal {
	fuse_req_t	 req;
	struct drops	*drops;
	struct stored	 stored;
	uid_t		 uid;
};

static void
remove_stored(void *arg)
{
	struct removal		*removal = arg;
	struct drops		*drops = removal->drops;
	struct slab_file	*file;
	struct err		 err;
	int			 answer;

	answer = drop_rules_of(removal->stored.box)->remove(drops,
	    &removal->stored, removal->uid, &err);
	drops_lock(drops);
	file = slab_file_find(drops->tree->slab, removal->stored.file);
	if (file != NULL && answer == 0)
		drops_note_gone(drops, file, removal->uid);
	drops_unlock(drops);
	fuse_reply_err(removal->req, answer == 0 ? 0 : fault_errno(&err));
	free(removal);
}

static void
order_removal(fuse_req_t req, struct drops *drops,
    const struct stored *stored)
{
	struct removal	*removal = calloc(1, sizeof(*removal));

	if (removal == NULL)
		die("out of memory");
	removal->req = req;
	removal->drops = drops;
	removal->stored = *stored;
	removal->uid = fuse_req_ctx(req)->uid;
	errands_run(drops->tree->errands, remove_stored, removal);
}

/* False when it is not there any more: registered meanwhile, perhaps. */
static bool
unlink_unregistered(struct drops *drops, uint64_t id, uid_t uid)
{
	struct slab_file	*file;
	bool			 there;

	drops_lock(drops);
	file = slab_file_find(drops->tree->slab, id);
	there = file != NULL && !file->registered;
	if (there)
		drops_note_gone(drops, file, uid);
	drops_unlock(drops);
	return (there);
}

static int
judge_unlink(struct drops *drops, struct node folder, const char *name,
    uid_t uid, struct found *found)
{
	struct ask	ask;
	uint64_t	most;

	tree_ask(drops->tree, &ask);
	drops_look(drops, &ask, folder, name, found);
	tree_answered(&ask);
	if (!found->there)
		return (ENOENT);
	if (!node_is_drop(found->node))
		return (EPERM);
	return (drop_rules_of(found->box)->may_change(drops, found, uid,
	    &most));
}

void
drop_unlink(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	struct drops	*drops = tree->drops;
	struct found	 found;
	uid_t		 uid = fuse_req_ctx(req)->uid;
	int		 code, tries = 0;

	do {
		code = judge_unlink(drops, folder, name, uid, &found);
	} while (code == 0 && !found.in_store &&
	    !unlink_unregistered(drops, found.node.a, uid) && ++tries < 5);
	if (tries == 5)
		code = EBUSY;
	/* Sent again: the other core removed it and could not say so. */
	if (code == ENOENT && (request_is_resent() || tries > 0))
		code = 0;
	if (code == 0 && found.there && found.in_store)
		order_removal(req, drops, &found.stored);
	else
		fuse_reply_err(req, code);
}

const struct node_acts	box_acts = {
	.create = drop_create,
	.unlink = drop_unlink,
	.rename = drop_rename,
};
