/*
 * Requests made by OpenSSL for tests, and malformed ones by our own writer.
 */
#ifndef TESTS_REQUEST_H
#define TESTS_REQUEST_H

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "ca/bytes.h"

/* "P-256", "rsa:2048", "ED25519" */
static inline EVP_PKEY *
test_key(const char *type)
{
	if (strncmp(type, "rsa:", 4) == 0)
		return EVP_RSA_gen((unsigned)atoi(type + 4));
	if (strcmp(type, "ED25519") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return EVP_EC_gen(type);
}

struct test_request {
	EVP_PKEY	*key;
	const char	*cn;
	const char	*names;		/* "DNS:a,IP:192.0.2.1" */
	struct slice	 raw_names;	/* or the extension's octets */
	const EVP_MD	*md;		/* SHA-256 */
	const char	*usage;		/* an extension that is ignored */
	const char	*organisation, *password;
	int		 bad_signature;
};

static inline void
test_request_extensions(X509_REQ *req, const struct test_request *want)
{
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	X509_EXTENSION *x;

	if (want->names != NULL && (x = X509V3_EXT_conf_nid(NULL, NULL,
	    NID_subject_alt_name, want->names)) != NULL)
		sk_X509_EXTENSION_push(list, x);
	if (want->raw_names.data != NULL) {
		ASN1_OCTET_STRING_set(octets, want->raw_names.data,
		    (int)want->raw_names.size);
		sk_X509_EXTENSION_push(list, X509_EXTENSION_create_by_NID(
		    NULL, NID_subject_alt_name, 0, octets));
	}
	if (want->usage != NULL)
		sk_X509_EXTENSION_push(list, X509V3_EXT_conf_nid(NULL, NULL,
		    NID_key_usage, want->usage));
	if (sk_X509_EXTENSION_num(list) > 0)
		X509_REQ_add_extensions(req, list);
	ASN1_OCTET_STRING_free(octets);
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
}

static inline void
test_request_der(struct bytes *to, const struct test_request *want)
{
	X509_REQ *req = X509_REQ_new();
	X509_NAME *name = X509_REQ_get_subject_name(req);
	unsigned char *der = NULL;
	int size;

	X509_REQ_set_version(req, 0);
	if (want->cn != NULL)	/* as it is, so that it may be too long */
		X509_NAME_add_entry_by_NID(name, NID_commonName,
		    V_ASN1_UTF8STRING,
		    (const unsigned char *)want->cn, -1, -1, 0);
	if (want->organisation != NULL)
		X509_NAME_add_entry_by_NID(name, NID_organizationName,
		    MBSTRING_UTF8, (const unsigned char *)want->organisation,
		    -1, -1, 0);
	X509_REQ_set_pubkey(req, want->key);
	test_request_extensions(req, want);
	if (want->password != NULL)
		X509_REQ_add1_attr_by_NID(req, NID_pkcs9_challengePassword,
		    MBSTRING_UTF8, (const unsigned char *)want->password, -1);
	X509_REQ_sign(req, want->key, EVP_PKEY_is_a(want->key, "ED25519") ?
	    NULL : want->md == NULL ? EVP_sha256() : want->md);
	size = i2d_X509_REQ(req, &der);
	if (want->bad_signature)
		der[size - 1] ^= 1;
	bytes_copy(to, (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
	X509_REQ_free(req);
}

#endif
