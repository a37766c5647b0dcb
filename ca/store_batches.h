/*
 * Batches of revocations in the store: what was taken, how far it is done, and
 * the verdicts so far.  Progress moves in the transaction of what was done, so
 * a crash does nothing twice and leaves nothing out: done + refused lines, in
 * the order in which they are done (status/batch_order.h).
 */
#ifndef CA_STORE_BATCHES_H
#define CA_STORE_BATCHES_H

#include <sys/types.h>

#include "store.h"
#include "text.h"

#define BATCH_RESULT	".result"	/* behind the name of its file */

/* The numbers are in the store: add, never change. */
enum batch_state {
	BATCH_TO_DO	= 0,		/* being done, or done */
	BATCH_TO_TRY	= 1,		/* larger than one alone may decide */
	BATCH_WAITS	= 2,		/* tried: for a second officer */
	BATCH_REJECTED	= 3,
	BATCH_WITHDRAWN	= 4		/* other octets were written over it */
};

struct batch {
	int64_t	id, file;		/* of the desk */
	enum batch_state state;
	char	name[256], sha256[SHA256_TEXT];	/* of the document */
	uid_t	uid;
	usec_t	received, finished;	/* 0: not yet */
	usec_t	decided;		/* received, or approved */
	int64_t	dossier;		/* of its second officer; 0: none */
	int64_t	newest;			/* certificate when it came */
	int64_t	lines, done, refused;	/* in all; verdicts so far */
};

/* Sets the id; EEXIST: this file with these octets was taken. */
int	batch_put(struct tx *, struct batch *, struct err *);
/*
 * done, refused, finished, state, decided, dossier; EPERM when it is finished,
 * or goes around its second officer.
 */
int	batch_update(struct tx *, const struct batch *, struct err *);
/* The newest of a file with these octets; 1/0. */
int	batch_of_file(struct view *, int64_t file, const char *sha256,
	    struct batch *);
int	batch_get(struct view *, int64_t id, struct batch *);
/* The first that is to be done, else the first to be tried; 1/0. */
int	batch_first_open(struct view *, struct batch *);
/*
 * How the acts begin of the batch that is being done: its lines go out
 * together, so nothing says that they are published.  False: there is none, or
 * it takes so long that they go out in parts.
 */
#define BATCH_ACT	32
bool	batch_holds(struct view *, char act[BATCH_ACT]);
/* Of a file, that is to be tried or waits; 1/0. */
int	batch_undecided(struct view *, int64_t file, struct batch *);

/* Verdict lines, in the order in which they are put: that of the work. */
int	batch_verdicts_put(struct tx *, int64_t batch, struct slice,
	    struct err *);
void	batch_verdicts(struct view *, int64_t batch, struct bytes *to);
/* Once they are a document. */
int	batch_verdicts_clear(struct tx *, int64_t batch, struct err *);

#endif
