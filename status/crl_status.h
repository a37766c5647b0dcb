/*
 * What CRLs say of a certificate to whoever relies on it (RFC 5280 6.3.3), as
 * far as lists like ours go: a complete one or a shard, and a delta on top.
 */
#ifndef STATUS_CRL_STATUS_H
#define STATUS_CRL_STATUS_H

#include "crl.h"

struct crl_question {
	const struct signatory *issuer;
	struct slice	 serial;	/* octets of the INTEGER */
	struct slice	 point;		/* URI of its CDP; empty: none */
	usec_t		 now;
};

/*
 * 1: revoked, and the entry; 0: not; -1: the list cannot be relied upon, and
 * why (EBADMSG not sound, ESTALE not current, EXDEV not about it).  A delta
 * (empty: none) that is not of this list is a fault too.
 */
int	crl_says(const struct crl_question *, struct slice list,
	    struct slice delta, struct crl_entry *, struct err *);

#endif
