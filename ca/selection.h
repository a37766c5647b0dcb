/*
 * Which certificates are meant: what `pkifs select` is asked for, and whether a
 * certificate is one of them.  All that is asked for has to be so.
 */
#ifndef CA_SELECTION_H
#define CA_SELECTION_H

#include "bytes.h"
#include "clock.h"
#include "err.h"
#include "text.h"

#define SELECTION_TEXT		256
#define SELECTION_ATTRIBUTES	8

struct selection {		/* "" and 0: not asked for */
	char	profile[SELECTION_TEXT];
	char	ca[SELECTION_TEXT];		/* the issuer's commonName */
	char	algorithm[SELECTION_TEXT];
	char	key[SHA256_TEXT];	/* SHA-256 of the SPKI, lower case */
	struct {
		char	type[SELECTION_TEXT], value[SELECTION_TEXT];
	} attributes[SELECTION_ATTRIBUTES];
	size_t	attribute_count;
	usec_t	issued_after, issued_before, expires_after, expires_before;
};

/*
 * "profile", "ca", "algorithm" ("rsa", "rsa:2048", "ec", "ec:P-256", or a
 * signature algorithm), "key", "attribute" ("organizationName=Acme", "dns=...",
 * "ip=...", "email=..."; may come again), "issued-after" and so on (a day or a
 * second).  EINVAL says what is wrong; ENOENT: no such option.
 */
int	selection_set(struct selection *, const char *option,
	    const char *value, struct err *);
/*
 * Is it one?  `profile` is the name it was issued by.  1, 0, or -1 EBADMSG: it
 * is no certificate.  Before is before; after is then or after.
 */
int	selection_has(const struct selection *, struct slice der,
	    const char *profile, struct err *);

#endif
