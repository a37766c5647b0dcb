/*
 * The key of one package, unwrapped: see handover.h.
 */
#include <errno.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "../ca/der.h"
#include "../ca/handover_key.h"
#include "../ca/key.h"
#include "handover.h"

/* id-aes256-wrap, without parameters (RFC 3565 2.3.2). */
static const unsigned char aes256_wrap[] = { DER_SEQUENCE, 0x0b, DER_OID, 9,
	0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 0x2d };

int
handover_peer(const struct algorithm *a, struct slice tbs,
    struct bytes *spki, struct err *err)
{
	struct handover_key k;
	struct err why;
	char type[KEY_TYPE];
	EVP_PKEY *key;
	size_t at;

	if (handover_key_get(tbs, &k) == -1)
		return err_set(err, EPERM, "this is no HandoverKey");
	if (a->curve == NULL)
		return err_set(err, EPERM, "the key handover agrees on "
		    "nothing: it is of type %s", a->name);
	bytes_clear(spki);
	at = der_open(spki, DER_SEQUENCE);
	bytes_put(spki, a->key.data, a->key.size);
	der_put_bits(spki, k.ephemeral);
	der_close(spki, at);
	if ((key = key_from_spki(SLICE(spki), type, &why)) == NULL)
		return err_set(err, EPERM, "the ephemeral key is no point on "
		    "%s", a->curve);
	EVP_PKEY_free(key);
	return 0;
}

/* ECC-CMS-SharedInfo (RFC 5753 7.2): what the KDF binds the key to. */
static void
put_shared_info(struct bytes *to, const struct handover_key *k)
{
	static const unsigned char bits[] = { 0, 0, HANDOVER_KEY * 8 / 256,
	    HANDOVER_KEY * 8 % 256 };
	size_t at = der_open(to, DER_SEQUENCE), in;

	bytes_put(to, aes256_wrap, sizeof(aes256_wrap));
	if (k->has_ukm) {
		in = der_open(to, DER_CONTEXT(0));
		der_put(to, DER_OCTET_STRING, k->ukm);
		der_close(to, in);
	}
	in = der_open(to, DER_CONTEXT(2));
	der_put(to, DER_OCTET_STRING, (struct slice){ bits, sizeof(bits) });
	der_close(to, in);
	der_close(to, at);
}

static void
derive_kek(const struct handover_key *k, struct bytes *secret,
    unsigned char kek[HANDOVER_KEY])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_X963KDF, NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	struct bytes info = { 0 };
	OSSL_PARAM params[4];

	if (ctx == NULL)
		die("no X963KDF, or out of memory");
	put_shared_info(&info, k);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
	    (char *)EVP_MD_get0_name(handover_hash(k->kdf_hash)), 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
	    secret->data, secret->size);
	params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
	    info.data, info.size);
	params[3] = OSSL_PARAM_construct_end();
	if (EVP_KDF_derive(ctx, kek, HANDOVER_KEY, params) != 1)
		die("X963KDF fails");
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	bytes_free(&info);
}

static int
unwrap(const unsigned char kek[HANDOVER_KEY], struct slice wrapped,
    struct bytes *key)
{
	unsigned char room[HANDOVER_WRAPPED + 16];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int size = 0, ret = -1;

	if (ctx == NULL)
		die("out of memory");
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (EVP_DecryptInit_ex(ctx, EVP_aes_256_wrap(), NULL, kek, NULL) != 1)
		die("no AES key wrap");
	if (EVP_DecryptUpdate(ctx, room, &size, wrapped.data,
	    (int)wrapped.size) == 1 && size == HANDOVER_KEY) {
		bytes_copy(key, (struct slice){ room, HANDOVER_KEY });
		ret = 0;
	}
	EVP_CIPHER_CTX_free(ctx);
	OPENSSL_cleanse(room, sizeof(room));
	return ret;
}

int
handover_unwrap(struct keys *keys, const struct algorithm *a,
    struct slice tbs, struct bytes *key, struct err *err)
{
	unsigned char kek[HANDOVER_KEY];
	struct bytes spki = { 0 }, secret = { 0 };
	struct handover_key k;
	int ret = -1;

	if (handover_peer(a, tbs, &spki, err) == -1 ||
	    handover_key_get(tbs, &k) == -1 ||
	    keys_agree(keys, "handover", SLICE(&spki), &secret, err) == -1)
		goto out;
	derive_kek(&k, &secret, kek);
	if ((ret = unwrap(kek, k.wrapped, key)) == -1)
		err_set(err, EKEYREJECTED, "the key does not unwrap");
	OPENSSL_cleanse(kek, sizeof(kek));
out:
	bytes_wipe(&secret);
	bytes_free(&spki);
	return ret;
}
