/*
 * A message as a mail server hands it over (RFC 5322), read for the text that
 * a person wrote: of several parts (RFC 2045) the first that is text, decoded
 * and as UTF-8.  And a form as a web server does (application/
 * x-www-form-urlencoded).  Nothing in either can fail to be read; what cannot
 * be shown is left out, for the whole of it is kept beside.
 */
#ifndef CA_MAIL_H
#define CA_MAIL_H

#include "bytes.h"
#include "clock.h"

#define MAIL_TEXT	((size_t)48 << 10)	/* octets of text at most */
#define MAIL_LINE	400			/* of a header's value */

struct mail {
	usec_t	received;	/* of the topmost Received:; 0: none */
	char	from[MAIL_LINE], subject[MAIL_LINE];	/* one line; "" */
	struct bytes text;	/* lines end in \n, the last one too */
	bool	cut;		/* there was more text */
};
void	mail_read(struct slice, struct mail *);
/* Its fields, each as lines "name: value", in their order. */
void	form_read(struct slice, struct mail *);
void	mail_free(struct mail *);
/* "Sun, 22 Nov 2026 04:33:43 +0100 (CET)" of RFC 5322 3.3; 0 or -1. */
int	mail_date(const char *, usec_t *);

#endif
