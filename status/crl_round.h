/*
 * One CRL from the store's snapshot to its publication: built, checked,
 * intended, signed, read again, recorded with its event.
 */
#ifndef STATUS_CRL_ROUND_H
#define STATUS_CRL_ROUND_H

#include "bell.h"
#include "desk.h"

/* When the CRL in the store began, and is to be replaced; 0: there is none. */
struct crl_term {
	usec_t	since, due;
};

/*
 * 0: published in the store, with its term; -1: not, and why.  EAGAIN: an
 * intent may be open.
 */
int	crl_round(const struct desk *, struct bell *, struct crl_term *,
	    struct err *);
void	crl_term(const struct desk *, struct crl_term *);
/* Also when the clock went back so far that it is not valid yet. */
bool	crl_is_due(const struct crl_term *, usec_t now);

#endif
