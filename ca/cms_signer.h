/*
 * The one signer of CMS SignedData (RFC 5652 5.3), and what is taken of his
 * signature whoever made it: an officer, an external RA, the holder of a key.
 */
#ifndef CA_CMS_SIGNER_H
#define CA_CMS_SIGNER_H

/* cms.h declares its PEM functions only behind pem.h. */
#include <openssl/pem.h>

#include <openssl/cms.h>

#include "err.h"

/*
 * The signer, borrowed, when there is one and he used SHA-2 (RFC 5754) or SHA-3
 * (RFC 9688) of at least 256 bits, with RSA, ECDSA or Ed25519, as TS 119 312
 * has them; NULL and EKEYREJECTED.  That the signature is right is still to be
 * verified.
 */
CMS_SignerInfo *cms_signer_only(CMS_ContentInfo *, struct err *);
/* Is it for signatures, with a key of 112 bits or better?  EKEYREJECTED. */
int	cms_signer_check_certificate(X509 *, struct err *);

#endif
