/*
 * A small CA for tests: an issuing certificate made in process, a profile and
 * a configuration, nothing read from files.
 */
#ifndef TESTS_CA_H
#define TESTS_CA_H

#include <stdio.h>

#include "ca/certificate.h"
#include "ca/config.h"
#include "ca/der.h"
#include "ca/key.h"
#include "ca/lint.h"
#include "ca/permit.h"
#include "ca/subject.h"
#include "request.h"

#define TEST_NOT_BEFORE	(1767225600 * USEC)	/* 2026-01-01 */
#define TEST_NOW	(1790000000 * USEC)	/* 2026-09-21T14:13:20Z */

struct test_ca {
	EVP_PKEY	*key;
	X509		*certificate;
	struct config	 config;
	struct profile	 profile, responder;
};

static inline void
test_ca_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	X509_add_ext(x, extension, -1);
	X509_EXTENSION_free(extension);
}

static inline void
test_ca_certificate(struct test_ca *ca, int days)
{
	X509 *x = ca->certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	unsigned char *der = NULL;
	int size;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC,
	    (const unsigned char *)"XX", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)"Test Issuing CA (SANDBOX)", -1, -1, 0);
	X509_set_issuer_name(x, name);
	ASN1_TIME_set(X509_getm_notBefore(x), TEST_NOT_BEFORE / USEC);
	ASN1_TIME_set(X509_getm_notAfter(x), TEST_NOT_BEFORE / USEC +
	    days * (time_t)86400 - 1);
	X509_set_pubkey(x, ca->key);
	test_ca_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	test_ca_extension(x, NID_key_usage, "critical,keyCertSign,cRLSign");
	test_ca_extension(x, NID_subject_key_identifier, "hash");
	X509_sign(x, ca->key, EVP_sha256());
	size = i2d_X509(x, &der);
	bytes_copy(&ca->config.issuing_der,
	    (struct slice){ der, (size_t)size });
	OPENSSL_free(der);
}

/* Takes the key over. */
static inline void
test_ca_make(struct test_ca *ca, EVP_PKEY *key, int days)
{
	struct profile *p = &ca->profile, *r = &ca->responder;

	memset(ca, 0, sizeof *ca);
	ca->key = key;
	test_ca_certificate(ca, days);
	strcpy(ca->config.url, "http://localhost/pki");
	strcpy(p->name, "tls-server");
	strcpy(p->policy_oid, "2.999.411.1");
	strcpy(p->issuer_key, "issuing");
	strcpy(p->extended_key_usage[0], "serverAuth");
	strcpy(p->extended_key_usage[1], "clientAuth");
	strcpy(p->key_usage_ec, "digitalSignature");
	strcpy(p->key_usage_rsa, "digitalSignature,keyEncipherment");
	strcpy(p->key_types[0], "ec:P-256");
	strcpy(p->key_types[1], "ec:P-384");
	strcpy(p->key_types[2], "rsa:2048");
	strcpy(p->re_key_changes[0], "expiry");
	p->days = 90;
	p->names_max = 100;
	strcpy(p->name_kinds[0], "dns");
	strcpy(p->name_kinds[1], "ip");
	p->subject_from_first_name = true;
	*r = *p;
	strcpy(r->name, "ocsp");
	strcpy(r->extended_key_usage[0], "OCSPSigning");
	r->extended_key_usage[1][0] = '\0';
	strcpy(r->key_usage_rsa, "digitalSignature");
	r->days = 14;
	r->names_max = 0;
	r->internal = r->ocsp_nocheck = true;
	r->subject_from_first_name = false;
}

static inline void
test_ca_free(struct test_ca *ca)
{
	EVP_PKEY_free(ca->key);
	X509_free(ca->certificate);
	bytes_free(&ca->config.issuing_der);
}

/* What the signer does: a signature over the TBS with the issuing key. */
static inline void
test_ca_sign(struct test_ca *ca, struct slice tbs, struct bytes *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *md = EVP_sha256();
	unsigned char octets[1024];
	size_t size = sizeof octets;

	if (EVP_PKEY_is_a(ca->key, "EC") && EVP_PKEY_get_bits(ca->key) == 384)
		md = EVP_sha384();
	EVP_DigestSignInit(ctx, NULL, md, NULL, ca->key);
	EVP_DigestSign(ctx, octets, &size, tbs.data, tbs.size);
	EVP_MD_CTX_free(ctx);
	bytes_copy(signature, (struct slice){ octets, size });
}

static inline void
test_first_name(struct judged *judged)
{
	static const struct registered nothing;
	const struct subject_case c = { judged->profile, &nothing,
	    judged->names, judged->name_count, TEST_NOW };
	struct err fault;

	subject_make(&c, &judged->subject, &fault);
	assert_int_equal(fault.code, 0);
}

/* "www.example.org" is a dNSName; with a kind in front: "ip:192.0.2.1". */
static inline void
test_judged(struct judged *judged, const struct profile *profile,
    const EVP_PKEY *key, struct csr_name *names, const char *const *texts)
{
	unsigned char *spki = NULL;
	const char *colon;
	int size;

	memset(judged, 0, sizeof *judged);
	judged->profile = profile;
	size = i2d_PUBKEY((EVP_PKEY *)(uintptr_t)key, &spki);
	bytes_put(&judged->spki, spki, (size_t)size);
	OPENSSL_free(spki);
	key_type_of_spki(SLICE(&judged->spki), judged->key_type);
	judged->names = names;
	for (; texts != NULL && *texts != NULL; texts++, names++) {
		colon = strchr(*texts, ':');
		snprintf(names->kind, sizeof names->kind, "%.*s",
		    colon == NULL ? 3 : (int)(colon - *texts),
		    colon == NULL ? "dns" : *texts);
		snprintf(names->text, sizeof names->text, "%s",
		    colon == NULL ? *texts : colon + 1);
		judged->name_count++;
	}
	if (profile->subject_from_first_name)
		test_first_name(judged);
	else if (profile->internal)
		subject_make_own(&judged->subject,
		    "Test OCSP responder (SANDBOX)");
}

#endif
