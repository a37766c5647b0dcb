/*
 * What an external RA says in a package, once it is open and its signature was
 * found right: who, for whom, the request, and the registration data
 * (docs/FORMAT.package).
 */
#ifndef CA_PACKAGE_H
#define CA_PACKAGE_H

#include "bytes.h"
#include "clock.h"
#include "err.h"

#define PACKAGE_DOCUMENTS	8
#define PACKAGE_ID		65	/* 64 of A-Za-z0-9._- and a NUL */

struct package {
	char	id[PACKAGE_ID];
	char	authority[64];		/* name of the RA here */
	usec_t	time;			/* when it was made */
	char	subscriber[64];
	char	profile[32];		/* "": the box's or the subscriber's */
	struct bytes request;		/* PEM of one PKCS#10, or */
	struct bytes revocation;	/* lines as of a batch */
	struct bytes registration;	/* text; empty: none */
	struct bytes document[PACKAGE_DOCUMENTS];
	size_t	documents;
};
/* EINVAL with line and key; EBADMSG for what is no text of this form. */
int	package_parse(struct slice text, struct package *, struct err *);
/* By whom it says it is, and its time: EACCES, ETIME. */
int	package_check(const struct package *, const char *authority,
	    usec_t now, struct err *);
void	package_free(struct package *);

#endif
