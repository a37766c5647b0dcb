/*
 * What is taken of a CMS signature, as a table: one rule for officers, external
 * RAs and holders of a key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "ca/cms_signer.h"
#include "tests/unit/fake_ca.h"

enum { EC, RSA_KEY, RSA_PSS, SMALL, KEYS };

static EVP_PKEY *keys[KEYS];
static X509 *certificates[KEYS];

static const struct row {
	const char	*what;
	int		 signers, key;
	const char	*digest;
	/* What the signer says of himself instead; 0: as it was made. */
	int		 says_digest, says_signature;
	const char	*wrong;		/* NULL: it is taken */
} rows[] = {
	{ "ECDSA with SHA-256", 1, EC, "SHA256" },
	{ "ECDSA with SHA-384", 1, EC, "SHA384" },
	{ "ECDSA with SHA-512", 1, EC, "SHA512" },
	{ "ECDSA with SHA-3", 1, EC, "SHA256", NID_sha3_256,
	    NID_ecdsa_with_SHA3_256 },
	{ "RSA with SHA-256", 1, RSA_KEY, "SHA256" },
	{ "RSA that names its digest", 1, RSA_KEY, "SHA256", 0,
	    NID_sha256WithRSAEncryption },
	{ "RSA with SHA3-256", 1, RSA_KEY, "SHA3-256" },
	{ "RSA with SHA3-512", 1, RSA_KEY, "SHA3-512" },
	{ "RSA-PSS", 1, RSA_PSS, "SHA256" },
	{ "Ed25519", 1, EC, "SHA512", 0, NID_ED25519 },
	{ "nobody", 0, EC, "SHA256", 0, 0, "0 signers" },
	{ "two", 2, EC, "SHA256", 0, 0, "2 signers" },
	{ "SHA-1", 1, EC, "SHA1", 0, 0, "digest SHA1" },
	{ "SHA-224", 1, EC, "SHA224", 0, 0, "digest SHA224" },
	{ "SHA3-224", 1, RSA_KEY, "SHA3-224", 0, 0, "digest SHA3-224" },
	{ "MD5", 1, RSA_KEY, "MD5", 0, 0, "digest MD5" },
	{ "what is no digest", 1, EC, "SHA256", NID_commonName, 0,
	    "digest CN" },
	{ "a good digest, and ECDSA with SHA-1", 1, EC, "SHA256", 0,
	    NID_ecdsa_with_SHA1, "ecdsa-with-SHA1" },
	{ "a good digest, and RSA with SHA-1", 1, RSA_KEY, "SHA256", 0,
	    NID_sha1WithRSAEncryption, "RSA-SHA1" },
	{ "a good digest, and SHA-224", 1, EC, "SHA256", 0,
	    NID_ecdsa_with_SHA224, "ecdsa-with-SHA224" },
	{ "DSA", 1, EC, "SHA256", 0, NID_dsa_with_SHA256, "dsa_with_SHA256" },
	{ "what is no signature", 1, EC, "SHA256", 0,
	    NID_X9_62_id_ecPublicKey, "id-ecPublicKey" },
};

static void
add_signer(CMS_ContentInfo *cms, const struct row *r)
{
	unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOCERTS |
	    (r->key == RSA_PSS ? CMS_KEY_PARAM : 0);
	CMS_SignerInfo *signer;

	signer = CMS_add1_signer(cms, certificates[r->key], keys[r->key],
	    EVP_get_digestbyname(r->digest), flags);
	if (signer == NULL)
		fail_msg("%s: cannot be made", r->what);
	if (r->key == RSA_PSS)
		assert_true(EVP_PKEY_CTX_set_rsa_padding(
		    CMS_SignerInfo_get0_pkey_ctx(signer),
		    RSA_PKCS1_PSS_PADDING) > 0);
}

static void
says_of_himself(CMS_ContentInfo *cms, const struct row *r)
{
	X509_ALGOR *digest, *signature;

	CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(
	    CMS_get0_SignerInfos(cms), 0), NULL, NULL, &digest, &signature);
	if (r->says_digest != 0)
		X509_ALGOR_set0(digest, OBJ_nid2obj(r->says_digest),
		    V_ASN1_UNDEF, NULL);
	if (r->says_signature != 0)
		X509_ALGOR_set0(signature, OBJ_nid2obj(r->says_signature),
		    V_ASN1_UNDEF, NULL);
}

static void
judge(const struct row *r)
{
	BIO *in = BIO_new_mem_buf("x", 1);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL,
	    CMS_BINARY | CMS_PARTIAL);
	CMS_SignerInfo *signer;
	struct err err = { 0 };

	for (int i = 0; i < r->signers; i++)
		add_signer(cms, r);
	/* OpenSSL makes none that nobody signed. */
	if (r->signers > 0 && CMS_final(cms, in, NULL, CMS_BINARY) != 1)
		fail_msg("%s: cannot be made", r->what);
	if (r->signers > 0)
		says_of_himself(cms, r);
	signer = cms_signer_only(cms, &err);
	if (r->wrong == NULL ? signer == NULL : signer != NULL ||
	    err.code != EKEYREJECTED || strstr(err.text, r->wrong) == NULL)
		fail_msg("%s: %s", r->what, err.text);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
}

static void
each_signer_is_judged(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		judge(&rows[i]);
}

/* OpenSSL does not look at what an ECDSA signature says of itself. */
static void
openssl_alone_would_take_it(void **state)
{
	static const struct row weak = { "", 1, EC, "SHA256", 0,
	    NID_ecdsa_with_SHA1 };
	BIO *in = BIO_new_mem_buf("x", 1);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL,
	    CMS_BINARY | CMS_PARTIAL);
	struct err err;

	add_signer(cms, &weak);
	assert_int_equal(CMS_add1_cert(cms, certificates[EC]), 1);
	assert_int_equal(CMS_final(cms, in, NULL, CMS_BINARY), 1);
	says_of_himself(cms, &weak);
	assert_int_equal(CMS_verify(cms, NULL, NULL, NULL, NULL, CMS_BINARY |
	    CMS_NO_SIGNER_CERT_VERIFY), 1);
	assert_null(cms_signer_only(cms, &err));
	CMS_ContentInfo_free(cms);
	BIO_free(in);
}

static void
certificates_are_for_signatures(void **state)
{
	struct err err;
	X509 *ca;

	assert_int_equal(cms_signer_check_certificate(certificates[EC], &err),
	    0);
	assert_int_equal(cms_signer_check_certificate(certificates[RSA_KEY],
	    &err), 0);
	assert_int_equal(cms_signer_check_certificate(certificates[SMALL],
	    &err), -1);
	assert_int_equal(err.code, EKEYREJECTED);
	assert_non_null(strstr(err.text, "too weak"));
	ca = fake_certificate(keys[EC], NULL, "CA", "02", 10);
	assert_int_equal(cms_signer_check_certificate(ca, &err), -1);
	assert_int_equal(err.code, EKEYREJECTED);
	assert_non_null(strstr(err.text, "not for signatures"));
	X509_free(ca);
}

static int
setup(void **state)
{
	struct fake_ca ca;

	fake_ca_make(&ca, "P-256", "CA");
	keys[EC] = fake_key("P-256");
	keys[RSA_KEY] = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	keys[RSA_PSS] = keys[RSA_KEY];
	EVP_PKEY_up_ref(keys[RSA_PSS]);
	keys[SMALL] = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	for (int i = 0; i < KEYS; i++)
		certificates[i] = fake_certificate(keys[i], &ca, "signer",
		    "0102", 10);
	fake_ca_free(&ca);
	return 0;
}

static int
teardown(void **state)
{
	for (int i = 0; i < KEYS; i++) {
		X509_free(certificates[i]);
		EVP_PKEY_free(keys[i]);
	}
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_signer_is_judged),
		cmocka_unit_test(openssl_alone_would_take_it),
		cmocka_unit_test(certificates_are_for_signatures),
	};

	return cmocka_run_group_tests_name("cms_signer", tests, setup,
	    teardown);
}
