/*
 * What a draft comes to, and what its approval does: the subscriber, its
 * people, boxes and names; and a revocation case for each certificate that
 * carries what a registration no longer has.
 */
#include "tests/unit/authority_bed.h"

#include "ca/registered.h"
#include "ca/registration_effect.h"
#include "ca/store_desk.h"
#include "ca/store_dossiers.h"
#include "ca/dn.h"
#include "ca/withdrawn.h"

#define OFFICER	2000

/* --- who is who ---------------------------------------------------------- */

static const struct {
	const char *name;
	uid_t uid;
} people[] = {
	{ "anna", OFFICER }, { "karl", BED_UID }, { "www", 3000 },
};

static int
uid_of(const char *name, uid_t *uid)
{
	size_t i;

	for (i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		if (strcmp(people[i].name, name) == 0) {
			*uid = people[i].uid;
			return 1;
		}
	return 0;
}

static int
gid_of(const char *name, gid_t *gid)
{
	*gid = 4000;
	return strcmp(name, "example-ab") == 0;
}

static int
setup(void **state)
{
	bed_setup(state);
	bed_parts.uid_of = uid_of;
	bed_parts.gid_of = gid_of;
	return 0;
}

/* --- a file -------------------------------------------------------------- */

static void
put_attribute(struct bytes *to, int n, const char *type, const char *value,
    const char *method)
{
	char from[CLOCK_TEXT], until[CLOCK_TEXT];

	clock_text_seconds(from, clock_now() - USEC_DAY);
	clock_text_seconds(until, clock_now() + 300 * USEC_DAY);
	bytes_printf(to, "[attribute.%d]\ntype = %s\nvalue = %s\n"
	    "method = %s\nevidence = %s\nverifier = anna\n"
	    "validated = %.10s\nuntil = %.10s\n", n, type, value, method,
	    n == 1 ? "register.pdf" : "ref:4711", from, until);
}

static void
put_file(struct bytes *to, const char *users, const char *domain,
    const char *organisation)
{
	bytes_clear(to);
	bytes_printf(to, "[subscriber]\nname = %s\n"
	    "representative = Karl Berg\nrepresentative_authority = ref:1\n"
	    "contact = Box 1\ngroup = example-ab\nusers = %s\n"
	    "[subject]\nkind = device-of-legal-person\n"
	    "is_subscriber = yes\n[certificates]\nprofiles = tls-server\n",
	    organisation, users);
	put_attribute(to, 1, "organizationName", organisation,
	    "trusted-register");
	put_attribute(to, 2, "registrationNumber", "556123-4567",
	    "trusted-register");
	put_attribute(to, 3, "dns", domain, "dns-change");
}

/* --- at the desk --------------------------------------------------------- */

static struct draft
make_draft(const char *name)
{
	struct draft d = { .kind = DRAFT_SUBSCRIBER, .uid = OFFICER,
	    .since = 1, .changed = 1 };
	struct tx *tx = begin();

	snprintf(d.name, sizeof(d.name), "%s", name);
	assert_done(draft_put(tx, &d, &test_err));
	assert_done(tx_commit(tx, &test_err));
	return d;
}

static void
put_desk_file(int64_t folder, const char *name, struct slice bytes)
{
	struct desk_file f = { .folder = folder, .uid = OFFICER, .time = 1,
	    .mtime = 1, .size = bytes.size };
	struct tx *tx = begin();

	snprintf(f.name, sizeof(f.name), "%s", name);
	assert_done(documents_put(tx, bytes, f.sha256, &test_err));
	if (desk_file_find(tx_view(tx), folder, name, &f) == 1)
		assert_done(documents_put(tx, bytes, f.sha256, &test_err));
	assert_done(desk_file_put(tx, &f, &test_err));
	assert_done(tx_commit(tx, &test_err));
}

static void
put_document(const struct draft *d, const char *name)
{
	put_desk_file(DESK_FOLDER(DESK_DRAFT_DOCUMENTS, d->id), name,
	    slice_text("a scan"));
}

static void
evaluate(const struct draft *d, struct draft_evaluation *e)
{
	struct view *v = view_take(test_store);

	assert_done(draft_evaluate(v, bed, d, e, &test_err));
	view_put(v);
}

/* The dossier of this text, decided; 0, or the errno. */
static int
decide(const struct draft *draft, struct slice text,
    enum dossier_place place)
{
	struct dossier d = { .kind = DOSSIER_REGISTRATION,
	    .place = PLACE_PENDING, .object = draft->id, .opened = 1,
	    .moved = 1, .author = OFFICER };
	struct decision decision = { .from = PLACE_PENDING, .to = place,
	    .uid = 2001, .role = "ra", .time = 1 };
	struct tx *tx = begin();
	int result;

	assert_done(documents_put(tx, text, d.basis.content_sha256,
	    &test_err));
	assert_done(dossier_put(tx, &d, &test_err));
	decision.dossier = d.id;
	test_err.code = 0;
	result = registration_decided(bed, tx, &d, &decision, &test_err);
	if (result == -1) {
		tx_abort(tx);
		return test_err.code;
	}
	assert_done(tx_commit(tx, &test_err));
	return 0;
}

/* --- drafts -------------------------------------------------------------- */

static void
a_draft_says_what_it_lacks(void **state)
{
	struct draft d = make_draft("example-ab");
	struct draft_evaluation e;
	struct bytes text = { 0 };

	evaluate(&d, &e);
	assert_false(e.there || e.complete);
	assert_begins(bytes_text(&e.state), "state: empty\nin force: nothing "
	    "yet\n");
	draft_evaluation_free(&e);

	bytes_put_text(&text, "[subscriber]\nnaem = x\n");
	put_desk_file(DESK_FOLDER(DESK_DRAFT, d.id), REGISTRATION_FILE,
	    SLICE(&text));
	evaluate(&d, &e);
	assert_int_equal(e.fault.code, EINVAL);
	assert_begins(bytes_text(&e.state), "state: faulty\n");
	assert_says(bytes_text(&e.state), "\nWrong:\n- registration.conf line "
	    "2: [subscriber] naem: no such key\n");
	assert_null(e.registration);
	draft_evaluation_free(&e);

	put_file(&text, "karl, stranger", "example.net", "Example AB");
	put_desk_file(DESK_FOLDER(DESK_DRAFT, d.id), REGISTRATION_FILE,
	    SLICE(&text));
	evaluate(&d, &e);
	assert_int_equal(e.fault.code, EINVAL);
	assert_int_equal(e.missing, 2);
	assert_says(bytes_text(&e.state), "\nWhat is missing or wrong:\n- "
	    "[subscriber] users: no user stranger is known here\n- the "
	    "document register.pdf is not in documents/ (REG-6.2.2-18)\n");
	assert_says(bytes_text(&e.checks), "missing: [subscriber] users: no "
	    "user stranger is known here\n");
	draft_evaluation_free(&e);
	bytes_free(&text);
}

static void
a_complete_draft_is_to_be_decided(void **state)
{
	struct draft d = make_draft("example-ab");
	struct draft_evaluation e;
	struct bytes text = { 0 };

	put_file(&text, "karl", "example.net", "Example AB");
	put_desk_file(DESK_FOLDER(DESK_DRAFT, d.id), REGISTRATION_FILE,
	    SLICE(&text));
	evaluate(&d, &e);
	assert_begins(bytes_text(&e.state), "state: incomplete\n");
	assert_int_equal(e.fault.code, 0);
	assert_false(e.complete);
	draft_evaluation_free(&e);
	put_document(&d, "register.pdf");
	evaluate(&d, &e);
	assert_true(e.complete);
	assert_int_equal(e.subscriber, 0);
	assert_begins(bytes_text(&e.state), "state: complete\n");
	assert_says(bytes_text(&e.changes), "+ dns: example.net; ");
	assert_says(bytes_text(&e.checks), "passed: everything that a subject "
	    "of kind device-of-legal-person requires is there");
	draft_evaluation_free(&e);
	bytes_free(&text);
}

/* What a profile would make of it, and whose that was before. */
static void
a_subject_that_cannot_be_is_said(void **state)
{
	struct draft d = make_draft("eva");
	struct draft_evaluation e;
	struct bytes text = { 0 };
	struct profile *person;
	struct err err;
	char sha256[65];
	struct dn dn = { .count = 0 };
	struct tx *tx;

	bed_config.profiles = realloc(bed_config.profiles,
	    (bed_config.profile_count + 1) * sizeof(*person));
	person = &bed_config.profiles[bed_config.profile_count++];
	assert_int_equal(file_read("examples/home/profiles/person.conf",
	    65536, &text, &err), 0);
	if (profile_parse(person, "person.conf", SLICE(&text), &err) == -1)
		fail_msg("%s", err.text);
	bytes_clear(&text);
	bytes_put_text(&text, "[subscriber]\nname = Eva Lind\ncontact = Box 1\n"
	    "group = example-ab\nusers = karl\n[subject]\n"
	    "kind = natural-person\nis_subscriber = yes\n"
	    "[certificates]\nprofiles = person\n");
	put_attribute(&text, 2, "givenName", "Eva", "eid");
	put_attribute(&text, 3, "surname", "Lind", "eid");
	put_attribute(&text, 4, "personalNumber", "1971", "eid");
	put_desk_file(DESK_FOLDER(DESK_DRAFT, d.id), REGISTRATION_FILE,
	    SLICE(&text));
	evaluate(&d, &e);
	assert_int_equal(e.fault.code, EINVAL);
	assert_says(bytes_text(&e.state), "- [certificates] profiles: the "
	    "registration has no countryName, which the profile person "
	    "wants\n");
	draft_evaluation_free(&e);

	put_attribute(&text, 5, "countryName", "SE", "eid");
	put_desk_file(DESK_FOLDER(DESK_DRAFT, d.id), REGISTRATION_FILE,
	    SLICE(&text));
	evaluate(&d, &e);
	assert_true(e.complete);
	draft_evaluation_free(&e);

	dn_add(&dn, dn_type_find("countryName"), "SE");
	dn_add(&dn, dn_type_find("givenName"), "EVA");
	dn_add(&dn, dn_type_find("surname"), "Lind");
	dn_add(&dn, dn_type_find("commonName"), "Eva Lind");
	dn_digest(&dn, sha256);
	tx = begin();
	assert_done(subject_put(tx, sha256, bed_other, &test_err));
	assert_done(tx_commit(tx, &test_err));
	evaluate(&d, &e);
	assert_false(e.complete);
	assert_says(bytes_text(&e.state), "person would give it a subject that"
	    " another subscriber has had (GEN-6.3.3-10): ");
	draft_evaluation_free(&e);
	bytes_free(&text);
}

static void
a_folder_has_the_name_of_a_box(void **state)
{
	struct draft d = make_draft("www.csr");
	struct draft_evaluation e;
	struct bytes text = { 0 };

	put_file(&text, "karl", "example.net", "Example AB");
	put_document(&d, "register.pdf");
	put_desk_file(DESK_FOLDER(DESK_DRAFT, d.id), REGISTRATION_FILE,
	    SLICE(&text));
	evaluate(&d, &e);
	assert_int_equal(e.fault.code, EINVAL);
	assert_says(bytes_text(&e.state), "requests/NAME: wanted letters, "
	    "digits, - and _");
	draft_evaluation_free(&e);
	bytes_free(&text);
}

/* --- approval ------------------------------------------------------------ */

static void
an_approval_puts_it_in_force(void **state)
{
	struct draft d = make_draft("example-ab");
	struct draft_evaluation e;
	struct registration_version r;
	struct subscriber s;
	struct bytes text = { 0 };
	struct box box;
	struct view *v;

	put_file(&text, "karl, www", "example.net", "Example AB");
	put_desk_file(DESK_FOLDER(DESK_DRAFT, d.id), REGISTRATION_FILE,
	    SLICE(&text));
	put_document(&d, "register.pdf");
	assert_int_equal(decide(&d, SLICE(&text), PLACE_APPROVED), 0);
	v = view_take(test_store);
	assert_int_equal(subscriber_find(v, "example-ab", &s), 1);
	assert_false(s.sandbox);
	assert_int_equal(s.gid, 4000);
	assert_string_equal(s.profiles[0], "tls-server");
	assert_true(subscriber_has_user(v, s.id, BED_UID));
	assert_true(subscriber_has_user(v, s.id, 3000));
	assert_false(subscriber_has_user(v, s.id, OFFICER));
	assert_int_equal(box_find(v, s.id, "", &box), 1);
	assert_int_equal(box_find(v, s.id, "tls-server", &box), 1);
	assert_int_equal(registration_in_force(v, s.id, &r), 1);
	assert_int_equal(r.version, 1);
	assert_int_equal(r.kind, DEVICE_OF_LEGAL_PERSON);
	assert_true(r.subject_is_subscriber);
	assert_true(r.until > clock_now() + 299 * USEC_DAY);
	assert_int_equal(draft_get(v, d.id, &d), 1);
	assert_int_equal(d.object, s.id);
	view_put(v);
	assert_int_equal(bed_events("subscriber-registered"), 1);
	/* The same again is nothing to decide. */
	evaluate(&d, &e);
	assert_true(e.in_force);
	assert_false(e.complete);
	assert_begins(bytes_text(&e.state), "state: in force\n");
	assert_says(bytes_text(&e.state), "in force: version 1, decided ");
	draft_evaluation_free(&e);
	bytes_free(&text);
}

static void
a_rejection_changes_nothing(void **state)
{
	struct draft d = make_draft("example-ab");
	struct subscriber s;
	struct bytes text = { 0 };
	struct view *v;

	put_file(&text, "karl", "example.net", "Example AB");
	assert_int_equal(decide(&d, SLICE(&text), PLACE_REJECTED), 0);
	v = view_take(test_store);
	assert_int_equal(subscriber_find(v, "example-ab", &s), 0);
	view_put(v);
	bytes_free(&text);
}

/* What was complete when its dossier opened may not be so any more. */
static void
what_is_not_complete_is_not_approved(void **state)
{
	struct draft d = make_draft("example-ab");
	struct bytes text = { 0 };

	put_file(&text, "karl", "example.net", "Example AB");
	assert_int_equal(decide(&d, SLICE(&text), PLACE_APPROVED), EINVAL);
	assert_says(test_err.text, "documents that it names are not there");
	put_document(&d, "register.pdf");
	put_file(&text, "karl, gone", "example.net", "Example AB");
	assert_int_equal(decide(&d, SLICE(&text), PLACE_APPROVED), EINVAL);
	assert_says(test_err.text, "no user gone is known here");
	bytes_free(&text);
}

/* --- withdrawal ---------------------------------------------------------- */

static const char *
issue(const char *file, const char *name)
{
	struct bytes csr = { 0 };
	EVP_PKEY *key = fake_key("P-256");
	char names[128];

	snprintf(names, sizeof(names), "DNS:%s", name);
	bed_request(&csr, key, names);
	assert_int_equal(bed_put(file, BED_UID, SLICE(&csr)), 0);
	bytes_free(&csr);
	EVP_PKEY_free(key);
	return bed_serial("www");
}

static int
take_dossier(void *arg, const struct dossier *d)
{
	struct dossier *to = arg;

	if (d->kind == DOSSIER_REVOCATION)
		*to = *d;
	return 0;
}

/* acme had example.org (asserted); the registration has only a part of it. */
static void
a_withdrawn_name_opens_a_case(void **state)
{
	struct draft d = make_draft("acme");
	struct certificate c;
	struct dossier found = { 0 };
	struct bytes text = { 0 };
	struct view *v;

	put_document(&d, "register.pdf");
	issue("www.csr", "www.example.org");
	issue("mail.csr", "mail.example.org");
	assert_int_equal(number_in_db("SELECT count(*) FROM certificates"
	    " WHERE subscriber IS NOT NULL"), 2);
	put_file(&text, "karl", "www.example.org", "Example AB");
	assert_int_equal(decide(&d, SLICE(&text), PLACE_APPROVED), 0);
	v = view_take(test_store);
	dossiers_in(v, PLACE_PENDING, 0, take_dossier, &found);
	assert_int_equal(found.kind, DOSSIER_REVOCATION);
	assert_int_equal(found.subscriber, bed_acme);
	assert_int_equal(certificate_get(v, found.object, &c), 1);
	assert_string_equal(c.common_name, "mail.example.org");
	view_put(v);
	assert_int_equal(number_in_db("SELECT count(*) FROM dossiers"
	    " WHERE kind = 4"), 1);
	assert_int_equal(bed_events("subscriber-registered"), 1);
	bytes_free(&text);
}

static void
what_stands_opens_no_case(void **state)
{
	struct draft d = make_draft("acme");
	struct bytes text = { 0 };

	put_document(&d, "register.pdf");
	issue("www.csr", "www.example.org");
	put_file(&text, "karl, www", "example.org", "Example AB");
	assert_int_equal(decide(&d, SLICE(&text), PLACE_APPROVED), 0);
	put_file(&text, "karl", "example.org", "Example Aktiebolag");
	assert_int_equal(decide(&d, SLICE(&text), PLACE_APPROVED), 0);
	assert_int_equal(number_in_db("SELECT count(*) FROM dossiers"
	    " WHERE kind = 4"), 0);
	assert_int_equal(bed_events("subscriber-registration-changed"), 1);
	bytes_free(&text);
}

/* Each certificate counts, and the profile says how many there may be. */
static void
uses_are_counted(void **state)
{
	struct draft d = make_draft("acme");
	struct bytes text = { 0 };

	put_document(&d, "register.pdf");
	put_file(&text, "karl", "example.org", "Example AB");
	assert_int_equal(decide(&d, SLICE(&text), PLACE_APPROVED), 0);
	bed_config.profiles[0].reuse_count = 2;
	issue("www.csr", "www.example.org");
	issue("mail.csr", "mail.example.org");
	assert_int_equal(number_in_db("SELECT used FROM registrations"), 2);
	issue("ftp.csr", "ftp.example.org");
	assert_begins(bed_status("ftp"), "state: pending\n");
	assert_says(bed_status("ftp"), "was used for 2 certificates, as many "
	    "as profile tls-server allows");
	assert_int_equal(number_in_db("SELECT used FROM registrations"), 2);
	put_file(&text, "karl, www", "example.org", "Example AB");
	assert_int_equal(decide(&d, SLICE(&text), PLACE_APPROVED), 0);
	issue("nfs.csr", "nfs.example.org");
	assert_begins(bed_status("nfs"), "state: issued\n");
	bytes_free(&text);
}

/* --- what a certificate carries ------------------------------------------ */

static const struct {
	const char *type, *value;	/* withdrawn */
	const char *now_type, *now;	/* stands; "" nothing */
	int carried, reason;
} carried[] = {
	{ "dns", "example.org", "", "", 1, 9 },
	{ "dns", "example.org", "dns", "www.example.org", 0, 9 },
	{ "dns", "example.org", "dns", "ftp.example.org", 1, 9 },
	{ "dns", "example.com", "", "", 0, 9 },
	{ "email", "a@example.org", "", "", 1, 9 },
	{ "email", "@example.org", "email", "a@example.org", 0, 9 },
	{ "ip", "192.0.2.0/24", "", "", 1, 9 },
	{ "ip", "192.0.2.0/24", "ip", "192.0.2.1", 0, 9 },
	{ "organizationName", "Example AB", "", "", 1, 3 },
	{ "organizationName", "Example  ab", "", "", 1, 3 },
	{ "organizationName", "Other AB", "", "", 0, 9 },
	{ "affiliation", "employed", "", "", 1, 3 },
	{ "organizationApproval", "yes", "", "", 1, 3 },
	{ "entityAssociation", "unit", "", "", 0, 9 },
	{ "identityDocument", "passport", "", "", 0, 9 },
	{ "countryName", "SE", "", "", 1, 9 },
	{ "fullName", "Eva Lind", "", "", 1, 9 },
	{ "personalNumber", "PNOSE-1", "", "", 1, 9 },
	{ "title", "Head", "", "", 0, 9 },
	{ "organizationName", "Example AB", "organizationName", "Example AB",
	    0, 9 },
};

static void
make_certificate(struct bytes *der)
{
	EVP_PKEY *key = fake_key("P-256");
	X509 *x = bed_certificate("Eva Lind", key, NULL, key, 10);
	X509_NAME *name = X509_NAME_new();
	const char *const parts[][2] = { { "C", "SE" },
	    { "O", "Example AB" }, { "CN", "Eva Lind" },
	    { "serialNumber", "PNOSE-1" } };
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		X509_NAME_add_entry_by_txt(name, parts[i][0], MBSTRING_UTF8,
		    (const unsigned char *)parts[i][1], -1, -1, 0);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(x, name);
	fake_extension(x, x, "subjectAltName", "DNS:www.example.org,"
	    "email:a@example.org,IP:192.0.2.1");
	X509_sign(x, key, EVP_sha256());
	fake_der(x, der);
	X509_NAME_free(name);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void
what_a_certificate_carries(void **state)
{
	struct bytes der = { 0 }, why = { 0 };
	struct attribute gone, now;
	struct registered before = { .attributes = &gone, .count = 1 };
	struct registration after = { .attributes = &now };
	struct withdrawn w = { .before = &before, .after = &after };
	size_t i;
	int answer, reason;

	make_certificate(&der);
	for (i = 0; i < sizeof(carried) / sizeof(carried[0]); i++) {
		memset(&gone, 0, sizeof(gone));
		memset(&now, 0, sizeof(now));
		strcpy(gone.type, carried[i].type);
		strcpy(gone.value, carried[i].value);
		strcpy(now.type, carried[i].now_type);
		strcpy(now.value, carried[i].now);
		after.attribute_count = now.type[0] != '\0';
		bytes_clear(&why);
		answer = withdrawn_from(&w, SLICE(&der), &why, &reason,
		    &test_err);
		if (answer != carried[i].carried ||
		    reason != carried[i].reason)
			fail_msg("row %zu, %s %s: %d, reason %d: %s", i,
			    gone.type, gone.value, answer, reason,
			    answer == -1 ? test_err.text : "");
		assert_int_equal(why.size > 0, carried[i].carried);
	}
	assert_int_equal(withdrawn_from(&w, slice_text("no certificate"),
	    &why, &reason, &test_err), -1);
	bytes_free(&der);
	bytes_free(&why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_draft_says_what_it_lacks,
		    setup, bed_teardown),
		cmocka_unit_test_setup_teardown(
		    a_complete_draft_is_to_be_decided, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(
		    a_subject_that_cannot_be_is_said, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(
		    a_folder_has_the_name_of_a_box, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(an_approval_puts_it_in_force,
		    setup, bed_teardown),
		cmocka_unit_test_setup_teardown(a_rejection_changes_nothing,
		    setup, bed_teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_not_complete_is_not_approved, setup,
		    bed_teardown),
		cmocka_unit_test_setup_teardown(a_withdrawn_name_opens_a_case,
		    setup, bed_teardown),
		cmocka_unit_test_setup_teardown(what_stands_opens_no_case,
		    setup, bed_teardown),
		cmocka_unit_test_setup_teardown(uses_are_counted, setup,
		    bed_teardown),
		cmocka_unit_test_setup_teardown(what_a_certificate_carries,
		    setup, bed_teardown),
	};

	return cmocka_run_group_tests_name("registration_effect", tests, NULL,
	    NULL);
}
