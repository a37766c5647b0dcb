/*
 * requests/: the boxes and what is in them.  NAME.csr is the store's slot or
 * a file of the slab, NAME.status, NAME.crt and NAME.notice stand beside it
 * when there is something to say.  What users do to it is in drop_*.c.
 */
#include <stdio.h>
#include <string.h>

#include "../ca/slot_status.h"
#include "../ca/store_certificates.h"
#include "../ca/store_desk.h"
#include "../ca/store_events.h"
#include "../ca/store_handover.h"
#include "../ca/store_registry.h"
#include "../ca/store_requests.h"
#include "drop_names.h"
#include "tree_parts.h"
#include "tree_state.h"

/* Keys of a listing: which part of the folder, and the key within it. */
#define PART_BITS	58
#define SLOT_KEYS	8	/* names of one slot, at most */
enum part { PART_BOXES = 1, PART_SLOTS, PART_FILES };

static uint64_t
part_key(enum part part, uint64_t key)
{
	return ((uint64_t)part << PART_BITS | key);
}

/* Where a part begins when the listing goes on behind `after`. */
static bool
part_begins(enum part part, uint64_t after, uint64_t *key)
{
	uint64_t	at = after >> PART_BITS;

	*key = at == (uint64_t)part ?
	    after & ((UINT64_C(1) << PART_BITS) - 1) : 0;
	return (at <= (uint64_t)part);
}

/* A subscriber's own: its terms and agreements are here. */
static bool
has_terms(const struct box *box)
{
	return (box->id != BOX_ROOT && box->profile[0] == '\0');
}

/* --- the box ------------------------------------------------------------- */

int
box_stat(struct ask *ask, struct node folder, struct stat *st)
{
	struct subscriber	subscriber;
	struct box		box;
	usec_t			changed, newest;

	if (box_get(ask->view, (int64_t)folder.a, &box) != 1)
		return (0);
	if (box.id == BOX_ROOT)
		st->st_mode = S_IFDIR | 0777;
	else if (subscriber_get(ask->view, box.subscriber, &subscriber) == 1)
		st->st_gid = subscriber.gid;
	newest = box.since > ask->tree->born ? box.since : ask->tree->born;
	if ((changed = statuses_changed(ask->view)) > newest)
		newest = changed;
	if ((changed = drops_changed(ask->tree->drops, box.id)) > newest)
		newest = changed;
	if (has_terms(&box) && (changed = desk_changed(ask->view,
	    DESK_FOLDER(DESK_BOX, box.id))) > newest)
		newest = changed;
	stat_time(st, newest);
	return (1);
}

int
box_parent(struct ask *ask, struct node folder, struct node *to)
{
	struct box	box, outer;

	if (box_get(ask->view, (int64_t)folder.a, &box) != 1)
		return (0);
	*to = node_of(NODE_BOX, BOX_ROOT);
	if (box.profile[0] != '\0' &&
	    box_find(ask->view, box.subscriber, "", &outer) == 1)
		*to = node_of(NODE_BOX, (uint64_t)outer.id);
	return (1);
}

/* The boxes inside a box: of a subscriber, or of one of its profiles. */
static int
inner_box(struct ask *ask, const struct box *box, const char *name,
    struct node *to)
{
	struct subscriber	subscriber;
	struct box		inner;
	char			slot_name[SLOT_NAME + 1];
	size_t			i;

	if (box->id == BOX_ROOT) {
		/* No subscriber is called like a request (registration). */
		if (drop_name_kind(name, slot_name) != NAME_SCRATCH ||
		    subscriber_find(ask->view, name, &subscriber) != 1 ||
		    box_find(ask->view, subscriber.id, "", &inner) != 1)
			return (0);
	} else {
		if (box->profile[0] != '\0' || name[0] == '\0' ||
		    subscriber_get(ask->view, box->subscriber,
		    &subscriber) != 1)
			return (0);
		for (i = 0; i < 8; i++)
			if (strcmp(subscriber.profiles[i], name) == 0)
				break;
		if (i == 8 || box_find(ask->view, subscriber.id, name,
		    &inner) != 1)
			return (0);
	}
	*to = node_of(NODE_BOX, (uint64_t)inner.id);
	return (1);
}

/* The terms in force, as a file of this box: who reads them is told them. */
static int
box_terms(struct ask *ask, const struct box *box, struct node *to)
{
	struct node	terms;

	if (!has_terms(box) || !terms_at(ask, 0, &terms))
		return (0);
	*to = node_of_two(NODE_TERMS, terms.a, (uint64_t)box->id);
	return (1);
}

static struct node
node_of_chain(const struct slot *slot)
{
	return (node_of_two(NODE_CHAIN, (uint64_t)slot->id,
	    (uint64_t)slot->certificate));
}

static struct node
node_of_refusal(const struct drop_info *info)
{
	return (node_of_two(NODE_UNREGISTERED, info->row, info->verdict));
}

/* What the CA signed for the package that lies in the slot. */
static bool
slot_receipt(struct ask *ask, const struct slot *slot, struct node *to)
{
	struct package_row	row;
	const char		*dot = strrchr(slot->file_name, '.');

	if (dot == NULL || strcmp(dot, ".p7m") != 0 ||
	    package_of_slot(ask->view, slot->box, slot->name, &row) != 1 ||
	    row.receipt_sha256[0] == '\0' ||
	    strcmp(row.sha256, slot->sha256) != 0)
		return (false);
	*to = node_of(NODE_RECEIPT, (uint64_t)row.id);
	return (true);
}

static struct node
node_of_status(struct ask *ask, const struct slot *slot)
{
	return (node_of_two(NODE_STATUS, (uint64_t)slot->status,
	    (uint64_t)(slot_status_reason(ask->view, slot) + 1)));
}

/* NAME.status and NAME.crt, of the slot or of what is no request. */
static int
beside_lookup(struct ask *ask, const struct box *box, enum drop_name kind,
    const char *slot_name, struct node *to)
{
	struct drop_info	info;
	struct slot		slot;

	if (slot_find(ask->view, box->id, slot_name, &slot) == 1 &&
	    slot.sha256[0] != '\0') {
		if (kind == NAME_CHAIN) {
			*to = node_of_chain(&slot);
			return (slot.certificate != 0);
		}
		if (kind == NAME_NOTICE)
			return (find_slot_notice(ask, &slot, to));
		if (kind == NAME_RECEIPT)
			return (slot_receipt(ask, &slot, to));
		*to = node_of_status(ask, &slot);
		return (slot.status != 0);
	}
	if (kind != NAME_STATUS ||
	    (!drops_of_slot(ask->tree->drops, box->id, slot_name, &info) &&
	    !drops_absent_of_slot(ask->tree->drops, box->id, slot_name,
	    &info)) || info.verdict == 0)
		return (0);
	*to = node_of_refusal(&info);
	return (1);
}

int
box_lookup(struct ask *ask, struct node folder, const char *name,
    struct node *to)
{
	struct drop_info	info;
	struct box		box;
	struct slot		slot;
	char			slot_name[SLOT_NAME + 1];
	enum drop_name		kind;

	if (box_get(ask->view, (int64_t)folder.a, &box) != 1)
		return (0);
	if (inner_box(ask, &box, name, to))
		return (1);
	if (strcmp(name, "terms.txt") == 0)
		return (box_terms(ask, &box, to));
	if (has_terms(&box) && drop_name_is_agreement(name) &&
	    desk_find_name(ask, DESK_FOLDER(DESK_BOX, box.id), name, to))
		return (1);
	kind = drop_name_kind(name, slot_name);
	if (kind == NAME_STATUS || kind == NAME_CHAIN ||
	    kind == NAME_RECEIPT || kind == NAME_NOTICE)
		return (beside_lookup(ask, &box, kind, slot_name, to));
	if (drops_named(ask->tree->drops, box.id, name, &info) &&
	    !info.registered) {
		*to = node_of(NODE_DROP, info.id);
		return (1);
	}
	if (kind != NAME_REQUEST || slot_find_file(ask->view, box.id, name,
	    &slot) != 1 || slot.sha256[0] == '\0')
		return (0);
	*to = node_of(NODE_DROP, (uint64_t)slot.file);
	return (1);
}

/* --- listing ------------------------------------------------------------- */

struct box_walk {
	struct ask	*ask;
	struct listing	*to;
	struct box	 box;
	uint64_t	 behind;	/* keys up to this one are done */
	bool		 full;
};

static int
put_inner_box(struct box_walk *walk, const char *name, uint64_t key)
{
	struct node	node;

	if (!inner_box(walk->ask, &walk->box, name, &node))
		return (0);
	walk->full = walk->to->put(walk->to, name, node,
	    part_key(PART_BOXES, key), NULL) != 0;
	return (walk->full);
}

static int
list_subscriber(void *arg, const struct subscriber *row)
{
	return (put_inner_box(arg, row->name, (uint64_t)row->id));
}

/* Of a subscriber's box: the terms, then a box for each profile. */
static void
list_profiles(struct box_walk *walk)
{
	struct subscriber	subscriber;
	struct node		node;
	uint64_t		key;

	if (subscriber_get(walk->ask->view, walk->box.subscriber,
	    &subscriber) != 1)
		return;
	if (walk->behind < 1 && box_terms(walk->ask, &walk->box, &node))
		walk->full = walk->to->put(walk->to, "terms.txt", node,
		    part_key(PART_BOXES, 1), NULL) != 0;
	for (key = 2; key < 10 && !walk->full; key++)
		if (key > walk->behind &&
		    subscriber.profiles[key - 2][0] != '\0')
			put_inner_box(walk, subscriber.profiles[key - 2],
			    key);
}

static int
list_slot(void *arg, const struct slot *slot)
{
	struct box_walk	*walk = arg;
	struct {
		const char	*suffix;
		struct node	 node;
		bool		 there;
	}		 names[] = {
		{ NULL, node_of(NODE_DROP, (uint64_t)slot->file), true },
		{ ".status", node_of_status(walk->ask, slot),
		    slot->status != 0 },
		{ ".crt", node_of_chain(slot), slot->certificate != 0 },
		{ ".receipt.p7s", { 0 }, false },
		{ ".notice", { 0 }, false },
	};
	char		 name[256];
	uint64_t	 key = (uint64_t)slot->id * SLOT_KEYS;
	size_t		 i;

	names[3].there = slot_receipt(walk->ask, slot, &names[3].node);
	names[4].there = find_slot_notice(walk->ask, slot, &names[4].node);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++, key++) {
		if (!names[i].there || key + 1 <= walk->behind)
			continue;
		if (names[i].suffix == NULL)
			snprintf(name, sizeof(name), "%s", slot->file_name);
		else
			snprintf(name, sizeof(name), "%s%s", slot->name,
			    names[i].suffix);
		walk->full = walk->to->put(walk->to, name, names[i].node,
		    part_key(PART_SLOTS, key + 1), NULL) != 0;
		if (walk->full)
			return (1);
	}
	return (0);
}

/* An even key is the file, the odd one behind it its NAME.status. */
static void
put_refusal(struct box_walk *walk, const struct drop_info *info)
{
	char	slot[SLOT_NAME + 1], name[256];

	if (info->verdict == 0 ||
	    drop_name_kind(info->name, slot) != NAME_REQUEST)
		return;
	snprintf(name, sizeof(name), "%s.status", slot);
	walk->full = walk->to->put(walk->to, name, node_of_refusal(info),
	    part_key(PART_FILES, info->id * 2 + 1), NULL) != 0;
}

static void
list_files(struct box_walk *walk)
{
	struct drops		*drops = walk->ask->tree->drops;
	struct drop_info	 info;
	uint64_t		 id = walk->behind / 2;

	if (walk->behind > 0 && walk->behind % 2 == 0 &&
	    drops_find(drops, id, &info) && !info.registered)
		put_refusal(walk, &info);
	while (!walk->full && drops_next(drops, walk->box.id, id, &info)) {
		id = info.id;
		walk->full = !info.absent && walk->to->put(walk->to,
		    info.name, node_of(NODE_DROP, id),
		    part_key(PART_FILES, id * 2), NULL) != 0;
		if (!walk->full)
			put_refusal(walk, &info);
	}
}

void
box_list(struct ask *ask, struct node folder, uint64_t after,
    struct listing *to)
{
	struct box_walk	walk = { .ask = ask, .to = to };

	if (box_get(ask->view, (int64_t)folder.a, &walk.box) != 1)
		return;
	if (part_begins(PART_BOXES, after, &walk.behind)) {
		if (walk.box.id == BOX_ROOT)
			subscribers_list(ask->view, (int64_t)walk.behind,
			    list_subscriber, &walk);
		else if (has_terms(&walk.box))
			list_profiles(&walk);
	}
	/* Begin with the slot that is not finished. */
	if (!walk.full && part_begins(PART_SLOTS, after, &walk.behind))
		slots_of_box(ask->view, walk.box.id,
		    walk.behind < SLOT_KEYS ? 0 :
		    (int64_t)(walk.behind / SLOT_KEYS) - 1, list_slot, &walk);
	if (!walk.full && part_begins(PART_FILES, after, &walk.behind))
		list_files(&walk);
	/* The desk's own parts come last. */
	if (!walk.full && has_terms(&walk.box))
		desk_list_names(ask, DESK_FOLDER(DESK_BOX, walk.box.id),
		    after, to);
}

/* --- files --------------------------------------------------------------- */

static void
slot_owner(struct ask *ask, const struct slot *slot, struct stat *st)
{
	struct subscriber	subscriber;

	st->st_uid = slot->uid;
	if (subscriber_get(ask->view, slot->subscriber, &subscriber) == 1)
		st->st_gid = subscriber.gid;
}

int
drop_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct drop_info	info;
	struct slot		slot;
	bool			in_slab, in_store = false;

	in_slab = drops_find(ask->tree->drops, node.a, &info);
	if (!in_slab || info.registered)
		in_store = slot_of_file(ask->view, (int64_t)node.a,
		    &slot) == 1 && slot.sha256[0] != '\0';
	if (in_slab) {
		st->st_uid = info.uid;
		st->st_gid = info.gid;
		stat_size(st, info.size);
		stat_time(st, info.time);
	}
	if (in_store) {
		slot_owner(ask, &slot, st);
		if (!in_slab || !info.staged)
			stat_size(st, slot.size);
		if (!in_slab || !info.timed)
			stat_time(st, slot.mtime);
	}
	/* A scratch file that became an agreement, to whoever has it open. */
	return (in_slab || in_store || desk_file_stat(ask, node, st));
}

int
drop_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct slot	slot;

	if (drops_content(ask->tree->drops, node.a, to))
		return (1);
	return (slot_of_file(ask->view, (int64_t)node.a, &slot) == 1 &&
	    slot.sha256[0] != '\0' &&
	    documents_read(ask->view, slot.sha256, to) == 1);
}

int
status_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct status_row	row;
	struct slot		slot;
	struct bytes		text = { 0 };
	usec_t			since;
	int			there;

	if (status_get(ask->view, (int64_t)node.a, &row) != 1 ||
	    slot_get(ask->view, row.slot, &slot) != 1)
		return (0);
	slot_owner(ask, &slot, st);
	there = node.b == 0 ? 1 : slot_status_text(ask->view, row.id,
	    (int)node.b - 1, &text, &since);
	if (node.b != 0 && there == 1) {
		row.size = text.size;
		row.time = since;
	}
	stat_size(st, row.size);
	stat_time(st, row.time);
	bytes_free(&text);
	/* What is damaged is there, and says so when it is read. */
	return (there != 0);
}

int
status_content(struct ask *ask, struct node node, struct bytes *to)
{
	usec_t	since;

	return (slot_status_text(ask->view, (int64_t)node.a, (int)node.b - 1,
	    to, &since));
}

int
chain_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct certificate	row;
	struct slot		slot;

	if (slot_get(ask->view, (int64_t)node.a, &slot) != 1 ||
	    certificate_get(ask->view, (int64_t)node.b, &row) != 1)
		return (0);
	slot_owner(ask, &slot, st);
	stat_size(st, chain_size(ask, &row));
	stat_time(st, row.issued);
	return (1);
}

int
chain_content(struct ask *ask, struct node node, struct bytes *to)
{
	return (chain_bytes(ask, (int64_t)node.b, to));
}

int
receipt_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct document_row	document;
	struct package_row	row;
	struct slot		slot;

	if (package_get(ask->view, (int64_t)node.a, &row) != 1 ||
	    documents_find(ask->view, row.receipt_sha256, &document) != 1 ||
	    slot_find(ask->view, row.box, row.slot, &slot) != 1)
		return (0);
	slot_owner(ask, &slot, st);
	stat_size(st, document.size);
	stat_time(st, document.time);
	return (1);
}

int
receipt_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct package_row	row;

	return (package_get(ask->view, (int64_t)node.a, &row) == 1 &&
	    documents_read(ask->view, row.receipt_sha256, to) == 1);
}

int
unregistered_stat(struct ask *ask, struct node node, struct stat *st)
{
	struct drop_info	info;
	struct bytes		text = { 0 };
	usec_t			when = 0;
	int			there;

	there = drops_refusal(ask->tree->drops, (size_t)node.a, node.b,
	    &info, &when, &text);
	if (there) {
		st->st_uid = info.uid;
		st->st_gid = info.gid;
		stat_size(st, text.size);
		stat_time(st, when);
	}
	bytes_free(&text);
	return (there);
}

int
unregistered_content(struct ask *ask, struct node node, struct bytes *to)
{
	struct drop_info	info;
	usec_t			when;

	return (drops_refusal(ask->tree->drops, (size_t)node.a, node.b,
	    &info, &when, to));
}
