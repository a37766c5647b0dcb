/*
 * Revoking by key (SDP-6.5.1-21): every unexpired certificate with it, and it
 * is blocked for ever; by revoke/by-key/, and whenever the key of one
 * certificate is reported compromised.
 */
#ifndef STATUS_REVOCATION_KEY_H
#define STATUS_REVOCATION_KEY_H

#include "revocation_change.h"

/* Is it what can be done to a key?  EINVAL, ENOENT with their sentences. */
int	revocation_key_allowed(struct view *, const struct act_order *,
	    const char *key, struct err *);
/*
 * revocation_change(), and with keyCompromise the same for the other
 * certificates with its key.
 */
int	revocation_change_with_key(const struct act_order *, struct tx *,
	    struct revocation *row, struct err *);
/*
 * For every certificate with the key; `row` is one of them, with id 0 when
 * there is none.
 */
int	revocation_change_key(const struct act_order *, const char *key,
	    struct tx *, struct revocation *row, struct err *);

#endif
