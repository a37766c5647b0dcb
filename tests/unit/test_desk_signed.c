/*
 * Decisions that have to be signed (GEN-6.5.5-04): only the signature of who
 * moves the dossier, by the certificate of the appointment, over decision.txt
 * as it is now, lets the move through.
 */
#include "tests/unit/desk_bed.h"

#include <openssl/pem.h>

#include <openssl/cms.h>

struct officer {
	EVP_PKEY *key;
	X509	*certificate;
};

static struct officer anna, bert;

/* bed_certificate makes a CA's: an officer's is for signatures. */
static X509 *
officer_certificate(const char *name, EVP_PKEY *own, int days)
{
	X509 *x = X509_new();

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_gmtime_adj(X509_getm_notBefore(x), -9 * 86400L);
	X509_gmtime_adj(X509_getm_notAfter(x), days * 86400L);
	X509_set_pubkey(x, own);
	fake_extension(x, x, "keyUsage", "critical,digitalSignature");
	X509_sign(x, own, EVP_sha256());
	return x;
}

static void
appoint(struct officer *o, const char *name, int days, char sha256[65])
{
	struct bytes der = { 0 };

	o->key = fake_key("P-256");
	o->certificate = officer_certificate(name, o->key, days);
	fake_der(o->certificate, &der);
	sha256_text(sha256, SLICE(&der));
	bytes_free(&der);
}

/* As `openssl cms -sign -binary -outform PEM` makes it. */
static void
sign_into(int64_t dossier, const char *name, const struct officer *o,
    uid_t uid, const char *text)
{
	BIO *in = BIO_new_mem_buf(text, (int)strlen(text));
	BIO *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms;
	char *data;

	cms = CMS_sign(o->certificate, o->key, NULL, in,
	    CMS_BINARY | CMS_DETACHED);
	assert_non_null(cms);
	PEM_write_bio_CMS(out, cms);
	BIO_write(out, "", 1);
	BIO_get_mem_data(out, &data);
	assert_int_equal(desk_write_file(DOSSIER(dossier), 0, name, uid,
	    data), 0);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	BIO_free(out);
}

static int
approve(int64_t id, uid_t uid)
{
	return desk_try(id, PLACE_PENDING, PLACE_APPROVED, uid);
}

static bool
www_is_issued(void)
{
	return strncmp(bed_status("www"), "state: issued", 13) == 0;
}

static int64_t
ask_signed(void)
{
	struct dossier d;

	bed_config.profiles[0].signed_decision = true;
	bed_config.profiles[0].officers = 1;
	d = ask("www", "DNS:www.example.net");
	assert_int_equal(desk_drop_evidence(d.id, "whois", ANNA), 0);
	assert_says(desk_state(d.id), "one officer, signing,");
	return d.id;
}

static void
a_signed_decision_issues_it(void **state)
{
	int64_t id = ask_signed();

	(void)state;
	assert_int_equal(approve(id, ANNA), EKEYREJECTED);
	assert_says(desk_state(id), "the decision has to be signed: drop "
	    "decision.p7s");
	sign_into(id, "decision.p7s", &anna, ANNA,
	    desk_text(DOSSIER(id), "decision.txt"));
	assert_int_equal(approve(id, ANNA), 0);
	assert_true(bed_within(BED_PATIENCE, www_is_issued));
	assert_says(desk_state(id), ", signed");
	assert_says(desk_event_text("decision-made"), "GEN-6.5.5-04");
	assert_says(desk_event_text("decision-made"), "decision.p7s");
	assert_says(bed_status("www"), "approved by 1 officer");
}

static void
every_other_signature_is_refused(void **state)
{
	int64_t id = ask_signed();
	char before[4096];

	(void)state;
	snprintf(before, sizeof(before), "%s",
	    desk_text(DOSSIER(id), "decision.txt"));
	/* Another officer's. */
	sign_into(id, "decision.p7s", &bert, BERT, before);
	assert_int_equal(approve(id, ANNA), EKEYREJECTED);
	assert_says(desk_state(id), "another certificate");
	/* Over another decision: evidence came after it. */
	sign_into(id, "decision.p7s", &anna, ANNA, before);
	desk_drop_evidence(id, "more", ANNA);
	assert_int_equal(approve(id, ANNA), EKEYREJECTED);
	assert_says(desk_state(id), "does not verify");
	/* No signature at all. */
	assert_int_equal(desk_write_file(DOSSIER(id), 0, "decision.p7s", ANNA,
	    "approved, Anna"), 0);
	assert_int_equal(approve(id, ANNA), EKEYREJECTED);
	assert_says(desk_state(id), "no CMS");
	/* Nobody appointed. */
	assert_int_equal(approve(id, BERTS_OTHER), EKEYREJECTED);
	assert_int_equal(bed_events("decision-refused"), 4);
	assert_int_equal(number_in_db("SELECT count(*) FROM decisions"), 0);
	assert_false(www_is_issued());
}

static void
an_expired_certificate_signs_nothing(void **state)
{
	struct officer late;
	int64_t id = ask_signed();

	(void)state;
	appoint(&late, "Anna", -1, desk_certificates[0]);
	sign_into(id, "decision.p7s", &late, ANNA,
	    desk_text(DOSSIER(id), "decision.txt"));
	assert_int_equal(approve(id, ANNA), EKEYREJECTED);
	assert_says(desk_state(id), "expired");
	X509_free(late.certificate);
	EVP_PKEY_free(late.key);
}

static void
both_of_two_sign(void **state)
{
	int64_t id;

	(void)state;
	bed_config.profiles[0].officers = 2;
	bed_config.signed_decisions = true;
	id = ask("www", "DNS:www.example.org").id;
	assert_int_equal(desk_try(id, PLACE_PENDING, PLACE_COUNTERSIGN, ANNA),
	    EKEYREJECTED);
	sign_into(id, "decision-anna.p7s", &anna, ANNA,
	    desk_text(DOSSIER(id), "decision.txt"));
	assert_int_equal(desk_try(id, PLACE_PENDING, PLACE_COUNTERSIGN, ANNA),
	    0);
	/* The first one's signature is not the second one's. */
	assert_int_equal(desk_try(id, PLACE_COUNTERSIGN, PLACE_APPROVED,
	    BERT), EKEYREJECTED);
	sign_into(id, "decision-bert.p7s", &bert, BERT,
	    desk_text(DOSSIER(id), "decision.txt"));
	assert_int_equal(desk_try(id, PLACE_COUNTERSIGN, PLACE_APPROVED,
	    BERT), 0);
	assert_true(bed_within(BED_PATIENCE, www_is_issued));
}

static int
signed_setup(void **state)
{
	desk_setup(state);
	appoint(&anna, "Anna", 10, desk_certificates[0]);
	appoint(&bert, "Bert", 10, desk_certificates[1]);
	return 0;
}

static int
signed_teardown(void **state)
{
	X509_free(anna.certificate);
	X509_free(bert.certificate);
	EVP_PKEY_free(anna.key);
	EVP_PKEY_free(bert.key);
	return bed_teardown(state);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, signed_setup, signed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_signed_decision_issues_it),
		TEST(every_other_signature_is_refused),
		TEST(an_expired_certificate_signs_nothing),
		TEST(both_of_two_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
