/*
 * What the files of the desk share, and orders.c and ra_revocation.c, whose
 * jobs and publications are the desk's.
 */
#ifndef CA_DESK_PRIVATE_H
#define CA_DESK_PRIVATE_H

#include "authority_own.h"
#include "desk_parts.h"
#include "event.h"

/* --- names (desk_names.c) ------------------------------------------------- */

struct desk_name {
	enum desk_kind	 folder;
	const char	*pattern;	/* of fnmatch */
	size_t		 max;		/* 0: as large as the terms let it be */
	const char	*event;		/* of an accepted write */
	bool		 is_document;	/* evidence, its name personal */
	desk_may	*may;
	desk_meaning	*meaning;	/* NULL: it is kept, no more */
};
/* NULL with EINVAL, ENAMETOOLONG, or EPERM: a name of ours. */
const struct desk_name *desk_name_find(int64_t folder, const char *name,
	    struct err *);
/* The form alone, of a folder that somebody makes. */
int	desk_name_check(const char *name, size_t most, struct err *);

/* --- what happened (desk_events.c) ---------------------------------------- */

/* An event about a folder, with its dossier's request where it has one. */
struct event *desk_event(struct view *, const char *name, int64_t folder,
	    uid_t, const char *role);
int	desk_event_append(struct tx *, struct event *, struct err *);
/* A job that its authority outlives; the second is the last of its done. */
void	desk_job_submit(struct authority *, struct job *);
void	desk_job_end(struct authority *);
const char *desk_role(struct authority *, uid_t);
void	desk_publish(struct authority *, char paths[][PATH_TEXT],
	    size_t count);
/* "ra/pending/42", "ra/subscribers/acme", "requests/acme"; no slash behind. */
void	desk_path(char to[PATH_TEXT], struct view *, int64_t folder);

/* --- refusals (desk_refusals.c) ------------------------------------------- */

/*
 * Somebody was refused: an event, bounded for those without a role, and the
 * sentence in `state` of the folder for those with one.
 */
void	desk_refused(struct authority *, int64_t folder, uid_t,
	    const char *what, const struct err *why);
/* Only what says no to a person is evidence; a full disk is not. */
bool	desk_is_refusal(const struct err *);

/* --- meanings ------------------------------------------------------------- */

/* desk_drafts.c: a draft as it stands now; its state and dossier. */
int	draft_look(struct authority *, struct tx *, int64_t draft, uid_t,
	    struct desk_act *, struct err *);
/* desk_dossiers.c: an undecided dossier's texts follow what lies in it. */
int	dossier_look(struct desk_act *, struct tx *, int64_t dossier,
	    struct err *);
/* desk.c: the meaning of a change in a folder that is no write. */
int	desk_folder_moved(struct desk_act *, struct tx *, int64_t folder,
	    struct err *);

#endif
