/*
 * Requests: what is one, when it is complete, what it asks, and the errno and
 * sentence of what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdio.h>

#include <cmocka.h>

#include "ca/csr.h"
#include "ca/der.h"
#include "ca/text.h"
#include "request.h"

static EVP_PKEY *p256;
static struct bytes good;		/* DER */

static int
setup(void **state)
{
	struct test_request want = { .names = "DNS:www.example.org" };

	p256 = want.key = test_key("P-256");
	test_request_der(&good, &want);
	return 0;
}

static int
teardown(void **state)
{
	EVP_PKEY_free(p256);
	bytes_free(&good);
	return 0;
}

/* The good request as PEM with something before, between and behind. */
static void
wrap(struct bytes *to, const char *before, const char *label,
    const char *behind)
{
	bytes_clear(to);
	bytes_put_text(to, before);
	pem_encode(to, label, SLICE(&good));
	bytes_put_text(to, behind);
}

static const struct {
	const char	*before, *label, *behind;
	int		 answer;
	const char	*sentence, *says;
} files[] = {
	{ "", "CERTIFICATE REQUEST", "", 1, "the usual", "" },
	{ "", "NEW CERTIFICATE REQUEST", "", 1, "the old label", "" },
	{ "Certificate Request:\n    Data:\n", "CERTIFICATE REQUEST", "", 1,
	    "openssl req -text", "" },
	{ "\xef\xbb\xbf", "CERTIFICATE REQUEST", "", 1,
	    "a byte order mark", "" },
	{ "0\n", "CERTIFICATE REQUEST", "", 1,
	    "text that begins like DER", "" },
	{ "", "CERTIFICATE REQUEST", " \t\r\n\n", 1,
	    "white space behind it", "" },
	{ "", "CERTIFICATE REQUEST", "x", -1, "anything else", "follows" },
	{ "", "CERTIFICATE REQUEST", "-----BEGIN CERTIFICATE REQUEST-----\n",
	    -1, "a second request", "follows the END line" },
	{ "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
	    "-----END EC PARAMETERS-----\n", "CERTIFICATE REQUEST", "", -1,
	    "another block in front", "EC PARAMETERS" },
	{ "", "CERTIFICATE", "", -1, "another label",
	    "it holds a CERTIFICATE;" },
	{ "", "EC PRIVATE KEY", "", -1, "a key by mistake",
	    "never leaves its owner" },
	{ "", "PRIVATE KEY", "", -1, "a key by mistake",
	    "never leaves its owner" },
	{ "x", "CERTIFICATE REQUEST", "", 0,
	    "BEGIN not at the start of a line", "no BEGIN" },
	{ "-----BEGIN CERTIFICATE REQUEST---\n", "CERTIFICATE REQUEST", "",
	    -1, "three hyphens", "five hyphens" },
};

static void
files_are_one_request_or_not(void **state)
{
	struct bytes file = { 0 };
	struct err err;
	size_t i;

	for (i = 0; i < sizeof files / sizeof files[0]; i++) {
		wrap(&file, files[i].before, files[i].label, files[i].behind);
		if (csr_is_complete(SLICE(&file), &err) != files[i].answer)
			fail_msg("%s (%s)", files[i].sentence, err.text);
		if (files[i].answer == 1)
			continue;
		assert_int_equal(err.code, EBADMSG);
		if (strstr(err.text, files[i].says) == NULL)
			fail_msg("%s: said '%s'", files[i].sentence, err.text);
		assert_null(csr_parse(SLICE(&file), &err));
		assert_int_equal(err.code, EBADMSG);
	}
	bytes_free(&file);
}

/* Written octet by octet it is complete at its end, and wrong at no time. */
static void
every_beginning_may_still_become_one(void **state)
{
	struct bytes pem = { 0 };
	struct err err;
	size_t i;

	wrap(&pem, "Some text\r\n", "CERTIFICATE REQUEST", "");
	for (i = 0; i < pem.size; i++) {
		/* The newline behind END is not needed. */
		if (csr_is_complete((struct slice){ pem.data, i }, &err) !=
		    (i == pem.size - 1))
			fail_msg("PEM, %zu octets: %s", i, err.text);
	}
	for (i = 0; i < good.size; i++)
		if (csr_is_complete((struct slice){ good.data, i }, &err) != 0)
			fail_msg("DER, %zu octets: %s", i, err.text);
	assert_int_equal(csr_is_complete(SLICE(&good), &err), 1);
	bytes_put(&pem, good.data, 0);
	bytes_copy(&pem, SLICE(&good));
	put_u8(&pem, 0);
	assert_int_equal(csr_is_complete(SLICE(&pem), &err), -1);
	assert_int_equal(err.code, EBADMSG);
	assert_non_null(strstr(err.text, "1 octets follow"));
	bytes_free(&pem);
}

static void
ends_of_lines(void **state)
{
	struct bytes pem = { 0 }, crlf = { 0 }, cr = { 0 };
	struct csr *csr;
	struct err err;
	size_t i;

	wrap(&pem, "", "CERTIFICATE REQUEST", "");
	for (i = 0; i < pem.size; i++) {
		if (pem.data[i] == '\n') {
			put_u8(&crlf, '\r');
			put_u8(&cr, '\r');
		} else
			put_u8(&cr, pem.data[i]);
		put_u8(&crlf, pem.data[i]);
	}
	csr = csr_parse(SLICE(&crlf), &err);
	assert_non_null(csr);
	assert_true(slice_equal(SLICE(&csr->der), SLICE(&good)));
	csr_free(csr);
	csr = csr_parse(SLICE(&cr), &err);
	assert_non_null(csr);
	csr_free(csr);
	bytes_free(&pem);
	bytes_free(&crlf);
	bytes_free(&cr);
}

static void
junk_is_never_one(void **state)
{
	static const struct {
		const char *octets;
		size_t size;
		int answer;
	} rows[] = {
		{ "", 0, 0 },
		{ "0", 1, 0 },
		{ "hello\n", 6, 0 },
		{ "hel\0lo\n", 7, -1 },
		{ "\xff\xfe-\0-\0", 6, -1 },
		{ "\x30\x80\x30\x00\0\0", 6, -1 },
		{ "\x30\x81\x7f", 3, -1 },
		{ "\x30\x82\x00\x80", 4, -1 },
		{ "\x30\x82\x01", 3, 0 },
		{ "-----BEGIN CERTIFICATE REQUEST-----\n"
		    "-----END CERTIFICATE REQUEST-----\n", 70, -1 },
		{ "-----BEGIN CERTIFICATE REQUEST-----\nMII=!\n"
		    "-----END CERTIFICATE REQUEST-----\n", 76, -1 },
		{ "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n"
		    "-----END NEW CERTIFICATE REQUEST-----\n", 79, -1 },
	};
	struct err err;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (csr_is_complete((struct slice){
		    (const unsigned char *)rows[i].octets, rows[i].size },
		    &err) != rows[i].answer)
			fail_msg("row %zu: %s", i, err.text);
}

static void
what_it_asks(void **state)
{
	struct test_request want = {
		.key = p256, .cn = "J\xc3\xbcrgen", .organisation = "Example",
		.names = "DNS:WWW.Example.org,DNS:www.example.org,IP:192.0.2.1,"
		    "IP:2001:db8::1,email:a@example.org,"
		    "URI:http://example.org/,RID:1.2.3",
		.usage = "keyCertSign", .password = "secret"
	};
	static const char *const names[][2] = {
		{ "dns", "www.example.org" }, { "ip", "192.0.2.1" },
		{ "ip", "2001:db8::1" }, { "email", "a@example.org" },
		{ "other", "URI:http://example.org/" },
		{ "other", "registeredID" },
	};
	struct bytes der = { 0 };
	struct csr *csr;
	struct err err = { 0 };
	size_t i;

	test_request_der(&der, &want);
	csr = csr_parse(SLICE(&der), &err);
	assert_string_equal(err.text, "");
	assert_non_null(csr);
	assert_string_equal(csr->common_name, "J\xc3\xbcrgen");
	assert_string_equal(csr->key_type, "ec:P-256");
	assert_int_equal(csr->name_count, 6);
	for (i = 0; i < 6; i++) {
		assert_string_equal(csr->names[i].kind, names[i][0]);
		assert_string_equal(csr->names[i].text, names[i][1]);
	}
	assert_string_equal(csr->ignored, "subject O; attribute "
	    "challengePassword; extension keyUsage");
	assert_int_equal(EVP_PKEY_eq(csr->key, p256), 1);
	csr_free(csr);
	bytes_free(&der);
}

static const struct {
	const char	*cn, *names, *name;	/* NULL: none */
	const char	*sentence;
} hints[] = {
	{ "www.example.org", NULL, "www.example.org", "CN alone is a name" },
	{ "www.example.org", "DNS:a.example.org", "a.example.org",
	    "CN beside names is none" },
	{ "Somebody", NULL, NULL, "CN that is no DNS name" },
	{ "192.0.2.1", NULL, NULL, "an address in the CN" },
	{ NULL, NULL, NULL, "nothing at all" },
};

static void
a_common_name_alone_is_a_name(void **state)
{
	struct bytes der = { 0 };
	struct csr *csr;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof hints / sizeof hints[0]; i++) {
		struct test_request want = { .key = p256, .cn = hints[i].cn,
		    .names = hints[i].names };

		test_request_der(&der, &want);
		csr = csr_parse(SLICE(&der), &err);
		assert_non_null(csr);
		if (csr->name_count != (hints[i].name != NULL) ||
		    (hints[i].name != NULL &&
		    strcmp(csr->names[0].text, hints[i].name) != 0))
			fail_msg("%s", hints[i].sentence);
		csr_free(csr);
	}
	bytes_free(&der);
}

/* A subjectAltName of one name with this tag and these octets. */
static const struct {
	unsigned char	 tag;
	const char	*octets;
	size_t		 size;
	const char	*says;		/* NULL: good */
} names[] = {
	{ 0x82, "a.example.org", 13, NULL },
	{ 0x82, "a.example.org\0.evil.net", 23, "holds a NUL" },
	{ 0x82, "", 0, "is empty" },
	{ 0x82, "a b.org", 7, "0x20" },
	{ 0x82, "*.org", 5, NULL },
	{ 0x82, "a*.org", 6, "wildcard" },
	{ 0x87, "\300\0\2\1", 4, NULL },
	{ 0x87, "\300\0\2", 3, "has 3 octets" },
	{ 0x87, "\300\0\2\1\377\377\377\0", 8, "has 8 octets" },
	{ 0x87, "0123456789abcdef", 16, NULL },
	{ 0x87, "0123456789abcdefg", 17, "has 17 octets" },
	{ 0x87, "", 0, "has 0 octets" },
	{ 0x81, "a@example.org", 13, NULL },
	{ 0x81, "example.org", 11, "no mailbox" },
	{ 0x81, "@example.org", 12, "no mailbox" },
	{ 0x81, "a@b@example.org", 15, "no mailbox" },
	{ 0x81, "a b@example.org", 15, "no mailbox" },
	{ 0x81, "a@example.org\0", 14, "NUL" },
	{ 0x81, "a@", 2, "empty" },
	{ 0x86, "http://x/ y", 11, "not printable" },
	{ 0xa3, "", 0, "unknown kind 0xa3" },
	{ 0x30, "", 0, "unknown kind 0x30" },
	{ 0xa0, "", 0, "otherName" },
	{ 0xa0, "\6\3*\3\4\240\0", 7, NULL },
};

static void
names_at_their_bounds(void **state)
{
	struct bytes der = { 0 }, raw = { 0 };
	struct csr *csr;
	struct err err;
	size_t i, list;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct test_request want = { .key = p256 };

		bytes_clear(&raw);
		list = der_open(&raw, DER_SEQUENCE);
		der_put(&raw, names[i].tag, (struct slice){
		    (const unsigned char *)names[i].octets, names[i].size });
		der_close(&raw, list);
		want.raw_names = SLICE(&raw);
		test_request_der(&der, &want);
		err.text[0] = '\0';
		csr = csr_parse(SLICE(&der), &err);
		if (names[i].says == NULL ? csr == NULL :
		    csr != NULL || strstr(err.text, names[i].says) == NULL)
			fail_msg("row %zu, wanted '%s': '%s'", i,
			    names[i].says, err.text);
		if (csr == NULL)
			assert_int_equal(err.code, EBADMSG);
		csr_free(csr);
	}
	bytes_free(&der);
	bytes_free(&raw);
}

static void
a_name_of_64_kilobytes(void **state)
{
	struct test_request want = { .key = p256 };
	struct bytes der = { 0 }, raw = { 0 }, name = { 0 };
	struct err err;
	size_t list;

	bytes_resize(&name, 65536);
	memset(name.data, 'a', name.size);
	list = der_open(&raw, DER_SEQUENCE);
	der_put(&raw, 0x82, SLICE(&name));
	der_close(&raw, list);
	want.raw_names = SLICE(&raw);
	test_request_der(&der, &want);
	assert_int_equal(csr_is_complete(SLICE(&der), &err), 1);
	assert_null(csr_parse(SLICE(&der), &err));
	assert_int_equal(err.code, EBADMSG);
	assert_non_null(strstr(err.text, "65536 octets"));
	want.raw_names.data = NULL;
	want.cn = bytes_text(&name);
	test_request_der(&der, &want);
	assert_null(csr_parse(SLICE(&der), &err));
	assert_int_equal(err.code, EBADMSG);
	assert_non_null(strstr(err.text, "commonName"));
	bytes_free(&der);
	bytes_free(&raw);
	bytes_free(&name);
}

static const struct {
	const char	*type, *md;
	int		 bad_signature;
	int		 code;		/* 0: good */
	const char	*says, *key_type;
} keys[] = {
	{ "P-256", "SHA256", 0, 0, "", "ec:P-256" },
	{ "P-256", "SHA512", 0, 0, "", "ec:P-256" },
	{ "P-384", "SHA384", 0, 0, "", "ec:P-384" },
	{ "P-521", "SHA512", 0, 0, "", "ec:P-521" },
	{ "rsa:2048", "SHA256", 0, 0, "", "rsa:2048" },
	{ "rsa:1024", "SHA384", 0, 0, "", "rsa:1024" },
	{ "P-256", "SHA1", 0, EKEYREJECTED, "ecdsa-with-SHA1", "" },
	{ "rsa:2048", "SHA1", 0, EKEYREJECTED, "RSA-SHA1", "" },
	{ "P-256", "SHA256", 1, EKEYREJECTED, "proof of possession", "" },
	{ "rsa:2048", "SHA256", 1, EKEYREJECTED, "proof of possession", "" },
	{ "P-224", "SHA256", 0, EKEYREJECTED, "curve", "" },
	{ "secp256k1", "SHA256", 0, EKEYREJECTED, "curve", "" },
	{ "ED25519", "SHA256", 0, EKEYREJECTED, "ED25519", "" },
};

static void
keys_and_their_signatures(void **state)
{
	struct bytes der = { 0 };
	struct csr *csr;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct test_request want = { .key = test_key(keys[i].type),
		    .md = EVP_get_digestbyname(keys[i].md),
		    .bad_signature = keys[i].bad_signature };

		test_request_der(&der, &want);
		err.code = 0;
		err.text[0] = '\0';
		csr = csr_parse(SLICE(&der), &err);
		if (err.code != keys[i].code ||
		    strstr(err.text, keys[i].says) == NULL)
			fail_msg("row %zu: %d '%s'", i, err.code, err.text);
		if (csr != NULL)
			assert_string_equal(csr->key_type, keys[i].key_type);
		csr_free(csr);
		EVP_PKEY_free(want.key);
	}
	bytes_free(&der);
}

/* Any octet may be another: no crash, and the signature covers what counts. */
static void
every_octet_changed(void **state)
{
	struct bytes der = { 0 };
	struct csr *csr;
	struct err err;
	size_t i, accepted = 0;

	for (i = 0; i < good.size; i++) {
		bytes_copy(&der, SLICE(&good));
		der.data[i] ^= 0x01;
		err.code = 0;
		csr = csr_parse(SLICE(&der), &err);
		accepted += csr != NULL;
		if (csr == NULL && err.code != EBADMSG &&
		    err.code != EKEYREJECTED)
			fail_msg("octet %zu: %d", i, err.code);
		csr_free(csr);
	}
	assert_int_equal(accepted, 0);
	bytes_free(&der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_one_request_or_not),
		cmocka_unit_test(every_beginning_may_still_become_one),
		cmocka_unit_test(ends_of_lines),
		cmocka_unit_test(junk_is_never_one),
		cmocka_unit_test(what_it_asks),
		cmocka_unit_test(a_common_name_alone_is_a_name),
		cmocka_unit_test(names_at_their_bounds),
		cmocka_unit_test(a_name_of_64_kilobytes),
		cmocka_unit_test(keys_and_their_signatures),
		cmocka_unit_test(every_octet_changed),
	};

	return cmocka_run_group_tests_name("csr", tests, setup, teardown);
}
