/*
 * agreement.txt and subject-agreement.txt in a subscriber's box (desk folder
 * DESK_BOX; REG-6.3.4-07 to -11A): who may write them, and what it comes to.
 */
#ifndef CA_AGREEMENT_ACT_H
#define CA_AGREEMENT_ACT_H

#include "desk_parts.h"

#define AGREEMENT_STATUS	"agreement.status"	/* in the box */
#define AGREEMENT_OFFICERS	"agreement"	/* in ra/subscribers/NAME/ */

/* How large an agreement may be: the terms in force and a filled-in form. */
size_t	agreement_max(struct authority *);
/*
 * EACCES: this uid does not act for the subscriber, or is not the subject;
 * EPERM: no name of ours, the root box or that of a profile, or nobody but the
 * subscriber has to agree.
 */
desk_may	agreement_may;
/*
 * A filled-in form is an agreement: its row, its event, what follows for
 * publication, and `take_up`.  An untouched copy of the terms is kept and means
 * nothing; anything else, a name that is not the registered one, too, is kept,
 * has a fault (EINVAL) and an event.
 * AGREEMENT_STATUS beside it says in words what is so.
 */
desk_meaning	agreement_means;

/*
 * AGREEMENT_STATUS anew where there is one, as registration and terms in force
 * are now; `path` of it, "" when there is none.
 */
int	agreement_status_renew(struct tx *, const struct config *,
	    int64_t subscriber, char path[PATH_TEXT], struct err *);
/* At a start: of all that tell of other terms than those in force. */
void	agreement_statuses_renew(struct authority *);

#endif
