/*
 * CRLReason: why a certificate is on a CRL (RFC 5280 5.3.1).  The numbers are
 * in CRLs, OCSP answers and the store.
 */
#ifndef CA_CRL_REASON_H
#define CA_CRL_REASON_H

enum crl_reason {
	REASON_UNSPECIFIED		= 0,	/* no extension says it */
	REASON_KEY_COMPROMISE		= 1,
	REASON_CA_COMPROMISE		= 2,
	REASON_AFFILIATION_CHANGED	= 3,
	REASON_SUPERSEDED		= 4,
	REASON_CESSATION_OF_OPERATION	= 5,
	REASON_HOLD			= 6,	/* certificateHold: suspended */
	/* 7 is not used. */
	REASON_REINSTATED		= 8,	/* removeFromCRL: valid again */
	REASON_PRIVILEGE_WITHDRAWN	= 9,
	REASON_AA_COMPROMISE		= 10,
	REASONS
};

/* "keyCompromise"; NULL for a number that is no reason. */
const char *reason_name(int);
/* -1: no reason of that name, upper or lower case. */
int	reason_find(const char *name);

#endif
