/*
 * Who has which role, by uid, from the [roles] of the configuration and the
 * group database.  Main builds the table at start, on reload and when the
 * database changed; core, which can look nothing up, gets it as octets.
 */
#ifndef CA_ROLES_H
#define CA_ROLES_H

#include <sys/types.h>

#include "bytes.h"
#include "err.h"

/* Roles, as bits; a person can have several. */
enum role {
	ROLE_RA = 1, ROLE_REVOCATION = 2, ROLE_OPERATOR = 4,
	ROLE_SECURITY = 8, ROLE_AUDITOR = 16
};

/* "ra = group, user:name" */
struct role_rule {
	char	name[16];
	char	groups[8][64], users[8][64];
	int	line;			/* of pkifs.conf */
};

struct roles;

/* The bit of a role's name in pkifs.conf, 0 when it is none; and back. */
unsigned	role_by_name(const char *);
const char	*role_name(enum role);
/*
 * Roles that one person must not hold together (REQ-7.1.3-01, REQ-7.4.1-10):
 * NULL, or the sentence that names them.
 */
const char	*roles_conflict(unsigned roles);

/*
 * Looks up every group and user: members of a group are those it lists and
 * those whose primary group it is.  NULL with the name that is not known.
 */
struct roles	*roles_build(const struct role_rule *, size_t count,
		    struct err *);
void		 roles_free(struct roles *);

/* All bits of a uid; 0: none.  uid 0 has no role unless it is given one. */
unsigned	 roles_of_uid(const struct roles *, uid_t);
/*
 * The group that the folders of a role show in ls -l: its first group, or else
 * the primary group of its first user; (gid_t)-1 when nobody has the role.
 */
gid_t		 roles_gid(const struct roles *, enum role);

/* The i-th of those who have a role; false behind the last. */
bool		 roles_person(const struct roles *, size_t i, uid_t *,
		    unsigned *bits);

/* As octets, and back: NULL when they are no such table. */
void		 roles_put(const struct roles *, struct bytes *to);
struct roles	*roles_get(struct slice *);

#endif
