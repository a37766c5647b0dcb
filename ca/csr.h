/*
 * A certification request (PKCS#10, RFC 2986), parsed and verified.
 */
#ifndef CA_CSR_H
#define CA_CSR_H

#include <openssl/evp.h>

#include "bytes.h"
#include "err.h"
#include "text.h"

struct csr_name {
	char	kind[8];	/* "dns", "ip", "email", "other" */
	char	text[256];	/* as text; lower case for dns */
};
struct csr {
	struct bytes	 der;			/* of the request itself */
	EVP_PKEY	*key;
	struct bytes	 spki;			/* DER SubjectPublicKeyInfo */
	char		 spki_sha256[SHA256_TEXT];
	char		 key_type[16];		/* "ec:P-256", "rsa:3072" */
	char		 common_name[256];	/* "" */
	/* Of subjectAltName; without one, a CN that is a DNS name is it. */
	struct csr_name	*names;
	size_t		 name_count;
	bool		 names_from_subject;	/* that CN */
	char		 ignored[512];	/* what it asks beyond names and key */
};

/*
 * 1: `dropped` is one whole request, PEM or DER; 0: not yet complete; -1: can
 * never become one (EBADMSG).  Text before the one PEM block and CRLF are
 * fine; after it only white space; a second BEGIN or trailing octets are not.
 */
int		csr_is_complete(struct slice dropped, struct err *);
/*
 * Parse and verify the proof of possession.  EBADMSG (form, names with NUL, a
 * bad address, too long), EKEYREJECTED (signature).  NULL on fault.
 */
struct csr	*csr_parse(struct slice dropped, struct err *);
void		 csr_free(struct csr *);

/*
 * Is this key good enough: type and size, exponent, small factors, ROCA,
 * Fermat, a curve point on its curve?  0, or -1 EKEYREJECTED with the reason.
 */
int		key_check(const EVP_PKEY *, struct err *);

#endif
