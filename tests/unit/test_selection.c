/*
 * What `pkifs select` is asked for, against two certificates, and what is no
 * option.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ca/selection.h"
#include "ca/text.h"

#define KEY	"the digest of its key"

static struct bytes ec, rsa;
static char digests[2][SHA256_TEXT];

/* From 2026-03-01 to 2026-06-01, of Acme. */
static void
make(struct bytes *to, EVP_PKEY *key, char digest[SHA256_TEXT])
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x), *issuer = X509_NAME_new();
	X509_EXTENSION *san = X509V3_EXT_conf_nid(NULL, NULL,
	    NID_subject_alt_name, "DNS:www.example.org,IP:192.0.2.7,"
	    "email:ann@example.org");
	unsigned char *der = NULL;
	int size;

	X509_NAME_add_entry_by_txt(issuer, "CN", MBSTRING_UTF8,
	    (const unsigned char *)"Example CA", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
	    (const unsigned char *)"Acm\xc3\xa9", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
	    (const unsigned char *)"Its sister", -1, -1, 0);
	X509_set_issuer_name(x, issuer);
	ASN1_TIME_set_string(X509_getm_notBefore(x), "20260301000000Z");
	ASN1_TIME_set_string(X509_getm_notAfter(x), "20260601000000Z");
	X509_set_pubkey(x, key);
	X509_add_ext(x, san, -1);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	sha256_text(digest, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	der = NULL;
	size = i2d_X509(x, &der);
	bytes_put(to, der, (size_t)size);
	OPENSSL_free(der);
	X509_EXTENSION_free(san);
	X509_NAME_free(issuer);
	X509_free(x);
	EVP_PKEY_free(key);
}

static const struct row {
	const char	*option, *value;
	bool		 ec, rsa;
} rows[] = {
	{ "profile", "tls-server", true, true },
	{ "profile", "tls", false, false },
	{ "ca", "Example CA", true, true },
	{ "ca", "example ca", false, false },
	{ "algorithm", "ec", true, false },
	{ "algorithm", "ec:P-256", true, false },
	{ "algorithm", "ec:P-2", false, false },
	{ "algorithm", "rsa", false, true },
	{ "algorithm", "rsa:2048", false, true },
	{ "algorithm", "rsa:204", false, false },
	{ "algorithm", "sha256WithRSAEncryption", false, true },
	{ "algorithm", "ecdsa-with-SHA256", true, false },
	{ "algorithm", "ecdsa-with-SHA384", false, false },
	{ "key", KEY, true, false },
	{ "attribute", "organizationName=Acm\xc3\xa9", true, true },
	{ "attribute", "O=Its sister", true, true },
	{ "attribute", "2.5.4.10=Its sister", true, true },
	{ "attribute", "O=Its", false, false },
	{ "attribute", "CN=www.example.org", false, false },
	{ "attribute", "dns=WWW.example.org", true, true },
	{ "attribute", "dns=example.org", false, false },
	{ "attribute", "ip=192.0.2.7", true, true },
	{ "attribute", "ip=192.0.2.8", false, false },
	{ "attribute", "ip=nowhere", false, false },
	{ "attribute", "email=ann@example.org", true, true },
	{ "issued-after", "2026-03-01", true, true },
	{ "issued-after", "2026-03-01T00:00:01Z", false, false },
	{ "issued-before", "2026-03-01", false, false },
	{ "issued-before", "2026-03-02", true, true },
	{ "expires-after", "2026-06-01", true, true },
	{ "expires-after", "2026-06-02", false, false },
	{ "expires-before", "2026-06-01", false, false },
	{ "expires-before", "2026-06-01T00:00:01Z", true, true },
};

static const struct {
	const char	*option, *value, *says;
	int		 code;
} faults[] = {
	{ "all", "x", "no option --all", ENOENT },
	{ "", "", "no option --", ENOENT },
	{ "profile", "", "--profile: wanted 1 to", EINVAL },
	{ "algorithm", "rot13", "neither a kind of key", EINVAL },
	{ "algorithm", "CN", "neither a kind of key", EINVAL },
	{ "key", "abc", "64 hexadecimal digits", EINVAL },
	{ "attribute", "O", "wanted TYPE=VALUE", EINVAL },
	{ "attribute", "=x", "wanted TYPE=VALUE", EINVAL },
	{ "attribute", "O=", "wanted 1 to", EINVAL },
	{ "attribute", "what=x", "neither an attribute", EINVAL },
	{ "issued-after", "yesterday", "wanted a day", EINVAL },
	{ "expires-before", "2026-13-01", "wanted a day", EINVAL },
};

static void
each_option_selects(void **state)
{
	struct selection s;
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *value = strcmp(rows[i].value, KEY) == 0 ?
		    digests[0] : rows[i].value;

		memset(&s, 0, sizeof(s));
		if (selection_set(&s, rows[i].option, value, &err) != 0)
			fail_msg("%s %s: %s", rows[i].option, value, err.text);
		if ((selection_has(&s, SLICE(&ec), "tls-server", &err) == 1)
		    != rows[i].ec || (selection_has(&s, SLICE(&rsa),
		    "tls-server", &err) == 1) != rows[i].rsa)
			fail_msg("%s %s", rows[i].option, value);
	}
}

static void
all_that_is_asked_for_has_to_be_so(void **state)
{
	struct selection s = { .issued_after = 0 };
	struct err err;

	assert_int_equal(selection_has(&s, SLICE(&ec), "", &err), 1);
	assert_int_equal(selection_set(&s, "algorithm", "ec", &err), 0);
	assert_int_equal(selection_set(&s, "attribute", "O=Its sister", &err),
	    0);
	assert_int_equal(selection_set(&s, "attribute", "dns=www.example.org",
	    &err), 0);
	assert_int_equal(selection_has(&s, SLICE(&ec), "", &err), 1);
	assert_int_equal(selection_has(&s, SLICE(&rsa), "", &err), 0);
	assert_int_equal(selection_set(&s, "attribute", "dns=other.org",
	    &err), 0);
	assert_int_equal(selection_has(&s, SLICE(&ec), "", &err), 0);
	for (size_t i = s.attribute_count; i < SELECTION_ATTRIBUTES; i++)
		assert_int_equal(selection_set(&s, "attribute", "O=x", &err),
		    0);
	assert_int_equal(selection_set(&s, "attribute", "O=x", &err), -1);
}

static void
what_is_no_option_is_said(void **state)
{
	struct selection s = { .issued_after = 0 };
	struct err err;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		err = (struct err){ .code = 0 };
		assert_int_equal(selection_set(&s, faults[i].option,
		    faults[i].value, &err), -1);
		if (err.code != faults[i].code ||
		    strstr(err.text, faults[i].says) == NULL)
			fail_msg("%s %s: %s", faults[i].option,
			    faults[i].value, err.text);
	}
	ec.size--;
	assert_int_equal(selection_has(&s, SLICE(&ec), "", &err), -1);
	assert_int_equal(err.code, EBADMSG);
	ec.size++;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_option_selects),
		cmocka_unit_test(all_that_is_asked_for_has_to_be_so),
		cmocka_unit_test(what_is_no_option_is_said),
	};
	int failed;

	make(&ec, EVP_EC_gen("P-256"), digests[0]);
	make(&rsa, EVP_RSA_gen(2048), digests[1]);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bytes_free(&ec);
	bytes_free(&rsa);
	return failed;
}
