/*
 * Tokens and the ceremony: each kind of key is made, signs, and stays where it
 * is; a wrong PIN is told from an absent token; the root's papers verify.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ca/key.h"
#include "hsm/apart.h"
#include "hsm/place.h"
#include "hsm/token.h"
#include "hsm_home.h"

static X509 *
read_certificate(const struct hsm_home *h, const char *name)
{
	struct bytes der = { 0 };
	const unsigned char *p;
	char path[400];
	struct err err;
	X509 *x;

	snprintf(path, sizeof(path), "%s/%s", h->ca, name);
	must(file_read(path, 65536, &der, &err), &err);
	p = der.data;
	x = d2i_X509(NULL, &p, (long)der.size);
	assert_non_null(x);
	assert_ptr_equal(p, der.data + der.size);
	bytes_free(&der);
	return x;
}

static X509_CRL *
read_crl(const struct hsm_home *h)
{
	struct bytes der = { 0 };
	const unsigned char *p;
	char path[400];
	struct err err;
	X509_CRL *x;

	snprintf(path, sizeof(path), "%s/root.crl", h->ca);
	must(file_read(path, 65536, &der, &err), &err);
	p = der.data;
	x = d2i_X509_CRL(NULL, &p, (long)der.size);
	assert_non_null(x);
	bytes_free(&der);
	return x;
}

static long
crl_number(X509_CRL *crl)
{
	ASN1_INTEGER *i = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL,
	    NULL);
	long n = ASN1_INTEGER_get(i);

	ASN1_INTEGER_free(i);
	return n;
}

static void
check_papers(const struct hsm_home *h)
{
	X509 *root = read_certificate(h, "root.der");
	X509 *issuing = read_certificate(h, "issuing.der");
	X509_CRL *crl = read_crl(h);
	EVP_PKEY *key = X509_get0_pubkey(root);
	struct err err;
	int days, seconds;

	assert_int_equal(X509_verify(root, key), 1);
	assert_int_equal(X509_verify(issuing, key), 1);
	assert_int_equal(X509_check_issued(root, issuing), X509_V_OK);
	assert_int_equal(X509_get_pathlen(root), 1);
	assert_int_equal(X509_get_pathlen(issuing), 0);
	assert_int_equal(X509_check_ca(issuing), 1);
	assert_int_equal(X509_get_key_usage(issuing),
	    KU_KEY_CERT_SIGN | KU_CRL_SIGN);
	assert_true(X509_get_ext_by_NID(issuing, NID_crl_distribution_points,
	    -1) >= 0);
	assert_true(X509_get_ext_by_NID(issuing, NID_info_access, -1) >= 0);
	assert_int_equal(X509_CRL_verify(crl, key), 1);
	assert_int_equal(ASN1_TIME_diff(&days, &seconds,
	    X509_CRL_get0_lastUpdate(crl), X509_CRL_get0_nextUpdate(crl)), 1);
	assert_true(days <= 365);
	assert_int_equal(crl_number(crl), 1);
	X509_CRL_free(crl);
	must(ceremony_root_crl(h->path, NULL, &err), &err);
	crl = read_crl(h);
	assert_int_equal(X509_CRL_verify(crl, key), 1);
	assert_int_equal(crl_number(crl), 2);
	X509_CRL_free(crl);
	X509_free(root);
	X509_free(issuing);
}

/* In a child: a module is loaded once in a process. */
static int
use_token(void *arg, struct bytes *result, struct err *err)
{
	struct hsm_home *h = arg;
	struct bytes pin = { 0 }, signature = { 0 };
	struct token_module *m;
	struct token *t;
	char path[400], type[KEY_TYPE];
	EVP_PKEY *key;
	int i;

	if (place_softhsm(h->signer, err) == -1)
		return -1;
	snprintf(path, sizeof(path), "%s/pin-issuing", h->signer);
	if (file_read(path, 100, &pin, err) == -1)
		return -1;
	/* Twice: what is closed can be opened again. */
	for (i = 0; i < 2; i++) {
		if ((m = token_module_open(SOFTHSM, err)) == NULL)
			return -1;
		if (token_open(m, "pkifs-none", "1234", err) != NULL ||
		    err->code != ENODEV)
			return err_set(err, EINVAL, "a token from nowhere");
		if (token_open(m, "pkifs-issuing", "1234", err) != NULL ||
		    err->code != EKEYREJECTED)
			return err_set(err, EINVAL, "a wrong PIN is right");
		if ((t = token_open(m, "pkifs-issuing", bytes_text(&pin),
		    err)) == NULL)
			return -1;
		if (!slice_equal(token_spki(t), h->issuing.spki) ||
		    token_algorithm(t) != h->algorithm)
			return err_set(err, EINVAL, "another key");
		if (token_sign(t, slice_text("data"), &signature, err) == -1)
			return -1;
		key = key_from_spki(token_spki(t), type, err);
		if (key == NULL || key_verify(key, h->algorithm->signature,
		    slice_text("data"), SLICE(&signature), err) == -1)
			return -1;
		EVP_PKEY_free(key);
		token_close(t);
		token_module_close(m);
	}
	bytes_free(&pin);
	bytes_free(&signature);
	return 0;
}

static void
each_kind_of_key_signs(void **state)
{
	static const char *const kinds[] = { "ec:P-256", "ec:P-384",
	    "rsa:3072" };
	struct bytes result = { 0 };
	struct hsm_home home;
	struct err err;
	size_t i;

	for (i = 0; i < 3; i++) {
		home_make(&home, kinds[i]);
		check_papers(&home);
		if (apart_run(geteuid(), getegid(), NULL, use_token, &home,
		    &result, &err) == -1)
			fail_msg("%s: %s", kinds[i], err.text);
		home_free(&home);
	}
	bytes_free(&result);
}

/* Who may read what the ceremony left. */
static void
secrets_are_shut(void **state)
{
	static const struct {
		const char *name;
		mode_t	mode;
	} rows[] = {
		{ "signer", 0700 }, { "offline", 0700 },
		{ "signer/pin-issuing", 0400 }, { "signer/pin-ocsp", 0400 },
		{ "signer/pin-evidence", 0400 },
		{ "signer/pin-handover", 0400 }, { "offline/pin-root", 0400 },
		{ "offline/so-pin-root", 0400 },
		{ "offline/so-pin-issuing", 0400 },
		{ "signer/tokens", 0700 }, { "signer/journal", 0600 },
		{ "ca", 0755 }, { "ca/root.der", 0644 },
	};
	struct hsm_home home;
	char path[400];
	struct stat st;
	size_t i;

	home_make(&home, "ec:P-256");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", home.path, rows[i].name);
		if (stat(path, &st) == -1 || (st.st_mode & 07777) !=
		    rows[i].mode)
			fail_msg("%s has mode %o", rows[i].name,
			    st.st_mode & 07777);
	}
	snprintf(path, sizeof(path), "%s/signer/pin-root", home.path);
	assert_int_equal(access(path, F_OK), -1);
	home_free(&home);
}

static int
crash(void *arg, struct bytes *result, struct err *err)
{
	abort();
}

/* A module that crashes, or is none, is a sentence. */
static void
faults_are_sentences(void **state)
{
	struct ceremony_plan plan = { .home = "/tmp", .key = "ec:P-521",
	    .name = "Test SANDBOX", .url = "http://x", .policies = "2.999",
	    .module = "/nowhere.so" };
	struct bytes result = { 0 };
	char home[] = "/tmp/pkifs-token-XXXXXX";
	struct err err;

	assert_int_equal(apart_run(geteuid(), getegid(), NULL, crash, NULL,
	    &result, &err), -1);
	assert_non_null(strstr(err.text, "signal 6"));
	assert_non_null(mkdtemp(home));
	plan.home = home;
	assert_int_equal(ceremony_run(&plan, &err), -1);
	assert_non_null(strstr(err.text, "ec:P-521"));
	plan.key = "ec:P-256";
	plan.name = "Production";
	assert_int_equal(ceremony_run(&plan, &err), -1);
	assert_non_null(strstr(err.text, "SANDBOX"));
	plan.name = "Test SANDBOX";
	plan.signer_uid = geteuid();
	plan.signer_gid = getegid();
	assert_int_equal(ceremony_run(&plan, &err), -1);
	assert_non_null(strstr(err.text, "nowhere.so"));
	remove_tree(home);
	bytes_free(&result);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_key_signs),
		cmocka_unit_test(secrets_are_shut),
		cmocka_unit_test(faults_are_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
