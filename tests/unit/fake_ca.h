/*
 * A CA in the process of a test: keys, certificates and signatures by OpenSSL,
 * for what is to be checked against OpenSSL.
 */
#ifndef TESTS_FAKE_CA_H
#define TESTS_FAKE_CA_H

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ca/bytes.h"
#include "ca/err.h"
#include "ca/text.h"

struct fake_ca {
	EVP_PKEY	*key;
	X509		*certificate;
	struct bytes	 der;
};

__attribute__((unused)) static void
fake_extension(X509 *certificate, X509 *issuer, const char *name,
    const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf(NULL, &ctx, name, value);
	if (extension == NULL)
		die("no extension %s", name);
	X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
}

/*
 * A certificate for `key` signed by `issuer` (NULL: itself); `serial` as hex,
 * valid for so many days around now.
 */
__attribute__((unused)) static X509 *
fake_certificate(EVP_PKEY *key, const struct fake_ca *issuer,
    const char *name, const char *serial, int days)
{
	X509 *x = X509_new(), *by = issuer != NULL ? issuer->certificate : x;
	BIGNUM *number = NULL;

	X509_set_version(x, 2);
	BN_hex2bn(&number, serial);
	BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
	BN_free(number);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), days * 86400L);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "O",
	    MBSTRING_UTF8, (const unsigned char *)"Test", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(by));
	X509_set_pubkey(x, key);
	fake_extension(x, by, "subjectKeyIdentifier", "hash");
	if (issuer == NULL) {
		fake_extension(x, by, "basicConstraints", "critical,CA:TRUE");
		fake_extension(x, by, "keyUsage",
		    "critical,keyCertSign,cRLSign");
	} else {
		fake_extension(x, by, "extendedKeyUsage", "OCSPSigning");
		fake_extension(x, by, "keyUsage", "critical,digitalSignature");
	}
	if (X509_sign(x, issuer != NULL ? issuer->key : key,
	    EVP_sha256()) == 0)
		die("cannot sign a certificate");
	return x;
}

__attribute__((unused)) static EVP_PKEY *
fake_key(const char *kind)
{
	return strcmp(kind, "rsa") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA",
	    (size_t)2048) : EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind);
}

__attribute__((unused)) static void
fake_der(X509 *certificate, struct bytes *to)
{
	unsigned char *der = NULL;
	int size = i2d_X509(certificate, &der);

	bytes_copy(to, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
}

__attribute__((unused)) static void
fake_ca_make(struct fake_ca *ca, const char *kind, const char *name)
{
	memset(ca, 0, sizeof *ca);
	if ((ca->key = fake_key(kind)) == NULL)
		die("no key");
	ca->certificate = fake_certificate(ca->key, NULL, name, "01", 365);
	fake_der(ca->certificate, &ca->der);
}

__attribute__((unused)) static void
fake_ca_free(struct fake_ca *ca)
{
	X509_free(ca->certificate);
	EVP_PKEY_free(ca->key);
	bytes_free(&ca->der);
}

/* As the token would: the content of the BIT STRING. */
__attribute__((unused)) static void
fake_sign(EVP_PKEY *key, struct slice tbs, struct bytes *to)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *digest = EVP_sha256();
	size_t size = 0;

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
	    EVP_PKEY_get_bits(key) == 384)
		digest = EVP_sha384();
	if (EVP_DigestSignInit(ctx, NULL, digest, NULL, key) != 1 ||
	    EVP_DigestSign(ctx, NULL, &size, tbs.data, tbs.size) != 1)
		die("cannot sign");
	bytes_clear(to);
	bytes_resize(to, size);
	if (EVP_DigestSign(ctx, to->data, &size, tbs.data, tbs.size) != 1)
		die("cannot sign");
	bytes_resize(to, size);
	EVP_MD_CTX_free(ctx);
}

#endif
