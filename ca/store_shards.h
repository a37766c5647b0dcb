/*
 * Shards of a CA's CRL in the store: each is a distribution point of its own,
 * with the certificates that name it.  One is never changed or removed: what
 * stands in certificates stands there for ever.
 */
#ifndef CA_STORE_SHARDS_H
#define CA_STORE_SHARDS_H

#include "store.h"

#define SHARD_URL	320

struct shard {
	int64_t	id;
	char	issuer[16];		/* "issuing" */
	/* These octets stand in CDP and IDP (RFC 5280 5.2.5). */
	char	url[SHARD_URL];
	/* By then all that name it have ended; 0: it is in use. */
	usec_t	until;
};

/* A new one for this issuer, at BASE/status/crl/<id>.crl; sets id and url. */
int	shard_add(struct tx *, struct shard *, const char *base, struct err *);
/* Out of use (a time), or in use again (0). */
int	shard_set_until(struct tx *, int64_t id, usec_t until, struct err *);
typedef int shard_each(void *arg, const struct shard *);
/* Those that are in use, or were until `since` or later; in order of id. */
void	shards_list(struct view *, const char *issuer, usec_t since,
	    shard_each *, void *arg);

#endif
