/*
 * Where an element of BER (X.690) ends: what CMS tools stream has indefinite
 * lengths, which the strict reader of der.h refuses.
 */
#ifndef CA_BER_H
#define CA_BER_H

#include "bytes.h"

/*
 * Octets of the element in front: 1; not known yet: 0; no BER, nested deeper
 * than 16, or with more than 100,000 parts: -1.
 */
int	ber_extent(struct slice, size_t *);

#endif
