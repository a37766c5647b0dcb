/*
 * A CRL is looked at by others' eyes before it is signed, by a
 * throw-away key: OpenSSL reads one that says the same, and verifies it.
 */
#ifndef STATUS_CRL_SPECIMEN_H
#define STATUS_CRL_SPECIMEN_H

#include "crl.h"

struct specimen;

/* With a key of the signatory's kind that signs nothing else. */
struct specimen	*specimen_new(const struct signatory *);
void		 specimen_free(struct specimen *);

/*
 * Signs this TBSCertList, or of a large one its frame with the first entries,
 * and has OpenSSL parse and verify it: 0, or -1 with what is wrong.
 */
int		 specimen_check(const struct specimen *, struct slice tbs,
		    struct err *);

#endif
