/*
 * Fetching by HTTP, for who looks at a CA from outside.
 */
#ifndef STATUS_FETCH_H
#define STATUS_FETCH_H

#include "../ca/bytes.h"
#include "../ca/clock.h"
#include "../ca/err.h"

#define FETCH_MOST	((size_t)256 << 20)	/* octets of an answer */

/*
 * The body of a GET that was answered 200; redirections are followed, up to
 * three.  `took` is set in any case.  -1: EIO and what was wrong.
 */
int	fetch(const char *url, usec_t patience, struct bytes *to,
	    usec_t *took, struct err *);
/* `text` as a component of a URL's path: `/`, `+` and `=` are %XX. */
void	fetch_escape(struct bytes *to, const char *text);

#endif
