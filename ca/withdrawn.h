/*
 * Attributes that a registration no longer has: each unexpired certificate
 * that carries one gets a revocation case, for a revocation officer to decide
 * (REV-6.2.4-01).
 */
#ifndef CA_WITHDRAWN_H
#define CA_WITHDRAWN_H

#include "registered.h"

struct withdrawn {
	int64_t	subscriber;
	uid_t	author;			/* of the registration that did it */
	usec_t	now;
	const struct registered *before;	/* what stood */
	const struct registration *after;	/* what stands now */
};
/* In the transaction of the decision.  *cases: how many were found. */
int	withdrawn_open_cases(struct tx *, const struct withdrawn *,
	    size_t *cases, struct err *);
/*
 * Does this certificate (DER) carry something withdrawn?  A line for each goes
 * to `why`; *reason is a CRLReason: 3 affiliationChanged or 9
 * privilegeWithdrawn.  1/0, -1: it does not read.
 */
int	withdrawn_from(const struct withdrawn *, struct slice der,
	    struct bytes *why, int *reason, struct err *);

#endif
