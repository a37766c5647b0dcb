/*
 * Questions that need an answer of their own: with a nonce, about several
 * certificates, or about one that was never issued (where that is answered).
 * Nothing of them is kept, each costs a signature and its evidence, and there
 * is one rate for all of them, so that asking cannot starve issuing.
 */
#ifndef STATUS_FRESH_H
#define STATUS_FRESH_H

#include "answers.h"
#include "desk.h"
#include "ocsp_request.h"
#include "publisher.h"

#define FRESH_AT_ONCE	16

struct fresh;

/* `der` is empty unless it is OCSP_ANSWER; until `next_update`. */
typedef void fresh_done(void *arg, enum ocsp_file, struct slice der,
	    usec_t next_update);

struct fresh	*fresh_new(const struct desk *);
void		 fresh_free(struct fresh *);	/* all get tryLater */
/* 0, or -1: over the rate, or too many wait. */
int		 fresh_add(struct fresh *, const struct ocsp_ids *,
		    fresh_done *, void *arg);
bool		 fresh_wait(struct fresh *);	/* is there any? */
/* Those that waited too long get tryLater. */
void		 fresh_expire(struct fresh *);

/* Up to FRESH_AT_ONCE of them; then each is handed back, answered or not. */
size_t		 fresh_take(struct fresh *, struct answer_order *orders);
void		 fresh_answer(struct fresh *, struct answer_order *orders,
		    size_t count);

#endif
