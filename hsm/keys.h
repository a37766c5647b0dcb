/*
 * The signer's keys: each in a token of its own, opened with the PIN of its
 * own, compared with the public key pinned in HOME/ca, and opened again when
 * it comes back.  A PIN that was wrong is not tried again before its file has
 * changed.
 */
#ifndef HSM_KEYS_H
#define HSM_KEYS_H

#include "protocol.h"
#include "rules.h"

struct keys;

/* `dir` is HOME/signer.  Nothing is opened before the first keys_tick. */
struct keys	*keys_new(const char *dir, const char *module,
		    const struct rules *);
void		 keys_free(struct keys *);
/*
 * Opens what is not open and due; from one thread, once a second.  True when
 * something changed since the last call.
 */
bool		 keys_tick(struct keys *);
/* 1 ready, 0 not, with the reason, -1 no such key here. */
int		 keys_ready(struct keys *, const char *name,
		    char reason[REASON_MAX]);
/* The message of all keys; `trouble` (NULL: none) is why none is ready. */
void		 keys_put(struct keys *, const char *trouble,
		    struct bytes *message);
/*
 * A signature, from any thread.  A session or device that is gone is opened
 * anew and the signature tried once more; -1: it was not made, as far as is
 * known.
 */
int		 keys_sign(struct keys *, const char *name, struct slice tbs,
		    struct bytes *signature, struct err *);
/* The same for a secret agreed on with a SubjectPublicKeyInfo; to be wiped. */
int		 keys_agree(struct keys *, const char *name, struct slice peer,
		    struct bytes *secret, struct err *);

#endif
