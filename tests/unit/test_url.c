/*
 * The path of an HTTP request, what it asks for, and how often a client may:
 * each row has a sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <string.h>

#include "status/rates.h"
#include "status/url.h"

static const struct {
	const char	*what, *path;
	enum url_kind	kind;
	const char	*to;		/* of a file; octets in hex of OCSP */
} rows[] = {
	{ "behind a slash", "/MAMKAQY=", URL_OCSP, "\x30\x03\x0a\x01\x06" },
	{ "behind ocsp", "/ocsp/MAMKAQY=", URL_OCSP,
	  "\x30\x03\x0a\x01\x06" },
	{ "behind any prefix", "/a/b/status/ocsp/MAMKAQY=", URL_OCSP,
	  "\x30\x03\x0a\x01\x06" },
	{ "without padding", "/MAMKAQY", URL_OCSP, "\x30\x03\x0a\x01\x06" },
	{ "escaped", "/ocsp/MAMKAQY%3d", URL_OCSP, "\x30\x03\x0a\x01\x06" },
	{ "escaped altogether", "/%4d%41MKAQY%3D", URL_OCSP,
	  "\x30\x03\x0a\x01\x06" },
	{ "a slash too many in front", "/ocsp//MAMKAQY=", URL_OCSP,
	  "\x30\x03\x0a\x01\x06" },
	{ "no base64 at the service is a malformed request", "/ocsp/x?",
	  URL_OCSP, "" },
	{ "nothing at the service", "/status/ocsp", URL_OCSP, "" },
	{ "another structure at the service", "/ocsp/AAAA", URL_OCSP, "" },
	{ "a word somewhere else is nothing", "/robots", URL_NONE, NULL },
	{ "the top", "/", URL_NONE, NULL },
	{ "padding in the middle", "/ocsp/MAM=KAQY", URL_OCSP, "" },
	{ "bits left over", "/ocsp/MAMKAQZ=", URL_OCSP, "" },
	{ "a CRL", "/status/issuing.crl", URL_FILE, "status/issuing.crl" },
	{ "behind a prefix", "/pki/status/crl/7.crl", URL_FILE,
	  "status/crl/7.crl" },
	{ "a folder that is the service", "/issuing.crl", URL_FILE,
	  "status/issuing.crl" },
	{ "a certificate", "/pki/ca/issuing.der", URL_FILE,
	  "ca/issuing.der" },
	{ "a text", "/ca/cp/current.txt", URL_FILE, "ca/cp/current.txt" },
	{ "a suffix nobody serves", "/status/store.db", URL_NONE, NULL },
	{ "upwards", "/status/../x.crl", URL_NONE, NULL },
	{ "upwards, escaped", "/status/..%2f..%2fx.crl", URL_NONE, NULL },
	{ "upwards, escaped altogether", "/status/%2e%2e/x.crl", URL_NONE,
	  NULL },
	{ "a hidden file", "/status/.x.crl", URL_NONE, NULL },
	{ "an empty component", "/status//x.crl", URL_NONE, NULL },
	{ "a letter no name has", "/status/a b.crl", URL_NONE, NULL },
	{ "half an escape", "/ocsp/%4", URL_BAD, NULL },
	{ "no escape", "/ocsp/%zz", URL_BAD, NULL },
	{ "a NUL", "/status/issuing.crl%00", URL_BAD, NULL },
	{ "a new line", "/status%0a/issuing.crl", URL_BAD, NULL },
	{ "no slash in front", "status/issuing.crl", URL_BAD, NULL },
	{ "nothing at all", "", URL_BAD, NULL },
};

static void
each_path_is_one_thing(void **state)
{
	struct bytes to = { 0 };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (url_read(rows[i].path, &to) != rows[i].kind)
			fail_msg("%s", rows[i].what);
		if (rows[i].to != NULL &&
		    strcmp(bytes_text(&to), rows[i].to) != 0)
			fail_msg("%s: %s", rows[i].what, bytes_text(&to));
	}
	bytes_free(&to);
}

static void
a_long_path_is_nothing(void **state)
{
	static char path[5000] = "/status/";
	struct bytes to = { 0 };

	memset(path + 8, 'a', sizeof path - 9);
	assert_int_equal(url_read(path, &to), URL_NONE);
	memcpy(path + sizeof path - 5, ".crl", 4);
	assert_int_equal(url_read(path, &to), URL_NONE);
	bytes_free(&to);
}

static bool
take(struct rates *r, const char *address, usec_t at)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
		return rates_take(r, (struct sockaddr *)&four, at);
	assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
	return rates_take(r, (struct sockaddr *)&six, at);
}

static void
each_client_has_its_own_rate(void **state)
{
	struct rates *r = rates_new(2, 3);
	usec_t at = 1000 * USEC;

	for (int i = 0; i < 3; i++)
		assert_true(take(r, "192.0.2.1", at));
	assert_false(take(r, "192.0.2.1", at));
	assert_false(take(r, "::ffff:192.0.2.1", at));	/* the same */
	assert_true(take(r, "192.0.2.2", at));
	assert_true(take(r, "192.0.2.1", at + USEC / 2));
	assert_false(take(r, "192.0.2.1", at + USEC / 2));
	/* A site has one /64, and as many addresses in it as it likes. */
	for (int i = 0; i < 3; i++)
		assert_true(take(r, i == 1 ? "2001:db8::1" : "2001:db8::ff",
		    at));
	assert_false(take(r, "2001:db8::2", at));
	assert_true(take(r, "2001:db8:0:1::2", at));
	/* What was saved up is bounded. */
	for (int i = 0; i < 3; i++)
		assert_true(take(r, "192.0.2.1", at + 3600 * USEC));
	assert_false(take(r, "192.0.2.1", at + 3600 * USEC));
	rates_free(r);
	r = rates_new(0, 0);
	assert_false(take(r, "192.0.2.1", at));
	rates_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_is_one_thing),
		cmocka_unit_test(a_long_path_is_nothing),
		cmocka_unit_test(each_client_has_its_own_rate),
	};

	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
