/*
 * What was refused before it was made, because too many are open: there is no
 * file, and NAME.status says why until it is made, or swept as scratch is.
 * Each user has the last few, while there is room, so that nobody fills the
 * slab by trying.
 */
#include <errno.h>
#include <stdio.h>

#include "drops_private.h"

#define ABSENT_OF_ONE	16
#define ROOM		(SLAB_FILES / 2)

/* With the lock held: the oldest of this user's, when there are enough. */
static struct slab_file *
oldest(struct slab *slab, uid_t uid)
{
	struct slab_file	*file, *first = NULL;
	size_t			 i, count = 0;

	for (i = 0; i < SLAB_FILES; i++) {
		file = slab_file_row(slab, i);
		if (file == NULL || !file->absent || file->uid != uid)
			continue;
		count++;
		if (first == NULL || file->refused < first->refused)
			first = file;
	}
	return (count < ABSENT_OF_ONE ? NULL : first);
}

/* A name with another suffix is of the same slot, and has the same .status. */
void
drop_is_made(struct drops *drops, int64_t box, const char *name)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file;
	char			 slot[SLOT_NAME + 1], other[256];
	const char		*suffix;
	size_t			 i;

	if (box < 0 || drop_name_kind(name, slot) != NAME_REQUEST)
		return;
	for (i = 0; (suffix = drop_suffix(i)) != NULL; i++) {
		snprintf(other, sizeof(other), "%s%s", slot, suffix);
		file = slab_file_absent(slab, box, other);
		if (file != NULL)
			slab_file_free(slab, file);
	}
}

void
drop_note_absent(struct drops *drops, const struct drop_place *place,
    const struct err *why)
{
	struct slab		*slab = drops->tree->slab;
	struct slab_file	*file;
	uint64_t		 id;

	if (why->code != EDQUOT || drop_rules_of(place->box)->whole == NULL ||
	    drop_rules_of(place->box)->is_scratch(place->box, place->name))
		return;
	drops_order_ids(drops);
	drops_lock(drops);
	drop_is_made(drops, place->box, place->name);
	if ((file = oldest(slab, place->uid)) != NULL)
		slab_file_free(slab, file);
	if (slab_files_used(slab) < ROOM && (id = slab_take_id(slab)) != 0 &&
	    (file = slab_file_new(slab)) != NULL) {
		file->id = id;
		file->absent = 1;
		file->box = place->box;
		file->subscriber = place->subscriber;
		file->uid = place->uid;
		file->gid = place->gid;
		drops_note_refusal(drops, file, why->code, why->text);
		slab_file_keep(slab, file, place->name);
		drops_note_change(drops, file);
	}
	drops_unlock(drops);
}
