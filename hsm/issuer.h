/*
 * What a CA's certificate says of it, as slices into its DER.
 */
#ifndef HSM_ISSUER_H
#define HSM_ISSUER_H

#include "../ca/bytes.h"
#include "../ca/clock.h"

#define ISSUER_POLICIES 16

struct issuer_facts {
	struct slice	serial;		/* content of the INTEGER */
	struct slice	name;		/* subject, whole */
	struct slice	spki;		/* whole */
	struct slice	key_id;		/* subjectKeyIdentifier */
	usec_t		not_before, not_after;
	struct slice	policies[ISSUER_POLICIES];	/* OIDs, content */
	size_t		policy_count;
};

/* -1 when it is no certificate with a subjectKeyIdentifier. */
int	issuer_facts_get(struct issuer_facts *, struct slice der);
/* Does its issuer's CRL list this serial?  1, 0; -1: it is no CRL. */
int	issuer_lists(struct slice crl, struct slice serial);
/* The revokedCertificates of a CRL, whole; empty when it has none.  0, -1. */
int	issuer_revoked(struct slice crl, struct slice *);

#endif
