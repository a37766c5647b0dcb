/*
 * Whom a profile is for and what its subject holds: EN 319 412-2 for natural
 * persons, 412-3 for legal persons (GEN-6.6.1-02).  The rules are about the
 * profile; ca/lint_subject.c asks them of each certificate again.
 */
#include <stdlib.h>
#include <string.h>

#include "dn.h"
#include "profile.h"

#define ITEMS		SUBJECT_ATTRIBUTES
#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

static bool
lists(const char *items, size_t room, size_t count, const char *item)
{
	size_t i;

	for (i = 0; i < count && items[i * room] != '\0'; i++)
		if (strcmp(items + i * room, item) == 0)
			return true;
	return false;
}
#define LISTS(list, item) \
	lists((list)[0], sizeof((list)[0]), COUNT(list), item)

static enum subject_class
class_of(enum subject_kind kind)
{
	return subject_kind_is_person(kind) ? OF_PERSON :
	    kind == LEGAL_PERSON ? OF_ORGANISATION : OF_DEVICE;
}

enum subject_class
profile_class(const struct profile *p)
{
	int kind = subject_kind_find(p->subject_kinds[0]);

	return kind == -1 ? OF_ANYTHING : class_of((enum subject_kind)kind);
}

bool
profile_allows_kind(const struct profile *p, enum subject_kind kind)
{
	return p->subject_kinds[0][0] == '\0' ||
	    LISTS(p->subject_kinds, subject_kind_name(kind));
}

bool
profile_takes_names(const struct profile *p, const char *kind)
{
	return p->names_max > 0 && LISTS(p->name_kinds, kind);
}

static bool
has_purpose(const struct profile *p, const char *purpose)
{
	return LISTS(p->extended_key_usage, purpose);
}

bool
profile_needs_names(const struct profile *p)
{
	return p->subject_from_first_name || has_purpose(p, "emailProtection");
}

int
profile_attribute(const struct profile *p, const char *type)
{
	if (!LISTS(p->subject, type))
		return -1;
	return !LISTS(p->subject_optional, type);
}

int
profile_attribute_most(const struct profile *p, const char *type)
{
	const struct dn_type *row = dn_type_find(type);
	size_t i, n = strlen(type);

	for (i = 0; i < ITEMS && p->subject_lengths[i][0] != '\0'; i++)
		if (strncmp(p->subject_lengths[i], type, n) == 0 &&
		    p->subject_lengths[i][n] == ':')
			return atoi(p->subject_lengths[i] + n + 1);
	return row == NULL ? 0 : row->most;
}

/* --- rules ---------------------------------------------------------------- */

static bool
has(const struct profile *p, const char *type)
{
	return profile_attribute(p, type) != -1;
}

static bool
always_has(const struct profile *p, const char *type)
{
	return profile_attribute(p, type) == 1;
}

static bool
one_class(const struct profile *p)
{
	int i, kind;

	for (i = 0; i < SUBJECT_KINDS && p->subject_kinds[i][0] != '\0'; i++) {
		kind = subject_kind_find(p->subject_kinds[i]);
		if (class_of((enum subject_kind)kind) != profile_class(p))
			return false;
	}
	return true;
}

static bool
attributes_have_kinds(const struct profile *p)
{
	return p->subject[0][0] == '\0' || profile_class(p) != OF_ANYTHING;
}

static bool
each_once(const struct profile *p)
{
	int i;

	for (i = 0; i < ITEMS - 1 && p->subject[i][0] != '\0'; i++)
		if (lists(p->subject[i + 1], sizeof(p->subject[0]),
		    (size_t)(ITEMS - 1 - i), p->subject[i]))
			return false;
	return true;
}

static bool
optional_are_attributes(const struct profile *p)
{
	int i;

	for (i = 0; i < ITEMS && p->subject_optional[i][0] != '\0'; i++)
		if (!has(p, p->subject_optional[i]))
			return false;
	return true;
}

static bool
lengths_are_attributes(const struct profile *p)
{
	char type[40];
	int i;

	for (i = 0; i < ITEMS && p->subject_lengths[i][0] != '\0'; i++) {
		strcpy(type, p->subject_lengths[i]);
		type[strcspn(type, ":")] = '\0';
		if (!has(p, type))
			return false;
	}
	return true;
}

static bool
internal_has_nobody(const struct profile *p)
{
	return !p->internal || (p->subject[0][0] == '\0' &&
	    p->subject_kinds[0][0] == '\0' && !p->subject_semantics);
}

static bool
person_is_complete(const struct profile *p)
{
	return profile_class(p) != OF_PERSON || (always_has(p, "countryName") &&
	    always_has(p, "commonName") && (always_has(p, "givenName") ||
	    always_has(p, "surname") || always_has(p, "pseudonym")));
}

static bool
pseudonym_alone(const struct profile *p)
{
	return !has(p, "pseudonym") || (!has(p, "givenName") &&
	    !has(p, "surname"));
}

static bool
person_has_no_organisation(const struct profile *p)
{
	bool tied = LISTS(p->subject_kinds, "natural-person-in-legal-person");

	if (profile_class(p) != OF_PERSON)
		return true;
	return tied ? has(p, "organizationName") :
	    !has(p, "organizationName") && !has(p, "organizationIdentifier") &&
	    !has(p, "organizationalUnitName");
}

static bool
organisation_is_complete(const struct profile *p)
{
	return profile_class(p) != OF_ORGANISATION ||
	    (always_has(p, "countryName") &&
	    always_has(p, "organizationName") &&
	    always_has(p, "organizationIdentifier") &&
	    always_has(p, "commonName"));
}

static bool
only_persons_have_names(const struct profile *p)
{
	return profile_class(p) == OF_PERSON || (!has(p, "givenName") &&
	    !has(p, "surname") && !has(p, "pseudonym") && !has(p, "title"));
}

static bool
semantics_have_identifiers(const struct profile *p)
{
	if (!p->subject_semantics)
		return true;
	return (profile_class(p) == OF_PERSON && has(p, "serialNumber")) ||
	    profile_class(p) == OF_ORGANISATION;
}

static bool
is_of_people(const struct profile *p)
{
	return profile_class(p) == OF_PERSON ||
	    profile_class(p) == OF_ORGANISATION;
}

static bool
first_name_is_of_devices(const struct profile *p)
{
	return !p->subject_from_first_name || (!is_of_people(p) &&
	    LISTS(p->name_kinds, "dns"));
}

static bool
subject_has_common_name(const struct profile *p)
{
	return p->internal || (p->subject_from_first_name &&
	    p->names_max > 0) || always_has(p, "commonName");
}

static bool
people_have_mailboxes(const struct profile *p)
{
	return !is_of_people(p) || (!profile_takes_names(p, "dns") &&
	    !profile_takes_names(p, "ip"));
}

static bool
mail_has_mailboxes(const struct profile *p)
{
	return !has_purpose(p, "emailProtection") ||
	    profile_takes_names(p, "email");
}

static bool
people_are_no_servers(const struct profile *p)
{
	return !is_of_people(p) || !has_purpose(p, "serverAuth");
}

/*
 * 412-2 NAT-4.3.2-1, -2: A nonRepudiation; B that and digitalSignature; C
 * digitalSignature; D that and one of keyEncipherment, keyAgreement; E one of
 * the two; F all of B and one of the two.
 */
static bool
usage_is_of_a_type(const char *usages)
{
	bool sign = strstr(usages, "digitalSignature") != NULL;
	bool commit = strstr(usages, "nonRepudiation") != NULL;
	int keys = (strstr(usages, "keyEncipherment") != NULL) +
	    (strstr(usages, "keyAgreement") != NULL);

	return strstr(usages, "dataEncipherment") == NULL && keys <= 1 &&
	    !(commit && keys == 1 && !sign);
}

static bool
ec_usage_of_people(const struct profile *p)
{
	return !is_of_people(p) || usage_is_of_a_type(p->key_usage_ec);
}

static bool
rsa_usage_of_people(const struct profile *p)
{
	return !is_of_people(p) || usage_is_of_a_type(p->key_usage_rsa);
}

/* The signer asks the same: a key without a purpose is for all of them. */
static bool
purpose_or_commitment(const struct profile *p)
{
	return p->internal || p->extended_key_usage[0][0] != '\0' ||
	    (strcmp(p->key_usage_ec, "nonRepudiation") == 0 &&
	    strcmp(p->key_usage_rsa, "nonRepudiation") == 0);
}

static const struct {
	bool		(*holds)(const struct profile *);
	const char	*section, *key, *sentence;
} rules[] = {
	{ internal_has_nobody, "subject", "attributes",
	    "a profile of the CA itself has no [subject]" },
	{ one_class, "subject", "kinds",
	    "one profile is for natural persons, for legal persons or for "
	    "devices (EN 319 411-1, GEN-6.6.1-02)" },
	{ attributes_have_kinds, "subject", "kinds",
	    "wanted where there are [subject] attributes" },
	{ each_once, "subject", "attributes",
	    "each stands once (412-2 NAT-4.2.4-3, 412-3 LEG-4.2.1-3)" },
	{ optional_are_attributes, "subject", "optional",
	    "wanted some of [subject] attributes" },
	{ lengths_are_attributes, "subject", "lengths",
	    "wanted some of [subject] attributes" },
	{ person_is_complete, "subject", "attributes",
	    "a natural person has countryName, commonName and givenName, "
	    "surname or pseudonym, not optional (412-2 NAT-4.2.4-1)" },
	{ pseudonym_alone, "subject", "attributes",
	    "pseudonym excludes givenName and surname (412-2 NAT-4.2.4-4)" },
	{ person_has_no_organisation, "subject", "attributes",
	    "a natural person in a legal person has organizationName, and no "
	    "other has attributes of an organisation (GEN-6.3.3-11)" },
	{ organisation_is_complete, "subject", "attributes",
	    "a legal person has countryName, organizationName, "
	    "organizationIdentifier and commonName, not optional (412-3 "
	    "LEG-4.2.1-2)" },
	{ only_persons_have_names, "subject", "attributes",
	    "givenName, surname, pseudonym and title are for natural persons" },
	{ semantics_have_identifiers, "subject", "semantics",
	    "wanted a natural person with serialNumber or a legal person "
	    "(EN 319 412-1, 5.1)" },
	{ first_name_is_of_devices, "certificate", "subject_from_first_name",
	    "yes is for devices whose names are dns ([request] name_kinds)" },
	{ subject_has_common_name, "certificate", "subject_from_first_name",
	    "wanted yes and [request] names_max of at least 1, or commonName "
	    "among [subject] attributes: the subject has no other source" },
	{ people_have_mailboxes, "request", "name_kinds",
	    "names of persons are of kind email only" },
	{ mail_has_mailboxes, "request", "name_kinds",
	    "emailProtection wants names of kind email" },
	{ people_are_no_servers, "certificate", "extended_key_usage",
	    "serverAuth is for devices (EN 319 411-1, GEN-6.6.1-02)" },
	{ purpose_or_commitment, "certificate", "extended_key_usage",
	    "wanted at least one purpose, unless the key usages are "
	    "nonRepudiation alone" },
	{ ec_usage_of_people, "certificate", "key_usage_ec",
	    "wanted one of the types A to F (412-2 NAT-4.3.2-1)" },
	{ rsa_usage_of_people, "certificate", "key_usage_rsa",
	    "wanted one of the types A to F (412-2 NAT-4.3.2-1)" },
};

const char *
profile_subject_fault(const struct profile *p, const char **section,
    const char **key)
{
	size_t i;

	for (i = 0; i < COUNT(rules); i++) {
		if (rules[i].holds(p))
			continue;
		*section = rules[i].section;
		*key = rules[i].key;
		return rules[i].sentence;
	}
	return NULL;
}
