/*
 * Requests signed with a certificate, as a table: what is taken apart names its
 * signer, everything else is refused with a sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include <openssl/cms.h>

#include "ca/signed_request.h"
#include "tests/unit/fake_ca.h"

#define SERIAL	"0123456789ABCDEF0123456789ABCDEF01"
#define INSIDE	"what is inside"

enum { PEM = 1, DETACHED = 2, TWO = 4, GARBLED = 8, TRAILING = 16, SHORT = 32,
	DIGESTED = 64, STREAMED = 128, NO_CERTIFICATE = 256 };

static struct fake_ca ca;
static EVP_PKEY *key, *other_key;
static X509 *own, *other;

static const struct row {
	const char	*what;
	unsigned	 how;
	const char	*digest;	/* NULL: SHA256 */
	int		 code;		/* 0: it is right */
	const char	*because;
} rows[] = {
	{ "DER", 0 },
	{ "PEM", PEM },
	{ "BER, as it is streamed", STREAMED },
	{ "SHA-384", 0, "SHA384" },
	{ "detached", DETACHED, NULL, EKEYREJECTED, "detached" },
	{ "two signers", TWO, NULL, EKEYREJECTED, "2 signers" },
	{ "SHA-1", 0, "SHA1", EKEYREJECTED, "SHA1" },
	{ "garbled", GARBLED, NULL, EKEYREJECTED, "signature is not right" },
	{ "without the certificate", NO_CERTIFICATE, NULL, EKEYREJECTED,
	    "is not inside" },
	{ "octets behind it", TRAILING, NULL, EBADMSG, "no CMS SignedData" },
	{ "half of it", SHORT, NULL, EBADMSG, "no CMS SignedData" },
	{ "half of it in PEM", PEM | SHORT, NULL, EBADMSG,
	    "no CMS SignedData" },
	{ "CMS that is not signed", DIGESTED, NULL, EBADMSG,
	    "no CMS SignedData" },
};

static CMS_ContentInfo *
sign(const struct row *r, BIO *in)
{
	const EVP_MD *md = EVP_get_digestbyname(r->digest != NULL ?
	    r->digest : "SHA256");
	unsigned flags = CMS_BINARY | CMS_PARTIAL |
	    (r->how & DETACHED ? CMS_DETACHED : 0) |
	    (r->how & NO_CERTIFICATE ? CMS_NOCERTS : 0);
	CMS_ContentInfo *cms;

	if (r->how & DIGESTED)
		return CMS_digest_create(in, md, CMS_BINARY);
	cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	assert_non_null(CMS_add1_signer(cms, own, key, md, flags));
	if (r->how & TWO)
		assert_non_null(CMS_add1_signer(cms, other, other_key, md,
		    flags));
	if (!(r->how & STREAMED))
		assert_int_equal(CMS_final(cms, in, NULL, CMS_BINARY), 1);
	return cms;
}

static void
make(const struct row *r, struct bytes *to)
{
	BIO *in = BIO_new_mem_buf(INSIDE, (int)strlen(INSIDE));
	BIO *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = sign(r, in);
	char *data;
	long size;

	if (r->how & PEM)
		assert_int_equal(PEM_write_bio_CMS(out, cms), 1);
	else
		assert_int_equal(i2d_CMS_bio_stream(out, cms, in,
		    r->how & STREAMED ? CMS_STREAM | CMS_BINARY : 0), 1);
	size = BIO_get_mem_data(out, &data);
	bytes_copy(to, (struct slice){ (unsigned char *)data,
	    (size_t)size });
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	BIO_free(out);
	if (r->how & GARBLED)
		to->data[to->size - 3] ^= 1;
	if (r->how & TRAILING)
		put_u8(to, 'x');
	if (r->how & SHORT)
		to->size /= 2;
}

static void
judge(const struct row *r)
{
	struct bytes dropped = { 0 }, inside = { 0 };
	struct request_signer signer;
	struct err err = { 0 };
	bool begins;
	int ret;

	make(r, &dropped);
	begins = signed_request_begins(SLICE(&dropped));
	ret = signed_request_read(SLICE(&dropped), &inside, &signer, &err);
	if ((ret == 0) != (r->code == 0) || (ret != 0 && err.code != r->code))
		fail_msg("%s: %d %d %s", r->what, ret, err.code, err.text);
	if (begins != (r->code != EBADMSG))
		fail_msg("%s: begins is %d", r->what, begins);
	if (ret == 0) {
		assert_string_equal(signer.serial, SERIAL);
		assert_int_equal(strlen(signer.sha256), 64);
		assert_true(slice_equal(SLICE(&inside), slice_text(INSIDE)));
	} else {
		assert_string_equal(signer.serial, "");
		if (strstr(err.text, r->because) == NULL)
			fail_msg("%s: '%s' does not say '%s'", r->what,
			    err.text, r->because);
	}
	bytes_free(&dropped);
	bytes_free(&inside);
}

static void
only_what_is_signed_is_taken_apart(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		judge(&rows[i]);
}

static void
a_request_is_none(void **state)
{
	static const char *const texts[] = {
		"", "-----BEGIN CERTIFICATE REQUEST-----\n", "\x30",
		"\x30\x80", "\x30\x03\x02\x01\x00", "-----BEGIN CMS-----\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(signed_request_begins(slice_text(texts[i])));
}

static int
prepare(void **state)
{
	fake_ca_make(&ca, "P-256", "CA");
	key = EVP_EC_gen("P-256");
	other_key = EVP_EC_gen("P-256");
	own = fake_certificate(key, &ca, "old", SERIAL, 1);
	other = fake_certificate(other_key, &ca, "other", "07", 1);
	return 0;
}

static int
forget(void **state)
{
	X509_free(own);
	X509_free(other);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	fake_ca_free(&ca);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_signed_is_taken_apart),
		cmocka_unit_test(a_request_is_none)
	};

	return cmocka_run_group_tests(tests, prepare, forget);
}
