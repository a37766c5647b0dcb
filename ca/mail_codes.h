/*
 * How text travels: base64, quoted-printable (RFC 2045 6), form fields; and as
 * it is shown, UTF-8 without control octets.  All of them append, and pass over
 * what is none.
 */
#ifndef CA_MAIL_CODES_H
#define CA_MAIL_CODES_H

#include "bytes.h"

void	mail_base64(struct slice, struct bytes *to);
void	mail_quoted_printable(struct slice, struct bytes *to);
void	form_decode(struct slice, struct bytes *to);
/* HTML without its tags; what ends a line there does here. */
void	mail_strip_tags(struct bytes *);
/*
 * Lines that end in \n; of ISO-8859-1 and windows-1252 as UTF-8, what is no
 * UTF-8 as "?".  True: it was cut after `most` octets.
 */
bool	mail_show(struct slice, const char *charset, size_t most,
	    struct bytes *to);

#endif
