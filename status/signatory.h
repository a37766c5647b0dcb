/*
 * Who signs what the world reads, by its certificate: the CA for its CRL, the
 * delegated responder for OCSP answers.
 */
#ifndef STATUS_SIGNATORY_H
#define STATUS_SIGNATORY_H

#include "../ca/bytes.h"
#include "../ca/clock.h"
#include "../ca/err.h"

struct signatory;

/* From a certificate's DER; NULL when it cannot be read or its key is none
 * of ours. */
struct signatory *signatory_new(struct slice certificate, struct err *);
void		 signatory_free(struct signatory *);

struct slice	signatory_certificate(const struct signatory *);
struct slice	signatory_name(const struct signatory *);	/* subject */
/* Octets of its serial, the sign left out. */
struct slice	signatory_serial(const struct signatory *);
struct slice	signatory_key_id(const struct signatory *);	/* SKI */
/* Contents of the subjectPublicKey BIT STRING, as OCSP hashes it. */
struct slice	signatory_key_bits(const struct signatory *);
/* The AlgorithmIdentifier it signs with, DER; and its name for evidence. */
struct slice	signatory_algorithm(const struct signatory *);
const char	*signatory_algorithm_name(const struct signatory *);
/* OpenSSL's names of its digest and of its curve (NULL: an RSA key). */
const char	*signatory_digest(const struct signatory *);
const char	*signatory_curve(const struct signatory *);
/* Octets of its longest signature. */
size_t		signatory_signature_most(const struct signatory *);
usec_t		signatory_not_before(const struct signatory *);
usec_t		signatory_not_after(const struct signatory *);

/* Does this signature over `tbs` verify?  0, or -1 EBADMSG. */
int		signatory_verify(const struct signatory *, struct slice tbs,
		    struct slice signature, struct err *);

/* SHA-1, which OCSP alone still uses (RFC 6960 4.1.1); the 20 octets. */
void		digest_sha1(unsigned char to[20], struct slice);

#endif
