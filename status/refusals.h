/*
 * Refused acts as a sentence to read (DESIGN 2, rule 6): in
 * revoke/refused/<uid>.txt, the latest first; and what was refused to somebody
 * with a right to the certificate stands in its `status`, too.
 */
#ifndef STATUS_REFUSALS_H
#define STATUS_REFUSALS_H

#include "../ca/store_status.h"

struct refusal {
	uid_t		 uid;
	const char	*about;		/* the name in revoke/ */
	const char	*role;		/* "": none */
	const struct certificate *certificate;	/* id 0: not known */
	const char	*sentence;
	usec_t		 time;
};
int	refusal_put(struct tx *, const struct refusal *, struct err *);

#define REFUSED_USERS	16	/* in one second */
struct refusal_count {
	uid_t	uid;
	usec_t	since;		/* steady; 0: unused */
	int	count;
};
/* One more of this uid's: is it among the `most` of a second? */
bool	refusal_counts(struct refusal_count[REFUSED_USERS], uid_t, int most);

#endif
