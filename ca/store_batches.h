/*
 * Batches of revocations in the store: what was taken, how far it is done, and
 * the verdicts so far.  Progress moves in the transaction of what was done, so
 * a crash does nothing twice and leaves nothing out.
 */
#ifndef CA_STORE_BATCHES_H
#define CA_STORE_BATCHES_H

#include <sys/types.h>

#include "store.h"

struct batch {
	int64_t	id, file;		/* of the desk */
	char	name[256], sha256[65];	/* of the document */
	uid_t	uid;
	usec_t	received, finished;	/* 0: not yet */
	int64_t	at, line;		/* octets and lines that are done */
	int64_t	lines, done, refused;	/* in all; verdicts so far */
};

/* Sets the id; EEXIST: this file with these octets was taken. */
int	batch_put(struct tx *, struct batch *, struct err *);
/* at, line, done, refused, finished; EPERM when it is finished. */
int	batch_update(struct tx *, const struct batch *, struct err *);
/* The newest of a file with these octets; 1/0. */
int	batch_of_file(struct view *, int64_t file, const char *sha256,
	    struct batch *);
int	batch_first_open(struct view *, struct batch *);

/* Verdict lines, in the order in which they are put. */
int	batch_verdicts_put(struct tx *, int64_t batch, struct slice,
	    struct err *);
void	batch_verdicts(struct view *, int64_t batch, struct bytes *to);
/* Once they are a document. */
int	batch_verdicts_clear(struct tx *, int64_t batch, struct err *);

#endif
