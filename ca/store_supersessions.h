/*
 * Certificates that are to be revoked because something follows them, and when.
 */
#ifndef CA_STORE_SUPERSESSIONS_H
#define CA_STORE_SUPERSESSIONS_H

#include "store.h"

struct supersession {
	int64_t	certificate, successor;
	usec_t	due;
	int	reason;			/* CRLReason: 3, 4 or 9 */
};

/* Or sooner, where there is one. */
int	supersession_put(struct tx *, const struct supersession *,
	    struct err *);
int	supersession_get(struct view *, int64_t certificate,
	    struct supersession *);	/* 1/0; not done */
/* It was revoked, or is over. */
int	supersession_done(struct tx *, int64_t certificate, usec_t when,
	    struct err *);
/* Not done and due at or before `now`, by their time. */
typedef int supersession_each(void *arg, const struct supersession *);
void	supersessions_due(struct view *, usec_t now, supersession_each *,
	    void *arg);

#endif
