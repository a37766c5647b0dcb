/*
 * The table of roles: uids in order with their bits, found by bisection.  As
 * octets: the gid of each role, then the number of people and each one's uid
 * and bits, 32 bits each.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "roles.h"

#define ROLES		5
#define PEOPLE_MAX	65536

struct person {
	uid_t		uid;
	unsigned	bits;
};

struct roles {
	struct person	*people;	/* by uid */
	size_t		 count, room;
	gid_t		 gid[ROLES];
};

/* REQ-7.2-14; ra and revocation are those of OVR-6.4.4-02. */
static const struct {
	const char	*name;
	enum role	 role;
} role_names[ROLES] = {
	{ "ra", ROLE_RA }, { "revocation", ROLE_REVOCATION },
	{ "operator", ROLE_OPERATOR }, { "security", ROLE_SECURITY },
	{ "auditor", ROLE_AUDITOR }
};

unsigned
role_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ROLES; i++)
		if (strcmp(role_names[i].name, name) == 0)
			return role_names[i].role;
	return 0;
}

const char *
role_name(enum role role)
{
	size_t i;

	for (i = 0; i < ROLES; i++)
		if (role_names[i].role == role)
			return role_names[i].name;
	return "none";
}

/* --- the matrix ---------------------------------------------------------- */

#define DECIDES	(ROLE_RA | ROLE_REVOCATION)

/*
 * Whoever looks for faults makes none, and whoever has the keys neither
 * decides what is signed with them nor runs what signs (administration apart
 * from operation).  Registration and revocation go together: both judge the
 * same evidence about the same subscriber, revoking takes trust away and gives
 * none, and EN 319 411-1 (OVR-6.4.4-02) asks that both roles exist, not for
 * two persons; where two persons are wanted the profile says so.
 */
static const struct {
	unsigned	 one, others;
	const char	*sentence;
} conflicts[] = {
	{ ROLE_AUDITOR, DECIDES | ROLE_OPERATOR | ROLE_SECURITY,
	    "an auditor has no other role (REQ-7.1.3-01, REQ-7.4.1-10)" },
	{ ROLE_SECURITY, DECIDES | ROLE_OPERATOR,
	    "a security officer is neither registration nor revocation "
	    "officer nor operator (REQ-7.1.3-01, REQ-7.4.1-10)" },
};

const char *
roles_conflict(unsigned roles)
{
	size_t i;

	for (i = 0; i < sizeof(conflicts) / sizeof(conflicts[0]); i++)
		if ((roles & conflicts[i].one) != 0 &&
		    (roles & conflicts[i].others) != 0)
			return conflicts[i].sentence;
	return NULL;
}

/* --- the table ----------------------------------------------------------- */

static struct roles *
roles_new(void)
{
	struct roles *roles;
	size_t i;

	if ((roles = calloc(1, sizeof(*roles))) == NULL)
		die("roles: out of memory");
	for (i = 0; i < ROLES; i++)
		roles->gid[i] = (gid_t)-1;
	return roles;
}

void
roles_free(struct roles *roles)
{

	if (roles == NULL)
		return;
	free(roles->people);
	free(roles);
}

/* The first place whose uid is not below this one. */
static size_t
place_of(const struct roles *roles, uid_t uid)
{
	size_t low = 0, high = roles->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (roles->people[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
person_add(struct roles *roles, uid_t uid, unsigned bits)
{
	struct person *people;
	size_t at = place_of(roles, uid);

	if (at < roles->count && roles->people[at].uid == uid) {
		roles->people[at].bits |= bits;
		return;
	}
	if (roles->count == roles->room) {
		roles->room = roles->room * 2 + 16;
		people = realloc(roles->people,
		    roles->room * sizeof(*people));
		if (people == NULL)
			die("roles: out of memory");
		roles->people = people;
	}
	memmove(roles->people + at + 1, roles->people + at,
	    (roles->count - at) * sizeof(*roles->people));
	roles->people[at] = (struct person){ uid, bits };
	roles->count++;
}

/* --- building ------------------------------------------------------------ */

/* Errors of the database itself are not "no such name". */
static int
unknown(struct err *err, const char *role, const char *what, const char *name)
{

	if (errno != 0 && errno != ENOENT && errno != ESRCH)
		return err_set(err, errno, "pkifs.conf: [roles] %s: %s %s: %s",
		    role, what, name, strerror(errno));
	return err_set(err, EINVAL, "pkifs.conf: [roles] %s: wanted a %s of "
	    "this system, found \"%s\"", role, what, name);
}

static int
group_add(struct roles *roles, const char *role, const char *name,
    unsigned bits, gid_t *gid, struct err *err)
{
	const struct group *group;
	const struct passwd *user;
	struct slice members;
	struct bytes names = { 0 };
	char member[256];

	errno = 0;
	if ((group = getgrnam(name)) == NULL)
		return unknown(err, role, "group", name);
	*gid = group->gr_gid;
	/* getpwnam may use the group's memory again, so the names first. */
	for (char **m = group->gr_mem; *m != NULL; m++)
		put_text(&names, *m);
	members = SLICE(&names);
	while (get_text(&members, member, sizeof(member)) == 0)
		if ((user = getpwnam(member)) != NULL)
			person_add(roles, user->pw_uid, bits);
	bytes_free(&names);
	setpwent();
	while ((user = getpwent()) != NULL)
		if (user->pw_gid == *gid)
			person_add(roles, user->pw_uid, bits);
	endpwent();
	return 0;
}

static int
rule_add(struct roles *roles, const struct role_rule *rule, struct err *err)
{
	const struct passwd *user;
	unsigned bits = role_by_name(rule->name);
	gid_t gid, first = (gid_t)-1;
	size_t i;

	if (bits == 0)
		return err_set(err, EINVAL, "pkifs.conf: [roles] %s: no such "
		    "role", rule->name);
	for (i = 0; i < 8 && rule->groups[i][0] != '\0'; i++) {
		if (group_add(roles, rule->name, rule->groups[i], bits, &gid,
		    err) == -1)
			return -1;
		if (first == (gid_t)-1)
			first = gid;
	}
	for (i = 0; i < 8 && rule->users[i][0] != '\0'; i++) {
		errno = 0;
		if ((user = getpwnam(rule->users[i])) == NULL)
			return unknown(err, rule->name, "user",
			    rule->users[i]);
		person_add(roles, user->pw_uid, bits);
		if (first == (gid_t)-1)
			first = user->pw_gid;
	}
	for (i = 0; i < ROLES; i++)
		if (role_names[i].role == bits)
			roles->gid[i] = first;
	return 0;
}

struct roles *
roles_build(const struct role_rule *rules, size_t count, struct err *err)
{
	struct roles *roles = roles_new();
	size_t i;

	for (i = 0; i < count; i++)
		if (rule_add(roles, &rules[i], err) == -1) {
			roles_free(roles);
			return NULL;
		}
	return roles;
}

/* --- asking -------------------------------------------------------------- */

unsigned
roles_of_uid(const struct roles *roles, uid_t uid)
{
	size_t at = place_of(roles, uid);

	if (at < roles->count && roles->people[at].uid == uid)
		return roles->people[at].bits;
	return 0;
}

gid_t
roles_gid(const struct roles *roles, enum role role)
{
	size_t i;

	for (i = 0; i < ROLES; i++)
		if (role_names[i].role == role)
			return roles->gid[i];
	return (gid_t)-1;
}

bool
roles_person(const struct roles *roles, size_t i, uid_t *uid, unsigned *bits)
{

	if (i >= roles->count)
		return false;
	*uid = roles->people[i].uid;
	*bits = roles->people[i].bits;
	return true;
}

/* --- as octets ----------------------------------------------------------- */

void
roles_put(const struct roles *roles, struct bytes *to)
{
	size_t i;

	for (i = 0; i < ROLES; i++)
		put_u32(to, roles->gid[i]);
	put_u32(to, (uint32_t)roles->count);
	for (i = 0; i < roles->count; i++) {
		put_u32(to, roles->people[i].uid);
		put_u32(to, roles->people[i].bits);
	}
}

struct roles *
roles_get(struct slice *from)
{
	struct roles *roles = roles_new();
	uint32_t number, bits, count;
	size_t i;

	for (i = 0; i < ROLES; i++) {
		if (get_u32(from, &number) == -1)
			goto bad;
		roles->gid[i] = number;
	}
	if (get_u32(from, &count) == -1 || count > PEOPLE_MAX)
		goto bad;
	for (i = 0; i < count; i++) {
		if (get_u32(from, &number) == -1 ||
		    get_u32(from, &bits) == -1 || bits == 0 || bits > 31)
			goto bad;
		person_add(roles, number, bits);
	}
	return roles;
bad:
	roles_free(roles);
	return NULL;
}
