/*
 * Public keys and signatures under them.  See key.h.
 *
 * AlgorithmIdentifiers are compared as whole DER, as BR 7.1.3 gives them: what
 * is not in the tables is not taken, so explicit curve parameters or a PSS with
 * its salt of another length never reach the library.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "der.h"
#include "key.h"
#include "oids.h"

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))
#define MODULUS_MAX	1024	/* octets: what a verification may cost */
#define EXPONENT_MAX	32

#define RSA_ENCRYPTION \
	"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"
#define ECDSA_WITH(n) \
	"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03" n
#define RSA_WITH(n) \
	"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" n "\x05\x00"
#define RSA_WITH_NO_NULL(n) \
	"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" n
#define PSS_WITH(hash, salt) \
	"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\xa0" \
	"\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" hash \
	"\x05\x00\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" \
	"\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" hash \
	"\x05\x00\xa2\x03\x02\x01" salt

#define ALGORITHM(text)	{ (const unsigned char *)(text), sizeof(text) - 1 }

enum hash { SHA_256, SHA_384, SHA_512, HASHES };

static const char *const hash_names[HASHES] = { "SHA256", "SHA384", "SHA512" };
static EVP_MD *hashes[HASHES];

static const struct slice rsa_encryption = ALGORITHM(RSA_ENCRYPTION);

#define CURVES	3
static const struct {
	const char	*name;
	struct slice	 algorithm;	/* with its named curve */
	size_t		 point;		/* octets, uncompressed */
	int		 bits;
} curves[CURVES] = {
	{ "P-256", { (const unsigned char *)
	    "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
	    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 21 }, 65, 256 },
	{ "P-384", { (const unsigned char *)
	    "\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
	    "\x06\x05\x2b\x81\x04\x00\x22", 18 }, 97, 384 },
	{ "P-521", { (const unsigned char *)
	    "\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
	    "\x06\x05\x2b\x81\x04\x00\x23", 18 }, 133, 521 },
};
/*
 * Keys without a point: copying one is a third of the price of making one.
 * Those given back are used again, which costs nothing but the point.
 */
#define SPARE	32
static EVP_PKEY *templates[CURVES];
static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;
static EVP_PKEY *spare[CURVES][SPARE];
static size_t spare_count[CURVES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct {
	struct slice	algorithm;
	int		kind;		/* EVP_PKEY_... */
	enum hash	hash;
	bool		pss;
} signatures[] = {
	{ ALGORITHM(ECDSA_WITH("\x02")), EVP_PKEY_EC, SHA_256, false },
	{ ALGORITHM(ECDSA_WITH("\x03")), EVP_PKEY_EC, SHA_384, false },
	{ ALGORITHM(ECDSA_WITH("\x04")), EVP_PKEY_EC, SHA_512, false },
	{ ALGORITHM(RSA_WITH("\x0b")), EVP_PKEY_RSA, SHA_256, false },
	{ ALGORITHM(RSA_WITH("\x0c")), EVP_PKEY_RSA, SHA_384, false },
	{ ALGORITHM(RSA_WITH("\x0d")), EVP_PKEY_RSA, SHA_512, false },
	/* RFC 4055, 5: absent parameters are accepted too. */
	{ ALGORITHM(RSA_WITH_NO_NULL("\x0b")), EVP_PKEY_RSA, SHA_256, false },
	{ ALGORITHM(RSA_WITH_NO_NULL("\x0c")), EVP_PKEY_RSA, SHA_384, false },
	{ ALGORITHM(RSA_WITH_NO_NULL("\x0d")), EVP_PKEY_RSA, SHA_512, false },
	{ ALGORITHM(PSS_WITH("\x01", "\x20")), EVP_PKEY_RSA, SHA_256, true },
	{ ALGORITHM(PSS_WITH("\x02", "\x30")), EVP_PKEY_RSA, SHA_384, true },
	{ ALGORITHM(PSS_WITH("\x03", "\x40")), EVP_PKEY_RSA, SHA_512, true },
};

static const struct {
	const char	*type;		/* its beginning */
	struct slice	 algorithm;
} signs_with[] = {
	{ "ec:P-256",	ALGORITHM(ECDSA_WITH("\x02")) },
	{ "ec:P-384",	ALGORITHM(ECDSA_WITH("\x03")) },
	{ "ec:P-521",	ALGORITHM(ECDSA_WITH("\x04")) },
	{ "rsa:",	ALGORITHM(RSA_WITH("\x0b")) },
};

static EVP_PKEY *
make_key(const char *kind, int selection, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key = NULL;

	if ((ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL)) != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, selection, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void
prepare(void)
{
	OSSL_PARAM params[2];
	char name[8];
	size_t i;

	for (i = 0; i < HASHES; i++)
		if ((hashes[i] = EVP_MD_fetch(NULL, hash_names[i], NULL)) ==
		    NULL)
			die("OpenSSL has no %s", hash_names[i]);
	for (i = 0; i < CURVES; i++) {
		snprintf(name, sizeof name, "%s", curves[i].name);
		params[0] = OSSL_PARAM_construct_utf8_string(
		    OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
		params[1] = OSSL_PARAM_construct_end();
		if ((templates[i] = make_key("EC", EVP_PKEY_KEY_PARAMETERS,
		    params)) == NULL)
			die("OpenSSL has no curve %s", curves[i].name);
	}
}

static EVP_PKEY *
key_without_point(size_t curve)
{
	EVP_PKEY *key = NULL;

	pthread_mutex_lock(&spare_lock);
	if (spare_count[curve] > 0)
		key = spare[curve][--spare_count[curve]];
	pthread_mutex_unlock(&spare_lock);
	if (key == NULL && (key = EVP_PKEY_dup(templates[curve])) == NULL)
		die("out of memory: a key");
	return key;
}

void
key_give_back(EVP_PKEY *key)
{
	size_t curve;

	if (key == NULL)
		return;
	for (curve = 0; curve < CURVES; curve++)
		if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
		    EVP_PKEY_get_bits(key) == curves[curve].bits)
			break;
	pthread_mutex_lock(&spare_lock);
	if (curve < CURVES && spare_count[curve] < SPARE) {
		spare[curve][spare_count[curve]++] = key;
		key = NULL;
	}
	pthread_mutex_unlock(&spare_lock);
	EVP_PKEY_free(key);
}

static EVP_PKEY *
ec_key(size_t curve, struct slice point, char type[KEY_TYPE], struct err *err)
{
	EVP_PKEY *key;

	/* RFC 5480, 2.2: the uncompressed form is the one all must read. */
	if (point.size != curves[curve].point || point.data[0] != 0x04) {
		err_set(err, EKEYREJECTED, "the key is no uncompressed point "
		    "of %s (RFC 5480, 2.2)", curves[curve].name);
		return NULL;
	}
	key = key_without_point(curve);
	if (EVP_PKEY_set1_encoded_public_key(key, point.data,
	    point.size) != 1) {
		err_openssl(err, EKEYREJECTED, "the key is no point on the "
		    "curve %s (SP 800-56A, 5.6.2.3.3)", curves[curve].name);
		EVP_PKEY_free(key);
		return NULL;
	}
	snprintf(type, KEY_TYPE, "ec:%s", curves[curve].name);
	return key;
}

/* A positive INTEGER without its leading zero octet. */
static int
get_positive(struct slice *in, struct slice *n)
{
	if (der_get(in, DER_INTEGER, n) == -1 || n->size == 0 ||
	    n->data[0] > 0x7f || (n->size == 1 && n->data[0] == 0))
		return -1;
	if (n->data[0] == 0) {
		n->data++;
		n->size--;
		if (n->data[0] < 0x80)
			return -1;
	}
	return 0;
}

static EVP_PKEY *
make_rsa(struct slice modulus, struct slice exponent, char type[KEY_TYPE])
{
	OSSL_PARAM_BLD *build;
	OSSL_PARAM *params = NULL;
	BIGNUM *n, *e;
	EVP_PKEY *key = NULL;

	build = OSSL_PARAM_BLD_new();
	n = BN_bin2bn(modulus.data, (int)modulus.size, NULL);
	e = BN_bin2bn(exponent.data, (int)exponent.size, NULL);
	if (build != NULL && n != NULL && e != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(build)) != NULL)
		key = make_key("RSA", EVP_PKEY_PUBLIC_KEY, params);
	if (key != NULL)
		snprintf(type, KEY_TYPE, "rsa:%d", BN_num_bits(n));
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return key;
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
static int
split_rsa(struct slice bits, struct slice *modulus, struct slice *exponent)
{
	struct slice body;

	if (der_get(&bits, DER_SEQUENCE, &body) == -1 || bits.size != 0 ||
	    get_positive(&body, modulus) == -1 ||
	    get_positive(&body, exponent) == -1 || body.size != 0)
		return -1;
	return 0;
}

static EVP_PKEY *
rsa_key(struct slice bits, char type[KEY_TYPE], struct err *err)
{
	struct slice modulus, exponent;
	EVP_PKEY *key;

	if (split_rsa(bits, &modulus, &exponent) == -1) {
		err_set(err, EBADMSG, "the key is no RSAPublicKey (RFC 8017, "
		    "A.1.1)");
		return NULL;
	}
	if (modulus.size > MODULUS_MAX || exponent.size > EXPONENT_MAX) {
		err_set(err, EKEYREJECTED, "RSA of %zu bits with an exponent "
		    "of %zu octets: at most %d and %d are taken",
		    modulus.size * 8, exponent.size, MODULUS_MAX * 8,
		    EXPONENT_MAX);
		return NULL;
	}
	if ((key = make_rsa(modulus, exponent, type)) == NULL)
		err_openssl(err, EKEYREJECTED, "this RSA key cannot be used");
	return key;
}

/* Whole AlgorithmIdentifier and what the BIT STRING holds. */
static int
split_spki(struct slice spki, struct slice *algorithm, struct slice *bits)
{
	struct slice body;

	if (der_get(&spki, DER_SEQUENCE, &body) == -1 || spki.size != 0 ||
	    der_get_whole(&body, DER_SEQUENCE, algorithm) == -1 ||
	    der_get_bits(&body, bits) == -1 || body.size != 0 ||
	    bits->size == 0)
		return -1;
	return 0;
}

int
key_bits_of_spki(struct slice spki, struct slice *bits)
{
	struct slice algorithm;

	return split_spki(spki, &algorithm, bits);
}

static EVP_PKEY *
refuse_kind(struct slice algorithm, struct err *err)
{
	static const struct slice ec = { (const unsigned char *)
	    "\x2a\x86\x48\xce\x3d\x02\x01", 7 };
	struct slice body, oid;
	char name[DER_OID_TEXT];

	if (der_get(&algorithm, DER_SEQUENCE, &body) == -1 ||
	    der_get(&body, DER_OID, &oid) == -1) {
		err_set(err, EBADMSG, "the key has no algorithm (RFC 5280, "
		    "4.1.2.7)");
		return NULL;
	}
	der_oid_name(oid, name);
	if (slice_equal(oid, ec))
		err_set(err, EKEYREJECTED, "the key's curve is none of P-256, "
		    "P-384 and P-521 by name (RFC 5480, 2.1.1)");
	else
		err_set(err, EKEYREJECTED, "a key of the kind %s: RSA and EC "
		    "(P-256, P-384, P-521) are taken", name);
	return NULL;
}

EVP_PKEY *
key_from_spki(struct slice spki, char type[KEY_TYPE], struct err *err)
{
	struct slice algorithm, bits;
	size_t i;

	pthread_once(&once, prepare);
	if (split_spki(spki, &algorithm, &bits) == -1) {
		err_set(err, EBADMSG, "the key is no SubjectPublicKeyInfo "
		    "(RFC 5280, 4.1.2.7)");
		return NULL;
	}
	for (i = 0; i < CURVES; i++)
		if (slice_equal(algorithm, curves[i].algorithm))
			return ec_key(i, bits, type, err);
	if (slice_equal(algorithm, rsa_encryption))
		return rsa_key(bits, type, err);
	return refuse_kind(algorithm, err);
}

int
key_type_of_spki(struct slice spki, char type[KEY_TYPE])
{
	struct slice algorithm, bits, modulus, exponent;
	size_t i;
	int unset;

	if (split_spki(spki, &algorithm, &bits) == -1)
		return -1;
	for (i = 0; i < CURVES; i++)
		if (slice_equal(algorithm, curves[i].algorithm)) {
			snprintf(type, KEY_TYPE, "ec:%s", curves[i].name);
			return bits.size == curves[i].point ? 0 : -1;
		}
	if (!slice_equal(algorithm, rsa_encryption) ||
	    split_rsa(bits, &modulus, &exponent) == -1 ||
	    modulus.size > MODULUS_MAX)
		return -1;
	for (unset = 0; (modulus.data[0] << unset & 0x80) == 0; unset++)
		;
	snprintf(type, KEY_TYPE, "rsa:%d", (int)modulus.size * 8 - unset);
	return 0;
}

int
key_signs_with(const char *type, struct slice *algorithm)
{
	size_t i;

	for (i = 0; i < COUNT(signs_with); i++)
		if (strncmp(type, signs_with[i].type,
		    strlen(signs_with[i].type)) == 0) {
			*algorithm = signs_with[i].algorithm;
			return 0;
		}
	return -1;
}

static int
refuse_algorithm(struct slice algorithm, struct err *err)
{
	struct slice body, oid;
	char name[DER_OID_TEXT] = "?";

	if (der_get(&algorithm, DER_SEQUENCE, &body) == 0 &&
	    der_get(&body, DER_OID, &oid) == 0)
		der_oid_name(oid, name);
	return err_set(err, EKEYREJECTED, "it is signed with %s, which is not "
	    "taken: ECDSA, RSA or RSA-PSS with SHA-256, SHA-384 or SHA-512 "
	    "are (GEN-6.5.3-05)", name);
}

/* --- verifying ------------------------------------------------------------ */

struct key_verifier {
	EVP_PKEY_CTX	*ctx;
	enum hash	 hash;
};

static bool
context_is_ready(EVP_PKEY_CTX *ctx, size_t algorithm)
{
	if (EVP_PKEY_verify_init(ctx) != 1)
		return false;
	if (signatures[algorithm].kind != EVP_PKEY_RSA)
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, signatures[algorithm].pss ?
	    RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx,
	    hashes[signatures[algorithm].hash]) == 1 &&
	    (!signatures[algorithm].pss ||
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) ==
	    1);
}

struct key_verifier *
key_verifier_new(EVP_PKEY *key, struct slice algorithm, struct err *err)
{
	struct key_verifier *v;
	size_t i;

	pthread_once(&once, prepare);
	for (i = 0; i < COUNT(signatures); i++)
		if (slice_equal(algorithm, signatures[i].algorithm))
			break;
	if (i == COUNT(signatures)) {
		refuse_algorithm(algorithm, err);
		return NULL;
	}
	if (EVP_PKEY_get_base_id(key) != signatures[i].kind) {
		err_set(err, EKEYREJECTED, "the signature's algorithm is not "
		    "that of the key");
		return NULL;
	}
	if ((v = calloc(1, sizeof(*v))) == NULL ||
	    (v->ctx = EVP_PKEY_CTX_new(key, NULL)) == NULL)
		die("out of memory: a verification");
	v->hash = signatures[i].hash;
	if (!context_is_ready(v->ctx, i)) {
		err_openssl(err, EKEYREJECTED, "the key verifies nothing with "
		    "this algorithm");
		key_verifier_free(v);
		return NULL;
	}
	return v;
}

void
key_verifier_free(struct key_verifier *v)
{
	if (v == NULL)
		return;
	EVP_PKEY_CTX_free(v->ctx);
	free(v);
}

int
key_verifier_ask(struct key_verifier *v, struct slice message,
    struct slice signature, struct err *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size;

	if (EVP_Digest(message.data, message.size, digest, &size,
	    hashes[v->hash], NULL) != 1)
		die("out of memory: a digest");
	if (EVP_PKEY_verify(v->ctx, signature.data, signature.size, digest,
	    size) != 1)
		return err_openssl(err, EKEYREJECTED,
		    "the signature does not verify under the key");
	return 0;
}

int
key_verify(EVP_PKEY *key, struct slice algorithm, struct slice message,
    struct slice signature, struct err *err)
{
	struct key_verifier *v;
	int answer;

	if ((v = key_verifier_new(key, algorithm, err)) == NULL)
		return -1;
	answer = key_verifier_ask(v, message, signature, err);
	key_verifier_free(v);
	return answer;
}
