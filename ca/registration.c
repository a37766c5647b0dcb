/*
 * Registration files: their keys, the form of the values, what changed between
 * two of them.  registration_rules.c says whether one is complete.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "methods.h"
#include "registration.h"
#include "registration_types.h"

#define AT(field)	offsetof(struct form, r.field)
#define ROOM(field)	sizeof(((struct registration *)0)->field)
#define ATTRIBUTE(field) \
	offsetof(struct attribute, field), \
	sizeof(((struct attribute *)0)->field)
#define TABLE(a)	(sizeof(a) / sizeof((a)[0]))

/* As it is read: what the caller gets, and what has to be found by name. */
struct form {
	struct registration r;		/* first */
	char	kind[32];
};

/* --- form of the values -------------------------------------------------- */

static int
check_kind(const char *text, struct err *err)
{

	if (subject_kind_find(text) != -1)
		return 0;
	return err_set(err, EINVAL, "wanted natural-person, "
	    "natural-person-in-legal-person, legal-person, "
	    "device-of-legal-person or device-of-natural-person, found "
	    "\"%s\"", text);
}

/* A user, a group or a profile. */
static int
check_word(const char *text, struct err *err)
{

	if (text[0] != '-' && strspn(text, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == strlen(text))
		return 0;
	return err_set(err, EINVAL, "wanted a name of letters, digits, _ . and"
	    " -, found \"%s\"", text);
}

static int
check_evidence(const char *text, struct err *err)
{

	if (strncmp(text, "ref:", 4) == 0 && text[4] != '\0')
		return plain_text_check(text, err);
	if (text[0] != '.' && strchr(text, '/') == NULL &&
	    strchr(text, ':') == NULL)
		return plain_text_check(text, err);
	return err_set(err, EINVAL, "wanted the name of a file in documents/, "
	    "or ref: and a reference (REG-6.2.2-18), found \"%s\"", text);
}

static int
check_route(const char *text, struct err *err)
{
	const struct method *method = method_find(text);

	if (method != NULL && method_is_route(method))
		return 0;
	return err_set(err, EINVAL, "wanted physical-presence or another way "
	    "of TS 119 461 clause 9.2 as remote-attended, found \"%s\"", text);
}

static int
check_type(const char *text, struct err *err)
{

	if (attribute_type_find(text) != NULL)
		return 0;
	return err_set(err, EINVAL, "\"%s\" is no attribute that is recorded "
	    "(REG-6.2.2-23; docs/FORMAT.registration lists them)", text);
}

static int
check_method(const char *text, struct err *err)
{
	const struct method *method = method_find(text);

	if (method == NULL || strcmp(text, METHOD_ASSERTED) == 0)
		return err_set(err, EINVAL, "\"%s\" is no method of the CPS",
		    text);
	if (method->state != METHOD_ACCEPTED)
		return err_set(err, EINVAL, "the method %s is %s "
		    "(REG-6.3.1-00C)", text, method->state == METHOD_RETIRED ?
		    "retired" : "insecure");
	return 0;
}

#define EMPTY	.absent = "", .may_be_empty = true

static const struct conf_key keys[] = {
	{ "subscriber", "name", CONF_TEXT, AT(subscriber), ROOM(subscriber),
	    .check = plain_text_check, EMPTY },
	{ "subscriber", "organisation", CONF_YES, AT(is_organisation),
	    .absent = "yes" },
	{ "subscriber", "representative", CONF_TEXT, AT(representative),
	    ROOM(representative), .check = plain_text_check, EMPTY },
	{ "subscriber", "representative_authority", CONF_TEXT,
	    AT(representative_authority), ROOM(representative_authority),
	    .check = check_evidence, EMPTY },
	{ "subscriber", "contact", CONF_TEXT, AT(contact), ROOM(contact),
	    .check = plain_text_check, EMPTY },
	{ "subscriber", "group", CONF_TEXT, AT(group), ROOM(group),
	    .check = check_word, EMPTY },
	{ "subscriber", "users", CONF_LIST, AT(users), 64, 0, 16,
	    .absent = "", .check = check_word },
	{ "subject", "kind", CONF_TEXT, offsetof(struct form, kind), 32,
	    .check = check_kind },
	{ "subject", "is_subscriber", CONF_YES, AT(subject_is_subscriber) },
	{ "subject", "name", CONF_TEXT, AT(subject), ROOM(subject),
	    .check = plain_text_check, EMPTY },
	{ "subject", "user", CONF_TEXT, AT(subject_user), ROOM(subject_user),
	    .check = check_word, EMPTY },
	{ "subject", "subscriber_authority", CONF_TEXT,
	    AT(subscriber_authority), ROOM(subscriber_authority),
	    .check = check_evidence, EMPTY },
	{ "subject", "issuance_authorisation", CONF_TEXT,
	    AT(issuance_authorisation), ROOM(issuance_authorisation),
	    .check = check_evidence, EMPTY },
	{ "subject", "assurance_route", CONF_TEXT, AT(assurance_route),
	    ROOM(assurance_route), .check = check_route, EMPTY },
	{ "certificates", "profiles", CONF_LIST, AT(profiles), 32, 0, 8,
	    .absent = "", .check = check_word },
	{ "certificates", "publish", CONF_YES, AT(publish), .absent = "no" },
};

static const struct conf_key attribute_keys[] = {
	{ "", "type", CONF_TEXT, ATTRIBUTE(type), .check = check_type },
	{ "", "value", CONF_TEXT, ATTRIBUTE(value) },
	{ "", "method", CONF_TEXT, ATTRIBUTE(method), .check = check_method },
	{ "", "evidence", CONF_TEXT, ATTRIBUTE(evidence),
	    .check = check_evidence },
	{ "", "verifier", CONF_TEXT, ATTRIBUTE(verifier),
	    .check = check_word },
	{ "", "validated", CONF_DAY, ATTRIBUTE(validated) },
	{ "", "until", CONF_LAST_DAY, ATTRIBUTE(until) },
};

/* --- rules between the keys ---------------------------------------------- */

/* A fault in one key of an attribute, with the line it stands in. */
static int
attribute_fault(const char *where, struct slice text,
    const struct attribute *a, const char *key, struct err *err)
{
	char section[32];

	snprintf(section, sizeof(section), "attribute.%s", a->label);
	return err_in(err, "%s line %d: [%s] %s", where,
	    conf_line_of(text, section, key), section, key);
}

static const char *
attribute_check(const struct attribute *a, struct err *err)
{
	const struct attribute_type *type = attribute_type_find(a->type);

	if (attribute_value_check(type, a->value, err) == -1)
		return "value";
	if (!method_is_for(method_find(a->method), a->type)) {
		err_set(err, EINVAL, "%s does not validate %s", a->method,
		    a->type);
		return "method";
	}
	if (a->until <= a->validated) {
		err_set(err, EINVAL, "wanted a day behind that of validation");
		return "until";
	}
	return NULL;
}

/* Does it stand there before, or another value of what has one only? */
static int
repetition_check(const struct registration *r, size_t i, struct err *err)
{
	const struct attribute *a = &r->attributes[i], *b;
	size_t k;

	for (k = 0; k < i; k++) {
		b = &r->attributes[k];
		if (strcmp(a->type, b->type) != 0)
			continue;
		if (!attribute_type_find(a->type)->many)
			return err_set(err, EINVAL, "a registration has one "
			    "%s, and [attribute.%s] is that", a->type,
			    b->label);
		if (strcmp(a->value, b->value) == 0)
			return err_set(err, EINVAL, "the same as "
			    "[attribute.%s]", b->label);
	}
	return 0;
}

static int
attributes_check(const char *where, struct slice text,
    const struct registration *r, struct err *err)
{
	const struct attribute *a;
	const char *key;
	size_t i;

	for (i = 0; i < r->attribute_count; i++) {
		a = &r->attributes[i];
		if ((key = attribute_check(a, err)) != NULL)
			return attribute_fault(where, text, a, key, err);
		if (repetition_check(r, i, err) == -1)
			return attribute_fault(where, text, a, "value", err);
	}
	return 0;
}

struct registration *
registration_parse(const char *where, struct slice text, struct err *err)
{
	struct conf_many many = { .prefix = "attribute",
	    .keys = attribute_keys, .rows = TABLE(attribute_keys),
	    .size = sizeof(struct attribute), .most = ATTRIBUTES_MAX,
	    .label = offsetof(struct attribute, label),
	    .label_room = sizeof(((struct attribute *)0)->label) };
	struct form *form;

	if ((form = calloc(1, sizeof(*form))) == NULL)
		die("registration: out of memory");
	if (conf_read_many(where, text, keys, TABLE(keys), form, &many,
	    err) == -1)
		goto fail;
	form->r.kind = (enum subject_kind)subject_kind_find(form->kind);
	form->r.attributes = many.items;
	form->r.attribute_count = many.count;
	if (attributes_check(where, text, &form->r, err) == -1)
		goto fail;
	return &form->r;
fail:
	registration_free(&form->r);
	return NULL;
}

void
registration_free(struct registration *r)
{

	if (r == NULL)
		return;
	free(r->attributes);
	free(r);			/* the first of its form */
}

/* --- questions that it answers by itself --------------------------------- */

usec_t
registration_until(const struct registration *r)
{
	const struct attribute *a;
	usec_t until = INT64_MAX;
	size_t i;

	for (i = 0; i < r->attribute_count; i++) {
		a = &r->attributes[i];
		if (attribute_type_find(a->type)->place !=
		    IN_ALTERNATIVE_NAME && a->until < until)
			until = a->until;
	}
	return until;
}

void
registration_evidence(const struct registration *r, evidence_each *each,
    void *arg)
{
	const char *const named[] = { r->representative_authority,
	    r->subscriber_authority, r->issuance_authorisation };
	const char *name;
	size_t i;

	for (i = 0; i < TABLE(named) + r->attribute_count; i++) {
		name = i < TABLE(named) ? named[i] :
		    r->attributes[i - TABLE(named)].evidence;
		if (name[0] != '\0' && strncmp(name, "ref:", 4) != 0 &&
		    each(arg, name) != 0)
			return;
	}
}

/* --- what changed -------------------------------------------------------- */

static void
change_text(struct bytes *to, const char *label, const char *from,
    const char *now)
{

	if (strcmp(from, now) == 0)
		return;
	if (from[0] == '\0')
		bytes_printf(to, "+ %s: %s\n", label, now);
	else if (now[0] == '\0')
		bytes_printf(to, "- %s: %s\n", label, from);
	else
		bytes_printf(to, "~ %s: %s\n    was: %s\n", label, now, from);
}

static void
list_text(char *to, size_t room, const char *items, size_t size,
    size_t count)
{
	size_t i, used = 0;

	to[0] = '\0';
	for (i = 0; i < count && items[i * size] != '\0' && used < room; i++)
		used += (size_t)snprintf(to + used, room - used, "%s%s",
		    i == 0 ? "" : ", ", items + i * size);
}

/* The value of a key as text; "" where it has none. */
static void
key_text(char *to, size_t room, const struct conf_key *key,
    const struct registration *r)
{
	const char *at = (const char *)r + key->offset;

	if (strcmp(key->key, "kind") == 0)
		snprintf(to, room, "%s", subject_kind_name(r->kind));
	else if (key->kind == CONF_LIST)
		list_text(to, room, at, key->room, (size_t)key->most);
	else if (key->kind == CONF_YES)
		snprintf(to, room, "%s", *(const bool *)(const void *)at ?
		    "yes" : "no");
	else
		snprintf(to, room, "%s", at);
}

static const struct attribute *
attribute_like(const struct registration *r, const struct attribute *a)
{
	size_t i;

	for (i = 0; r != NULL && i < r->attribute_count; i++)
		if (strcmp(r->attributes[i].type, a->type) == 0 &&
		    strcmp(r->attributes[i].value, a->value) == 0)
			return &r->attributes[i];
	return NULL;
}

static void
attribute_text(char *to, size_t room, const struct attribute *a)
{
	char from[CLOCK_TEXT], until[CLOCK_TEXT];

	clock_text_seconds(from, a->validated);
	clock_text_seconds(until, a->until - USEC_DAY);
	snprintf(to, room, "%s; %s, %s, by %s on %.10s, until %.10s",
	    a->value, a->method, a->evidence, a->verifier, from, until);
}

static void
changes_of_attributes(const struct registration *from,
    const struct registration *to, struct bytes *text)
{
	const struct attribute *a, *old;
	char was[700], now[700];
	size_t i;

	for (i = 0; i < to->attribute_count; i++) {
		a = &to->attributes[i];
		attribute_text(now, sizeof(now), a);
		was[0] = '\0';
		if ((old = attribute_like(from, a)) != NULL)
			attribute_text(was, sizeof(was), old);
		change_text(text, a->type, was, now);
	}
	for (i = 0; from != NULL && i < from->attribute_count; i++) {
		a = &from->attributes[i];
		if (attribute_like(to, a) != NULL)
			continue;
		attribute_text(was, sizeof(was), a);
		change_text(text, a->type, was, "");
	}
}

void
registration_changes(const struct registration *from,
    const struct registration *to, struct bytes *text)
{
	char label[64], was[1200], now[1200];
	size_t i, before = text->size;

	for (i = 0; i < TABLE(keys); i++) {
		was[0] = '\0';
		if (from != NULL)
			key_text(was, sizeof(was), &keys[i], from);
		key_text(now, sizeof(now), &keys[i], to);
		snprintf(label, sizeof(label), "%s %s", keys[i].section,
		    keys[i].key);
		change_text(text, label, was, now);
	}
	changes_of_attributes(from, to, text);
	if (text->size == before)
		bytes_put_text(text, "nothing changes\n");
}
