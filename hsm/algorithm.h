/*
 * The algorithms keys of this CA may have: one row each from the kind of key
 * to the one signature algorithm it is used with.  ETSI TS 119 312.
 */
#ifndef HSM_ALGORITHM_H
#define HSM_ALGORITHM_H

#include <openssl/evp.h>

#include "../ca/bytes.h"

struct algorithm {
	const char	*name;		/* "ec:P-256", as in pkifs.conf */
	struct slice	 key;		/* AlgorithmIdentifier in the SPKI */
	struct slice	 signature;	/* AlgorithmIdentifier of signatures */
	const char	*words;		/* "ecdsa-with-SHA256" */
	const EVP_MD	*(*digest)(void);
	const char	*curve;		/* OpenSSL's name; NULL for RSA */
	struct slice	 parameters;	/* CKA_EC_PARAMS */
	unsigned	 bits;		/* of an RSA modulus, at least */
};

/* NULL when there is no such row. */
const struct algorithm *algorithm_by_name(const char *);
/* Of a SubjectPublicKeyInfo; `key_bits` gets the BIT STRING's octets. */
const struct algorithm *algorithm_of_spki(struct slice,
		    struct slice *key_bits);

#endif
