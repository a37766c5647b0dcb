/*
 * The number of CRLs, one for all of a round: it never goes back, whatever
 * became of the last one, and whatever store was put back (RFC 5280 5.2.3).
 */
#ifndef STATUS_CRL_NUMBER_H
#define STATUS_CRL_NUMBER_H

#include "desk.h"

/* The last that was intended; 0: none. */
int64_t	crl_number_last(struct view *);
int	crl_number_set(struct tx *, int64_t, struct err *);
/*
 * The signer, or publish_dir, knows of `known`, which is above what this store
 * knows: goes on above it, with an event.  Readers may have seen lists up to that number.
 */
int	crl_number_raise(struct tx *, int64_t known, struct err *);
int64_t	crl_number_seen(struct view *);		/* that; 0 */

#endif
