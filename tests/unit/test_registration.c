/*
 * Registration files, as tables: each row spoils one thing in a file that is
 * complete, and names what is said about it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/conf.h"
#include "ca/file.h"
#include "ca/registration.h"

#define TABLE(a)	(sizeof(a) / sizeof((a)[0]))

static const char device[] =
    "[subscriber]\nname = Example AB\nrepresentative = Karl Berg\n"
    "representative_authority = mandate.pdf\ncontact = Box 1\n"
    "group = example-ab\nusers = karl, www\n"
    "[subject]\nkind = device-of-legal-person\nis_subscriber = yes\n"
    "[certificates]\nprofiles = tls-server\n"
    "[attribute.1]\ntype = organizationName\nvalue = Example AB\n"
    "method = trusted-register\nevidence = register.pdf\nverifier = anna\n"
    "validated = 2026-11-20\nuntil = 2027-11-20\n"
    "[attribute.2]\ntype = registrationNumber\nvalue = 556123-4567\n"
    "method = trusted-register\nevidence = register.pdf\nverifier = anna\n"
    "validated = 2026-11-20\nuntil = 2027-11-20\n"
    "[attribute.3]\ntype = dns\nvalue = example.org\n"
    "method = dns-change\nevidence = ref:4711\nverifier = anna\n"
    "validated = 2026-11-20\nuntil = 2027-11-20\n";

/* --- changing a text ----------------------------------------------------- */

/* The first `from` becomes `to`; all of a line when `to` is NULL. */
static void
spoil(struct bytes *text, const char *from, const char *to)
{
	struct bytes out = { 0 };
	const char *all = bytes_text(text), *at = strstr(all, from), *end;

	if (at == NULL)
		fail_msg("no \"%s\" to spoil", from);
	end = at + strlen(from);
	if (to == NULL)
		end = *strchrnul(at, '\n') == '\n' ? strchr(at, '\n') + 1 :
		    strchr(at, '\0');
	bytes_put(&out, all, (size_t)(at - all));
	if (to != NULL)
		bytes_put_text(&out, to);
	bytes_put_text(&out, end);
	bytes_take(text, &out);
}

/* --- form ---------------------------------------------------------------- */

static const struct {
	const char *from, *to, *sentence;
} forms[] = {
	{ "contact =", "conatct =", "r.conf line 5: [subscriber] conatct: no "
	    "such key" },
	{ "[certificates]", "[certificate]", "r.conf line 12: [certificate] "
	    "profiles: no such key" },
	{ "evidence = ref:4711", "evidence = ref:4711\nnote = x", "r.conf line"
	    " 34: [attribute.3] note: no such key" },
	{ "kind = device-of-legal-person", NULL, "r.conf: [subject] kind: "
	    "wanted, but it is not there" },
	{ "is_subscriber = yes", "is_subscriber = perhaps", "r.conf line 10: "
	    "[subject] is_subscriber: wanted yes or no, found \"perhaps\"" },
	{ "kind = device-of-legal-person", "kind = robot", "r.conf line 9: "
	    "[subject] kind: wanted natural-person, natural-person-in-legal-"
	    "person, legal-person, device-of-legal-person or device-of-"
	    "natural-person, found \"robot\"" },
	{ "users = karl, www", "users = karl, ../www", "r.conf line 7: "
	    "[subscriber] users: wanted a name of letters, digits, _ . and -, "
	    "found \"../www\"" },
	{ "name = Example AB", "name = Example\\nAB", "r.conf line 2: "
	    "[subscriber] name: wanted text of one line without control "
	    "octets" },
	{ "name = Example AB", "name = Example \xff", "r.conf line 2: wanted "
	    "UTF-8 text, found octet 0xff" },
	{ "name = Example AB", "name = Example\xe2\x80\xae" "BA", "r.conf line"
	    " 2: [subscriber] name: wanted text that shows what it is, found "
	    "U+202E" },
	{ "name = Example AB", "name = O'Example AB", "r.conf line 2: wanted a"
	    " backslash before each quotation mark in a value (O\\'Brien)" },
	{ "= mandate.pdf", "= ../mandate.pdf", "r.conf line 4: [subscriber] "
	    "representative_authority: wanted the name of a file in documents/"
	    ", or ref: and a reference (REG-6.2.2-18), found "
	    "\"../mandate.pdf\"" },
	{ "type = dns", "type = shoeSize", "r.conf line 30: [attribute.3] "
	    "type: \"shoeSize\" is no attribute that is recorded (REG-6.2.2-23"
	    "; docs/FORMAT.registration lists them)" },
	{ "value = example.org", "value = *.example.org", "r.conf line 31: "
	    "[attribute.3] value: wanted the domain itself, without a "
	    "wildcard: it stands for all under it, found \"*.example.org\"" },
	{ "method = dns-change", NULL, "r.conf: [attribute.3] method: wanted, "
	    "but it is not there" },
	{ "method = dns-change", "method = gut-feeling", "r.conf line 32: "
	    "[attribute.3] method: \"gut-feeling\" is no method of the CPS" },
	{ "method = dns-change", "method = asserted (sandbox)", "r.conf line "
	    "32: [attribute.3] method: \"asserted (sandbox)\" is no method of "
	    "the CPS" },
	{ "method = dns-change", "method = test-certificate", "r.conf line 32:"
	    " [attribute.3] method: the method test-certificate is insecure "
	    "(REG-6.3.1-00C)" },
	{ "method = dns-change", "method = domain-contact", "r.conf line 32: "
	    "[attribute.3] method: the method domain-contact is retired "
	    "(REG-6.3.1-00C)" },
	{ "method = dns-change", "method = eid", "r.conf line 32: "
	    "[attribute.3] method: eid does not validate dns" },
	{ "validated = 2026-11-20", "validated = 20 Nov 2026", "r.conf line "
	    "19: [attribute.1] validated: wanted a day as 2026-11-22, found "
	    "\"20 Nov 2026\"" },
	{ "validated = 2026-11-20", "validated = 2026-02-30", "r.conf line 19:"
	    " [attribute.1] validated: wanted a day as 2026-11-22, found "
	    "\"2026-02-30\"" },
	{ "until = 2027-11-20", "until = 2026-11-18", "r.conf line 20: "
	    "[attribute.1] until: wanted a day behind that of validation" },
	{ "[attribute.2]\ntype = registrationNumber",
	    "[attribute.2]\ntype = organizationName", "r.conf line 23: "
	    "[attribute.2] value: a registration has one organizationName, and"
	    " [attribute.1] is that" },
	/* REG-6.2.2-07: as in the register of births */
	{ "type = dns\nvalue = example.org\nmethod = dns-change", "type = "
	    "placeOfBirth\nvalue = Lund\nmethod = physical-presence",
	    "r.conf line 31: [attribute.3] value: wanted a place and its "
	    "country's code as \"Uppsala, SE\" (REG-6.2.2-07), found "
	    "\"Lund\"" },
	{ "[attribute.3]", "[attribute.2]", "r.conf line 30: [attribute.2] "
	    "type: given twice, first in line 22" },
};

static void
faults_of_form_name_their_line(void **state)
{
	struct bytes text = { 0 };
	struct err err;
	size_t i;

	for (i = 0; i < TABLE(forms); i++) {
		bytes_clear(&text);
		bytes_put_text(&text, device);
		spoil(&text, forms[i].from, forms[i].to);
		memset(&err, 0, sizeof(err));
		assert_null(registration_parse("r.conf", SLICE(&text),
		    &err));
		assert_int_equal(err.code, EINVAL);
		assert_string_equal(err.text, forms[i].sentence);
	}
	bytes_free(&text);
}

static void
a_file_is_read(void **state)
{
	struct bytes text = { 0 };
	struct registration *r;
	struct err err;
	usec_t day;

	bytes_put_text(&text, device);
	spoil(&text, "Example AB", "Bj\xc3\xb6rk \\& O\\'Brien");
	if ((r = registration_parse("r.conf", SLICE(&text), &err)) == NULL)
		fail_msg("%s", err.text);
	assert_string_equal(r->subscriber, "Bj\xc3\xb6rk & O'Brien");
	assert_int_equal(r->kind, DEVICE_OF_LEGAL_PERSON);
	assert_true(r->subject_is_subscriber);
	assert_false(r->publish);
	assert_string_equal(r->users[1], "www");
	assert_int_equal(r->attribute_count, 3);
	assert_string_equal(r->attributes[2].type, "dns");
	assert_string_equal(r->attributes[2].label, "3");
	assert_int_equal(conf_day("2026-11-20", &day), 0);
	assert_true(r->attributes[2].validated == day);
	assert_int_equal(conf_day("2027-11-21", &day), 0);
	assert_true(r->attributes[2].until == day);
	assert_true(registration_until(r) == day);
	registration_free(r);
	bytes_free(&text);
}

/* --- completeness -------------------------------------------------------- */

static const char *absent_document;
static bool keep_apart;
static struct profile profiles[5];

static bool
document(void *arg, const char *name)
{
	return absent_document == NULL || strcmp(name, absent_document) != 0;
}

static bool
user(void *arg, const char *name, uid_t *uid)
{
	*uid = (uid_t)name[0];		/* "eva" and "else" are one */
	return strcmp(name, "nobody-here") != 0;
}

static bool
same(void *arg, uid_t a, uid_t b)
{
	return a == b;
}

static bool
group(void *arg, const char *name, gid_t *gid)
{
	*gid = 1000;
	return strcmp(name, "no-group") != 0;
}

static const struct profile *
profile(void *arg, const char *name)
{
	size_t i;

	for (i = 0; i < TABLE(profiles); i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	return NULL;
}

static void
make_profile(size_t i, const char *name, const char *base,
    const char *kind, const char *attribute)
{
	struct profile *p = &profiles[i];

	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->base_policy, sizeof(p->base_policy), "%s", base);
	snprintf(p->subject_kinds[0], sizeof(p->subject_kinds[0]), "%s",
	    kind);
	snprintf(p->subject[0], sizeof(p->subject[0]), "%s", attribute);
}

static int
make_profiles(void **state)
{
	make_profile(0, "tls-server", "test", "", "");
	make_profile(1, "person", "NCP", "natural-person", "serialNumber");
	snprintf(profiles[1].subject_kinds[1], 32,
	    "natural-person-in-legal-person");
	make_profile(2, "seal", "LCP", "legal-person", "commonName");
	make_profile(3, "ocsp-responder", "test", "", "");
	profiles[3].internal = true;
	make_profile(4, "ncp-seal", "NCP+", "legal-person", "");
	return 0;
}

static size_t
missing(const struct registration *r, const struct registration *before,
    const char *day, struct bytes *to, struct err *fault)
{
	struct registration_questions q = { .document = document,
	    .user = user, .group = group, .same = same, .profile = profile,
	    .separation = keep_apart, .before = before };

	assert_int_equal(conf_day(day, &q.now), 0);
	bytes_clear(to);
	return registration_missing(r, &q, to, fault);
}

/* The templates are complete as they are, but for their documents. */
static void
templates_are_complete(void **state)
{
	static const char *const names[] = { "natural-person",
	    "natural-person-in-legal-person", "legal-person",
	    "device-of-legal-person", "device-of-natural-person" };
	struct bytes text = { 0 }, to = { 0 };
	struct registration *r;
	struct err err, fault;
	char path[128];
	size_t i;

	keep_apart = true;
	for (i = 0; i < TABLE(names); i++) {
		snprintf(path, sizeof(path), "examples/registration/%s.conf",
		    names[i]);
		bytes_clear(&text);
		assert_int_equal(file_read(path, 65536, &text, &err), 0);
		r = registration_parse(path, SLICE(&text), &err);
		if (r == NULL)
			fail_msg("%s", err.text);
		assert_string_equal(subject_kind_name(r->kind), names[i]);
		if (missing(r, NULL, "2026-11-22", &to, &fault) != 0)
			fail_msg("%s: %s", path, bytes_text(&to));
		assert_int_equal(fault.code, 0);
		registration_free(r);
	}
	keep_apart = false;
	bytes_free(&text);
	bytes_free(&to);
}

#define NATURAL	"natural-person"
#define STAFF	"natural-person-in-legal-person"
#define LEGAL	"legal-person"
#define DEVICE	"device-of-legal-person"
#define HOME	"device-of-natural-person"

/* Each type that a kind requires, taken away: what is said then. */
/* For each kind of EN 319 411-1 clause 5.4.2 its own. */
static const struct {
	const char *kind, *type, *line;
} required[] = {
	{ NATURAL, "givenName", "- no [attribute.N] has the full name: "
	    "fullName, or givenName and surname (REG-6.2.2-06)\n" },
	{ NATURAL, "surname", "(REG-6.2.2-06)\n" },
	{ NATURAL, "identityDocument", "- no [attribute.N] has dateOfBirth and"
	    " placeOfBirth, or identityDocument, or personalNumber "
	    "(REG-6.2.2-06)\n" },
	{ STAFF, "givenName", "(REG-6.2.2-08)\n" },
	{ STAFF, "identityDocument", "(REG-6.2.2-08)\n" },
	{ STAFF, "organizationName", "- no [attribute.N] has the legal "
	    "person's full name: organizationName (REG-6.2.2-08)\n" },
	{ STAFF, "legalStatus", "(REG-6.2.2-08)\n" },
	{ STAFF, "organizationIdentifier", "(REG-6.2.2-08)\n" },
	{ STAFF, "affiliation", "(REG-6.2.2-08A)\n" },
	{ STAFF, "personApproval", "(REG-6.2.2-09)\n" },
	{ STAFF, "organizationApproval", "(REG-6.2.2-09)\n" },
	{ STAFF, "subscriberName", "- [subscriber] name: \"Example AB\" is not"
	    " what was validated: no attribute subscriberName has it "
	    "(REG-6.2.2-01)\n" },
	{ LEGAL, "organizationName", "(REG-6.2.2-12)\n" },
	{ LEGAL, "organizationIdentifier", "(REG-6.2.2-10)\n" },
	{ DEVICE, "organizationName", "(REG-6.2.2-15A)\n" },
	{ DEVICE, "registrationNumber", "(REG-6.2.2-15A)\n" },
	{ HOME, "fullName", "(REG-6.2.2-16A)\n" },
	{ HOME, "personalNumber", "(REG-6.2.2-16B)\n" },
	{ HOME, "dns", "(REG-6.2.2-16)\n" },
};

static struct registration *
template(const char *kind)
{
	struct bytes text = { 0 };
	struct registration *r;
	struct err err;
	char path[128];

	snprintf(path, sizeof(path), "examples/registration/%s.conf", kind);
	assert_int_equal(file_read(path, 65536, &text, &err), 0);
	r = registration_parse(path, SLICE(&text), &err);
	assert_non_null(r);
	bytes_free(&text);
	return r;
}

static void
take_away(struct registration *r, const char *type)
{
	size_t i, n = 0;

	for (i = 0; i < r->attribute_count; i++)
		if (strcmp(r->attributes[i].type, type) != 0)
			r->attributes[n++] = r->attributes[i];
	assert_true(n < r->attribute_count);
	r->attribute_count = n;
}

static void
what_a_kind_requires_is_asked_for(void **state)
{
	struct bytes to = { 0 };
	struct registration *r;
	struct err fault;
	size_t i;

	for (i = 0; i < TABLE(required); i++) {
		r = template(required[i].kind);
		take_away(r, required[i].type);
		assert_true(missing(r, NULL, "2026-11-22", &to, &fault) > 0);
		if (strstr(bytes_text(&to), required[i].line) == NULL)
			fail_msg("%s without %s: %s", required[i].kind,
			    required[i].type, bytes_text(&to));
		assert_int_equal(fault.code, EINVAL);
		registration_free(r);
	}
	bytes_free(&to);
}

/* One key changed: the first line that is said. */
/* Also a device's subscriber is mandated: REG-6.2.2-13, -13A, -14A. */
static const struct {
	const char *kind, *from, *to, *line;
} lacks[] = {
	{ DEVICE, "name = Example AB", NULL,
	    "- [subscriber] name: the subscriber's full name "
	    "(REG-6.2.2-01)\n" },
	{ DEVICE, "name = Example AB", "name =",
	    "- [subscriber] name: the subscriber's full name "
	    "(REG-6.2.2-01)\n" },
	{ DEVICE, "contact =", NULL, "(REG-6.2.2-21)\n" },
	{ DEVICE, "group =", NULL, "(REG-6.3.2-01)\n" },
	{ DEVICE, "users =", NULL, "(REG-6.3.2-01)\n" },
	{ DEVICE, "representative =", NULL, "(REG-6.2.2-20)\n" },
	{ DEVICE, "representative_authority =", NULL, "(REG-6.2.2-20)\n" },
	{ DEVICE, "profiles =", NULL, "- [certificates] profiles: what kinds "
	    "of certificate it may have\n" },
	{ DEVICE, "profiles = tls-server", "profiles = vpn", "- "
	    "[certificates] profiles: there is no profile vpn for subscribers"
	    "\n" },
	{ DEVICE, "profiles = tls-server", "profiles = ocsp-responder",
	    "there is no profile ocsp-responder for subscribers\n" },
	{ DEVICE, "profiles = tls-server", "profiles = seal", "- "
	    "[certificates] profiles: seal is not for a subject of kind "
	    "device-of-legal-person (GEN-6.6.1-02)\n" },
	{ DEVICE, "name = Example AB", "name = Example Inc", "- [subscriber] "
	    "name: \"Example Inc\" is not what was validated: no attribute "
	    "organizationName has it (REG-6.2.2-02AC)\n" },
	{ DEVICE, "group = example-ab", "group = no-group", "- [subscriber] "
	    "group: no group no-group is known here\n" },
	{ DEVICE, "users = karl", "users = nobody-here", "- [subscriber] "
	    "users: no user nobody-here is known here\n" },
	{ DEVICE, "verifier = anna", "verifier = nobody-here", "- "
	    "[attribute.1] verifier: no user nobody-here is known here\n" },
	{ DEVICE, "verifier = anna", "verifier = karl", "- [attribute.1] "
	    "verifier: karl is the subject or acts for it, and does not verify"
	    " it (REG-6.2.2-26)\n" },
	{ DEVICE, "until = 2027-11-20", "until = 2026-11-21", "- "
	    "[attribute.1] until: 2026-11-21 is in the past: validate it again"
	    " (REG-6.2.2-18)\n" },
	{ DEVICE, "validated = 2026-11-20", "validated = 2026-11-23", "- "
	    "[attribute.1] validated: 2026-11-23 is in the future\n" },
	{ DEVICE, "validated = 2026-11-20", "validated = 2026-10-22", "- "
	    "[attribute.1] validated: 2026-10-22 is more than 30 days ago: "
	    "verify it for this registration (REG-6.2.2-02B)\n" },
	{ DEVICE, "method = dns-change", "method = address-of-name", "- "
	    "[attribute.3] method: address-of-name is not accepted any more, "
	    "from 2026-03-15 on (REG-6.3.1-00C)\n" },
	{ NATURAL, "assurance_route =", NULL, "- [subject] assurance_route: "
	    "profile person builds on NCP: by which way was the person checked"
	    " (REG-6.2.2-05)\n" },
	{ LEGAL, "assurance_route = physical-presence\n\n[certificates]\n"
	    "# The profiles it may have (ca/profiles/), the first is the usual "
	    "one.\nprofiles = seal", "[certificates]\nprofiles = ncp-seal",
	    "- [subject] assurance_route: profile ncp-seal builds on NCP+: by "
	    "which way was the representative checked (REG-6.2.2-10A)\n" },
	{ NATURAL, "name = Eva Lind", "name = Eva Lund", "- [subscriber] name:"
	    " \"Eva Lund\" is not what was validated: no attribute fullName, "
	    "nor givenName and surname has it (REG-6.2.2-02AC)\n" },
	{ STAFF, "name = Eva Lind", NULL, "(REG-6.2.2-01)\n" },
	{ STAFF, "user = eva", NULL, "(REG-6.3.4-11A)\n" },
	{ STAFF, "subscriber_authority =", NULL, "(REG-6.2.2-19)\n" },
	{ STAFF, "issuance_authorisation =", NULL, "(REG-6.3.1-00F)\n" },
	{ STAFF, "verifier = anna", "verifier = eva", "(REG-6.2.2-26)\n" },
	{ STAFF, "verifier = anna", "verifier = else", "- [attribute.1] "
	    "verifier: else is the subject or acts for it" },
};

static void
what_every_one_needs_is_asked_for(void **state)
{
	struct bytes text = { 0 }, to = { 0 };
	struct registration *r;
	struct err err, fault;
	char path[128];
	size_t i;

	keep_apart = true;
	for (i = 0; i < TABLE(lacks); i++) {
		snprintf(path, sizeof(path), "examples/registration/%s.conf",
		    lacks[i].kind);
		bytes_clear(&text);
		assert_int_equal(file_read(path, 65536, &text, &err), 0);
		bytes_put_text(&to, "\n");
		spoil(&text, lacks[i].from, lacks[i].to);
		r = registration_parse(path, SLICE(&text), &err);
		if (r == NULL)
			fail_msg("%s", err.text);
		assert_true(missing(r, NULL, "2026-11-22", &to, &fault) > 0);
		if (strstr(bytes_text(&to), lacks[i].line) == NULL)
			fail_msg("%s: %s", lacks[i].from, bytes_text(&to));
		assert_int_equal(fault.code, EINVAL);
		registration_free(r);
	}
	keep_apart = false;
	bytes_free(&text);
	bytes_free(&to);
}

/* In a sandbox one person may do all. */
static void
who_acts_may_verify_where_people_are_not_kept_apart(void **state)
{
	struct registration *r = template(DEVICE);
	struct bytes to = { 0 };
	struct err fault;

	strcpy(r->attributes[0].verifier, "karl");
	assert_int_equal(missing(r, NULL, "2026-11-22", &to, &fault), 0);
	keep_apart = true;
	assert_int_equal(missing(r, NULL, "2026-11-22", &to, &fault), 1);
	keep_apart = false;
	registration_free(r);
	bytes_free(&to);
}

/* A document is awaited; the file itself has no fault. */
static void
a_document_is_awaited(void **state)
{
	struct registration *r = template(DEVICE);
	struct bytes to = { 0 };
	struct err fault;

	absent_document = "mandate.pdf";
	assert_int_equal(missing(r, NULL, "2026-11-22", &to, &fault), 1);
	assert_string_equal(bytes_text(&to), "- the document mandate.pdf is "
	    "not in documents/ (REG-6.2.2-18)\n");
	assert_int_equal(fault.code, 0);
	absent_document = NULL;
	registration_free(r);
	bytes_free(&to);
}

/* A year on, what stands in the version in force is not verified anew. */
static void
what_stood_before_needs_no_new_verification(void **state)
{
	struct registration *before = template(DEVICE), *r = template(DEVICE);
	struct bytes to = { 0 };
	struct err fault;

	assert_int_equal(missing(r, before, "2027-06-01", &to, &fault), 0);
	assert_int_equal(missing(r, NULL, "2027-06-01", &to, &fault), 4);
	strcpy(r->attributes[2].value, "example.net");
	assert_int_equal(missing(r, before, "2027-06-01", &to, &fault), 1);
	assert_non_null(strstr(bytes_text(&to), "[attribute.3] validated"));
	registration_free(before);
	registration_free(r);
	bytes_free(&to);
}

static void
a_unit_needs_what_ties_it(void **state)
{
	struct registration *r = template(DEVICE);
	struct bytes to = { 0 };
	struct err fault;

	strcpy(r->attributes[3].type, "organizationalUnitName");
	strcpy(r->attributes[3].value, "Network");
	assert_int_equal(missing(r, NULL, "2026-11-22", &to, &fault), 1);
	assert_non_null(strstr(bytes_text(&to), "entityAssociation "
	    "(REG-6.2.2-15A)"));
	registration_free(r);
	bytes_free(&to);
}

/* --- changes ------------------------------------------------------------- */

static void
changes_are_told_field_by_field(void **state)
{
	struct registration *from = template(DEVICE), *to = template(DEVICE);
	struct bytes text = { 0 };

	registration_changes(from, to, &text);
	assert_string_equal(bytes_text(&text), "nothing changes\n");
	bytes_clear(&text);
	strcpy(to->users[1], "mail");
	strcpy(to->contact, "");
	strcpy(to->attributes[2].value, "example.net");
	to->attributes[3].until += USEC_DAY;
	registration_changes(from, to, &text);
	assert_string_equal(bytes_text(&text),
	    "- subscriber contact: Example AB, Box 1, 111 11 Stockholm, SE; "
	    "pki@example.org\n"
	    "~ subscriber users: karl, mail\n    was: karl, www\n"
	    "+ dns: example.net; dns-change, ref:challenge 2026-11-20/4, by "
	    "anna on 2026-11-20, until 2027-11-20\n"
	    "~ ip: 192.0.2.0/28; own-network, ref:address plan 12, by anna on "
	    "2026-11-20, until 2027-11-21\n"
	    "    was: 192.0.2.0/28; own-network, ref:address plan 12, by anna "
	    "on 2026-11-20, until 2027-11-20\n"
	    "- dns: example.org; dns-change, ref:challenge 2026-11-20/4, by "
	    "anna on 2026-11-20, until 2027-11-20\n");
	bytes_clear(&text);
	registration_changes(NULL, to, &text);
	assert_non_null(strstr(bytes_text(&text),
	    "+ subject kind: device-of-legal-person\n"));
	registration_free(from);
	registration_free(to);
	bytes_free(&text);
}

static int
see_evidence(void *arg, const char *name)
{
	bytes_printf(arg, "%s ", name);
	return 0;
}

static void
evidence_is_listed_without_references(void **state)
{
	struct registration *r = template(DEVICE);
	struct bytes text = { 0 };

	registration_evidence(r, see_evidence, &text);
	assert_string_equal(bytes_text(&text),
	    "mandate.pdf register.pdf register.pdf ");
	registration_free(r);
	bytes_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read),
		cmocka_unit_test(faults_of_form_name_their_line),
		cmocka_unit_test(templates_are_complete),
		cmocka_unit_test(what_a_kind_requires_is_asked_for),
		cmocka_unit_test(what_every_one_needs_is_asked_for),
		cmocka_unit_test(
		    who_acts_may_verify_where_people_are_not_kept_apart),
		cmocka_unit_test(a_document_is_awaited),
		cmocka_unit_test(what_stood_before_needs_no_new_verification),
		cmocka_unit_test(a_unit_needs_what_ties_it),
		cmocka_unit_test(changes_are_told_field_by_field),
		cmocka_unit_test(evidence_is_listed_without_references),
	};

	return cmocka_run_group_tests_name("registration", tests,
	    make_profiles, NULL);
}
