/*
 * From judged names to a certificate, by every kind of key; OpenSSL, which did
 * not make it, must agree with it (GEN-6.3.3-01, GEN-6.3.3-02).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>

#include <cmocka.h>

#include "ca.h"
#include "ca/text.h"

static const struct verdict yes = { .complete = true };
static const char *const names[] = { "www.example.org", "*.example.org",
    "ip:192.0.2.1", "ip:2001:db8::1", NULL };

struct issued {
	char		serial[41];
	struct bytes	tbs, signature, der;
	struct csr_name	names[8];
	struct dn	subject;
	char		spki[65];
	struct approved	approved;
	X509		*x;
};

static void
issue(struct issued *to, struct test_ca *ca, const struct profile *profile,
    EVP_PKEY *subject, usec_t now)
{
	struct csr_name room[8];
	struct judged judged;
	struct permit *permit;
	struct err err = { 0 };
	const unsigned char *p;

	memset(to, 0, sizeof *to);
	test_judged(&judged, profile, subject, room,
	    profile->internal ? NULL : names);
	permit = permit_make(&yes, &judged);
	assert_non_null(permit);
	permit_spend(permit, &ca->config, now, to->serial, &to->tbs, &err);
	tbs_lint(SLICE(&to->tbs), profile, &ca->config, NULL, &err);
	assert_string_equal(err.text, "");
	test_ca_sign(ca, SLICE(&to->tbs), &to->signature);
	certificate_assemble(SLICE(&to->tbs), SLICE(&to->signature), &to->der,
	    &err);
	sha256_text(to->spki, SLICE(&judged.spki));
	memcpy(to->names, room, sizeof room);
	to->subject = judged.subject;
	to->approved = (struct approved){ &to->subject, to->names,
	    judged.name_count, to->spki };
	certificate_reread(SLICE(&to->der), SLICE(&to->tbs), &to->approved,
	    &ca->config, &err);
	assert_string_equal(err.text, "");
	p = to->der.data;
	to->x = d2i_X509(NULL, &p, (long)to->der.size);
	assert_non_null(to->x);
	assert_ptr_equal(p, to->der.data + to->der.size);
	permit_free(permit);
	bytes_free(&judged.spki);
}

static void
issued_free(struct issued *i)
{
	X509_free(i->x);
	bytes_free(&i->tbs);
	bytes_free(&i->signature);
	bytes_free(&i->der);
}

/*
 * A path from the certificate to the CA, for this purpose and at this time.
 * (OpenSSL calls notAfter itself expired; RFC 5280 counts it in.)
 */
static void
verify(struct test_ca *ca, X509 *x, int purpose, time_t at)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	X509_STORE_add_cert(store, ca->certificate);
	X509_STORE_CTX_init(ctx, store, x, NULL);
	X509_STORE_CTX_set_purpose(ctx, purpose);
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), at);
	X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_X509_STRICT |
	    X509_V_FLAG_PARTIAL_CHAIN);
	if (X509_verify_cert(ctx) != 1)
		fail_msg("%s", X509_verify_cert_error_string(
		    X509_STORE_CTX_get_error(ctx)));
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
}

static const struct {
	const char	*issuing, *subject;
	uint32_t	 usage;
	int		 signature;
} pairs[] = {
	{ "P-256", "P-256", KU_DIGITAL_SIGNATURE, NID_ecdsa_with_SHA256 },
	{ "P-256", "rsa:2048", KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT,
	    NID_ecdsa_with_SHA256 },
	{ "P-384", "P-384", KU_DIGITAL_SIGNATURE, NID_ecdsa_with_SHA384 },
	{ "rsa:3072", "P-256", KU_DIGITAL_SIGNATURE,
	    NID_sha256WithRSAEncryption },
	{ "rsa:2048", "rsa:3072", KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT,
	    NID_sha256WithRSAEncryption },
};

static void
openssl_agrees(void **state)
{
	struct issued issued;
	struct test_ca ca;
	EVP_PKEY *subject;
	size_t i;

	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		test_ca_make(&ca, test_key(pairs[i].issuing), 3650);
		subject = test_key(pairs[i].subject);
		issue(&issued, &ca, &ca.profile, subject, TEST_NOW);
		assert_int_equal(X509_verify(issued.x, ca.key), 1);
		verify(&ca, issued.x, X509_PURPOSE_SSL_SERVER,
		    TEST_NOW / USEC);
		verify(&ca, issued.x, X509_PURPOSE_SSL_CLIENT,
		    TEST_NOW / USEC + 90 * 86400 - 2);
		assert_int_equal(X509_get_signature_nid(issued.x),
		    pairs[i].signature);
		assert_int_equal(X509_get_key_usage(issued.x),
		    pairs[i].usage);
		assert_int_equal(X509_check_host(issued.x, "www.example.org",
		    0, 0, NULL), 1);
		assert_int_equal(X509_check_host(issued.x, "mail.example.org",
		    0, 0, NULL), 1);
		assert_int_equal(X509_check_host(issued.x, "example.net", 0,
		    0, NULL), 0);
		assert_int_equal(X509_check_ip_asc(issued.x, "192.0.2.1", 0),
		    1);
		assert_int_equal(X509_check_ip_asc(issued.x, "2001:db8::1",
		    0), 1);
		assert_int_equal(X509_check_ip_asc(issued.x, "192.0.2.2", 0),
		    0);
		assert_int_equal(X509_check_issued(ca.certificate, issued.x),
		    X509_V_OK);
		assert_int_equal(X509_check_ca(issued.x), 0);
		assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(issued.x),
		    subject), 1);
		issued_free(&issued);
		EVP_PKEY_free(subject);
		test_ca_free(&ca);
	}
}

static void
the_responders_certificate(void **state)
{
	struct issued issued;
	struct test_ca ca;
	EVP_PKEY *subject = test_key("P-256");

	test_ca_make(&ca, test_key("P-256"), 3650);
	issue(&issued, &ca, &ca.responder, subject, TEST_NOW);
	verify(&ca, issued.x, X509_PURPOSE_OCSP_HELPER, TEST_NOW / USEC);
	assert_int_equal(X509_get_extended_key_usage(issued.x), XKU_OCSP_SIGN);
	assert_true(X509_get_ext_by_NID(issued.x, NID_id_pkix_OCSP_noCheck,
	    -1) >= 0);
	assert_int_equal(X509_get_ext_by_NID(issued.x,
	    NID_crl_distribution_points, -1), -1);
	assert_int_equal(X509_get_ext_by_NID(issued.x, NID_info_access, -1),
	    -1);
	issued_free(&issued);
	EVP_PKEY_free(subject);
	test_ca_free(&ca);
}

/* RFC 5280, 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. */
static const struct {
	usec_t		 not_after;
	int		 type;
	const char	*sentence;
} ends[] = {
	{ 2524607999 * USEC, V_ASN1_UTCTIME, "the last second of 2049" },
	{ 2524608000 * USEC, V_ASN1_GENERALIZEDTIME,
	    "the first second of 2050" },
};

static void
dates_around_2050(void **state)
{
	struct certificate_facts facts;
	struct issued issued;
	struct test_ca ca;
	struct err err;
	EVP_PKEY *subject = test_key("P-256");
	size_t i;

	test_ca_make(&ca, test_key("P-256"), 36500);
	for (i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		issue(&issued, &ca, &ca.profile, subject, ends[i].not_after +
		    USEC - 90 * USEC_DAY);
		assert_int_equal(X509_get0_notAfter(issued.x)->type,
		    ends[i].type);
		assert_int_equal(certificate_facts(SLICE(&issued.der), &facts,
		    &err), 0);
		if (facts.not_after != ends[i].not_after)
			fail_msg("%s", ends[i].sentence);
		verify(&ca, issued.x, X509_PURPOSE_SSL_SERVER,
		    facts.not_after / USEC - 1);
		issued_free(&issued);
	}
	EVP_PKEY_free(subject);
	test_ca_free(&ca);
}

static void
facts_and_text(void **state)
{
	struct certificate_facts facts;
	struct bytes text = { 0 };
	struct issued issued;
	struct test_ca ca;
	struct err err;
	char sha[65], line[80];
	EVP_PKEY *subject = test_key("P-256");

	test_ca_make(&ca, test_key("P-256"), 3650);
	issue(&issued, &ca, &ca.profile, subject, TEST_NOW);
	assert_int_equal(certificate_facts(SLICE(&issued.der), &facts, &err),
	    0);
	assert_string_equal(facts.serial, issued.serial);
	sha256_text(sha, SLICE(&issued.der));
	assert_string_equal(facts.sha256, sha);
	assert_string_equal(facts.common_name, "www.example.org");
	assert_true(facts.not_before == TEST_NOW);
	assert_true(facts.not_after == TEST_NOW + 90 * USEC_DAY - USEC);
	certificate_text(SLICE(&issued.der), &text);
	snprintf(line, sizeof line, "%s", "Subject: CN = www.example.org");
	assert_non_null(strstr(bytes_text(&text), line));
	assert_non_null(strstr(bytes_text(&text), "CA:FALSE"));
	assert_non_null(strstr(bytes_text(&text), "2.999.411.1"));
	assert_int_equal(certificate_facts(SLICE(&issued.tbs), &facts, &err),
	    -1);
	bytes_clear(&text);
	certificate_text(SLICE(&issued.tbs), &text);
	assert_int_equal(text.size, 0);
	bytes_free(&text);
	issued_free(&issued);
	EVP_PKEY_free(subject);
	test_ca_free(&ca);
}

static void
the_reread_notices(void **state)
{
	struct issued one, two;
	struct test_ca ca, other;
	struct bytes der = { 0 };
	struct err err;
	EVP_PKEY *subject = test_key("P-256");
	size_t i;

	test_ca_make(&ca, test_key("P-256"), 3650);
	test_ca_make(&other, test_key("P-256"), 3650);
	issue(&one, &ca, &ca.profile, subject, TEST_NOW);
	issue(&two, &ca, &ca.profile, subject, TEST_NOW);
	assert_string_not_equal(one.serial, two.serial);
	/* Another certificate, another issuer, another's signature. */
	assert_int_equal(certificate_reread(SLICE(&one.der), SLICE(&two.tbs),
	    &two.approved, &ca.config, &err), -1);
	assert_int_equal(certificate_reread(SLICE(&one.der), SLICE(&one.tbs),
	    &one.approved, &other.config, &err), -1);
	assert_int_equal(certificate_assemble(SLICE(&one.tbs),
	    SLICE(&two.signature), &der, &err), 0);
	assert_int_equal(certificate_reread(SLICE(&der), SLICE(&one.tbs),
	    &one.approved, &ca.config, &err), -1);
	assert_int_equal(certificate_assemble(SLICE(&one.tbs),
	    (struct slice){ NULL, 0 }, &der, &err), -1);
	for (i = 0; i < one.der.size; i++) {
		bytes_copy(&der, SLICE(&one.der));
		der.data[i] ^= 0x01;
		if (certificate_reread(SLICE(&der), SLICE(&one.tbs),
		    &one.approved, &ca.config, &err) == 0)
			fail_msg("octet %zu may be another", i);
	}
	bytes_free(&der);
	issued_free(&one);
	issued_free(&two);
	EVP_PKEY_free(subject);
	test_ca_free(&ca);
	test_ca_free(&other);
}

static void other_case(struct issued *i)
{
	i->subject.attribute[0].value[0] -= 32;
}
static void one_more(struct issued *i)
{
	dn_add(&i->subject, dn_type_find("title"), "Dr");
}
static void nobody(struct issued *i) { i->subject.count = 0; }
static void one_name_less(struct issued *i) { i->approved.name_count--; }
static void other_name(struct issued *i)
{
	strcpy(i->names[0].text, "wwx.example.org");
}
static void other_kind(struct issued *i)
{
	strcpy(i->names[0].kind, "email");
}
static void other_order(struct issued *i)
{
	struct csr_name first = i->names[0];

	i->names[0] = i->names[1];
	i->names[1] = first;
}
static void other_key(struct issued *i) { i->spki[0] ^= 1; }

/* What came out is right in itself, but not what was approved. */
static const struct {
	void		(*change)(struct issued *);
	const char	*says;
} unapproved[] = {
	{ other_case, "subject is not the one" },
	{ one_more, "subject is not the one" },
	{ nobody, "subject is not the one" },
	{ one_name_less, "subjectAltName is not" },
	{ other_name, "subjectAltName is not" },
	{ other_kind, "subjectAltName is not" },
	{ other_order, "subjectAltName is not" },
	{ other_key, "key is not the one" },
};

static void
what_was_not_approved_is_noticed(void **state)
{
	struct issued issued;
	struct test_ca ca;
	struct err err;
	EVP_PKEY *subject = test_key("P-256");
	size_t i;

	test_ca_make(&ca, test_key("P-256"), 3650);
	for (i = 0; i < sizeof unapproved / sizeof unapproved[0]; i++) {
		issue(&issued, &ca, &ca.profile, subject, TEST_NOW);
		unapproved[i].change(&issued);
		assert_int_equal(certificate_reread(SLICE(&issued.der),
		    SLICE(&issued.tbs), &issued.approved, &ca.config, &err),
		    -1);
		if (strstr(err.text, unapproved[i].says) == NULL)
			fail_msg("row %zu: %s", i, err.text);
		issued_free(&issued);
	}
	EVP_PKEY_free(subject);
	test_ca_free(&ca);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openssl_agrees),
		cmocka_unit_test(the_responders_certificate),
		cmocka_unit_test(dates_around_2050),
		cmocka_unit_test(facts_and_text),
		cmocka_unit_test(the_reread_notices),
		cmocka_unit_test(what_was_not_approved_is_noticed),
	};

	return cmocka_run_group_tests_name("certificate", tests, NULL, NULL);
}
