/*
 * What somebody dropped, as PEM or DER: the one request in it.
 */
#ifndef CA_DROPPED_H
#define CA_DROPPED_H

#include "bytes.h"
#include "err.h"

/*
 * 1: whole, its DER (one SEQUENCE) is in `der`; 0: not yet complete, and the
 * sentence says what is missing; -1: can never become one request, EBADMSG.
 */
int	dropped_read(struct slice, struct bytes *der, struct err *);

#endif
