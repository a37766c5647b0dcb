/*
 * The end of a CA as people decide it: somebody asks for its last CRL in
 * revoke/batch/last-crl.txt, which opens a dossier; two revocation officers
 * approve it; from then on nothing is issued, and the publisher makes the last
 * CRL.  It is refused while an unexpired certificate is not revoked.
 */
#ifndef CA_CLOSING_H
#define CA_CLOSING_H

#include "desk_parts.h"
#include "dossier.h"

#define CLOSING_FILE	"last-crl.txt"

/* Who asks: revocation officer, operator or security officer. */
desk_may	closing_may;
desk_meaning	closing_means;
/* EPERM while a certificate stands in the way. */
int		closing_decided(struct authority *, struct tx *,
		    const struct dossier *, const struct decision *,
		    struct err *);

#endif
