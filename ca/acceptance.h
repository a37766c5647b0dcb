/*
 * Acceptance of a certificate (OVR-6.3.4-01): `accept` written into its
 * folder by who acts for the subscriber, where the profile asks for it.
 */
#ifndef CA_ACCEPTANCE_H
#define CA_ACCEPTANCE_H

#include "authority.h"
#include "store_certificates.h"
#include "store_consents.h"

enum acceptance_state { ACCEPTANCE_NOT_ASKED, ACCEPTANCE_AWAITED, ACCEPTED };

/* `a` is set when it was accepted. */
enum acceptance_state acceptance_of(struct view *, const struct config *,
	    const struct certificate *, struct acceptance *a);
/*
 * May this uid accept it?  0, or -1: EACCES (it does not act for the
 * subscriber; an event), EPERM (its profile does not ask), ENOENT.
 */
int	acceptance_may(struct authority *, int64_t certificate, uid_t,
	    struct err *);
/*
 * The line, without its newline.  As before, and EINVAL (not "accept"),
 * EKEYREVOKED, EKEYEXPIRED: there is nothing left to accept; each an event.
 * What was accepted before stays as it was and is a yes.
 */
void	acceptance_act(struct authority *, int64_t certificate, uid_t,
	    struct slice line, drop_done *, void *arg);

#endif
