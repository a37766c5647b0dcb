/*
 * The CRLs of one snapshot, from there to their publication: built, checked,
 * intended, signed, read again, recorded, each with its event.  They share one
 * number, as a complete one and its delta must (RFC 5280 5.2.3).
 */
#ifndef STATUS_CRL_ROUND_H
#define STATUS_CRL_ROUND_H

#include "bell.h"
#include "crl_scopes.h"
#include "crl_specimen.h"

struct crl_order {
	struct crl_scope *scopes[CRLS_TOGETHER];
	size_t		 count;
	int64_t		 number;	/* that they got */
	bool		 last;		/* each the last of its kind */
};

/*
 * 0: published in the store; -1: none of them is, and why.  EAGAIN: an intent
 * may be open.  ESTALE: the number was behind the signer's, and is above it now.
 */
int	crl_round(const struct desk *, const struct specimen *, struct bell *,
	    struct crl_order *, struct err *);

#endif
