/*
 * The thread that makes the CRLs of the issuing CA: after each revocation the
 * one where it is looked for (once for all that came meanwhile) and the delta,
 * each of them on schedule, and the first ones.
 */
#ifndef STATUS_CRL_MAKER_H
#define STATUS_CRL_MAKER_H

#include "crl_past.h"
#include "desk.h"
#include "pending.h"

struct crl_maker;

/* Borrows all of them; settles the past. */
struct crl_maker *crl_maker_new(const struct desk *, struct pending *,
		    struct crl_past *);
void		  crl_maker_free(struct crl_maker *);
void		  crl_maker_ring(struct crl_maker *);

#endif
