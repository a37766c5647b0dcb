/*
 * The desk's evidence, and the paths it tells of.  Names of files that people
 * drop may hold personal data, so events number them; names of subscribers do
 * too, so a draft is a number as well.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_private.h"
#include "dossier.h"
#include "recording.h"
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
	event = event_new(name, REGISTRATION);
	event_actor(event, uid, role);
	switch (DESK_KIND(folder)) {
	case DESK_BOX:
		event_detail_number(event, "box", DESK_OBJECT(folder));
		break;
	case DESK_DRAFT:
	case DESK_DRAFT_DOCUMENTS:
		event_detail_number(event, "draft", DESK_OBJECT(folder));
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

/* --- refusals ------------------------------------------------------------- */

bool
desk_is_refusal(const struct err *e)
{
	static const int	codes[] = { EACCES, EPERM, EINVAL, EEXIST,
		ENOENT, ESTALE, EKEYREJECTED, ENAMETOOLONG, EFBIG, ENODATA,
		EAGAIN };
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

struct refusal {
	struct job	 job;
	struct authority *authority;
	int64_t		 folder;
	uid_t		 uid;
	const char	*role, *what;
	struct err	 why;
};

static int
refusal_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct refusal	*r = (struct refusal *)job;
	struct event	*event;

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
	if (fault != NULL)
		log_line("a refusal at the desk is not recorded: %s",
		    fault->text);
	desk_job_end(((struct refusal *)job)->authority);
	free(job);
}

void
desk_refused(struct authority *authority, int64_t folder, uid_t uid,
    const char *what, const struct err *why)
{
	struct refusal	*r;

	if (!desk_is_refusal(why) || !is_due(authority, uid, what))
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
