/*
 * Where a PKCS#11 module and its tokens lie.
 */
#ifndef HSM_PLACE_H
#define HSM_PLACE_H

#include <stddef.h>

#include "../ca/err.h"

/* `module` of [token] in a pkifs.conf, which core has checked. */
int	place_module(const char *conf, char *to, size_t room, struct err *);
/*
 * Lets SoftHSM in this process find the tokens of `dir`: a copy of them in
 * dir/working, made anew where it differs.  SoftHSM writes a token's file in
 * place at each login, so whoever is killed then would leave it empty.  Call it
 * while no module is open.  Without dir/tokens (another module) it does
 * nothing.
 */
int	place_softhsm(const char *dir, struct err *);
/* dir/tokens and dir/softhsm2.conf, which names it. */
int	place_make_softhsm(const char *dir, struct err *);
/* From then on dir/softhsm2.conf names the tokens as those of `path`. */
int	place_name_softhsm(const char *dir, const char *path, struct err *);
/*
 * A sentence for everybody: on one line, and not where `dir` is on this
 * machine; what lies in it is named from there.
 */
void	place_hide(const char *dir, const char *text, char *to, size_t room);
/* Brings new tokens to disk, which SoftHSM does not. */
int	place_sync(const char *dir, struct err *);

#endif
