/*
 * What the responder replies to an OCSP request: from the files that were
 * published, looked at anew for each request, or with a word of its own.  It
 * never says what is past its nextUpdate (tryLater), and of what it knows no
 * answer to unauthorized (RFC 9919 2.2.3).  All certificates of a request are
 * of one CA, or nobody here is the one responder to ask: unauthorized.
 */
#ifndef STATUS_REPLIES_H
#define STATUS_REPLIES_H

#include "kept.h"
#include "publisher.h"
#include "served.h"

struct replies;

struct reply {
	enum ocsp_file	file;
	struct kept	*kept;		/* OCSP_ANSWER; referenced */
};

/* Borrows the places. */
struct replies	*replies_new(struct served *const *places, size_t count,
		    size_t keep);
void		 replies_free(struct replies *);

void		 replies_find(struct replies *, struct slice request,
		    struct reply *);
void		 reply_clear(struct reply *);

#endif
