/*
 * A request that was signed with the certificate it is to follow: CMS
 * SignedData (RFC 5652 5) with the PKCS#10 as its content, the signature made
 * with that certificate's key (REG-6.3.6-02).  What is dropped is told apart by
 * its octets, not by its name.
 */
#ifndef CA_SIGNED_REQUEST_H
#define CA_SIGNED_REQUEST_H

#include "bytes.h"
#include "err.h"
#include "text.h"

struct request_signer {
	char	serial[SERIAL_TEXT];		/* "": nobody signed it */
	char	sha256[SHA256_TEXT];		/* of the certificate inside */
};

/* DER, BER or PEM; false also while it is not whole. */
bool	signed_request_begins(struct slice dropped);
/*
 * The request inside, and who signed it; the signature is right.  0, or -1
 * EBADMSG (its form), EKEYREJECTED (the signature, its key or digest).
 * Whose certificate it is, and whether it counts, is for the caller to ask.
 */
int	signed_request_read(struct slice dropped, struct bytes *request,
	    struct request_signer *, struct err *);

#endif
