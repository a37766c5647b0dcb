/*
 * The case of a revocation, as revoke/<serial> reads: who asked, when it was
 * received, authenticated, confirmed and decided, from when on it is in force,
 * what changed since, and when CRL and OCSP first said so.  Every version is
 * kept as it was rendered (a publication of PUBLISHED_CASES), so the
 * same version always reads the same; the row names the newest.
 */
#ifndef STATUS_CASE_TEXT_H
#define STATUS_CASE_TEXT_H

#include "../ca/store_scheduled.h"

struct case_act {
	const char	*role;		/* "subscriber"; NULL: the CA itself */
	const char	*profile;	/* it was issued by */
	const char	*text;		/* behind the reason, or "" */
	const char	*what;		/* of a change: "reason ..., was ..." */
	usec_t		 received, time;
	uid_t		 uid;
	const char	*exception;	/* why it was not confirmed; NULL, "" */
};

/*
 * The next version, for a row about to be stored as it is given; sets its
 * version.  What was said of the serial before stays, with a line more.
 */
int	case_put(struct tx *, struct revocation *, const struct case_act *,
	    struct err *);
/* Likewise of one decided for later; `row` of the serial or NULL. */
int	case_put_plan(struct tx *, struct scheduled *,
	    struct revocation *row, const struct case_act *, struct err *);
/* A new version after on_crl or on_ocsp of the row was set. */
int	case_put_published(struct tx *, struct revocation *, struct err *);
/* A new version that says what was refused last; "TIME by ...". */
int	case_put_refused(struct tx *, struct revocation *, const char *,
	    struct err *);
/* A new version that says when and how the notice was told; "TIME by ...". */
int	case_put_notified(struct tx *, struct revocation *, const char *,
	    struct err *);

#endif
