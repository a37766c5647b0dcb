/*
 * Orders that wait to go to the signer: a queue for each kind, in the order the
 * kinds are served, each in the order of numbers.  Who calls has a lock.
 */
#ifndef HSM_OUTBOX_H
#define HSM_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "../ca/clock.h"
#include "../ca/signing.h"

struct outbox_entry {
	struct outbox_entry *next;
	struct sign_order *order;	/* borrowed */
	uint64_t	 id;
};

enum { OUTBOX_RECOVER, OUTBOX_CRL, OUTBOX_CERTIFICATE, OUTBOX_EVIDENCE,
	OUTBOX_OCSP, OUTBOX_HANDOVER, OUTBOX_QUEUES };

struct outbox_queue {
	struct outbox_entry *first, **last;
	usec_t		 pause;		/* not before */
};

struct outbox {
	struct outbox_queue queue[OUTBOX_QUEUES];
};

void	 outbox_init(struct outbox *);
void	 outbox_clear(struct outbox *);	/* frees the entries, not the orders */
bool	 outbox_is_empty(const struct outbox *);

/* Behind those of its kind; from then on the entry is the outbox's. */
void	 outbox_put(struct outbox *, struct outbox_entry *);
/* By number: what comes back stands before what never went.  Its queue. */
struct outbox_queue *outbox_put_back(struct outbox *, struct outbox_entry *);
/* The first of a queue that is not empty, to the caller. */
struct outbox_entry *outbox_take(struct outbox_queue *);

/* When the first pause ends of a queue with something in it; 0: never. */
usec_t	 outbox_pause_ends(const struct outbox *, usec_t now);

#endif
