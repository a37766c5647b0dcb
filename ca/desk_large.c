/*
 * Whoever drops what is too large is told by errno while it is written, long
 * before anything is submitted; so the event, and the sentence in the `state`
 * of the folder, are a job of their own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "desk_meanings.h"
#include "desk_private.h"
#include "dossier.h"
#include "recording.h"
#include "store_events.h"

struct large {
	struct job		 job;
	struct authority	*authority;
	int64_t			 folder;
	uid_t			 uid;
	struct err		 why;
	char			 tell[DESK_TELL][PATH_TEXT];
};

/* What a draft lacks, and below it what was refused last. */
static int
tell_draft(struct large *l, struct tx *tx, struct err *e)
{
	struct view		*v = tx_view(tx);
	int64_t			 id = DESK_OBJECT(l->folder);
	int64_t			 folder = DESK_FOLDER(DESK_DRAFT, id);
	struct desk_file	 file;
	struct bytes		 text = { 0 };
	int			 rc;

	if (draft_look(l->authority, tx, id, l->uid, NULL, e) == -1)
		return -1;
	if (desk_file_find(v, folder, "state", &file) == 1)
		documents_read(v, file.sha256, &text);
	bytes_printf(&text, "\nRefused:\n- %s\n", l->why.text);
	rc = desk_file_write(tx, folder, "state", SLICE(&text), e);
	bytes_free(&text);
	return rc;
}

static int
tell_dossier(struct large *l, struct tx *tx, struct err *e)
{
	struct dossier	d;

	if (dossier_get(tx_view(tx), DESK_OBJECT(l->folder), &d) != 1)
		return 0;
	return dossier_refresh(l->authority, tx, &d, l->why.text, e);
}

static int
tell_folder(struct large *l, struct tx *tx, struct err *e)
{
	char	path[PATH_TEXT];
	int	rc;

	switch (DESK_KIND(l->folder)) {
	case DESK_DRAFT:
	case DESK_DRAFT_DOCUMENTS:
		rc = tell_draft(l, tx, e);
		break;
	case DESK_DOSSIER:
	case DESK_DOSSIER_DOCUMENTS:
		rc = tell_dossier(l, tx, e);
		break;
	default:
		return 0;
	}
	desk_path(path, tx_view(tx), l->folder);
	snprintf(l->tell[0], PATH_TEXT, "%.500s/state", path);
	return rc;
}

static int
large_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct large	*l = (struct large *)job;
	struct event	*event;

	if (tell_folder(l, tx, e) == -1)
		return -1;
	event = desk_event(tx_view(tx), "desk-refused", l->folder, l->uid,
	    desk_role(l->authority, l->uid));
	record_requirements(event, "OVR-6.4.5-02 REQ-7.4.1-02");
	event_outcome(event, "refused");
	event_rule(event, "may-write", "no", l->why.text);
	return desk_event_append(tx, event, e);
}

static void
large_done(struct job *job, const struct err *fault)
{
	struct large	*l = (struct large *)job;

	if (fault != NULL)
		log_line("what is too large is not recorded: %s", fault->text);
	else
		desk_publish(l->authority, l->tell, DESK_TELL);
	desk_job_end(l->authority);
	free(l);
}

void
desk_too_large(struct authority *authority, int64_t folder, uid_t uid,
    uint64_t most)
{
	struct large	*l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		die("out of memory");
	l->job.apply = large_apply;
	l->job.done = large_done;
	l->authority = authority;
	l->folder = folder;
	l->uid = uid;
	err_set(&l->why, EFBIG, "what uid %u dropped was too large and is not "
	    "kept: at most %llu octets are taken here", (unsigned)uid,
	    (unsigned long long)most);
	desk_job_submit(authority, &l->job);
}
