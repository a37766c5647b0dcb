/*
 * A certificate: put together, re-read before it counts, and told about.
 */
#ifndef CA_CERTIFICATE_H
#define CA_CERTIFICATE_H

#include "config.h"
#include "csr.h"
#include "dn.h"

/* The certificate: TBS, algorithm and signature. */
int	certificate_assemble(struct slice tbs, struct slice signature,
	    struct bytes *der, struct err *);
/* What was approved, as far as it is known; borrowed. */
struct approved {
	const struct dn		*subject;	/* NULL: only the TBS knows */
	const struct csr_name	*names;
	size_t			 name_count;
	const char		*spki_sha256;	/* "": the same */
};
/*
 * Re-read what came out: it parses, its TBS are these very bytes, the
 * signature verifies under the issuer's key (config's issuing certificate),
 * and subject, names and key are those approved (DIS-6.1-02A).
 */
int	certificate_reread(struct slice der, struct slice tbs,
	    const struct approved *, const struct config *, struct err *);

/* Facts of a certificate for the store and the tree. */
struct certificate_facts {
	char	serial[SERIAL_TEXT], common_name[256];
	char	sha256[SHA256_TEXT], spki_sha256[SHA256_TEXT];
	usec_t	not_before, not_after;
};
int	certificate_facts(struct slice der, struct certificate_facts *,
	    struct err *);
/* cert.txt: as `openssl x509 -text` prints it. */
void	certificate_text(struct slice der, struct bytes *to);

#endif
