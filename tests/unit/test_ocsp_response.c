/*
 * The writer of OCSP answers: OpenSSL's own verification accepts them and
 * reads the status that was put in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <openssl/ocsp.h>

#include "ca/clock.h"
#include "fake_ca.h"
#include "status/ocsp_response.h"
#include "status/publisher.h"

static const struct {
	const char	*what, *serial;
	usec_t		 revoked_ago;	/* 0: good */
	int		 reason;
} rows[] = {
	{ "good", "010000000000000000000000000000AB01", 0, 0 },
	{ "revoked without a reason", "01000000000000000000000000000AB002",
	  100 * USEC, 0 },
	{ "revoked with a reason", "0100000000000000000000000000AB0003",
	  200 * USEC, 1 },
};
#define ROWS	(sizeof rows / sizeof *rows)

struct made {
	struct fake_ca	  ca;
	EVP_PKEY	 *key;
	X509		 *certificate;
	struct signatory *responder;
	struct ocsp_frame frame;
	OCSP_CERTID	 *ids[ROWS];
	struct bytes	  ids_der[ROWS];
	struct ocsp_single singles[ROWS];
	struct bytes	  tbs, signature, der, responder_der;
};

static void
make_id(struct made *m, size_t i, const EVP_MD *digest)
{
	X509 *leaf = fake_certificate(m->key, &m->ca, "leaf", rows[i].serial,
	    10);
	unsigned char *der = NULL;
	int size;

	m->ids[i] = OCSP_cert_to_id(digest, leaf, m->ca.certificate);
	size = i2d_OCSP_CERTID(m->ids[i], &der);
	bytes_copy(&m->ids_der[i], (struct slice){ der, (size_t)size });
	m->singles[i].cert_id = SLICE(&m->ids_der[i]);
	if (rows[i].revoked_ago != 0) {
		m->singles[i].revoked = m->frame.this_update -
		    rows[i].revoked_ago;
		m->singles[i].reason = rows[i].reason;
	}
	OPENSSL_free(der);
	X509_free(leaf);
}

static void
make(struct made *m, const char *kind, const EVP_MD *digest)
{
	struct err err;

	memset(m, 0, sizeof *m);
	fake_ca_make(&m->ca, "P-256", "OCSP test");
	m->key = fake_key(kind);
	m->certificate = fake_certificate(m->key, &m->ca, "responder", "77",
	    14);
	fake_der(m->certificate, &m->responder_der);
	m->responder = signatory_new(SLICE(&m->responder_der), &err);
	assert_non_null(m->responder);
	m->frame.responder = m->responder;
	m->frame.this_update = clock_now() / USEC * USEC;
	m->frame.next_update = m->frame.this_update + USEC_DAY / 2;
	for (size_t i = 0; i < ROWS; i++)
		make_id(m, i, digest);
}

static void
finish(struct made *m, size_t first, size_t count)
{
	ocsp_put_data(&m->tbs, &m->frame, m->singles + first, count);
	fake_sign(m->key, SLICE(&m->tbs), &m->signature);
	ocsp_assemble(&m->der, SLICE(&m->tbs), m->responder,
	    SLICE(&m->signature));
}

static void
unmake(struct made *m)
{
	for (size_t i = 0; i < ROWS; i++) {
		OCSP_CERTID_free(m->ids[i]);
		bytes_free(&m->ids_der[i]);
	}
	X509_free(m->certificate);
	EVP_PKEY_free(m->key);
	fake_ca_free(&m->ca);
	signatory_free(m->responder);
	bytes_free(&m->tbs);
	bytes_free(&m->signature);
	bytes_free(&m->der);
	bytes_free(&m->responder_der);
}

/* As a relying party does: only the CA is trusted. */
static OCSP_BASICRESP *
verify(const struct made *m)
{
	const unsigned char *p = m->der.data;
	OCSP_RESPONSE *response;
	OCSP_BASICRESP *basic;
	X509_STORE *store = X509_STORE_new();

	response = d2i_OCSP_RESPONSE(NULL, &p, (long)m->der.size);
	assert_non_null(response);
	assert_ptr_equal(p, m->der.data + m->der.size);
	assert_int_equal(OCSP_response_status(response), 0);
	basic = OCSP_response_get1_basic(response);
	assert_non_null(basic);
	X509_STORE_add_cert(store, m->ca.certificate);
	assert_int_equal(OCSP_basic_verify(basic, NULL, store, 0), 1);
	X509_STORE_free(store);
	OCSP_RESPONSE_free(response);
	return basic;
}

static void
find(OCSP_BASICRESP *basic, struct made *m, size_t i)
{
	ASN1_GENERALIZEDTIME *revoked, *this_update, *next_update;
	int status, reason;
	struct tm tm;

	assert_int_equal(OCSP_resp_find_status(basic, m->ids[i], &status,
	    &reason, &revoked, &this_update, &next_update), 1);
	assert_int_equal(OCSP_check_validity(this_update, next_update, 5, -1),
	    1);
	ASN1_TIME_to_tm(next_update, &tm);
	assert_int_equal(timegm(&tm), m->frame.next_update / USEC);
	if (rows[i].revoked_ago == 0) {
		assert_int_equal(status, V_OCSP_CERTSTATUS_GOOD);
		return;
	}
	assert_int_equal(status, V_OCSP_CERTSTATUS_REVOKED);
	assert_int_equal(reason, rows[i].reason != 0 ? rows[i].reason :
	    OCSP_REVOKED_STATUS_NOSTATUS);
	ASN1_TIME_to_tm(revoked, &tm);
	assert_int_equal(timegm(&tm), m->singles[i].revoked / USEC);
}

static void
openssl_accepts_each_status(void **state)
{
	static const char *const kinds[] = { "P-256", "P-384", "rsa" };
	OCSP_BASICRESP *basic;
	struct made m;
	struct err err;

	for (size_t k = 0; k < 3; k++) {
		make(&m, kinds[k], k == 1 ? EVP_sha256() : EVP_sha1());
		for (size_t i = 0; i < ROWS; i++) {
			finish(&m, i, 1);
			assert_int_equal(ocsp_reread(SLICE(&m.der),
			    SLICE(&m.tbs), m.responder, &err), 0);
			basic = verify(&m);
			find(basic, &m, i);
			OCSP_BASICRESP_free(basic);
		}
		unmake(&m);
	}
}

static void
several_stand_in_one(void **state)
{
	usec_t this_update, next_update;
	struct ocsp_single single;
	struct ocsp_facts facts;
	OCSP_BASICRESP *basic;
	struct made m;
	struct err err;

	make(&m, "P-256", EVP_sha256());
	finish(&m, 0, ROWS);
	basic = verify(&m);
	for (size_t i = 0; i < ROWS; i++)
		find(basic, &m, i);
	OCSP_BASICRESP_free(basic);
	assert_int_equal(ocsp_read(SLICE(&m.der), &facts, &err), 0);
	for (size_t i = 0; i < ROWS; i++) {
		assert_int_equal(ocsp_next_single(&facts.singles, &single,
		    &this_update, &next_update), 1);
		assert_true(slice_equal(single.cert_id,
		    m.singles[i].cert_id));
		assert_int_equal(single.revoked, m.singles[i].revoked);
		assert_int_equal(single.reason, m.singles[i].reason);
		assert_int_equal(next_update, m.frame.next_update);
	}
	assert_int_equal(ocsp_next_single(&facts.singles, &single,
	    &this_update, &next_update), 0);
	unmake(&m);
}

/* What is asked for on top: OpenSSL finds each extension where it belongs. */
/* RFC 6960 4.4.4; no other extension stands at one certificate (BR 7.3). */
static void
extensions_are_where_they_belong(void **state)
{
	static const unsigned char nonce[128] = { 0xa5, 1 };
	usec_t this_update, next_update;
	struct ocsp_single single;
	struct ocsp_facts facts;
	OCSP_SINGLERESP *one;
	OCSP_BASICRESP *basic;
	struct made m;
	struct err err;

	make(&m, "P-256", EVP_sha1());
	m.frame.nonce = (struct slice){ nonce, sizeof nonce };
	m.frame.archive_cutoff = m.frame.this_update - 1000 * USEC;
	m.singles[2] = (struct ocsp_single){ .cert_id = m.singles[2].cert_id,
	    .never = true };
	finish(&m, 0, ROWS);
	basic = verify(&m);
	assert_true(OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce,
	    -1) >= 0);
	assert_int_equal(OCSP_BASICRESP_get_ext_count(basic), 2);
	for (int i = 0; i < (int)ROWS; i++) {
		one = OCSP_resp_get0(basic, i);
		assert_int_equal(OCSP_SINGLERESP_get_ext_by_NID(one,
		    NID_id_pkix_OCSP_archiveCutoff, -1) >= 0, i < 2);
	}
	OCSP_BASICRESP_free(basic);
	assert_int_equal(ocsp_read(SLICE(&m.der), &facts, &err), 0);
	assert_true(slice_equal(facts.nonce, m.frame.nonce));
	assert_true(facts.extended);
	for (size_t i = 0; i < ROWS; i++) {
		assert_int_equal(ocsp_next_single(&facts.singles, &single,
		    &this_update, &next_update), 1);
		assert_int_equal(single.never, i == 2);
	}
	assert_int_equal(single.reason, 6);
	assert_int_equal(single.revoked, 0);
	unmake(&m);
}

static void
the_reread_refuses(void **state)
{
	struct bytes other = { 0 };
	struct ocsp_facts facts;
	struct made m;
	struct err err;

	make(&m, "P-256", EVP_sha1());
	finish(&m, 0, 1);
	bytes_copy(&other, SLICE(&m.tbs));
	other.data[other.size - 1] ^= 1;
	assert_int_equal(ocsp_reread(SLICE(&m.der), SLICE(&other),
	    m.responder, &err), -1);
	bytes_free(&other);
	for (size_t size = 0; size < m.der.size; size++) {
		unsigned char *cut = malloc(size + 1);

		memcpy(cut, m.der.data, size);
		assert_int_equal(ocsp_read((struct slice){ cut, size },
		    &facts, &err), -1);
		free(cut);
	}
	/* A signature by another key. */
	fake_sign(m.ca.key, SLICE(&m.tbs), &m.signature);
	ocsp_assemble(&m.der, SLICE(&m.tbs), m.responder,
	    SLICE(&m.signature));
	assert_int_equal(ocsp_reread(SLICE(&m.der), SLICE(&m.tbs),
	    m.responder, &err), -1);
	unmake(&m);
}

static void
the_fixed_answers_are_what_they_say(void **state)
{
	static const struct {
		enum ocsp_file file;
		int status;
	} fixed[] = {
		{ OCSP_UNAUTHORIZED, OCSP_RESPONSE_STATUS_UNAUTHORIZED },
		{ OCSP_TRY_LATER, OCSP_RESPONSE_STATUS_TRYLATER },
		{ OCSP_MALFORMED, OCSP_RESPONSE_STATUS_MALFORMEDREQUEST },
	};

	for (size_t i = 0; i < 3; i++) {
		struct slice der = publisher_ocsp_fixed(fixed[i].file);
		const unsigned char *p = der.data;
		OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &p,
		    (long)der.size);

		assert_non_null(response);
		assert_int_equal(OCSP_response_status(response),
		    fixed[i].status);
		OCSP_RESPONSE_free(response);
	}
	assert_int_equal(publisher_ocsp_fixed(OCSP_ANSWER).size, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openssl_accepts_each_status),
		cmocka_unit_test(several_stand_in_one),
		cmocka_unit_test(extensions_are_where_they_belong),
		cmocka_unit_test(the_reread_refuses),
		cmocka_unit_test(the_fixed_answers_are_what_they_say),
	};

	return cmocka_run_group_tests_name("ocsp_response", tests, NULL,
	    NULL);
}
