/*
 * Acceptance of a certificate (OVR-6.3.4-01): `accept` written into its
 * folder by who acts for the subscriber, where the profile asks for it.
 */
#ifndef CA_ACCEPTANCE_H
#define CA_ACCEPTANCE_H

#include "authority.h"

/* EACCES, EPERM (its profile does not ask), EINVAL (not "accept"). */
void	acceptance_act(struct authority *, int64_t certificate, uid_t,
	    struct slice line, drop_done *, void *arg);

#endif
