/*
 * [revocation] of pkifs.conf, what a CPS has to say of revoking (REV-6.2.4-01
 * a to g): who may ask, how, how it is confirmed, for which reasons, by what
 * it becomes known, and both delays.  The program goes by it, and the CPS is
 * rendered from it.
 */
#ifndef CA_REVOCATION_RULES_H
#define CA_REVOCATION_RULES_H

#include <stdbool.h>

#include "bytes.h"
#include "clock.h"
#include "crl_reason.h"
#include "err.h"

#define REVOCATION_RECEIPT_MAX	(24 * 3600 * USEC)	/* REV-6.2.4-03A */

struct revocation_rules {
	char	who[8][16], how[8][16], confirmation[8][16];
	char	reasons[REASONS][24], mechanism[2][8];
	char	deadlines[REASONS][48];		/* "keyCompromise 4 h" */
	char	exception[256];			/* REV-6.2.4-03BA */
	usec_t	decision_max, status_max;
	int	batch_max_alone;	/* lines of a batch without another */
	usec_t	deadline[REASONS];	/* by reason; 0: not given here */
};

/* Of one word of a list: conf_key's check. */
int	revocation_check_who(const char *, struct err *);
int	revocation_check_how(const char *, struct err *);
int	revocation_check_confirmation(const char *, struct err *);
int	revocation_check_reason(const char *, struct err *);
int	revocation_check_mechanism(const char *, struct err *);
/* Of all of it together; fills in `deadline`.  EINVAL names the key. */
int	revocation_rules_check(struct revocation_rules *, struct err *);

/* Is the word in the list? */
bool	revocation_asked_by(const struct revocation_rules *, const char *who);
bool	revocation_asked_how(const struct revocation_rules *,
	    const char *how);
bool	revocation_for_reason(const struct revocation_rules *, int reason);
/* From receipt until every status method shows it, at most. */
usec_t	revocation_deadline(const struct revocation_rules *, int reason);

/* Sentences and tables for the CPS. */
void	revocation_put_who(const struct revocation_rules *, struct bytes *);
void	revocation_put_how(const struct revocation_rules *, struct bytes *);
void	revocation_put_confirmation(const struct revocation_rules *,
	    struct bytes *);
void	revocation_put_reasons(const struct revocation_rules *,
	    struct bytes *);
void	revocation_put_mechanism(const struct revocation_rules *,
	    struct bytes *);

#endif
