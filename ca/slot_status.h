/*
 * What a slot says of its certificate after it was issued.
 */
#ifndef CA_SLOT_STATUS_H
#define CA_SLOT_STATUS_H

#include "paths.h"
#include "store_certificates.h"

/*
 * In the transaction of a revocation: NAME.status of the slot that still shows
 * this certificate says that it is revoked.
 */
int	slot_status_revoked(struct tx *, const struct certificate *,
	    const char *reason, usec_t when, struct err *);
/* Likewise that it is suspended since then, or (0) is not any more. */
int	slot_status_suspended(struct tx *, const struct certificate *,
	    usec_t since, struct err *);
/* Likewise that it was accepted; `path` of the file, "" when there is none. */
int	slot_status_accepted(struct tx *, const struct certificate *,
	    usec_t when, uid_t, char path[PATH_TEXT], struct err *);

#endif
