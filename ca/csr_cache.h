/*
 * Requests verified once: what csr_parse and key_check said about a content,
 * by its digest, shared between the write that completes a request and the
 * flush that decides it.  Bounded; the least recently used goes first.
 */
#ifndef CA_CSR_CACHE_H
#define CA_CSR_CACHE_H

#include "csr.h"
#include "signed_request.h"

struct csr_cache;

struct csr_entry {
	struct csr	*csr;		/* NULL: refused */
	struct err	 fault;		/* of csr_parse; code 0: good */
	struct err	 key_fault;	/* of key_check; code 0: good */
	char		 sha256[SHA256_TEXT];	/* of the bytes as dropped */
	struct request_signer signer;	/* serial "": nobody signed it */
};

struct csr_cache	*csr_cache_new(size_t entries);
void			 csr_cache_free(struct csr_cache *);
/* Never NULL; lives until it is put back. */
const struct csr_entry	*csr_cache_take(struct csr_cache *, struct slice);
void			 csr_cache_put(struct csr_cache *,
			    const struct csr_entry *);

#endif
