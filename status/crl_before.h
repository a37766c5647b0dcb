/*
 * A list out of the one before it and what changed since: its entries are
 * copied as they stand there, piece by piece, and its octets are held against
 * their digest on the way.  A CRL of a million entries is one file, read from
 * its front to its end, where their rows lie strewn over the whole store.
 */
#ifndef STATUS_CRL_BEFORE_H
#define STATUS_CRL_BEFORE_H

#include "../ca/memory_file.h"
#include "../ca/store_crls.h"

struct crl_entries {
	struct memory_file *file;	/* they are put into; borrowed */
	int64_t		 count;		/* how many were */
};

/*
 * Puts the entries of the list that is wanted.  1; 0: so much changed that the
 * rows themselves are the way, and nothing was put; -1 EBADMSG: the one before
 * is gone, or is not what it was, ENOMEM ...: what was put is of no use.
 */
int	crl_from_before(struct view *, const struct crl_wanted *,
	    const struct crl *before, struct crl_entries *, struct err *);

#endif
