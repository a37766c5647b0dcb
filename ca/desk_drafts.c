/*
 * Drafts: the folders ra/subscribers/NAME and ra/authorities/NAME.  Whatever
 * is written into one, the draft is looked at anew: `state` says in words what
 * is missing, and once nothing is, a dossier opens with it as it is now.  What
 * it says is in force only by a decision on that dossier.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authority_draft.h"
#include "desk_meanings.h"
#include "desk_private.h"
#include "dossier.h"
#include "recording.h"

#define DRAFT_NAME	63

/* What is written down in a folder, by its kind. */
static const struct draft_row {
	enum draft_kind	 kind;
	const char	*file_name;
	enum dossier_kind dossier;
	int		(*evaluate)(struct view *, struct authority *,
			    const struct draft *, struct draft_evaluation *,
			    struct err *);
} rows[] = {
	{ DRAFT_SUBSCRIBER, REGISTRATION_FILE, DOSSIER_REGISTRATION,
	    draft_evaluate },
	{ DRAFT_AUTHORITY, AUTHORITY_FILE, DOSSIER_AUTHORITY,
	    authority_evaluate },
};

static const struct draft_row *
row_of(const struct draft *d)
{
	return &rows[d->kind == DRAFT_AUTHORITY];
}

/* --- as it stands --------------------------------------------------------- */

int
draft_may(struct authority *authority, struct view *v, int64_t id,
    const char *name, uid_t uid, struct err *e)
{
	struct draft	d;

	if ((authority->parts->roles_of(uid) & ROLE_RA) == 0)
		return err_set(e, EACCES, "uid %u does not have the role ra",
		    (unsigned)uid);
	return draft_get(v, id, &d) == 1 ? 0 : err_set(e, ENOENT, "there is "
	    "no such folder");
}

static int64_t
folder_of(const struct draft *d)
{
	return DESK_FOLDER(DESK_DRAFT, d->id);
}

/* Who is answerable for the file, not for a scan that came beside it. */
static uid_t
author_of(struct view *v, const struct draft *d, uid_t otherwise)
{
	struct desk_file	file;

	return desk_file_find(v, folder_of(d), row_of(d)->file_name,
	    &file) == 1 ? file.uid : otherwise;
}

static int
open_dossier(struct authority *authority, struct tx *tx, struct draft *d,
    const struct draft_evaluation *evaluation, uid_t uid, struct err *e)
{
	struct dossier_draft	 wanted = {
		.kind = row_of(d)->dossier, .draft = d,
		.subscriber = evaluation->subscriber,
		.author = author_of(tx_view(tx), d, uid),
		.file_name = row_of(d)->file_name,
		.changes = SLICE(&evaluation->changes),
		.checks = SLICE(&evaluation->checks)
	};

	memcpy(wanted.content_sha256, evaluation->sha256,
	    sizeof(wanted.content_sha256));
	return dossier_open_draft(authority, tx, &wanted, &d->dossier, e);
}

static int
look_evaluated(struct authority *authority, struct tx *tx, struct draft *d,
    uid_t uid, struct desk_act *act, struct err *e)
{
	struct draft_evaluation	 evaluation;
	int			 rc = -1;

	memset(&evaluation, 0, sizeof(evaluation));
	if (row_of(d)->evaluate(tx_view(tx), authority, d, &evaluation,
	    e) == -1 ||
	    desk_file_write(tx, folder_of(d), "state",
	    SLICE(&evaluation.state), e) == -1)
		goto out;
	rc = evaluation.complete ?
	    open_dossier(authority, tx, d, &evaluation, uid, e) :
	    dossier_close_draft(tx, row_of(d)->dossier, d->id,
	    "the draft was changed and is not complete", e);
	if (act != NULL)
		act->fault = evaluation.fault;
out:
	draft_evaluation_free(&evaluation);
	return rc;
}

static void
tell(struct desk_act *act, struct view *v, const struct draft *d,
    int64_t dossier_before)
{
	char	path[PATH_TEXT], more[PATH_TEXT];

	desk_path(path, v, folder_of(d));
	snprintf(more, sizeof(more), "%.500s/state", path);
	desk_tell(act, more);
	if (d->dossier == 0 || d->dossier == dossier_before)
		return;
	desk_path(path, v, DESK_FOLDER(DESK_DOSSIER, d->dossier));
	snprintf(more, sizeof(more), "%.500s/", path);
	desk_tell(act, more);
}

int
draft_look(struct authority *authority, struct tx *tx, int64_t id, uid_t uid,
    struct desk_act *act, struct err *e)
{
	struct draft	d;
	int64_t		before;

	if (draft_get(tx_view(tx), id, &d) != 1)
		return err_set(e, ENOENT, "there is no such folder");
	before = d.dossier;
	d.changed = clock_now();
	if (look_evaluated(authority, tx, &d, uid, act, e) == -1)
		return -1;
	if (act != NULL)
		tell(act, tx_view(tx), &d, before);
	return draft_put(tx, &d, e);
}

static bool
is_the_file(const struct desk_file *file)
{
	size_t	i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (DESK_KIND(file->folder) == DESK_DRAFT &&
		    strcmp(file->name, rows[i].file_name) == 0)
			return true;
	return false;
}

int
draft_meaning(struct desk_act *act, struct tx *tx, struct err *e)
{
	if (draft_look(act->authority, tx, DESK_OBJECT(act->file->folder),
	    act->write->uid, act, e) == -1)
		return -1;
	/* A scan is as good as ever, whatever it was dropped beside. */
	if (!is_the_file(act->file))
		memset(&act->fault, 0, sizeof(act->fault));
	return 0;
}

/* --- folders -------------------------------------------------------------- */

struct folder_job {
	struct job		 job;
	struct authority	*authority;
	struct draft		 draft;
	char			 name[256];
	uid_t			 uid;
};

static int
put_event(const struct folder_job *f, struct tx *tx, const char *name,
    struct err *e)
{
	struct event	*event;

	event = desk_event(tx_view(tx), name, folder_of(&f->draft), f->uid,
	    desk_role(f->authority, f->uid));
	record_requirements(event, "REG-6.4.5-03");
	event_outcome(event, "done");
	return desk_event_append(tx, event, e);
}

static int
may_make(const struct folder_job *f, struct view *v, struct err *e)
{
	struct draft	there;

	if ((f->authority->parts->roles_of(f->uid) & ROLE_RA) == 0)
		return err_set(e, EACCES, "uid %u does not have the role ra",
		    (unsigned)f->uid);
	if (desk_name_check(f->name, DRAFT_NAME, e) == -1)
		return -1;
	return draft_find(v, f->draft.kind, f->name, &there) != 1 ? 0 :
	    err_set(e, EEXIST, "there is such a folder already");
}

static int
make_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct folder_job	*f = (struct folder_job *)job;

	f->draft.id = 0;
	if (may_make(f, tx_view(tx), e) == -1)
		return -1;
	snprintf(f->draft.name, sizeof(f->draft.name), "%.63s", f->name);
	f->draft.uid = f->uid;
	f->draft.since = f->draft.changed = clock_now();
	if (draft_put(tx, &f->draft, e) == -1 ||
	    put_event(f, tx, "draft-made", e) == -1)
		return -1;
	return draft_look(f->authority, tx, f->draft.id, f->uid, NULL, e);
}

static int
find_draft(struct folder_job *f, struct view *v, struct err *e)
{
	if (draft_may(f->authority, v, f->draft.id, "", f->uid, e) == -1)
		return -1;
	return draft_get(v, f->draft.id, &f->draft) == 1 ? 0 :
	    err_set(e, ENOENT, "there is no such folder");
}

static int
unmake_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct folder_job	*f = (struct folder_job *)job;

	if (find_draft(f, tx_view(tx), e) == -1)
		return -1;
	if (f->draft.object != 0)
		return err_set(e, EPERM, "what was decided about is kept");
	if (dossier_close_draft(tx, (enum dossier_kind)(f->draft.kind + 1),
	    f->draft.id, "its draft was removed", e) == -1 ||
	    put_event(f, tx, "draft-removed", e) == -1)
		return -1;
	return draft_remove(tx, f->draft.id, e);
}

static int
rename_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct folder_job	*f = (struct folder_job *)job;

	if (find_draft(f, tx_view(tx), e) == -1)
		return -1;
	if (strcmp(f->draft.name, f->name) == 0)
		return 0;
	if (f->draft.object != 0)
		return err_set(e, EPERM, "what is in force keeps its name");
	if (may_make(f, tx_view(tx), e) == -1)
		return -1;
	snprintf(f->draft.name, sizeof(f->draft.name), "%.63s", f->name);
	if (draft_put(tx, &f->draft, e) == -1 ||
	    put_event(f, tx, "draft-renamed", e) == -1)
		return -1;
	return draft_look(f->authority, tx, f->draft.id, f->uid, NULL, e);
}

static int
folder_commit(struct folder_job *f, int (*apply)(struct job *, struct tx *,
    struct err *), const char *what, struct err *e)
{
	int	rc;

	f->job.apply = apply;
	rc = commit_wait(f->authority->parts->committer, &f->job, e);
	if (rc == -1)
		desk_refused(f->authority, DESK_FOLDER(DESK_DRAFT,
		    f->draft.id), f->uid, what, e);
	return rc;
}

static int
take_name(struct folder_job *f, const char *name, struct err *e)
{
	if (strlen(name) >= sizeof(f->name))
		return err_set(e, ENAMETOOLONG, "a name here has at most %d "
		    "octets", DRAFT_NAME);
	snprintf(f->name, sizeof(f->name), "%s", name);
	return 0;
}

int
desk_make_draft(struct authority *authority, enum draft_kind kind,
    const char *name, uid_t uid, int64_t *id, struct err *e)
{
	struct folder_job	f = { .authority = authority, .uid = uid,
		.draft.kind = kind };

	if (take_name(&f, name, e) == -1 ||
	    folder_commit(&f, make_apply, "may-make-folder", e) == -1)
		return -1;
	*id = f.draft.id;
	return 0;
}

int
desk_remove_draft(struct authority *authority, int64_t id, uid_t uid,
    struct err *e)
{
	struct folder_job	f = { .authority = authority, .uid = uid,
		.draft.id = id };

	return folder_commit(&f, unmake_apply, "may-remove-folder", e);
}

int
desk_rename_draft(struct authority *authority, int64_t id, const char *name,
    uid_t uid, struct err *e)
{
	struct folder_job	f = { .authority = authority, .uid = uid,
		.draft.id = id };

	if (take_name(&f, name, e) == -1)
		return -1;
	return folder_commit(&f, rename_apply, "may-rename-folder", e);
}
