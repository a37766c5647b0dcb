/*
 * Where a PKCS#11 module and its tokens lie.
 */
#ifndef HSM_PLACE_H
#define HSM_PLACE_H

#include <stddef.h>

#include "../ca/err.h"

/* `module` of [token] in a pkifs.conf, which core has checked. */
int	place_module(const char *conf, char *to, size_t room, struct err *);
/* Lets SoftHSM in this process find the tokens of `dir`. */
void	place_softhsm(const char *dir);
/* dir/tokens and dir/softhsm2.conf, which names it. */
int	place_make_softhsm(const char *dir, struct err *);
/*
 * Brings the files of dir/tokens to disk and takes the right to write them
 * away, once the keys are made.
 */
int	place_settle_softhsm(const char *dir, struct err *);

#endif
