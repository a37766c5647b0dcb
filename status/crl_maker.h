/*
 * The thread that makes the CRL of the issuing CA: after each revocation (one
 * for all that came meanwhile), after half of its life, and the first one.
 */
#ifndef STATUS_CRL_MAKER_H
#define STATUS_CRL_MAKER_H

#include "desk.h"
#include "pending.h"

struct crl_maker;

struct crl_maker *crl_maker_new(const struct desk *, struct pending *);
void		  crl_maker_free(struct crl_maker *);
void		  crl_maker_ring(struct crl_maker *);

#endif
