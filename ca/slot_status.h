/*
 * What a slot says of its certificate after it was issued.  That it is revoked
 * is not written anywhere: the text says so when it is read, for a mass
 * revocation has better things to do than to write a hundred thousand texts.
 */
#ifndef CA_SLOT_STATUS_H
#define CA_SLOT_STATUS_H

#include "paths.h"
#include "store_certificates.h"
#include "store_requests.h"

/* CRLReason of the slot's certificate, once that is for ever; or -1. */
int	slot_status_reason(struct view *, const struct slot *);
/*
 * The text of that number, with the line that its certificate was revoked for
 * this reason (-1: without), and since when it says so; 1/0.
 */
int	slot_status_text(struct view *, int64_t status, int reason,
	    struct bytes *to, usec_t *since);

/*
 * In the transaction of a revocation: NAME.status of the slot that still shows
 * this certificate has another reason from now on.
 */
int	slot_status_revoked(struct tx *, const struct certificate *,
	    const char *reason, usec_t when, struct err *);
/* Likewise that it is suspended since now, or (0) is not any more. */
int	slot_status_suspended(struct tx *, const struct certificate *,
	    usec_t since, struct err *);
/* Likewise that it was accepted; `path` of the file, "" when there is none. */
int	slot_status_accepted(struct tx *, const struct certificate *,
	    usec_t when, uid_t, char path[PATH_TEXT], struct err *);

#endif
