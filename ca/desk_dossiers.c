/*
 * Writing in a dossier: who may, until when, and that its texts follow.
 * Evidence stays as it is from the first decision on, since the officers decide
 * on what lies there; reasons and signatures are taken until the last one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_meanings.h"
#include "desk_private.h"
#include "desk_rules.h"
#include "dossier.h"
#include "report_case.h"
#include "text.h"

static int
find(struct view *v, int64_t id, struct dossier *d, struct err *e)
{
	return dossier_get(v, id, d) == 1 ? 0 : err_set(e, ENOENT, "there is "
	    "no dossier %lld", (long long)id);
}

int
dossier_may(struct authority *authority, struct view *v, int64_t id,
    const char *name, uid_t uid, struct err *e)
{
	unsigned	roles = authority->parts->roles_of(uid);
	struct dossier	d;

	if (find(v, id, &d, e) == -1)
		return -1;
	if ((roles & move_role(d.kind)) == 0)
		return err_set(e, EACCES, "uid %u does not have the role %s",
		    (unsigned)uid, role_name(move_role(d.kind)));
	if (d.withdrawn)
		return err_set(e, EPERM, "the dossier was withdrawn and stays "
		    "as it is");
	return d.place <= PLACE_COUNTERSIGN ? 0 : err_set(e, EPERM, "the "
	    "dossier was decided and stays as it is");
}

/* What was dropped with the draft is what its approval rests on. */
static bool
is_of_report(struct view *v, const struct dossier *d, const char *name)
{
	struct report_case	*c = calloc(1, sizeof(*c));
	struct desk_file	 file;
	struct err		 ignored = { 0 };
	char			 sha256[SHA256_TEXT] = "";

	if (c == NULL)
		die("out of memory");
	if (d->kind == DOSSIER_REPORT && report_case_read(v, d, c,
	    &ignored) == 0) {
		sha256_text(sha256, SLICE(&c->said.document));
		report_case_free(c);
	}
	free(c);
	return sha256[0] != '\0' &&
	    desk_file_find(v, DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, d->id),
	    name, &file) == 1 && strcmp(file.sha256, sha256) == 0;
}

static bool
is_of_draft(struct view *v, const struct dossier *d, const char *name)
{
	const int64_t	folders[] = {
		DESK_FOLDER(DESK_DRAFT_DOCUMENTS, d->object),
		DESK_FOLDER(DESK_DRAFT, d->object)
	};
	struct desk_file	here, there;
	size_t			i;

	if ((d->kind != DOSSIER_REGISTRATION && d->kind != DOSSIER_AUTHORITY)
	    || desk_file_find(v, DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, d->id),
	    name, &here) != 1)
		return false;
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (desk_file_find(v, folders[i], name, &there) == 1 &&
		    strcmp(there.sha256, here.sha256) == 0)
			return true;
	return false;
}

int
dossier_may_evidence(struct authority *authority, struct view *v, int64_t id,
    const char *name, uid_t uid, struct err *e)
{
	struct dossier	d;

	if (dossier_may(authority, v, id, name, uid, e) == -1 ||
	    find(v, id, &d, e) == -1)
		return -1;
	if (is_of_draft(v, &d, name))
		return err_set(e, EPERM, "it came with the draft, and the "
		    "decision is about it: change it there");
	if (is_of_report(v, &d, name))
		return err_set(e, EPERM, "it came with the report, and stays "
		    "as it came");
	return d.place == PLACE_PENDING ? 0 : err_set(e, EPERM, "an officer "
	    "has decided on the documents as they are: reject it, or leave "
	    "them");
}

int
dossier_look(struct desk_act *act, struct tx *tx, int64_t id, struct err *e)
{
	static const char *const	texts[] = {
		"state", "summary.html", "decision.txt"
	};
	char		path[PATH_TEXT], folder[PATH_TEXT - 32];
	struct dossier	d;
	size_t		i;

	if (find(tx_view(tx), id, &d, e) == -1)
		return -1;
	if (d.place > PLACE_COUNTERSIGN)
		return 0;
	if (dossier_refresh(act->authority, tx, &d, NULL, e) == -1)
		return -1;
	desk_path(path, tx_view(tx), DESK_FOLDER(DESK_DOSSIER, id));
	snprintf(folder, sizeof(folder), "%.400s", path);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, texts[i]);
		desk_tell(act, path);
	}
	return 0;
}

int
dossier_meaning(struct desk_act *act, struct tx *tx, struct err *e)
{
	return dossier_look(act, tx, DESK_OBJECT(act->file->folder), e);
}
