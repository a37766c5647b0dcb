/*
 * The CA's own certificates and public keys, as the ceremony left them in
 * HOME/ca.
 */
#ifndef CA_OWN_H
#define CA_OWN_H

#include "bytes.h"
#include "clock.h"
#include "err.h"

struct ca_key {			/* fixed facts of each key, for keys.txt */
	char	name[16];	/* root, issuing, ocsp, ... */
	char	algorithm[32];	/* "ec:P-256" */
	char	signature[32];	/* "ecdsa-with-SHA256" */
	struct bytes spki;
};

#define OWN_KEYS	5

struct own {
	char	name[128];	/* commonName of the issuing certificate */
	char	root_name[128];
	struct bytes root_der, issuing_der, root_crl_der;
	struct ca_key keys[OWN_KEYS];
	usec_t	root_not_after, issuing_not_after;
	char	policies[8][64];	/* of the issuing certificate, dotted */
};

/*
 * Reads HOME/ca and checks that it fits together: the root signed itself, the
 * issuing certificate and the CRL; the keys are those of the certificates.
 */
int	own_read(struct own *, const char *home, struct err *);
void	own_free(struct own *);
/* May the issuing certificate's policies have this one (RFC 5280 6.1.3 d)? */
bool	own_has_policy(const struct own *, const char *oid);

#endif
