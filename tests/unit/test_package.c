/*
 * Packages of external RAs: what openssl's own CMS makes is opened with the
 * signer's help; each way to be wrong is a row with a word of its sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>

/* cms.h declares its PEM functions only behind pem.h. */
#include <openssl/pem.h>

#include <openssl/cms.h>
#include <openssl/x509v3.h>

#include "ca/cms_sealed.h"
#include "ca/cms_signed.h"
#include "ca/external_ra.h"
#include "ca/package.h"
#include "hsm_signer.h"
#include "tests/unit/fake_ca.h"

static struct hsm_home home;
static struct signer_process signer;
static struct client *client;
static EVP_PKEY *ra_key, *ca_key;
static X509 *ra, *recipient, *other;
static struct bytes recipient_der;

/* --- certificates --------------------------------------------------------- */

static X509 *
make_x509(const char *cn, EVP_PKEY *key, long serial, const char *usage)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	fake_extension(x, x, "subjectKeyIdentifier", "hash");
	fake_extension(x, x, "keyUsage", usage);
	X509_sign(x, ca_key, EVP_sha256());
	return x;
}

static bool
has_serial(void *arg, const char *serial)
{
	return strcmp(serial, "07") == 0;
}

/* --- what an RA does ------------------------------------------------------ */

enum way {
	PLAIN = 1, TWO_SIGNERS = 2, SHA1_KDF = 4, TO_OTHER = 8, BY_KEY_ID = 16,
	STREAMED = 32, DETACHED = 64, CBC = 128, AES_128 = 256,
	SHA1_SIGNED = 512
};

static void
write_cms(CMS_ContentInfo *info, BIO *in, unsigned ways, struct bytes *to)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *data;
	long size;

	if ((ways & STREAMED) != 0)
		i2d_CMS_bio_stream(out, info, in, CMS_STREAM |
		    CMS_BINARY);
	else
		i2d_CMS_bio(out, info);
	size = BIO_get_mem_data(out, &data);
	bytes_copy(to, (struct slice){ (unsigned char *)data, (size_t)size });
	BIO_free(out);
	CMS_ContentInfo_free(info);
}

static void
sign(const char *text, unsigned ways, struct bytes *to)
{
	unsigned flags = CMS_BINARY | ((ways & DETACHED) != 0 ? CMS_DETACHED :
	    0);
	const EVP_MD *md = (ways & SHA1_SIGNED) != 0 ? EVP_sha1() :
	    EVP_sha256();
	BIO *in = BIO_new_mem_buf(text, -1);
	CMS_ContentInfo *info;

	info = CMS_sign(NULL, NULL, NULL, in, flags | CMS_PARTIAL);
	assert_non_null(CMS_add1_signer(info, ra, ra_key, md, flags));
	if ((ways & TWO_SIGNERS) != 0)
		assert_non_null(CMS_add1_signer(info, other, ca_key, md,
		    flags));
	assert_int_equal(CMS_final(info, in, NULL, flags), 1);
	write_cms(info, in, 0, to);
	BIO_free(in);
}

static void
seal(struct slice content, unsigned ways, struct bytes *to)
{
	unsigned flags = CMS_BINARY | CMS_PARTIAL |
	    ((ways & STREAMED) != 0 ? CMS_STREAM : 0) |
	    ((ways & BY_KEY_ID) != 0 ? CMS_USE_KEYID : 0);
	const EVP_CIPHER *cipher = (ways & AES_128) != 0 ?
	    EVP_aes_128_cbc() : (ways & CBC) != 0 ? EVP_aes_256_cbc() :
	    EVP_aes_256_gcm();
	BIO *in = BIO_new_mem_buf(content.data, (int)content.size);
	CMS_ContentInfo *info = CMS_encrypt(NULL, in, cipher, flags);
	CMS_RecipientInfo *one;

	one = CMS_add1_recipient_cert(info, (ways & TO_OTHER) != 0 ? other :
	    recipient, CMS_KEY_PARAM | flags);
	assert_non_null(one);
	if ((ways & SHA1_KDF) == 0)
		assert_true(EVP_PKEY_CTX_set_ecdh_kdf_md(
		    CMS_RecipientInfo_get0_pkey_ctx(one), EVP_sha256()) > 0);
	else
		assert_non_null(CMS_RecipientInfo_get0_pkey_ctx(one));
	if ((ways & STREAMED) == 0)
		assert_int_equal(CMS_final(info, in, NULL, flags), 1);
	write_cms(info, in, ways, to);
	BIO_free(in);
}

/* --- what the CA does ----------------------------------------------------- */

static const struct sealed_recipient *
us(void)
{
	static struct sealed_recipient r = { .has_serial = has_serial };

	assert_int_equal(sealed_recipient_of(SLICE(&recipient_der), &r), 0);
	return &r;
}

/* The whole way; "" when it was good, else what was said. */
static const char *
receive(struct slice dropped, struct bytes *text)
{
	static struct err err;
	struct bytes ber = { 0 }, content = { 0 };
	struct signed_content signature;
	struct sealed sealed;
	struct test_order t;
	int ret;

	memset(&err, 0, sizeof(err));
	ret = sealed_whole(dropped, &ber, &err);
	if (ret == 1)
		ret = sealed_read(SLICE(&ber), us(), &sealed, &err);
	bytes_free(&ber);
	if (ret == -1)
		return err.text;
	order_init(&t, SIGN_HANDOVER, "handover");
	handover_key_put(&t.order.tbs, &sealed.key);
	order_submit(client, &t);
	assert_true(orders_wait(&t, 1, 60));
	if (t.answer.outcome != SIGNED)
		snprintf(err.text, sizeof(err.text), "%s", t.answer.reason);
	else if (sealed_open(&sealed, SLICE(&t.signature), &content,
	    &err) == 0 && signed_read(SLICE(&content), &signature, &err) ==
	    0) {
		err.text[0] = '\0';
		bytes_copy(text, SLICE(&signature.content));
		signed_free(&signature);
	}
	bytes_free(&content);
	sealed_free(&sealed);
	order_free(&t);
	return err.text;
}

static void
expect(const char *what, const char *said, const char *wanted)
{
	if (*wanted == '\0' ? *said != '\0' : strstr(said, wanted) == NULL)
		fail_msg("%s: wanted \"%s\", found \"%s\"", what, wanted,
		    said);
}

static void
what_openssl_makes(void **state)
{
	static const struct {
		const char *what;
		unsigned ways;
		const char *wanted;
	} rows[] = {
		{ "AES-256-GCM", 0, "" },
		{ "AES-256-CBC", CBC, "" },
		{ "by key identifier", BY_KEY_ID, "" },
		{ "streamed, with indefinite lengths", STREAMED | CBC, "" },
		{ "not encrypted", PLAIN, "not encrypted" },
		{ "to another", TO_OTHER, "to another" },
		{ "a KDF with SHA-1", SHA1_KDF, "ecdh_kdf_md:sha256" },
		{ "AES-128", AES_128, "-aes-256-gcm" },
		{ "two signers", TWO_SIGNERS, "2 signers" },
		{ "a detached signature", DETACHED, "-nodetach" },
		{ "a signature with SHA-1", SHA1_SIGNED, "SHA1" },
	};
	static const char text[] = "what was signed";
	struct bytes inner = { 0 }, outer = { 0 }, got = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sign(text, rows[i].ways, &inner);
		if ((rows[i].ways & PLAIN) != 0)
			bytes_copy(&outer, SLICE(&inner));
		else
			seal(SLICE(&inner), rows[i].ways, &outer);
		expect(rows[i].what, receive(SLICE(&outer), &got),
		    rows[i].wanted);
		if (rows[i].wanted[0] == '\0')
			assert_true(slice_equal(SLICE(&got),
			    slice_text(text)));
	}
	bytes_free(&inner);
	bytes_free(&outer);
	bytes_free(&got);
}

/* Every octet counts, and no cut is whole. */
static void
changed_octets(void **state)
{
	static const unsigned ways[] = { 0, CBC };
	struct bytes inner = { 0 }, outer = { 0 }, got = { 0 };
	struct bytes ber = { 0 };
	struct err err;
	size_t i, n;

	for (i = 0; i < 2; i++) {
		sign("what was signed", 0, &inner);
		seal(SLICE(&inner), ways[i], &outer);
		for (n = outer.size - 1; n > outer.size - 200; n -= 37) {
			outer.data[n] ^= 1;
			assert_true(*receive(SLICE(&outer), &got) != '\0');
			outer.data[n] ^= 1;
		}
		for (n = 0; n < outer.size; n += 13)
			assert_int_equal(sealed_whole((struct slice){
			    outer.data, n }, &ber, &err), 0);
		assert_int_equal(sealed_whole(SLICE(&outer), &ber, &err), 1);
		put_u8(&outer, 0);
		assert_int_equal(sealed_whole(SLICE(&outer), &ber, &err), -1);
	}
	bytes_free(&ber);
	bytes_free(&inner);
	bytes_free(&outer);
	bytes_free(&got);
}

/* The journal has each opening, and no key that came of it. */
static void
the_journal_keeps_no_key(void **state)
{
	struct bytes text = { 0 };
	char path[400];
	struct err err;

	snprintf(path, sizeof(path), "%s/journal", home.signer);
	must(file_read(path, 1 << 24, &text, &err), &err);
	assert_non_null(strstr(bytes_text(&text), " begin handover handover "));
	assert_non_null(strstr(bytes_text(&text), " point="));
	assert_non_null(strstr(bytes_text(&text), " - "));
	bytes_free(&text);
}

/* More than a few at once wait, and are opened all the same. */
static void
many_wait(void **state)
{
	struct test_order t[24];
	struct bytes inner = { 0 }, outer = { 0 };
	struct sealed sealed;
	struct err err;
	int i;

	sign("what was signed", 0, &inner);
	seal(SLICE(&inner), 0, &outer);
	must(sealed_read(SLICE(&outer), us(), &sealed, &err), &err);
	for (i = 0; i < 24; i++) {
		order_init(&t[i], SIGN_HANDOVER, "handover");
		handover_key_put(&t[i].order.tbs, &sealed.key);
		order_submit(client, &t[i]);
	}
	assert_true(orders_wait(t, 24, 60));
	for (i = 0; i < 24; i++) {
		assert_int_equal(t[i].answer.outcome, SIGNED);
		assert_int_equal(t[i].signature.size, HANDOVER_KEY);
		order_free(&t[i]);
	}
	sealed_free(&sealed);
	bytes_free(&inner);
	bytes_free(&outer);
}

/* --- texts ---------------------------------------------------------------- */

#define CSR "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n" \
	"-----END CERTIFICATE REQUEST-----\n"
#define REVOCATION "-----BEGIN REVOCATION-----\n0A superseded\n" \
	"-----END REVOCATION-----\n"
#define GOOD "[package]\nid = 2026-0001\nauthority = north\n" \
	"time = 2026-11-22T10:00:00Z\nsubscriber = acme\n"

static void
package_texts(void **state)
{
	static const struct {
		const char *what, *text, *wanted;
	} rows[] = {
		{ "keys and a request", GOOD CSR, "" },
		{ "line ends as CMS makes them", "[package]\r\nid = 2026-0001"
		    "\r\nauthority = north\r\ntime = 2026-11-22T10:00:00Z\r\n"
		    "subscriber = acme\r\n-----BEGIN CERTIFICATE REQUEST-----"
		    "\r\nMIIB\r\n-----END CERTIFICATE REQUEST-----\r\n", "" },
		{ "registration and documents", GOOD CSR
		    "-----BEGIN REGISTRATION-----\nseen\n"
		    "-----END REGISTRATION-----\n\n"
		    "-----BEGIN DOCUMENT-----\nAAAA\n-----END DOCUMENT-----\n",
		    "" },
		{ "no request", GOOD, "no CERTIFICATE REQUEST" },
		{ "a revocation", GOOD REVOCATION, "" },
		{ "two of them", GOOD REVOCATION REVOCATION,
		    "wanted one block REVOCATION" },
		{ "one beside a request", GOOD CSR REVOCATION,
		    "stands alone" },
		{ "two requests", GOOD CSR CSR, "found a second" },
		{ "a key of its own", GOOD "-----BEGIN PRIVATE KEY-----\n"
		    "-----END PRIVATE KEY-----\n", "found another" },
		{ "a block without end", GOOD CSR
		    "-----BEGIN REGISTRATION-----\n", "no END line" },
		{ "another END", GOOD CSR "-----BEGIN DOCUMENT-----\n"
		    "-----END REGISTRATION-----\n", "no END line" },
		{ "words between blocks", GOOD CSR "words\n", "BEGIN line" },
		{ "a document that is none", GOOD CSR
		    "-----BEGIN DOCUMENT-----\n?\n-----END DOCUMENT-----\n",
		    "no base64" },
		{ "an unknown key", GOOD "more = yes\n" CSR, "more" },
		{ "a short id", "[package]\nid = 1\nauthority = north\n"
		    "time = 2026-11-22T10:00:00Z\nsubscriber = acme\n" CSR,
		    "8 to 64" },
		{ "a time without zone", "[package]\nid = 2026-0001\n"
		    "authority = north\ntime = 2026-11-22 10:00\n"
		    "subscriber = acme\n" CSR, "2026-11-22T10:00:00Z" },
		{ "nothing", "", "" },
	};
	struct package p;
	struct err err;
	size_t i;
	int ret;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&err, 0, sizeof(err));
		ret = package_parse(slice_text(rows[i].text), &p, &err);
		if (rows[i].text[0] == '\0') {
			assert_int_equal(ret, -1);
			continue;
		}
		expect(rows[i].what, ret == 0 ? "" : err.text,
		    rows[i].wanted);
		if (ret == 0)
			package_free(&p);
	}
}

#define RA_KEYS "[authority]\nname = North\ncontract = 1\n" \
	"until = 2030-01-01\nsubscribers = acme\n" \
	"names = example.net, 192.0.2.0/24, @example.net\n" \
	"profiles = tls-server\n"

static void
authority_texts(void **state)
{
	static const struct {
		const char *what, *keys, *wanted;
		bool no_certificate, of_ca;
	} rows[] = {
		{ "a recognition", RA_KEYS, "" },
		{ "without its certificate", RA_KEYS, "certificate of the RA",
		    true, false },
		{ "with one for agreement", RA_KEYS, "not for signatures",
		    false, true },
		{ "with a wildcard", "[authority]\nname = N\ncontract = 1\n"
		    "until = 2030-01-01\nsubscribers = acme\n"
		    "names = *.example.net\nprofiles = p\n", "a domain" },
		{ "with a key more", RA_KEYS "more = yes\n", "more" },
		{ "a bad network", "[authority]\nname = N\ncontract = 1\n"
		    "until = 2030-01-01\nsubscribers = acme\n"
		    "names = 192.0.2.0/99\nprofiles = p\n", "address" },
	};
	struct external_ra a;
	struct bytes text = { 0 }, der = { 0 };
	struct err err;
	size_t i;
	int ret;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&err, 0, sizeof(err));
		bytes_copy(&text, slice_text(rows[i].keys));
		fake_der(rows[i].of_ca ? recipient : ra, &der);
		if (!rows[i].no_certificate)
			pem_encode(&text, "CERTIFICATE", SLICE(&der));
		ret = external_ra_parse("authority.conf", SLICE(&text), &a,
		    &err);
		expect(rows[i].what, ret == 0 ? "" : err.text,
		    rows[i].wanted);
		if (ret == -1)
			continue;
		assert_true(external_ra_has_name(&a, "dns",
		    "www.example.net"));
		assert_true(external_ra_has_name(&a, "ip", "192.0.2.7"));
		assert_true(external_ra_has_name(&a, "email",
		    "a@example.net"));
		assert_false(external_ra_has_name(&a, "dns", "example.org"));
		assert_false(external_ra_has_name(&a, "ip", "192.0.3.7"));
		assert_true(external_ra_has_subscriber(&a, "acme"));
		assert_false(external_ra_has_profile(&a, "person"));
		external_ra_free(&a);
	}
	bytes_free(&text);
	bytes_free(&der);
}

/* What we sign reads back, with openssl's reader. */
static void
receipts_verify(void **state)
{
	struct bytes tbs = { 0 }, signature = { 0 }, der = { 0 }, cms = { 0 };
	struct signed_content got;
	struct signed_parts parts = { .content = slice_text("receipt"),
	    .key_type = "ec:P-256" };
	struct err err;

	signed_attributes("ec:P-256", parts.content, clock_now(), &tbs);
	fake_sign(ra_key, SLICE(&tbs), &signature);
	fake_der(ra, &der);
	parts.attributes = SLICE(&tbs);
	parts.signature = SLICE(&signature);
	parts.certificate = SLICE(&der);
	must(signed_assemble(&parts, &cms, &err), &err);
	must(signed_read(SLICE(&cms), &got, &err), &err);
	assert_true(slice_equal(SLICE(&got.content), parts.content));
	signed_free(&got);
	cms.data[cms.size - 1] ^= 1;
	assert_int_equal(signed_read(SLICE(&cms), &got, &err), -1);
	bytes_free(&tbs);
	bytes_free(&signature);
	bytes_free(&der);
	bytes_free(&cms);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_openssl_makes),
		cmocka_unit_test(changed_octets),
		cmocka_unit_test(many_wait),
		cmocka_unit_test(the_journal_keeps_no_key),
		cmocka_unit_test(package_texts),
		cmocka_unit_test(authority_texts),
		cmocka_unit_test(receipts_verify),
	};
	const unsigned char *p;
	EVP_PKEY *handover;
	int failed;

	home_make(&home, "ec:P-256");
	p = home.handover_spki.data;
	handover = d2i_PUBKEY(NULL, &p, (long)home.handover_spki.size);
	ra_key = fake_key("P-256");
	ca_key = fake_key("P-256");
	ra = make_x509("RA", ra_key, 1, "critical,digitalSignature");
	other = make_x509("Other", ca_key, 2,
	    "critical,digitalSignature,keyAgreement");
	recipient = make_x509("Us", handover, 7, "critical,keyAgreement");
	fake_der(recipient, &recipient_der);
	signer_start(&signer, &home);
	client = client_new();
	signer_connect(&signer, client);
	if (!key_within(client, "handover", true, 60))
		die("the key handover is not ready");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	signer_end(&signer);
	client_free(client);
	X509_free(ra);
	X509_free(other);
	X509_free(recipient);
	EVP_PKEY_free(handover);
	EVP_PKEY_free(ra_key);
	EVP_PKEY_free(ca_key);
	bytes_free(&recipient_der);
	home_free(&home);
	return failed;
}
