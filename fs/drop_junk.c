/*
 * What lies under a request name and is none: an event and a status text, once
 * its last handle is closed.  The desk has nothing of the kind.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drops_private.h"

struct junk {
	struct drop_order order;
	struct err	 why;
	bool		 overwrite;	/* the file is a registered one */
};

/* Removed while it was being recorded: the record stays, its names go. */
static void
take_back(struct junk *junk, int64_t slot)
{
	struct err	err;

	if (requests_withdraw(junk->order.drops->tree->parts.authority, slot,
	    junk->order.uid, &err) == -1)
		log_line("%s: not taken back: %s", junk->order.name,
		    err.text);
}

/* With the lock held: is the file that was closed still there? */
static bool
note_recorded(struct junk *junk, bool in_store)
{
	struct drops		*drops = junk->order.drops;
	struct slab_file	*file;

	file = slab_file_find(drops->tree->slab, junk->order.file);
	if (junk->overwrite)
		return (true);
	if (file == NULL || file->gone)
		return (false);
	if (in_store) {
		drops_note_registered(drops, file);
		drops_forget_if_unused(drops, file);
	}
	return (true);
}

/* An errand: recording it waits for a commit. */
static void
record_junk(void *arg)
{
	struct junk	*junk = arg;
	struct drops	*drops = junk->order.drops;
	struct stored	 stored;
	struct drop	 drop;
	struct ask	 ask;
	struct err	 err;
	bool		 in_store = false, there;

	drop_of_order(&junk->order, &drop);
	if (requests_record_junk(drops->tree->parts.authority, &drop,
	    &junk->why, &err) == -1) {
		log_line("%s: not recorded: %s", junk->order.name, err.text);
	} else {
		tree_ask(drops->tree, &ask);
		in_store = drops_stored(&ask, junk->order.file, &stored,
		    NULL);
		tree_answered(&ask);
	}
	drops_lock(drops);
	there = note_recorded(junk, in_store);
	drops_unlock(drops);
	if (in_store && !there)
		take_back(junk, stored.slot);
	bytes_free(&junk->order.bytes);
	free(junk);
}

/* With the lock held. */
static void
order_junk(struct drops *drops, const struct slab_file *file,
    const struct slab_bytes *content, int code, const char *reason)
{
	struct junk	*junk = calloc(1, sizeof(*junk));

	if (junk == NULL)
		die("out of memory");
	junk->order.drops = drops;
	junk->overwrite = file->registered;
	if (drop_order_fill(&junk->order, file, content, file->uid) != 0) {
		free(junk);
		return;
	}
	err_set(&junk->why, code, "%s", reason);
	errands_run(drops->tree->errands, record_junk, junk);
}

void
drop_record_junk(struct drops *drops, struct slab_file *file)
{
	if (file->recorded || drop_is_scratch(file) ||
	    drop_rules_of(file->box)->whole == NULL || file->verdict == 0 ||
	    (file->content.size == 0 && file->code != EFBIG))
		return;
	file->recorded = 1;
	order_junk(drops, file, &file->content, file->code, file->reason);
}

/* Over what is registered: that stays, and the refusal is recorded too. */
void
drop_record_overwrite(struct drops *drops, const struct slab_file *file,
    const struct slab_handle *handle)
{
	if (file->registered && !file->gone && handle->junk &&
	    !drop_is_scratch(file))
		order_junk(drops, file, &handle->staging, handle->spoiled ?
		    EFBIG : EBADMSG, handle->reason);
}
