/*
 * Who signs what the world reads.  What CRLs and OCSP answers need of a
 * certificate is cut out once, as the octets that stand in it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "signatory.h"

struct algorithm {
	int		 type, bits;	/* bits 0: any */
	const char	*name;
	const char	*digest;
	const char	*curve;		/* NULL: RSA */
	size_t		 size;
	unsigned char	 der[16];	/* AlgorithmIdentifier */
};

struct signatory {
	X509		*certificate;
	EVP_PKEY	*key;
	struct bytes	 der, name;
	const struct algorithm *algorithm;
};

/* RFC 5758 3.2 (no parameters), RFC 4055 5 (NULL). */
static const struct algorithm algorithms[] = {
	{ EVP_PKEY_EC, 256, "ecdsa-with-SHA256", "SHA256", "P-256", 12,
	  { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 } },
	{ EVP_PKEY_EC, 384, "ecdsa-with-SHA384", "SHA384", "P-384", 12,
	  { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03 } },
	{ EVP_PKEY_EC, 521, "ecdsa-with-SHA512", "SHA512", "P-521", 12,
	  { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04 } },
	{ EVP_PKEY_RSA, 0, "sha256WithRSAEncryption", "SHA256", NULL, 15,
	  { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
	  0x0b, 0x05, 0x00 } },
};

static const struct algorithm *
algorithm_of(const EVP_PKEY *key)
{
	for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
		if (EVP_PKEY_get_base_id(key) == algorithms[i].type &&
		    (algorithms[i].bits == 0 ||
		    EVP_PKEY_get_bits(key) == algorithms[i].bits))
			return &algorithms[i];
	return NULL;
}

static void
name_copy(struct bytes *to, const X509_NAME *name)
{
	unsigned char *der = NULL;
	int size = i2d_X509_NAME(name, &der);

	if (size <= 0)
		die("cannot encode a name");
	bytes_put(to, der, (size_t)size);
	OPENSSL_free(der);
}

struct signatory *
signatory_new(struct slice der, struct err *err)
{
	const unsigned char *p = der.data;
	struct signatory *s = calloc(1, sizeof *s);

	if (s == NULL)
		die("out of memory");
	s->certificate = d2i_X509(NULL, &p, (long)der.size);
	if (s->certificate == NULL || p != der.data + der.size ||
	    (s->key = X509_get_pubkey(s->certificate)) == NULL) {
		err_openssl(err, EBADMSG, "cannot read the certificate");
		goto fail;
	}
	if ((s->algorithm = algorithm_of(s->key)) == NULL) {
		err_set(err, ENOTSUP, "the certificate's key is of a kind "
		    "that signs no CRL and no OCSP answer here");
		goto fail;
	}
	if (X509_get0_subject_key_id(s->certificate) == NULL) {
		err_set(err, EBADMSG, "the certificate has no subject key "
		    "identifier (RFC 5280 4.2.1.2)");
		goto fail;
	}
	bytes_copy(&s->der, der);
	name_copy(&s->name, X509_get_subject_name(s->certificate));
	return s;
fail:
	signatory_free(s);
	return NULL;
}

void
signatory_free(struct signatory *s)
{
	if (s == NULL)
		return;
	X509_free(s->certificate);
	EVP_PKEY_free(s->key);
	bytes_free(&s->der);
	bytes_free(&s->name);
	free(s);
}

struct slice
signatory_certificate(const struct signatory *s)
{
	return SLICE(&s->der);
}

struct slice
signatory_name(const struct signatory *s)
{
	return SLICE(&s->name);
}

struct slice
signatory_serial(const struct signatory *s)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(s->certificate);

	return (struct slice){ ASN1_STRING_get0_data(serial),
	    (size_t)ASN1_STRING_length(serial) };
}

struct slice
signatory_key_id(const struct signatory *s)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(s->certificate);

	return (struct slice){ ASN1_STRING_get0_data(id),
	    (size_t)ASN1_STRING_length(id) };
}

struct slice
signatory_key_bits(const struct signatory *s)
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(s->certificate);

	return (struct slice){ ASN1_STRING_get0_data(bits),
	    (size_t)ASN1_STRING_length(bits) };
}

struct slice
signatory_algorithm(const struct signatory *s)
{
	return (struct slice){ s->algorithm->der, s->algorithm->size };
}

const char *
signatory_algorithm_name(const struct signatory *s)
{
	return s->algorithm->name;
}

const char *
signatory_digest(const struct signatory *s)
{
	return s->algorithm->digest;
}

const char *
signatory_curve(const struct signatory *s)
{
	return s->algorithm->curve;
}

size_t
signatory_signature_most(const struct signatory *s)
{
	return (size_t)EVP_PKEY_get_size(s->key);
}

static usec_t
time_of(const ASN1_TIME *time)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return 0;
	return (usec_t)timegm(&tm) * USEC;
}

usec_t
signatory_not_before(const struct signatory *s)
{
	return time_of(X509_get0_notBefore(s->certificate));
}

usec_t
signatory_not_after(const struct signatory *s)
{
	return time_of(X509_get0_notAfter(s->certificate));
}

int
signatory_verify(const struct signatory *s, struct slice tbs,
    struct slice signature, struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ret = 0;

	if (ctx == NULL)
		die("out of memory");
	if (EVP_DigestVerifyInit_ex(ctx, NULL, s->algorithm->digest, NULL,
	    NULL, s->key, NULL) != 1)
		die("cannot verify with %s", s->algorithm->name);
	if (EVP_DigestVerify(ctx, signature.data, signature.size, tbs.data,
	    tbs.size) != 1)
		ret = err_openssl(err, EBADMSG,
		    "the signature does not verify under the signer's key");
	EVP_MD_CTX_free(ctx);
	return ret;
}

void
digest_sha1(unsigned char to[20], struct slice in)
{
	if (EVP_Digest(in.data, in.size, to, NULL, EVP_sha1(), NULL) != 1)
		die("no SHA-1");
}
