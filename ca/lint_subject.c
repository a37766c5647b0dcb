/*
 * The lint's rules about the subject: that it is one of the profile, and what
 * EN 319 412-2 wants of natural persons, 412-3 of legal persons, 412-1 of
 * identifiers.  Asked by the table in lint.c; no sentence spells a value.
 */
#include <errno.h>
#include <string.h>

#include "identifiers.h"
#include "lint_subject.h"
#include "oids.h"

static int
no(struct err *err, const char *what)
{
	return err_set(err, EINVAL, "%s", what);
}

static bool
has(const struct judgement *j, const char *type)
{
	return dn_value(&j->subject, type) != NULL;
}

/* The place of an attribute in the profile; behind all: -1 none, a CN last. */
static int
place_of(const struct profile *p, const char *type)
{
	int i;

	if (strcmp(type, "commonName") == 0 &&
	    (p->subject_from_first_name || p->subject[0][0] == '\0'))
		return SUBJECT_ATTRIBUTES;
	for (i = 0; i < SUBJECT_ATTRIBUTES && p->subject[i][0] != '\0'; i++)
		if (strcmp(p->subject[i], type) == 0)
			return i;
	return -1;
}

/* Strictly rising places are the profile's order, and each once. */
int
lint_subject_is_the_profiles(const struct judgement *j, struct err *err)
{
	const struct profile *p = j->profile;
	int last = -1, place;
	size_t i;

	for (i = 0; i < j->subject.count; i++) {
		place = place_of(p, j->subject.attribute[i].type->name);
		if (place == -1)
			return err_set(err, EINVAL, "%s is no attribute of "
			    "the profile %s",
			    j->subject.attribute[i].type->name, p->name);
		if (place <= last)
			return err_set(err, EINVAL, "%s stands twice or not "
			    "in the profile's order",
			    j->subject.attribute[i].type->name);
		last = place;
	}
	for (i = 0; i < SUBJECT_ATTRIBUTES && p->subject[i][0] != '\0'; i++)
		if (profile_attribute(p, p->subject[i]) == 1 &&
		    place_of(p, p->subject[i]) < SUBJECT_ATTRIBUTES &&
		    !has(j, p->subject[i]))
			return err_set(err, EINVAL, "%s is missing, which the "
			    "profile %s wants", p->subject[i], p->name);
	return 0;
}

int
lint_subject_is_of_its_lengths(const struct judgement *j, struct err *err)
{
	const struct dn_attribute *a;
	size_t i;

	for (i = 0; i < j->subject.count; i++) {
		a = &j->subject.attribute[i];
		if (dn_value_check(a->type, a->value, profile_attribute_most(
		    j->profile, a->type->name), err) == -1)
			return -1;
	}
	return 0;
}

/* Self-issued is what a CA does for itself. */
int
lint_subject_is_not_the_issuer(const struct judgement *j, struct err *err)
{
	char subject[SHA256_TEXT], issuer[SHA256_TEXT] = "";
	struct err ignored;
	struct dn dn;

	dn_digest(&j->subject, subject);
	if (dn_parse(&dn, j->issuer.subject, &ignored) == 0)
		dn_digest(&dn, issuer);
	if (slice_equal(j->tbs.subject, j->issuer.subject) ||
	    (issuer[0] != '\0' && strcmp(subject, issuer) == 0))
		return no(err, "the subject is the name of the CA itself");
	return 0;
}

int
lint_person_is_complete(const struct judgement *j, struct err *err)
{
	if (profile_class(j->profile) != OF_PERSON)
		return 0;
	if (!has(j, "countryName") || !has(j, "commonName"))
		return no(err, "a natural person has countryName and "
		    "commonName");
	if (!has(j, "givenName") && !has(j, "surname") && !has(j, "pseudonym"))
		return no(err, "a natural person has givenName, surname or "
		    "pseudonym");
	return 0;
}

int
lint_pseudonym_excludes_names(const struct judgement *j, struct err *err)
{
	return has(j, "pseudonym") && (has(j, "givenName") ||
	    has(j, "surname")) ? no(err, "pseudonym excludes givenName and "
	    "surname") : 0;
}

/* The organisation is what the person belongs to, never who it is. */
int
lint_person_is_no_organisation(const struct judgement *j, struct err *err)
{
	const char *number = dn_value(&j->subject, "serialNumber");
	const char *name = dn_value(&j->subject, "commonName");
	const char *organisation = dn_value(&j->subject, "organizationName");

	if (profile_class(j->profile) != OF_PERSON)
		return 0;
	if (number != NULL && identifier_is_of_organisation(number))
		return no(err, "a natural person's serialNumber is the "
		    "identifier of an organisation");
	if (name != NULL && organisation != NULL &&
	    dn_value_is_like(name, organisation))
		return no(err, "a natural person's commonName is the name of "
		    "the organisation");
	return 0;
}

int
lint_organisation_is_complete(const struct judgement *j, struct err *err)
{
	if (profile_class(j->profile) != OF_ORGANISATION)
		return 0;
	if (!has(j, "countryName") || !has(j, "organizationName") ||
	    !has(j, "organizationIdentifier") || !has(j, "commonName"))
		return no(err, "a legal person has countryName, "
		    "organizationName, organizationIdentifier and commonName");
	return 0;
}

/* The attribute whose semantics are said; NULL: none are. */
static const char *
identifier_of(const struct judgement *j)
{
	if (!j->profile->subject_semantics)
		return NULL;
	return dn_value(&j->subject, profile_class(j->profile) == OF_PERSON ?
	    "serialNumber" : "organizationIdentifier");
}

int
lint_identifier_has_semantics(const struct judgement *j, struct err *err)
{
	const char *value = identifier_of(j);

	if (value == NULL)
		return 0;
	return profile_class(j->profile) == OF_PERSON ?
	    identifier_check_person(value, err) :
	    identifier_check_organisation(value, err);
}

int
lint_statements_are_its_semantics(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[QC_STATEMENTS].value;
	struct slice list, statement, info, oid;
	bool person = profile_class(j->profile) == OF_PERSON;

	if (j->has[QC_STATEMENTS] != (identifier_of(j) != NULL))
		return no(err, j->has[QC_STATEMENTS] ? "qcStatements say "
		    "semantics that no identifier has" : "qcStatements with "
		    "the identifier's semantics are missing");
	if (!j->has[QC_STATEMENTS])
		return 0;
	if (der_get(&value, DER_SEQUENCE, &list) == -1 || value.size != 0 ||
	    der_get(&list, DER_SEQUENCE, &statement) == -1 ||
	    list.size != 0 || der_get(&statement, DER_OID, &oid) == -1 ||
	    !slice_equal(oid, OID_QC_SYNTAX_2) ||
	    der_get(&statement, DER_SEQUENCE, &info) == -1 ||
	    statement.size != 0 || der_get(&info, DER_OID, &oid) == -1 ||
	    info.size != 0)
		return no(err, "qcStatements are not one statement of "
		    "semantics (RFC 3739, 3.2.6.1)");
	if (!slice_equal(oid, person ? OID_SEMANTICS_NATURAL :
	    OID_SEMANTICS_LEGAL))
		return no(err, "qcStatements say semantics of another kind of "
		    "subject");
	return 0;
}
