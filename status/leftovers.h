/*
 * Intents of CRLs and OCSP answers that a crash, or a commit that failed, left
 * open: closed by the signer's journal (DESIGN 4).  What they were for is made
 * anew, so even a signature that is there is not published; it is recorded.
 */
#ifndef STATUS_LEFTOVERS_H
#define STATUS_LEFTOVERS_H

#include "bell.h"
#include "desk.h"

/*
 * Only the thread that makes things of this kind may call it, with none under
 * way.  0; -1: not all are closed (the bell was closed, or no commit).
 */
int	leftovers_close(const struct desk *, enum sign_kind, struct bell *,
	    struct err *);

#endif
