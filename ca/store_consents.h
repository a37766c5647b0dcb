/*
 * What subscribers said of their certificates, in the store: the consent to
 * publication as it follows from agreements (one row, so that an issuance asks
 * one thing), and acceptances.
 */
#ifndef CA_STORE_CONSENTS_H
#define CA_STORE_CONSENTS_H

#include <sys/types.h>

#include "store.h"

struct consent {
	int64_t	subscriber;
	bool	publish;	/* what is issued now is published */
	bool	withdrawn;	/* what was published is so no more */
	int64_t	agreement;	/* that it follows from */
	usec_t	changed;
	usec_t	unfinished;	/* certificates of this notAfter and later
				 * are still to be published or withdrawn;
				 * 0: none */
};
int	consent_put(struct tx *, const struct consent *, struct err *);
int	consent_get(struct view *, int64_t subscriber, struct consent *);
/* Any with something unfinished; 1/0. */
int	consent_unfinished(struct view *, struct consent *);
usec_t	consents_changed(struct view *);	/* the last; 0: never */

struct acceptance {
	int64_t	certificate;
	usec_t	time;
	uid_t	uid;
};
/* EPERM: it was accepted before. */
int	acceptance_put(struct tx *, const struct acceptance *, struct err *);
int	acceptance_get(struct view *, int64_t certificate,
	    struct acceptance *);	/* 1/0 */

#endif
