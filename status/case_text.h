/*
 * The case of a revocation, as revoke/<serial> reads: who asked, when it was
 * received and decided, and when CRL and OCSP first said so.  Every version
 * is kept as it was rendered (a publication in the folder "revoke"), so the
 * same version always reads the same; the row names the newest.
 */
#ifndef STATUS_CASE_TEXT_H
#define STATUS_CASE_TEXT_H

#include "../ca/store_status.h"

struct case_act {
	const char	*role;		/* "subscriber" */
	const char	*text;		/* behind the reason, or "" */
	usec_t		 time;
	uid_t		 uid;
	int		 reason;
};

/* The first version of a revocation about to be stored; sets its version. */
int	case_put_new(struct tx *, struct revocation *, const struct case_act *,
	    struct err *);
/* A change of the reason; the row still holds the old one. */
int	case_put_change(struct tx *, struct revocation *,
	    const struct case_act *, struct err *);
/* A new version after on_crl or on_ocsp of the row was set. */
int	case_put_published(struct tx *, struct revocation *, struct err *);

/* "keyCompromise"; NULL for a number RFC 5280 5.3.1 does not give. */
const char *reason_name(int);

#endif
