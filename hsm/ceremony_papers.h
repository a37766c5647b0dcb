/*
 * What the root signs at its ceremony: its own certificate, that of the issuing
 * CA, and its CRL, each as the DER to be signed.
 */
#ifndef HSM_CEREMONY_PAPERS_H
#define HSM_CEREMONY_PAPERS_H

#include "../ca/err.h"
#include "algorithm.h"
#include "issuer.h"

#define CEREMONY_SERIAL 35	/* 34 digits and a NUL */

struct ca_plan {
	const char	*name;		/* of the CA; its parts add a word */
	const char	*url, *policies;
	const struct algorithm *algorithm;	/* of the root's key */
	struct slice	 root_spki, spki;	/* issuer's, subject's */
	usec_t		 not_before, not_after;
	char		 serial[CEREMONY_SERIAL];
};
/* The root's own certificate: pathlen 1. */
void	ceremony_root_tbs(const struct ca_plan *, struct bytes *);
/* The issuing CA's: pathlen 0, the sandbox's policies. */
int	ceremony_issuing_tbs(const struct ca_plan *, struct bytes *,
	    struct err *);

struct crl_plan {
	const struct algorithm *algorithm;
	const struct issuer_facts *root;
	usec_t		 this_update, next_update;
	int64_t		 number;
	struct slice	 revoked;	/* SEQUENCE of the last one, or empty */
	const char	*serial;	/* one more, hexadecimal; NULL */
	int		 reason;	/* why */
};
void	ceremony_crl_tbs(const struct crl_plan *, struct bytes *);
/* SEQUENCE { tbs, algorithm, signature }. */
void	ceremony_assemble(struct slice tbs, const struct algorithm *,
	    struct slice signature, struct bytes *der);

#endif
