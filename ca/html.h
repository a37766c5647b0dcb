/*
 * Text inside HTML and XML: in elements and in quoted attributes.
 */
#ifndef CA_HTML_H
#define CA_HTML_H

#include "bytes.h"

/* Escapes what is markup; control characters become U+FFFD.  Appends. */
void	html_put(struct bytes *to, struct slice text);
void	html_put_text(struct bytes *to, const char *);

#endif
