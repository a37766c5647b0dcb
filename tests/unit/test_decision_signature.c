/*
 * The signature of a decision, as a table: what an officer's openssl makes is
 * taken, everything else is refused with a sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include <openssl/cms.h>

#include "ca/decision_signature.h"
#include "tests/unit/fake_ca.h"

#define CONTENT	"pkifs decision\ndossier: 7\ndecision: approve\n"

enum { PEM = 1, NO_CERTIFICATE = 2, TWO = 4, ATTACHED = 8, GARBLED = 16,
	TRAILING = 32, NO_ATTRIBUTES = 64, NOT_SIGNED = 128 };

static struct fake_ca ca;
static EVP_PKEY *officer_key, *other_key, *small_key;

static const struct row {
	const char	*what;
	const char	*over;		/* what is signed; NULL: CONTENT */
	unsigned	 how;
	const char	*digest;	/* NULL: SHA256 */
	int		 days;		/* of the certificate */
	EVP_PKEY	**key;		/* NULL: the officer's */
	const char	*says;		/* NULL: it is right */
} rows[] = {
	{ "DER", NULL, 0, NULL, 10 },
	{ "PEM", NULL, PEM, NULL, 10 },
	{ "without signed attributes", NULL, NO_ATTRIBUTES, NULL, 10 },
	{ "SHA-512", NULL, 0, "SHA512", 10 },
	{ "line ends as S/MIME has them", "pkifs decision\r\ndossier: 7\r\n"
	    "decision: approve\r\n", 0, NULL, 10 },
	{ "over another decision", "pkifs decision\ndossier: 8\n"
	    "decision: approve\n", 0, NULL, 10, NULL,
	    "does not verify" },
	{ "over nothing", "", 0, NULL, 10, NULL, "does not verify" },
	{ "an expired certificate", NULL, 0, NULL, -1, NULL,
	    "expired" },
	{ "two signers", NULL, TWO, NULL, 10, NULL, "2 signers" },
	{ "no certificate", NULL, NO_CERTIFICATE, NULL, 10, NULL,
	    "is not in it" },
	{ "content inside", NULL, ATTACHED, NULL, 10, NULL,
	    "detached" },
	{ "a weak digest", NULL, 0, "SHA1", 10, NULL, "SHA1" },
	{ "a weak key", NULL, 0, NULL, 10, &small_key, "too weak" },
	{ "a garbled signature", NULL, GARBLED, NULL, 10, NULL,
	    "does not verify" },
	{ "octets behind it", NULL, TRAILING, NULL, 10, NULL,
	    "no CMS" },
	{ "CMS that is not signed", NULL, NOT_SIGNED, NULL, 10, NULL,
	    "not signed data" },
};

static X509 *
certificate_of(const struct row *r, EVP_PKEY *key, const char *serial)
{
	X509 *x = fake_certificate(key, &ca, "officer", serial, 10);

	if (r->days < 0) {
		X509_gmtime_adj(X509_getm_notBefore(x), -2 * 86400L);
		X509_gmtime_adj(X509_getm_notAfter(x), -86400L);
		X509_sign(x, ca.key, EVP_sha256());
	}
	return x;
}

static CMS_ContentInfo *
sign(const struct row *r, X509 *x, EVP_PKEY *key)
{
	const char *over = r->over != NULL ? r->over : CONTENT;
	unsigned flags = CMS_BINARY | CMS_PARTIAL;
	const EVP_MD *md = EVP_get_digestbyname(r->digest != NULL ?
	    r->digest : "SHA256");
	CMS_ContentInfo *cms;
	BIO *bio = BIO_new_mem_buf(over, (int)strlen(over));

	if (r->how & NOT_SIGNED) {
		cms = CMS_digest_create(bio, md, CMS_BINARY);
		BIO_free(bio);
		return cms;
	}
	if (!(r->how & ATTACHED))
		flags |= CMS_DETACHED;
	cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	assert_non_null(cms);
	flags |= (r->how & NO_CERTIFICATE ? CMS_NOCERTS : 0) |
	    (r->how & NO_ATTRIBUTES ? CMS_NOATTR : 0);
	assert_non_null(CMS_add1_signer(cms, x, key, md, flags));
	if (r->how & TWO) {
		X509 *second = certificate_of(r, other_key, "0102");

		assert_non_null(CMS_add1_signer(cms, second, other_key, md,
		    flags));
		X509_free(second);
	}
	assert_int_equal(CMS_final(cms, bio, NULL, CMS_BINARY), 1);
	BIO_free(bio);
	return cms;
}

static void
encode(const struct row *r, CMS_ContentInfo *cms, struct bytes *to)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long size;

	if (r->how & PEM)
		PEM_write_bio_CMS(bio, cms);
	else
		i2d_CMS_bio(bio, cms);
	size = BIO_get_mem_data(bio, &data);
	bytes_put(to, data, (size_t)size);
	if (r->how & GARBLED)
		to->data[to->size - 3] ^= 1;
	if (r->how & TRAILING)
		put_u8(to, 0);
	BIO_free(bio);
}

static void
judge(const struct row *r)
{
	EVP_PKEY *key = r->key != NULL ? *r->key : officer_key;
	struct decision_signature signature;
	struct bytes bytes = { 0 }, der = { 0 };
	struct err err = { 0 };
	char sha256[65];
	CMS_ContentInfo *cms;
	X509 *x;
	int rc;

	x = certificate_of(r, key, "01ABCDEF");
	cms = sign(r, x, key);
	encode(r, cms, &bytes);
	rc = decision_signature_verify(SLICE(&bytes), slice_text(CONTENT),
	    clock_now(), &signature, &err);
	if (r->says == NULL) {
		if (rc != 0)
			fail_msg("%s: %s", r->what, err.text);
		fake_der(x, &der);
		sha256_text(sha256, SLICE(&der));
		assert_string_equal(signature.certificate_sha256, sha256);
		assert_string_equal(signature.serial, "01ABCDEF");
	} else if (rc != -1 || err.code != EKEYREJECTED ||
	    strstr(err.text, r->says) == NULL)
		fail_msg("%s: %d %s", r->what, rc, err.text);
	bytes_free(&bytes);
	bytes_free(&der);
	CMS_ContentInfo_free(cms);
	X509_free(x);
}

static void
each_signature_is_judged(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		judge(&rows[i]);
}

static void
what_is_no_cms_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "approve", "0", "-----BEGIN CMS-----\n",
		"-----BEGIN CMS-----\nMAo=\n-----END CMS-----\n",
		"-----BEGIN CMS-----\nProc-Type: 4,ENCRYPTED\n"
		"DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
		"MAoGAQ==\n-----END CMS-----\n"
	};
	struct decision_signature signature;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(decision_signature_verify(
		    slice_text(texts[i]), slice_text(CONTENT), clock_now(),
		    &signature, &err), -1);
		assert_int_equal(err.code, EKEYREJECTED);
		assert_non_null(strstr(err.text, "no CMS"));
	}
}

/* Made with the certificate of one and the key of another. */
static void
the_wrong_key_is_refused(void **state)
{
	static const struct row plain = { "", NULL, 0, NULL, 10 };
	struct decision_signature signature;
	struct bytes bytes = { 0 };
	struct err err = { 0 };
	CMS_ContentInfo *cms;
	X509 *mine, *theirs;

	(void)state;
	/* Same issuer and number, so the signer's name fits both. */
	mine = certificate_of(&plain, other_key, "01ABCDEF");
	theirs = certificate_of(&plain, officer_key, "01ABCDEF");
	cms = sign(&(struct row){ "", NULL, NO_CERTIFICATE, NULL, 10 }, mine,
	    other_key);
	assert_int_equal(CMS_add1_cert(cms, theirs), 1);
	encode(&plain, cms, &bytes);
	assert_int_equal(decision_signature_verify(SLICE(&bytes),
	    slice_text(CONTENT), clock_now(), &signature, &err), -1);
	assert_int_equal(err.code, EKEYREJECTED);
	assert_non_null(strstr(err.text, "does not verify"));
	bytes_free(&bytes);
	CMS_ContentInfo_free(cms);
	X509_free(mine);
	X509_free(theirs);
}

static int
setup(void **state)
{
	(void)state;
	ca.key = fake_key("P-256");
	officer_key = fake_key("P-256");
	other_key = fake_key("P-256");
	small_key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	ca.certificate = fake_certificate(ca.key, NULL, "CA", "01", 100);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	X509_free(ca.certificate);
	EVP_PKEY_free(ca.key);
	EVP_PKEY_free(officer_key);
	EVP_PKEY_free(other_key);
	EVP_PKEY_free(small_key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_signature_is_judged),
		cmocka_unit_test(what_is_no_cms_is_refused),
		cmocka_unit_test(the_wrong_key_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
