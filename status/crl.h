/*
 * A certificate revocation list (RFC 5280 section 5), version 2: of all that
 * one CA issues, of one of its distribution points, or what changed since a
 * complete one was made (a delta).  It is
 * streamed: entries are put one behind the other as a cursor gives them, what
 * stands around them is put when their size is known, and it is read the same
 * way; there is never a tree of entries.
 */
#ifndef STATUS_CRL_H
#define STATUS_CRL_H

#include "../ca/bytes.h"
#include "../ca/clock.h"
#include "../ca/err.h"
#include "signatory.h"

struct crl_entry {
	struct slice serial;	/* octets, the first is not 0; borrowed */
	usec_t	revoked;
	int	reason;		/* CRLReason; 0 writes no extension (5.3.1) */
	usec_t	invalidity;	/* invalidityDate (5.3.2); 0: none */
};
/*
 * Which list it is.  What it says of itself is in its extensions, which
 * status/crl_extensions.h writes and reads.
 */
struct crl_frame {
	const struct signatory *issuer;
	int64_t	number;
	usec_t	this_update, next_update;
	int64_t	base;		/* deltaCRLIndicator (5.2.4); 0: complete */
	/* URI, as it stands in certificates; empty: all of the CA (5.2.5). */
	struct slice point;
	struct slice freshest;	/* URI of the delta (5.2.6); empty: none */
	usec_t	expired_on;	/* ExpiredCertsOnCRL (X.509); 0: none */
	bool	last;		/* nextUpdate is 99991231235959Z */
};

void	crl_put_entry(struct bytes *entries, const struct crl_entry *);
/* What stands around so many octets of entries, to be a TBSCertList. */
void	crl_put_frame(const struct crl_frame *, size_t entries,
	    struct bytes *front, struct bytes *behind);
/*
 * Before it is signed: is it the strict form of what the frame says, each
 * entry once and in order, `entries` of them, and is it to be issued at all?
 */
int	crl_check(struct slice tbs, const struct crl_frame *, int64_t entries,
	    struct err *);
/* What stands around a TBSCertList, to be a CertificateList. */
void	crl_put_signature(size_t tbs, const struct signatory *,
	    struct slice signature, struct bytes *front,
	    struct bytes *behind);
/* Do these make one with this TBS, and does the signature verify? */
int	crl_reread(struct slice front, struct slice tbs, struct slice behind,
	    const struct signatory *, struct err *);

/* What stands in a CRL, ours or another's; slices point into its octets. */
struct crl_facts {
	struct slice	tbs, algorithm, issuer, entries, key_id, signature;
	struct slice	head, extensions;	/* around the entries */
	int64_t		number, base;	/* -1, 0: none */
	struct slice	point, freshest;	/* URIs; empty: none */
	usec_t		expired_on;	/* 0: none */
	usec_t		this_update, next_update;	/* next 0: none */
};
int	crl_read(struct slice der, struct crl_facts *, struct err *);
int	crl_read_tbs(struct slice tbs, struct crl_facts *, struct err *);
/* Takes one entry from facts.entries: 1, 0 none left, -1 malformed. */
int	crl_next_entry(struct slice *entries, struct crl_entry *);
/* The same, whole and not looked into; 0 also when only a part is there. */
int	crl_next_octets(struct slice *entries, struct slice *entry,
	    struct slice *serial);
/* Where entries begin in a CRL of which this is the front, and their octets. */
int	crl_find_entries(struct slice front, size_t *begin, size_t *size);
/* By number, as memcmp. */
int	crl_order(struct slice serial, struct slice other);

#endif
