/*
 * What `init` does with keys: tokens with a PIN of its own each, the keys in
 * them, root and issuing certificate, root CRL.  A sandbox only; the ceremony
 * of a production CA is another program.
 */
#ifndef HSM_CEREMONY_H
#define HSM_CEREMONY_H

#include <sys/types.h>

#include "../ca/err.h"

struct ceremony_plan {
	const char *home;	/* exists, empty but for what init put there */
	const char *key;	/* "ec:P-256", "ec:P-384", "rsa:3072" */
	const char *name;	/* "Example SANDBOX" */
	const char *url;	/* BASE */
	const char *policies;	/* of the sandbox, dotted, by blanks */
	const char *module;	/* PKCS#11 module */
	uid_t	    signer_uid;	/* who owns HOME/signer; gid too */
	gid_t	    signer_gid;
};

/*
 * Makes HOME/signer (0700: tokens/, softhsm2.conf, pin-<key> 0400, journal),
 * HOME/offline (0700: the root's token, pin, softhsm2.conf) and HOME/ca:
 * root.der issuing.der root.crl, and <key>.spki for issuing, ocsp, evidence,
 * handover and root.  Each key is generated with Cryptoki, sensitive, not extractable.
 */
int	ceremony_run(const struct ceremony_plan *, struct err *);
/* A certificate that the root issued, and why it is revoked. */
struct ceremony_revocation {
	const char *serial;	/* upper-case hexadecimal */
	int	    reason;	/* RFC 5280 5.3.1 */
};
/*
 * A new root CRL from HOME/offline into HOME/ca/root.crl; at most a year.  It
 * lists what the last one did, and one more unless that is NULL (CSS-6.3.9-13).
 */
int	ceremony_root_crl(const char *home, const struct ceremony_revocation *,
	    struct err *);

#endif
