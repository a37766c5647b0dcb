/*
 * What becomes of a certificate that something follows: revoked as superseded
 * when the profile says so, so many days later; and at once, whatever the
 * profile says, when what stands in it is not true any more.
 */
#ifndef CA_SUPERSESSION_H
#define CA_SUPERSESSION_H

#include "application.h"
#include "changes.h"

/*
 * In the transaction of the successor's result.  *due: when the predecessor is
 * revoked, 0: it stands until its end; *reason: as what (CRLReason).
 */
int	supersession_record(const struct application *, struct tx *,
	    const struct certified *was, const struct certified *now,
	    usec_t *due, int *reason, struct err *);
/* Revokes what is due through parts->revoke; may wait for a commit. */
void	supersessions_look(struct authority *);
/* Is anything due? */
bool	supersessions_are_due(struct authority *);

#endif
