/*
 * A new token and its key, with Cryptoki itself (PKCS#11 2.40), because libp11
 * has no template for a key that may sign (or agree) and do nothing else.
 */
#include <p11-kit/pkcs11.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/der.h"
#include "token.h"

#define LABEL_SIZE 32		/* CK_TOKEN_INFO.label, padded with spaces */

struct session {
	void			*library;
	CK_FUNCTION_LIST	*call;
	bool			 initialised;
	CK_SESSION_HANDLE	 handle;
	bool			 open;
};

static int
ck_fault(struct err *err, const char *what, CK_RV rv)
{
	return err_set(err, EIO, "%s failed: CKR 0x%08lx", what,
	    (unsigned long)rv);
}

static int
load(struct session *s, const char *path, struct err *err)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	CK_C_GetFunctionList get;
	void *symbol;
	CK_RV rv;

	if ((s->library = dlopen(path, RTLD_NOW | RTLD_LOCAL)) == NULL)
		return err_set(err, ENOENT, "the PKCS#11 module cannot be "
		    "loaded: %s", dlerror());
	if ((symbol = dlsym(s->library, "C_GetFunctionList")) == NULL)
		return err_set(err, EINVAL, "%s is no PKCS#11 module: "
		    "C_GetFunctionList is missing", path);
	/* ISO C has no cast from object to function pointer; POSIX does. */
	memcpy(&get, &symbol, sizeof(get));
	if ((rv = get(&s->call)) != CKR_OK)
		return ck_fault(err, "C_GetFunctionList", rv);
	if ((rv = s->call->C_Initialize(&args)) != CKR_OK)
		return ck_fault(err, "C_Initialize", rv);
	s->initialised = true;
	return 0;
}

static void
unload(struct session *s)
{
	if (s->open)
		s->call->C_CloseSession(s->handle);
	if (s->initialised)
		s->call->C_Finalize(NULL);
	/* Not dlclosed: SoftHSM has registered with OpenSSL's exit. */
}

static void
pad_label(CK_UTF8CHAR to[LABEL_SIZE], const char *label)
{
	size_t n = strlen(label);

	memset(to, ' ', LABEL_SIZE);
	memcpy(to, label, n < LABEL_SIZE ? n : LABEL_SIZE);
}

/*
 * The slot whose token has this label, or, with `label` NULL, one with a token
 * that was never initialised.  1, 0 or -1.
 */
static int
find_slot(struct session *s, const char *label, CK_SLOT_ID *id,
    struct err *err)
{
	CK_SLOT_ID slots[256];
	CK_ULONG count = 256, i;
	CK_UTF8CHAR padded[LABEL_SIZE];
	CK_TOKEN_INFO info;
	CK_RV rv;

	/* SoftHSM takes up new tokens only when asked for the number first. */
	if ((rv = s->call->C_GetSlotList(CK_TRUE, NULL, &count)) != CKR_OK)
		return ck_fault(err, "C_GetSlotList", rv);
	count = 256;
	if ((rv = s->call->C_GetSlotList(CK_TRUE, slots, &count)) != CKR_OK)
		return ck_fault(err, "C_GetSlotList", rv);
	pad_label(padded, label != NULL ? label : "");
	for (i = 0; i < count; i++) {
		if (s->call->C_GetTokenInfo(slots[i], &info) != CKR_OK)
			continue;
		*id = slots[i];
		if (label == NULL ?
		    (info.flags & CKF_TOKEN_INITIALIZED) == 0 :
		    (info.flags & CKF_TOKEN_INITIALIZED) != 0 &&
		    memcmp(info.label, padded, LABEL_SIZE) == 0)
			return 1;
	}
	return 0;
}

static int
init_token(struct session *s, const struct token_plan *plan, struct err *err)
{
	CK_UTF8CHAR padded[LABEL_SIZE];
	CK_SLOT_ID slot;
	CK_RV rv;
	int found;

	if ((found = find_slot(s, plan->label, &slot, err)) == -1)
		return -1;
	if (found)
		return err_set(err, EEXIST, "a token labelled %s exists",
		    plan->label);
	if ((found = find_slot(s, NULL, &slot, err)) == -1)
		return -1;
	if (!found)
		return err_set(err, ENODEV, "the PKCS#11 module has no slot "
		    "with an uninitialised token");
	pad_label(padded, plan->label);
	rv = s->call->C_InitToken(slot, (CK_UTF8CHAR *)plan->so_pin,
	    strlen(plan->so_pin), padded);
	return rv == CKR_OK ? 0 : ck_fault(err, "C_InitToken", rv);
}

/* From the SO's session, where the PIN is set, to the user's. */
static int
log_in(struct session *s, const struct token_plan *plan, struct err *err)
{
	CK_UTF8CHAR *so_pin = (CK_UTF8CHAR *)plan->so_pin;
	CK_UTF8CHAR *pin = (CK_UTF8CHAR *)plan->pin;
	CK_SLOT_ID slot;
	CK_RV rv;

	if (find_slot(s, plan->label, &slot, err) != 1)
		return err_set(err, ENODEV, "the new token %s does not show",
		    plan->label);
	if ((rv = s->call->C_OpenSession(slot, CKF_SERIAL_SESSION |
	    CKF_RW_SESSION, NULL, NULL, &s->handle)) != CKR_OK)
		return ck_fault(err, "C_OpenSession", rv);
	s->open = true;
	if ((rv = s->call->C_Login(s->handle, CKU_SO, so_pin,
	    strlen(plan->so_pin))) != CKR_OK)
		return ck_fault(err, "C_Login of the SO", rv);
	if ((rv = s->call->C_InitPIN(s->handle, pin,
	    strlen(plan->pin))) != CKR_OK)
		return ck_fault(err, "C_InitPIN", rv);
	if ((rv = s->call->C_Logout(s->handle)) != CKR_OK)
		return ck_fault(err, "C_Logout", rv);
	if ((rv = s->call->C_Login(s->handle, CKU_USER, pin,
	    strlen(plan->pin))) != CKR_OK)
		return ck_fault(err, "C_Login", rv);
	return 0;
}

static int
generate(struct session *s, const struct token_plan *plan,
    CK_OBJECT_HANDLE *public, CK_OBJECT_HANDLE *private, struct err *err)
{
	const struct algorithm *a = plan->algorithm;
	CK_MECHANISM ec = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_MECHANISM rsa = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_BBOOL signs = plan->agrees ? CK_FALSE : CK_TRUE;
	CK_BBOOL agrees = plan->agrees ? CK_TRUE : CK_FALSE;
	CK_BYTE id = 1, f4[] = { 1, 0, 1 };
	CK_ULONG bits = a->bits;
	void *name = (void *)plan->label;
	size_t n = strlen(plan->label);
	CK_ATTRIBUTE of_public[] = {
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_PRIVATE, &no, sizeof(no) },
		{ CKA_LABEL, name, n },
		{ CKA_ID, &id, sizeof(id) },
		{ CKA_VERIFY, &signs, sizeof(signs) },
		{ CKA_ENCRYPT, &no, sizeof(no) },
		{ CKA_WRAP, &no, sizeof(no) },
		{ 0 }, { 0 },
	};
	CK_ATTRIBUTE of_private[] = {
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_PRIVATE, &yes, sizeof(yes) },
		{ CKA_LABEL, name, n },
		{ CKA_ID, &id, sizeof(id) },
		{ CKA_SENSITIVE, &yes, sizeof(yes) },
		{ CKA_EXTRACTABLE, &no, sizeof(no) },
		{ CKA_SIGN, &signs, sizeof(signs) },
		{ CKA_SIGN_RECOVER, &no, sizeof(no) },
		{ CKA_DECRYPT, &no, sizeof(no) },
		{ CKA_UNWRAP, &no, sizeof(no) },
		{ CKA_DERIVE, &agrees, sizeof(agrees) },
	};
	CK_ULONG count = 7;
	CK_RV rv;

	if (a->curve != NULL)
		of_public[count++] = (CK_ATTRIBUTE){ CKA_EC_PARAMS,
		    (void *)a->parameters.data, a->parameters.size };
	else {
		of_public[count++] = (CK_ATTRIBUTE){ CKA_MODULUS_BITS, &bits,
		    sizeof(bits) };
		of_public[count++] = (CK_ATTRIBUTE){ CKA_PUBLIC_EXPONENT, f4,
		    sizeof(f4) };
	}
	rv = s->call->C_GenerateKeyPair(s->handle, a->curve != NULL ? &ec :
	    &rsa, of_public, count, of_private,
	    sizeof(of_private) / sizeof(of_private[0]), public, private);
	return rv == CKR_OK ? 0 : ck_fault(err, "C_GenerateKeyPair", rv);
}

/* What the token itself says of the key it made (EN 319 411-1 6.5.2). */
static int
check_private(struct session *s, const struct token_plan *plan,
    CK_OBJECT_HANDLE key, struct err *err)
{
	const CK_BBOOL agrees = plan->agrees ? CK_TRUE : CK_FALSE;
	const struct {
		CK_ATTRIBUTE_TYPE type;
		CK_BBOOL wanted;
		const char *name;
	} rows[] = {
		{ CKA_SENSITIVE, CK_TRUE, "CKA_SENSITIVE" },
		{ CKA_ALWAYS_SENSITIVE, CK_TRUE, "CKA_ALWAYS_SENSITIVE" },
		{ CKA_EXTRACTABLE, CK_FALSE, "CKA_EXTRACTABLE" },
		{ CKA_NEVER_EXTRACTABLE, CK_TRUE, "CKA_NEVER_EXTRACTABLE" },
		{ CKA_LOCAL, CK_TRUE, "CKA_LOCAL" },
		{ CKA_SIGN, !agrees, "CKA_SIGN" },
		{ CKA_DECRYPT, CK_FALSE, "CKA_DECRYPT" },
		{ CKA_UNWRAP, CK_FALSE, "CKA_UNWRAP" },
		{ CKA_DERIVE, agrees, "CKA_DERIVE" },
	};
	CK_ATTRIBUTE a;
	CK_BBOOL value;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		value = !rows[i].wanted;
		a = (CK_ATTRIBUTE){ rows[i].type, &value, sizeof(value) };
		if (s->call->C_GetAttributeValue(s->handle, key, &a, 1) !=
		    CKR_OK || value != rows[i].wanted)
			return err_set(err, ENOKEY, "the token made a key with "
			    "the wrong %s", rows[i].name);
	}
	return 0;
}

static int
get_value(struct session *s, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type,
    struct bytes *to, struct err *err)
{
	CK_ATTRIBUTE a = { type, NULL, 0 };
	CK_RV rv;

	rv = s->call->C_GetAttributeValue(s->handle, key, &a, 1);
	if (rv == CKR_OK && a.ulValueLen < 65536) {
		bytes_resize(to, a.ulValueLen);
		a.pValue = to->data;
		rv = s->call->C_GetAttributeValue(s->handle, key, &a, 1);
	}
	return rv == CKR_OK ? 0 : ck_fault(err, "C_GetAttributeValue", rv);
}

static void
put_unsigned(struct bytes *to, struct slice n)
{
	struct bytes content = { 0 };

	while (n.size > 1 && n.data[0] == 0)
		n.data++, n.size--;
	if (n.size == 0 || (n.data[0] & 0x80) != 0)
		put_u8(&content, 0);
	bytes_put(&content, n.data, n.size);
	der_put(to, DER_INTEGER, SLICE(&content));
	bytes_free(&content);
}

/* SubjectPublicKeyInfo (RFC 5280 4.1.2.7) from the public key's attributes. */
static int
read_spki(struct session *s, const struct algorithm *a, CK_OBJECT_HANDLE key,
    struct bytes *spki, struct err *err)
{
	struct bytes one = { 0 }, two = { 0 }, bits = { 0 }, content = { 0 };
	struct slice value, point;
	int ret = -1;

	if (a->curve != NULL) {
		if (get_value(s, key, CKA_EC_POINT, &one, err) == -1)
			goto out;
		value = SLICE(&one);
		if (der_get(&value, DER_OCTET_STRING, &point) == -1) {
			err_set(err, ENOKEY, "CKA_EC_POINT is not as PKCS#11 "
			    "2.3.3 has it");
			goto out;
		}
		bytes_copy(&bits, point);
	} else {
		if (get_value(s, key, CKA_MODULUS, &one, err) == -1 ||
		    get_value(s, key, CKA_PUBLIC_EXPONENT, &two, err) == -1)
			goto out;
		put_unsigned(&content, SLICE(&one));
		put_unsigned(&content, SLICE(&two));
		der_put(&bits, DER_SEQUENCE, SLICE(&content));
		bytes_clear(&content);
	}
	bytes_put(&content, a->key.data, a->key.size);
	der_put_bits(&content, SLICE(&bits));
	bytes_clear(spki);
	der_put(spki, DER_SEQUENCE, SLICE(&content));
	ret = 0;
out:
	bytes_free(&one);
	bytes_free(&two);
	bytes_free(&bits);
	bytes_free(&content);
	return ret;
}

int
token_create(const struct token_plan *plan, struct bytes *spki,
    struct err *err)
{
	struct session s = { 0 };
	CK_OBJECT_HANDLE public, private;
	int ret = -1;

	if (load(&s, plan->module, err) == -1 ||
	    init_token(&s, plan, err) == -1 ||
	    log_in(&s, plan, err) == -1 ||
	    generate(&s, plan, &public, &private, err) == -1 ||
	    check_private(&s, plan, private, err) == -1 ||
	    read_spki(&s, plan->algorithm, public, spki, err) == -1)
		goto out;
	ret = 0;
out:
	if (ret == -1)
		err_in(err, "token %s", plan->label);
	unload(&s);
	return ret;
}
