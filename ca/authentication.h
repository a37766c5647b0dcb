/*
 * How a change was authenticated: by the login of who dropped it, by an external
 * RA, or by the certificate it follows (REG-6.3.6-02).
 */
#ifndef CA_AUTHENTICATION_H
#define CA_AUTHENTICATION_H

#include "application.h"

/* Whose certificate signed the request: sets app->signed_by. */
void	authentication_find(struct application *, struct view *);
/* "valid", "suspended", "revoked", "expired" then; "not ours" without an id. */
const char *authentication_state(const struct certificate *, usec_t when);
/*
 * As the gates found it: "login", "external RA north", "old certificate 4F...,
 * valid at TIME".
 */
#define AUTHENTICATION	160
void	authentication_text(const struct application *,
	    char to[AUTHENTICATION]);

#endif
