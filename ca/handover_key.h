/*
 * The encrypted key of one package, as core hands it to the signer: what a
 * KeyAgreeRecipientInfo (RFC 5652 6.2.2, RFC 5753) says to one recipient.
 *
 *	HandoverKey ::= SEQUENCE {
 *	    kdfHash     OBJECT IDENTIFIER,      SHA-256, -384 or -512
 *	    ephemeral   OCTET STRING,           point, uncompressed
 *	    ukm     [0] OCTET STRING OPTIONAL,  at most 64 octets
 *	    wrapped     OCTET STRING }          RFC 3394, of 32 octets
 */
#ifndef CA_HANDOVER_KEY_H
#define CA_HANDOVER_KEY_H

#include <openssl/evp.h>

#include "bytes.h"

#define HANDOVER_KEY		32	/* octets of the key: AES-256 */
#define HANDOVER_WRAPPED	40

struct handover_key {
	struct slice	kdf_hash;	/* content of the OID */
	struct slice	ephemeral;
	bool		has_ukm;
	struct slice	ukm;
	struct slice	wrapped;
};

void	handover_key_put(struct bytes *, const struct handover_key *);
/* From a whole SEQUENCE; -1 when it is none or out of bounds. */
int	handover_key_get(struct slice, struct handover_key *);
/* The hash of an OID's content, as KDF; NULL: none of the three. */
const EVP_MD	*handover_hash(struct slice oid);

#endif
