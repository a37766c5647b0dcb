/*
 * A batch: the jobs of one transaction of the committer's, in order, each with
 * what became of it.
 */
#ifndef CA_COMMIT_BATCH_H
#define CA_COMMIT_BATCH_H

#include "clock.h"
#include "commit.h"

#define BATCH	256	/* jobs in one transaction */

struct batch {
	struct job	*job[BATCH];
	bool		 failed[BATCH];
	struct err	 fault[BATCH];
	size_t		 count;
	bool		 careful;	/* a way back for each job */
	bool		 roomy;		/* essential ones may join it */
	usec_t		 begun;
};

/*
 * Applies those from `from` on in the transaction, or in a new one when it had
 * to be begun again; a job that fails by itself is marked.  NULL: the
 * transaction is lost.
 */
struct tx *batch_apply(struct batch *, size_t from, struct tx *,
	    struct err *);

/* All that did not fail by themselves fail with this. */
void	batch_fail(struct batch *, const struct err *fault);
/* The disk is full: all but what was done fails with a sentence for it. */
void	batch_refuse(struct batch *);
bool	batch_all_failed(const struct batch *);
bool	batch_has_essential(const struct batch *);

/*
 * Fills `part` with the essential jobs that found no room, and `index` with
 * their places; count 0 when there are none.
 */
void	batch_roomless(const struct batch *, struct batch *part,
	    size_t index[BATCH]);

#endif
