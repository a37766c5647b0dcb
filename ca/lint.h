/*
 * The lint before issuance: the octets that would be signed are judged by rules
 * of their own, whatever was meant.
 */
#ifndef CA_LINT_H
#define CA_LINT_H

#include "config.h"

/*
 * Every rule of the table (RFC 5280, EN 319 412-2, the profile); -1 with the
 * first fault.  `crl_point` is the URL of its shard, or NULL.
 */
int	tbs_lint(struct slice tbs, const struct profile *,
	    const struct config *, const char *crl_point, struct err *);

#endif
