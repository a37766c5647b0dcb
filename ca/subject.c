/*
 * Subjects of certificates.  See subject.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "identifiers.h"
#include "subject.h"

#define COMMON_NAME_MAX	64	/* RFC 5280, A.1: ub-common-name */

struct making {
	const struct subject_case *c;
	struct dn		*dn;
	struct err		*fault;
};

static void
lacks(const struct making *m, const char *type, const char *what)
{
	if (m->fault->code == 0)
		err_set(m->fault, EAGAIN, "the registration has %s %s, which "
		    "the profile %s wants", what, type,
		    m->c->profile->name);
}

/* What is validated now; false: there is none. */
static bool
find(const struct making *m, const char *type, char value[DN_VALUE])
{
	const struct attribute	*a = registered_find(m->c->registered, type);

	if (a == NULL)
		return false;
	if (a->validated > m->c->now || a->until <= m->c->now) {
		lacks(m, type, "no current validation of");
		return false;
	}
	snprintf(value, DN_VALUE, "%s", a->value);
	return true;
}

/* How people call it, where the registration does not say it outright. */
static bool
find_common_name(const struct making *m, char value[DN_VALUE])
{
	char	given[DN_VALUE], surname[DN_VALUE];
	int	n;

	if (find(m, "commonName", value))
		return true;
	if (profile_attribute(m->c->profile, "pseudonym") != -1)
		return find(m, "pseudonym", value);
	if (profile_class(m->c->profile) == OF_ORGANISATION)
		return find(m, "organizationName", value);
	if (profile_class(m->c->profile) != OF_PERSON)
		return false;
	if (find(m, "fullName", value))
		return true;
	if (!find(m, "givenName", given) || !find(m, "surname", surname))
		return false;
	n = snprintf(value, DN_VALUE, "%s %s", given, surname);
	return n > 0 && n < DN_VALUE;
}

static bool
is_of_organisation(const char *type)
{
	return strncmp(type, "organization", strlen("organization")) == 0;
}

/* 1 it has to be there, 0 it may, -1 it is left out: for this very subject. */
static int
wanted(const struct making *m, const char *type)
{
	enum subject_kind	kind = m->c->registered->version.kind;

	if (kind == NATURAL_PERSON && is_of_organisation(type))
		return -1;
	if (kind == NATURAL_PERSON_IN_LEGAL_PERSON &&
	    strcmp(type, "organizationName") == 0)
		return 1;
	return profile_attribute(m->c->profile, type);
}

/* EN 319 412-1, 5.1: what the certificate will say it is. */
static int
check_semantics(const struct making *m, const char *type, const char *value,
    struct err *err)
{
	enum subject_class	class = profile_class(m->c->profile);

	if (!m->c->profile->subject_semantics)
		return 0;
	if (class == OF_PERSON && strcmp(type, "serialNumber") == 0)
		return identifier_check_person(value, err);
	if (class == OF_ORGANISATION &&
	    strcmp(type, "organizationIdentifier") == 0)
		return identifier_check_organisation(value, err);
	return 0;
}

static void
add(const struct making *m, const char *type)
{
	const struct dn_type	*row = dn_type_find(type);
	char			 value[DN_VALUE];
	struct err		 why = { 0 };
	int			 need = wanted(m, type);
	bool			 found;

	if (need == -1)
		return;
	found = strcmp(type, "commonName") == 0 ?
	    find_common_name(m, value) : find(m, type, value);
	if (!found) {
		if (need == 1)
			lacks(m, type, "no");
		return;
	}
	if (dn_value_check(row, value, profile_attribute_most(m->c->profile,
	    type), &why) == 0 && check_semantics(m, type, value, &why) == 0)
		dn_add(m->dn, row, value);
	else if (m->fault->code == 0)
		err_set(m->fault, EAGAIN, "the registration's %s cannot stand "
		    "in a certificate: %.300s", type, why.text);
}

/*
 * It repeats a name of subjectAltName; what is longer than RFC 5280 allows is
 * left out, and the subject may then be empty.
 */
static void
add_first_name(const struct making *m)
{
	size_t	i;

	for (i = 0; i < m->c->name_count; i++) {
		if (strcmp(m->c->names[i].kind, "dns") != 0)
			continue;
		if (strlen(m->c->names[i].text) <= COMMON_NAME_MAX)
			dn_add(m->dn, dn_type_find("commonName"),
			    m->c->names[i].text);
		return;
	}
}

void
subject_make(const struct subject_case *c, struct dn *dn, struct err *fault)
{
	struct making	m = { c, dn, fault };
	size_t		i;

	dn->count = 0;
	memset(fault, 0, sizeof(*fault));
	if (c->profile != NULL && c->profile->subject[0][0] != '\0') {
		if (!c->registered->is_known)
			err_set(fault, EAGAIN, "there is no registration file "
			    "in force, of which the profile %s makes the "
			    "subject", c->profile->name);
		for (i = 0; c->registered->is_known && i < SUBJECT_ATTRIBUTES &&
		    c->profile->subject[i][0] != '\0'; i++)
			if (!c->profile->subject_from_first_name ||
			    strcmp(c->profile->subject[i], "commonName") != 0)
				add(&m, c->profile->subject[i]);
	}
	if (c->profile == NULL || c->profile->subject_from_first_name)
		add_first_name(&m);
}

void
subject_make_own(struct dn *dn, const char *common_name)
{
	dn->count = 0;
	if (common_name[0] != '\0' && strlen(common_name) <= COMMON_NAME_MAX)
		dn_add(dn, dn_type_find("commonName"), common_name);
}

const char *
subject_common_name(const struct dn *dn)
{
	const char	*name = dn_value(dn, "commonName");

	return name != NULL ? name : "";
}
