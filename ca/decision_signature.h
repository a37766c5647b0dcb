/*
 * The signature of a decision: detached CMS (RFC 5652) over decision.txt by
 * the officer's own certificate (GEN-6.5.5-04: a login alone must not cause
 * issuance where the profile says so).
 */
#ifndef CA_DECISION_SIGNATURE_H
#define CA_DECISION_SIGNATURE_H

#include "bytes.h"
#include "clock.h"
#include "err.h"
#include "text.h"

struct decision_signature {
	char	certificate_sha256[SHA256_TEXT];	/* of the signer's */
	char	serial[SERIAL_TEXT];		/* when this CA issued it; "" */
};
/*
 * DER or PEM; one signer as cms_signer.h wants him, his certificate inside and
 * valid at `now`, the content's digest and signature right.  0, or -1 EKEYREJECTED
 * with what is wrong.  Whose it is and whether it is revoked is the caller's.
 */
int	decision_signature_verify(struct slice cms, struct slice content,
	    usec_t now, struct decision_signature *, struct err *);

#endif
