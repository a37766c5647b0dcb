/*
 * A CRL is compared with the store: does it say what its revocations said at
 * the moment it was made of?  What changed since then it need not say.
 */
#ifndef STATUS_COMPARE_CRL_H
#define STATUS_COMPARE_CRL_H

#include "../ca/store_crls.h"
#include "../ca/store_status.h"
#include "bell.h"

struct differences {
	struct err	first;
	int64_t		count, compared;
	struct bell	*bell;		/* closed: enough was seen; or NULL */
};
void	differences_add(struct differences *, const char *serial,
	    const char *what);

/* Of a revocation what a list says, or where: a batch has 250,000. */
struct revoked {
	int64_t	shard, change;
	usec_t	effective, invalidity;
	usec_t	expires;	/* its certificate */
	int	reason;
	char	serial[SERIAL_TEXT];
};
void	compare_take(struct revoked *, const struct revocation *);
/* Are these on the newest CRL of that scope as they are?  By serial. */
void	compare_crl_rows(struct view *, int64_t scope,
	    const struct revoked *rows, size_t, struct differences *);
bool	compare_is_over(const struct differences *);
/* All that is on it, and all that should be; or until the bell is closed. */
void	compare_crl_whole(struct view *, int64_t scope, struct differences *);

#endif
