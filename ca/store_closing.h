/*
 * The end of a CA in the store: decided by two officers, then nothing more is
 * issued, and when the last CRL says of every certificate what there is to
 * say, done (CSS-6.3.9-06).  There is no way back: a trigger says so too.
 */
#ifndef CA_STORE_CLOSING_H
#define CA_STORE_CLOSING_H

#include "store_certificates.h"

enum closing { CLOSING_NOT, CLOSING_DECIDED, CLOSING_DONE };

enum closing	closing_state(struct view *);
/* Later than it is now; raises policy-seq. */
int		closing_set(struct tx *, enum closing, struct err *);
/*
 * Or the root revoked the issuing CA, at that time and for ever (0: it did
 * not; CSS-6.3.9-13).
 */
usec_t		closing_revoked(struct view *);
int		closing_set_revoked(struct tx *, usec_t, struct err *);
/*
 * Certificates of the issuing CA that have not ended and are not revoked for
 * good (a suspended one is not), the CA's own too; in no order.
 */
void		closing_unrevoked(struct view *, usec_t now,
		    certificate_each *, void *arg);
/* Certificates that are to be signed, or may have been. */
bool		closing_is_signing(struct view *);

#endif
