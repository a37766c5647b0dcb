/*
 * The folders of ra/ that people make, remove and move: working folders of
 * subscribers and external RAs, and dossiers, whose move is a decision (DESIGN
 * 2.2).  Each answers a call that was sent again by a killed core's successor
 * as it would have the first time.
 */
#include <errno.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/desk.h"
#include "desk_folders.h"
#include "drops_private.h"
#include "resend.h"
#include "tree_parts.h"

static const struct ra_folder *
ra_of(struct node folder)
{
	return (folder.a < RA_FOLDERS ? &ra_folders[folder.a] :
	    &ra_folders[0]);
}

/* What waits for a commit is an errand. */
struct folder_act {
	fuse_req_t	 req;
	struct tree	*tree;
	struct node	 folder;
	int64_t		 draft;
	char		 name[256];
	uid_t		 uid;
	bool		 resent;
};

static struct folder_act *
act_new(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	struct folder_act	*act = calloc(1, sizeof(*act));

	if (act == NULL)
		die("out of memory");
	act->req = req;
	act->tree = tree;
	act->folder = folder;
	snprintf(act->name, sizeof(act->name), "%s", name);
	act->uid = fuse_req_ctx(req)->uid;
	act->resent = request_is_resent();
	return (act);
}

static int
find_draft(struct tree *tree, struct node folder, const char *name,
    struct draft *draft)
{
	struct ask	ask;
	int		there;

	tree_ask(tree, &ask);
	there = draft_find(ask.view, (enum draft_kind)ra_of(folder)->draft,
	    name, draft);
	tree_answered(&ask);
	return (there);
}

/* --- mkdir --------------------------------------------------------------- */

static void
reply_folder(struct folder_act *act, int64_t draft)
{
	tree_reply_entry(act->req, act->tree, act->folder, node_of(NODE_DESK,
	    (uint64_t)DESK_FOLDER(DESK_DRAFT, draft)), ESTALE);
}

static void
make_draft(void *arg)
{
	struct folder_act	*act = arg;
	struct draft		 draft;
	struct err		 err;
	int64_t			 id;
	int			 answer;

	answer = desk_make_draft(act->tree->parts.authority,
	    (enum draft_kind)ra_of(act->folder)->draft, act->name, act->uid,
	    &id, &err);
	if (answer == -1 && err.code == EEXIST && act->resent &&
	    find_draft(act->tree, act->folder, act->name, &draft) &&
	    draft.uid == act->uid) {
		id = draft.id;
		answer = 0;
	}
	if (answer == 0)
		reply_folder(act, id);
	else
		fuse_reply_err(act->req, fault_errno(&err));
	free(act);
}

/* No trash anywhere: a file manager would move dossiers into it. */
static void
ra_mkdir(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	if (ra_of(folder)->draft == 0 || name[0] == '.')
		fuse_reply_err(req, EPERM);
	else
		errands_run(tree->errands, make_draft,
		    act_new(req, tree, folder, name));
}

/* --- rmdir --------------------------------------------------------------- */

static int
note_people(void *arg, const struct desk_file *file)
{
	*(bool *)arg |= !file->generated;
	return (*(bool *)arg);
}

/* Anything that people put there? */
static bool
holds_files(struct tree *tree, int64_t draft)
{
	struct drop_info	info;
	struct ask		ask;
	int64_t			folder;
	bool			holds = false;
	int			kind;

	tree_ask(tree, &ask);
	for (kind = DESK_DRAFT; kind <= DESK_DRAFT_DOCUMENTS; kind++) {
		folder = DESK_FOLDER(kind, draft);
		desk_files_of(ask.view, folder, 0, note_people, &holds);
		holds |= drops_next(tree->drops, -folder, 0, &info) == 1;
	}
	tree_answered(&ask);
	return (holds);
}

static void
remove_draft(void *arg)
{
	struct folder_act	*act = arg;
	struct err		 err;
	int			 answer;

	answer = desk_remove_draft(act->tree->parts.authority, act->draft,
	    act->uid, &err);
	fuse_reply_err(act->req, answer == 0 ? 0 : fault_errno(&err));
	free(act);
}

static void
ra_rmdir(fuse_req_t req, struct tree *tree, struct node folder,
    const char *name)
{
	struct folder_act	*act;
	struct draft		 draft;

	if (ra_of(folder)->draft == 0) {
		fuse_reply_err(req, EPERM);
	} else if (!find_draft(tree, folder, name, &draft)) {
		/* Sent again: the other core could not say that it is gone. */
		fuse_reply_err(req, request_is_resent() ? 0 : ENOENT);
	} else if (holds_files(tree, draft.id)) {
		fuse_reply_err(req, ENOTEMPTY);
	} else {
		act = act_new(req, tree, folder, name);
		act->draft = draft.id;
		errands_run(tree->errands, remove_draft, act);
	}
}

/* --- rename -------------------------------------------------------------- */

static void
rename_draft(void *arg)
{
	struct folder_act	*act = arg;
	struct err		 err;
	int			 answer;

	answer = desk_rename_draft(act->tree->parts.authority, act->draft,
	    act->name, act->uid, &err);
	fuse_reply_err(act->req, answer == 0 ? 0 : fault_errno(&err));
	free(act);
}

static void
name_draft(fuse_req_t req, struct tree *tree, struct node folder,
    const char *from, const char *to)
{
	struct folder_act	*act;
	struct draft		 draft, other;
	bool			 taken;

	taken = find_draft(tree, folder, to, &other);
	if (!find_draft(tree, folder, from, &draft)) {
		fuse_reply_err(req, request_is_resent() && taken ? 0 :
		    ENOENT);
	} else if (taken) {
		fuse_reply_err(req, EEXIST);
	} else {
		act = act_new(req, tree, folder, to);
		act->draft = draft.id;
		errands_run(tree->errands, rename_draft, act);
	}
}

/* The decision is on disk, or there is none. */
static void
moved(void *arg, const struct err *fault)
{
	fuse_reply_err(arg, fault == NULL ? 0 : fault_errno(fault));
}

/*
 * Where it lies is the authority's to say: by now it may have been moved by
 * somebody else, or by this very call before core was killed.
 */
static void
move_dossier(fuse_req_t req, struct tree *tree, struct node from,
    struct node to, const char *name)
{
	int64_t	id;

	if (!dossier_number(name, &id))
		fuse_reply_err(req, ENOENT);
	else
		desk_move(tree->parts.authority, id,
		    (enum dossier_place)ra_of(from)->place,
		    (enum dossier_place)ra_of(to)->place,
		    fuse_req_ctx(req)->uid, moved, req);
}

static void
ra_rename(fuse_req_t req, struct tree *tree, struct node folder,
    const char *from, struct node to_folder, const char *to, unsigned flags)
{
	const struct ra_folder	*source = ra_of(folder);
	const struct ra_folder	*target = ra_of(to_folder);

	if (flags & ~(unsigned)RENAME_NOREPLACE)
		fuse_reply_err(req, EINVAL);
	else if (source->draft != 0 && source == target)
		name_draft(req, tree, folder, from, to);
	else if (source->place != 0 && target->place != 0 &&
	    strcmp(from, to) == 0)
		move_dossier(req, tree, folder, to_folder, from);
	else
		fuse_reply_err(req, EPERM);
}

/* Times and modes of folders are accepted and mean nothing. */
static void
desk_setattr(fuse_req_t req, struct tree *tree, struct node node,
    const struct stat *st, int which, struct fuse_file_info *fi)
{
	tree_reply_attr(req, tree, node);
}

const struct node_acts	ra_acts = {
	.mkdir = ra_mkdir,
	.rmdir = ra_rmdir,
	.rename = ra_rename,
};
const struct node_acts	desk_acts = {
	.create = drop_create,
	.unlink = drop_unlink,
	.rename = drop_rename,
	.setattr = desk_setattr,
};
