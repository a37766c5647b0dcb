/*
 * The CRLs of a CA that were made, each with its digest (its bytes are a
 * document), and the rows the next ones are made of.  All of one CA share one
 * sequence of numbers (RFC 5280 5.2.3).
 */
#ifndef CA_STORE_CRLS_H
#define CA_STORE_CRLS_H

#include "store.h"
#include "text.h"

/* What a CRL is about: a shard has its own number, which is above 0. */
#define CRL_COMPLETE	((int64_t)0)	/* all that the CA issues */
#define CRL_DELTA	((int64_t)-1)	/* ... that changed since a base */

struct crl {
	char	issuer[16], sha256[SHA256_TEXT];
	int64_t	scope, number;
	int64_t	base;			/* number of a delta's base; 0 */
	int64_t	change;			/* newest change it knows of */
	usec_t	since;			/* which ended before are not on it */
	usec_t	this_update, next_update;
	bool	scheduled;		/* it was due, nothing else asked */
	int64_t	entries;
};
int	crl_put(struct tx *, const struct crl *, struct err *);
/* Each 1/0. */
int	crl_newest(struct view *, const char *issuer, int64_t scope,
	    struct crl *);
int	crl_newest_scheduled(struct view *, const char *issuer, int64_t scope,
	    struct crl *);
int	crl_get(struct view *, const char *issuer, int64_t scope,
	    int64_t number, struct crl *);
/* The oldest complete one that somebody may still hold as valid. */
int	crl_base(struct view *, const char *issuer, usec_t now, struct crl *);

/* One revocation, as far as a CRL says something about it. */
struct crl_row {
	struct slice serial;		/* octets; until the next row */
	int	reason;
	usec_t	effective, invalidity;
	int64_t	change;			/* the one that made it so */
};
/*
 * Rows in the order of serials, read from an index that has all of it, without
 * sorting.  An ended certificate's stays until a scheduled CRL issued after its
 * end had it (RFC 5280 3.3): `since` is when the newest of these was.
 */
struct crl_wanted {
	const char *issuer;
	int64_t	shard;			/* 0: all of the issuer */
	usec_t	since;			/* which ended before: not */
	/*
	 * Only what changed after this, reinstated ones too; -1: all that is
	 * revoked now.
	 */
	int64_t	after;
};
typedef int crl_row_each(void *arg, const struct crl_row *);
void	crl_rows(struct view *, const struct crl_wanted *, crl_row_each *,
	    void *arg);
/*
 * What a list (wanted->after -1) says otherwise than the one before it, in the
 * order of serials: revocations that changed since, and with reason 8 what is
 * not on it any more, if it was.  false, and no row: they are so many that
 * crl_rows() is the shorter way, or the one before is of no use.
 */
bool	crl_changes(struct view *, const struct crl_wanted *,
	    const struct crl *before, crl_row_each *, void *arg);
/* Counts up with each revocation and each change of one; 0: none yet. */
int64_t	revocations_newest_change(struct view *);

#endif
