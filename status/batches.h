/*
 * Batches of revocations (revoke/batch/): what the store has taken is done
 * line by line, a few hundred in a transaction, so that issuance and single
 * acts go on between; then NAME.result has a verdict on each line, and all is
 * published at once.  What a crash interrupted goes on at the next start.
 * One that is larger than a single person may decide on is only tried, and
 * waits in ra/pending/ for another revocation officer (batch_trial.h).
 */
#ifndef STATUS_BATCHES_H
#define STATUS_BATCHES_H

#include "desk.h"

struct batches;

/* `finished` is called behind each, from the thread of the batches. */
struct batches	*batches_new(const struct desk *, void (*finished)(void *),
		    void *arg);
/* One was decided on: there may be something to do. */
void		 batches_ring(struct batches *);
/* Ends between two transactions. */
void		 batches_free(struct batches *);
/*
 * A file of the desk was taken as a batch: `done` (may be NULL) is called when
 * its result is there, at once when nothing is open of it, or after
 * config->wait.
 */
void		 batches_wait(struct batches *, int64_t file, drop_done *,
		    void *arg);

#endif
