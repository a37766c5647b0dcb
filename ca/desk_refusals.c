/*
 * What the desk refuses: an event, and for who has a role here the sentence in
 * the `state` of the folder too (DESIGN 2, rule 6).  A refusal is a job of its
 * own, behind the answer: what was refused was rolled back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_private.h"
#include "dossier.h"
#include "recording.h"
#include "store_events.h"

#define REFUSED	"\nRefused:\n- "

struct refusal {
	struct job	 job;
	struct authority *authority;
	int64_t		 folder;
	uid_t		 uid;
	const char	*role, *what;
	struct err	 why;
	char		 tell[DESK_TELL][PATH_TEXT];
};

/* --- what is worth saying -------------------------------------------------- */

bool
desk_is_refusal(const struct err *e)
{
	static const int	codes[] = { EACCES, EPERM, EINVAL, EEXIST,
		ENOENT, ESTALE, EKEYREJECTED, ENAMETOOLONG, EFBIG, ENODATA,
		EAGAIN,
		EDQUOT };
	size_t			i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == e->code)
			return true;
	return false;
}

/*
 * One a minute for each uid and what it tries; a person with a role has a name
 * here and is told of every time.
 */
static bool
is_due(struct authority *authority, uid_t uid, const char *what)
{
	uid_t	key = uid;

	if (authority->parts->roles_of(uid) != 0)
		return true;
	for (; *what != '\0'; what++)
		key = key * 31 + (unsigned char)*what;
	return access_log_due(&authority->desk_log, key, clock_steady());
}

/* --- in words -------------------------------------------------------------- */

/* What a draft lacks stays, and below it stands what was refused last. */
static int
tell_draft(const struct refusal *r, struct tx *tx, struct err *e)
{
	int64_t			 folder = DESK_FOLDER(DESK_DRAFT,
				    DESK_OBJECT(r->folder));
	struct desk_file	 file;
	struct bytes		 text = { 0 }, old = { 0 };
	const char		*end;
	int			 rc;

	if (desk_file_find(tx_view(tx), folder, "state", &file) != 1)
		return 0;
	documents_read(tx_view(tx), file.sha256, &old);
	end = strstr(bytes_text(&old), REFUSED);
	bytes_put(&text, old.data, end == NULL ? old.size :
	    (size_t)(end - bytes_text(&old)));
	bytes_printf(&text, REFUSED "%s\n", r->why.text);
	rc = desk_file_write(tx, folder, "state", SLICE(&text), e);
	bytes_free(&text);
	bytes_free(&old);
	return rc;
}

static int
tell_dossier(const struct refusal *r, struct tx *tx, struct err *e)
{
	struct dossier	d;

	return dossier_get(tx_view(tx), DESK_OBJECT(r->folder), &d) != 1 ? 0 :
	    dossier_refresh(r->authority, tx, &d, r->why.text, e);
}

/* Who has no role here does not read it, and does not get to write it. */
static int
tell_folder(struct refusal *r, struct tx *tx, struct err *e)
{
	char	path[PATH_TEXT];
	int	rc;

	memset(r->tell, 0, sizeof(r->tell));
	if (strcmp(r->role, "none") == 0)
		return 0;
	switch (DESK_KIND(r->folder)) {
	case DESK_DRAFT:
	case DESK_DRAFT_DOCUMENTS:
		rc = tell_draft(r, tx, e);
		break;
	case DESK_DOSSIER:
	case DESK_DOSSIER_DOCUMENTS:
		rc = tell_dossier(r, tx, e);
		break;
	default:
		return 0;
	}
	desk_path(path, tx_view(tx), r->folder);
	if (path[0] != '\0')
		snprintf(r->tell[0], PATH_TEXT, "%.500s/state", path);
	return rc;
}

/* --- the job --------------------------------------------------------------- */

static int
refusal_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct refusal	*r = (struct refusal *)job;
	struct event	*event;

	if (tell_folder(r, tx, e) == -1)
		return -1;
	event = desk_event(tx_view(tx), "desk-refused", r->folder, r->uid,
	    r->role);
	record_requirements(event, "OVR-6.4.5-02 REQ-7.4.1-02");
	event_outcome(event, "refused");
	event_rule(event, r->what, "no", r->why.text);
	return desk_event_append(tx, event, e);
}

static void
refusal_done(struct job *job, const struct err *fault)
{
	struct refusal	*r = (struct refusal *)job;

	if (fault != NULL)
		log_line("a refusal at the desk is not recorded: %s",
		    fault->text);
	else
		desk_publish(r->authority, r->tell, DESK_TELL);
	desk_job_end(r->authority);
	free(r);
}

bool
desk_is_of_revoke(int64_t folder)
{
	return DESK_KIND(folder) == DESK_REPORTS ||
	    DESK_KIND(folder) == DESK_BATCH;
}

void
desk_refused(struct authority *authority, int64_t folder, uid_t uid,
    const char *what, const struct err *why)
{
	struct refusal	*r;

	/* In revoke/ it is recorded as every refusal there. */
	if (!desk_is_refusal(why) || desk_is_of_revoke(folder) ||
	    !is_due(authority, uid, what))
		return;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		die("out of memory");
	r->job.apply = refusal_apply;
	r->job.done = refusal_done;
	r->authority = authority;
	r->folder = folder;
	r->uid = uid;
	r->role = desk_role(authority, uid);
	r->what = what;
	r->why = *why;
	desk_job_submit(authority, &r->job);
}

void
desk_was_refused(struct authority *authority, int64_t folder, uid_t uid,
    const struct err *why)
{
	desk_refused(authority, folder, uid, "may-write", why);
}
