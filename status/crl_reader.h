/*
 * A CRL that was published, read once more as it is kept: piece by piece, entry
 * by entry, its octets held against their digest.  Of a list of a million
 * entries it has a quarter of a megabyte in memory.
 */
#ifndef STATUS_CRL_READER_H
#define STATUS_CRL_READER_H

#include <openssl/types.h>

#include "../ca/store_crls.h"

struct crl_reader {
	struct slice	entry, serial;	/* the one in front; until the next */
	bool		has_entry;
	/* Its own: */
	struct view	*view;
	const struct crl *crl;
	uint64_t	 read;		/* octets of it */
	struct bytes	 piece, next;
	struct slice	 rest;		/* of the piece, not taken yet */
	size_t		 left;		/* octets of entries, not taken yet */
	EVP_MD_CTX	*digest;
};

/*
 * To its first entry, if it has one; view and row must outlive it.  Each 0, or
 * -1 EBADMSG: what is kept is gone, or is no CRL.  crl_reader_end() always.
 */
int	crl_reader_begin(struct crl_reader *, struct view *,
	    const struct crl *, struct err *);
int	crl_reader_next(struct crl_reader *, struct err *);
/* To its end: are these the octets that were signed?  No entry is left. */
int	crl_reader_check(struct crl_reader *, struct err *);
void	crl_reader_end(struct crl_reader *);

#endif
