/*
 * The CA's own certificates.  See own.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "file.h"
#include "own.h"

#define CA_FILE_MAX	(1024 * 1024)

static const char *const key_names[OWN_KEYS] = {
	"root", "issuing", "ocsp", "evidence", "handover"
};

/* From the key to the one signature algorithm it is used with. */
static const struct {
	const char	*group;		/* OpenSSL's name; NULL: RSA */
	const char	*algorithm, *signature;
} algorithms[] = {
	{ "prime256v1", "ec:P-256", "ecdsa-with-SHA256" },
	{ "secp384r1", "ec:P-384", "ecdsa-with-SHA384" },
	{ NULL, "rsa", "sha256WithRSAEncryption" },
};

static int
read_part(const char *home, const char *file, struct bytes *to,
    struct err *err)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/ca/%s", home, file);
	return file_read(path, CA_FILE_MAX, to, err);
}

static int
key_algorithm(struct ca_key *key, EVP_PKEY *pkey, struct err *err)
{
	char group[64] = "";
	size_t i;

	EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL);
	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (algorithms[i].group == NULL ?
		    !EVP_PKEY_is_a(pkey, "RSA") :
		    strcmp(algorithms[i].group, group) != 0)
			continue;
		snprintf(key->signature, sizeof(key->signature), "%s",
		    algorithms[i].signature);
		if (algorithms[i].group == NULL)
			snprintf(key->algorithm, sizeof(key->algorithm),
			    "rsa:%d", EVP_PKEY_get_bits(pkey));
		else
			snprintf(key->algorithm, sizeof(key->algorithm), "%s",
			    algorithms[i].algorithm);
		return 0;
	}
	return err_set(err, EINVAL, "ca/%s.spki: wanted a P-256, P-384 or RSA"
	    " key, found %s %s", key->name, EVP_PKEY_get0_type_name(pkey),
	    group);
}

static int
key_read(struct ca_key *key, const char *name, const char *home,
    struct err *err)
{
	const unsigned char *p;
	EVP_PKEY *pkey = NULL;
	char file[40];
	int result = -1;

	snprintf(key->name, sizeof(key->name), "%s", name);
	snprintf(file, sizeof(file), "%s.spki", name);
	if (read_part(home, file, &key->spki, err) == -1)
		return -1;
	p = key->spki.data;
	pkey = d2i_PUBKEY(NULL, &p, (long)key->spki.size);
	if (pkey == NULL || p != key->spki.data + key->spki.size)
		err_set(err, EINVAL, "ca/%s: wanted a SubjectPublicKeyInfo in "
		    "DER", file);
	else
		result = key_algorithm(key, pkey, err);
	EVP_PKEY_free(pkey);
	return result;
}

static X509 *
certificate_read(const char *home, const char *file, struct bytes *der,
    struct err *err)
{
	const unsigned char *p;
	X509 *x;

	if (read_part(home, file, der, err) == -1)
		return NULL;
	p = der->data;
	x = d2i_X509(NULL, &p, (long)der->size);
	if (x == NULL || p != der->data + der->size) {
		err_set(err, EINVAL, "ca/%s: wanted one certificate in DER",
		    file);
		X509_free(x);
		return NULL;
	}
	return x;
}

/* commonName as UTF-8, whatever string type it has. */
static int
certificate_name(X509 *x, const char *file, char *to, size_t room,
    struct err *err)
{
	X509_NAME *name = X509_get_subject_name(x);
	unsigned char *text = NULL;
	int at, size = -1;

	at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	if (at >= 0)
		size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(
		    X509_NAME_get_entry(name, at)));
	if (size > 0 && (size_t)size < room &&
	    memchr(text, '\0', (size_t)size) == NULL) {
		memcpy(to, text, (size_t)size);
		to[size] = '\0';
		OPENSSL_free(text);
		return 0;
	}
	OPENSSL_free(text);
	return err_set(err, EINVAL, "ca/%s: wanted a commonName of 1 to %zu "
	    "octets in the subject", file, room - 1);
}

static usec_t
certificate_end(X509 *x)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1)
		return 0;
	return (usec_t)timegm(&tm) * USEC;
}

static void
policies_of(X509 *x, struct own *own)
{
	CERTIFICATEPOLICIES *policies;
	int i;

	policies = X509_get_ext_d2i(x, NID_certificate_policies, NULL, NULL);
	for (i = 0; i < sk_POLICYINFO_num(policies) && i < 8; i++)
		OBJ_obj2txt(own->policies[i], sizeof(own->policies[i]),
		    sk_POLICYINFO_value(policies, i)->policyid, 1);
	CERTIFICATEPOLICIES_free(policies);
}

static int
key_is(X509 *x, const struct ca_key *key, const char *file, struct err *err)
{
	unsigned char *der = NULL;
	int size;
	bool same;

	size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	same = size > 0 && slice_equal((struct slice){ der, (size_t)size },
	    SLICE(&key->spki));
	OPENSSL_free(der);
	if (same)
		return 0;
	return err_set(err, EINVAL, "ca/%s: its key is not that of "
	    "ca/%s.spki", file, key->name);
}

static int
signed_by_root(X509 *root, X509 *issuing, X509_CRL *crl, struct err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(root);

	if (X509_verify(root, key) != 1)
		return err_set(err, EINVAL, "ca/root.der: not signed by its "
		    "own key");
	if (X509_verify(issuing, key) != 1 ||
	    X509_check_issued(root, issuing) != X509_V_OK)
		return err_set(err, EINVAL, "ca/issuing.der: not issued by "
		    "ca/root.der");
	if (X509_CRL_verify(crl, key) != 1)
		return err_set(err, EINVAL, "ca/root.crl: not signed by the "
		    "key of ca/root.der");
	return 0;
}

int
own_read(struct own *own, const char *home, struct err *err)
{
	const unsigned char *p;
	X509 *root = NULL, *issuing = NULL;
	X509_CRL *crl = NULL;
	size_t i;
	int result = -1;

	memset(own, 0, sizeof(*own));
	for (i = 0; i < OWN_KEYS; i++)
		if (key_read(&own->keys[i], key_names[i], home, err) == -1)
			goto out;
	root = certificate_read(home, "root.der", &own->root_der, err);
	if (root == NULL)
		goto out;
	issuing = certificate_read(home, "issuing.der", &own->issuing_der,
	    err);
	if (issuing == NULL ||
	    read_part(home, "root.crl", &own->root_crl_der, err) == -1)
		goto out;
	p = own->root_crl_der.data;
	crl = d2i_X509_CRL(NULL, &p, (long)own->root_crl_der.size);
	if (crl == NULL) {
		err_set(err, EINVAL, "ca/root.crl: wanted a CRL in DER");
		goto out;
	}
	if (signed_by_root(root, issuing, crl, err) == -1 ||
	    key_is(root, &own->keys[0], "root.der", err) == -1 ||
	    key_is(issuing, &own->keys[1], "issuing.der", err) == -1 ||
	    certificate_name(root, "root.der", own->root_name,
	    sizeof(own->root_name), err) == -1 ||
	    certificate_name(issuing, "issuing.der", own->name,
	    sizeof(own->name), err) == -1)
		goto out;
	own->root_not_after = certificate_end(root);
	own->issuing_not_after = certificate_end(issuing);
	policies_of(issuing, own);
	result = 0;
out:
	X509_CRL_free(crl);
	X509_free(issuing);
	X509_free(root);
	return result;
}

void
own_free(struct own *own)
{
	size_t i;

	bytes_free(&own->root_der);
	bytes_free(&own->issuing_der);
	bytes_free(&own->root_crl_der);
	for (i = 0; i < OWN_KEYS; i++)
		bytes_free(&own->keys[i].spki);
}

bool
own_has_policy(const struct own *own, const char *oid)
{
	size_t i;

	for (i = 0; i < 8; i++)
		if (strcmp(own->policies[i], oid) == 0 ||
		    strcmp(own->policies[i], "2.5.29.32.0") == 0)
			return true;
	return false;
}
