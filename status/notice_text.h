/*
 * The text of a notice, as NAME.notice reads and the command gets it: which
 * certificate, what became of it, since when and why (REV-6.3.9-03).  It
 * follows from rows that never change.
 */
#ifndef STATUS_NOTICE_TEXT_H
#define STATUS_NOTICE_TEXT_H

#include "../ca/store_certificates.h"
#include "../ca/store_notices.h"

/* "revoked", "suspended", "reinstated". */
const char *notice_what(const struct notice *);
void	notice_text(const struct notice *, const struct certificate *,
	    struct bytes *to);

#endif
