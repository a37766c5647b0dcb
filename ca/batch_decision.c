/*
 * What another officer's decision on a batch of revocations does.
 */
#include <errno.h>
#include <stdio.h>

#include "authority_own.h"
#include "batch_decision.h"
#include "paths.h"
#include "store_desk.h"
#include "store_events.h"

static int
put_rejected(struct tx *tx, const struct batch *b, const struct dossier *d,
    struct err *e)
{
	struct bytes		text = { 0 }, reason = { 0 };
	struct desk_file	file;
	char			name[sizeof(b->name) + 8], time[CLOCK_TEXT];
	int			rc;

	clock_text(time, b->finished);
	bytes_printf(&text, "state: rejected\nsha256: %s\nasked-by: uid %u\n"
	    "decided: %s\nlines: %lld\ndone: 0\n\n", b->sha256,
	    (unsigned)b->uid, time, (long long)b->lines);
	if (desk_file_find(tx_view(tx), DESK_FOLDER(DESK_DOSSIER, d->id),
	    "reason.txt", &file) == 1 &&
	    documents_read(tx_view(tx), file.sha256, &reason) == 1)
		bytes_put(&text, reason.data, reason.size);
	snprintf(name, sizeof(name), "%s" BATCH_RESULT, b->name);
	rc = desk_file_write_for(tx, DESK_FOLDER(DESK_BATCH, 1), name, b->uid,
	    SLICE(&text), e);
	bytes_free(&reason);
	bytes_free(&text);
	return rc;
}

int
batch_decided(struct authority *authority, struct tx *tx,
    const struct dossier *d, const struct decision *decision, struct err *e)
{
	struct batch	b;

	if (batch_get(tx_view(tx), d->object, &b) != 1)
		return err_set(e, EIO, "the batch of a dossier is gone");
	b.decided = decision->time;
	b.state = decision->to == PLACE_REJECTED ? BATCH_REJECTED :
	    BATCH_TO_DO;
	if (b.state == BATCH_REJECTED) {
		b.finished = decision->time;
		if (put_rejected(tx, &b, d, e) == -1)
			return -1;
	}
	return batch_update(tx, &b, e);
}

/* The publisher's thread of batches looks what there is to do. */
void
batch_after(struct authority *authority, const struct dossier *d)
{
	const struct authority_parts	*parts = authority->parts;
	struct publication_sink		*sink = parts->sink;
	char				 path[PATH_TEXT];
	const char			*names[] = { path };
	struct view			*v;
	struct batch			 b;
	int				 there;

	if (d->place == PLACE_APPROVED) {
		if (parts->revoked != NULL)
			parts->revoked(parts->revoked_arg);
		return;
	}
	v = view_take(parts->store);
	there = batch_get(v, d->object, &b);
	view_put(v);
	if (there != 1 || sink == NULL)
		return;
	snprintf(path, sizeof(path), "revoke/batch/%s" BATCH_RESULT, b.name);
	sink->changed(sink, names, 1, NULL, NULL);
}

int
batch_withdraw(struct tx *tx, int64_t file, const char *why, struct err *e)
{
	struct batch	b;

	if (batch_undecided(tx_view(tx), file, &b) != 1)
		return 0;
	b.state = BATCH_WITHDRAWN;
	b.finished = clock_now();
	if (batch_update(tx, &b, e) == -1)
		return -1;
	return dossier_close_draft(tx, DOSSIER_BATCH, b.id, why, e);
}
