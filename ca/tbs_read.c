/*
 * Certificates taken apart with the strict reader of der.h.  See tbs.h.
 */
#include <arpa/inet.h>

#include <errno.h>
#include <string.h>

#include "key.h"
#include "oids.h"
#include "tbs.h"
#include "text.h"

static int
broken(struct err *err, const char *field, const char *clause)
{
	return err_set(err, EBADMSG, "the certificate's %s is malformed (RFC "
	    "5280, %s)", field, clause);
}

static int
get_validity(struct tbs *tbs, struct slice *body, struct err *err)
{
	struct slice validity;

	if (der_get(body, DER_SEQUENCE, &validity) == -1 ||
	    der_get_time(&validity, &tbs->not_before) == -1 ||
	    der_get_time(&validity, &tbs->not_after) == -1 ||
	    validity.size != 0)
		return broken(err, "validity", "4.1.2.5");
	return 0;
}

/* The list's content; every element of it is an Extension. */
static int
get_extensions(struct tbs *tbs, struct slice *body, struct err *err)
{
	struct der_extension x;
	struct slice outer, list;

	if (der_get(body, DER_CONTEXT(3), &outer) == -1 ||
	    der_get(&outer, DER_SEQUENCE, &list) == -1 || outer.size != 0 ||
	    list.size == 0)
		return broken(err, "extensions", "4.1.2.9");
	tbs->extensions = list;
	while (list.size > 0)
		if (der_get_extension(&list, &x) == -1)
			return broken(err, "extensions", "4.1.2.9");
	return 0;
}

int
tbs_parse(struct tbs *tbs, struct slice der, struct err *err)
{
	struct slice body, version;

	memset(tbs, 0, sizeof *tbs);
	if (der_get(&der, DER_SEQUENCE, &body) == -1 || der.size != 0)
		return broken(err, "TBSCertificate", "4.1");
	if (der_get(&body, DER_CONTEXT(0), &version) == -1 ||
	    der_get_small(&version, &tbs->version) == -1 || version.size != 0)
		return broken(err, "version", "4.1.2.1");
	if (der_get(&body, DER_INTEGER, &tbs->serial) == -1)
		return broken(err, "serialNumber", "4.1.2.2");
	if (der_get_whole(&body, DER_SEQUENCE, &tbs->algorithm) == -1)
		return broken(err, "signature", "4.1.2.3");
	if (der_get_whole(&body, DER_SEQUENCE, &tbs->issuer) == -1)
		return broken(err, "issuer", "4.1.2.4");
	if (get_validity(tbs, &body, err) == -1)
		return -1;
	if (der_get_whole(&body, DER_SEQUENCE, &tbs->subject) == -1)
		return broken(err, "subject", "4.1.2.6");
	if (der_get_whole(&body, DER_SEQUENCE, &tbs->spki) == -1)
		return broken(err, "subjectPublicKeyInfo", "4.1.2.7");
	if (der_next_is(body, DER_IMPLICIT(1)) ||
	    der_next_is(body, DER_IMPLICIT(2)))
		return err_set(err, EBADMSG, "the certificate has a unique "
		    "identifier, which is not generated (RFC 5280 4.1.2.8)");
	if (get_extensions(tbs, &body, err) == -1)
		return -1;
	if (body.size != 0)
		return broken(err, "TBSCertificate", "4.1");
	return 0;
}

int
tbs_extension(const struct tbs *tbs, struct slice oid, struct der_extension *x)
{
	struct slice list = tbs->extensions;

	while (list.size > 0 && der_get_extension(&list, x) == 0)
		if (slice_equal(x->oid, oid))
			return 0;
	return -1;
}

static bool
name_is(unsigned char tag, struct slice value, const struct csr_name *name)
{
	unsigned char octets[16];
	int family = strchr(name->text, ':') != NULL ? AF_INET6 : AF_INET;

	if (strcmp(name->kind, "dns") == 0)
		return tag == DER_IMPLICIT(2) &&
		    slice_equal(value, slice_text(name->text));
	if (strcmp(name->kind, "email") == 0)
		return tag == DER_IMPLICIT(1) &&
		    slice_equal(value, slice_text(name->text));
	return strcmp(name->kind, "ip") == 0 && tag == DER_IMPLICIT(7) &&
	    inet_pton(family, name->text, octets) == 1 &&
	    slice_equal(value, (struct slice){ octets,
	    family == AF_INET ? 4 : 16 });
}

bool
tbs_names_are(const struct tbs *tbs, const struct csr_name *names,
    size_t count)
{
	struct slice value, list = { NULL, 0 };
	struct der_extension x;
	unsigned char tag;
	size_t i;

	if (tbs_extension(tbs, OID_SUBJECT_ALT_NAME, &x) == 0 &&
	    (der_get(&x.value, DER_SEQUENCE, &list) == -1 ||
	    x.value.size != 0))
		return false;
	for (i = 0; i < count && list.size > 0; i++)
		if (der_get_any(&list, &tag, &value) == -1 ||
		    !name_is(tag, value, &names[i]))
			return false;
	return i == count && list.size == 0;
}

bool
tbs_name_text(unsigned char tag, struct slice value, const char **kind,
    char to[256])
{
	if (tag == DER_IMPLICIT(7)) {
		*kind = "ip";
		return (value.size == 4 || value.size == 16) &&
		    inet_ntop(value.size == 4 ? AF_INET : AF_INET6,
		    value.data, to, 256) != NULL;
	}
	if ((tag != DER_IMPLICIT(1) && tag != DER_IMPLICIT(2)) ||
	    value.size > 255)
		return false;
	*kind = tag == DER_IMPLICIT(1) ? "email" : "dns";
	memcpy(to, value.data, value.size);
	to[value.size] = '\0';
	return true;
}

int
tbs_common_name(struct slice name, char to[256])
{
	struct slice list, set, pair, oid, value;
	unsigned char tag;

	to[0] = '\0';
	if (der_get(&name, DER_SEQUENCE, &list) == -1)
		return -1;
	while (list.size > 0) {
		if (der_get(&list, DER_SET, &set) == -1 ||
		    der_get(&set, DER_SEQUENCE, &pair) == -1 ||
		    der_get(&pair, DER_OID, &oid) == -1 ||
		    der_get_any(&pair, &tag, &value) == -1 ||
		    pair.size != 0)
			return -1;
		if (!slice_equal(oid, OID_COMMON_NAME))
			continue;
		if (to[0] != '\0' || value.size == 0 || value.size > 255 ||
		    memchr(value.data, '\0', value.size) != NULL)
			return -1;
		memcpy(to, value.data, value.size);
		to[value.size] = '\0';
	}
	return 0;
}

int
certificate_split(struct slice der, struct slice *tbs,
    struct slice *algorithm, struct slice *signature)
{
	struct slice body;

	if (der_get(&der, DER_SEQUENCE, &body) == -1 || der.size != 0 ||
	    der_get_whole(&body, DER_SEQUENCE, tbs) == -1 ||
	    der_get_whole(&body, DER_SEQUENCE, algorithm) == -1 ||
	    der_get_bits(&body, signature) == -1 || body.size != 0)
		return -1;
	return 0;
}

int
key_identifier(struct slice spki, unsigned char to[KEY_ID_OCTETS])
{
	unsigned char digest[SHA256_OCTETS];
	struct slice bits;

	if (key_bits_of_spki(spki, &bits) == -1)
		return -1;
	sha256(digest, bits);
	memcpy(to, digest, KEY_ID_OCTETS);
	return 0;
}

/* From config's issuing certificate; a few microseconds, so not kept. */
int
issuer_get(struct issuer *issuer, const struct config *config,
    struct err *err)
{
	struct slice tbs_der, algorithm, signature, value;
	struct der_extension x;
	struct tbs tbs;
	char type[KEY_TYPE];

	if (certificate_split(SLICE(&config->issuing_der), &tbs_der,
	    &algorithm, &signature) == -1)
		return err_set(err, EINVAL, "the issuing certificate is "
		    "malformed (RFC 5280, 4.1)");
	if (tbs_parse(&tbs, tbs_der, err) == -1)
		return err_in(err, "the issuing certificate");
	issuer->subject = tbs.subject;
	issuer->spki = tbs.spki;
	issuer->not_before = tbs.not_before;
	issuer->not_after = tbs.not_after;
	if (key_type_of_spki(tbs.spki, type) == -1 ||
	    key_signs_with(type, &issuer->algorithm) == -1)
		return err_set(err, EINVAL, "the issuing key is of a kind "
		    "without a signature algorithm here (GEN-6.5.3-05)");
	if (tbs_extension(&tbs, OID_SUBJECT_KEY_ID, &x) == -1)
		return err_set(err, EINVAL, "the issuing certificate has no "
		    "subjectKeyIdentifier (RFC 5280, 4.2.1.2)");
	value = x.value;
	if (der_get(&value, DER_OCTET_STRING, &issuer->key_id) == -1 ||
	    value.size != 0 || issuer->key_id.size == 0)
		return err_set(err, EINVAL, "the issuing certificate's "
		    "subjectKeyIdentifier is malformed (RFC 5280, 4.2.1.2)");
	return 0;
}
