/*
 * Proofs of possession, as a table: what HOWTO.txt tells people to make is
 * taken in all its forms, everything else is refused with a sentence.
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

#include "ca/embedded.h"
#include "ca/proof.h"
#include "tests/unit/fake_ca.h"

#define SERIAL	"0123456789ABCDEF0123456789ABCDEF01"
#define RIGHT	"keyCompromise of certificate " SERIAL

enum { PEM = 1, ATTACHED = 2, TWO = 4, GARBLED = 8, TRAILING = 16,
	BY_OTHER = 32, CMS = 64, DIGESTED = 128, SHORT = 256, LABEL = 512,
	NAMES_OTHER = 1024 };

static struct fake_ca ca;
static EVP_PKEY *own_key, *other_key;
static X509 *own, *other;

static const struct row {
	const char	*what;
	const char	*says;		/* what is signed */
	unsigned	 how;
	const char	*digest;	/* NULL: SHA256 */
	int		 code;		/* 0: it is right */
	const char	*because;
} rows[] = {
	{ "a request", RIGHT, 0 },
	{ "a request in PEM", RIGHT, PEM },
	{ "CMS", RIGHT, CMS | ATTACHED },
	{ "CMS with a line end", RIGHT "\n", CMS | ATTACHED | PEM },
	{ "CMS as text", RIGHT "\r\n", CMS | ATTACHED },
	{ "a PKCS7 block", RIGHT, CMS | ATTACHED | PEM | LABEL },
	{ "SHA-512", RIGHT, CMS | ATTACHED, "SHA512" },
	{ "detached", RIGHT, CMS },
	{ "detached, with LF", RIGHT "\n", CMS | PEM },
	{ "detached, with CRLF", RIGHT "\r\n", CMS },
	{ "a finder's own certificate for the key", RIGHT, CMS | ATTACHED |
	    NAMES_OTHER },

	{ "a request with another key", RIGHT, BY_OTHER, NULL, EKEYREJECTED,
	    "not made with the key" },
	{ "CMS with another key", RIGHT, CMS | ATTACHED | BY_OTHER, NULL,
	    EKEYREJECTED, "not made with the key" },
	{ "detached with another key", RIGHT, CMS | BY_OTHER, NULL,
	    EKEYREJECTED, "does not verify" },
	{ "a request for another serial", "keyCompromise of certificate "
	    "FF23456789ABCDEF0123456789ABCDEF01", 0, NULL, EKEYREJECTED,
	    "does not say 'keyCompromise" },
	{ "CMS over another serial", "keyCompromise of certificate "
	    "FF23456789ABCDEF0123456789ABCDEF01", CMS | ATTACHED, NULL,
	    EKEYREJECTED, "does not say" },
	{ "detached over nothing", "", CMS, NULL, EKEYREJECTED,
	    "does not verify" },
	{ "more behind the sentence", RIGHT "\n\n", CMS | ATTACHED, NULL,
	    EKEYREJECTED, "does not say" },
	{ "a name in lower case", "keycompromise of certificate " SERIAL, 0,
	    NULL, EKEYREJECTED, "does not say" },
	{ "a weak digest", RIGHT, CMS | ATTACHED, "SHA1", EKEYREJECTED,
	    "SHA1" },
	{ "two signers", RIGHT, CMS | ATTACHED | TWO, NULL, EKEYREJECTED,
	    "2 signers" },
	{ "a garbled request", RIGHT, GARBLED, NULL, EKEYREJECTED, "" },
	{ "a garbled CMS", RIGHT, CMS | ATTACHED | GARBLED, NULL,
	    EKEYREJECTED, "not made with the key" },
	{ "CMS that is not signed", RIGHT, CMS | ATTACHED | DIGESTED, NULL,
	    EBADMSG, "no CMS SignedData" },
	{ "octets behind a request", RIGHT, TRAILING, NULL, EBADMSG,
	    "follow" },
	{ "octets behind CMS", RIGHT, CMS | ATTACHED | TRAILING, NULL,
	    EBADMSG, "follow" },
	{ "text behind CMS", RIGHT, CMS | ATTACHED | PEM | TRAILING, NULL,
	    EBADMSG, "nothing behind it" },
	{ "half a request", RIGHT, SHORT, NULL, EBADMSG, "not complete" },
	{ "half a request in PEM", RIGHT, PEM | SHORT, NULL, EBADMSG,
	    "not complete" },
	{ "half a CMS", RIGHT, CMS | ATTACHED | SHORT, NULL, EBADMSG,
	    "not complete" },
	{ "half a CMS in PEM", RIGHT, CMS | ATTACHED | PEM | SHORT, NULL,
	    EBADMSG, "not complete" },
};

static void
make_request(const struct row *r, BIO *to)
{
	EVP_PKEY *key = r->how & BY_OTHER ? other_key : own_key;
	X509_REQ *request = X509_REQ_new();
	X509_NAME *name = X509_NAME_new();

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)r->says, -1, -1, 0);
	X509_REQ_set_subject_name(request, name);
	X509_REQ_set_pubkey(request, key);
	assert_true(X509_REQ_sign(request, key, EVP_sha256()) > 0);
	if (r->how & PEM)
		PEM_write_bio_X509_REQ(to, request);
	else
		i2d_X509_REQ_bio(to, request);
	X509_NAME_free(name);
	X509_REQ_free(request);
}

static CMS_ContentInfo *
sign(const struct row *r, BIO *in)
{
	const EVP_MD *md = EVP_get_digestbyname(r->digest != NULL ?
	    r->digest : "SHA256");
	unsigned flags = CMS_BINARY | CMS_PARTIAL |
	    (r->how & ATTACHED ? 0 : CMS_DETACHED);
	X509 *named = r->how & (BY_OTHER | NAMES_OTHER) ? other : own;
	CMS_ContentInfo *cms;

	if (r->how & DIGESTED)
		return CMS_digest_create(in, md, CMS_BINARY);
	if (r->how & NAMES_OTHER)
		named = fake_certificate(own_key, NULL, "finder", "07", 1);
	cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	assert_non_null(CMS_add1_signer(cms, named, r->how & BY_OTHER ?
	    other_key : own_key, md, flags));
	if (r->how & TWO)
		assert_non_null(CMS_add1_signer(cms, other, other_key, md,
		    flags));
	assert_int_equal(CMS_final(cms, in, NULL, CMS_BINARY), 1);
	if (r->how & NAMES_OTHER)
		X509_free(named);
	return cms;
}

static void
make_cms(const struct row *r, BIO *to)
{
	BIO *in = BIO_new_mem_buf(r->says, (int)strlen(r->says));
	CMS_ContentInfo *cms = sign(r, in);

	if (r->how & LABEL)
		PEM_ASN1_write_bio((i2d_of_void *)i2d_CMS_ContentInfo, "PKCS7",
		    to, cms, NULL, NULL, 0, NULL, NULL);
	else if (r->how & PEM)
		PEM_write_bio_CMS(to, cms);
	else
		i2d_CMS_bio(to, cms);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
}

static void
make(const struct row *r, struct bytes *to)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long size;

	if (r->how & CMS)
		make_cms(r, bio);
	else
		make_request(r, bio);
	size = BIO_get_mem_data(bio, &data);
	bytes_copy(to, (struct slice){ (unsigned char *)data,
	    (size_t)size });
	BIO_free(bio);
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
	struct bytes proof = { 0 };
	unsigned char *der = NULL;
	struct err err = { 0 };
	int size = i2d_X509(own, &der), ret, whole;

	make(r, &proof);
	whole = proof_is_complete(SLICE(&proof), &err);
	ret = proof_verify(SLICE(&proof), (struct slice){ der, (size_t)size },
	    SERIAL, &err);
	if ((ret == 0) != (r->code == 0) || (ret != 0 && err.code != r->code))
		fail_msg("%s: %d %d %s", r->what, ret, err.code, err.text);
	if (ret != 0 && strstr(err.text, r->because) == NULL)
		fail_msg("%s: '%s' does not say '%s'", r->what, err.text,
		    r->because);
	if ((whole == 1) != (r->code != EBADMSG || (r->how & DIGESTED) != 0) ||
	    (r->how & SHORT ? whole != 0 : whole == 0))
		fail_msg("%s: whole is %d", r->what, whole);
	OPENSSL_free(der);
	bytes_free(&proof);
}

static void
only_what_the_key_made_is_a_proof(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		judge(&rows[i]);
}

static void
the_sentence_is_a_common_name_and_stands_in_howto(void **state)
{
	char sentence[PROOF_SENTENCE];
	struct slice howto = embedded_find("tree/HOWTO.txt");
	size_t count = 0;

	proof_sentence(SERIAL, sentence);
	assert_string_equal(sentence, RIGHT);
	assert_true(strlen(sentence) <= 64);
	proof_sentence("SERIAL", sentence);
	for (size_t i = 0; i + strlen(sentence) <= howto.size; i++)
		count += memcmp(howto.data + i, sentence,
		    strlen(sentence)) == 0;
	assert_int_equal(count, 2);
}

static void
too_much_is_none(void **state)
{
	struct bytes proof = { 0 };
	struct err err = { 0 };

	for (size_t i = 0; i <= PROOF_MAX; i++)
		put_u8(&proof, ' ');
	assert_int_equal(proof_is_complete(SLICE(&proof), &err), -1);
	assert_int_equal(err.code, EBADMSG);
	bytes_free(&proof);
	assert_int_equal(proof_is_complete((struct slice){ 0 }, &err), 0);
}

static int
setup(void **state)
{
	fake_ca_make(&ca, "P-256", "CA");
	own_key = fake_key("P-256");
	other_key = fake_key("P-256");
	own = fake_certificate(own_key, &ca, "own", SERIAL, 10);
	other = fake_certificate(other_key, &ca, "other", "0102", 10);
	return 0;
}

static int
teardown(void **state)
{
	X509_free(own);
	X509_free(other);
	EVP_PKEY_free(own_key);
	EVP_PKEY_free(other_key);
	fake_ca_free(&ca);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_the_key_made_is_a_proof),
		cmocka_unit_test(
		    the_sentence_is_a_common_name_and_stands_in_howto),
		cmocka_unit_test(too_much_is_none),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
