/*
 * Who may decide on a dossier and which way it goes (DESIGN 2.2; REG-6.2.2-26,
 * REQ-7.1.3-01): pure rules over what is known of the move.
 */
#ifndef CA_DESK_RULES_H
#define CA_DESK_RULES_H

#include "roles.h"
#include "store_dossiers.h"

struct move {
	enum dossier_kind kind;
	enum dossier_place lies, from, to;
	bool	withdrawn;
	int	officers;		/* wanted: 1 or 2 */
	/* The rules between people: always, but in a lenient sandbox. */
	bool	separation;
	uid_t	uid;
	unsigned roles;
	/* Of this uid or of the person behind it. */
	bool	is_author;		/* wrote it or asked for it */
	bool	is_subject;		/* is in it, or acts for who is */
	bool	has_decided;		/* on this dossier, before */
	bool	has_reason;		/* reason.txt says something */
};

/* The role that decides on a kind. */
enum role	move_role(enum dossier_kind);
/*
 * 0, or -1 with the sentence: ESTALE, ENOENT, EACCES, EPERM, ENODATA as
 * desk_move says.
 */
int		move_judge(const struct move *, struct err *);

#endif
