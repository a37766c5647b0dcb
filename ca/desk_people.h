/*
 * Who stands how to a dossier: its author, its subject, who decided before.
 * Two uids of one person are one person (REQ-7.4.1-11).
 */
#ifndef CA_DESK_PEOPLE_H
#define CA_DESK_PEOPLE_H

#include "authority.h"
#include "store_desk.h"
#include "store_dossiers.h"

/* Whose wish it is, or who wrote what is decided on. */
bool	people_wrote(struct view *, const struct dossier *, uid_t);
/*
 * A file has its bytes from another name, where others may have written them:
 * they are its authors too, but for what was decided there.
 */
int	people_carry(struct tx *, const struct desk_file *, int64_t folder,
	    const char *name, struct err *);
/* Acts for the subscriber, is the subject, or would be by this draft. */
bool	people_are_in_it(struct authority *, struct view *,
	    const struct dossier *, uid_t);
/* Decided on it before. */
bool	people_decided(struct view *, const struct dossier *, uid_t);

#endif
