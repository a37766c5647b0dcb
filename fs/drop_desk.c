/*
 * The rules of the registration desk's folders, and of agreements in a box:
 * what a name means there is the authority's to say (ca/desk.h).  Whatever is
 * written counts, at the flush and also when it is faulty; only the names that
 * programs give to files of their own are scratch.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/desk.h"
#include "../ca/report.h"
#include "../status/publisher.h"
#include "drops_private.h"
#include "tree_parts.h"

static bool
desk_is_scratch(int64_t box, const char *name)
{
	return (drop_name_is_programs(name));
}

/*
 * What a program's own file is asked for as: a name that counts where it lies,
 * and is text like any other.
 */
static void
stand_in(int64_t box, const char *name, char to[256])
{
	bool	programs = drop_name_is_programs(name);

	if (programs && DESK_KIND(-box) == DESK_REPORTS)
		name = REPORT_SCRATCH;
	snprintf(to, 256, programs && DESK_KIND(-box) == DESK_DOSSIER ?
	    "decision%s.p7s" : "%s", name);
	if (to[0] == '.')
		to[0] = '_';
}

/* In revoke/ a refusal stands in refused/<uid>.txt; there is no `state`. */
static void
note_refused(struct drops *drops, int64_t box, const char *name, uid_t uid,
    const struct err *fault)
{
	struct revocation_act	act = { .uid = uid };

	if (!desk_is_of_revoke(-box))
		return;
	snprintf(act.serial, sizeof(act.serial), "%.*s",
	    (int)sizeof(act.serial) - 1, name);
	publisher_refused(drops->tree->parts.publisher, &act, fault);
}

struct refusal {
	struct drops	*drops;
	int64_t		 box;
	uid_t		 uid;
	char		 name[256];
	struct err	 fault;
};

static void
record_refusal(void *arg)
{
	struct refusal	*r = arg;

	note_refused(r->drops, r->box, r->name, r->uid, &r->fault);
	free(r);
}

/* Under a lock: what waits is done elsewhere. */
static void
desk_refuse(struct drops *drops, int64_t box, const char *name, uid_t uid,
    const struct err *fault)
{
	struct refusal	*r;

	if (!desk_is_of_revoke(-box)) {
		desk_was_refused(drops->tree->parts.authority, -box, uid,
		    fault);
		return;
	}
	if ((r = calloc(1, sizeof(*r))) == NULL)
		die("out of memory");
	*r = (struct refusal){ .drops = drops, .box = box, .uid = uid,
	    .fault = *fault };
	snprintf(r->name, sizeof(r->name), "%s", name);
	errands_run(drops->tree->errands, record_refusal, r);
}

/* --- who may -------------------------------------------------------------- */

static int
ask_desk(struct drops *drops, int64_t box, const char *name, uid_t uid,
    uint64_t *most, struct err *err)
{
	char		plain[256];
	size_t		max = 0;

	stand_in(box, name, plain);
	if (desk_may_write(drops->tree->parts.authority, -box, plain, uid,
	    &max, err) == -1) {
		note_refused(drops, box, name, uid, err);
		return (fault_errno(err));
	}
	*most = max;
	return (0);
}

static int
desk_may_drop(struct drops *drops, int64_t box, const char *name, uid_t uid,
    uint64_t *most, struct err *err)
{
	return (ask_desk(drops, box, name, uid, most, err));
}

static int
desk_may_change(struct drops *drops, const struct found *found, uid_t uid,
    uint64_t *most)
{
	const char	*name = found->in_store ? found->stored.name :
			    found->info.name;
	struct err	 err;
	int		 code;

	code = ask_desk(drops, found->box, name, uid, most, &err);
	if (code != 0 || found->in_store || !found->info.makers ||
	    found->info.uid == uid)
		return (code);
	err_set(&err, EPERM, DROP_IS_ANOTHERS, (unsigned)found->info.uid);
	desk_refuse(drops, found->box, name, uid, &err);
	return (EPERM);
}

/* What the authority says of it is all there is to say. */
static int
desk_check_name(struct ask *ask, int64_t box, const char *name)
{
	return (0);
}

static void
desk_owner(struct ask *ask, int64_t box, uid_t uid, int64_t *subscriber,
    gid_t *gid)
{
	*gid = desk_group(ask, -box);
}

static int
desk_stored(struct ask *ask, uint64_t file, struct stored *to)
{
	struct desk_file	row;

	if (desk_file_get(ask->view, (int64_t)file, &row) != 1 ||
	    row.removed != 0 || row.generated)
		return (0);
	to->file = file;
	to->box = -row.folder;
	to->uid = row.uid;
	to->mtime = row.mtime;
	to->size = row.size;
	memcpy(to->sha256, row.sha256, sizeof(to->sha256));
	memcpy(to->name, row.name, sizeof(to->name));
	return (1);
}

/* Its result is there, or it goes on by itself. */
static void
batch_done(void *arg, const struct err *fault)
{
	struct drop_order	*order = arg;

	order->done(order, true, fault);
}

/* Recorded, then answered; not by the committer's thread: it waits for it. */
struct refused_order {
	struct drop_order	*order;
	struct err		 fault;
};

static void
record_and_answer(void *arg)
{
	struct refused_order	*refused = arg;
	struct drop_order	*order = refused->order;

	note_refused(order->drops, order->box, order->name, order->uid,
	    &refused->fault);
	/* mv says something else than it means of EINVAL. */
	if (order->renamed && refused->fault.code == EINVAL)
		refused->fault.code = EBADMSG;
	order->done(order, false, &refused->fault);
	free(refused);
}

static void
refuse_order(struct drop_order *order, const struct err *fault)
{
	struct refused_order	*refused = calloc(1, sizeof(*refused));

	if (refused == NULL)
		die("out of memory");
	refused->order = order;
	refused->fault = *fault;
	errands_run(order->drops->tree->errands, record_and_answer, refused);
}

static void
desk_decided(void *arg, bool kept, const struct err *fault)
{
	struct drop_order	*order = arg;

	if (!kept && fault != NULL && desk_is_of_revoke(-order->box)) {
		refuse_order(order, fault);
		return;
	}
	if (!kept || fault != NULL ||
	    DESK_KIND(-order->box) != DESK_BATCH) {
		order->done(order, kept, fault);
	} else if (order->renamed) {
		/* A slow rename would stop every other one in the mount. */
		publisher_batch(order->drops->tree->parts.publisher,
		    (int64_t)order->file, NULL, NULL);
		order->done(order, kept, NULL);
	} else {
		publisher_batch(order->drops->tree->parts.publisher,
		    (int64_t)order->file, batch_done, order);
	}
}

static void
desk_submit_order(struct drop_order *order)
{
	struct desk_write	write = {
		.folder = -order->box, .file = (int64_t)order->file,
		.uid = order->uid, .mtime = order->mtime,
		.bytes = SLICE(&order->bytes) };

	memcpy(write.name, order->name, sizeof(write.name));
	write.origin = order->origin;
	memcpy(write.origin_name, order->origin_name,
	    sizeof(write.origin_name));
	desk_submit(order->drops->tree->parts.authority, &write,
	    desk_decided, order);
}

static int
desk_remove_file(struct drops *drops, const struct stored *stored, uid_t uid,
    struct err *err)
{
	int	rc;

	rc = desk_remove(drops->tree->parts.authority, (int64_t)stored->file,
	    uid, err);
	if (rc == -1)
		note_refused(drops, stored->box, stored->name, uid, err);
	return (rc);
}

static int
desk_rename_file(struct drops *drops, uint64_t file, int64_t box,
    const char *name, uid_t uid, struct err *err)
{
	int	rc;

	rc = desk_rename(drops->tree->parts.authority, (int64_t)file, -box,
	    name, uid, err);
	if (rc == -1)
		note_refused(drops, box, name, uid, err);
	return (rc);
}

static int
desk_set_file_time(struct drops *drops, uint64_t file, usec_t when,
    struct err *err)
{
	return (desk_set_time(drops->tree->parts.authority, (int64_t)file,
	    when, err));
}

static void
desk_file_was_read(struct drops *drops, uint64_t file, uid_t uid)
{
	desk_was_read(drops->tree->parts.authority, (int64_t)file, uid);
}

const struct drop_rules	desk_rules = {
	.class = NODE_DESK_FILE,
	.keeps_faulty = true,
	.makers_alone = true,
	.is_scratch = desk_is_scratch,
	.check_name = desk_check_name,
	.owner = desk_owner,
	.stored = desk_stored,
	.may_drop = desk_may_drop,
	.may_change = desk_may_change,
	.submit = desk_submit_order,
	.remove = desk_remove_file,
	.rename = desk_rename_file,
	.set_time = desk_set_file_time,
	.refused = desk_refuse,
	.was_read = desk_file_was_read,
};
