/*
 * Who is who, by name and number, and who may what: users and groups of the
 * system, their roles and the appointments.  Main reads them at start, on
 * reload and when the user database changed; core, which can look nothing up,
 * gets them as octets.  Everything in it is constant.
 */
#ifndef CA_PEOPLE_H
#define CA_PEOPLE_H

#include <sys/types.h>

#include "config.h"
#include "person.h"

struct people;

/*
 * Every user and group that the system lists, and those that pkifs.conf and
 * appointments.conf name; NULL with the name that is not known.
 */
struct people	*people_build(const struct config *, struct err *);
void		 people_free(struct people *);
/*
 * What forbids a start, by name and line: people whose groups give them roles
 * that exclude each other, an account with two names among them.  While it
 * runs such people have no role (people_roles).
 */
int		 people_check(const struct people *, const struct config *,
		    struct err *);

/* "anna", or "uid:1001" and "gid:1001" where the system lists nobody; 1/0. */
int		 people_uid(const struct people *, const char *, uid_t *);
int		 people_gid(const struct people *, const char *, gid_t *);
/* Of a uid; 1/0.  In force or not. */
int		 people_appointment(const struct people *, uid_t,
		    struct appointment *);
/*
 * The roles that count now: of the groups, with an appointment where one is
 * asked for, and none that exclude each other where people are kept apart.
 */
unsigned	 people_roles(const struct people *, uid_t, usec_t now);
/* What the folders of a role show: see roles_gid. */
gid_t		 people_role_gid(const struct people *, enum role);
/* From then on there are pseudonyms: of appointments, and of any uid. */
void		 people_use_key(struct people *, const struct person_key *);
void		 people_person(const struct people *, uid_t,
		    char to[PERSON_TEXT]);

/*
 * The register of access rights (REQ-7.4.1-07): a line for everybody who has
 * or was given a role, without names.
 */
void		 people_register(const struct people *, struct bytes *to);

/* As octets, and back, with the same configuration. */
void		 people_put(const struct people *, struct bytes *to);
struct people	*people_get(const struct config *, struct slice,
		    struct err *);

#endif
