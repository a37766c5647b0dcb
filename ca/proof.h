/*
 * The proof that somebody holds the private key of a certificate, and so that
 * it may not be relied on any more (REV-6.2.4-09): a certification request
 * with the sentence as its commonName, or CMS SignedData over the sentence,
 * detached or not, made with the certificate's own key.  PEM or DER.
 */
#ifndef CA_PROOF_H
#define CA_PROOF_H

#include "bytes.h"
#include "err.h"

#define PROOF_MAX	((size_t)32 * 1024)	/* octets */
#define PROOF_SENTENCE	65	/* a commonName: 64 (RFC 5280 A.1), and NUL */

/* revoke/HOWTO.txt states it; it names the certificate by its serial. */
void	proof_sentence(const char *serial, char to[PROOF_SENTENCE]);
/* 1: whole; 0: not yet, and what is missing; -1: never, EBADMSG. */
int	proof_is_complete(struct slice, struct err *);
/*
 * Is it made with the key of this certificate (DER), over its sentence?  0, or
 * -1 EBADMSG (its form), EKEYREJECTED (another key, another sentence).
 */
int	proof_verify(struct slice proof, struct slice certificate,
	    const char *serial, struct err *);

#endif
