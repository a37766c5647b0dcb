/*
 * What `pkifs probe` found, a line each: JSON, so that others read it too.
 *
 *	{"time":"2026-11-22T05:40:00Z","service":"crl","ok":true,
 *	 "url":"http://...","milliseconds":12,"number":17}
 *
 * A fault has "ok":false and "why".  Lines come from other machines.
 */
#ifndef STATUS_PROBE_LINE_H
#define STATUS_PROBE_LINE_H

#include <stdbool.h>

#include "../ca/bytes.h"
#include "../ca/clock.h"
#include "../ca/err.h"

/* What a relying party needs of a CA. */
enum probe_service {
	PROBE_CERTIFICATES, PROBE_CRL, PROBE_ROOT_CRL, PROBE_OCSP, PROBE_TERMS,
	PROBE_CPS, PROBE_SERVICES
};
const char	*probe_service_name(enum probe_service);	/* "root-crl" */

#define PROBE_LINE_MOST	2048		/* octets, with the newline */

struct probe_line {
	usec_t	time;
	enum probe_service service;
	bool	ok;
	bool	unasked;		/* nothing to ask about: not a line */
	char	url[512];
	int64_t	milliseconds;
	int64_t	number;			/* of a CRL; -1: none */
	char	why[500];		/* "" when ok */
};

/* With its newline. */
void	probe_line_put(struct bytes *, const struct probe_line *);
/* Without; 0, or -1 and what is wrong with it. */
int	probe_line_get(struct slice, struct probe_line *, struct err *);

#endif
