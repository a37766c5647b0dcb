/*
 * CMS SignedData (RFC 5652 5): what an external RA hands over, with its
 * content inside and one signature; and what this CA signs with the key
 * evidence.
 */
#ifndef CA_CMS_SIGNED_H
#define CA_CMS_SIGNED_H

#include "bytes.h"
#include "clock.h"
#include "err.h"
#include "text.h"

struct signed_content {
	struct bytes	content;	/* what was signed */
	struct bytes	certificate;	/* the signer's, DER */
	char		certificate_sha256[SHA256_TEXT];
	usec_t		not_before, not_after;	/* of the certificate */
};
/*
 * DER or BER.  One signer as cms_signer.h wants him, whose certificate is
 * inside; content and signature right.
 * -1 EBADMSG: it is no SignedData; EILSEQ: the signature is not right;
 * EKEYREJECTED with what else is wrong.  Whose it is, and when that was valid,
 * is the caller's to ask.
 */
int	signed_read(struct slice cms, struct signed_content *, struct err *);
void	signed_free(struct signed_content *);

/*
 * The attributes to be signed (as SET OF) over a content: contentType,
 * messageDigest, signingTime; and the CMS made of them and the signature,
 * with content and the signer's certificate inside.
 */
void	signed_attributes(const char *key_type, struct slice content, usec_t,
	    struct bytes *to);
struct signed_parts {
	struct slice	content, attributes, signature, certificate;
	const char	*key_type;	/* "ec:P-256" */
};
int	signed_assemble(const struct signed_parts *, struct bytes *cms,
	    struct err *);

#endif
