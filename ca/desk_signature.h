/*
 * The signature of an officer in a dossier: decision*.p7s over decision.txt by
 * the certificate that the officer's appointment names (GEN-6.5.5-04).
 */
#ifndef CA_DESK_SIGNATURE_H
#define CA_DESK_SIGNATURE_H

#include "authority.h"
#include "store_dossiers.h"

/* The document that holds it; EKEYREJECTED with what is missing or wrong. */
int	desk_signature_find(struct authority *, struct view *,
	    const struct dossier *, uid_t, char sha256[SHA256_TEXT],
	    struct err *);

#endif
