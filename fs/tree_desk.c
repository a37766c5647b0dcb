/*
 * ra/: the folders of the registration desk, its dossiers and drafts, and the
 * files in them.  What people write is a file of the slab until the store has
 * it, as in requests/; texts of ours are new inodes each time.  Registration
 * data is sensitive: officers of ra only (OVR-6.8.4-01, -02, OVR-6.5.5-01A).
 * What may be done here is in desk_folders.c and drop_desk.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/desk.h"
#include "../ca/store_desk.h"
#include "../ca/store_dossiers.h"
#include "../ca/store_events.h"
#include "../ca/store_registry.h"
#include "tree_parts.h"
#include "tree_state.h"

#define LINK_NAME	"subscriber"

/* Keys of a listing, as in tree_requests.c: parts, and the key in them. */
#define PART_BITS	58
#define PART_MASK	((UINT64_C(1) << PART_BITS) - 1)
enum part { PART_ALWAYS = 1, PART_STORED = 4, PART_SLAB };

const struct ra_folder	ra_folders[RA_FOLDERS] = {
	{ 0, 0 },
	{ DRAFT_SUBSCRIBER, 0 },	/* subscribers */
	{ DRAFT_AUTHORITY, 0 },		/* authorities */
	{ 0, PLACE_PENDING }, { 0, PLACE_COUNTERSIGN }, { 0, PLACE_APPROVED },
	{ 0, PLACE_REJECTED },
};

static struct node
node_of_folder(enum desk_kind kind, int64_t object)
{
	return (node_of(NODE_DESK, (uint64_t)DESK_FOLDER(kind, object)));
}

static usec_t
later(usec_t a, usec_t b)
{
	return (a > b ? a : b);
}

/* --- ra/ and the folders in it ------------------------------------------- */

int
ra_stat(struct ask *ask, struct node folder, struct stat *st)
{
	const struct ra_folder	*ra;
	usec_t			 changed = 0;

	if (folder.a >= RA_FOLDERS)
		return (0);
	ra = &ra_folders[folder.a];
	if (ra->draft != 0)
		changed = drafts_changed(ask->view,
		    (enum draft_kind)ra->draft);
	else if (ra->place != 0)
		changed = dossiers_changed(ask->view,
		    (enum dossier_place)ra->place);
	stat_time(st, later(changed, ask->tree->born));
	return (1);
}

int
dossier_number(const char *name, int64_t *id)
{
	char	again[24];

	*id = strtoll(name, NULL, 10);
	snprintf(again, sizeof(again), "%" PRId64, *id);
	return (*id > 0 && strcmp(name, again) == 0);
}

int
ra_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	const struct ra_folder	*ra;
	struct dossier		 dossier;
	struct draft		 draft;
	int64_t			 id;

	if (folder.a >= RA_FOLDERS)
		return (0);
	ra = &ra_folders[folder.a];
	if (ra->draft != 0) {
		if (draft_find(ask->view, (enum draft_kind)ra->draft, name,
		    &draft) != 1)
			return (0);
		*to = node_of_folder(DESK_DRAFT, draft.id);
		return (1);
	}
	if (ra->place == 0 || !dossier_number(name, &id) ||
	    dossier_get(ask->view, id, &dossier) != 1 ||
	    dossier.place != ra->place)
		return (0);
	*to = node_of_folder(DESK_DOSSIER, id);
	return (1);
}

struct desk_walk {
	struct ask	*ask;
	struct listing	*to;
	int64_t		 folder;
	bool		 full;
};

static int
list_draft(void *arg, const struct draft *draft)
{
	struct desk_walk	*walk = arg;

	return (walk->to->put(walk->to, draft->name,
	    node_of_folder(DESK_DRAFT, draft->id), (uint64_t)draft->id,
	    NULL));
}

static int
list_dossier(void *arg, const struct dossier *dossier)
{
	struct desk_walk	*walk = arg;
	char			 name[24];

	snprintf(name, sizeof(name), "%" PRId64, dossier->id);
	return (walk->to->put(walk->to, name,
	    node_of_folder(DESK_DOSSIER, dossier->id),
	    (uint64_t)dossier->id, NULL));
}

void
ra_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct desk_walk	 walk = { .ask = ask, .to = to };
	const struct ra_folder	*ra;

	if (folder.a >= RA_FOLDERS)
		return;
	ra = &ra_folders[folder.a];
	if (ra->draft != 0)
		drafts_list(ask->view, (enum draft_kind)ra->draft,
		    (int64_t)after, list_draft, &walk);
	else if (ra->place != 0)
		dossiers_in(ask->view, (enum dossier_place)ra->place,
		    (int64_t)after, list_dossier, &walk);
}

/* --- a dossier, a draft, and their documents ----------------------------- */

/* Where the folder's object is listed; 0: there is no such folder. */
static int
outer_row(struct ask *ask, int64_t folder, uint64_t *row, usec_t *changed)
{
	struct dossier	dossier;
	struct draft	draft;
	uint64_t	i;
	unsigned	kind = 0, place = 0;

	switch (DESK_KIND(folder)) {
	case DESK_DOSSIER:
	case DESK_DOSSIER_DOCUMENTS:
		if (dossier_get(ask->view, DESK_OBJECT(folder), &dossier) != 1)
			return (0);
		place = dossier.place;
		*changed = later(dossier.opened, dossier.moved);
		break;
	case DESK_DRAFT:
	case DESK_DRAFT_DOCUMENTS:
		if (draft_get(ask->view, DESK_OBJECT(folder), &draft) != 1)
			return (0);
		kind = draft.kind;
		*changed = later(draft.since, draft.changed);
		break;
	default:
		return (0);
	}
	for (i = 1; i < RA_FOLDERS; i++)
		if (ra_folders[i].draft == kind &&
		    ra_folders[i].place == place)
			break;
	*row = i;
	return (i < RA_FOLDERS);
}

/*
 * revoke/batch/, revoke/reports/: for all, each for his own files, which the
 * sticky bit keeps from others; only officers see what others reported.
 */
static bool
is_of_revoke(int64_t folder)
{
	return (folder == DESK_FOLDER(DESK_BATCH, 1) ||
	    folder == DESK_FOLDER(DESK_REPORTS, 1));
}

static void
revoke_mode(struct ask *ask, mode_t mode, struct stat *st)
{
	st->st_mode = mode;
	st->st_gid = ask->tree->parts.role_gid(ROLE_REVOCATION);
}

int
desk_stat(struct ask *ask, struct node folder, struct stat *st)
{
	int64_t		number = (int64_t)folder.a;
	uint64_t	row;
	usec_t		changed = ask->tree->born;

	if (is_of_revoke(number))
		revoke_mode(ask, S_IFDIR | (DESK_KIND(number) == DESK_BATCH ?
		    01777 : 01773), st);
	else if (!outer_row(ask, number, &row, &changed))
		return (0);
	changed = later(changed, desk_changed(ask->view, number));
	changed = later(changed, drops_changed(ask->tree->drops, -number));
	stat_time(st, changed);
	return (1);
}

/* The documents' folder is in that of the object, and has the next number. */
static bool
holds_documents(int64_t folder)
{
	return (DESK_KIND(folder) == DESK_DOSSIER ||
	    DESK_KIND(folder) == DESK_DRAFT);
}

int
desk_parent(struct ask *ask, struct node folder, struct node *to)
{
	int64_t		number = (int64_t)folder.a;
	uint64_t	row;
	usec_t		changed;

	if (is_of_revoke(number)) {
		*to = node_of(NODE_REVOKE, 0);
		return (DESK_OBJECT(number) == 1);
	}
	if (!outer_row(ask, number, &row, &changed))
		return (0);
	*to = holds_documents(number) ? node_of(NODE_RA, row) :
	    node_of(NODE_DESK, folder.a - 1);
	return (1);
}

static struct node
node_of_desk_file(const struct desk_file *file)
{
	return (node_of(file->generated ? NODE_DESK_TEXT : NODE_DESK_FILE,
	    (uint64_t)file->id));
}

int
desk_find_name(struct ask *ask, int64_t folder, const char *name,
    struct node *to)
{
	struct drop_info	info;
	struct desk_file	file;

	if (drops_named(ask->tree->drops, -folder, name, &info) &&
	    !info.registered) {
		*to = node_of(NODE_DESK_FILE, info.id);
		return (1);
	}
	if (desk_file_find(ask->view, folder, name, &file) != 1)
		return (0);
	*to = node_of_desk_file(&file);
	return (1);
}

int
desk_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	int64_t	number = (int64_t)folder.a;

	if (holds_documents(number) && strcmp(name, "documents") == 0) {
		*to = node_of(NODE_DESK, folder.a + 1);
		return (1);
	}
	if (DESK_KIND(number) == DESK_DOSSIER &&
	    strcmp(name, LINK_NAME) == 0) {
		*to = node_of(NODE_DESK_LINK, (uint64_t)DESK_OBJECT(number));
		return (1);
	}
	return (desk_find_name(ask, number, name, to));
}

static int
put_stored(void *arg, const struct desk_file *file)
{
	struct desk_walk	*walk = arg;

	walk->full = walk->to->put(walk->to, file->name,
	    node_of_desk_file(file), (uint64_t)PART_STORED << PART_BITS |
	    (uint64_t)file->id, NULL) != 0;
	return (walk->full);
}

void
desk_list_names(struct ask *ask, int64_t folder, uint64_t after,
    struct listing *to)
{
	struct desk_walk	walk = { ask, to, folder, false };
	struct drop_info	info;
	uint64_t		part = after >> PART_BITS;
	uint64_t		id = after & PART_MASK;

	if (part <= PART_STORED)
		desk_files_of(ask->view, folder, part == PART_STORED ?
		    (int64_t)id : 0, put_stored, &walk);
	if (part != PART_SLAB)
		id = 0;
	while (!walk.full &&
	    drops_next(ask->tree->drops, -folder, id, &info)) {
		id = info.id;
		walk.full = to->put(to, info.name,
		    node_of(NODE_DESK_FILE, id),
		    (uint64_t)PART_SLAB << PART_BITS | id, NULL) != 0;
	}
}

void
desk_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	static const char *const always[] = { "documents", LINK_NAME };
	struct node		 node;
	uint64_t		 key;

	for (key = 1; key <= 2; key++) {
		if (after >= ((uint64_t)PART_ALWAYS << PART_BITS | key) ||
		    (key == 2 && DESK_KIND((int64_t)folder.a) !=
		    DESK_DOSSIER) || !holds_documents((int64_t)folder.a))
			continue;
		(void)desk_lookup(ask, folder, always[key - 1], &node);
		if (to->put(to, always[key - 1], node,
		    (uint64_t)PART_ALWAYS << PART_BITS | key, NULL) != 0)
			return;
	}
	desk_list_names(ask, (int64_t)folder.a, after, to);
}

/* --- files --------------------------------------------------------------- */

/* In a box an agreement is its subscriber's; all else is the officers'. */
gid_t
desk_group(struct ask *ask, int64_t folder)
{
	struct subscriber	subscriber;
	struct box		box;

	if (DESK_KIND(folder) == DESK_BOX &&
	    box_get(ask->view, DESK_OBJECT(folder), &box) == 1 &&
	    subscriber_get(ask->view, box.subscriber, &subscriber) == 1)
		return (subscriber.gid);
	return (ask->tree->parts.role_gid(is_of_revoke(folder) ?
	    ROLE_REVOCATION : ROLE_RA));
}

int
desk_file_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct drop_info	info;
	struct desk_file	file;
	bool			in_slab, in_store = false;

	in_slab = drops_find(ask->tree->drops, node.a, &info);
	if (!in_slab || info.registered)
		in_store = desk_file_get(ask->view, (int64_t)node.a,
		    &file) == 1 && !file.generated;
	if ((in_slab && is_of_revoke(-info.box)) ||
	    (in_store && is_of_revoke(file.folder)))
		revoke_mode(ask, S_IFREG | 0640, st);
	if (in_slab && !in_store && info.makers)
		st->st_mode = S_IFREG | 0640;
	if (in_slab) {
		st->st_uid = info.uid;
		st->st_gid = info.gid;
		stat_size(st, info.size);
		stat_time(st, info.time);
	}
	if (in_store) {
		st->st_uid = file.uid;
		st->st_gid = desk_group(ask, file.folder);
		if (!in_slab || !info.staged)
			stat_size(st, file.size);
		if (!in_slab || !info.timed)
			stat_time(st, file.mtime);
	}
	return (in_slab || in_store);
}

int
desk_file_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct desk_file	file;

	return (drops_content(ask->tree->drops, node.a, to) ||
	    (desk_file_get(ask->view, (int64_t)node.a, &file) == 1 &&
	    !file.generated && documents_read(ask->view, file.sha256, to) ==
	    1));
}

int
desk_text_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct desk_file	file;

	if (desk_file_get(ask->view, (int64_t)node.a, &file) != 1 ||
	    !file.generated)
		return (0);
	st->st_gid = desk_group(ask, file.folder);
	if (is_of_revoke(file.folder))
		st->st_uid = file.uid;
	stat_size(st, file.size);
	stat_time(st, file.time);
	return (1);
}

void
desk_text_was_read(struct tree *tree, struct node node, uid_t uid)
{
	desk_was_read(tree->parts.authority, (int64_t)node.a, uid);
}

int
desk_text_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct desk_file	file;

	return (desk_file_get(ask->view, (int64_t)node.a, &file) == 1 &&
	    file.generated &&
	    documents_read(ask->view, file.sha256, to) == 1);
}

/* --- the link ------------------------------------------------------------ */

/* To the working folder it is about, else to the subscriber's box. */
int
desk_link_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct subscriber	subscriber;
	struct dossier		dossier;
	struct draft		draft;
	int			there;

	if (dossier_get(ask->view, (int64_t)node.a, &dossier) != 1)
		return (0);
	if (dossier.kind == DOSSIER_REGISTRATION ||
	    dossier.kind == DOSSIER_AUTHORITY)
		there = draft_get(ask->view, dossier.object, &draft);
	else
		there = draft_of_object(ask->view, DRAFT_SUBSCRIBER,
		    dossier.subscriber, &draft);
	if (there)
		bytes_printf(to, "../../%s/%s", draft.kind ==
		    DRAFT_AUTHORITY ? "authorities" : "subscribers",
		    draft.name);
	else if (subscriber_get(ask->view, dossier.subscriber,
	    &subscriber) == 1)
		bytes_printf(to, "../../../requests/%s", subscriber.name);
	else
		bytes_put_text(to, "../../subscribers");
	return (1);
}

int
desk_link_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct dossier	dossier;
	struct bytes	target = { 0 };

	if (dossier_get(ask->view, (int64_t)node.a, &dossier) != 1)
		return (0);
	(void)desk_link_content(ask, node, &target);
	stat_size(st, target.size);
	stat_time(st, dossier.opened);
	bytes_free(&target);
	return (1);
}
