/*
 * Revocations that are recorded and not yet published, and who waits for
 * that.  One is settled when its row says that CRL and OCSP carry it; then
 * both are compared, the names that changed are told, and those who wait get
 * their answer.
 */
#ifndef STATUS_PENDING_H
#define STATUS_PENDING_H

#include "../ca/store_status.h"
#include "desk.h"

struct pending;

struct pending	*pending_new(const struct desk *);
/* Answers all who still wait: what they did is recorded, and pending. */
void		 pending_free(struct pending *);

/*
 * `done` (may be NULL) is called when it is published and told, or after
 * config->wait.
 */
void	pending_add(struct pending *, const struct revocation *, usec_t since,
	    drop_done *, void *arg);
/*
 * Those of the store that are not there yet: after a restart, or revoked by
 * the authority.  Of each that is not on its CRL `scope` is told which one that
 * is; what a batch did is left aside until it has done all of it, a minute at
 * most.
 */
void	pending_add_unpublished(struct pending *,
	    void (*scope)(void *arg, int64_t), void *arg);
/* Since when the oldest waits; 0: none does. */
usec_t	pending_oldest(void *pending);

/* The names of a new CRL (ca/store_crls.h) changed and are to be told at the next settling. */
void	pending_crl_changed(struct pending *, int64_t scope);
/* Called by both makers after each of their publications. */
void	pending_settle(struct pending *);

#endif
