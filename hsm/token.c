/*
 * A token in use: login, the key, signatures, through libp11.  The PKCS11_CTX
 * is one for all tokens of a process, as a PKCS#11 module can be initialised
 * only once in it.
 */
#include <p11-kit/pkcs11.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include <libp11.h>

#include "token.h"

struct token_module {
	PKCS11_CTX	*ctx;
	PKCS11_SLOT	*slots;
	unsigned	 count;
	bool		 loaded;
};

struct token {
	EVP_PKEY	*key;
	const struct algorithm *algorithm;
	struct bytes	 spki;
	char		 label[40];
};

/*
 * The newest fault of the PKCS#11 module in OpenSSL's queue, as a CKR; 0 when
 * there is none.  Empties the queue.
 */
static unsigned long
take_ckr(char *words, size_t room)
{
	unsigned long e, ckr = 0;
	const char *lib;

	words[0] = '\0';
	while ((e = ERR_get_error()) != 0) {
		lib = ERR_lib_error_string(e);
		ERR_error_string_n(e, words, room);
		if (lib != NULL && strstr(lib, "PKCS#11") != NULL)
			ckr = (unsigned long)ERR_GET_REASON(e);
	}
	return ckr;
}

static int
fault(struct err *err, int code, const char *what)
{
	char words[200];

	take_ckr(words, sizeof(words));
	return err_set(err, code, "%s: %s", what,
	    words[0] != '\0' ? words : "no reason given");
}

struct token_module *
token_module_open(const char *path, struct err *err)
{
	struct token_module *m;

	if ((m = calloc(1, sizeof(*m))) == NULL ||
	    (m->ctx = PKCS11_CTX_new()) == NULL)
		die("out of memory");
	ERR_clear_error();
	if (PKCS11_CTX_load(m->ctx, path) != 0) {
		fault(err, EIO, path);
		err_in(err, "the PKCS#11 module cannot be loaded");
		goto out;
	}
	m->loaded = true;
	if (PKCS11_enumerate_slots(m->ctx, &m->slots, &m->count) != 0) {
		m->slots = NULL;
		fault(err, EIO, "the PKCS#11 module names no slots");
		goto out;
	}
	return m;
out:
	token_module_close(m);
	return NULL;
}

void
token_module_close(struct token_module *m)
{
	if (m == NULL)
		return;
	if (m->slots != NULL)
		PKCS11_release_all_slots(m->ctx, m->slots, m->count);
	if (m->loaded)
		PKCS11_CTX_unload(m->ctx);
	PKCS11_CTX_free(m->ctx);
	ERR_clear_error();
	free(m);
}

static PKCS11_SLOT *
find_slot(struct token_module *m, const char *label)
{
	PKCS11_TOKEN *t;
	unsigned i;

	for (i = 0; i < m->count; i++) {
		t = m->slots[i].token;
		if (t != NULL && t->label != NULL && t->initialized &&
		    strcmp(t->label, label) == 0)
			return &m->slots[i];
	}
	return NULL;
}

/* One try with this PIN; a token that has one try left is left alone. */
static int
log_in(PKCS11_SLOT *slot, const char *label, const char *pin, struct err *err)
{
	unsigned long ckr;
	char words[200];

	if (slot->token->userPinLocked)
		return err_set(err, EKEYREJECTED, "token %s is locked "
		    "(CKF_USER_PIN_LOCKED); its SO PIN unlocks it", label);
	if (slot->token->userPinFinalTry)
		return err_set(err, EKEYREJECTED, "token %s allows one more "
		    "try of its PIN, which is left to a person", label);
	ERR_clear_error();
	if (PKCS11_open_session(slot, 0) != 0)
		return fault(err, EIO, "no session with the token");
	if (PKCS11_login(slot, 0, pin) == 0)
		return 0;
	ckr = take_ckr(words, sizeof(words));
	switch (ckr) {
	case CKR_PIN_INCORRECT:
	case CKR_PIN_INVALID:
	case CKR_PIN_LEN_RANGE:
	case CKR_PIN_LOCKED:
	case CKR_PIN_EXPIRED:
		return err_set(err, EKEYREJECTED, "the PIN of token %s is "
		    "wrong or of no use: %s", label, words);
	default:
		return err_set(err, EIO, "token %s does not take the login: "
		    "%s", label, words);
	}
}

static int
find_key(struct token *t, PKCS11_SLOT *slot, struct err *err)
{
	unsigned char *der = NULL;
	PKCS11_KEY *keys;
	struct slice bits;
	unsigned count;
	int size;

	if (PKCS11_enumerate_keys(slot->token, &keys, &count) != 0)
		return fault(err, EIO, "the token does not list its keys");
	if (count != 1)
		return err_set(err, ENOKEY, "token %s holds %u private keys, "
		    "wanted one", t->label, count);
	if ((t->key = PKCS11_get_private_key(&keys[0])) == NULL)
		return fault(err, ENOKEY, "the token's key cannot be used");
	if ((size = i2d_PUBKEY(t->key, &der)) <= 0)
		return fault(err, ENOKEY, "the token's public key is missing");
	bytes_copy(&t->spki, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	t->algorithm = algorithm_of_spki(SLICE(&t->spki), &bits);
	if (t->algorithm == NULL)
		return err_set(err, ENOKEY, "the key in token %s is of a kind "
		    "this program does not use", t->label);
	return 0;
}

struct token *
token_open(struct token_module *m, const char *label, const char *pin,
    struct err *err)
{
	PKCS11_SLOT *slot;
	struct token *t;

	if ((slot = find_slot(m, label)) == NULL) {
		err_set(err, ENODEV, "there is no token labelled %s", label);
		return NULL;
	}
	if ((t = calloc(1, sizeof(*t))) == NULL)
		die("out of memory");
	strncpy(t->label, label, sizeof(t->label) - 1);
	if (log_in(slot, label, pin, err) == -1 ||
	    find_key(t, slot, err) == -1) {
		token_close(t);
		return NULL;
	}
	return t;
}

void
token_close(struct token *t)
{
	if (t == NULL)
		return;
	EVP_PKEY_free(t->key);
	bytes_free(&t->spki);
	free(t);
}

const struct algorithm *
token_algorithm(const struct token *t)
{
	return t->algorithm;
}

struct slice
token_spki(const struct token *t)
{
	return SLICE(&t->spki);
}

/*
 * The digest and then EVP_PKEY_sign: EVP_DigestSign costs ten microseconds
 * more with a key of libp11's.
 */
int
token_sign(struct token *t, struct slice tbs, struct bytes *signature,
    struct err *err)
{
	const EVP_MD *md = t->algorithm->digest();
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_PKEY_CTX *ctx = NULL;
	unsigned digest_size;
	size_t size;
	int ret = -1;

	ERR_clear_error();
	if (EVP_Digest(tbs.data, tbs.size, digest, &digest_size, md,
	    NULL) != 1 || (ctx = EVP_PKEY_CTX_new(t->key, NULL)) == NULL)
		die("no digest, or out of memory");
	size = (size_t)EVP_PKEY_get_size(t->key);
	bytes_clear(signature);
	bytes_resize(signature, size);
	if (EVP_PKEY_sign_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(ctx, md) != 1 ||
	    EVP_PKEY_sign(ctx, signature->data, &size, digest,
	    digest_size) != 1)
		goto out;
	signature->size = size;
	ret = 0;
out:
	if (ret == -1) {
		fault(err, EIO, t->label);
		bytes_clear(signature);
		err_in(err, "the token makes no signature");
	}
	EVP_PKEY_CTX_free(ctx);
	return ret;
}

static EVP_PKEY *
read_peer(struct token *t, struct slice peer, struct err *err)
{
	const unsigned char *p = peer.data;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)peer.size);

	if (key != NULL && EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_parameters_eq(key, t->key) == 1)
		return key;
	EVP_PKEY_free(key);
	ERR_clear_error();
	err_set(err, EINVAL, "the other key is not on the curve of the key in "
	    "token %s", t->label);
	return NULL;
}

int
token_agree(struct token *t, struct slice peer, struct bytes *secret,
    struct err *err)
{
	EVP_PKEY_CTX *ctx = NULL;
	EVP_PKEY *other;
	size_t size = 0;
	int ret = -1;

	ERR_clear_error();
	bytes_wipe(secret);
	if ((other = read_peer(t, peer, err)) == NULL)
		return -1;
	if ((ctx = EVP_PKEY_CTX_new(t->key, NULL)) == NULL)
		die("out of memory");
	if (EVP_PKEY_derive_init(ctx) != 1 ||
	    EVP_PKEY_derive_set_peer(ctx, other) != 1 ||
	    EVP_PKEY_derive(ctx, NULL, &size) != 1)
		goto out;
	bytes_resize(secret, size);
	if (EVP_PKEY_derive(ctx, secret->data, &size) != 1)
		goto out;
	secret->size = size;
	ret = 0;
out:
	if (ret == -1) {
		fault(err, EIO, t->label);
		bytes_wipe(secret);
		err_in(err, "the token agrees on no key");
	}
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(other);
	return ret;
}
