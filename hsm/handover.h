/*
 * What an external RA encrypted to the key `handover`: the key of one package,
 * unwrapped (RFC 5753 3.1 and 7.2, SEC 1 3.6.1, RFC 3394).  The secret that
 * the token agrees on never leaves the signer.
 */
#ifndef HSM_HANDOVER_H
#define HSM_HANDOVER_H

#include "keys.h"

/*
 * The rule's half: a point on the curve of the pinned key.  -1 with a sentence
 * that is for the journal.
 */
int	handover_peer(const struct algorithm *, struct slice tbs,
	    struct bytes *spki, struct err *);
/*
 * C_DeriveKey, KDF, unwrap.  0 with 32 octets to be wiped; -1: EKEYREJECTED it
 * is not wrapped for this key, whatever is wrong with it; else the token's
 * fault.
 */
int	handover_unwrap(struct keys *, const struct algorithm *,
	    struct slice tbs, struct bytes *key, struct err *);

#endif
