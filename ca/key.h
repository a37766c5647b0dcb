/*
 * Public keys as they stand in SubjectPublicKeyInfo: RSA, and EC on P-256,
 * P-384 and P-521; and signatures under them.  Much faster than OpenSSL 3.0's
 * own decoders, which cost more than the verification of a signature.
 */
#ifndef CA_KEY_H
#define CA_KEY_H

#include <openssl/evp.h>

#include "bytes.h"
#include "err.h"

#define KEY_TYPE	16

/*
 * `type` becomes "ec:P-256" or "rsa:3072".  NULL: EBADMSG for what is no key,
 * EKEYREJECTED for a kind of key that is not taken or a point off its curve.
 */
EVP_PKEY	*key_from_spki(struct slice spki, char type[KEY_TYPE],
		    struct err *);
/*
 * Instead of EVP_PKEY_free, by who has the only reference: the next key of the
 * kind is made from it.
 */
void		 key_give_back(EVP_PKEY *);
/* The same without making the key: form only. */
int		 key_type_of_spki(struct slice spki, char type[KEY_TYPE]);
/* What stands in the BIT STRING, for key identifiers. */
int		 key_bits_of_spki(struct slice spki, struct slice *bits);
/*
 * The AlgorithmIdentifier (whole) with which a key of this type signs here
 * (GEN-6.5.3-05): a fixed table.  -1 for a type without.
 */
int		 key_signs_with(const char *type, struct slice *algorithm);
/* 0, or -1 EKEYREJECTED: unknown algorithm, another key's, wrong signature. */
int		 key_verify(EVP_PKEY *, struct slice algorithm,
		    struct slice message, struct slice signature, struct err *);
/*
 * The same for a key with which much is verified, always by one algorithm.  It
 * keeps a reference to the key; in one thread at a time.
 */
struct key_verifier;
struct key_verifier *key_verifier_new(EVP_PKEY *, struct slice algorithm,
		    struct err *);
void		 key_verifier_free(struct key_verifier *);
int		 key_verifier_ask(struct key_verifier *, struct slice message,
		    struct slice signature, struct err *);

#endif
