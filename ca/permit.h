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
	    char serial[SERIAL_TEXT], struct bytes *tbs, struct err *);

#endif
