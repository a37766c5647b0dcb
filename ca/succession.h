/*
 * What kind of change a request is, told by comparing it with the slot's
 * current certificate and not by what the caller says: same key and content a
 * renewal, a new key for the same subject and names a re-key, the same key and
 * other names or attributes a modification, everything else a new application.
 */
#ifndef CA_SUCCESSION_H
#define CA_SUCCESSION_H

#include "csr.h"
#include "gates.h"

struct wanted {			/* what the new certificate would hold */
	const struct profile	*profile;	/* NULL: unknown */
	const char		*spki_sha256;
	const struct dn		*subject;
	const struct csr_name	*names;
	size_t			 name_count;
};

/* `der` is the current certificate; 0, or -1 when it cannot be read. */
int	succession_compare(struct slice der, const struct wanted *,
	    enum succession *, struct err *);

#endif
