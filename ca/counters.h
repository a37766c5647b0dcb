/*
 * What this process counts from its start on, for status/metrics.prom; the
 * program never goes by it.  Whoever does something worth counting adds to its
 * row; what shall outlive the process is counted in the store.
 */
#ifndef CA_COUNTERS_H
#define CA_COUNTERS_H

#include <stdint.h>

enum counter {
	/* OCSP, as files and for the responder; one of the first four each. */
	COUNT_OCSP_KEPT, COUNT_OCSP_TO_SIGN, COUNT_OCSP_UNAUTHORISED,
	COUNT_OCSP_MALFORMED,
	COUNT_OCSP_UNKNOWN,	/* of our CA, and never issued */
	COUNT_OCSP_SIGNED,
	COUNT_SIGNER_CONNECTIONS, /* each is a signer that was started */
	COUNT_SIGNER_WAITING,	/* orders without an answer: goes down, too */
	COUNT_FUSE_LOOKUP, COUNT_FUSE_GETATTR, COUNT_FUSE_OPEN,
	COUNT_FUSE_READ, COUNT_FUSE_WRITE, COUNT_FUSE_FLUSH,
	COUNT_FUSE_CREATE, COUNT_FUSE_RENAME, COUNT_FUSE_UNLINK,
	COUNT_FUSE_READDIR,
	COUNT_LIVE_RENDERED,	/* of metrics.prom and index.html */
	COUNT_LOG_WAITS,	/* commits that waited for the store's log */
	COUNTERS
};

/* From any thread, at the price of one addition. */
void	counter_add(enum counter, int64_t);
int64_t	counter_get(enum counter);

#endif
