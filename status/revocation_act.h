/*
 * What somebody writes into revoke/<serial>: `reason [text…]`, and whether he
 * may (DESIGN 2.2; REV-6.2.4-09).
 */
#ifndef STATUS_REVOCATION_ACT_H
#define STATUS_REVOCATION_ACT_H

#include "../ca/authority.h"
#include "../ca/store_status.h"

/*
 * The reason by its name (RFC 5280 5.3.1, either case) or number, and where
 * the text behind it begins.  EINVAL, or EPERM for bringing one back.
 */
int	act_parse(const char *line, int *reason, const char **text,
	    struct err *);

/*
 * The role in which this uid may revoke: "subscriber" or "revocation
 * officer"; NULL and EACCES.
 */
const char *act_role(struct view *, unsigned roles, uid_t,
	    const struct certificate *, struct err *);

/* May a revoked certificate get this reason: 0, or -1 EKEYREVOKED. */
int	act_changes(const struct revocation *, int reason, struct err *);
/* May it be revoked at all now: 0, or -1 EPERM, EINVAL. */
int	act_applies(const struct certificate *, usec_t now, struct err *);

#endif
