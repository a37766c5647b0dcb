/*
 * The rules of moving a dossier, as two tables: the steps there are, and what
 * is asked of each, in this order.  See desk_rules.h.
 */
#include <errno.h>
#include <stddef.h>

#include "appointments.h"
#include "desk_rules.h"

enum role
move_role(enum dossier_kind kind)
{
	return dossier_is_of_revocation(kind) ? ROLE_REVOCATION : ROLE_RA;
}

/* --- the steps ------------------------------------------------------------ */

static const struct {
	enum dossier_place from, to;
	int		 officers;	/* wanted; 0: however many */
} steps[] = {
	{ PLACE_PENDING, PLACE_APPROVED, 1 },
	{ PLACE_PENDING, PLACE_COUNTERSIGN, 2 },
	{ PLACE_COUNTERSIGN, PLACE_APPROVED, 2 },
	{ PLACE_PENDING, PLACE_REJECTED, 0 },
	{ PLACE_COUNTERSIGN, PLACE_REJECTED, 0 },
};

static int
no_step(const struct move *m, struct err *e)
{
	if (m->from > PLACE_COUNTERSIGN)
		return err_set(e, EPERM, "it was decided: a dossier in %s/ "
		    "stays there", dossier_place_name(m->from));
	if (m->to == PLACE_APPROVED && m->officers == 2)
		return err_set(e, EPERM, "two officers are wanted: move it to "
		    "countersign/, another one moves it on");
	if (m->to == PLACE_COUNTERSIGN)
		return err_set(e, EPERM, "one officer decides on it: move it "
		    "to approved/ or rejected/");
	return err_set(e, EPERM, "a dossier is not moved from %s/ to %s/",
	    dossier_place_name(m->from), dossier_place_name(m->to));
}

/* --- the questions -------------------------------------------------------- */

static int
ask_withdrawn(const struct move *m, struct err *e)
{
	return !m->withdrawn ? 0 : err_set(e, ESTALE, "it was withdrawn: "
	    "there is nothing to decide any more");
}

static int
ask_place(const struct move *m, struct err *e)
{
	return m->lies == m->from ? 0 : err_set(e, ENOENT, "it lies in %s/, "
	    "not in %s/", dossier_place_name(m->lies),
	    dossier_place_name(m->from));
}

static int
ask_role(const struct move *m, struct err *e)
{
	enum role	role = move_role(m->kind);

	return (m->roles & role) != 0 ? 0 : err_set(e, EACCES, "uid %u does "
	    "not have the role %s, which decides here", (unsigned)m->uid,
	    role_name(role));
}

static int
ask_root(const struct move *m, struct err *e)
{
	return !m->separation || m->uid != 0 ? 0 : err_set(e, EACCES, "uid 0 "
	    "is nobody: an officer decides under an account of their own");
}

static int
ask_conflict(const struct move *m, struct err *e)
{
	const char	*conflict = m->separation ?
	    roles_conflict(m->roles) : NULL;

	return conflict == NULL ? 0 : err_set(e, EACCES, "uid %u has roles "
	    "that exclude each other: %s", (unsigned)m->uid, conflict);
}

static int
ask_step(const struct move *m, struct err *e)
{
	size_t	i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i].from == m->from && steps[i].to == m->to &&
		    (steps[i].officers == 0 ||
		    steps[i].officers == m->officers))
			return 0;
	return no_step(m, e);
}

static int
ask_author(const struct move *m, struct err *e)
{
	return !m->separation || !m->is_author ? 0 : err_set(e, EPERM,
	    "nobody decides on what they wrote or asked for");
}

static int
ask_subject(const struct move *m, struct err *e)
{
	return !m->separation || !m->is_subject ? 0 : err_set(e, EPERM,
	    "nobody decides on a case of their own: uid %u is its subject or "
	    "acts for its subscriber (REG-6.2.2-26)", (unsigned)m->uid);
}

static int
ask_another(const struct move *m, struct err *e)
{
	return !m->separation || !m->has_decided ||
	    m->to == PLACE_REJECTED ? 0 : err_set(e, EPERM,
	    "nobody counts twice: another officer moves it on");
}

static int
ask_reason(const struct move *m, struct err *e)
{
	return m->to != PLACE_REJECTED || m->has_reason ? 0 : err_set(e,
	    ENODATA, "a rejection needs its reason: write reason.txt into the "
	    "dossier, then move it");
}

int
move_judge(const struct move *m, struct err *e)
{
	static int (*const questions[])(const struct move *, struct err *) = {
		ask_withdrawn, ask_place, ask_role, ask_root, ask_conflict,
		ask_step, ask_author, ask_subject, ask_another, ask_reason
	};
	size_t	i;

	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (questions[i](m, e) == -1)
			return -1;
	return 0;
}
