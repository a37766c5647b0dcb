/*
 * What a CRL says of itself behind its entries (RFC 5280 5.2): whose it is,
 * its number, and which of the CA's certificates it is about.
 */
#ifndef STATUS_CRL_EXTENSIONS_H
#define STATUS_CRL_EXTENSIONS_H

#include "crl.h"

/* Appends the whole crlExtensions [0] of this list. */
void	crl_put_extensions(struct bytes *, const struct crl_frame *);
/*
 * Reads what stands behind the entries (nothing, or crlExtensions) into the
 * facts, whose number is -1 and all else nothing before: 0, or -1 malformed.
 */
int	crl_read_extensions(struct slice, struct crl_facts *);

#endif
