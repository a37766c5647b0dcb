/*
 * The extensions of a CRL: octets as the standards have them, which OpenSSL
 * reads as what was meant; and what has another form is refused (RFC 5280
 * 5.2.5: the point is critical and in the form of the CDP).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include <openssl/x509v3.h>

#include "fake_ca.h"
#include "ca/der.h"
#include "status/crl_extensions.h"

#define NOW	((usec_t)1795000000 * USEC)
#define SINCE	((usec_t)1577836800 * USEC)	/* 2020-01-01 */
#define POINT	"http://a/crl/7.crl"
#define DELTA	"http://a/d.crl"

/* What stands behind the AKI; 2.5.29.20, .27, .28, .46, .60. */
#define X_NUMBER "\x30\x0b\x06\x03\x55\x1d\x14\x04\x04\x02\x02\x12\x67"
#define X_BASE	"\x30\x0e\x06\x03\x55\x1d\x1b\x01\x01\xff\x04\x04" \
		"\x02\x02\x12\x00"
#define X_POINT	"\x30\x24\x06\x03\x55\x1d\x1c\x01\x01\xff\x04\x1a" \
		"\x30\x18\xa0\x16\xa0\x14\x86\x12" \
		"http://a/crl/7.crl"
#define X_FRESH	"\x30\x1f\x06\x03\x55\x1d\x2e\x04\x18\x30\x16" \
		"\x30\x14\xa0\x12\xa0\x10\x86\x0e" \
		"http://a/d.crl"
#define X_SINCE	"\x30\x18\x06\x03\x55\x1d\x3c\x04\x11\x18\x0f" \
		"20200101000000Z"
#define GOLDEN(text)	text, sizeof(text) - 1

static const struct {
	const char	*what;
	int64_t		 base;
	const char	*point, *freshest;
	usec_t		 expired_on;
	const char	*golden;
	size_t		 size;
} lists[] = {
	{ "complete", 0, "", "", 0, GOLDEN(X_NUMBER) },
	{ "complete, with a delta", 0, "", DELTA, 0,
	  GOLDEN(X_NUMBER X_FRESH) },
	{ "a delta", 0x1200, "", "", 0, GOLDEN(X_NUMBER X_BASE) },
	{ "a shard", 0, POINT, "", 0, GOLDEN(X_NUMBER X_POINT) },
	{ "what has ended stays", 0, "", "", SINCE,
	  GOLDEN(X_NUMBER X_SINCE) },
	{ "all of it", 0x1200, POINT, DELTA, SINCE,
	  GOLDEN(X_NUMBER X_BASE X_POINT X_FRESH X_SINCE) },
};
#define LISTS	(sizeof lists / sizeof *lists)

static struct fake_ca ca;
static struct signatory *issuer;

static int
setup(void **state)
{
	struct err err;

	fake_ca_make(&ca, "P-256", "CRL extensions");
	issuer = signatory_new(SLICE(&ca.der), &err);
	return issuer == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	signatory_free(issuer);
	fake_ca_free(&ca);
	return 0;
}

static struct crl_frame
frame_of(size_t i)
{
	return (struct crl_frame){ .issuer = issuer, .number = 4711,
	    .this_update = NOW, .next_update = NOW + USEC_DAY,
	    .base = lists[i].base, .point = slice_text(lists[i].point),
	    .freshest = slice_text(lists[i].freshest),
	    .expired_on = lists[i].expired_on };
}

static void
the_octets_are_the_standards(void **state)
{
	struct crl_frame frame;
	struct bytes b = { 0 };

	for (size_t i = 0; i < LISTS; i++) {
		frame = frame_of(i);
		bytes_clear(&b);
		crl_put_extensions(&b, &frame);
		if (b.size < lists[i].size || memcmp(b.data + b.size -
		    lists[i].size, lists[i].golden, lists[i].size) != 0)
			fail_msg("%s: other octets", lists[i].what);
	}
	bytes_free(&b);
}

static void
the_reader_gives_back_what_was_put(void **state)
{
	struct crl_frame frame;
	struct bytes b = { 0 };

	for (size_t i = 0; i < LISTS; i++) {
		struct crl_facts facts = { .number = -1 };

		frame = frame_of(i);
		bytes_clear(&b);
		crl_put_extensions(&b, &frame);
		assert_int_equal(crl_read_extensions(SLICE(&b), &facts), 0);
		assert_int_equal(facts.number, 4711);
		assert_int_equal(facts.base, frame.base);
		assert_int_equal(facts.expired_on, frame.expired_on);
		assert_true(slice_equal(facts.point, frame.point));
		assert_true(slice_equal(facts.freshest, frame.freshest));
		assert_true(slice_equal(facts.key_id,
		    signatory_key_id(issuer)));
		/* Cut anywhere it is refused, and read no further. */
		for (size_t size = 1; size < b.size; size++) {
			unsigned char *cut = malloc(size);

			memcpy(cut, b.data, size);
			assert_int_equal(crl_read_extensions((struct slice){
			    cut, size }, &facts), -1);
			free(cut);
		}
	}
	bytes_free(&b);
}

/* --- as OpenSSL reads them ----------------------------------------------- */

static void
check_uri(const DIST_POINT_NAME *name, const char *wanted)
{
	GENERAL_NAME *one;

	assert_non_null(name);
	assert_int_equal(name->type, 0);
	assert_int_equal(sk_GENERAL_NAME_num(name->name.fullname), 1);
	one = sk_GENERAL_NAME_value(name->name.fullname, 0);
	assert_int_equal(one->type, GEN_URI);
	assert_int_equal(ASN1_STRING_length(one->d.ia5), strlen(wanted));
	assert_memory_equal(ASN1_STRING_get0_data(one->d.ia5), wanted,
	    strlen(wanted));
}

static void
check_base(X509_CRL *crl, int64_t wanted)
{
	int critical;
	ASN1_INTEGER *base = X509_CRL_get_ext_d2i(crl, NID_delta_crl,
	    &critical, NULL);

	assert_int_equal(critical, wanted != 0 ? 1 : -1);
	if (wanted != 0)
		assert_int_equal(ASN1_INTEGER_get(base), wanted);
	ASN1_INTEGER_free(base);
}

static void
check_point(X509_CRL *crl, const char *wanted)
{
	int critical;
	ISSUING_DIST_POINT *point = X509_CRL_get_ext_d2i(crl,
	    NID_issuing_distribution_point, &critical, NULL);

	assert_int_equal(critical, wanted[0] != '\0' ? 1 : -1);
	if (wanted[0] == '\0')
		return;
	check_uri(point->distpoint, wanted);
	assert_true(point->onlyuser <= 0 && point->onlyCA <= 0 &&
	    point->indirectCRL <= 0 && point->onlyattr <= 0);
	assert_null(point->onlysomereasons);
	ISSUING_DIST_POINT_free(point);
}

static void
check_freshest(X509_CRL *crl, const char *wanted)
{
	int critical;
	CRL_DIST_POINTS *points = X509_CRL_get_ext_d2i(crl, NID_freshest_crl,
	    &critical, NULL);

	assert_int_equal(critical, wanted[0] != '\0' ? 0 : -1);
	if (wanted[0] == '\0')
		return;
	assert_int_equal(sk_DIST_POINT_num(points), 1);
	check_uri(sk_DIST_POINT_value(points, 0)->distpoint, wanted);
	CRL_DIST_POINTS_free(points);
}

/* OpenSSL 3.0 has no name for 2.5.29.60. */
static void
check_expired(X509_CRL *crl, usec_t wanted)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("2.5.29.60", 1);
	int at = X509_CRL_get_ext_by_OBJ(crl, oid, -1);
	const ASN1_OCTET_STRING *value;
	ASN1_GENERALIZEDTIME *time;
	const unsigned char *p;
	struct tm tm = { 0 };

	ASN1_OBJECT_free(oid);
	assert_int_equal(at >= 0, wanted != 0);
	if (at < 0)
		return;
	value = X509_EXTENSION_get_data(X509_CRL_get_ext(crl, at));
	p = ASN1_STRING_get0_data(value);
	time = d2i_ASN1_GENERALIZEDTIME(NULL, &p, ASN1_STRING_length(value));
	assert_int_equal(ASN1_TIME_to_tm(time, &tm), 1);
	assert_int_equal((usec_t)timegm(&tm) * USEC, wanted);
	ASN1_GENERALIZEDTIME_free(time);
}

/* A whole list without entries. */
static void
make_list(const struct crl_frame *frame, struct bytes *der)
{
	struct bytes tbs = { 0 }, signature = { 0 }, front = { 0 };
	struct bytes behind = { 0 };

	crl_put_frame(frame, 0, &tbs, &behind);
	bytes_put(&tbs, behind.data, behind.size);
	bytes_clear(&behind);
	fake_sign(ca.key, SLICE(&tbs), &signature);
	crl_put_signature(tbs.size, issuer, SLICE(&signature), &front,
	    &behind);
	bytes_clear(der);
	bytes_put(der, front.data, front.size);
	bytes_put(der, tbs.data, tbs.size);
	bytes_put(der, behind.data, behind.size);
	bytes_free(&tbs);
	bytes_free(&signature);
	bytes_free(&front);
	bytes_free(&behind);
}

static void
openssl_reads_what_was_meant(void **state)
{
	struct bytes der = { 0 };
	struct crl_frame frame;
	const unsigned char *p;
	X509_CRL *crl;

	for (size_t i = 0; i < LISTS; i++) {
		frame = frame_of(i);
		make_list(&frame, &der);
		p = der.data;
		crl = d2i_X509_CRL(NULL, &p, (long)der.size);
		assert_non_null(crl);
		assert_int_equal(X509_CRL_verify(crl, ca.key), 1);
		check_base(crl, lists[i].base);
		check_point(crl, lists[i].point);
		check_freshest(crl, lists[i].freshest);
		check_expired(crl, lists[i].expired_on);
		X509_CRL_free(crl);
	}
	bytes_free(&der);
}

/* --- other forms --------------------------------------------------------- */

static const struct {
	const char	*what, *extension;
	size_t		 size;
	bool		 taken;
} forms[] = {
	{ "a number", GOLDEN(X_NUMBER), true },
	{ "another extension, not critical",
	  GOLDEN("\x30\x09\x06\x03\x55\x1d\x63\x04\x02\x05\x00"), true },
	{ "another extension, critical",
	  GOLDEN("\x30\x0c\x06\x03\x55\x1d\x63\x01\x01\xff\x04\x02"
	  "\x05\x00"), false },
	{ "a number twice", GOLDEN(X_NUMBER X_NUMBER), false },
	{ "a critical number", GOLDEN("\x30\x0d\x06\x03\x55\x1d\x14\x01\x01"
	  "\xff\x04\x03\x02\x01\x01"), false },
	{ "a negative number", GOLDEN("\x30\x0a\x06\x03\x55\x1d\x14\x04\x03"
	  "\x02\x01\xff"), false },
	{ "octets behind the number", GOLDEN("\x30\x0c\x06\x03\x55\x1d\x14"
	  "\x04\x05\x02\x01\x01\x05\x00"), false },
	{ "a delta that is not critical", GOLDEN("\x30\x0a\x06\x03\x55\x1d"
	  "\x1b\x04\x03\x02\x01\x01"), false },
	{ "a delta of number 0", GOLDEN("\x30\x0d\x06\x03\x55\x1d\x1b\x01\x01"
	  "\xff\x04\x03\x02\x01\x00"), false },
	{ "a point that is not critical", GOLDEN("\x30\x11\x06\x03\x55\x1d"
	  "\x1c\x04\x0a\x30\x08\xa0\x06\xa0\x04\x86\x02" "ab"), false },
	{ "a point", GOLDEN("\x30\x14\x06\x03\x55\x1d"
	  "\x1c\x01\x01\xff\x04\x0a\x30\x08\xa0\x06\xa0\x04\x86\x02" "ab"),
	  true },
	{ "a point without a name", GOLDEN("\x30\x0c\x06\x03\x55\x1d\x1c\x01"
	  "\x01\xff\x04\x02\x30\x00"), false },
	{ "a point of CA certificates only", GOLDEN("\x30\x17\x06\x03\x55\x1d"
	  "\x1c\x01\x01\xff\x04\x0d\x30\x0b\xa0\x06\xa0\x04\x86\x02" "ab"
	  "\x82\x01\xff"), false },
	{ "an indirect list", GOLDEN("\x30\x0f\x06\x03\x55\x1d\x1c\x01"
	  "\x01\xff\x04\x05\x30\x03\x84\x01\xff"), false },
	{ "a point of two names", GOLDEN("\x30\x18\x06\x03\x55\x1d"
	  "\x1c\x01\x01\xff\x04\x0e\x30\x0c\xa0\x0a\xa0\x08\x86\x02" "ab"
	  "\x86\x02" "cd"), false },
	{ "a point that is a DNS name", GOLDEN("\x30\x14\x06\x03\x55\x1d"
	  "\x1c\x01\x01\xff\x04\x0a\x30\x08\xa0\x06\xa0\x04\x82\x02" "ab"),
	  false },
	{ "a point with an empty URI", GOLDEN("\x30\x12\x06\x03\x55\x1d"
	  "\x1c\x01\x01\xff\x04\x08\x30\x06\xa0\x04\xa0\x02\x86\x00"),
	  false },
	{ "two places of the delta", GOLDEN("\x30\x1d\x06\x03\x55\x1d\x2e\x04"
	  "\x16\x30\x14\x30\x08\xa0\x06\xa0\x04\x86\x02" "ab"
	  "\x30\x08\xa0\x06\xa0\x04\x86\x02" "cd"), false },
	{ "a UTCTime since when", GOLDEN("\x30\x16\x06\x03\x55\x1d\x3c\x04"
	  "\x0f\x17\x0d" "200101000000Z"), false },
	{ "a list that is no extension", GOLDEN("\x02\x01\x01"), false },
};

static void
another_form_is_refused(void **state)
{
	struct crl_facts facts;
	struct bytes b = { 0 };
	int got;

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		facts = (struct crl_facts){ .number = -1 };
		bytes_clear(&b);
		bytes_put(&b, forms[i].extension, forms[i].size);
		der_wrap(&b, DER_SEQUENCE, 0);
		der_wrap(&b, DER_CONTEXT(0), 0);
		got = crl_read_extensions(SLICE(&b), &facts);
		if ((got == 0) != forms[i].taken)
			fail_msg("%s: %d", forms[i].what, got);
	}
	bytes_free(&b);
	facts = (struct crl_facts){ .number = -1 };
	assert_int_equal(crl_read_extensions((struct slice){ NULL, 0 },
	    &facts), 0);
	assert_int_equal(facts.number, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_octets_are_the_standards),
		cmocka_unit_test(the_reader_gives_back_what_was_put),
		cmocka_unit_test(openssl_reads_what_was_meant),
		cmocka_unit_test(another_form_is_refused),
	};

	return cmocka_run_group_tests_name("crl_extensions", tests, setup,
	    teardown);
}
