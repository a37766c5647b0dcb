/*
 * Subscribers that another group belongs to, and the kernel is not told yet to
 * look at the folders of their certificates anew.  Written in the transaction
 * that gives the group, so that a core that ends leaves it to the next one.
 */
#ifndef CA_STORE_REGROUPINGS_H
#define CA_STORE_REGROUPINGS_H

#include "store.h"

struct regrouping {
	int64_t	subscriber;
	int64_t	change;		/* rises while it is not told */
};

int	regrouping_put(struct tx *, int64_t subscriber, struct err *);
/* One of them, the same one until it ends; 1/0. */
int	regrouping_first(struct view *, struct regrouping *);
/* It is told.  When it changed again meanwhile, that stays. */
int	regrouping_end(struct tx *, const struct regrouping *, struct err *);

#endif
