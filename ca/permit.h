/*
 * A permit: made only from a complete verdict without findings, it carries a
 * copy of what was judged and is spent by one to-be-signed certificate.
 * Nothing else makes one, so skipping a gate does not compile.
 */
#ifndef CA_PERMIT_H
#define CA_PERMIT_H

#include "config.h"
#include "csr.h"
#include "dn.h"
#include "verdict.h"

struct permit;

struct judged {
	const struct profile *profile;
	struct bytes	spki;			/* copied into the permit */
	char		key_type[16];
	struct dn	subject;
	struct csr_name	*names;
	size_t		name_count;
	usec_t		end;		/* notAfter at the latest; 0: any */
	const char	*crl_point;	/* URL of its shard, borrowed; NULL */
};

/* NULL unless the verdict is complete and empty. */
struct permit	*permit_make(const struct verdict *, const struct judged *);
void		 permit_free(struct permit *);

/*
 * The to-be-signed certificate (DER) and its serial (34 upper-case digits:
 * 0x01 and 16 octets of chance).  Spends the permit: a second call is a fault.
 * notBefore is `now` cut to seconds, notAfter = notBefore + days - 1 s, never
 * past the issuer's own end or the one judged.
 */
int	permit_spend(struct permit *, const struct config *, usec_t now,
	    char serial[41], struct bytes *tbs, struct err *);

/*
 * Pre-issuance lint over the TBS itself: every rule of the table (RFC 5280, EN
 * 319 412-2, the profile); -1 with the first fault.  `crl_point` as judged.
 */
int	tbs_lint(struct slice tbs, const struct profile *,
	    const struct config *, const char *crl_point, struct err *);
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
	char	serial[41], sha256[65], spki_sha256[65], common_name[256];
	usec_t	not_before, not_after;
};
int	certificate_facts(struct slice der, struct certificate_facts *,
	    struct err *);
/* cert.txt: as `openssl x509 -text` prints it. */
void	certificate_text(struct slice der, struct bytes *to);

#endif
