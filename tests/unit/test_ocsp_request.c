/*
 * The decoder of OCSP requests: it takes what clients send, and nothing that
 * is not the one DER form of a request; each row has a sentence.  (412-2
 * GEN-4.4.1-7; RFC 6960 4.1.1, 4.4; RFC 9919; RFC 9654)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <openssl/ocsp.h>

#include "ca/der.h"
#include "fake_ca.h"
#include "status/ocsp_request.h"
#include "status/publisher.h"

/* Pieces, as hexadecimal: "" between them is only for the eye. */
#define SHA1_ID		"300906052b0e03021a0500"
#define SHA1_BARE	"300706052b0e03021a"
#define SHA256_ID	"300d06096086480165030402010500"
#define SHA512_ID	"300d06096086480165030402030500"
#define H20		"0414" "000102030405060708090a0b0c0d0e0f10111213"
#define H32		"0420" "000102030405060708090a0b0c0d0e0f" \
			"101112131415161718191a1b1c1d1e1f"
#define SERIAL		"0203" "01abcd"
#define NONCE		"301f06092b0601050507300102041204100123456789abcdef" \
			"0123456789abcdef"

struct piece {
	const char	*what;
	const char	*id;		/* CertID's content */
	const char	*behind_id;	/* in the Request */
	const char	*before_list, *behind_list;	/* in the TBSRequest */
	const char	*behind_tbs;	/* in the OCSPRequest */
	int		 wanted;	/* 0 or -1 */
};

static const struct piece pieces[] = {
	{ "SHA-1 with NULL, as OpenSSL writes it", SHA1_ID H20 H20 SERIAL,
	  "", "", "", "", 0 },
	{ "SHA-1 without parameters", SHA1_BARE H20 H20 SERIAL,
	  "", "", "", "", 0 },
	{ "SHA-256", SHA256_ID H32 H32 SERIAL, "", "", "", "", 0 },
	{ "another hash is answered unauthorized, it is not malformed",
	  SHA512_ID H20 H20 SERIAL, "", "", "", "", 0 },
	{ "hashes of another length", SHA256_ID H20 H20 SERIAL,
	  "", "", "", "", -1 },
	{ "parameters that are not NULL",
	  "300a06052b0e03021a020100" H20 H20 SERIAL, "", "", "", "", -1 },
	{ "a serial of 20 octets is the longest", SHA1_ID H20 H20
	  "02147f000000000000000000000000000000000000ff",
	  "", "", "", "", 0 },
	{ "20 octets with a leading zero for the sign", SHA1_ID H20 H20
	  "021500ff000000000000000000000000000000000000ff",
	  "", "", "", "", 0 },
	{ "a serial of 21 octets", SHA1_ID H20 H20
	  "02157f00000000000000000000000000000000000000ff",
	  "", "", "", "", -1 },
	{ "a negative serial", SHA1_ID H20 H20 "020180",
	  "", "", "", "", -1 },
	{ "an empty serial", SHA1_ID H20 H20 "0200", "", "", "", "", -1 },
	{ "a serial with a needless zero in front", SHA1_ID H20 H20
	  "0203000001", "", "", "", "", -1 },
	{ "octets behind the serial", SHA1_ID H20 H20 SERIAL "0500",
	  "", "", "", "", -1 },
	{ "no serial", SHA1_ID H20 H20, "", "", "", "", -1 },
	{ "an empty CertID", "", "", "", "", "", -1 },
	{ "extensions of the single request are ignored",
	  SHA1_ID H20 H20 SERIAL, "a023" "3021" NONCE, "", "", "", 0 },
	{ "an empty list of them is not",
	  SHA1_ID H20 H20 SERIAL, "a002" "3000", "", "", "", -1 },
	{ "something else behind the CertID",
	  SHA1_ID H20 H20 SERIAL, "0500", "", "", "", -1 },
	{ "a nonce", SHA1_ID H20 H20 SERIAL, "", "",
	  "a223" "3021" NONCE, "", 0 },
	{ "a nonce of no octets (RFC 9654 2.1)", SHA1_ID H20 H20 SERIAL, "",
	  "", "a213" "3011" "300f06092b060105050730010204020400", "", -1 },
	{ "a nonce of one octet", SHA1_ID H20 H20 SERIAL, "",
	  "", "a214" "3012" "301006092b06010505073001020403040155", "", 0 },
	{ "a nonce that is no OCTET STRING inside", SHA1_ID H20 H20 SERIAL,
	  "", "", "a214" "3012" "301006092b06010505073001020403020155", "",
	  -1 },
	{ "octets behind the nonce", SHA1_ID H20 H20 SERIAL,
	  "", "", "a215" "3013" "301106092b060105050730010204040401550a", "",
	  -1 },
	{ "two nonces", SHA1_ID H20 H20 SERIAL,
	  "", "", "a244" "3042" NONCE NONCE, "", -1 },
	{ "extensions under another tag", SHA1_ID H20 H20 SERIAL, "", "",
	  "a323" "3021" NONCE, "", -1 },
	{ "an extension that is none", SHA1_ID H20 H20 SERIAL, "", "",
	  "a206" "3004" "3002" "0500", "", -1 },
	{ "version 1 said aloud", SHA1_ID H20 H20 SERIAL, "",
	  "a003" "020100", "", "", 0 },
	{ "version 2", SHA1_ID H20 H20 SERIAL, "", "a003" "020101", "", "",
	  -1 },
	{ "who asks is ignored", SHA1_ID H20 H20 SERIAL, "",
	  "a104" "82026161", "", "", 0 },
	{ "who asks is two", SHA1_ID H20 H20 SERIAL, "",
	  "a108" "82026161" "82026161", "", "", -1 },
	{ "who asks is no GeneralName", SHA1_ID H20 H20 SERIAL, "",
	  "a104" "0c026161", "", "", -1 },
	{ "a signature is ignored", SHA1_ID H20 H20 SERIAL, "", "", "",
	  "a012" "3010" "300a06082a8648ce3d040302" "03020055", 0 },
	{ "a signature with certificates", SHA1_ID H20 H20 SERIAL, "", "", "",
	  "a01a" "3018" "300a06082a8648ce3d040302" "03020055"
	  "a006" "3004" "3002" "0500", 0 },
	{ "a signature that is none", SHA1_ID H20 H20 SERIAL, "", "", "",
	  "a004" "30020500", -1 },
	{ "something else behind the request", SHA1_ID H20 H20 SERIAL, "",
	  "", "", "0500", -1 },
};

static void
put_hex(struct bytes *to, const char *hex)
{
	size_t size = strlen(hex) / 2;
	unsigned char octets[512];

	assert_int_equal(hex_decode(octets, size, hex), 0);
	bytes_put(to, octets, size);
}

/* `count` times the same request in the list. */
static void
build(struct bytes *to, const struct piece *piece, int count)
{
	size_t list, one;

	bytes_clear(to);
	put_hex(to, piece->before_list);
	list = to->size;
	for (int i = 0; i < count; i++) {
		one = to->size;
		put_hex(to, piece->id);
		der_wrap(to, DER_SEQUENCE, one);
		put_hex(to, piece->behind_id);
		der_wrap(to, DER_SEQUENCE, one);
	}
	der_wrap(to, DER_SEQUENCE, list);
	put_hex(to, piece->behind_list);
	der_wrap(to, DER_SEQUENCE, 0);
	put_hex(to, piece->behind_tbs);
	der_wrap(to, DER_SEQUENCE, 0);
}

static void
each_row_is_taken_or_refused(void **state)
{
	struct bytes der = { 0 };
	struct ocsp_ids ids;

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		build(&der, &pieces[i], 1);
		if (ocsp_request_decode(SLICE(&der), &ids) !=
		    pieces[i].wanted)
			fail_msg("%s", pieces[i].what);
		if (pieces[i].wanted == 0)
			assert_int_equal(ids.count, 1);
	}
	bytes_free(&der);
}

static void
several_are_bounded(void **state)
{
	struct bytes der = { 0 }, joined = { 0 };
	struct ocsp_ids ids, again;

	for (int count = 0; count <= OCSP_IDS_MOST + 1; count++) {
		build(&der, &pieces[0], count);
		if (count == 0 || count > OCSP_IDS_MOST) {
			assert_int_equal(ocsp_request_decode(SLICE(&der),
			    &ids), -1);
			continue;
		}
		assert_int_equal(ocsp_request_decode(SLICE(&der), &ids), 0);
		assert_int_equal(ids.count, count);
		assert_string_equal(ids.id[count - 1].serial, "01ABCD");
		ocsp_ids_join(&ids, &joined);
		assert_int_equal(ocsp_ids_decode(SLICE(&joined), &again), 0);
		assert_int_equal(again.count, count);
	}
	bytes_free(&der);
	bytes_free(&joined);
}

/* The lengths of RFC 9654 2.1, and what is critical and unknown. */
static void
nonces_and_critical_extensions_are_seen(void **state)
{
	static const struct {
		size_t nonce;
		bool critical;
		int wanted;
	} rows[] = {
		{ 0, false, 0 }, { 0, true, 0 }, { 1, false, 0 },
		{ 32, true, 0 }, { 128, false, 0 }, { 129, false, -1 },
		{ 1000, false, -1 }
	};
	static const unsigned char octets[1000] = { 0x5a };
	struct bytes der = { 0 };
	struct ocsp_ids ids;
	size_t from;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bytes_clear(&der);
		put_hex(&der, SHA1_ID H20 H20 SERIAL);
		der_wrap(&der, DER_SEQUENCE, 0);
		der_wrap(&der, DER_SEQUENCE, 0);
		der_wrap(&der, DER_SEQUENCE, 0);
		from = der.size;
		if (rows[i].nonce > 0) {
			struct bytes value = { 0 };

			der_put(&value, DER_OCTET_STRING, (struct slice){
			    octets, rows[i].nonce });
			put_hex(&der, "06092b0601050507300102");
			der_put(&der, DER_OCTET_STRING, SLICE(&value));
			der_wrap(&der, DER_SEQUENCE, from);
			bytes_free(&value);
		}
		if (rows[i].critical)	/* 1.2.3, TRUE */
			put_hex(&der, "300b06022a030101ff04020500");
		if (der.size > from) {
			der_wrap(&der, DER_SEQUENCE, from);
			der_wrap(&der, DER_CONTEXT(2), from);
		}
		der_wrap(&der, DER_SEQUENCE, 0);
		der_wrap(&der, DER_SEQUENCE, 0);
		assert_int_equal(ocsp_request_decode(SLICE(&der), &ids),
		    rows[i].wanted);
		if (rows[i].wanted == -1)
			continue;
		assert_int_equal(ids.nonce.size, rows[i].nonce);
		assert_int_equal(ids.critical, rows[i].critical);
	}
	bytes_free(&der);
}

/* Cut short or lengthened it is no request; cut short it may become one. */
static void
prefixes_wait_for_more(void **state)
{
	struct bytes der = { 0 };
	struct ocsp_ids ids;

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		if (pieces[i].wanted != 0)
			continue;
		build(&der, &pieces[i], 1);
		for (size_t size = 0; size < der.size; size++) {
			unsigned char *cut = malloc(size + 1);
			struct slice part = { cut, size };

			memcpy(cut, der.data, size);
			assert_int_equal(publisher_ocsp_is_complete(part), 0);
			assert_int_equal(ocsp_request_decode(part, &ids), -1);
			free(cut);
		}
		assert_int_equal(publisher_ocsp_is_complete(SLICE(&der)), 1);
		put_u8(&der, 0);
		assert_int_equal(publisher_ocsp_is_complete(SLICE(&der)), -1);
		assert_int_equal(ocsp_request_decode(SLICE(&der), &ids), -1);
	}
	bytes_free(&der);
}

static const struct {
	const char *what, *hex;
	int wanted;
} heads[] = {
	{ "nothing yet", "", 0 },
	{ "a SEQUENCE begins", "30", 0 },
	{ "a length is to follow", "3082", 0 },
	{ "another type", "31", -1 },
	{ "an indefinite length", "3080", -1 },
	{ "a length with more octets than it needs", "30810a", -1 },
	{ "a length of five octets", "308500000000", -1 },
	{ "longer than any request", "30821001", -1 },
	{ "as long as a request may be", "30820ffc", 0 },
	{ "no SEQUENCE inside", "300a04", -1 },
	{ "an inside longer than the outside", "300a300a", -1 },
	{ "an inside that may fit", "300a3008", 0 },
	{ "complete and empty: malformed, but complete", "3000", 1 },
};

static void
heads_decide_early(void **state)
{
	struct bytes der = { 0 };

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		bytes_clear(&der);
		put_hex(&der, heads[i].hex);
		if (publisher_ocsp_is_complete(SLICE(&der)) != heads[i].wanted)
			fail_msg("%s", heads[i].what);
	}
	bytes_free(&der);
}

static void
what_openssl_writes_is_read(void **state)
{
	const EVP_MD *digests[] = { EVP_sha1(), EVP_sha256() };
	struct fake_ca ca;
	X509 *leaf;

	fake_ca_make(&ca, "P-256", "asked");
	leaf = fake_certificate(ca.key, &ca, "leaf",
	    "0123456789ABCDEF0123456789ABCDEF01", 10);
	for (size_t i = 0; i < 2; i++) {
		OCSP_REQUEST *request = OCSP_REQUEST_new();
		unsigned char *der = NULL;
		struct ocsp_ids ids;
		int size;

		OCSP_request_add0_id(request, OCSP_cert_to_id(digests[i],
		    leaf, ca.certificate));
		OCSP_request_add1_nonce(request, NULL, -1);
		size = i2d_OCSP_REQUEST(request, &der);
		assert_int_equal(ocsp_request_decode((struct slice){ der,
		    (size_t)size }, &ids), 0);
		assert_int_equal(ids.count, 1);
		assert_int_equal(ids.id[0].hash, i == 0 ? OCSP_SHA1 :
		    OCSP_SHA256);
		assert_string_equal(ids.id[0].serial,
		    "0123456789ABCDEF0123456789ABCDEF01");
		OPENSSL_free(der);
		OCSP_REQUEST_free(request);
	}
	X509_free(leaf);
	fake_ca_free(&ca);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_taken_or_refused),
		cmocka_unit_test(several_are_bounded),
		cmocka_unit_test(nonces_and_critical_extensions_are_seen),
		cmocka_unit_test(prefixes_wait_for_more),
		cmocka_unit_test(heads_decide_early),
		cmocka_unit_test(what_openssl_writes_is_read),
	};

	return cmocka_run_group_tests_name("ocsp_request", tests, NULL, NULL);
}
