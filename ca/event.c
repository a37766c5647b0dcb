/*
 * One event of the evidence as the bytes of its file.  See event.h, DESIGN
 * section 5 and docs/FORMAT.evidence.
 *
 * The JSON is written here by hand, each field when its setter is called, by
 * whoever decides; the committer, which alone knows number, time and
 * predecessor, only puts the pieces together.  (Built as a tree of jansson
 * values it cost the committer ten times as much.)  One field a line, in one
 * order, no field missing: what does not apply is null.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "event.h"
#include "text.h"

#define REQUIREMENTS	256	/* are looked for before they are named */

struct event {
	char		name[64];
	enum component	component;
	int64_t		certificate_id, request_id;
	/* Values of the fields, empty: null. */
	struct bytes	actor, request, certificate, signing;
	struct bytes	profile, policy_oid, base_policy, outcome;
	/* Elements of the lists, by commas. */
	struct bytes	requirements, input, rules, detail;
	/* Where in `requirements` each stands, behind its quote. */
	struct {
		uint32_t	hash, at;
	}		named[REQUIREMENTS];
	size_t		named_count;
};

static struct event_context context;
static void (*_Atomic person_of)(uid_t, char[PERSON_TEXT]);

void
event_context_set(const struct event_context *c)
{
	context = *c;
}

void
event_persons(void (*of)(uid_t, char[PERSON_TEXT]))
{
	person_of = of;
}

const struct event_context *
event_context(void)
{
	return &context;
}

/* --- JSON ---------------------------------------------------------------- */

/* What a caller copied from a request may be anything. */
static void
json_character(struct bytes *to, const unsigned char **p)
{
	struct slice s = { *p, strnlen((const char *)*p, 4) };
	uint32_t point;
	size_t octets;

	if (**p == '"' || **p == '\\') {
		put_u8(to, '\\');
		put_u8(to, **p);
	} else if (**p < 0x20 || **p == 0x7f)
		bytes_printf(to, "\\u%04x", **p);
	else if ((octets = utf8_character(s, &point)) != 0) {
		bytes_put(to, *p, octets);
		*p += octets;
		return;
	} else
		bytes_put_text(to, "\\ufffd");
	(*p)++;
}

static void
json_string(struct bytes *to, const char *text)
{
	const unsigned char *p = (const unsigned char *)text, *plain;

	put_u8(to, '"');
	while (*p != '\0') {
		for (plain = p; *p >= 0x20 && *p < 0x7f && *p != '"' &&
		    *p != '\\'; p++)
			continue;
		bytes_put(to, plain, (size_t)(p - plain));
		if (*p != '\0')
			json_character(to, &p);
	}
	put_u8(to, '"');
}

static void
json_number(struct bytes *to, int64_t number)
{
	bytes_printf(to, "%" PRId64, number);
}

static void
json_key(struct bytes *to, const char *key)
{
	json_string(to, key);
	bytes_put(to, ": ", 2);
}

/* "key": "text", or null for "" and NULL; `before` is "{", ", " ... */
static void
json_text(struct bytes *to, const char *before, const char *key,
    const char *text)
{
	bytes_put_text(to, before);
	json_key(to, key);
	if (text == NULL || text[0] == '\0')
		bytes_put_text(to, "null");
	else
		json_string(to, text);
}

/* "key": number, or null for 0 where 0 means none. */
static void
json_id(struct bytes *to, const char *before, const char *key, int64_t id)
{
	bytes_put_text(to, before);
	json_key(to, key);
	if (id == 0)
		bytes_put_text(to, "null");
	else
		json_number(to, id);
}

/* A value made before, or null. */
static void
json_value(struct bytes *to, const char *before, const char *key,
    const struct bytes *value)
{
	bytes_put_text(to, before);
	json_key(to, key);
	if (value->size == 0)
		bytes_put_text(to, "null");
	else
		bytes_put(to, value->data, value->size);
}

/* The comma in front of all but the first element of a list. */
static void
json_element(struct bytes *list)
{
	if (list->size != 0)
		bytes_put_text(list, ", ");
}

static void
json_list(struct bytes *to, const char *before, const char *key,
    const char *brackets, const struct bytes *elements)
{
	bytes_put_text(to, before);
	json_key(to, key);
	put_u8(to, (uint8_t)brackets[0]);
	bytes_put(to, elements->data, elements->size);
	put_u8(to, (uint8_t)brackets[1]);
}

/* --- making one ---------------------------------------------------------- */

struct event *
event_new(const char *name, enum component component)
{
	struct event *e;

	e = calloc(1, sizeof(*e));
	if (e == NULL)
		die("event: out of memory");
	snprintf(e->name, sizeof(e->name), "%s", name);
	e->component = component;
	return e;
}

void
event_free(struct event *e)
{
	if (e == NULL)
		return;
	bytes_free(&e->actor);
	bytes_free(&e->request);
	bytes_free(&e->certificate);
	bytes_free(&e->signing);
	bytes_free(&e->profile);
	bytes_free(&e->policy_oid);
	bytes_free(&e->base_policy);
	bytes_free(&e->outcome);
	bytes_free(&e->requirements);
	bytes_free(&e->input);
	bytes_free(&e->rules);
	bytes_free(&e->detail);
	free(e);
}

const char *
event_name(const struct event *e)
{
	return e->name;
}

/*
 * Who acted: a person is known to the log by a pseudonym that is the same in
 * every event of this CA and in no other's.
 */
void
event_person(uid_t uid, char person[PERSON_TEXT])
{
	char digest[SHA256_TEXT];
	struct bytes b = { 0 };

	if (person_of != NULL) {
		person_of(uid, person);
		return;
	}
	bytes_printf(&b, "pkifs person %s %lu", context.ca_sha256,
	    (unsigned long)uid);
	sha256_text(digest, SLICE(&b));
	bytes_free(&b);
	snprintf(person, PERSON_TEXT, "p-%.16s", digest);
}

bool
event_person_is_same(uid_t a, uid_t b)
{
	char person_a[PERSON_TEXT], person_b[PERSON_TEXT];

	if (a == b)
		return true;
	event_person(a, person_a);
	event_person(b, person_b);
	return strcmp(person_a, person_b) == 0;
}

void
event_actor(struct event *e, uid_t uid, const char *role)
{
	char person[PERSON_TEXT];

	event_person(uid, person);
	bytes_clear(&e->actor);
	bytes_printf(&e->actor, "{\"uid\": %lu", (unsigned long)uid);
	json_text(&e->actor, ", ", "role", role);
	json_text(&e->actor, ", ", "person", person);
	json_text(&e->actor, ", ", "signature", NULL);
	put_u8(&e->actor, '}');
}

void
event_actor_self(struct event *e)
{
	bytes_clear(&e->actor);
	bytes_put_text(&e->actor, "{\"uid\": null, \"role\": \"program\", "
	    "\"person\": null, \"signature\": null}");
}

void
event_request(struct event *e, int64_t request, const char *slot)
{
	e->request_id = request;
	bytes_clear(&e->request);
	json_id(&e->request, "{", "id", request);
	json_text(&e->request, ", ", "slot", slot);
	put_u8(&e->request, '}');
}

void
event_certificate(struct event *e, int64_t certificate, const char *serial,
    const char *sha256_of_it, const char *spki_sha256,
    const char *predecessor)
{
	e->certificate_id = certificate;
	bytes_clear(&e->certificate);
	json_text(&e->certificate, "{", "serial", serial);
	json_text(&e->certificate, ", ", "sha256", sha256_of_it);
	json_text(&e->certificate, ", ", "spki_sha256", spki_sha256);
	json_text(&e->certificate, ", ", "predecessor", predecessor);
	put_u8(&e->certificate, '}');
}

static void
set_string(struct bytes *value, const char *text)
{
	bytes_clear(value);
	if (text != NULL && text[0] != '\0')
		json_string(value, text);
}

void
event_policy(struct event *e, const char *profile, const char *policy_oid,
    const char *base_policy)
{
	set_string(&e->profile, profile);
	set_string(&e->policy_oid, policy_oid);
	set_string(&e->base_policy, base_policy);
}

void
event_signing(struct event *e, const char *tbs_sha256, const char *key,
    const char *algorithm, uint64_t journal, int64_t approval)
{
	bytes_clear(&e->signing);
	json_text(&e->signing, "{", "tbs_sha256", tbs_sha256);
	json_text(&e->signing, ", ", "key", key);
	json_text(&e->signing, ", ", "algorithm", algorithm);
	json_id(&e->signing, ", ", "journal", (int64_t)journal);
	json_id(&e->signing, ", ", "approval", approval);
	put_u8(&e->signing, '}');
}

static bool
stands_at(const struct bytes *list, size_t at, const char *identifier)
{
	size_t size = strlen(identifier);

	return list->size - at > size && list->data[at + size] == '"' &&
	    memcmp(list->data + at, identifier, size) == 0;
}

/* Half a hundred are named in a decision, and some by two rules. */
void
event_requirement(struct event *e, const char *identifier)
{
	uint32_t hash = 2166136261u;		/* FNV-1a */
	const char *p;
	size_t i;

	for (p = identifier; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	for (i = 0; i < e->named_count; i++)
		if (e->named[i].hash == hash && stands_at(&e->requirements,
		    e->named[i].at, identifier))
			return;
	json_element(&e->requirements);
	if (i < REQUIREMENTS) {
		e->named[i].hash = hash;
		e->named[i].at = (uint32_t)e->requirements.size + 1;
		e->named_count++;
	}
	json_string(&e->requirements, identifier);
}

void
event_input(struct event *e, const char *name, size_t size,
    const char *sha256_of_it)
{
	json_element(&e->input);
	json_text(&e->input, "{", "name", name);
	bytes_printf(&e->input, ", \"size\": %zu", size);
	json_text(&e->input, ", ", "sha256", sha256_of_it);
	put_u8(&e->input, '}');
}

void
event_outcome(struct event *e, const char *outcome)
{
	set_string(&e->outcome, outcome);
}

void
event_rule(struct event *e, const char *rule, const char *answer,
    const char *sentence)
{
	json_element(&e->rules);
	json_text(&e->rules, "\n  {", "rule", rule);
	json_text(&e->rules, ", ", "answer", answer);
	json_text(&e->rules, ", ", "sentence", sentence);
	put_u8(&e->rules, '}');
}

void
event_detail(struct event *e, const char *key, const char *text)
{
	json_element(&e->detail);
	json_text(&e->detail, "", key, text);
}

void
event_detail_number(struct event *e, const char *key, int64_t number)
{
	json_element(&e->detail);
	json_key(&e->detail, key);
	json_number(&e->detail, number);
}

int64_t
event_of_certificate(const struct event *e)
{
	return e->certificate_id;
}

int64_t
event_of_request(const struct event *e)
{
	return e->request_id;
}

/* --- the file ------------------------------------------------------------ */

static const char *const component_names[] = {
	[REGISTRATION] = "registration",
	[CERTIFICATE_GENERATION] = "certificate-generation",
	[DISSEMINATION] = "dissemination",
	[REVOCATION_MANAGEMENT] = "revocation-management",
	[REVOCATION_STATUS] = "revocation-status",
	[SUBJECT_DEVICE] = "subject-device",
	[KEY_MANAGEMENT] = "key-management",
	[OPERATION] = "operation",
};

/*
 * What happens to the record, by the beginning of the event's name; the last
 * row is for all others.  EN 319 411-1 6.4.5, 6.4.6 and 6.4.9; EN 319 401
 * 7.10 and 7.12.
 */
#define SEVEN_YEARS	"seven years after the last certificate based on it " \
			"has ended (OVR-6.4.6-01)"
#define HANDED_OVER	"handed over to the custodian of the termination plan"
static const struct {
	const char *name, *basis, *privacy, *readers, *termination;
} archive[] = {
	{ "request-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "certificate-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "agreement-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "document-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "draft-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "dossier-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "decision-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "reason-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "signature-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "personal-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "terms-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "subscriber-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, ra", HANDED_OVER },
	{ "revocation-", SEVEN_YEARS " b)", "pseudonymous",
	  "auditor, revocation", HANDED_OVER },
	{ "crl-", SEVEN_YEARS " b)", "public", "anyone", HANDED_OVER },
	{ "root-crl-", SEVEN_YEARS " b)", "public", "anyone", HANDED_OVER },
	{ "ocsp-", SEVEN_YEARS " b)", "public", "anyone", HANDED_OVER },
	{ "key-", SEVEN_YEARS " a)", "internal", "auditor, security",
	  HANDED_OVER },
	{ "", SEVEN_YEARS, "internal", "auditor", HANDED_OVER },
};

static void
render_archive(const struct event *e, struct bytes *to)
{
	size_t i;

	for (i = 0; strncmp(e->name, archive[i].name,
	    strlen(archive[i].name)) != 0; i++)
		continue;
	json_text(to, ",\n \"archive\": {", "owner",
	    context.owner[e->component]);
	json_text(to, ", ", "retention", archive[i].basis);
	json_text(to, ", ", "privacy", archive[i].privacy);
	json_text(to, ", ", "readers", archive[i].readers);
	json_text(to, ", ", "termination", archive[i].termination);
	put_u8(to, '}');
}

/* What the kernel says of its clock, asked once a second. */
static void
render_clock(usec_t time, struct bytes *to)
{
	static _Thread_local struct clock_state state;
	static _Thread_local usec_t asked;

	if (asked == 0 || time - asked >= USEC || time < asked) {
		clock_state(&state);
		asked = time;
	}
	bytes_printf(to, ",\n \"clock\": {\"synchronised\": %s, "
	    "\"error_usec\": %" PRId64 "}", state.synchronised ? "true" :
	    "false", state.error_usec);
}

static void
render_ca(struct bytes *to)
{
	json_text(to, ",\n \"ca\": {", "name", context.ca);
	json_text(to, ", ", "sha256", context.ca_sha256);
	bytes_printf(to, ", \"sandbox\": %s, \"node\": %" PRId64 "}",
	    context.sandbox ? "true" : "false", context.node);
}

static void
render_policy(const struct event *e, struct bytes *to)
{
	json_value(to, ",\n \"policy\": {", "profile", &e->profile);
	json_value(to, ", ", "base_policy", &e->base_policy);
	json_value(to, ", ", "policy_oid", &e->policy_oid);
	json_text(to, ", ", "cp", context.cp);
	json_text(to, ", ", "cps", context.cps);
	json_text(to, ", ", "terms", context.terms);
	json_text(to, ", ", "configuration_sha256", context.config_sha256);
	put_u8(to, '}');
}

static void
render_component(const struct event *e, struct bytes *to)
{
	json_text(to, ",\n \"component\": {", "name",
	    component_names[e->component]);
	json_text(to, ", ", "owner", context.owner[e->component]);
	json_text(to, ", ", "performer", context.performer[e->component]);
	put_u8(to, '}');
}

static void
render_decision(const struct event *e, struct bytes *to)
{
	if (e->outcome.size == 0 && e->rules.size == 0) {
		bytes_put_text(to, ",\n \"decision\": null");
		return;
	}
	json_value(to, ",\n \"decision\": {", "outcome", &e->outcome);
	json_list(to, ", ", "rules", "[]", &e->rules);
	put_u8(to, '}');
}

void
event_render(const struct event *e, int64_t seq, usec_t time,
    const char *previous, struct bytes *to)
{
	char text[CLOCK_TEXT];

	bytes_clear(to);
	json_text(to, "{\n ", "event", e->name);
	json_id(to, ",\n ", "seq", seq);
	clock_text(text, time);
	json_text(to, ",\n ", "time", text);
	render_clock(time, to);
	render_ca(to);
	json_value(to, ",\n ", "certificate", &e->certificate);
	json_value(to, ",\n ", "request", &e->request);
	render_policy(e, to);
	render_component(e, to);
	json_value(to, ",\n ", "actor", &e->actor);
	json_value(to, ",\n ", "signing", &e->signing);
	json_list(to, ",\n ", "requirements", "[]", &e->requirements);
	json_list(to, ",\n ", "input", "[]", &e->input);
	render_decision(e, to);
	json_list(to, ",\n ", "detail", "{}", &e->detail);
	render_archive(e, to);
	json_text(to, ",\n ", "previous", previous);
	bytes_put_text(to, "\n}\n");
}
