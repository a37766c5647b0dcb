/*
 * What the responder replies to an OCSP request: from the files that were
 * published, looked at anew for each request; from what core said before; from
 * core; or with a word of its own.  Nothing is kept that has a nonce or is about
 * several certificates.  It never says what is past its nextUpdate
 * (tryLater), and of what nobody here knows an answer unauthorized (RFC 9919
 * 2.2.3).  All certificates of a request are of one CA, or nobody here is the
 * one responder to ask: unauthorized.
 */
#ifndef STATUS_REPLIES_H
#define STATUS_REPLIES_H

#include "kept.h"
#include "link.h"
#include "publisher.h"
#include "rates.h"
#include "served.h"

#define REPLIES_PLACES	16

/* All borrowed; a link is NULL where there is no core to ask. */
struct replies_plan {
	struct served	*const *places;
	struct link	*const *links;
	size_t		count;
	size_t		keep;		/* answers in memory */
	struct rates	*nonces, *questions;	/* of each client */
};

struct replies;

struct reply {
	enum ocsp_file	file;
	struct kept	*kept;		/* OCSP_ANSWER; referenced */
	bool		own;		/* for this client alone (a nonce) */
	/* Who has to be asked, when replies_find says so: */
	size_t		place;
	bool		fresh, confirmed;
};

/* Starts the links. */
struct replies	*replies_new(const struct replies_plan *);
/* After the links were stopped. */
void		 replies_free(struct replies *);

/* True: that is the reply; false: it needs replies_ask. */
bool		 replies_find(struct replies *, struct slice request,
		    const struct sockaddr *client, struct reply *);
/* Completes it; `done` is called once, perhaps before this returns. */
void		 replies_ask(struct replies *, struct slice request,
		    struct reply *, void (*done)(void *arg), void *arg);
void		 reply_clear(struct reply *);

#endif
