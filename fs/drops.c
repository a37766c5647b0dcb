/*
 * What is in the drop boxes beside the store's slots; see drops.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/status_text.h"
#include "../ca/store_desk.h"
#include "../ca/store_events.h"
#include "../ca/store_registry.h"
#include "drops_private.h"

#define IDS_IN_BLOCK	65536

/* --- ids ----------------------------------------------------------------- */

struct id_job {
	struct job	 job;
	struct drops	*drops;
	int64_t		 first;
};

static int
take_ids(struct job *job, struct tx *tx, struct err *err)
{
	return (meta_take_numbers(tx, "next-file-id", IDS_IN_BLOCK,
	    &((struct id_job *)job)->first, err));
}

static void
ids_taken(struct job *job, const struct err *fault)
{
	struct id_job	*ids = (struct id_job *)job;

	drops_lock(ids->drops);
	if (fault == NULL)
		slab_add_ids(ids->drops->tree->slab, ids->first,
		    IDS_IN_BLOCK);
	ids->drops->ids_ordered = false;
	drops_unlock(ids->drops);
	free(ids);
}

void
drops_order_ids(struct drops *drops)
{
	struct id_job	*ids;
	bool		 order;

	drops_lock(drops);
	order = !drops->ids_ordered &&
	    slab_ids_left(drops->tree->slab) < IDS_IN_BLOCK / 2;
	if (order)
		drops->ids_ordered = true;
	drops_unlock(drops);
	if (!order)
		return;
	if ((ids = calloc(1, sizeof(*ids))) == NULL)
		die("out of memory");
	ids->job.apply = take_ids;
	ids->job.done = ids_taken;
	ids->drops = drops;
	commit_submit(drops->tree->parts.committer, &ids->job);
}

/* Essential: without them there is no tree to revoke in. */
static int
first_ids(struct drops *drops, struct err *err)
{
	struct id_job	ids = { .job.apply = take_ids,
	    .job.essential = true };

	if (slab_ids_left(drops->tree->slab) > 0)
		return (0);
	if (commit_wait(drops->tree->parts.committer, &ids.job, err) == -1)
		return (err_in(err, "numbers for files"));
	slab_add_ids(drops->tree->slab, ids.first, IDS_IN_BLOCK);
	return (0);
}

/* --- opening ------------------------------------------------------------- */

struct drops *
drops_new(struct tree *tree, struct err *err)
{
	struct drops		*drops = calloc(1, sizeof(*drops));
	struct slab_handle	*handle;
	struct slab_file	*file;
	size_t			 i, row;

	if (drops == NULL)
		die("out of memory");
	drops->tree = tree;
	pthread_mutex_init(&drops->lock, NULL);
	if (first_ids(drops, err) == -1) {
		drops_free(drops);
		return (NULL);
	}
	for (i = 0; i < SLAB_HANDLES; i++) {
		handle = slab_handle_row(tree->slab, i);
		if (handle == NULL || !handle->counted)
			continue;
		file = slab_file_find(tree->slab, handle->file);
		if (file == NULL)
			continue;
		row = slab_file_number(tree->slab, file);
		drops->opens[row]++;
		if (handle->staged)
			drops->writer[row] = handle->id;
	}
	return (drops);
}

/*
 * A killed core may have left a file between the commit and its note of it:
 * what the store says is its name and its bytes.  A rename that was under way
 * is sent again and finds it so; one that was refused finds its source, under
 * another number because the refusal has that one.
 */
static void
believe_store(struct drops *drops, struct ask *ask, struct slab_file *file)
{
	const struct drop_rules	*rules = drop_rules_of(file->box);
	struct slab		*slab = drops->tree->slab;
	struct stored		 stored;

	if (!drops_stored(ask, file->id, &stored, NULL))
		return;
	if (drop_is_scratch(file) && rules->is_refused != NULL &&
	    rules->is_refused(ask, &stored)) {
		slab_file_renumber(slab, file, slab_take_id(slab));
		return;
	}
	if (strcmp(slab_file_name(file), stored.name) != 0 ||
	    file->box != stored.box)
		slab_file_rename(slab, file, stored.box, stored.name);
	drops_note_registered(drops, file);
}

void
drops_start(struct drops *drops)
{
	struct slab_file	*file;
	struct ask		 ask;
	size_t			 i;

	tree_ask(drops->tree, &ask);
	drops_lock(drops);
	for (i = 0; i < SLAB_FILES; i++) {
		file = slab_file_row(drops->tree->slab, i);
		if (file == NULL)
			continue;
		if (!file->gone && !file->absent)
			believe_store(drops, &ask, file);
		if (drops->opens[i] > 0 || file->absent)
			continue;
		if (!file->gone && !file->registered)
			drop_record_junk(drops, file);
		drops_forget_if_unused(drops, file);
	}
	drops_unlock(drops);
	tree_answered(&ask);
}

void
drops_free(struct drops *drops)
{
	if (drops == NULL)
		return;
	pthread_mutex_destroy(&drops->lock);
	free(drops);
}

/* Scratch, and what lies under a request name and never became one. */
void
drops_sweep(void *arg)
{
	struct drops		*drops = arg;
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file;
	usec_t			 before;
	size_t			 i;

	before = clock_now() - drops->tree->parts.config->scratch_age;
	drops_lock(drops);
	for (i = 0; i < SLAB_FILES; i++) {
		file = slab_file_row(slab, i);
		if (file != NULL && drops->opens[i] == 0 &&
		    file->touched < before) {
			slab_note_change(slab, file->box, clock_now());
			slab_file_free(slab, file);
		}
	}
	drops_unlock(drops);
}

/* --- with the lock held -------------------------------------------------- */

bool
drop_is_scratch(const struct slab_file *file)
{
	return (drop_rules_of(file->box)->is_scratch(file->box,
	    slab_file_name(file)));
}

/* An empty file that was made and left is for whoever writes it first. */
static bool
is_makers(struct drops *drops, const struct slab_file *file, bool empty)
{
	return (drop_rules_of(file->box)->makers_alone && !file->registered &&
	    (drop_is_scratch(file) || !empty ||
	    drops->opens[slab_file_number(drops->tree->slab, file)] > 0));
}

/* A row without handles stays only for bytes that are nowhere else. */
void
drops_forget_if_unused(struct drops *drops, struct slab_file *file)
{
	struct slab	*slab = drops->tree->slab;

	if (drops->opens[slab_file_number(slab, file)] == 0 &&
	    (file->gone || file->registered))
		slab_file_free(slab, file);
}

void
drops_note_change(struct drops *drops, struct slab_file *file)
{
	file->touched = clock_now();
	slab_note_change(drops->tree->slab, file->box, file->touched);
}

void
drops_note_registered(struct drops *drops, struct slab_file *file)
{
	struct err	err;

	file->registered = 1;
	file->mixed = 0;
	file->origin = 0;
	(void)slab_resize(drops->tree->slab, &file->content, 0, &err);
}

void
drops_note_gone(struct drops *drops, struct slab_file *file, uid_t uid)
{
	drops_note_change(drops, file);
	file->gone_by = uid;
	file->gone = 1;
	drops_forget_if_unused(drops, file);
}

void
drops_note_refusal(struct drops *drops, struct slab_file *file, int code,
    const char *reason)
{
	file->verdict = 0;
	file->code = code;
	snprintf(file->reason, sizeof(file->reason), "%s", reason);
	if (code == 0)
		return;
	file->refused = clock_now();
	file->verdict = slab_next_verdict(drops->tree->slab);
}

/* The size its path shows: what the last writer has staged, if any. */
static void
fill_info(struct drops *drops, struct slab_file *file, struct drop_info *info)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_handle	*handle;

	memset(info, 0, sizeof(*info));
	info->id = file->id;
	info->box = file->box;
	info->subscriber = file->subscriber;
	info->row = slab_file_number(slab, file);
	info->uid = file->uid;
	info->gid = file->gid;
	info->timed = file->mtime != 0;
	info->time = info->timed ? file->mtime : file->touched;
	info->registered = file->registered;
	info->absent = file->absent;
	info->verdict = file->verdict;
	info->size = file->content.size;
	snprintf(info->name, sizeof(info->name), "%s", slab_file_name(file));
	handle = slab_handle_find(slab, drops->writer[info->row]);
	if (handle != NULL && handle->file == file->id && handle->staged) {
		info->staged = true;
		info->size = handle->staging.size;
	}
	info->makers = is_makers(drops, file, info->size == 0);
}

/* --- what is there ------------------------------------------------------- */

int
drops_named(struct drops *drops, int64_t box, const char *name,
    struct drop_info *info)
{
	struct slab_file	*file;

	drops_lock(drops);
	file = slab_file_named(drops->tree->slab, box, name);
	if (file != NULL)
		fill_info(drops, file, info);
	drops_unlock(drops);
	return (file != NULL);
}

int
drops_find(struct drops *drops, uint64_t id, struct drop_info *info)
{
	struct slab_file	*file;

	drops_lock(drops);
	file = slab_file_find(drops->tree->slab, id);
	if (file != NULL)
		fill_info(drops, file, info);
	drops_unlock(drops);
	return (file != NULL);
}

int
drops_next(struct drops *drops, int64_t box, uint64_t after,
    struct drop_info *info)
{
	struct slab_file	*file, *next = NULL;
	size_t			 i;

	drops_lock(drops);
	for (i = 0; i < SLAB_FILES; i++) {
		file = slab_file_row(drops->tree->slab, i);
		if (file != NULL && file->box == box && !file->gone &&
		    !file->registered && file->id > after &&
		    (next == NULL || file->id < next->id))
			next = file;
	}
	if (next != NULL)
		fill_info(drops, next, info);
	drops_unlock(drops);
	return (next != NULL);
}

/* Names of one slot differ in suffix alone: try each. */
int
drops_of_slot(struct drops *drops, int64_t box, const char *slot,
    struct drop_info *info)
{
	char		name[256];
	const char	*suffix;
	size_t		 i;

	for (i = 0; (suffix = drop_suffix(i)) != NULL; i++) {
		snprintf(name, sizeof(name), "%s%s", slot, suffix);
		if (drops_named(drops, box, name, info) && !info->registered)
			return (1);
	}
	return (0);
}

int
drops_absent_of_slot(struct drops *drops, int64_t box, const char *slot,
    struct drop_info *info)
{
	struct slab_file	*file = NULL;
	char			 name[256];
	const char		*suffix;
	size_t			 i;

	drops_lock(drops);
	for (i = 0; file == NULL && (suffix = drop_suffix(i)) != NULL; i++) {
		snprintf(name, sizeof(name), "%s%s", slot, suffix);
		file = slab_file_absent(drops->tree->slab, box, name);
	}
	if (file != NULL)
		fill_info(drops, file, info);
	drops_unlock(drops);
	return (file != NULL);
}

int
drops_content(struct drops *drops, uint64_t id, struct bytes *to)
{
	struct slab_file	*file;
	struct err		 err;
	int			 there;

	drops_lock(drops);
	file = slab_file_find(drops->tree->slab, id);
	there = file != NULL && !file->registered &&
	    slab_read(drops->tree->slab, &file->content, 0,
	    file->content.size, to, &err) == 0;
	drops_unlock(drops);
	return (there);
}

int
drops_refusal(struct drops *drops, size_t row, uint64_t verdict,
    struct drop_info *info, usec_t *when, struct bytes *to)
{
	struct slab_file	*file;
	bool			 there;

	drops_lock(drops);
	file = slab_file_row(drops->tree->slab, row);
	there = file != NULL && verdict != 0 && file->verdict == verdict;
	if (there) {
		fill_info(drops, file, info);
		*when = file->refused;
		bytes_put_text(to, "state: rejected\nfile: ");
		status_text_name(to, slab_file_name(file));
		bytes_printf(to, "\nreason: %s\n", file->reason);
	}
	drops_unlock(drops);
	return (there);
}

usec_t
drops_changed(struct drops *drops, int64_t box)
{
	return (slab_changed(drops->tree->slab, box));
}

/* --- with a view --------------------------------------------------------- */

int
drops_stored(struct ask *ask, uint64_t file, struct stored *stored,
    struct bytes *to)
{
	memset(stored, 0, sizeof(*stored));
	return ((box_rules.stored(ask, file, stored) == 1 ||
	    desk_rules.stored(ask, file, stored) == 1) &&
	    (to == NULL || documents_read(ask->view, stored->sha256, to) ==
	    1));
}

/* An agreement lies in its box, and is the desk's. */
static int64_t
place_of(struct ask *ask, struct node folder, const char *name)
{
	struct box	box;

	if (folder.class == NODE_DESK)
		return (-(int64_t)folder.a);
	if (drop_name_is_agreement(name) &&
	    box_get(ask->view, (int64_t)folder.a, &box) == 1 &&
	    box.subscriber != 0 && box.profile[0] == '\0')
		return (-DESK_FOLDER(DESK_BOX, box.id));
	return ((int64_t)folder.a);
}

void
drops_look(struct drops *drops, struct ask *ask, struct node folder,
    const char *name, struct found *found)
{
	memset(found, 0, sizeof(*found));
	found->box = place_of(ask, folder, name);
	found->there = node_lookup(ask, folder, name, &found->node) == 1;
	if (!found->there || !node_is_drop(found->node))
		return;
	found->in_slab = drops_find(drops, found->node.a, &found->info);
	if (!found->in_slab || found->info.registered)
		found->in_store = drops_stored(ask, found->node.a,
		    &found->stored, NULL);
}

/* A request's name fits: drop_name_kind saw to it. */
void
drop_of_order(const struct drop_order *order, struct drop *drop)
{
	size_t	length = strlen(order->name);

	if (length >= sizeof(drop->file_name))
		die("drop: %s is no request's name", order->name);
	memcpy(drop->file_name, order->name, length + 1);
	drop->box = order->box;
	drop->file = (int64_t)order->file;
	drop->uid = order->uid;
	drop->mtime = order->mtime;
	drop->bytes = SLICE(&order->bytes);
}
