/*
 * The threads that sign: each takes what was begun, has it signed, writes the
 * ends to the book and only then hands the answers on.
 */
#ifndef HSM_PENS_H
#define HSM_PENS_H

#include "book.h"
#include "keys.h"
#include "protocol.h"

/* One order on its way through the signer. */
struct job {
	struct job	*next;
	uint64_t	 connection;	/* where the answer goes */
	struct wire_order order;
	struct bytes	 copy;		/* the TBS, or ... */
	struct slice	 mapped;	/* ... a file of it */
	struct slice	 tbs;		/* either */
	const struct algorithm *algorithm;	/* of the key handover */
	struct journal_record record;	/* of its beginning */
	struct wire_answer answer;
	struct bytes	 signature;	/* answer.signature */
};
void	job_free(struct job *);
void	jobs_free(struct job *);	/* a whole list */

/* Sets the answer; SIGNED takes the signature from the job. */
void	job_answer(struct job *, enum wire_outcome, uint64_t journal,
	    const char *reason);

struct pens;

/* `answer` owns the list; called from any thread, several at once. */
typedef void pens_answer(void *arg, struct job *list);
struct pens	*pens_new(int threads, struct keys *, struct book *,
		    pens_answer *, void *arg);
/* Drains and ends them. */
void		 pens_free(struct pens *);
/* Hands over what was begun, a list. */
void		 pens_put(struct pens *, struct job *list);
/* Signs it in the calling thread, for when nothing else is under way. */
void		 pens_do(struct pens *, struct job *);
size_t		 pens_busy(struct pens *);	/* not yet answered */
/* Waits until at most so many are not yet answered. */
void		 pens_wait(struct pens *, size_t most);

#endif
