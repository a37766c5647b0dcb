/*
 * revoke/batch/: who may drop a batch of revocations there, and that it is
 * taken.  What it says is done behind the flush, line by line, with the rights
 * of its author (status/batches.h).
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "batch_decision.h"
#include "batch_line.h"
#include "desk_meanings.h"
#include "desk_private.h"
#include "store_batches.h"
#include "store_registry.h"

#define NAME_ROOM	200	/* ".result" goes behind */

/* Whoever may revoke anything; each line is asked again. */
int
batch_may(struct authority *authority, struct view *v, int64_t object,
    const char *name, uid_t uid, struct err *e)
{
	struct subscriber	subscriber;
	struct desk_file	file;

	if (fnmatch("*" BATCH_RESULT, name, 0) == 0)
		return err_set(e, EPERM, "%s is written by the CA alone",
		    name);
	if (strlen(name) > NAME_ROOM)
		return err_set(e, ENAMETOOLONG, "a name here has at most %d "
		    "octets", NAME_ROOM);
	if (!revocation_asked_how(&authority->config->revocation, "batch"))
		return err_set(e, EACCES, "here nobody revokes by a batch "
		    "(pkifs.conf [revocation] how)");
	if ((authority->parts->roles_of(uid) & ROLE_REVOCATION) == 0 &&
	    subscriber_of_user(v, uid, &subscriber) < 1)
		return err_set(e, EACCES, "uid %lu is neither a revocation "
		    "officer nor a user of any subscriber (REV-6.2.4-09)",
		    (unsigned long)uid);
	if (desk_file_find(v, DESK_FOLDER(DESK_BATCH, object), name,
	    &file) == 1 && file.uid != uid)
		return err_set(e, EACCES, "%s was written by another", name);
	return 0;
}

/* The result of what was there before is none of this. */
static int
replace_result(struct desk_act *act, struct tx *tx, struct slice text,
    struct err *e)
{
	const struct desk_file	*file = act->file;
	struct desk_file	 old;
	char			 name[sizeof(file->name) + 8];
	char			 path[PATH_TEXT];

	snprintf(name, sizeof(name), "%.*s" BATCH_RESULT, NAME_ROOM,
	    file->name);
	snprintf(path, sizeof(path), "revoke/batch/%s", name);
	desk_tell(act, path);
	if (text.size > 0)
		return desk_file_write_for(tx, file->folder, name, file->uid,
		    text, e);
	if (desk_file_find(tx_view(tx), file->folder, name, &old) != 1)
		return 0;
	return desk_file_remove(tx, old.id, e);
}

static int
say_fault(struct desk_act *act, struct tx *tx, struct err *e)
{
	struct bytes	text = { 0 };
	int		rc;

	bytes_printf(&text, "state: refused\nreason: %s\n", act->fault.text);
	rc = replace_result(act, tx, SLICE(&text), e);
	bytes_free(&text);
	return rc;
}

int
batch_means(struct desk_act *act, struct tx *tx, struct err *e)
{
	const struct desk_file	*file = act->file;
	struct batch		 batch = { .file = file->id,
		.uid = file->uid };
	size_t			 lines;

	/* Sent again, or renamed: it is taken already, or never was good. */
	if (batch_of_file(tx_view(tx), file->id, file->sha256,
	    &batch) == 1 || act->write->bytes.size == 0)
		return 0;
	if (batch_check(act->write->bytes, &lines, &act->fault) == -1)
		return say_fault(act, tx, e);
	batch.lines = (int64_t)lines;
	if (batch_withdraw(tx, file->id, "its author wrote another batch over "
	    "it", e) == -1)
		return -1;
	batch.received = batch.decided = clock_now();
	if (batch.lines > act->authority->config->revocation.batch_max_alone)
		batch.state = BATCH_TO_TRY;
	memcpy(batch.name, file->name, sizeof(batch.name));
	memcpy(batch.sha256, file->sha256, sizeof(batch.sha256));
	if (replace_result(act, tx, (struct slice){ NULL, 0 }, e) == -1)
		return -1;
	return batch_put(tx, &batch, e);
}

int
batch_left(struct desk_act *act, struct tx *tx, struct err *e)
{
	return batch_withdraw(tx, act->file->id, "its author removed it", e);
}
