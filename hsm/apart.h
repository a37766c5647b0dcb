/*
 * Work in a process of its own: another user, and a PKCS#11 module that is
 * gone with the process, whatever it did.
 */
#ifndef HSM_APART_H
#define HSM_APART_H

#include <sys/types.h>

#include "../ca/bytes.h"
#include "../ca/err.h"

typedef int apart_work(void *arg, struct bytes *result, struct err *);
/*
 * Runs it in a child as this user (when root) and hands back its result or its
 * fault; at most a few minutes.  Call it before there are threads.  The child
 * enters `folder` (NULL: stays) before it changes user, who may not be allowed
 * to come there from above.
 */
int	apart_run(uid_t, gid_t, const char *folder, apart_work *, void *arg,
	    struct bytes *result, struct err *);

#endif
