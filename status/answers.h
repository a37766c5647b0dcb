/*
 * OCSP answers from the store's snapshot to the store: built, intended,
 * signed, read again, and kept if what they say is still so.  One for a single
 * question is kept nowhere, but its signature is evidence like any other.
 */
#ifndef STATUS_ANSWERS_H
#define STATUS_ANSWERS_H

#include "bell.h"
#include "desk.h"

struct answer_order {
	struct bytes	ids;		/* CertIDs, joined; the caller's */
	int64_t		answer;		/* becomes its id, 0: none */
	bool		outdated;	/* the status changed meanwhile */
	/* For one question: */
	bool		once;		/* not kept: its octets go to `der`, */
	bool		unknown;	/* also about what was never issued; */
	struct slice	nonce;		/* echoed; the caller's */
	struct bytes	der;		/* empty: none.  The caller frees it */
	usec_t		next_update;
};
/* A revocation that OCSP carries when all orders beside it are kept. */
struct answer_mark {
	int64_t		revocation;
	int		reason;
};
struct answer_list {
	struct answer_order *orders;
	size_t		order_count;
	struct answer_mark *marks;
	size_t		mark_count;
	bool		essential;	/* for a revocation */
};
#define ANSWERS_MOST	64		/* orders in a list */

/*
 * 0, also when some got no answer (their fault is recorded, the last one in
 * `err`); -1: nothing was kept; EAGAIN: intents may be open.
 */
int	answers_make(const struct desk *, const struct signatory *responder,
	    struct answer_list *, struct bell *, struct err *);

#endif
