/*
 * CMS SignedData: see cms_signed.h.  Reading is OpenSSL's, under narrow rules;
 * writing is done here, because the signature comes from another process.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>

#include "cms_signed.h"
#include "cms_signer.h"
#include "der.h"
#include "key.h"
#include "oids.h"
#include "text.h"

#define SIZE_MAX_CMS	((size_t)1024 * 1024)

/* --- reading ------------------------------------------------------------- */

static CMS_ContentInfo *
read_cms(struct slice cms)
{
	const unsigned char *p = cms.data;
	CMS_ContentInfo *info;

	if (cms.size == 0 || cms.size > SIZE_MAX_CMS)
		return NULL;
	info = d2i_CMS_ContentInfo(NULL, &p, (long)cms.size);
	if (info != NULL && p == cms.data + cms.size &&
	    OBJ_obj2nid(CMS_get0_type(info)) == NID_pkcs7_signed &&
	    OBJ_obj2nid(CMS_get0_eContentType(info)) == NID_pkcs7_data)
		return info;
	CMS_ContentInfo_free(info);
	return NULL;
}

static int
check_signer(CMS_ContentInfo *info, struct err *err)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(info);

	if (cms_signer_only(info, err) == NULL)
		return -1;
	if (content == NULL || *content == NULL)
		return err_set(err, EKEYREJECTED, "its signature is detached: "
		    "openssl cms wants -nodetach");
	return 0;
}

static usec_t
time_of(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) == 1 ?
	    (usec_t)timegm(&tm) * USEC : 0;
}

static int
check_certificate(X509 *x, struct signed_content *to, struct err *err)
{
	unsigned char *der = NULL;
	int size;

	if (cms_signer_check_certificate(x, err) == -1)
		return -1;
	if ((size = i2d_X509(x, &der)) <= 0)
		return err_set(err, EKEYREJECTED, "the certificate of its "
		    "signer does not read");
	bytes_copy(&to->certificate, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	sha256_text(to->certificate_sha256, SLICE(&to->certificate));
	to->not_before = time_of(X509_get0_notBefore(x));
	to->not_after = time_of(X509_get0_notAfter(x));
	return 0;
}

static int
verify(CMS_ContentInfo *info, struct signed_content *to, struct err *err)
{
	BIO *out = BIO_new(BIO_s_mem());
	STACK_OF(X509) *signers = NULL;
	char *data;
	long size;
	int ret = -1;

	if (out == NULL)
		die("out of memory");
	if (CMS_verify(info, NULL, NULL, NULL, out, CMS_BINARY |
	    CMS_NO_SIGNER_CERT_VERIFY) != 1) {
		err_set(err, EILSEQ, "its signature is not right, or the "
		    "signer's certificate is not inside");
		goto out;
	}
	signers = CMS_get0_signers(info);
	if (sk_X509_num(signers) != 1) {
		err_set(err, EKEYREJECTED, "its signer is not known");
		goto out;
	}
	size = BIO_get_mem_data(out, &data);
	bytes_copy(&to->content, (struct slice){ (unsigned char *)data,
	    (size_t)size });
	ret = check_certificate(sk_X509_value(signers, 0), to, err);
out:
	sk_X509_free(signers);
	BIO_free(out);
	ERR_clear_error();
	return ret;
}

int
signed_read(struct slice cms, struct signed_content *to, struct err *err)
{
	CMS_ContentInfo *info;
	int ret = -1;

	memset(to, 0, sizeof(*to));
	if ((info = read_cms(cms)) == NULL) {
		ERR_clear_error();
		return err_set(err, EBADMSG, "it is no CMS SignedData");
	}
	if (check_signer(info, err) == 0)
		ret = verify(info, to, err);
	CMS_ContentInfo_free(info);
	if (ret == -1)
		signed_free(to);
	return ret;
}

void
signed_free(struct signed_content *s)
{
	bytes_wipe(&s->content);
	bytes_free(&s->certificate);
	memset(s, 0, sizeof(*s));
}

/* --- writing ------------------------------------------------------------- */

/* The digest that goes with the key, as in hsm/algorithm.c. */
static bool
hash_is_384(const char *key_type)
{
	return strcmp(key_type, "ec:P-384") == 0;
}

static struct slice
hash_oid(const char *key_type)
{
	return hash_is_384(key_type) ? OID_SHA384 : OID_SHA256;
}

static void
put_attribute(struct bytes *to, struct slice oid, struct slice value)
{
	size_t at = der_open(to, DER_SEQUENCE), set;

	der_put(to, DER_OID, oid);
	set = der_open(to, DER_SET);
	bytes_put(to, value.data, value.size);
	der_close(to, set);
	der_close(to, at);
}

/* DER sorts a SET OF by its octets: these three are in order by length. */
void
signed_attributes(const char *key_type, struct slice content, usec_t when,
    struct bytes *to)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct bytes value = { 0 };
	unsigned size;
	size_t at;

	if (EVP_Digest(content.data, content.size, digest, &size,
	    hash_is_384(key_type) ? EVP_sha384() : EVP_sha256(), NULL) != 1)
		die("no digest");
	bytes_clear(to);
	at = der_open(to, DER_SET);
	der_put(&value, DER_OID, OID_DATA);
	put_attribute(to, OID_CONTENT_TYPE, SLICE(&value));
	bytes_clear(&value);
	der_put_time(&value, when);
	put_attribute(to, OID_SIGNING_TIME, SLICE(&value));
	bytes_clear(&value);
	der_put(&value, DER_OCTET_STRING, (struct slice){ digest, size });
	put_attribute(to, OID_MESSAGE_DIGEST, SLICE(&value));
	der_close(to, at);
	bytes_free(&value);
}

static void
put_algorithm(struct bytes *to, struct slice oid)
{
	size_t at = der_open(to, DER_SEQUENCE);

	der_put(to, DER_OID, oid);
	der_close(to, at);
}

/* IssuerAndSerialNumber, as the certificate has them. */
static int
put_signer_id(struct bytes *to, struct slice certificate)
{
	struct slice s = certificate, outer, tbs, name, serial, ignored;
	size_t at;

	if (der_get(&s, DER_SEQUENCE, &outer) == -1 ||
	    der_get(&outer, DER_SEQUENCE, &tbs) == -1 ||
	    der_get(&tbs, DER_CONTEXT(0), &ignored) == -1 ||
	    der_get_whole(&tbs, DER_INTEGER, &serial) == -1 ||
	    der_get(&tbs, DER_SEQUENCE, &ignored) == -1 ||
	    der_get_whole(&tbs, DER_SEQUENCE, &name) == -1)
		return -1;
	at = der_open(to, DER_SEQUENCE);
	bytes_put(to, name.data, name.size);
	bytes_put(to, serial.data, serial.size);
	der_close(to, at);
	return 0;
}

/* SignerInfo (RFC 5652 5.3); the attributes change their tag here. */
static int
put_signer(struct bytes *to, const struct signed_parts *p)
{
	size_t set = der_open(to, DER_SET), at = der_open(to, DER_SEQUENCE);
	struct slice attributes = p->attributes, algorithm, in;

	der_put_small(to, 1);
	if (put_signer_id(to, p->certificate) == -1 ||
	    key_signs_with(p->key_type, &algorithm) == -1 ||
	    der_get(&attributes, DER_SET, &in) == -1)
		return -1;
	put_algorithm(to, hash_oid(p->key_type));
	der_put(to, DER_CONTEXT(0), in);
	bytes_put(to, algorithm.data, algorithm.size);
	der_put(to, DER_OCTET_STRING, p->signature);
	der_close(to, at);
	der_close(to, set);
	return 0;
}

static void
put_content(struct bytes *to, struct slice content)
{
	size_t at = der_open(to, DER_SEQUENCE), in;

	der_put(to, DER_OID, OID_DATA);
	in = der_open(to, DER_CONTEXT(0));
	der_put(to, DER_OCTET_STRING, content);
	der_close(to, in);
	der_close(to, at);
}

int
signed_assemble(const struct signed_parts *p, struct bytes *cms,
    struct err *err)
{
	size_t info, outer, data, at;

	bytes_clear(cms);
	info = der_open(cms, DER_SEQUENCE);
	der_put(cms, DER_OID, OID_SIGNED_DATA);
	outer = der_open(cms, DER_CONTEXT(0));
	data = der_open(cms, DER_SEQUENCE);
	der_put_small(cms, 1);
	at = der_open(cms, DER_SET);
	put_algorithm(cms, hash_oid(p->key_type));
	der_close(cms, at);
	put_content(cms, p->content);
	der_put(cms, DER_CONTEXT(0), p->certificate);
	if (put_signer(cms, p) == -1) {
		bytes_clear(cms);
		return err_set(err, EIO, "no CMS can be made for a key of "
		    "type %s", p->key_type);
	}
	der_close(cms, data);
	der_close(cms, outer);
	der_close(cms, info);
	return 0;
}
