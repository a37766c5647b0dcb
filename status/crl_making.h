/*
 * One CRL on its way: from the rows of a snapshot to a TBSCertList in a memory
 * file, checked; with the signature to a document aside, read back; into the
 * store.  Its octets are twice somewhere, there and there, and nowhere else.
 */
#ifndef STATUS_CRL_MAKING_H
#define STATUS_CRL_MAKING_H

#include "../ca/store_drafts.h"
#include "crl_scopes.h"
#include "crl_specimen.h"
#include "sign_batch.h"

struct crl_making {
	struct crl	 crl;		/* the row it will be */
	struct crl_frame frame;
	const struct specimen *specimen;	/* borrowed */
	char		 point[SHARD_URL], freshest[SHARD_URL];
	struct memory_file *file;	/* until a batch takes it */
	struct slice	 tbs;		/* in the file */
	struct draft	*draft;
	size_t		 front;		/* octets left out in the draft */
	struct intent	 intent;
	struct err	 fault;		/* of writing it; code 0: none */
	const char	*how;		/* the intent ended, when it failed */
	struct err	 before;	/* why not of the one before; 0: nothing */
};

/*
 * Builds and checks it: of the one before and what changed since, or where
 * that is of no use (`before` says why), of all rows.  `crl` says issuer,
 * scope, number, times, change and whether it was due; what else it says is
 * found here.
 */
int	crl_making_build(struct crl_making *, const struct desk *,
	    struct view *, const struct crl_scope *, struct err *);
/* Writes it aside, as far as it is known before it is signed. */
int	crl_making_write(struct crl_making *, struct store *, struct err *);
/* With its signature: whole, read back, verified, on disk. */
int	crl_making_finish(struct crl_making *, struct store *,
	    struct slice signature, struct err *);
/* Document, row and files. */
int	crl_making_put(struct crl_making *, struct tx *, usec_t now,
	    struct err *);
void	crl_making_free(struct crl_making *);

#endif
