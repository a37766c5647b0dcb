/*
 * CMS that was encrypted to the CA: see cms_sealed.h.  OpenSSL turns what may
 * be BER into DER, which is then taken apart strictly, because OpenSSL gives
 * out neither the parts of a key agreement nor the content.
 */
#include <errno.h>
#include <string.h>

/* cms.h declares its PEM functions only behind pem.h. */
#include <openssl/pem.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "ber.h"
#include "cms_sealed.h"
#include "der.h"
#include "oids.h"
#include "text.h"

#define RECIPIENTS_MAX	8
#define GCM_IV		12
#define GCM_MAC		16
#define CBC_IV		16
#define BLOCK		16

static const char malformed[] = "it is no CMS EnvelopedData as RFC 5652 6.1 "
    "has it";

int
sealed_refuse(struct err *err)
{
	return err_set(err, EKEYREJECTED, "it cannot be opened: it was "
	    "damaged, or not made for this CA's key");
}

/* --- what was dropped ---------------------------------------------------- */

static bool
is_digit(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

/* Without what stands behind it: blanks, a CR. */
static bool
take_line(struct slice *s, struct slice *line)
{
	if (!slice_take_line(s, line))
		return false;
	while (line->size > 0 && line->data[line->size - 1] <= ' ')
		line->size--;
	return true;
}

/* Headers up to an empty line (S/MIME), or up to a BEGIN line. */
static bool
skip_head(struct slice *s, bool *is_pem)
{
	struct slice line;

	while (take_line(s, &line)) {
		*is_pem = slice_begins(line, "-----BEGIN ");
		if (line.size == 0 || *is_pem)
			return true;
	}
	return false;
}

static int
incomplete(struct err *err)
{
	err_set(err, EBADMSG, "it is not complete: the CMS ends early");
	return 0;
}

static int
read_text(struct slice s, struct bytes *ber, struct err *err)
{
	struct bytes digits = { 0 };
	struct slice line;
	bool is_pem = false, ended = false;
	size_t i;
	int ret;

	if (!skip_head(&s, &is_pem))
		return incomplete(err);
	while (!ended && take_line(&s, &line)) {
		ended = slice_begins(line, "-----END ");
		for (i = 0; i < line.size && !ended; i++)
			if (!is_digit(line.data[i]))
				goto bad;
			else
				put_u8(&digits, line.data[i]);
	}
	if ((is_pem && !ended) || digits.size % 4 != 0) {
		bytes_free(&digits);
		return incomplete(err);
	}
	for (; s.size > 0; s.data++, s.size--)
		if (s.data[0] > ' ')
			goto bad;
	ret = base64_decode(ber, (const char *)digits.data, digits.size);
	bytes_free(&digits);
	return ret == 0 ? 1 : err_set(err, EBADMSG, "%s", malformed);
bad:
	bytes_free(&digits);
	return err_set(err, EBADMSG, "it is neither DER nor PEM nor S/MIME "
	    "with base64");
}

int
sealed_whole(struct slice in, struct bytes *ber, struct err *err)
{
	bool text = in.size > 0 && in.data[0] != DER_SEQUENCE;
	size_t total;
	int got;

	bytes_clear(ber);
	if (in.size > SEALED_MAX)
		return err_set(err, EFBIG, "a package has at most %zu octets",
		    SEALED_MAX);
	if (memchr(in.data, '\0', text ? in.size : 0) != NULL)
		return err_set(err, EBADMSG, "it is neither PEM nor DER");
	if (!text)
		bytes_copy(ber, in);
	else if ((got = read_text(in, ber, err)) != 1)
		return got;
	got = ber_extent(SLICE(ber), &total);
	if (got == 0 && !text)
		return incomplete(err);
	if (got != 1 || total != ber->size)
		return err_set(err, EBADMSG, "%s", malformed);
	return 1;
}

static bool
holds(struct slice s, const char *octets, size_t count)
{
	return s.size >= count && memcmp(s.data, octets, count) == 0;
}

/* ContentInfo: its type comes first, 1.2.840.113549.1.7 or .9. */
bool
sealed_begins(struct slice s)
{
	static const char type[] = "\x2a\x86\x48\x86\xf7\x0d\x01";
	size_t head;

	if (slice_begins(s, "-----BEGIN CMS-----") ||
	    slice_begins(s, "-----BEGIN PKCS7-----") || slice_begins(s, "MIME-Version:"))
		return true;
	if (s.size < 2 || s.data[0] != DER_SEQUENCE)
		return false;
	head = s.data[1] > 0x80 ? 2 + (s.data[1] & 0x7f) : 2;
	if (s.size < head + 2 || s.data[head] != DER_OID)
		return false;
	s.data += head + 2;
	s.size -= head + 2;
	return holds(s, type, sizeof(type) - 1);
}

/* --- whom it is for ------------------------------------------------------ */

int
sealed_recipient_of(struct slice s, struct sealed_recipient *to)
{
	struct slice outer, tbs, ignored, list, value;
	struct der_extension e;

	if (der_get(&s, DER_SEQUENCE, &outer) == -1 ||
	    der_get(&outer, DER_SEQUENCE, &tbs) == -1 ||
	    der_get(&tbs, DER_CONTEXT(0), &ignored) == -1 ||
	    der_get(&tbs, DER_INTEGER, &ignored) == -1 ||
	    der_get(&tbs, DER_SEQUENCE, &ignored) == -1 ||
	    der_get_whole(&tbs, DER_SEQUENCE, &to->issuer) == -1 ||
	    der_get(&tbs, DER_SEQUENCE, &ignored) == -1 ||
	    der_get(&tbs, DER_SEQUENCE, &ignored) == -1 ||
	    der_get(&tbs, DER_SEQUENCE, &ignored) == -1 ||
	    der_get(&tbs, DER_CONTEXT(3), &value) == -1 ||
	    der_get(&value, DER_SEQUENCE, &list) == -1)
		return -1;
	while (list.size > 0) {
		if (der_get_extension(&list, &e) == -1)
			return -1;
		if (!slice_equal(e.oid, OID_SUBJECT_KEY_ID))
			continue;
		value = e.value;
		return der_get(&value, DER_OCTET_STRING, &to->key_id);
	}
	return -1;
}

/* --- taken apart --------------------------------------------------------- */

static int
to_der(struct slice ber, struct bytes *der)
{
	const unsigned char *p = ber.data;
	unsigned char *out = NULL;
	CMS_ContentInfo *info;
	int size = -1;

	info = d2i_CMS_ContentInfo(NULL, &p, (long)ber.size);
	if (info != NULL && p == ber.data + ber.size)
		size = i2d_CMS_ContentInfo(info, &out);
	CMS_ContentInfo_free(info);
	ERR_clear_error();
	if (size <= 0)
		return -1;
	bytes_copy(der, (struct slice){ out, (size_t)size });
	OPENSSL_free(out);
	return 0;
}

/* RecipientKeyIdentifier or IssuerAndSerialNumber: is it us? */
static int
is_ours(struct slice *rid, const struct sealed_recipient *us, bool *ours)
{
	struct slice in, name, id;
	char serial[SERIAL_TEXT];

	*ours = false;
	if (der_next_is(*rid, DER_CONTEXT(0))) {
		if (der_get(rid, DER_CONTEXT(0), &in) == -1 ||
		    der_get(&in, DER_OCTET_STRING, &id) == -1)
			return -1;
		*ours = slice_equal(id, us->key_id);
		return 0;
	}
	if (der_get(rid, DER_SEQUENCE, &in) == -1 ||
	    der_get_whole(&in, DER_SEQUENCE, &name) == -1)
		return -1;
	/* Another CA's serial may be longer than ours are. */
	*ours = der_get_serial(&in, serial) == 0 && in.size == 0 &&
	    slice_equal(name, us->issuer) && us->has_serial(us->arg, serial);
	return 0;
}

/* dhSinglePass-stdDH-sha256kdf-scheme and its kin (RFC 5753 7.1.4). */
static int
read_scheme(struct slice s, struct handover_key *k, struct err *err)
{
	static const unsigned char arc[] = { 0x2b, 0x81, 0x04, 1, 11 };
	static const unsigned char hashes[3][9] = {
		{ 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1 },
		{ 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2 },
		{ 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3 },
	};
	struct slice scheme, wrap, oid;

	if (der_get(&s, DER_OID, &scheme) == -1 ||
	    der_get(&s, DER_SEQUENCE, &wrap) == -1 || s.size != 0 ||
	    der_get(&wrap, DER_OID, &oid) == -1)
		return err_set(err, EBADMSG, "%s", malformed);
	if (scheme.size != 6 || memcmp(scheme.data, arc, 5) != 0 ||
	    scheme.data[5] < 1 || scheme.data[5] > 3)
		return err_set(err, EKEYREJECTED, "its key was not agreed on "
		    "with SHA-256 or better: openssl cms wants -keyopt "
		    "ecdh_kdf_md:sha256");
	if (!slice_equal(oid, OID_AES256_WRAP) || wrap.size != 0)
		return err_set(err, EKEYREJECTED, "its key is not wrapped "
		    "with AES-256: openssl cms wants -aes-256-gcm or "
		    "-aes-256-cbc");
	k->kdf_hash = (struct slice){ hashes[scheme.data[5] - 1], 9 };
	return 0;
}

/* The ephemeral key (originatorKey), and what is mixed in. */
static int
read_originator(struct slice *s, struct handover_key *k)
{
	struct slice in, key, algorithm;

	if (der_get(s, DER_CONTEXT(0), &in) == -1 ||
	    der_get(&in, DER_CONTEXT(1), &key) == -1 || in.size != 0 ||
	    der_get(&key, DER_SEQUENCE, &algorithm) == -1 ||
	    der_get_bits(&key, &k->ephemeral) == -1 || key.size != 0)
		return -1;
	k->has_ukm = der_next_is(*s, DER_CONTEXT(1));
	if (k->has_ukm && (der_get(s, DER_CONTEXT(1), &in) == -1 ||
	    der_get(&in, DER_OCTET_STRING, &k->ukm) == -1 || in.size != 0))
		return -1;
	return 0;
}

/* One KeyAgreeRecipientInfo; 1 when it is for us. */
static int
read_recipient(struct slice s, const struct sealed_recipient *us,
    struct handover_key *k, struct err *err)
{
	struct slice algorithm, list, one;
	unsigned version;
	bool ours;

	memset(k, 0, sizeof(*k));
	if (der_get_small(&s, &version) == -1 || version != 3 ||
	    read_originator(&s, k) == -1 ||
	    der_get(&s, DER_SEQUENCE, &algorithm) == -1 ||
	    der_get(&s, DER_SEQUENCE, &list) == -1 || s.size != 0)
		return err_set(err, EBADMSG, "%s", malformed);
	while (list.size > 0) {
		if (der_get(&list, DER_SEQUENCE, &one) == -1 ||
		    is_ours(&one, us, &ours) == -1 ||
		    der_get(&one, DER_OCTET_STRING, &k->wrapped) == -1 ||
		    one.size != 0)
			return err_set(err, EBADMSG, "%s", malformed);
		if (ours)
			return read_scheme(algorithm, k, err) == -1 ? -1 : 1;
	}
	return 0;
}

static int
find_recipient(struct slice list, const struct sealed_recipient *us,
    struct handover_key *k, struct err *err)
{
	struct slice in;
	unsigned char tag;
	int count = 0, got;

	while (list.size > 0) {
		if (der_get_any(&list, &tag, &in) == -1 ||
		    ++count > RECIPIENTS_MAX)
			return err_set(err, EBADMSG, "%s", malformed);
		if (tag != DER_CONTEXT(1))	/* of another kind */
			continue;
		if ((got = read_recipient(in, us, k, err)) != 0)
			return got == 1 ? 0 : -1;
	}
	return err_set(err, EKEYREJECTED, "it is encrypted to another than "
	    "this CA: ca/handover.pem is the certificate to use");
}

static int
read_content(struct slice s, struct sealed *to, struct err *err)
{
	struct slice type, algorithm, oid, params;
	unsigned mac = 12;

	if (der_get(&s, DER_OID, &type) == -1 ||
	    der_get(&s, DER_SEQUENCE, &algorithm) == -1 ||
	    der_get(&algorithm, DER_OID, &oid) == -1 ||
	    der_get(&s, DER_IMPLICIT(0), &to->content) == -1 || s.size != 0)
		return err_set(err, EBADMSG, "%s", malformed);
	if (!slice_equal(oid, to->authenticated ? OID_AES256_GCM :
	    OID_AES256_CBC))
		return err_set(err, EKEYREJECTED, "it is not encrypted with "
		    "AES-256: openssl cms wants -aes-256-gcm or "
		    "-aes-256-cbc");
	if (!to->authenticated)
		return der_get(&algorithm, DER_OCTET_STRING, &to->iv) == 0 &&
		    algorithm.size == 0 && to->iv.size == CBC_IV ? 0 :
		    err_set(err, EBADMSG, "%s", malformed);
	/* GCMParameters (RFC 5084 3.2). */
	if (der_get(&algorithm, DER_SEQUENCE, &params) == -1 ||
	    algorithm.size != 0 ||
	    der_get(&params, DER_OCTET_STRING, &to->iv) == -1 ||
	    (params.size > 0 && der_get_small(&params, &mac) == -1) ||
	    params.size != 0 || to->iv.size != GCM_IV || mac != GCM_MAC)
		return err_set(err, EBADMSG, "%s", malformed);
	return 0;
}

static int
read_enveloped(struct slice s, const struct sealed_recipient *us,
    struct sealed *to, struct err *err)
{
	struct slice recipients, content, ignored;
	unsigned version;

	if (der_get_small(&s, &version) == -1)
		return err_set(err, EBADMSG, "%s", malformed);
	if (der_next_is(s, DER_CONTEXT(0)))	/* originatorInfo */
		der_get(&s, DER_CONTEXT(0), &ignored);
	if (der_get(&s, DER_SET, &recipients) == -1 ||
	    der_get(&s, DER_SEQUENCE, &content) == -1)
		return err_set(err, EBADMSG, "%s", malformed);
	/* With attributes that are authenticated the MAC is over more. */
	if (to->authenticated && (der_get(&s, DER_OCTET_STRING,
	    &to->mac) == -1 || to->mac.size != GCM_MAC))
		return err_set(err, EBADMSG, "%s", malformed);
	if (find_recipient(recipients, us, &to->key, err) == -1)
		return -1;
	return read_content(content, to, err);
}

int
sealed_read(struct slice ber, const struct sealed_recipient *us,
    struct sealed *to, struct err *err)
{
	struct slice s, info, type, in, body;
	int ret = -1;

	memset(to, 0, sizeof(*to));
	if (ber.size > SEALED_MAX || to_der(ber, &to->der) == -1)
		return err_set(err, EBADMSG, "%s", malformed);
	s = SLICE(&to->der);
	if (der_get(&s, DER_SEQUENCE, &info) == -1 ||
	    der_get(&info, DER_OID, &type) == -1 ||
	    der_get(&info, DER_CONTEXT(0), &in) == -1 ||
	    der_get(&in, DER_SEQUENCE, &body) == -1) {
		err_set(err, EBADMSG, "%s", malformed);
		goto out;
	}
	to->authenticated = slice_equal(type, OID_AUTHENTICATED);
	if (!to->authenticated && !slice_equal(type, OID_ENVELOPED)) {
		err_set(err, EBADMSG, "it is CMS, but not encrypted: personal "
		    "data is handed over encrypted to ca/handover.pem only");
		goto out;
	}
	ret = read_enveloped(body, us, to, err);
out:
	if (ret == -1)
		sealed_free(to);
	return ret;
}

void
sealed_free(struct sealed *s)
{
	bytes_free(&s->der);
	memset(s, 0, sizeof(*s));
}

/* --- opened -------------------------------------------------------------- */

int
sealed_open(const struct sealed *s, struct slice key, struct bytes *content,
    struct err *err)
{
	EVP_CIPHER_CTX *ctx = NULL;
	int some = 0, rest = 0, ret = -1;

	bytes_wipe(content);
	if (key.size != HANDOVER_KEY || s->content.size == 0)
		return sealed_refuse(err);
	if ((ctx = EVP_CIPHER_CTX_new()) == NULL)
		die("out of memory");
	if (EVP_DecryptInit_ex(ctx, s->authenticated ? EVP_aes_256_gcm() :
	    EVP_aes_256_cbc(), NULL, key.data, s->iv.data) != 1)
		die("no AES-256");
	bytes_resize(content, s->content.size + BLOCK);
	if ((!s->authenticated || EVP_CIPHER_CTX_ctrl(ctx,
	    EVP_CTRL_AEAD_SET_TAG, GCM_MAC, (void *)s->mac.data) == 1) &&
	    EVP_DecryptUpdate(ctx, content->data, &some, s->content.data,
	    (int)s->content.size) == 1 &&
	    EVP_DecryptFinal_ex(ctx, content->data + some, &rest) == 1) {
		content->size = (size_t)some + (size_t)rest;
		ret = 0;
	}
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	if (ret == 0)
		return 0;
	bytes_wipe(content);
	return sealed_refuse(err);
}
