/*
 * What was signed before this core: an older store that was put back knows
 * less of it than the signer, or than publish_dir has, and its lists are older
 * than what readers have seen.  The signer is asked once; until it said no, or
 * all lists are made anew above the highest number, those of the store are not
 * to be shown.
 */
#ifndef STATUS_CRL_PAST_H
#define STATUS_CRL_PAST_H

#include "desk.h"

struct crl_past;

struct crl_past *crl_past_new(const struct desk *);	/* asks */
void	crl_past_free(struct crl_past *);

/*
 * For the thread that makes the lists: 0: the number of the store is not behind
 * (any more); -1: not known yet (EAGAIN), or not recorded.  What it then makes
 * anew (crl_scopes_are_anew) it settles.
 */
int	crl_past_look(struct crl_past *, struct err *);
void	crl_past_settle(struct crl_past *);

/* For all others: may what the store has be shown? */
bool	crl_past_settled(struct crl_past *);
/* Waits for that, so long at most. */
void	crl_past_wait(struct crl_past *, usec_t at_most);

#endif
