/*
 * The certificates of the CA's own keys that others need at hand: of the key
 * handover, to which external RAs encrypt, and of the key evidence, which
 * signs their receipts.  Issued through the pipeline, renewed at half, and
 * published as ca/handover.pem and ca/evidence.pem.  (The OCSP responder sees
 * to its own, as it sends it with each answer.)
 */
#ifndef CA_OWN_CERTIFICATES_H
#define CA_OWN_CERTIFICATES_H

#include "authority.h"
#include "store_certificates.h"

struct own_certificates;

struct own_certificates *own_certificates_new(struct authority *);
/* Not while one is under way (authority_close waits for them). */
void	own_certificates_free(struct own_certificates *);
/* From the slow thread of the duties, again and again. */
void	own_certificates_look(struct own_certificates *);

/* The one in force of a key of ours, the newest; 1/0. */
int	own_certificate_find(struct view *, const struct config *,
	    const char *key, struct certificate *);

#endif
