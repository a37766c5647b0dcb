/*
 * What somebody writes into revoke/<serial>, or into the reason.txt of a
 * dossier that revokes (DESIGN 2.2):
 *
 *	REASON [at=TIME] [invalidity=TIME] [text...]
 *	certificateHold [until=TIME] [text...]
 *	reinstate [text...]
 *
 * REASON is a CRLReason of RFC 5280 5.3.1 by name, either case, or number; TIME
 * is a day (its midnight) or "2026-12-01T08:00:00Z", UTC (RFC 3339).
 */
#ifndef CA_REVOCATION_WORDS_H
#define CA_REVOCATION_WORDS_H

#include "clock.h"
#include "crl_reason.h"
#include "err.h"
#include "store_certificates.h"

#define ACT_AHEAD	(366 * USEC_DAY)	/* at= and until=, at most */

struct act_words {
	int	reason;		/* REASON_REINSTATED: reinstate */
	usec_t	at, invalidity, until;	/* 0: not said */
	const char *text;	/* behind it all, in the line */
};
/* EINVAL and what is wrong with the words. */
int	act_parse(const char *line, struct act_words *, struct err *);
/*
 * Do its dates fit this certificate, now?  EINVAL.  Whoever takes an act that
 * is done later asks before it is taken.
 */
int	act_dates_fit(const struct act_words *, const struct certificate *,
	    usec_t now, struct err *);

#endif
