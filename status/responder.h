/*
 * The certificate of the delegated OCSP responder: the newest that the store
 * has for the OCSP key, renewed by itself at half of its life.  Belongs to one
 * thread.
 */
#ifndef STATUS_RESPONDER_H
#define STATUS_RESPONDER_H

#include "bell.h"
#include "desk.h"

struct responder;

/* `bell` is rung when a certificate was issued. */
struct responder *responder_new(const struct desk *, struct bell *);
void		  responder_free(struct responder *);
/* Looks what there is, asks for another when it is time. */
void		  responder_refresh(struct responder *);
/* Who signs OCSP answers now; NULL: there is no certificate yet. */
const struct signatory *responder_current(const struct responder *);

#endif
