/*
 * Who was told the terms before agreeing to them (REG-6.3.4-02, -03): the
 * event `terms-delivered`, once for a uid and a version, when terms.txt of a
 * box is opened by who acts for its subscriber, or is the subject.
 */
#ifndef CA_TERMS_DELIVERY_H
#define CA_TERMS_DELIVERY_H

#include "authority.h"

/* Somebody opened requests/<subscriber>/terms.txt to read it. */
void	terms_were_read(struct authority *, int64_t box, uid_t);
/*
 * In the transaction of an agreement: when they were, told now at the latest
 * by the copy of them that the agreement is.  `how` is "read" or "agreement".
 */
int	terms_delivery_record(struct tx *, const struct config *,
	    int64_t subscriber, uid_t, const char *role, const char *how,
	    usec_t *when, struct err *);

#endif
