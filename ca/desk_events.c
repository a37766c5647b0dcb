/*
 * The desk's evidence, and the paths it tells of.  Names of files that people
 * drop may hold personal data, so events number them; names of subscribers do
 * too, so a draft is a number as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_private.h"
#include "dossier.h"
#include "store_events.h"

/* --- paths ---------------------------------------------------------------- */

static void
path_dossier(char to[PATH_TEXT], struct view *v, int64_t id)
{
	struct dossier	d;

	to[0] = '\0';
	if (dossier_get(v, id, &d) == 1)
		snprintf(to, PATH_TEXT, "ra/%s/%lld",
		    dossier_place_name(d.place), (long long)id);
}

static void
path_draft(char to[PATH_TEXT], struct view *v, int64_t id)
{
	struct draft	d;

	to[0] = '\0';
	if (draft_get(v, id, &d) == 1)
		snprintf(to, PATH_TEXT, "ra/%s/%s",
		    d.kind == DRAFT_AUTHORITY ? "authorities" : "subscribers",
		    d.name);
}

void
desk_path(char to[PATH_TEXT], struct view *v, int64_t folder)
{
	switch (DESK_KIND(folder)) {
	case DESK_BOX:
		path_box(to, v, DESK_OBJECT(folder));
		return;
	case DESK_DRAFT:
	case DESK_DRAFT_DOCUMENTS:
		path_draft(to, v, DESK_OBJECT(folder));
		return;
	case DESK_BATCH:
		snprintf(to, PATH_TEXT, "revoke/batch");
		return;
	case DESK_REPORTS:
		snprintf(to, PATH_TEXT, "revoke/reports");
		return;
	default:
		path_dossier(to, v, DESK_OBJECT(folder));
	}
}

void
desk_tell(struct desk_act *act, const char *path)
{
	size_t	i;

	for (i = 0; i < DESK_TELL; i++)
		if (act->tell[i][0] == '\0') {
			snprintf(act->tell[i], PATH_TEXT, "%s", path);
			return;
		}
}

void
desk_publish(struct authority *authority, char text[][PATH_TEXT],
    size_t count)
{
	struct publication_sink	*sink = authority->parts->sink;
	const char		*paths[DESK_TELL];
	size_t			 i, n = 0;

	for (i = 0; i < count && i < DESK_TELL; i++)
		if (text[i][0] != '\0')
			paths[n++] = text[i];
	if (sink != NULL && n > 0)
		sink->changed(sink, paths, n, NULL, NULL);
}

/* --- jobs ----------------------------------------------------------------- */

void
desk_job_submit(struct authority *authority, struct job *job)
{
	atomic_fetch_add(&authority->at_desk, 1);
	commit_submit(authority->parts->committer, job);
}

void
desk_job_end(struct authority *authority)
{
	atomic_fetch_sub(&authority->at_desk, 1);
}

/* --- events --------------------------------------------------------------- */

/* Roles by what they do at this desk; "none" is an answer too. */
const char *
desk_role(struct authority *authority, uid_t uid)
{
	unsigned	roles = authority->parts->roles_of(uid);

	if (roles & ROLE_RA)
		return role_name(ROLE_RA);
	return roles & ROLE_REVOCATION ? role_name(ROLE_REVOCATION) : "none";
}

struct event *
desk_event(struct view *v, const char *name, int64_t folder, uid_t uid,
    const char *role)
{
	struct event	*event;
	struct dossier	 d;

	if ((DESK_KIND(folder) == DESK_DOSSIER ||
	    DESK_KIND(folder) == DESK_DOSSIER_DOCUMENTS) &&
	    dossier_get(v, DESK_OBJECT(folder), &d) == 1) {
		event = dossier_event(v, name, &d);
		event_actor(event, uid, role);
		return event;
	}
	event = event_new(name, DESK_KIND(folder) == DESK_BATCH ||
	    DESK_KIND(folder) == DESK_REPORTS ?
	    REVOCATION_MANAGEMENT : REGISTRATION);
	event_actor(event, uid, role);
	switch (DESK_KIND(folder)) {
	case DESK_BOX:
		event_detail_number(event, "box", DESK_OBJECT(folder));
		break;
	case DESK_DRAFT:
	case DESK_DRAFT_DOCUMENTS:
		event_detail_number(event, "draft", DESK_OBJECT(folder));
		break;
	case DESK_BATCH:
	case DESK_REPORTS:
		break;
	default:
		event_detail_number(event, "dossier", DESK_OBJECT(folder));
	}
	return event;
}

int
desk_event_append(struct tx *tx, struct event *event, struct err *e)
{
	int	rc = events_append(tx, event, NULL, e);

	event_free(event);
	return rc;
}
