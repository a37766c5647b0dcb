/*
 * Permits, what they are spent for, and the lint: what it lets pass and, with
 * each rule broken on purpose, what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>

#include <cmocka.h>

#include "ca.h"
#include "ca/tbs.h"
#include "ca/text.h"

static const char issuing_pem[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIGs5NXOk2D5K6NTUhdCYNlaTJsmmvqwnoNa+ZZNv4MqIoAoGCCqGSM49\n"
    "AwEHoUQDQgAEOiruMYB8Z8mzvpSLDkUI/TZDOMeCaarTxF4uzawBKYzVnCd51Jnc\n"
    "xXdQXpeXTARWy7lMkRHWKAaiu6kOOhtkAA==\n"
    "-----END EC PRIVATE KEY-----\n";
static const char subject_pem[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEINw7YUyh4ZoaX54dxKPDzal1dvmiaJcVxsMXhFMX1BjVoAoGCCqGSM49\n"
    "AwEHoUQDQgAEa3OQCoKgfbGogRokY96q+g4B93/Oc1sg89kVYCFFjtGTopPggIxK\n"
    "evddTDEJe4kqAyLXOk2FRu7MYVdHt/E3Lw==\n"
    "-----END EC PRIVATE KEY-----\n";

static struct test_ca ca;
static EVP_PKEY *subject;
static const struct verdict yes = { .complete = true };

static EVP_PKEY *
read_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	BIO_free(bio);
	return key;
}

static int
setup(void **state)
{
	test_ca_make(&ca, read_key(issuing_pem), 3650);
	subject = read_key(subject_pem);
	return 0;
}

static int
teardown(void **state)
{
	test_ca_free(&ca);
	EVP_PKEY_free(subject);
	return 0;
}

/* The TBS for these names; NULL-terminated. */
static int
spend(const struct profile *profile, const EVP_PKEY *key,
    const char *const *texts, usec_t now, struct bytes *tbs, struct err *err)
{
	struct csr_name names[128];
	struct judged judged;
	struct permit *permit;
	char serial[41];
	int answer;

	test_judged(&judged, profile, key, names, texts);
	permit = permit_make(&yes, &judged);
	assert_non_null(permit);
	answer = permit_spend(permit, &ca.config, now, serial, tbs, err);
	permit_free(permit);
	bytes_free(&judged.spki);
	return answer;
}

static void
only_a_complete_and_empty_verdict_is_a_yes(void **state)
{
	struct verdict verdict = { .complete = true };
	struct csr_name names[1];
	struct judged judged;
	struct permit *permit;
	struct bytes tbs = { 0 };
	char serial[41], again[41];
	struct err err;
	const char *const texts[] = { "www.example.org", NULL };

	test_judged(&judged, &ca.profile, subject, names, texts);
	verdict.finding_count = 1;
	assert_null(permit_make(&verdict, &judged));
	verdict.finding_count = 0;
	verdict.complete = false;
	assert_null(permit_make(&verdict, &judged));
	verdict.complete = true;
	permit = permit_make(&verdict, &judged);
	assert_non_null(permit);
	/* It is a copy: what is changed afterwards was not judged. */
	strcpy(names[0].text, "evil.example.net");
	memset(judged.spki.data, 0, judged.spki.size);
	assert_int_equal(permit_spend(permit, &ca.config, TEST_NOW, serial,
	    &tbs, &err), 0);
	assert_int_equal(strlen(serial), 34);
	assert_memory_equal(serial, "01", 2);
	assert_int_equal(tbs_lint(SLICE(&tbs), &ca.profile,
	    &ca.config, NULL, &err),
	    0);
	assert_null(memmem(tbs.data, tbs.size, "evil", 4));
	assert_int_equal(permit_spend(permit, &ca.config, TEST_NOW, again,
	    &tbs, &err), -1);
	assert_int_equal(err.code, EPERM);
	permit_free(permit);
	permit_free(NULL);
	bytes_free(&judged.spki);
	bytes_free(&tbs);
}

/* From now (BR 7.1.2.7.x), both ends included, inside the issuer's. */
static const struct {
	const char	*names[4];
	usec_t		 now;
	usec_t		 not_before, not_after;	/* 0: refused */
	const char	*sentence;
} validities[] = {
	{ { "a.example" }, TEST_NOW, TEST_NOW,
	    TEST_NOW + 90 * USEC_DAY - USEC, "90 days, both ends included" },
	{ { "a.example" }, TEST_NOW + 999999, TEST_NOW,
	    TEST_NOW + 90 * USEC_DAY - USEC, "cut to seconds" },
	{ { "a.example" }, TEST_NOT_BEFORE, TEST_NOT_BEFORE,
	    TEST_NOT_BEFORE + 90 * USEC_DAY - USEC, "the issuer's first day" },
	{ { "a.example" }, TEST_NOT_BEFORE - 1, 0, 0,
	    "before the issuer's first day" },
	{ { "a.example" }, TEST_NOT_BEFORE + 3600 * USEC_DAY,
	    TEST_NOT_BEFORE + 3600 * USEC_DAY,
	    TEST_NOT_BEFORE + 3650 * USEC_DAY - USEC,
	    "cut at the issuer's end" },
	{ { "a.example" }, TEST_NOT_BEFORE + 3650 * USEC_DAY - USEC, 0, 0,
	    "the issuer's last second" },
	{ { "a.example" }, TEST_NOT_BEFORE + 3650 * USEC_DAY, 0, 0,
	    "after the issuer's end" },
};

static void
validity_at_its_bounds(void **state)
{
	struct bytes tbs = { 0 };
	struct err err;
	struct tbs parsed;
	size_t i;
	int answer;

	for (i = 0; i < sizeof validities / sizeof validities[0]; i++) {
		answer = spend(&ca.profile, subject, validities[i].names,
		    validities[i].now, &tbs, &err);
		if (answer != (validities[i].not_after == 0 ? -1 : 0))
			fail_msg("%s", validities[i].sentence);
		if (answer == -1)
			continue;
		assert_int_equal(tbs_parse(&parsed, SLICE(&tbs), &err), 0);
		if (parsed.not_before != validities[i].not_before ||
		    parsed.not_after != validities[i].not_after)
			fail_msg("%s", validities[i].sentence);
		assert_int_equal(tbs_lint(SLICE(&tbs), &ca.profile,
		    &ca.config, NULL, &err), 0);
	}
	bytes_free(&tbs);
}

#define L60 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* RFC 5280 4.2.1.6, 412-2 4.3.5-1: critical only where nothing else names. */
static const struct {
	const char	*names[4];
	const char	*cn;		/* NULL: refused, "": none */
	bool		 critical;
	const char	*sentence;
} subjects[] = {
	{ { "a.example", "b.example" }, "a.example", false, "the first" },
	{ { "ip:192.0.2.1", "b.example" }, "b.example", false,
	    "the first dNSName" },
	{ { "ip:192.0.2.1", "ip:2001:db8::1" }, "", true, "no dNSName" },
	{ { "*.a.example" }, "*.a.example", false, "a wildcard" },
	{ { L60 ".abc" }, L60 ".abc", false, "64 octets" },
	{ { L60 ".abcd" }, "", true, "65 octets" },
	{ { "other:URI:http://x/" }, NULL, false, "what cannot be written" },
	{ { "ip:192.0.2.256" }, NULL, false, "no address" },
};

static void
subject_and_names(void **state)
{
	struct bytes tbs = { 0 };
	struct der_extension x;
	struct tbs parsed;
	struct err err;
	char cn[256];
	size_t i;
	int answer;

	for (i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
		err.text[0] = '\0';
		answer = spend(&ca.profile, subject, subjects[i].names,
		    TEST_NOW, &tbs, &err);
		if (answer != (subjects[i].cn == NULL ? -1 : 0))
			fail_msg("%s: %s", subjects[i].sentence, err.text);
		if (answer == -1)
			continue;
		assert_int_equal(tbs_parse(&parsed, SLICE(&tbs), &err), 0);
		assert_int_equal(tbs_common_name(parsed.subject, cn), 0);
		assert_string_equal(cn, subjects[i].cn);
		assert_int_equal(tbs_extension(&parsed, (struct slice){
		    (const unsigned char *)"\x55\x1d\x11", 3 }, &x), 0);
		assert_int_equal(x.critical, subjects[i].critical);
		if (tbs_lint(SLICE(&tbs), &ca.profile,
		    &ca.config, NULL, &err) != 0)
			fail_msg("%s: %s", subjects[i].sentence, err.text);
	}
	bytes_free(&tbs);
}

/*
 * Some octets or one expectation are changed, and the rule that must notice is
 * named.  `find` is replaced by `put` in the TBS, both of one length.
 */
struct broken {
	const char	*find, *put;
	size_t		 size;
	void		(*profile)(struct profile *);
	const char	*says;
};

static void more_days(struct profile *p) { p->days = 91; }
static void fewer_days(struct profile *p) { p->days = 89; }
static void other_policy(struct profile *p)
{
	strcpy(p->policy_oid, "2.999.1");
}
static void one_usage(struct profile *p)
{
	p->extended_key_usage[1][0] = '\0';
}
static void three_usages(struct profile *p)
{
	strcpy(p->extended_key_usage[2], "emailProtection");
}
static void other_usage(struct profile *p)
{
	strcpy(p->key_usage_ec, "digitalSignature,keyAgreement");
}
static void one_name(struct profile *p) { p->names_max = 1; }
static void no_ec(struct profile *p) { p->key_types[0][0] = '\0'; }
static void nocheck(struct profile *p) { p->ocsp_nocheck = true; }
static void any_usage(struct profile *p)
{
	strcpy(p->extended_key_usage[0], "anyExtendedKeyUsage");
}

#define ONE(find, put) find, put, sizeof(find) - 1

static const struct broken broken[] = {
	{ ONE("\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x01"), NULL,
	    "RFC 5280 4.1.2.1, 412-2 GEN-4.2.1-1" },
	{ ONE("\x02\x11\x01", "\x02\x11\x02"), NULL,
	    "RFC 5280 4.1.2.2, GEN-6.3.3-02A" },	/* BR 7.1.2.7 */
	{ ONE("\x02\x11\x01", "\x02\x11\xff"), NULL,
	    "RFC 5280 4.1.2.2, GEN-6.3.3-02A" },
	/* 412-2 GEN-4.2.2-1, BR 7.1.3 */
	{ ONE("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
	    "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03"), NULL,
	    "4.1.1.2" },
	{ ONE("Test Issuing", "Test issuing"), NULL, "RFC 5280 4.1.2.4" },
	{ ONE("Test Issuing", "Test Isseing"), NULL, "RFC 5280 4.1.2.4" },
	/* its form, and N days are N times 86,400 s less one */
	{ ONE("260921141320Z", "260921141321Z"), NULL, "less than 90" },
	{ ONE("260921141320Z", "260921141319Z"), NULL, "longer than 90" },
	{ ONE("260921141320Z", "251231235959Z"), NULL,
	    "RFC 5280 4.1.2.5" },
	{ ONE("260921141320Z", "270921141320Z"), NULL, "notAfter" },
	{ ONE("260921141320Z", "260931141320Z"), NULL, "validity" },
	{ ONE("260921141320Z", "2609211413+00"), NULL, "validity" },
	{ ONE("\x06\x03\x55\x04\x03\x0c\x09", "\x06\x03\x55\x04\x0a\x0c\x09"),
	    NULL, "organizationName is no attribute" },
	{ ONE("\x06\x03\x55\x04\x03\x0c\x09", "\x06\x03\x55\x04\x2d\x0c\x09"),
	    NULL, "a type that has no place" },
	{ ONE("\x06\x03\x55\x04\x03\x0c\x09", "\x06\x03\x55\x04\x03\x13\x09"),
	    NULL, "commonName is no UTF8String" },
	{ ONE("\x0c\x09" "a.example", "\x0c\x09" "c.example"), NULL,
	    "BR 7.1.4.2.2" },
	{ ONE("\x82\x09" "b.example", "\x82\x09" "a.example"), NULL, "twice" },
	{ ONE("\x82\x09" "b.example", "\x82\x09" "b example"), NULL, "0x20" },
	{ ONE("\x82\x09" "b.example", "\x82\x09" "b\0example"), NULL, "NUL" },
	{ ONE("\x82\x09" "b.example", "\x86\x09" "b.example"), NULL,
	    "neither dNSName" },
	{ ONE("\x03\x42\x00\x04\x6b", "\x03\x42\x00\x04\x6c"), NULL,
	    "RFC 7093" },
	{ ONE("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
	    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x06"), NULL, "4.1.2.7" },
	{ ONE("\x06\x03\x55\x1d\x0f\x01\x01\xff",
	    "\x06\x03\x55\x1d\x0f\x01\x01\x00"), NULL, "extensions" },
	/* RFC 5280 4.2.1.3, 4.2.1.9: no certificate of a CA */
	{ ONE("\x03\x02\x07\x80", "\x03\x02\x01\x82"), NULL, "cRLSign" },
	{ ONE("\x03\x02\x07\x80", "\x03\x02\x00\x80"), NULL, "keyUsage" },
	{ ONE("\x03\x02\x07\x80", "\x03\x02\x02\x84"), NULL, "keyCertSign" },
	{ ONE("\x03\x02\x07\x80", "\x03\x02\x05\xa0"), NULL,
	    "keyEncipherment" },
	/*
	 * What is not known has no place: 412-2 4.3.4, 4.3.8, 4.3.9, 4.3.12-1
	 * and GEN-4.1-2; GEN-6.6.1-04, -05 and RFC 9608 (a short term).
	 */
	{ ONE("\x06\x03\x55\x1d\x13", "\x06\x03\x55\x1d\x1e"), NULL,
	    "412-2 GEN-4.1-2: the extension nameConstraints has no place" },
	{ ONE("\x06\x03\x55\x1d\x13", "\x06\x03\x55\x1d\x38"), NULL,
	    "has no place" },
	{ ONE("\x30\x16\x80\x14", "\x30\x16\x81\x14"), NULL,
	    "RFC 5280 4.2.1.1" },	/* 412-2 GEN-4.3.1-1 */
	{ ONE("\x06\x03\x55\x1d\x23", "\x06\x03\x55\x1d\x0e"), NULL,
	    "RFC 5280 4.2: there are two subjectKeyIdentifier" },
	{ ONE("\xa3\x82\x01", "\x82\x82\x01"), NULL, "RFC 5280 4.1.2.8" },
	{ ONE("http://localhost/pki/status/issuing.crl",
	    "ldap://localhost/pki/status/issuing.crl"), NULL,
	    "412-2 GEN-4.3.11-4, BR 7.1.2.11" },
	{ ONE("http://localhost/pki/status/issuing.crl",
	    "http://localhosT/pki/status/issuing.crl"), NULL, "4.3.11" },
	/* 412-2 GEN-4.4.1-2 */
	{ ONE("/status/ocsp", "/status/Ocsp"), NULL,
	    "412-2 GEN-4.4.1-3, -5" },
	{ ONE("/ca/issuing.der", "/ca/issuing.pem"), NULL,
	    "412-2 GEN-4.4.1-3, -5" },
	{ "", "", 0, more_days, "less than 91" },
	{ "", "", 0, fewer_days, "longer than 89" },
	{ "", "", 0, other_policy, 
	    "GEN-6.3.3-12, 412-2 GEN-4.3.3-2" },
	{ "", "", 0, one_usage, "purpose that is not" },
	{ "", "", 0, three_usages, "lacks a purpose" },
	{ "", "", 0, any_usage, "extKeyUsage" },	/* BR 7.1.2.7.6 */
	{ "", "", 0, other_usage, "differs from the profile in keyAgreement" },
	{ "", "", 0, one_name, "2 names" },
	{ "", "", 0, no_ec, "412-2 GEN-4.2.5-1, BR 6.1.5" },
	/* 412-2 GEN-4.3.11-1, -1A: pointers, but not for the responder */
	{ "", "", 0, nocheck, "not wanted" },
};

/* What is to be signed is linted before (BR 4.3.1.2). */
static void
each_rule_says_no(void **state)
{
	const char *const names[] = { "a.example", "b.example", NULL };
	struct bytes tbs = { 0 };
	struct profile profile;
	unsigned char *at;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		assert_int_equal(spend(&ca.profile, subject, names, TEST_NOW,
		    &tbs, &err), 0);
		profile = ca.profile;
		at = memmem(tbs.data, tbs.size, broken[i].find,
		    broken[i].size);
		if (at == NULL)
			fail_msg("row %zu: not there", i);
		memcpy(at, broken[i].put, broken[i].size);
		if (broken[i].profile != NULL)
			broken[i].profile(&profile);
		err.text[0] = '\0';
		if (tbs_lint(SLICE(&tbs), &profile,
		    &ca.config, NULL, &err) == 0)
			fail_msg("row %zu passes, wanted '%s'", i,
			    broken[i].says);
		if (strstr(err.text, broken[i].says) == NULL)
			fail_msg("row %zu, wanted '%s': %s", i,
			    broken[i].says, err.text);
		assert_memory_equal(err.text, "lint", 4);
	}
	bytes_free(&tbs);
}

static void
truncated_never_passes(void **state)
{
	const char *const names[] = { "a.example", NULL };
	struct bytes tbs = { 0 };
	struct err err;
	size_t i;

	assert_int_equal(spend(&ca.profile, subject, names, TEST_NOW, &tbs,
	    &err), 0);
	for (i = 0; i < tbs.size; i++)
		assert_int_equal(tbs_lint((struct slice){ tbs.data, i },
		    &ca.profile, &ca.config, NULL, &err), -1);
	put_u8(&tbs, 0);
	assert_int_equal(tbs_lint(SLICE(&tbs), &ca.profile,
	    &ca.config, NULL, &err),
	    -1);
	bytes_free(&tbs);
}

/* CSS-6.6.3-01A, -01B, BR 7.1.2.8, RFC 6960 4.2.2.2, 4.2.2.2.1. */
static void
the_responders_certificate(void **state)
{
	struct bytes tbs = { 0 };
	struct profile profile = ca.responder;
	struct err err = { 0 };

	assert_int_equal(spend(&ca.responder, subject, NULL, TEST_NOW, &tbs,
	    &err), 0);
	tbs_lint(SLICE(&tbs), &ca.responder, &ca.config, NULL, &err);
	assert_string_equal(err.text, "");
	assert_null(memmem(tbs.data, tbs.size, "http", 4));
	profile.ocsp_nocheck = false;
	assert_int_equal(tbs_lint(SLICE(&tbs), &profile,
	    &ca.config, NULL, &err),
	    -1);
	profile.ocsp_nocheck = true;
	profile.internal = false;
	assert_int_equal(tbs_lint(SLICE(&tbs), &profile,
	    &ca.config, NULL, &err),
	    -1);
	assert_non_null(strstr(err.text, "OCSPSigning"));
	bytes_free(&tbs);
}

/* The TBS as it was when somebody last looked, by time and chance fixed. */
static void
golden(void **state)
{
	const char *const names[] = { "www.example.org", "*.example.org",
	    "ip:192.0.2.1", "ip:2001:db8::1", NULL };
	struct bytes tbs = { 0 };
	char line[128], text[65];
	struct err err;
	size_t i, n;
	FILE *f;

	assert_int_equal(spend(&ca.profile, subject, names, clock_now(), &tbs,
	    &err), 0);
	f = fopen("tests/golden/tls-server.tbs.hex",
	    getenv("GOLDEN_WRITE") == NULL ? "r" : "w");
	assert_non_null(f);
	for (i = 0; i < tbs.size; i += n) {
		n = tbs.size - i < 32 ? tbs.size - i : 32;
		hex_lower(text, tbs.data + i, n);
		if (getenv("GOLDEN_WRITE") != NULL) {
			fprintf(f, "%s\n", text);
			continue;
		}
		assert_non_null(fgets(line, sizeof line, f));
		line[strcspn(line, "\n")] = '\0';
		assert_string_equal(text, line);
	}
	assert_null(fgets(line, sizeof line, f));
	fclose(f);
	bytes_free(&tbs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(only_a_complete_and_empty_verdict_is_a_yes),
		cmocka_unit_test(validity_at_its_bounds),
		cmocka_unit_test(subject_and_names),
		cmocka_unit_test(each_rule_says_no),
		cmocka_unit_test(truncated_never_passes),
		cmocka_unit_test(the_responders_certificate),
	};

	setenv("PKIFS_TEST_CLOCK", "1790000000", 1);
	setenv("PKIFS_TEST_SEED", "permit", 1);
	return cmocka_run_group_tests_name("permit", tests, setup, teardown);
}
