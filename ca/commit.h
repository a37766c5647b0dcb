/*
 * One writer commits for all: jobs that arrive while a transaction is being
 * synced go into the next one together, so durability costs one fsync a batch.
 * They are applied meanwhile when one had come before the sync began.
 * A job whose apply fails is rolled back alone; when the commit itself fails,
 * every job of the batch fails with its errno (ENOSPC, EROFS, EIO).
 */
#ifndef CA_COMMIT_H
#define CA_COMMIT_H

#include <stdbool.h>

#include "store.h"

struct committer;

struct job {
	/*
	 * Runs in the committer's thread inside the transaction; 0 or -1.
	 * For an essential job that found no room it runs again, for each
	 * slice of the reserve, after all it did was rolled back: it must not
	 * carry over an id.
	 */
	int	(*apply)(struct job *, struct tx *, struct err *);
	/*
	 * Runs in the committer's thread after the sync (fault NULL) or when
	 * the job failed, in the order of the commits, perhaps when jobs of the
	 * next one were applied; must not wait for anything.  Owns the job
	 * again.
	 */
	void	(*done)(struct job *, const struct err *fault);
	bool	 essential;	/* may use the reserve: revocation, CRL */
	bool	 patient;	/* may wait 100 ms for others to go with */
	/*
	 * Its apply may run again after all it did was rolled back, as an
	 * essential one's: it carries over no id.  Both kinds are applied
	 * without a way back for each, and when one fails all of them again.
	 */
	bool	 repeatable;
	struct job *next;	/* the committer's */
};

/*
 * Starts its threads (and the store's, which brings the WAL home): to be
 * called once the process has confined itself.
 */
struct committer *committer_new(struct store *);
/* Finishes what was submitted, ends the thread. */
void	committer_free(struct committer *);
void	commit_submit(struct committer *, struct job *);
/*
 * So many more (or fewer) are on their way to submit a job.  The committer
 * waits for half of them before it begins, no longer than a transaction takes,
 * so that one sync does for several; an essential job waits for nobody.
 */
void	commit_expect(struct committer *, int more);
/*
 * Called with true before the done functions of several jobs run, and with
 * false behind the last: what they start together may go together.  NULL: no
 * more; returns when no such call is under way.
 */
void	commit_set_together(struct committer *, void (*)(void *, bool),
	    void *);
/*
 * Submit and wait; 0 or -1.  Not from a done function; the job's own done is
 * not called.
 */
int	commit_wait(struct committer *, struct job *, struct err *);
/*
 * From an apply that does more the longer it runs: does anybody wait for its
 * end, to be applied or to be told?
 */
bool	commit_is_awaited(struct committer *);
/* Number of commits so far, for the bench and the metrics. */
unsigned long commit_count(struct committer *);

#endif
