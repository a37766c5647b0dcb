/*
 * Keys that are refused, each made on purpose, and keys that are good (BR
 * 6.1.1.3, 6.1.5, 6.1.6; Boulder key policy).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cmocka.h>

#include "ca/csr.h"
#include "ca/key.h"

static EVP_PKEY *
rsa_of(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_fromdata_init(ctx);
	EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void
expect(EVP_PKEY *key, const char *says, const char *sentence)
{
	struct err err = { 0 };
	int answer;

	assert_non_null(key);
	answer = key_check(key, &err);
	if (says == NULL ? answer != 0 : answer != -1 ||
	    err.code != EKEYREJECTED || strstr(err.text, says) == NULL)
		fail_msg("%s: '%s'", sentence, err.text);
	EVP_PKEY_free(key);
}

/* n and e from a good key, to be spoiled. */
static void
numbers(unsigned bits, BIGNUM **n, BIGNUM **e)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);

	*n = *e = NULL;
	EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, n);
	EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, e);
	EVP_PKEY_free(key);
}

static void
sizes(void **state)
{
	static const struct {
		unsigned	 bits;
		const char	*says;
	} rows[] = {
		{ 512, "512 bits" }, { 1024, "1024 bits" },
		{ 2040, "2040 bits" }, { 2047, "2047 bits" }, { 2048, NULL },
		{ 2056, NULL }, { 3072, NULL },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect(EVP_RSA_gen(rows[i].bits), rows[i].says, "sizes");
}

static void
exponents(void **state)
{
	static const struct {
		const char	*hex, *says, *sentence;
	} rows[] = {
		{ "10001", NULL, "65537" },
		{ "3", "exponent", "3" },
		{ "1", "exponent", "1: no encryption at all" },
		{ "FFFF", "exponent", "2^16 - 1" },
		{ "10000", "exponent", "2^16 is even" },
		{ "10002", "exponent", "even" },
		{ "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
		    "FFFFF", NULL, "2^256 - 1" },
		{ "10000000000000000000000000000000000000000000000000000000000"
		    "000001", "exponent", "2^256 + 1" },
	};
	BIGNUM *n, *e, *other = NULL;
	size_t i;

	numbers(2048, &n, &e);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		BN_hex2bn(&other, rows[i].hex);
		expect(rsa_of(n, other), rows[i].says, rows[i].sentence);
	}
	BN_free(n);
	BN_free(e);
	BN_free(other);
}

/* A prime of so many bits, by chance. */
static BIGNUM *
prime(int bits)
{
	BIGNUM *p = BN_new();

	BN_generate_prime_ex(p, bits, 0, NULL, NULL, NULL);
	return p;
}

static void
expect_product(const BIGNUM *p, const BIGNUM *q, const char *says,
    const char *sentence)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *n = BN_new(), *e = BN_new();

	BN_set_word(e, 65537);
	BN_mul(n, p, q, ctx);
	expect(rsa_of(n, e), says, sentence);
	BN_free(n);
	BN_free(e);
	BN_CTX_free(ctx);
}

static void
a_size_between(void **state)
{
	BIGNUM *p = prime(1025), *q = prime(1025);

	/* Both begin with two ones, so that the product has 2050 bits. */
	expect_product(p, q, "divisible by 8", "2050 bits");
	BN_free(p);
	BN_free(q);
}

static void
small_factors(void **state)
{
	static const struct {
		unsigned	 factor;
		const char	*says;
	} rows[] = {
		{ 2, "is even" }, { 3, "divisible by 3" },
		{ 751, "divisible by 751" },
		/* Of 757 the library's own check finds one in hundreds. */
		{ 4294967291, NULL },
	};
	BIGNUM *f = BN_new(), *p = NULL;
	size_t i;
	int bits;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		BN_set_word(f, rows[i].factor);
		/* The product wants 2048 bits; primes begin with two ones. */
		for (bits = 2048 - BN_num_bits(f);; bits++) {
			BN_free(p);
			p = prime(bits);
			BN_mul_word(p, rows[i].factor);
			if (BN_num_bits(p) == 2048)
				break;
		}
		BN_div_word(p, rows[i].factor);
		expect_product(p, f, rows[i].says, "small factors");
	}
	BN_free(p);
	BN_free(f);
}

static void
primes_close_to_each_other(void **state)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p, *q = BN_new();

	p = prime(1024);
	expect_product(p, p, "Fermat", "the square of a prime");
	BN_copy(q, p);
	do
		BN_add_word(q, 2);
	while (BN_check_prime(q, ctx, NULL) != 1);
	expect_product(p, q, "Fermat", "two neighbours");
	BN_copy(q, p);
	BN_set_bit(q, 500);
	BN_clear_bit(q, 510);
	while (BN_cmp(p, q) == 0 || BN_check_prime(q, ctx, NULL) != 1)
		BN_add_word(q, 2);
	/* 2^500 apart: (p - q)^2 / 8 sqrt(n) is below one round. */
	expect_product(p, q, "Fermat", "the upper half of the bits equal");
	BN_copy(q, p);
	BN_clear_bit(q, 900);
	BN_sub_word(q, 2);
	while (BN_is_bit_set(p, 900) == 0 ||
	    BN_check_prime(q, ctx, NULL) != 1) {
		if (!BN_is_bit_set(p, 900)) {
			BN_free(p);
			p = prime(1024);
			BN_copy(q, p);
			BN_clear_bit(q, 900);
		}
		BN_sub_word(q, 2);
	}
	expect_product(p, q, NULL, "2^900 apart");
	BN_free(p);
	BN_free(q);
	BN_CTX_free(ctx);
}

static void
a_prime_is_no_modulus(void **state)
{
	BIGNUM *p = prime(2048), *one = BN_new();

	BN_one(one);
	expect_product(p, one, "validation", "a prime");
	BN_free(p);
	BN_free(one);
}

/*
 * As the flawed generator makes them: p = k * M + (65537^a mod M), M the
 * product of the first 126 primes.
 */
static BIGNUM *
roca_prime(const BIGNUM *m, BN_CTX *ctx)
{
	BIGNUM *p = BN_new(), *g = BN_new(), *k = BN_new();

	BN_set_word(g, 65537);
	do {
		BN_rand(k, 64, -1, 0);
		BN_mod_exp(p, g, k, m, ctx);
		BN_rand(k, 1024 - BN_num_bits(m), 1, 0);
		BN_mul(k, k, m, ctx);
		BN_add(p, p, k);
	} while (BN_num_bits(p) != 1024 || BN_check_prime(p, ctx, NULL) != 1);
	BN_free(g);
	BN_free(k);
	return p;
}

static void
roca(void **state)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *m = BN_new(), *p, *q, *n = BN_new();
	unsigned candidate, divisor, count = 0;

	BN_one(m);
	for (candidate = 2; count < 126; candidate++) {
		for (divisor = 2; candidate % divisor != 0; divisor++)
			;
		if (divisor == candidate && ++count)
			BN_mul_word(m, candidate);
	}
	do {
		p = roca_prime(m, ctx);
		q = roca_prime(m, ctx);
		BN_mul(n, p, q, ctx);
		if (BN_num_bits(n) == 2048)
			break;
		BN_free(p);
		BN_free(q);
	} while (1);
	expect_product(p, q, "ROCA", "the flawed generator");
	BN_free(m);
	BN_free(n);
	BN_free(p);
	BN_free(q);
	BN_CTX_free(ctx);
}

static void
curves(void **state)
{
	EVP_PKEY *key;

	expect(EVP_EC_gen("P-256"), NULL, "P-256");
	expect(EVP_EC_gen("P-384"), NULL, "P-384");
	expect(EVP_EC_gen("P-521"), NULL, "P-521");
	expect(EVP_EC_gen("P-224"), "curve", "P-224");
	expect(EVP_EC_gen("secp256k1"), "curve", "secp256k1");
	expect(EVP_EC_gen("brainpoolP256r1"), "curve", "brainpoolP256r1");
	expect(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "neither RSA nor EC",
	    "Ed25519");
	key = EVP_EC_gen("P-256");
	EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING,
	    "explicit");
	expect(key, "by name", "a curve by its parameters");
}

/* SubjectPublicKeyInfo of P-256 with another point, or another form of it. */
static const struct {
	int		 at;		/* of the point */
	unsigned char	 octet;
	int		 size;		/* of the point */
	const char	*sentence;
} points[] = {
	{ 0, 0x02, 65, "a compressed point's first octet" },
	{ 0, 0x06, 65, "a hybrid point" },
	{ 0, 0x00, 1, "infinity" },
	{ 64, 0xff, 65, "a point off the curve" },
	{ 64, 0xff, 64, "a point cut short" },
};

static void
points_off_their_curve(void **state)
{
	unsigned char spki[91], *p = spki;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	char type[KEY_TYPE];
	struct err err;
	size_t i, size;

	for (i = 0; i < sizeof points / sizeof points[0]; i++) {
		p = spki;
		assert_int_equal(i2d_PUBKEY(key, &p), sizeof spki);
		spki[26 + points[i].at] ^= points[i].octet;
		if (points[i].octet < 0x10)
			spki[26 + points[i].at] = points[i].octet;
		size = 26 + (size_t)points[i].size;
		spki[1] = (unsigned char)(size - 2);
		spki[24] = (unsigned char)(points[i].size + 1);
		err.code = 0;
		if (key_from_spki((struct slice){ spki, size }, type, &err) !=
		    NULL || err.code != EKEYREJECTED)
			fail_msg("%s: %s", points[i].sentence, err.text);
	}
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(exponents),
		cmocka_unit_test(a_size_between),
		cmocka_unit_test(small_factors),
		cmocka_unit_test(primes_close_to_each_other),
		cmocka_unit_test(a_prime_is_no_modulus),
		cmocka_unit_test(roca),
		cmocka_unit_test(curves),
		cmocka_unit_test(points_off_their_curve),
	};

	return cmocka_run_group_tests_name("key_check", tests, NULL, NULL);
}
