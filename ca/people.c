/*
 * Who is who.  Names are kept in two lists by name and found by bisection; as
 * octets: the table of roles, then each list as its length and name and number
 * of each.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "people.h"

#define NAMES_MAX	1000000

struct named {
	char		*name;
	uint32_t	 number;
	size_t		 order;		/* the first of a name is meant */
};

struct names {
	struct named	*all;		/* by name */
	size_t		 count, room;
};

/* An appointment with its user looked up. */
struct appointed {
	const struct appointment *row;
	uid_t		 uid;
	char		 person[PERSON_TEXT];
};

struct people {
	struct roles	*roles;
	struct names	 users, groups;
	struct appointed *appointed;
	size_t		 count;
	bool		 appoints, separates;
	struct person_key key;
};

/* --- names --------------------------------------------------------------- */

static void
names_add(struct names *names, const char *name, uint32_t number)
{
	struct named *n;

	if (names->count == NAMES_MAX)
		return;
	if (names->count == names->room) {
		names->room = names->room * 2 + 64;
		names->all = realloc(names->all,
		    names->room * sizeof(*names->all));
		if (names->all == NULL)
			die("people: out of memory");
	}
	n = &names->all[names->count];
	n->order = names->count++;
	n->number = number;
	if ((n->name = strdup(name)) == NULL)
		die("people: out of memory");
}

static int
by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
by_name_and_order(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order != 0 || x->order == y->order)
		return order;
	return x->order < y->order ? -1 : 1;
}

static void
names_sort(struct names *names)
{
	size_t i, kept = 0;

	if (names->count == 0)
		return;
	qsort(names->all, names->count, sizeof(*names->all),
	    by_name_and_order);
	for (i = 1; i < names->count; i++)
		if (strcmp(names->all[i].name, names->all[kept].name) == 0)
			free(names->all[i].name);
		else
			names->all[++kept] = names->all[i];
	names->count = kept + 1;
}

static void
names_free(struct names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->all[i].name);
	free(names->all);
}

/* A name, or `prefix` and a number; 1/0. */
static int
names_find(const struct names *names, const char *prefix, const char *name,
    uint32_t *number)
{
	struct named key = { .name = (char *)(uintptr_t)name }, *found;
	unsigned long long n;
	char *end;

	if (strncmp(name, prefix, strlen(prefix)) == 0) {
		name += strlen(prefix);
		n = strtoull(name, &end, 10);
		if (name[0] < '0' || name[0] > '9' || *end != '\0' ||
		    n >= UINT32_MAX)
			return 0;
		*number = (uint32_t)n;
		return 1;
	}
	if (names->count == 0)
		return 0;
	found = bsearch(&key, names->all, names->count, sizeof(*names->all),
	    by_name);
	if (found == NULL)
		return 0;
	*number = found->number;
	return 1;
}

static void
names_put(const struct names *names, struct bytes *to)
{
	size_t i;

	put_u32(to, (uint32_t)names->count);
	for (i = 0; i < names->count; i++) {
		put_text(to, names->all[i].name);
		put_u32(to, names->all[i].number);
	}
}

static int
names_get(struct names *names, struct slice *from)
{
	uint32_t count, number, i;
	char name[256];

	if (get_u32(from, &count) == -1 || count > NAMES_MAX)
		return -1;
	for (i = 0; i < count; i++) {
		if (get_text(from, name, sizeof(name)) == -1 ||
		    name[0] == '\0' || get_u32(from, &number) == -1)
			return -1;
		names_add(names, name, number);
	}
	names_sort(names);
	return 0;
}

/* --- reading the databases ----------------------------------------------- */

static void
list_everybody(struct people *people)
{
	const struct passwd *user;
	const struct group *group;

	setpwent();
	while ((user = getpwent()) != NULL)
		names_add(&people->users, user->pw_name, user->pw_uid);
	endpwent();
	setgrent();
	while ((group = getgrent()) != NULL)
		names_add(&people->groups, group->gr_name, group->gr_gid);
	endgrent();
}

/* Who is named may be known to a directory that lists nobody. */
static void
look_up(struct people *people, const struct config *c)
{
	const struct appointment *a;
	const struct passwd *user;
	const struct role_rule *rule;
	size_t i, k;

	for (i = 0; (a = appointments_row(c->appointments, i)) != NULL; i++)
		if ((user = getpwnam(a->user)) != NULL)
			names_add(&people->users, user->pw_name,
			    user->pw_uid);
	for (i = 0; i < sizeof(c->roles) / sizeof(c->roles[0]); i++) {
		rule = &c->roles[i];
		for (k = 0; k < 8 && rule->users[k][0] != '\0'; k++)
			if ((user = getpwnam(rule->users[k])) != NULL)
				names_add(&people->users, user->pw_name,
				    user->pw_uid);
	}
}

static void
appoint(struct people *people, const struct config *c)
{
	const struct appointment *a;
	struct appointed *p;
	uint32_t uid;
	size_t i;

	people->appoints = config_appoints(c);
	people->separates = c->separation;
	for (i = 0; appointments_row(c->appointments, i) != NULL; i++)
		;
	if ((people->appointed = calloc(i + 1, sizeof(*p))) == NULL)
		die("people: out of memory");
	for (i = 0; (a = appointments_row(c->appointments, i)) != NULL; i++) {
		/* Who left the system has no role, and stays on paper. */
		uid = UINT32_MAX;
		(void)names_find(&people->users, "uid:", a->user, &uid);
		p = &people->appointed[people->count++];
		*p = (struct appointed){ .row = a, .uid = uid };
	}
}

struct people *
people_build(const struct config *c, struct err *err)
{
	struct people *people;

	if ((people = calloc(1, sizeof(*people))) == NULL)
		die("people: out of memory");
	people->roles = roles_build(c->roles, sizeof(c->roles) /
	    sizeof(c->roles[0]), err);
	if (people->roles == NULL) {
		people_free(people);
		return NULL;
	}
	list_everybody(people);
	look_up(people, c);
	names_sort(&people->users);
	names_sort(&people->groups);
	appoint(people, c);
	return people;
}

void
people_free(struct people *people)
{

	if (people == NULL)
		return;
	roles_free(people->roles);
	names_free(&people->users);
	names_free(&people->groups);
	free(people->appointed);
	free(people);
}

/* --- what forbids a start ------------------------------------------------ */

static int
check_appointed(const struct people *people, size_t i, struct err *err)
{
	const struct appointed *p = &people->appointed[i], *q;
	size_t k;

	if (p->uid == UINT32_MAX)
		return err_set(err, EINVAL, "appointments.conf line %d: [%s] "
		    "user: wanted a user of this system, found \"%s\"",
		    p->row->line, p->row->section, p->row->user);
	for (k = 0; k < i; k++) {
		q = &people->appointed[k];
		if (q->uid == p->uid)
			return err_set(err, EINVAL, "appointments.conf line "
			    "%d: [%s] user: uid %lu is that of [%s] in line "
			    "%d; one person, one account (REQ-7.4.4-02)",
			    p->row->line, p->row->section,
			    (unsigned long)p->uid, q->row->section,
			    q->row->line);
	}
	return 0;
}

/*
 * An account of two names may be two people's (open-eidas audit finding R-3:
 * a secret that is shared makes nobody accountable).
 */
static int
check_alone(const struct people *people, const struct appointed *p,
    struct err *err)
{
	const struct named *n, *first = NULL;
	size_t i;

	for (i = 0; i < people->users.count; i++) {
		n = &people->users.all[i];
		if (n->number != p->uid)
			continue;
		if (first != NULL)
			return err_set(err, EINVAL, "appointments.conf line "
			    "%d: [%s] user: uid %lu has two names, %s and %s; "
			    "one person, one account (REQ-7.4.4-02)",
			    p->row->line, p->row->section,
			    (unsigned long)p->uid, first->name, n->name);
		first = n;
	}
	return 0;
}

static const char *
name_of(const struct people *people, uid_t uid)
{
	size_t i;

	for (i = 0; i < people->users.count; i++)
		if (people->users.all[i].number == uid)
			return people->users.all[i].name;
	return "no name";
}

static void
put_roles(unsigned bits, struct bytes *to)
{
	unsigned bit;
	int count = 0;

	for (bit = 1; bit <= ROLE_AUDITOR; bit <<= 1)
		if ((bits & bit) != 0)
			bytes_printf(to, "%s%s", count++ > 0 ? ", " : "",
			    role_name(bit));
	if (count == 0)
		bytes_put_text(to, "none");
}

/* The last line of [roles] that makes the conflict is named. */
static int
check_groups(const struct people *people, const struct config *c, uid_t uid,
    unsigned bits, struct err *err)
{
	const struct role_rule *rule = NULL;
	struct bytes text = { 0 };
	size_t i;

	if (roles_conflict(bits) == NULL)
		return 0;
	for (i = 0; i < sizeof(c->roles) / sizeof(c->roles[0]); i++)
		if ((role_by_name(c->roles[i].name) & bits) != 0)
			rule = &c->roles[i];
	put_roles(bits, &text);
	err_set(err, EINVAL, "pkifs.conf line %d: [roles] %s: %s (uid %lu) "
	    "has %s: %s", rule->line, rule->name, name_of(people, uid),
	    (unsigned long)uid, bytes_text(&text), roles_conflict(bits));
	bytes_free(&text);
	return -1;
}

int
people_check(const struct people *people, const struct config *c,
    struct err *err)
{
	unsigned bits;
	uid_t uid;
	size_t i;

	for (i = 0; i < people->count; i++)
		if (check_appointed(people, i, err) == -1 ||
		    (people->separates && check_alone(people,
		    &people->appointed[i], err) == -1))
			return -1;
	for (i = 0; people->separates && roles_person(people->roles, i, &uid,
	    &bits); i++)
		if (check_groups(people, c, uid, bits, err) == -1)
			return -1;
	return 0;
}

/* --- asking -------------------------------------------------------------- */

int
people_uid(const struct people *people, const char *name, uid_t *uid)
{
	uint32_t number;

	if (!names_find(&people->users, "uid:", name, &number))
		return 0;
	*uid = number;
	return 1;
}

int
people_gid(const struct people *people, const char *name, gid_t *gid)
{
	uint32_t number;

	if (!names_find(&people->groups, "gid:", name, &number))
		return 0;
	*gid = number;
	return 1;
}

/* NULL also when an account has become that of two. */
static const struct appointed *
appointed_of(const struct people *people, uid_t uid)
{
	const struct appointed *found = NULL;
	size_t i;

	for (i = 0; i < people->count; i++) {
		if (people->appointed[i].uid != uid || uid == UINT32_MAX)
			continue;
		if (found != NULL)
			return NULL;
		found = &people->appointed[i];
	}
	return found;
}

int
people_appointment(const struct people *people, uid_t uid,
    struct appointment *to)
{
	const struct appointed *p = appointed_of(people, uid);

	if (p == NULL)
		return 0;
	*to = *p->row;
	to->uid = uid;
	memcpy(to->person, p->person, sizeof(p->person));
	return 1;
}

/* Access as it is given, and no more (OVR-6.4.3-01A, OVR-6.5.5-01A). */
unsigned
people_roles(const struct people *people, uid_t uid, usec_t now)
{
	const struct appointed *p;
	unsigned bits = roles_of_uid(people->roles, uid);

	if (people->separates && roles_conflict(bits) != NULL)
		return 0;
	if (!people->appoints)
		return bits;
	p = appointed_of(people, uid);
	return p != NULL ? bits & appointment_roles(p->row, now) : 0;
}

gid_t
people_role_gid(const struct people *people, enum role role)
{

	return roles_gid(people->roles, role);
}

void
people_use_key(struct people *people, const struct person_key *key)
{
	struct appointed *p;
	size_t i;

	people->key = *key;
	for (i = 0; i < people->count; i++) {
		p = &people->appointed[i];
		person_pseudonym(key, "person", p->row->identity, p->person);
	}
}

void
people_person(const struct people *people, uid_t uid, char to[PERSON_TEXT])
{
	const struct appointed *p = appointed_of(people, uid);
	char number[16];

	if (p != NULL) {
		memcpy(to, p->person, sizeof(p->person));
		return;
	}
	snprintf(number, sizeof(number), "%lu", (unsigned long)uid);
	person_pseudonym(&people->key, "uid", number, to);
}

/* --- the register -------------------------------------------------------- */

static void
put_appointment(const struct appointment *a, struct bytes *to)
{
	char since[CLOCK_TEXT], until[CLOCK_TEXT];

	clock_text_seconds(since, a->since);
	clock_text_seconds(until, a->training_until);
	bytes_put_text(to, "; appointed: ");
	put_roles(a->roles, to);
	bytes_printf(to, ", since %s, trained until %s, certificate %s",
	    since, until, a->certificate_sha256[0] != '\0' ?
	    a->certificate_sha256 : "none");
}

static void
put_person(const struct people *people, uid_t uid, unsigned bits,
    struct bytes *to)
{
	const struct appointed *p = appointed_of(people, uid);
	const char *conflict = roles_conflict(bits);
	char person[PERSON_TEXT];

	people_person(people, uid, person);
	bytes_printf(to, "uid %lu %s groups: ", (unsigned long)uid, person);
	put_roles(bits, to);
	if (p != NULL)
		put_appointment(p->row, to);
	if (people->separates && conflict != NULL)
		bytes_printf(to, "; NO ROLE: %s", conflict);
	else if (people->appoints && p == NULL)
		bytes_put_text(to, "; NO ROLE: not appointed");
	put_u8(to, '\n');
}

void
people_register(const struct people *people, struct bytes *to)
{
	const struct appointed *p;
	unsigned bits;
	uid_t uid;
	size_t i;

	bytes_printf(to, "Register of access rights (REQ-7.4.1-07)\n"
	    "separation: %s\nappointments: %s\n\n",
	    people->separates ? "yes" : "no",
	    people->appoints ? "asked for" : "not asked for");
	for (i = 0; roles_person(people->roles, i, &uid, &bits); i++)
		put_person(people, uid, bits, to);
	for (i = 0; i < people->count; i++) {
		p = &people->appointed[i];
		if (p->uid == UINT32_MAX)
			bytes_printf(to, "no account %s", p->person);
		else if (roles_of_uid(people->roles, p->uid) != 0)
			continue;
		else
			bytes_printf(to, "uid %lu %s groups: none",
			    (unsigned long)p->uid, p->person);
		put_appointment(p->row, to);
		bytes_put_text(to, "; NO ROLE: in no group of it\n");
	}
}

/* --- as octets ----------------------------------------------------------- */

void
people_put(const struct people *people, struct bytes *to)
{

	roles_put(people->roles, to);
	names_put(&people->users, to);
	names_put(&people->groups, to);
}

struct people *
people_get(const struct config *c, struct slice from, struct err *err)
{
	struct people *people;

	if ((people = calloc(1, sizeof(*people))) == NULL)
		die("people: out of memory");
	if ((people->roles = roles_get(&from)) == NULL ||
	    names_get(&people->users, &from) == -1 ||
	    names_get(&people->groups, &from) == -1 || from.size != 0) {
		people_free(people);
		err_set(err, EBADMSG, "the table of people does not parse");
		return NULL;
	}
	appoint(people, c);
	return people;
}
