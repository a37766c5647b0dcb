/*
 * Telling subscribers of revocation, suspension and reinstatement
 * (REV-6.3.9-03).  The notice is a file of the store from the transaction of
 * the change on; here it is announced, and handed to main for the command of
 * [notices]: a few at a time, again and later and later when that fails, and
 * at least once whatever crashes.  Each outcome is an event.
 */
#ifndef STATUS_NOTICES_H
#define STATUS_NOTICES_H

#include "../ca/letter.h"
#include "desk.h"

struct notices;

struct notices	*notices_new(const struct desk *);
/* Waits for what is being recorded, not for a command. */
void		 notices_free(struct notices *);
/* There may be new ones.  Does not wait. */
void		 notices_ring(struct notices *);
/* From main: what became of one. */
void		 notices_told(struct notices *, const struct letter_outcome *);

#endif
