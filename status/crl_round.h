/*
 * One CRL from the store's snapshot to its publication: built, checked,
 * intended, signed, read again, recorded with its event.
 */
#ifndef STATUS_CRL_ROUND_H
#define STATUS_CRL_ROUND_H

#include "bell.h"
#include "desk.h"

/*
 * 0: published in the store, the next one is due at `due`; -1: not, and why.
 * EAGAIN: an intent may be open.
 */
int	crl_round(const struct desk *, struct bell *, usec_t *due,
	    struct err *);
/* When the CRL in the store is to be replaced; 0: there is none. */
usec_t	crl_due(const struct desk *);

#endif
