/*
 * Proofs that somebody holds a private key: see proof.h.  A signature that is
 * right under the certificate's key is what counts, not whom the CMS names as
 * its signer: who found a key need not have its certificate.
 *
 * `openssl cms -sign` without -binary signs CRLF line ends, and `echo` makes
 * one: the sentence is the same without, with LF and with CRLF behind it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "blocks.h"
#include "cms_signer.h"
#include "csr.h"
#include "der.h"
#include "dropped.h"
#include "proof.h"

#define SENTENCE	"keyCompromise of certificate "

void
proof_sentence(const char *serial, char to[PROOF_SENTENCE])
{
	snprintf(to, PROOF_SENTENCE, SENTENCE "%s", serial);
}

/* --- form ---------------------------------------------------------------- */

static const char *const labels[] = { "CMS", "PKCS7" };

static bool
holds(struct slice s, const char *text)
{
	return s.size > 0 &&
	    memmem(s.data, s.size, text, strlen(text)) != NULL;
}

/* The label of the CMS in a text; NULL: it is none. */
static const char *
label_of(struct slice in)
{
	char line[32];

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		snprintf(line, sizeof line, "-----BEGIN %s-----", labels[i]);
		if (holds(in, line))
			return labels[i];
	}
	return NULL;
}

static int
read_cms_text(struct slice in, const char *label, struct bytes *der,
    struct err *err)
{
	struct bytes text = { 0 };
	struct block block, more;
	struct slice rest;
	char end[32];
	int ret = -1;

	snprintf(end, sizeof end, "-----END %s-----", label);
	if (!holds(in, end)) {
		err_set(err, EBADMSG, "it is not complete: it has no END "
		    "line");
		return 0;
	}
	if (blocks_text(in, &text, err) != 0)
		goto out;
	rest = SLICE(&text);
	blocks_keys(&rest);
	if (block_take("the proof", &rest, &block, err) == 1 &&
	    block_decode("the proof", &block, der, err) == 0 &&
	    block_take("the proof", &rest, &more, err) == 0 &&
	    strcmp(block.label, label) == 0)
		ret = 1;
	else
		err_set(err, EBADMSG, "one CMS block is wanted, with nothing "
		    "behind it (RFC 7468, 9)");
out:
	bytes_free(&text);
	return ret;
}

/* ContentInfo begins with an OID, a request with a SEQUENCE. */
static bool
is_cms(struct slice der)
{
	unsigned char tag;
	struct slice in, first;

	return der_get(&der, DER_SEQUENCE, &in) == 0 &&
	    der_get_any(&in, &tag, &first) == 0 && tag == DER_OID;
}

/* 1, 0, -1 as proof_is_complete. */
static int
read_proof(struct slice in, struct bytes *der, struct err *err)
{
	const char *label = label_of(in);

	if (in.size > PROOF_MAX)
		return err_set(err, EBADMSG, "it is longer than %zu octets",
		    PROOF_MAX);
	if (in.size > 0 && in.data[0] != DER_SEQUENCE && label != NULL)
		return read_cms_text(in, label, der, err);
	return dropped_read(in, der, err);
}

int
proof_is_complete(struct slice in, struct err *err)
{
	struct bytes der = { 0 };
	int answer = read_proof(in, &der, err);

	bytes_free(&der);
	return answer;
}

/* --- a request ----------------------------------------------------------- */

static int
wrong_sentence(const char *sentence, struct err *err)
{
	return err_set(err, EKEYREJECTED, "it does not say '%s', as "
	    "revoke/HOWTO.txt wants it", sentence);
}

static int
wrong_key(struct err *err)
{
	return err_set(err, EKEYREJECTED, "it is not made with the key of "
	    "this certificate");
}

static int
verify_request(struct slice der, X509 *x, const char *sentence,
    struct err *err)
{
	struct csr *csr = csr_parse(der, err);
	int ret = -1;

	if (csr == NULL)
		return -1;
	if (EVP_PKEY_eq(csr->key, X509_get0_pubkey(x)) != 1)
		wrong_key(err);
	else if (strcmp(csr->common_name, sentence) != 0)
		wrong_sentence(sentence, err);
	else
		ret = 0;
	csr_free(csr);
	return ret;
}

/* --- CMS ----------------------------------------------------------------- */

static CMS_ContentInfo *
read_cms(struct slice der)
{
	const unsigned char *p = der.data;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.size);

	if (cms != NULL && p == der.data + der.size &&
	    OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

/* One signer; its signature is to be one under the certificate's key. */
static int
take_signer(CMS_ContentInfo *cms, X509 *x, struct err *err)
{
	CMS_SignerInfo *signer = cms_signer_only(cms, err);

	if (signer == NULL)
		return -1;
	CMS_SignerInfo_set1_signer_cert(signer, x);
	return 0;
}

/* `content` NULL: it is inside.  What was signed is put into `to`. */
static bool
is_signed(CMS_ContentInfo *cms, const char *content, struct bytes *to)
{
	BIO *in = NULL, *out = BIO_new(BIO_s_mem());
	char *data;
	long size;
	bool good;

	if (content != NULL)
		in = BIO_new_mem_buf(content, -1);
	if (out == NULL || (content != NULL && in == NULL))
		die("out of memory");
	good = CMS_verify(cms, NULL, NULL, in, out, CMS_BINARY |
	    CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY) == 1;
	size = BIO_get_mem_data(out, &data);
	if (good)
		bytes_copy(to, (struct slice){ (unsigned char *)data,
		    (size_t)size });
	BIO_free(in);
	BIO_free(out);
	return good;
}

static bool
says(const struct bytes *content, const char *sentence)
{
	struct slice s = SLICE(content);

	if (s.size > 0 && s.data[s.size - 1] == '\n')
		s.size--;
	if (s.size > 0 && s.data[s.size - 1] == '\r')
		s.size--;
	return slice_equal(s, slice_text(sentence));
}

/* Each try needs a fresh one: OpenSSL keeps digests in it. */
static int
verify_detached(struct slice der, X509 *x, const char *sentence,
    struct err *err)
{
	static const char *const ends[] = { "\r\n", "\n", "" };
	char content[PROOF_SENTENCE + 2];
	struct bytes ignored = { 0 };
	CMS_ContentInfo *cms;
	int ret = -1;

	for (size_t i = 0; i < sizeof ends / sizeof *ends && ret != 0; i++) {
		snprintf(content, sizeof content, "%s%s", sentence, ends[i]);
		if ((cms = read_cms(der)) == NULL ||
		    take_signer(cms, x, err) != 0) {
			CMS_ContentInfo_free(cms);
			return -1;
		}
		ret = is_signed(cms, content, &ignored) ? 0 : -1;
		CMS_ContentInfo_free(cms);
	}
	bytes_free(&ignored);
	return ret == 0 ? 0 : err_set(err, EKEYREJECTED, "it does not verify "
	    "with the key of this certificate over '%s'", sentence);
}

static int
verify_cms(struct slice der, X509 *x, const char *sentence, struct err *err)
{
	CMS_ContentInfo *cms = read_cms(der);
	ASN1_OCTET_STRING **inside;
	struct bytes content = { 0 };
	int ret = -1;

	if (cms == NULL)
		return err_set(err, EBADMSG, "it is no CMS SignedData "
		    "(RFC 5652, 5)");
	if (take_signer(cms, x, err) != 0)
		goto out;
	inside = CMS_get0_content(cms);
	if (inside == NULL || *inside == NULL)
		ret = verify_detached(der, x, sentence, err);
	else if (!is_signed(cms, NULL, &content))
		wrong_key(err);
	else
		ret = says(&content, sentence) ? 0 :
		    wrong_sentence(sentence, err);
out:
	bytes_free(&content);
	CMS_ContentInfo_free(cms);
	return ret;
}

/* --- either -------------------------------------------------------------- */

int
proof_verify(struct slice proof, struct slice certificate,
    const char *serial, struct err *err)
{
	const unsigned char *p = certificate.data;
	char sentence[PROOF_SENTENCE];
	struct bytes der = { 0 };
	X509 *x = NULL;
	int ret = -1;

	ERR_clear_error();
	proof_sentence(serial, sentence);
	if (read_proof(proof, &der, err) != 1)
		goto out;
	x = d2i_X509(NULL, &p, (long)certificate.size);
	if (x == NULL || X509_get0_pubkey(x) == NULL)
		err_set(err, EIO, "the certificate does not read");
	else if (is_cms(SLICE(&der)))
		ret = verify_cms(SLICE(&der), x, sentence, err);
	else
		ret = verify_request(SLICE(&der), x, sentence, err);
out:
	X509_free(x);
	bytes_free(&der);
	ERR_clear_error();
	return ret;
}
