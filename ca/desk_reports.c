/*
 * revoke/reports/: anybody files a problem report there, which becomes a case
 * that a revocation officer decides (REV-6.2.4-08).  What was filed stays as it
 * came; whose clock is believed is in pkifs.conf.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_meanings.h"
#include "desk_private.h"
#include "dossier_report.h"
#include "ra_revocation.h"
#include "store_handover.h"

#define BACK_MAX	(7 * USEC_DAY)	/* longer no mail waits */
#define TRANSPORT	10		/* times as many as of one person */
#define ALL		50

static bool
is_intake(struct authority *authority, uid_t uid)
{
	const struct authority_parts	*parts = authority->parts;
	uid_t				 one;
	size_t				 i;

	for (i = 0; i < INTAKE_USERS; i++)
		if (authority->config->intake_users[i][0] != '\0' &&
		    parts->uid_of != NULL && parts->uid_of(
		    authority->config->intake_users[i], &one) == 1 &&
		    one == uid)
			return true;
	return false;
}

/* --- who may -------------------------------------------------------------- */

static int
ask_ways(const struct revocation_rules *rules, bool is_package,
    bool is_transport, struct err *e)
{
	if (!revocation_asked_how(rules, is_package ? "ra" : "report"))
		return err_set(e, EACCES, "here nobody asks by %s (pkifs.conf "
		    "[revocation] who and how)", is_package ? "the signed "
		    "request of a registration authority" : "a report");
	if (is_transport && !is_package &&
	    !revocation_asked_how(rules, "intake"))
		return err_set(e, EACCES, "here nobody reports by mail or a "
		    "form (pkifs.conf [revocation] how)");
	return 0;
}

static int
ask_quota(struct authority *authority, struct view *v, uid_t uid,
    bool is_transport, struct err *e)
{
	int64_t	own, all, most = authority->config->open_reports_max;

	reports_open(v, uid, &own, &all);
	if (all >= ALL * most)
		return err_set(e, EDQUOT, "%lld reports wait for a revocation "
		    "officer, and no more are taken (pkifs.conf [limits] "
		    "open_reports_max)", (long long)all);
	if (own >= (is_transport ? TRANSPORT * most : most))
		return err_set(e, EDQUOT, "%lld reports of uid %lu wait for a "
		    "revocation officer; more are taken when they are decided "
		    "(pkifs.conf [limits] open_reports_max)",
		    (long long)own, (unsigned long)uid);
	return 0;
}

static bool
is_package(const char *name)
{
	const char	*dot = strrchr(name, '.');

	return dot != NULL && strcmp(dot, ".p7m") == 0;
}

int
report_may(struct authority *authority, struct view *v, int64_t object,
    const char *name, uid_t uid, struct err *e)
{
	bool			is_transport = is_intake(authority, uid);
	struct desk_file	file;

	if ((strcmp(name, REPORT_SCRATCH) != 0 &&
	    report_name_check(name, e) == -1) ||
	    ask_ways(&authority->config->revocation, is_package(name),
	    is_transport, e) == -1)
		return -1;
	if (desk_file_find(v, DESK_FOLDER(DESK_REPORTS, object), name,
	    &file) != 1)
		return is_package(name) ? 0 :
		    ask_quota(authority, v, uid, is_transport, e);
	return file.uid == uid ? 0 : err_set(e, EACCES, "%s was filed by "
	    "another: take another name", name);
}

/* --- what it means -------------------------------------------------------- */

/* Never in the future, and no further back than a transport may take. */
static usec_t
receipt(struct authority *authority, uid_t uid, const struct report *said,
    usec_t now)
{
	return is_intake(authority, uid) && said->received != 0 &&
	    said->received <= now && said->received >= now - BACK_MAX ?
	    said->received : now;
}

static int
take_report(struct desk_act *act, struct tx *tx, const struct report *said,
    struct err *e)
{
	const struct desk_file	*file = act->file;
	struct report_row	 row = { .file = file->id,
		.uid = file->uid, .filed = clock_now() };
	char			 path[PATH_TEXT];

	row.received = receipt(act->authority, file->uid, said, row.filed);
	memcpy(row.via, said->via, sizeof(row.via));
	memcpy(row.sha256, file->sha256, sizeof(row.sha256));
	snprintf(row.name, sizeof(row.name), "%.*s",
	    (int)sizeof(row.name) - 1, file->name);
	if (report_put(tx, &row, e) == -1 || dossier_open_report(
	    act->authority, tx, &row, said, e) == -1 ||
	    report_status_write(tx, &row, path, e) == -1)
		return -1;
	desk_tell(act, path);
	snprintf(path, sizeof(path), "ra/pending/%lld/",
	    (long long)row.dossier);
	desk_tell(act, path);
	return 0;
}

/* The same again is known; another stays away from its name. */
static int
package_means(struct desk_act *act, struct tx *tx, struct err *e)
{
	struct package_row	row;
	char			slot[sizeof(row.slot)];

	snprintf(slot, sizeof(slot), "%.*s",
	    (int)strlen(act->file->name) - 4, act->file->name);
	if (package_of_slot(tx_view(tx), 0, slot, &row) != 1)
		return act->write->bytes.size > 0 ?
		    ra_request_means(act, tx, e) :
		    err_set(e, EINVAL, "the request is empty");
	return strcmp(row.sha256, act->file->sha256) == 0 ? 0 : err_set(e,
	    EPERM, "what was signed stays as it came: drop what is new under "
	    "another name");
}

int
report_means(struct desk_act *act, struct tx *tx, struct err *e)
{
	const struct desk_file	*file = act->file;
	struct report_row	 old;
	struct report		 said;
	int			 rc;

	if (report_name_check(file->name, e) == -1)
		return -1;
	if (is_package(file->name))
		return package_means(act, tx, e);
	if (report_of_file(tx_view(tx), file->id, &old) == 1 ||
	    report_find(tx_view(tx), file->name, &old) == 1)
		return strcmp(old.sha256, file->sha256) == 0 &&
		    strcmp(old.name, file->name) == 0 ? 0 : err_set(e, EPERM,
		    "what was reported stays as it came: report what is new "
		    "under another name");
	if (act->write->bytes.size == 0)
		return err_set(e, EINVAL, "the report is empty");
	if (report_parse(act->write->bytes, &said, e) == -1)
		return -1;
	rc = take_report(act, tx, &said, e);
	report_free(&said);
	return rc;
}

/* rm, or mv somewhere else. */
int
report_left(struct err *e)
{
	return err_set(e, EPERM, "what was reported stays as it came");
}

/* --- confirmation.txt ----------------------------------------------------- */

int
confirmation_may(struct authority *authority, struct view *v, int64_t id,
    const char *name, uid_t uid, struct err *e)
{
	struct dossier	d;

	if (dossier_may(authority, v, id, name, uid, e) == -1)
		return -1;
	return dossier_get(v, id, &d) == 1 && dossier_is_confirmed(d.kind)
	    ? 0 : err_set(e, EPERM, "only a case of revocation is confirmed");
}

static int
put_event(struct desk_act *act, struct tx *tx,
    const struct confirmation_said *said, struct err *e)
{
	struct event	*event;

	event = desk_event(tx_view(tx), "revocation-confirmation",
	    act->file->folder, act->file->uid, role_name(ROLE_REVOCATION));
	event_requirement(event, "REV-6.2.4-03BA");
	event_requirement(event, "REV-6.2.4-03BB");
	event_requirement(event, "REV-6.2.4-09");
	event_outcome(event, said->exception ? "exception" : "confirmed");
	event_detail(event, said->exception ? "exception" : "confirmed",
	    said->why);
	return desk_event_append(tx, event, e);
}

int
confirmation_means(struct desk_act *act, struct tx *tx, struct err *e)
{
	int64_t			 id = DESK_OBJECT(act->file->folder);
	struct confirmation_said said;

	confirmation_read(tx_view(tx), id, &said);
	act->fault = said.fault;
	if (said.there && said.fault.code == 0 &&
	    put_event(act, tx, &said, e) == -1)
		return -1;
	return dossier_look(act, tx, id, e);
}
