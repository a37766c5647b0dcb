/*
 * One token with one key in it.  libp11 logs in, finds the key once and signs;
 * what a new token needs (C_InitToken, C_InitPIN, C_GenerateKeyPair) is done
 * with Cryptoki itself, in a process of its own.
 */
#ifndef HSM_TOKEN_H
#define HSM_TOKEN_H

#include "../ca/bytes.h"
#include "../ca/err.h"
#include "algorithm.h"

struct token_module;
struct token;

#define TOKEN_LABEL "pkifs-%s"		/* of the key's name */

/* Loads and initialises a PKCS#11 module; one at a time in a process. */
struct token_module *token_module_open(const char *path, struct err *);
void	token_module_close(struct token_module *);

/*
 * Logs in with the PIN (one try, none when a wrong one would lock the token)
 * and finds the token's one private key.  Faults: ENODEV there is no such
 * token, EKEYREJECTED the PIN is wrong (do not try it again), ENOKEY the
 * token holds no key we can use, EIO the rest.
 */
struct token *token_open(struct token_module *, const char *label,
	    const char *pin, struct err *);
void	token_close(struct token *);
const struct algorithm *token_algorithm(const struct token *);
struct slice	token_spki(const struct token *);	/* borrowed */
/*
 * The signature of `tbs` as it stands in a BIT STRING.  From any thread: each
 * call has a session of its own from the pool and no key is looked up.  EIO:
 * the session or the device is gone, open the module anew.
 */
int	token_sign(struct token *, struct slice tbs, struct bytes *signature,
	    struct err *);
/*
 * ECDH of the token's key with the peer's SubjectPublicKeyInfo, which is a
 * point on the same curve: the shared secret (C_DeriveKey), to be wiped.
 */
int	token_agree(struct token *, struct slice peer, struct bytes *secret,
	    struct err *);

struct token_plan {
	const char	*module;
	const char	*label;
	const char	*so_pin, *pin;
	const struct algorithm *algorithm;
	bool		 agrees;	/* C_DeriveKey instead of C_Sign */
};
/*
 * Initialises a free slot as this token and generates its key: sensitive, not
 * extractable, good for C_Sign (or C_DeriveKey) and nothing else.  A label in
 * use is EEXIST.
 * Loads the module into the calling process, so call it in a child.
 */
int	token_create(const struct token_plan *, struct bytes *spki,
	    struct err *);

#endif
