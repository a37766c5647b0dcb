/*
 * Core's own copy of who is who (ca/people.h), replaced whenever main sends a
 * newer one; asked from all threads.
 */
#ifndef FS_PERSONS_H
#define FS_PERSONS_H

#include "../ca/authority.h"
#include "../ca/people.h"

/*
 * The table that main put into a memory file; `fd` is closed.  Kept from then
 * on: nothing is asked before.
 */
int	persons_read(const struct config *, int fd, struct err *);
/*
 * The store is open: pseudonyms have their key, events their persons.  Where
 * the key cannot be made (a full disk), pseudonyms are as without one until it
 * can, and nobody has a role.
 */
void	persons_open(struct store *, struct committer *);
/*
 * The register becomes evidence if it is another than the one before: now, and
 * whenever persons_changed() says that there was another table; what cannot be
 * recorded is tried until it can.
 */
void	persons_start(void);
void	persons_changed(void);
void	persons_stop(void);		/* before the committer's end */

/*
 * As authority_parts has them.  Of the roles those alone that the recorded
 * register gives as well.
 */
unsigned persons_roles(uid_t);
int	persons_uid(const char *user, uid_t *);
int	persons_gid(const char *group, gid_t *);
int	persons_appointment(uid_t, struct appointment *);
/* Our own where nobody has the role. */
gid_t	persons_role_gid(enum role);

#endif
