/*
 * Is a subscriber's key good enough?  BR 6.1.1.3, 6.1.5 and 6.1.6, TS 119 312;
 * the checks and their bounds are those of Boulder's goodkey (Boulder key
 * policy).  Keys of the RSA
 * generator known as ROCA are told by their residues (Nemec and others, 2017);
 * primes close to each other by Fermat's factorisation.
 */
#include <errno.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "csr.h"

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))
#define MODULUS_BITS_MIN	2048
#define MODULUS_BITS_MAX	8192
#define FERMAT_ROUNDS	110

static const char *const curves[] = {
	"prime256v1", "P-256", "secp384r1", "P-384", "secp521r1", "P-521"
};

static const unsigned short small_primes[] = {
	3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67,
	71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139,
	149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223,
	227, 229, 233, 239, 241, 251, 257, 263, 269, 271, 277, 281, 283, 293,
	307, 311, 313, 317, 331, 337, 347, 349, 353, 359, 367, 373, 379, 383,
	389, 397, 401, 409, 419, 421, 431, 433, 439, 443, 449, 457, 461, 463,
	467, 479, 487, 491, 499, 503, 509, 521, 523, 541, 547, 557, 563, 569,
	571, 577, 587, 593, 599, 601, 607, 613, 617, 619, 631, 641, 643, 647,
	653, 659, 661, 673, 677, 683, 691, 701, 709, 719, 727, 733, 739, 743,
	751
};
static const unsigned short roca_primes[] = {
	11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151,
	157
};

static int
check_size(const BIGNUM *n, const BIGNUM *e, BN_CTX *ctx, struct err *err)
{
	int bits = BN_num_bits(n);

	if (bits < MODULUS_BITS_MIN || bits > MODULUS_BITS_MAX)
		return err_set(err, EKEYREJECTED, "RSA of %d bits: %d to %d "
		    "are taken (BR 6.1.5)", bits, MODULUS_BITS_MIN,
		    MODULUS_BITS_MAX);
	if (bits % 8 != 0)
		return err_set(err, EKEYREJECTED, "RSA of %d bits, which is "
		    "not divisible by 8 (BR 6.1.5)", bits);
	return 0;
}

static int
check_exponent(const BIGNUM *n, const BIGNUM *e, BN_CTX *ctx, struct err *err)
{
	if (!BN_is_odd(e) || BN_num_bits(e) < 17 || BN_num_bits(e) > 256)
		return err_set(err, EKEYREJECTED, "the RSA exponent is not "
		    "odd and between 2^16 and 2^256 (BR 6.1.6)");
	return 0;
}

static int
check_factors(const BIGNUM *n, const BIGNUM *e, BN_CTX *ctx, struct err *err)
{
	size_t i;

	if (!BN_is_odd(n))
		return err_set(err, EKEYREJECTED,
		    "the RSA modulus is even (BR 6.1.6)");
	for (i = 0; i < COUNT(small_primes); i++)
		if (BN_mod_word(n, small_primes[i]) == 0)
			return err_set(err, EKEYREJECTED, "the RSA modulus is "
			    "divisible by %u (BR 6.1.6: no factor below 752)",
			    small_primes[i]);
	return 0;
}

/* Is r a power of 65537 modulo p? */
static bool
is_power(unsigned r, unsigned p)
{
	unsigned v = 1;

	do {
		if (v == r)
			return true;
		v = v * (65537 % p) % p;
	} while (v != 1);
	return false;
}

static int
check_roca(const BIGNUM *n, const BIGNUM *e, BN_CTX *ctx, struct err *err)
{
	size_t i;

	for (i = 0; i < COUNT(roca_primes); i++)
		if (!is_power((unsigned)BN_mod_word(n, roca_primes[i]),
		    roca_primes[i]))
			return 0;
	return err_set(err, EKEYREJECTED, "the RSA key comes from a generator "
	    "with the ROCA flaw (CVE-2017-15361; BR 6.1.1.3)");
}

/* The largest root with root^2 <= n (Newton, from above). */
static void
square_root(BIGNUM *root, const BIGNUM *n, BN_CTX *ctx)
{
	BIGNUM *next;

	BN_CTX_start(ctx);
	if ((next = BN_CTX_get(ctx)) == NULL ||
	    !BN_set_bit(next, (BN_num_bits(n) + 1) / 2))
		die("out of memory: a number");
	do {
		if (BN_copy(root, next) == NULL ||
		    !BN_div(next, NULL, n, root, ctx) ||
		    !BN_add(next, next, root) || !BN_rshift1(next, next))
			die("out of memory: a number");
	} while (BN_cmp(next, root) < 0);
	BN_CTX_end(ctx);
}

/* Residues tell most numbers that are no squares before a root is taken. */
static bool
is_square(const BIGNUM *n, BIGNUM *root, BIGNUM *square, BN_CTX *ctx)
{
	static const unsigned char moduli[] = { 64, 63, 65, 11 };
	unsigned i, r, v;

	for (i = 0; i < COUNT(moduli); i++) {
		r = (unsigned)BN_mod_word(n, moduli[i]);
		for (v = 0; v < moduli[i]; v++)
			if (v * v % moduli[i] == r)
				break;
		if (v == moduli[i])
			return false;
	}
	if (BN_is_zero(n))
		return true;
	square_root(root, n, ctx);
	if (!BN_sqr(square, root, ctx))
		die("out of memory: a number");
	return BN_cmp(square, n) == 0;
}

/*
 * n = a^2 - b^2 = (a - b)(a + b): from the root of n upwards, 110 times.  With
 * each step of a, b^2 grows by 2a + 1.
 */
static int
check_fermat(const BIGNUM *n, const BIGNUM *e, BN_CTX *ctx, struct err *err)
{
	BIGNUM *a, *b2, *root, *square;
	int i, found = 0;

	BN_CTX_start(ctx);
	a = BN_CTX_get(ctx);
	b2 = BN_CTX_get(ctx);
	root = BN_CTX_get(ctx);
	if ((square = BN_CTX_get(ctx)) == NULL)
		die("out of memory: a number");
	square_root(a, n, ctx);
	if (!BN_sqr(b2, a, ctx) || !BN_sub(b2, b2, n))
		die("out of memory: a number");
	for (i = 0; i < FERMAT_ROUNDS && !found; i++) {
		if (!BN_is_negative(b2))
			found = is_square(b2, root, square, ctx);
		if (!BN_add(b2, b2, a) || !BN_add(b2, b2, a) ||
		    !BN_add_word(b2, 1) || !BN_add_word(a, 1))
			die("out of memory: a number");
	}
	BN_CTX_end(ctx);
	if (found)
		return err_set(err, EKEYREJECTED, "the primes of the RSA key "
		    "are too close to each other (Fermat, %d rounds; BR "
		    "6.1.1.3)", FERMAT_ROUNDS);
	return 0;
}

/* In order of price. */
static int (*const rsa_checks[])(const BIGNUM *, const BIGNUM *, BN_CTX *,
    struct err *) = {
	check_size, check_exponent, check_factors, check_roca, check_fermat
};

/* SP 800-89, 5.3.3: neither a prime nor the power of one. */
static int
check_public(EVP_PKEY *key, struct err *err)
{
	EVP_PKEY_CTX *ctx;
	int ok;

	if ((ctx = EVP_PKEY_CTX_new(key, NULL)) == NULL)
		die("out of memory: a key");
	ok = EVP_PKEY_public_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!ok)
		return err_openssl(err, EKEYREJECTED, "the RSA key fails "
		    "public key validation (SP 800-89, 5.3.3)");
	return 0;
}

static int
check_rsa(EVP_PKEY *key, struct err *err)
{
	BIGNUM *n = NULL, *e = NULL;
	BN_CTX *ctx;
	size_t i;
	int answer = -1;

	if ((ctx = BN_CTX_new()) == NULL)
		die("out of memory: a number");
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) != 1 ||
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1) {
		err_openssl(err, EKEYREJECTED, "the RSA key has no numbers");
		goto out;
	}
	for (i = 0; i < COUNT(rsa_checks); i++)
		if (rsa_checks[i](n, e, ctx, err) == -1)
			goto out;
	answer = check_public(key, err);
out:
	BN_free(n);
	BN_free(e);
	BN_CTX_free(ctx);
	return answer;
}

/*
 * The cofactor of these curves is 1, so a point on the curve other than its
 * infinity is in the group: the quick check is the full one.
 */
static int
check_ec(EVP_PKEY *key, struct err *err)
{
	char name[32] = "", encoding[32] = "";
	EVP_PKEY_CTX *ctx;
	size_t i;
	int ok;

	EVP_PKEY_get_group_name(key, name, sizeof name, NULL);
	EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING,
	    encoding, sizeof encoding, NULL);
	for (i = 0; i < COUNT(curves); i++)
		if (strcmp(name, curves[i]) == 0)
			break;
	if (i == COUNT(curves) || strcmp(encoding, "named_curve") != 0)
		return err_set(err, EKEYREJECTED, "the key's curve is none of "
		    "P-256, P-384 and P-521 by name (BR 6.1.5)");
	if ((ctx = EVP_PKEY_CTX_new(key, NULL)) == NULL)
		die("out of memory: a key");
	ok = EVP_PKEY_public_check_quick(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!ok)
		return err_openssl(err, EKEYREJECTED, "the key is no point on "
		    "its curve (SP 800-56A, 5.6.2.3.3; BR 6.1.6)");
	return 0;
}

int
key_check(const EVP_PKEY *key, struct err *err)
{
	/* OpenSSL's checks take no const; they change nothing. */
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		return check_rsa((EVP_PKEY *)(uintptr_t)key, err);
	case EVP_PKEY_EC:
		return check_ec((EVP_PKEY *)(uintptr_t)key, err);
	default:
		return err_set(err, EKEYREJECTED, "a key that is neither RSA "
		    "nor EC (BR 6.1.5)");
	}
}
