/*
 * The rules of the boxes in requests/: an allow-list of names is a request of
 * one subscriber's slot, every other name is scratch (DESIGN 2.1).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_events.h"
#include "../ca/store_registry.h"
#include "drops_private.h"

static bool
box_is_scratch(int64_t box, const char *name)
{
	char	slot[SLOT_NAME + 1];

	return (drop_name_kind(name, slot) != NAME_REQUEST);
}

/* Another suffix for a slot in use (DESIGN 2.1). */
static bool
slot_is_taken(struct ask *ask, int64_t box, const char *slot_name,
    const char *name)
{
	struct slot		slot;
	struct drop_info	info;

	if (slot_find(ask->view, box, slot_name, &slot) == 1 &&
	    slot.sha256[0] != '\0' && strcmp(slot.file_name, name) != 0)
		return (true);
	return (drops_of_slot(ask->tree->drops, box, slot_name, &info) &&
	    strcmp(info.name, name) != 0);
}

/* Its NAME.status would be another's. */
static bool
is_agreement_slot(struct ask *ask, int64_t box, const char *slot)
{
	struct box	row;
	char		name[SLOT_NAME + 8];

	snprintf(name, sizeof(name), "%s.status", slot);
	return (drop_name_is_agreement(name) &&
	    box_get(ask->view, box, &row) == 1 && row.subscriber != 0 &&
	    row.profile[0] == '\0');
}

static int
box_check_name(struct ask *ask, int64_t box, const char *name)
{
	char	slot[SLOT_NAME + 1];

	switch (drop_name_kind(name, slot)) {
	case NAME_TOO_LONG:
		return (ENAMETOOLONG);
	case NAME_STATUS:
	case NAME_CHAIN:
	case NAME_NOTICE:
	case NAME_RECEIPT:
		return (EPERM);
	case NAME_REQUEST:
		if (is_agreement_slot(ask, box, slot))
			return (EPERM);
		return (slot_is_taken(ask, box, slot, name) ? EEXIST : 0);
	case NAME_SCRATCH:
		break;
	}
	return (0);
}

static void
box_owner(struct ask *ask, int64_t box, uid_t uid, int64_t *subscriber,
    gid_t *gid)
{
	struct subscriber	row;
	struct box		where;

	if (box_get(ask->view, box, &where) != 1)
		return;
	if (where.subscriber != 0 ?
	    subscriber_get(ask->view, where.subscriber, &row) == 1 :
	    subscriber_of_user(ask->view, uid, &row) == 1) {
		*subscriber = row.id;
		*gid = row.gid;
	}
}

static int
box_stored(struct ask *ask, uint64_t file, struct stored *to)
{
	struct slot	slot;

	if (slot_of_file(ask->view, (int64_t)file, &slot) != 1 ||
	    slot.sha256[0] == '\0')
		return (0);
	to->file = file;
	to->box = slot.box;
	to->slot = slot.id;
	to->subscriber = slot.subscriber;
	to->uid = slot.uid;
	to->mtime = slot.mtime;
	to->size = slot.size;
	memcpy(to->sha256, slot.sha256, sizeof(to->sha256));
	memcpy(to->name, slot.file_name, sizeof(slot.file_name));
	return (1);
}

static bool
box_is_refused(struct ask *ask, const struct stored *stored)
{
	struct request	request;
	struct slot	slot;

	return (slot_get(ask->view, stored->slot, &slot) != 1 ||
	    slot.request == 0 ||
	    request_get(ask->view, slot.request, &request) != 1 ||
	    request.state == REJECTED);
}

/* The number of open requests is no limit for scratch. */
static int
box_may_drop(struct drops *drops, int64_t box, const char *name, uid_t uid,
    uint64_t *most, struct err *err)
{
	const struct tree_parts	*parts = &drops->tree->parts;
	bool			 scratch = box_is_scratch(box, name);

	*most = scratch ? parts->config->scratch_max :
	    parts->config->request_max;
	if (requests_admit(parts->authority, box, uid, err) == 0 ||
	    (scratch && err->code == EDQUOT))
		return (0);
	return (fault_errno(err));
}

/* A slot belongs to its subscriber; what is not registered, likewise. */
static int
box_may_change(struct drops *drops, const struct found *found, uid_t uid,
    uint64_t *most)
{
	const struct config	*config = drops->tree->parts.config;
	struct ask		 ask;
	struct err		 err;
	bool			 may;

	tree_ask(drops->tree, &ask);
	may = subscriber_has_user(ask.view, found->in_store ?
	    found->stored.subscriber : found->info.subscriber, uid);
	tree_answered(&ask);
	/* An external RA's user acts for no subscriber: its own files. */
	if (!may && (found->in_store ? found->stored.uid :
	    found->info.uid) == uid)
		may = requests_admit(drops->tree->parts.authority,
		    found->box, uid, &err) == 0 || err.code == EDQUOT;
	*most = box_is_scratch(found->box, found->in_store ?
	    found->stored.name : found->info.name) ? config->scratch_max :
	    config->request_max;
	return (may ? 0 : EACCES);
}

static int
box_check(struct drops *drops, struct slice whole, struct err *err)
{
	int	complete = request_is_complete(whole, err);

	if (complete != 1)
		return (complete);
	return (requests_check(drops->tree->parts.authority, whole, err));
}

static int
box_whole(struct slice bytes, struct err *err)
{
	err->text[0] = '\0';
	if (request_is_complete(bytes, err) == 1)
		return (1);
	if (err->text[0] == '\0')
		err_set(err, EBADMSG,
		    "the request ends before it is complete");
	return (0);
}

/* --- submitting ---------------------------------------------------------- */

/* A refusal may have been registered too. */
static void
box_decided(void *arg, const struct err *fault)
{
	struct drop_order	*order = arg;
	struct stored		 stored;
	struct ask		 ask;
	bool			 kept = fault == NULL;

	if (!kept) {
		tree_ask(order->drops->tree, &ask);
		kept = box_stored(&ask, order->file, &stored) == 1;
		tree_answered(&ask);
	}
	order->done(order, kept, fault);
}

static void
box_submit(struct drop_order *order)
{
	struct drop	drop;

	drop_of_order(order, &drop);
	requests_submit(order->drops->tree->parts.authority, &drop,
	    order->renamed, box_decided, order);
}

struct turned_away {
	struct drop_order	*order;
	struct err		 why;
};

static void
record_turned_away(void *arg)
{
	struct turned_away	*t = arg;
	struct drop		 drop;
	struct err		 err;

	drop_of_order(t->order, &drop);
	if (requests_record_junk(t->order->drops->tree->parts.authority,
	    &drop, &t->why, &err) == -1)
		log_line("%s: not recorded: %s", t->order->name, err.text);
	box_decided(t->order, &t->why);
	free(t);
}

/* Recording it waits for a commit. */
static void
box_turn_away(struct drop_order *order, const struct err *why)
{
	struct turned_away	*t = malloc(sizeof(*t));

	if (t == NULL)
		die("out of memory");
	t->order = order;
	t->why = *why;
	errands_run(order->drops->tree->errands, record_turned_away, t);
}

static int
box_remove(struct drops *drops, const struct stored *stored, uid_t uid,
    struct err *err)
{
	return (requests_withdraw(drops->tree->parts.authority, stored->slot,
	    uid, err));
}

/* --- its time ------------------------------------------------------------ */

struct time_job {
	struct job	job;
	uint64_t	file;
	usec_t		time;
};

static int
store_time(struct job *job, struct tx *tx, struct err *err)
{
	struct time_job	*time = (struct time_job *)job;
	struct slot	 slot;

	if (slot_of_file(tx_view(tx), (int64_t)time->file, &slot) != 1)
		return (0);
	slot.mtime = time->time;
	return (slot_put(tx, &slot, err));
}

static int
box_set_time(struct drops *drops, uint64_t file, usec_t when,
    struct err *err)
{
	struct time_job	time = { .job.apply = store_time, .file = file,
			    .time = when };

	return (commit_wait(drops->tree->parts.committer, &time.job, err));
}

const struct drop_rules	box_rules = {
	.class = NODE_DROP,
	.is_scratch = box_is_scratch,
	.check_name = box_check_name,
	.owner = box_owner,
	.stored = box_stored,
	.is_refused = box_is_refused,
	.may_drop = box_may_drop,
	.may_change = box_may_change,
	.check = box_check,
	.whole = box_whole,
	.submit = box_submit,
	.turn_away = box_turn_away,
	.remove = box_remove,
	.set_time = box_set_time,
};
