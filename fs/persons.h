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
 * the key cannot be made (a full disk), pseudonyms are as without one.
 */
void	persons_open(struct store *, struct committer *);
/* The register as it is now becomes evidence, if it is another. */
void	persons_record(struct committer *);

/* As authority_parts has them. */
unsigned persons_roles(uid_t);
int	persons_uid(const char *user, uid_t *);
int	persons_gid(const char *group, gid_t *);
int	persons_appointment(uid_t, struct appointment *);
/* Our own where nobody has the role. */
gid_t	persons_role_gid(enum role);

#endif
