/*
 * Who stands how to a dossier: authors by every write, people in a draft that
 * is not yet in force, one person with two accounts.
 */
#include "tests/unit/desk_bed.h"

#include "ca/text.h"
#include "ca/desk_people.h"

static struct dossier
draft_dossier(const char *text)
{
	struct dossier d = { .kind = DOSSIER_REGISTRATION,
	    .place = PLACE_PENDING, .author = ANNA };
	struct tx *tx;
	int64_t id;

	assert_done(desk_make_draft(bed, DRAFT_SUBSCRIBER, "example-ab", ANNA,
	    &id, &test_err));
	/* Written by two, the second in place of the first. */
	desk_write_file(DESK_FOLDER(DESK_DRAFT, id), 0, "registration.conf",
	    BED_BOTH, "[subscriber]\n");
	desk_write_file(DESK_FOLDER(DESK_DRAFT, id), 0, "registration.conf",
	    ANNA, text);
	tx = begin();
	d.object = id;
	assert_done(documents_put(tx, slice_text(text),
	    d.basis.content_sha256, &test_err));
	assert_done(dossier_put(tx, &d, &test_err));
	assert_done(tx_commit(tx, &test_err));
	return d;
}

/* The template of a device, with another user. */
static void
read_template(struct bytes *to, const char *user)
{
	struct bytes text = { 0 };
	char *line, *rest = NULL;

	assert_done(file_read("examples/registration/"
	    "device-of-legal-person.conf", 65536, &text, &test_err));
	bytes_text(&text);
	for (line = strtok_r((char *)text.data, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "users =", 7) == 0)
			bytes_printf(to, "users = %s\n", user);
		else
			bytes_printf(to, "%s\n", line);
	bytes_free(&text);
}

static void
whoever_wrote_a_draft_is_its_author(void **state)
{
	struct dossier d = draft_dossier("[subscriber]\nname = x\n");
	struct view *v = view_take(test_store);

	(void)state;
	assert_true(people_wrote(v, &d, ANNA));
	assert_true(people_wrote(v, &d, BED_BOTH));
	assert_false(people_wrote(v, &d, BERT));
	view_put(v);
}

/* Anna gives it the name that counts, or her program does. */
static void
take_bytes(int64_t draft, int64_t folder, const char *name, bool is_scratch)
{
	struct desk_write write = { .folder = DESK_FOLDER(DESK_DRAFT, draft),
	    .file = bed_file++, .name = "registration.conf", .uid = ANNA,
	    .origin = folder, .bytes = slice_text("[subscriber]\n") };
	struct desk_answer a = { .kept = false };
	struct desk_file file;
	struct view *v = view_take(test_store);

	assert_int_equal(desk_file_find(v, folder, name, &file), 1);
	view_put(v);
	if (is_scratch) {
		snprintf(write.origin_name, sizeof(write.origin_name), "%s",
		    name);
		desk_answer_init(&a.drop);
		desk_submit(bed, &write, desk_answered, &a);
		assert_int_equal(bed_wait(&a.drop), EINVAL);
		assert_true(a.kept);
	} else {
		assert_done(desk_rename(bed, file.id, write.folder,
		    write.name, ANNA, &test_err));
	}
}

/* A write or a rename that takes its bytes from where others wrote. */
static void
whoever_wrote_it_by_another_name_is_its_author(void **state)
{
	static const struct {
		const char	*name;		/* Bert wrote under it */
		enum desk_kind	 kind;
		bool		 is_scratch;	/* for a while */
	} rows[] = {
		{ "notes.conf", DESK_DRAFT, false },
		{ "notes.conf", DESK_DRAFT, true },
		{ "scan.txt", DESK_DRAFT_DOCUMENTS, false },
		{ "scan.txt", DESK_DRAFT_DOCUMENTS, true },
	};
	struct dossier d = { .kind = DOSSIER_REGISTRATION, .author = ANNA };
	char name[16];
	struct view *v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(name, sizeof(name), "draft-%zu", i);
		assert_done(desk_make_draft(bed, DRAFT_SUBSCRIBER, name, ANNA,
		    &d.object, &test_err));
		desk_write_file(DESK_FOLDER(rows[i].kind, d.object), 0,
		    rows[i].name, BERT, "[subscriber]\n");
		take_bytes(d.object, DESK_FOLDER(rows[i].kind, d.object),
		    rows[i].name, rows[i].is_scratch);
		v = view_take(test_store);
		assert_true(people_wrote(v, &d, BERT));
		assert_true(people_wrote(v, &d, ANNA));
		assert_false(people_wrote(v, &d, BED_BOTH));
		view_put(v);
	}
}

static void
whoever_is_named_in_a_draft_is_in_it(void **state)
{
	struct bytes text = { 0 };
	struct dossier d;
	struct view *v;

	(void)state;
	read_template(&text, "bert");
	d = draft_dossier(bytes_text(&text));
	v = view_take(test_store);
	assert_true(people_are_in_it(bed, v, &d, BERT));
	assert_true(people_are_in_it(bed, v, &d, BERTS_OTHER));
	assert_false(people_are_in_it(bed, v, &d, ANNA));
	view_put(v);
	bytes_free(&text);
}

/* An external RA whose packages a user drops, with a certificate of its own. */
static void
ra_text(struct bytes *to, const char *user)
{
	struct bytes der = { 0 };
	EVP_PKEY *own = fake_key("P-256");
	X509 *x = X509_new();

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_UTF8, (const unsigned char *)"RA", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, own);
	fake_extension(x, x, "keyUsage", "critical,digitalSignature");
	X509_sign(x, own, EVP_sha256());
	bytes_printf(to, "[authority]\nname = North\ncontract = 1\n"
	    "until = 2090-01-01\nsubscribers = acme\nnames = example.net\n"
	    "profiles = tls-server\nusers = %s\n", user);
	fake_der(x, &der);
	pem_encode(to, "CERTIFICATE", SLICE(&der));
	bytes_free(&der);
	X509_free(x);
	EVP_PKEY_free(own);
}

static void
whoever_drops_for_an_external_ra_is_in_it(void **state)
{
	struct bytes text = { 0 };
	struct dossier d;
	struct view *v;

	(void)state;
	ra_text(&text, "bert");
	d = draft_dossier(bytes_text(&text));
	d.kind = DOSSIER_AUTHORITY;
	v = view_take(test_store);
	assert_true(people_are_in_it(bed, v, &d, BERT));
	assert_true(people_are_in_it(bed, v, &d, BERTS_OTHER));
	assert_false(people_are_in_it(bed, v, &d, ANNA));
	view_put(v);
	bytes_free(&text);
}

static void
whoever_acts_for_the_subscriber_is_in_it(void **state)
{
	struct dossier d = ask("www", "DNS:www.example.net");
	struct view *v = view_take(test_store);

	(void)state;
	assert_true(people_are_in_it(bed, v, &d, BED_UID));
	assert_true(people_are_in_it(bed, v, &d, BED_BOTH));
	assert_false(people_are_in_it(bed, v, &d, BED_OTHER));
	assert_false(people_are_in_it(bed, v, &d, BERT));
	view_put(v);
}

static void
two_accounts_are_one_person(void **state)
{
	(void)state;
	assert_true(event_person_is_same(BERT, BERT));
	assert_true(event_person_is_same(BERT, BERTS_OTHER));
	assert_false(event_person_is_same(BERT, ANNA));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, desk_setup, bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whoever_wrote_a_draft_is_its_author),
		TEST(whoever_wrote_it_by_another_name_is_its_author),
		TEST(whoever_is_named_in_a_draft_is_in_it),
		TEST(whoever_drops_for_an_external_ra_is_in_it),
		TEST(whoever_acts_for_the_subscriber_is_in_it),
		TEST(two_accounts_are_one_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
