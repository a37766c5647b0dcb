/*
 * CRLs signed with a throw-away key.  See crl_specimen.h.
 */
#include <errno.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "../ca/der.h"
#include "crl_specimen.h"

#define WHOLE	((size_t)64 * 1024)	/* of entries; else the first so many */
#define RSA_BITS 2048			/* it lives for one process */

struct specimen {
	const struct signatory *signatory;
	EVP_PKEY	*key;
};

struct specimen *
specimen_new(const struct signatory *signatory)
{
	struct specimen *s = calloc(1, sizeof *s);
	const char *group = signatory_curve(signatory);

	if (s == NULL)
		die("out of memory");
	s->signatory = signatory;
	s->key = group != NULL ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", group) :
	    EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS);
	if (s->key == NULL)
		die("no throw-away key");
	return s;
}

void
specimen_free(struct specimen *s)
{
	if (s == NULL)
		return;
	EVP_PKEY_free(s->key);
	free(s);
}

/* The first entries: as many as fit, and how many that are. */
static struct slice
first_entries(struct slice entries, int *count)
{
	struct slice rest = entries, last = entries;
	struct crl_entry entry;

	*count = 0;
	while (entries.size - rest.size < WHOLE &&
	    crl_next_entry(&rest, &entry) == 1) {
		last = rest;
		++*count;
	}
	return (struct slice){ entries.data, entries.size - last.size };
}

static void
put_tbs(struct bytes *b, const struct crl_facts *facts, struct slice entries)
{
	bytes_put(b, facts->head.data, facts->head.size);
	if (entries.size > 0)
		der_put(b, DER_SEQUENCE, entries);
	bytes_put(b, facts->extensions.data, facts->extensions.size);
	der_wrap(b, DER_SEQUENCE, 0);
}

static void
sign(const struct specimen *s, struct slice tbs, struct bytes *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t size;

	if (ctx == NULL || EVP_DigestSignInit_ex(ctx, NULL,
	    signatory_digest(s->signatory), NULL, NULL, s->key, NULL) != 1 ||
	    EVP_DigestSign(ctx, NULL, &size, tbs.data, tbs.size) != 1)
		die("a throw-away key does not sign");
	bytes_resize(signature, size);
	if (EVP_DigestSign(ctx, signature->data, &size, tbs.data,
	    tbs.size) != 1)
		die("a throw-away key does not sign");
	signature->size = size;
	EVP_MD_CTX_free(ctx);
}

/* Does OpenSSL find what we put in? */
static int
look(const struct specimen *s, struct slice der, int entries,
    const struct crl_facts *facts, struct err *err)
{
	const unsigned char *p = der.data;
	ASN1_INTEGER *number = NULL;
	int critical, ret = -1;
	X509_CRL *crl;

	crl = d2i_X509_CRL(NULL, &p, (long)der.size);
	if (crl == NULL || p != der.data + der.size) {
		err_openssl(err, EBADMSG, "OpenSSL does not read the CRL");
		goto out;
	}
	number = X509_CRL_get_ext_d2i(crl, NID_crl_number, &critical, NULL);
	if (X509_CRL_verify(crl, s->key) != 1)
		err_openssl(err, EBADMSG, "OpenSSL does not verify the CRL");
	else if (sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)) !=
	    (entries > 0 ? entries : -1))
		err_set(err, EBADMSG, "OpenSSL finds other entries in the "
		    "CRL than were put into it");
	else if (number == NULL || critical != 0 ||
	    ASN1_INTEGER_get(number) != (long)facts->number)
		err_set(err, EBADMSG, "OpenSSL finds another number in the "
		    "CRL (RFC 5280 5.2.3)");
	else
		ret = 0;
out:
	ASN1_INTEGER_free(number);
	X509_CRL_free(crl);
	return ret;
}

int
specimen_check(const struct specimen *s, struct slice tbs, struct err *err)
{
	struct bytes copy = { 0 }, signature = { 0 };
	struct bytes der = { 0 }, behind = { 0 };
	struct crl_facts facts = { 0 };
	struct slice entries;
	int count, ret;

	if (crl_read_tbs(tbs, &facts, err) != 0)
		return -1;
	entries = first_entries(facts.entries, &count);
	put_tbs(&copy, &facts, entries);
	sign(s, SLICE(&copy), &signature);
	crl_put_signature(copy.size, s->signatory, SLICE(&signature), &der,
	    &behind);
	bytes_put(&der, copy.data, copy.size);
	bytes_put(&der, behind.data, behind.size);
	ret = look(s, SLICE(&der), count, &facts, err);
	bytes_free(&copy);
	bytes_free(&signature);
	bytes_free(&der);
	bytes_free(&behind);
	return ret;
}
