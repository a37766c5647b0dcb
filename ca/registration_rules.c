/*
 * Is a registration complete?  What each kind of subject requires (EN 319
 * 411-1, REG-6.2.2-06 to -16B) is a table, what is asked besides a list of
 * rules; each of them says in words what is missing and where.
 *
 * What the file itself lacks or has wrong is a fault, which its writer meets
 * at close; a document that is not there yet is only awaited.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "dn.h"
#include "methods.h"
#include "registration.h"

#define TABLE(a)	(sizeof(a) / sizeof((a)[0]))

struct todo {
	const struct registration		*r;
	const struct registration_questions	*q;
	struct bytes				*to;
	struct err				*fault;
	size_t					 count;
};

static void
add(struct todo *t, bool in_file, const char *text)
{

	bytes_printf(t->to, "- %s\n", text);
	t->count++;
	if (in_file && t->fault->code == 0)
		err_set(t->fault, EINVAL, "%s", text);
}

/* Something to be mended in the file. */
__attribute__((format(printf, 2, 3))) static void
mend(struct todo *t, const char *fmt, ...)
{
	char text[480];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add(t, true, text);
}

/* --- what a kind requires ------------------------------------------------ */

#define BIT(kind)	(1u << (kind))
#define PERSONS		(BIT(NATURAL_PERSON) | \
			 BIT(NATURAL_PERSON_IN_LEGAL_PERSON))
#define ORGANISATIONS	(BIT(LEGAL_PERSON) | BIT(DEVICE_OF_LEGAL_PERSON))
#define FULL_NAME	"fullName|givenName+surname|pseudonym"
#define DISTINGUISHING	"dateOfBirth+placeOfBirth|identityDocument|" \
			"personalNumber"
#define REGISTERED	"registrationNumber|organizationIdentifier"

/*
 * `types`: one of the alternatives, each a set.  `when` names a type: asked
 * only where that one is claimed.
 */
static const struct {
	unsigned	 kinds;
	const char	*types, *words, *requirement, *when;
} required[] = {
	{ BIT(NATURAL_PERSON), FULL_NAME, "the full name: fullName, or "
	    "givenName and surname", "REG-6.2.2-06", NULL },
	{ BIT(NATURAL_PERSON), DISTINGUISHING, "dateOfBirth and placeOfBirth, "
	    "or identityDocument, or personalNumber", "REG-6.2.2-06", NULL },

	{ BIT(NATURAL_PERSON_IN_LEGAL_PERSON), FULL_NAME, "the full name: "
	    "fullName, or givenName and surname", "REG-6.2.2-08", NULL },
	{ BIT(NATURAL_PERSON_IN_LEGAL_PERSON), DISTINGUISHING, "dateOfBirth "
	    "and placeOfBirth, or identityDocument, or personalNumber",
	    "REG-6.2.2-08", NULL },
	{ BIT(NATURAL_PERSON_IN_LEGAL_PERSON), "organizationName", "the legal "
	    "person's full name: organizationName", "REG-6.2.2-08", NULL },
	{ BIT(NATURAL_PERSON_IN_LEGAL_PERSON), "legalStatus", "the legal "
	    "person's status: legalStatus", "REG-6.2.2-08", NULL },
	{ BIT(NATURAL_PERSON_IN_LEGAL_PERSON), REGISTERED, "the legal "
	    "person's registration: registrationNumber or "
	    "organizationIdentifier", "REG-6.2.2-08", NULL },
	{ BIT(NATURAL_PERSON_IN_LEGAL_PERSON), "affiliation", "what ties the "
	    "person to the legal person: affiliation", "REG-6.2.2-08A",
	    NULL },
	{ BIT(NATURAL_PERSON_IN_LEGAL_PERSON), "entityAssociation", "what "
	    "ties the unit in organizationalUnitName to the legal person: "
	    "entityAssociation", "REG-6.2.2-08A", "organizationalUnitName" },
	{ BIT(NATURAL_PERSON_IN_LEGAL_PERSON), "personApproval", "the "
	    "person's approval to be named with it: personApproval",
	    "REG-6.2.2-09", NULL },
	{ BIT(NATURAL_PERSON_IN_LEGAL_PERSON), "organizationApproval", "the "
	    "legal person's approval to be named: organizationApproval",
	    "REG-6.2.2-09", NULL },

	{ BIT(LEGAL_PERSON), "organizationName", "the full name: "
	    "organizationName", "REG-6.2.2-12", NULL },
	{ BIT(LEGAL_PERSON), REGISTERED, "the registration: "
	    "registrationNumber or organizationIdentifier", "REG-6.2.2-10",
	    NULL },
	{ BIT(LEGAL_PERSON), "entityAssociation", "what ties the unit in "
	    "organizationalUnitName to the legal person: entityAssociation",
	    "REG-6.2.2-12", "organizationalUnitName" },

	/* Whose subscriber is mandated: fields, REG-6.2.2-13, -13A, -14A. */
	{ BIT(DEVICE_OF_LEGAL_PERSON), "dns|ip|deviceIdentifier", "what the "
	    "device is known by: dns, ip or deviceIdentifier",
	    "REG-6.2.2-15A", NULL },
	{ BIT(DEVICE_OF_LEGAL_PERSON), "organizationName", "the full name of "
	    "the organisation: organizationName", "REG-6.2.2-15A", NULL },
	{ BIT(DEVICE_OF_LEGAL_PERSON), REGISTERED, "its registration: "
	    "registrationNumber or organizationIdentifier", "REG-6.2.2-15A",
	    NULL },
	{ BIT(DEVICE_OF_LEGAL_PERSON), "entityAssociation", "what ties the "
	    "unit in organizationalUnitName to the organisation: "
	    "entityAssociation", "REG-6.2.2-15A", "organizationalUnitName" },

	{ BIT(DEVICE_OF_NATURAL_PERSON), "dns|ip|deviceIdentifier", "what the "
	    "device is known by: dns, ip or deviceIdentifier", "REG-6.2.2-16",
	    NULL },
	{ BIT(DEVICE_OF_NATURAL_PERSON), FULL_NAME, "the full name of the "
	    "person: fullName, or givenName and surname", "REG-6.2.2-16A",
	    NULL },
	{ BIT(DEVICE_OF_NATURAL_PERSON), DISTINGUISHING, "dateOfBirth and "
	    "placeOfBirth, or identityDocument, or personalNumber, of the "
	    "person", "REG-6.2.2-16B", NULL },
};

static const struct attribute *
attribute_of(const struct registration *r, const char *type, size_t size)
{
	size_t i;

	for (i = 0; i < r->attribute_count; i++)
		if (strlen(r->attributes[i].type) == size &&
		    strncmp(r->attributes[i].type, type, size) == 0)
			return &r->attributes[i];
	return NULL;
}

/* Is one of the alternatives there, with all of its types? */
static bool
has_one_of(const struct registration *r, const char *types)
{
	size_t size;
	bool all = true;

	for (;; types += size + 1) {
		size = strcspn(types, "|+");
		all = all && attribute_of(r, types, size) != NULL;
		if (types[size] == '+')
			continue;
		if (all || types[size] == '\0')
			return all;
		all = true;
	}
}

static void
ask_attributes(struct todo *t)
{
	size_t i;

	for (i = 0; i < TABLE(required); i++)
		if ((required[i].kinds & BIT(t->r->kind)) != 0 &&
		    (required[i].when == NULL || attribute_of(t->r,
		    required[i].when, strlen(required[i].when)) != NULL) &&
		    !has_one_of(t->r, required[i].types))
			mend(t, "no [attribute.N] has %s (%s)",
			    required[i].words, required[i].requirement);
}

/* --- what every one requires --------------------------------------------- */

static bool
always(const struct registration *r)
{

	return true;
}

static bool
differs(const struct registration *r)
{

	return !r->subject_is_subscriber;
}

/* Does somebody act for an organisation? */
static bool
is_represented(const struct registration *r)
{

	if (r->subject_is_subscriber)
		return (BIT(r->kind) & ORGANISATIONS) != 0;
	return r->is_organisation;
}

static bool
person_differs(const struct registration *r)
{

	return differs(r) && (BIT(r->kind) & PERSONS) != 0;
}

#define FIELD(field)	offsetof(struct registration, field)

static const struct {
	size_t		 field;
	bool		(*when)(const struct registration *);
	const char	*words;
} fields[] = {
	{ FIELD(subscriber), always, "[subscriber] name: the subscriber's "
	    "full name (REG-6.2.2-01)" },
	{ FIELD(contact), always, "[subscriber] contact: an address or other "
	    "contact data (REG-6.2.2-21)" },
	{ FIELD(group), always, "[subscriber] group: the Unix group of its "
	    "folder in requests/ (REG-6.3.2-01)" },
	{ FIELD(users), always, "[subscriber] users: the Unix users who may "
	    "act for it (REG-6.3.2-01)" },
	{ FIELD(representative), is_represented, "[subscriber] "
	    "representative: the person who acts for the organisation "
	    "(REG-6.2.2-20)" },
	{ FIELD(representative_authority), is_represented, "[subscriber] "
	    "representative_authority: evidence of that person's mandate "
	    "(REG-6.2.2-20)" },
	{ FIELD(subject), differs, "[subject] name: the full name of the "
	    "subject, who is not the subscriber (REG-6.2.2-01)" },
	{ FIELD(subject_user), person_differs, "[subject] user: the subject's "
	    "own Unix user, who has to agree, too (REG-6.3.4-11A)" },
	{ FIELD(subscriber_authority), differs, "[subject] "
	    "subscriber_authority: evidence that the subscriber may act for "
	    "the subject (REG-6.2.2-19)" },
	{ FIELD(issuance_authorisation), differs, "[subject] "
	    "issuance_authorisation: the subscriber's authorisation of "
	    "certificates for the subject (REG-6.3.1-00F)" },
	{ FIELD(profiles), always, "[certificates] profiles: what kinds of "
	    "certificate it may have" },
};

static void
ask_fields(struct todo *t)
{
	size_t i;

	for (i = 0; i < TABLE(fields); i++)
		if (fields[i].when(t->r) &&
		    ((const char *)t->r)[fields[i].field] == '\0')
			mend(t, "%s", fields[i].words);
}

/* --- names against what was validated ------------------------------------ */

static bool
value_is(const struct registration *r, const char *type, const char *name)
{
	const struct attribute *a = attribute_of(r, type, strlen(type));

	return a != NULL && dn_value_is_like(a->value, name);
}

/* "given surname" or "surname given". */
static bool
is_both_names(const struct registration *r, const char *name)
{
	const struct attribute *given = attribute_of(r, "givenName", 9);
	const struct attribute *surname = attribute_of(r, "surname", 7);
	char text[600];

	if (given == NULL || surname == NULL)
		return false;
	snprintf(text, sizeof(text), "%s %s", given->value, surname->value);
	if (dn_value_is_like(text, name))
		return true;
	snprintf(text, sizeof(text), "%s %s", surname->value, given->value);
	return dn_value_is_like(text, name);
}

/* The name in the file stands among what was validated (REG-6.2.2-02AC). */
static void
ask_names(struct todo *t)
{
	const struct registration *r = t->r;
	const char *name, *key;
	bool validated;

	name = r->subject_is_subscriber ? r->subscriber : r->subject;
	key = r->subject_is_subscriber ? "[subscriber]" : "[subject]";
	if (BIT(r->kind) & ORGANISATIONS)
		validated = value_is(r, "organizationName", name);
	else
		validated = value_is(r, "fullName", name) ||
		    is_both_names(r, name) || value_is(r, "pseudonym", name);
	if (name[0] != '\0' && !validated)
		mend(t, "%s name: \"%s\" is not what was validated: no "
		    "attribute %s has it (REG-6.2.2-02AC)", key, name,
		    BIT(r->kind) & ORGANISATIONS ? "organizationName" :
		    "fullName, nor givenName and surname");
	if (differs(r) && r->subscriber[0] != '\0' &&
	    !value_is(r, "subscriberName", r->subscriber))
		mend(t, "[subscriber] name: \"%s\" is not what was validated: "
		    "no attribute subscriberName has it (REG-6.2.2-01)",
		    r->subscriber);
}

/* --- each attribute ------------------------------------------------------ */

/* Validated before for the version in force, and not said to be newer. */
static bool
stood_before(const struct todo *t, const struct attribute *a)
{
	const struct registration *before = t->q->before;
	const struct attribute *b;
	size_t i;

	for (i = 0; before != NULL && i < before->attribute_count; i++) {
		b = &before->attributes[i];
		if (strcmp(a->type, b->type) == 0 &&
		    strcmp(a->value, b->value) == 0 &&
		    strcmp(a->method, b->method) == 0 &&
		    a->validated == b->validated)
			return true;
	}
	return false;
}

static void
ask_times(struct todo *t, const struct attribute *a)
{
	char day[CLOCK_TEXT];

	clock_text_seconds(day, a->validated);
	if (a->validated > t->q->now)
		mend(t, "[attribute.%s] validated: %.10s is in the future",
		    a->label, day);
	else if (a->validated < t->q->now - REGISTRATION_SESSION &&
	    !stood_before(t, a))
		mend(t, "[attribute.%s] validated: %.10s is more than %d days "
		    "ago: verify it for this registration (REG-6.2.2-02B)",
		    a->label, day, (int)(REGISTRATION_SESSION / USEC_DAY));
	if (a->until <= t->q->now) {
		clock_text_seconds(day, a->until - USEC_DAY);
		mend(t, "[attribute.%s] until: %.10s is in the past: validate "
		    "it again (REG-6.2.2-18)", a->label, day);
	}
}

static bool
is_user(const struct todo *t, const char *name, uid_t uid)
{
	uid_t other;

	return name[0] != '\0' && t->q->user(t->q->arg, name, &other) &&
	    t->q->same(t->q->arg, uid, other);
}

/* Whatever account of that person's it is. */
static bool
acts(const struct todo *t, uid_t uid)
{
	const struct registration *r = t->r;
	size_t i;

	for (i = 0; i < TABLE(r->users); i++)
		if (is_user(t, r->users[i], uid))
			return true;
	return is_user(t, r->subject_user, uid);
}

static void
ask_verifier(struct todo *t, const struct attribute *a)
{
	uid_t uid;

	if (!t->q->user(t->q->arg, a->verifier, &uid))
		mend(t, "[attribute.%s] verifier: no user %s is known here",
		    a->label, a->verifier);
	else if (t->q->separation && acts(t, uid))
		mend(t, "[attribute.%s] verifier: %s is the subject or acts "
		    "for it, and does not verify it (REG-6.2.2-26)",
		    a->label, a->verifier);
}

static void
ask_each_attribute(struct todo *t)
{
	const struct attribute *a;
	const struct method *method;
	size_t i;

	for (i = 0; i < t->r->attribute_count; i++) {
		a = &t->r->attributes[i];
		ask_times(t, a);
		ask_verifier(t, a);
		method = method_find(a->method);
		if (method == NULL || !method_holds(method, t->q->now))
			mend(t, "[attribute.%s] method: %s is not accepted any "
			    "more, from %s on (REG-6.3.1-00C)", a->label,
			    a->method, method != NULL &&
			    method->last_use != NULL ? method->last_use :
			    "the beginning");
	}
}

/* --- who and what else it names ------------------------------------------ */

static void
ask_users(struct todo *t)
{
	const struct registration *r = t->r;
	size_t i;
	uid_t uid;
	gid_t gid;

	for (i = 0; i < TABLE(r->users) && r->users[i][0] != '\0'; i++)
		if (!t->q->user(t->q->arg, r->users[i], &uid))
			mend(t, "[subscriber] users: no user %s is known here",
			    r->users[i]);
	if (r->subject_user[0] != '\0' &&
	    !t->q->user(t->q->arg, r->subject_user, &uid))
		mend(t, "[subject] user: no user %s is known here",
		    r->subject_user);
	if (r->group[0] != '\0' && !t->q->group(t->q->arg, r->group, &gid))
		mend(t, "[subscriber] group: no group %s is known here",
		    r->group);
}

/* A person, or the one who has the mandate, in person or as surely. */
static void
ask_route(struct todo *t, const struct profile *p)
{
	unsigned kind = BIT(t->r->kind);

	if (strncmp(p->base_policy, "NCP", 3) == 0 &&
	    (kind & (PERSONS | BIT(LEGAL_PERSON))) != 0 &&
	    t->r->assurance_route[0] == '\0')
		mend(t, "[subject] assurance_route: profile %s builds on %s: "
		    "by which way was the %s checked (%s)", p->name,
		    p->base_policy, (kind & PERSONS) != 0 ? "person" :
		    "representative", (kind & PERSONS) != 0 ?
		    "REG-6.2.2-05" : "REG-6.2.2-10A");
}

static void
ask_profiles(struct todo *t)
{
	const struct registration *r = t->r;
	const struct profile *p;
	size_t i;

	for (i = 0; i < TABLE(r->profiles) && r->profiles[i][0] != '\0';
	    i++) {
		p = t->q->profile(t->q->arg, r->profiles[i]);
		if (p == NULL || p->internal) {
			mend(t, "[certificates] profiles: there is no profile "
			    "%s for subscribers", r->profiles[i]);
			continue;
		}
		if (!profile_allows_kind(p, r->kind))
			mend(t, "[certificates] profiles: %s is not for a "
			    "subject of kind %s (GEN-6.6.1-02)", p->name,
			    subject_kind_name(r->kind));
		ask_route(t, p);
	}
}

static int
ask_document(void *arg, const char *name)
{
	struct todo *t = arg;
	char text[300];

	if (t->q->document(t->q->arg, name))
		return 0;
	snprintf(text, sizeof(text), "the document %s is not in documents/ "
	    "(REG-6.2.2-18)", name);
	add(t, false, text);
	return 0;
}

size_t
registration_missing(const struct registration *r,
    const struct registration_questions *q, struct bytes *to,
    struct err *fault)
{
	static void (*const rules[])(struct todo *) = {
		ask_fields, ask_attributes, ask_names, ask_each_attribute,
		ask_users, ask_profiles
	};
	struct todo t = { r, q, to, fault, 0 };
	size_t i;

	memset(fault, 0, sizeof(*fault));
	for (i = 0; i < TABLE(rules); i++)
		rules[i](&t);
	registration_evidence(r, ask_document, &t);
	return t.count;
}
