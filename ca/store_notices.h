/*
 * Notices in the store (REV-6.3.9-03): what subscriber and subject are told
 * when a certificate is revoked, suspended or reinstated.  One is made in the
 * transaction of the change and never changes; while a command has yet to
 * deliver it, it is due.
 */
#ifndef CA_STORE_NOTICES_H
#define CA_STORE_NOTICES_H

#include "store.h"

struct notice {
	int64_t	id, certificate;
	int	reason;			/* CRLReason; 8: reinstated */
	usec_t	time, effective;
	usec_t	until;			/* of a suspension; 0: open */
};
struct notice_due {
	struct notice notice;
	unsigned tries;			/* so far */
	usec_t	next;			/* the next, by the clock */
};

/* Sets the id; `deliver`: it is due at once. */
int	notice_put(struct tx *, struct notice *, bool deliver, struct err *);
int	notice_get(struct view *, int64_t id, struct notice *);	/* 1/0 */
/* The newest of a certificate; 1/0. */
int	notice_newest(struct view *, int64_t certificate, struct notice *);

int64_t	notices_last(struct view *);		/* the newest's id; 0 */
typedef int notice_one(void *arg, const struct notice *);
void	notices_since(struct view *, int64_t id, notice_one *, void *arg);

int	notice_due(struct view *, int64_t id, struct notice_due *); /* 1/0 */
typedef int notice_each(void *arg, const struct notice_due *);
/*
 * The first of those that are due, `most` at most; one that is due later than
 * `latest` is so by a clock that was wrong, and due now.
 */
void	notices_due(struct view *, usec_t now, usec_t latest, int most,
	    notice_each *, void *arg);
/* When the next behind `now` is due; 0: none is. */
usec_t	notices_next_after(struct view *, usec_t now);
int64_t	notices_waiting(struct view *, unsigned tries);	/* at least */
int	notice_try_again(struct tx *, const struct notice_due *,
	    struct err *);
int	notice_close(struct tx *, int64_t id, struct err *);	/* not due */

#endif
