/*
 * What a CRL says of itself behind its entries (RFC 5280 5.2): whose it is,
 * its number, and which of the CA's certificates it is about.
 *
 *	authorityKeyIdentifier	the issuer's keyIdentifier
 *	cRLNumber
 *	deltaCRLIndicator	of a delta, critical: the number of its base
 *	issuingDistributionPoint	of a shard, critical: one URI, the octets
 *				that stand in the certificates' CDP
 *	freshestCRL		of a complete one: the URI of the delta
 *	expiredCertsOnCRL	X.509 9.5.2.9: entries stay since then
 */
#ifndef STATUS_CRL_EXTENSIONS_H
#define STATUS_CRL_EXTENSIONS_H

#include "crl.h"

/* Appends the whole crlExtensions [0] of this list. */
void	crl_put_extensions(struct bytes *, const struct crl_frame *);
/*
 * Reads what stands behind the entries (nothing, or crlExtensions) into the
 * facts, whose number is -1 and all else nothing before: 0, or -1 malformed.
 * Each of the above stands at most once, in exactly the form above; another
 * is passed over unless it is critical, which is -1 (5.2: not to be used).
 */
int	crl_read_extensions(struct slice, struct crl_facts *);

#endif
