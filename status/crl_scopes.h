/*
 * The CRLs of the issuing CA, one row each, and when each is due: the complete
 * one, its delta, and one for each shard that certificates name.
 *
 * Each is made anew well before its nextUpdate and at least once a day, also
 * when it is empty; and at once when it is the one where those who have a
 * certificate look for its revocation.  The complete one, when nobody's, comes
 * behind, and never takes more than a tenth of the time.  Before a large one
 * that is asked for its delta is made alone, once.
 */
#ifndef STATUS_CRL_SCOPES_H
#define STATUS_CRL_SCOPES_H

#include "../ca/store_crls.h"
#include "../ca/store_shards.h"
#include "desk.h"

#define CRLS_TOGETHER	16	/* are made from one snapshot, at most */

struct crl_scope {
	int64_t	id;		/* CRL_COMPLETE, CRL_DELTA, a shard's */
	char	url[SHARD_URL];	/* of a shard; "" else */
	usec_t	since;		/* the newest begins; 0: there is none */
	usec_t	ends;
	usec_t	due;		/* on schedule */
	usec_t	until;		/* none names it any more; 0: some do */
	int64_t	entries;	/* of the newest */
	int64_t	change;		/* the newest one it knows of */
	int64_t	number;		/* of the newest */
	bool	asked;		/* a revocation waits to be on it */
};

struct crl_scopes;

struct crl_scopes *crl_scopes_new(const struct desk *);
void	crl_scopes_free(struct crl_scopes *);

/* Looks which shards there are now; forgets what was asked. */
void	crl_scopes_look(struct crl_scopes *);
/* A revocation of this scope is not on a CRL yet. */
void	crl_scopes_ask(void *scopes, int64_t scope);
/*
 * Which are to be made now, together: `to` gets up to CRLS_TOGETHER of them,
 * borrowed until the next look; how many.
 */
size_t	crl_scopes_due(struct crl_scopes *, usec_t now,
	    struct crl_scope *to[CRLS_TOGETHER]);
/*
 * Which lack the last of their kind (never the delta): the same, and none when
 * all have it.
 */
size_t	crl_scopes_last(struct crl_scopes *,
	    struct crl_scope *to[CRLS_TOGETHER]);
/* Is none older than what readers may have seen (crl_number_seen())? */
bool	crl_scopes_are_anew(const struct crl_scopes *);
/* When the next of this scope is due on schedule; 0: there is none yet. */
usec_t	crl_scheduled(struct view *, usec_t life, int64_t scope);
/* The id of the n-th; false: there are not so many. */
bool	crl_scopes_nth(const struct crl_scopes *, size_t n, int64_t *id);
/* When something is due, if nothing is asked before. */
usec_t	crl_scopes_next(const struct crl_scopes *);
/* They were made, which took so long; tells health. */
void	crl_scopes_made(struct crl_scopes *, usec_t took, int64_t number,
	    struct crl_scope *const *, size_t);

#endif
