/*
 * Certification requests: parsed by the strict reader of der.h, verified by
 * key.h.  See csr.h.
 *
 *	CertificationRequest ::= SEQUENCE {		(RFC 2986, 4)
 *		certificationRequestInfo SEQUENCE {
 *			version INTEGER, subject Name,
 *			subjectPKInfo, attributes [0] },
 *		signatureAlgorithm, signature BIT STRING }
 */
#include <arpa/inet.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/crypto.h>

#include "csr.h"
#include "der.h"
#include "dropped.h"
#include "key.h"
#include "names.h"
#include "oids.h"
#include "text.h"

#define NAMES_MAX	1024

enum general_name {		/* RFC 5280, 4.2.1.6 */
	NAME_OTHER = 0xa0, NAME_EMAIL = 0x81, NAME_DNS = 0x82,
	NAME_DIRECTORY = 0xa4, NAME_URI = 0x86, NAME_ADDRESS = 0x87,
	NAME_REGISTERED = 0x88
};

static int
broken(struct err *err, const char *what, const char *clause)
{
	return err_set(err, EBADMSG, "the request's %s is malformed (%s)",
	    what, clause);
}

int
csr_is_complete(struct slice dropped, struct err *err)
{
	struct bytes der = { 0 };
	int answer;

	answer = dropped_read(dropped, &der, err);
	bytes_free(&der);
	return answer;
}

/* What is asked and not given: "subject O; extension keyUsage; ..." */
static void
ignore(struct csr *csr, const char *kind, struct slice oid)
{
	char name[DER_OID_TEXT], item[DER_OID_TEXT + 32];
	size_t n;

	der_oid_name(oid, name);
	n = strlen(csr->ignored);
	snprintf(item, sizeof item, "%s%s%s", kind, *kind ? " " : "", name);
	if (strstr(csr->ignored, item) == NULL)
		snprintf(csr->ignored + n, sizeof csr->ignored - n, "%s%s",
		    n > 0 ? "; " : "", item);
}

/* Printable octets only: what a sentence or a file name may hold. */
static bool
is_visible(struct slice s)
{
	size_t i;

	for (i = 0; i < s.size; i++)
		if (s.data[i] <= 0x20 || s.data[i] >= 0x7f)
			return false;
	return true;
}

/*
 * The text of an attribute in UTF-8.  BMPString and T61String are still made
 * by old tools; OpenSSL converts them.
 */
static int
get_common_name(struct csr *csr, unsigned char tag, struct slice s,
    struct err *err)
{
	ASN1_STRING *string;
	unsigned char *utf8 = NULL;
	int size, i, answer = -1;

	if (csr->common_name[0] != '\0')
		return err_set(err, EBADMSG, "the subject has more than one "
		    "commonName (EN 319 412-2, NAT-4.2.4-3)");
	if (s.size > 4 * sizeof csr->common_name)
		return err_set(err, EBADMSG, "the commonName has %zu octets, "
		    "at most %zu are taken", s.size,
		    sizeof csr->common_name - 1);
	if ((string = ASN1_STRING_type_new(tag)) == NULL ||
	    ASN1_STRING_set(string, s.data, (int)s.size) != 1)
		die("out of memory: a string");
	size = ASN1_STRING_to_UTF8(&utf8, string);
	ASN1_STRING_free(string);
	if (size < 0)
		return broken(err, "commonName", "RFC 5280, 4.1.2.4");
	if ((size_t)size >= sizeof csr->common_name) {
		err_set(err, EBADMSG, "the commonName has %d octets, at most "
		    "%zu are taken", size, sizeof csr->common_name - 1);
		goto out;
	}
	for (i = 0; i < size; i++)
		if (utf8[i] < 0x20 || utf8[i] == 0x7f) {
			err_set(err, EBADMSG, "the commonName holds the octet "
			    "0x%02x", utf8[i]);
			goto out;
		}
	memcpy(csr->common_name, utf8, (size_t)size);
	csr->common_name[size] = '\0';
	answer = 0;
out:
	OPENSSL_free(utf8);
	return answer;
}

static int
get_subject(struct csr *csr, struct slice name, struct err *err)
{
	struct slice set, pair, oid, value;
	unsigned char tag;

	while (name.size > 0) {
		if (der_get(&name, DER_SET, &set) == -1 || set.size == 0)
			return broken(err, "subject", "RFC 5280, 4.1.2.4");
		while (set.size > 0) {
			if (der_get(&set, DER_SEQUENCE, &pair) == -1 ||
			    der_get(&pair, DER_OID, &oid) == -1 ||
			    der_get_any(&pair, &tag, &value) == -1 ||
			    pair.size != 0)
				return broken(err, "subject",
				    "RFC 5280, 4.1.2.4");
			if (!slice_equal(oid, OID_COMMON_NAME))
				ignore(csr, "subject", oid);
			else if (get_common_name(csr, tag, value, err) == -1)
				return -1;
		}
	}
	return 0;
}

static int
add_name(struct csr *csr, const char *kind, const char *text, struct err *err)
{
	struct csr_name *name;
	size_t i;

	for (i = 0; i < csr->name_count; i++)
		if (strcmp(csr->names[i].kind, kind) == 0 &&
		    strcmp(csr->names[i].text, text) == 0)
			return 0;
	if (csr->name_count == NAMES_MAX)
		return err_set(err, EBADMSG, "the request asks for more than "
		    "%d names", NAMES_MAX);
	if ((csr->name_count & (csr->name_count - 1)) == 0) {
		i = csr->name_count == 0 ? 1 : 2 * csr->name_count;
		name = realloc(csr->names, i * sizeof *name);
		if (name == NULL)
			die("out of memory: %zu names", i);
		csr->names = name;
	}
	name = &csr->names[csr->name_count++];
	snprintf(name->kind, sizeof name->kind, "%s", kind);
	snprintf(name->text, sizeof name->text, "%s", text);
	return 0;
}

/* An IA5String that fits and that a person can read. */
static int
get_text_name(struct slice s, const char *what, char to[256], struct err *err)
{
	if (s.size == 0)
		return err_set(err, EBADMSG, "a %s of subjectAltName is empty "
		    "(RFC 5280, 4.2.1.6)", what);
	if (memchr(s.data, '\0', s.size) != NULL)
		return err_set(err, EBADMSG, "a %s of subjectAltName holds a "
		    "NUL octet (RFC 5280, 4.2.1.6)", what);
	if (s.size > 255)
		return err_set(err, EBADMSG, "a %s of subjectAltName has %zu "
		    "octets, at most 255 are taken", what, s.size);
	memcpy(to, s.data, s.size);
	to[s.size] = '\0';
	return 0;
}

static int
get_dns(struct csr *csr, struct slice s, struct err *err)
{
	char text[256], *p;

	if (get_text_name(s, "dNSName", text, err) == -1)
		return -1;
	for (p = text; *p != '\0'; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	if (dns_name_check(text, err) == -1)
		return err_in(err, "the dNSName '%s'", text);
	return add_name(csr, "dns", text, err);
}

static int
get_email(struct csr *csr, struct slice s, struct err *err)
{
	char text[256], *at;

	if (get_text_name(s, "rfc822Name", text, err) == -1)
		return -1;
	at = strrchr(text, '@');
	if (!is_visible(s) || at == NULL || at == text ||
	    strchr(text, '@') != at || strpbrk(text, "<>()[],;:\\\"") != NULL)
		return err_set(err, EBADMSG, "an rfc822Name is no mailbox (RFC "
		    "5280, 4.2.1.6)");
	if (dns_name_check(at + 1, err) == -1)
		return err_in(err, "the domain of an rfc822Name");
	return add_name(csr, "email", text, err);
}

static int
get_address(struct csr *csr, struct slice s, struct err *err)
{
	char text[INET6_ADDRSTRLEN];

	if (s.size != 4 && s.size != 16)
		return err_set(err, EBADMSG, "an iPAddress of subjectAltName "
		    "has %zu octets, 4 or 16 are wanted (RFC 5280, 4.2.1.6)",
		    s.size);
	if (inet_ntop(s.size == 4 ? AF_INET : AF_INET6, s.data, text,
	    sizeof text) == NULL)
		return broken(err, "iPAddress", "RFC 5280, 4.2.1.6");
	return add_name(csr, "ip", text, err);
}

static int
get_uri(struct csr *csr, struct slice s, struct err *err)
{
	char text[256], named[256];

	if (get_text_name(s, "uniformResourceIdentifier", text, err) == -1)
		return -1;
	if (!is_visible(s))
		return err_set(err, EBADMSG, "a uniformResourceIdentifier of "
		    "subjectAltName holds what is not printable (RFC 3986, "
		    "2)");
	snprintf(named, sizeof named, "URI:%.200s", text);
	return add_name(csr, "other", named, err);
}

static int
get_directory(struct csr *csr, struct slice s, struct err *err)
{
	return add_name(csr, "other", "directoryName", err);
}

static int
get_registered(struct csr *csr, struct slice s, struct err *err)
{
	return add_name(csr, "other", "registeredID", err);
}

static int
get_other(struct csr *csr, struct slice s, struct err *err)
{
	char name[DER_OID_TEXT], text[DER_OID_TEXT + 16];
	struct slice oid;

	if (der_get(&s, DER_OID, &oid) == -1)
		return broken(err, "otherName", "RFC 5280, 4.2.1.6");
	der_oid_name(oid, name);
	snprintf(text, sizeof text, "otherName %s", name);
	return add_name(csr, "other", text, err);
}

static const struct {
	enum general_name tag;
	int	(*get)(struct csr *, struct slice, struct err *);
} name_kinds[] = {
	{ NAME_DNS,	   get_dns },
	{ NAME_ADDRESS,	   get_address },
	{ NAME_EMAIL,	   get_email },
	{ NAME_URI,	   get_uri },
	{ NAME_DIRECTORY,  get_directory },
	{ NAME_REGISTERED, get_registered },
	{ NAME_OTHER,	   get_other },
};
#define NAME_KINDS	(sizeof name_kinds / sizeof name_kinds[0])

static int
get_names(struct csr *csr, struct slice value, struct err *err)
{
	struct slice names, name;
	unsigned char tag;
	size_t i;

	if (der_get(&value, DER_SEQUENCE, &names) == -1 || value.size != 0 ||
	    names.size == 0)
		return broken(err, "subjectAltName", "RFC 5280, 4.2.1.6");
	while (names.size > 0) {
		if (der_get_any(&names, &tag, &name) == -1)
			return broken(err, "subjectAltName",
			    "RFC 5280, 4.2.1.6");
		for (i = 0; i < NAME_KINDS; i++)
			if (name_kinds[i].tag == tag)
				break;
		if (i == NAME_KINDS)
			return err_set(err, EBADMSG, "subjectAltName holds a "
			    "name of unknown kind 0x%02x (RFC 5280, 4.2.1.6)",
			    tag);
		if (name_kinds[i].get(csr, name, err) == -1)
			return -1;
	}
	return 0;
}

static int
get_extensions(struct csr *csr, struct slice set, struct err *err)
{
	struct der_extension x;
	struct slice list;
	bool seen = false;

	if (der_get(&set, DER_SEQUENCE, &list) == -1 || set.size != 0)
		return broken(err, "extensionRequest", "RFC 2985, 5.4.2");
	while (list.size > 0) {
		if (der_get_extension(&list, &x) == -1)
			return broken(err, "extensionRequest",
			    "RFC 2985, 5.4.2");
		if (!slice_equal(x.oid, OID_SUBJECT_ALT_NAME)) {
			ignore(csr, "extension", x.oid);
			continue;
		}
		if (seen)
			return err_set(err, EBADMSG, "the request has two "
			    "subjectAltName (RFC 5280, 4.2)");
		seen = true;
		if (get_names(csr, x.value, err) == -1)
			return -1;
	}
	return 0;
}

static int
get_attributes(struct csr *csr, struct slice list, struct err *err)
{
	struct slice attribute, oid, set;
	bool seen = false;

	while (list.size > 0) {
		if (der_get(&list, DER_SEQUENCE, &attribute) == -1 ||
		    der_get(&attribute, DER_OID, &oid) == -1 ||
		    der_get(&attribute, DER_SET, &set) == -1 ||
		    attribute.size != 0)
			return broken(err, "attribute", "RFC 2986, 4.1");
		if (!slice_equal(oid, OID_EXTENSION_REQUEST) &&
		    !slice_equal(oid, OID_MS_EXTENSION_REQUEST)) {
			ignore(csr, "attribute", oid);
			continue;
		}
		if (seen)
			return err_set(err, EBADMSG, "the request has two "
			    "extensionRequest (RFC 2985, 5.4.2)");
		seen = true;
		if (get_extensions(csr, set, err) == -1)
			return -1;
	}
	return 0;
}

static int
get_key(struct csr *csr, struct slice spki, struct err *err)
{
	if ((csr->key = key_from_spki(spki, csr->key_type, err)) == NULL)
		return -1;
	bytes_copy(&csr->spki, spki);
	sha256_text(csr->spki_sha256, spki);
	return 0;
}

/*
 * `openssl req -subj /CN=www.example.org` makes no subjectAltName, and means
 * one.  A CN that is no DNS name stays what it is.
 */
static void
name_from_subject(struct csr *csr)
{
	struct err none;

	if (csr->name_count == 0 && strchr(csr->common_name, '.') != NULL)
		csr->names_from_subject = get_dns(csr,
		    slice_text(csr->common_name), &none) == 0;
}

static int
get_info(struct csr *csr, struct slice info, struct err *err)
{
	struct slice subject, spki, attributes = { 0 };
	unsigned version;

	if (der_get_small(&info, &version) == -1 || version != 0)
		return broken(err, "version", "RFC 2986, 4.1");
	if (der_get(&info, DER_SEQUENCE, &subject) == -1)
		return broken(err, "subject", "RFC 2986, 4.1");
	if (der_get_whole(&info, DER_SEQUENCE, &spki) == -1)
		return broken(err, "subjectPKInfo", "RFC 2986, 4.1");
	/* Some old programs leave the attributes out. */
	if (info.size > 0 && (der_get(&info, DER_CONTEXT(0), &attributes) ==
	    -1 || info.size != 0))
		return broken(err, "attributes", "RFC 2986, 4.1");
	if (get_subject(csr, subject, err) == -1 ||
	    get_attributes(csr, attributes, err) == -1 ||
	    get_key(csr, spki, err) == -1)
		return -1;
	name_from_subject(csr);
	return 0;
}

static int
get_request(struct csr *csr, struct err *err)
{
	struct slice der = SLICE(&csr->der), whole, body, signed_part;
	struct slice info, algorithm, signature;

	if (der_get(&der, DER_SEQUENCE, &body) == -1)
		return broken(err, "outer SEQUENCE", "RFC 2986, 4.2");
	whole = body;
	if (der_get_whole(&body, DER_SEQUENCE, &signed_part) == -1 ||
	    der_get(&whole, DER_SEQUENCE, &info) == -1 ||
	    der_get_whole(&body, DER_SEQUENCE, &algorithm) == -1 ||
	    der_get_bits(&body, &signature) == -1 || body.size != 0)
		return broken(err, "outer SEQUENCE", "RFC 2986, 4.2");
	if (get_info(csr, info, err) == -1)
		return -1;
	if (key_verify(csr->key, algorithm, signed_part, signature, err) == -1)
		return err_in(err, "the proof of possession (RFC 2986, 4.2)");
	return 0;
}

struct csr *
csr_parse(struct slice dropped, struct err *err)
{
	struct csr *csr;

	if ((csr = calloc(1, sizeof *csr)) == NULL)
		die("out of memory: a request");
	if (dropped_read(dropped, &csr->der, err) != 1 ||
	    get_request(csr, err) == -1) {
		csr_free(csr);
		return NULL;
	}
	return csr;
}

void
csr_free(struct csr *csr)
{
	if (csr == NULL)
		return;
	bytes_free(&csr->der);
	bytes_free(&csr->spki);
	key_give_back(csr->key);
	free(csr->names);
	free(csr);
}
