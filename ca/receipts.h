/*
 * Receipts for packages (REG-6.3.2-02): what was handed over, by digests,
 * signed with the key evidence, as NAME.receipt.p7s.  The text is recorded
 * with the package; its signature follows, and is seen to after a crash.
 */
#ifndef CA_RECEIPTS_H
#define CA_RECEIPTS_H

#include "authority.h"

struct receipts;

struct receipts	*receipts_new(struct authority *);
void		 receipts_free(struct receipts *);
/* A package is recorded and has its text: sign it.  Does not wait. */
void		 receipts_sign(struct receipts *, int64_t package);
/* From the slow thread: those that have no signature yet. */
void		 receipts_look(struct receipts *);

#endif
