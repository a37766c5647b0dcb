/*
 * Which certificates are meant.  See selection.h.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "key.h"
#include "selection.h"
#include "text.h"

/* --- what is asked for --------------------------------------------------- */

static int
set_text(char to[SELECTION_TEXT], const char *value, struct err *err)
{
	if (value[0] == '\0' || strlen(value) >= SELECTION_TEXT)
		return err_set(err, EINVAL, "wanted 1 to %d octets",
		    SELECTION_TEXT - 1);
	strcpy(to, value);
	return 0;
}

static int
set_profile(struct selection *s, const char *value, struct err *err)
{
	return set_text(s->profile, value, err);
}

static int
set_ca(struct selection *s, const char *value, struct err *err)
{
	return set_text(s->ca, value, err);
}

static bool
is_key_type(const char *text)
{
	return strcmp(text, "rsa") == 0 || strncmp(text, "rsa:", 4) == 0 ||
	    strcmp(text, "ec") == 0 || strncmp(text, "ec:", 3) == 0;
}

static int
set_algorithm(struct selection *s, const char *value, struct err *err)
{
	int signature;

	if (!is_key_type(value) && OBJ_find_sigid_algs(OBJ_txt2nid(value),
	    &signature, NULL) != 1)
		return err_set(err, EINVAL, "'%s' is neither a kind of key "
		    "(rsa, rsa:2048, ec, ec:P-256) nor a signature algorithm",
		    value);
	return set_text(s->algorithm, value, err);
}

static int
set_key(struct selection *s, const char *value, struct err *err)
{
	size_t i;

	if (strlen(value) != 64 ||
	    strspn(value, "0123456789abcdefABCDEF") != 64)
		return err_set(err, EINVAL, "wanted 64 hexadecimal digits: "
		    "the SHA-256 of the SubjectPublicKeyInfo");
	for (i = 0; i <= 64; i++)
		s->key[i] = (char)(value[i] >= 'A' && value[i] <= 'F' ?
		    value[i] + ('a' - 'A') : value[i]);
	return 0;
}

static const struct {
	const char	*name;
	int		 type;
} names[] = {
	{ "dns", GEN_DNS }, { "ip", GEN_IPADD }, { "email", GEN_EMAIL },
};
#define NAMES	(sizeof(names) / sizeof(names[0]))

/* The kind of subjectAltName a word is; -1: none. */
static int
name_type(const char *word)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		if (strcmp(names[i].name, word) == 0)
			return names[i].type;
	return -1;
}

static int
set_attribute(struct selection *s, const char *value, struct err *err)
{
	const char *equals = strchr(value, '=');
	size_t size = equals == NULL ? 0 : (size_t)(equals - value);
	char type[SELECTION_TEXT];

	if (size == 0 || size >= sizeof(type))
		return err_set(err, EINVAL, "wanted TYPE=VALUE, such as "
		    "organizationName=Acme");
	if (s->attribute_count == SELECTION_ATTRIBUTES)
		return err_set(err, EINVAL, "wanted at most %d of them",
		    SELECTION_ATTRIBUTES);
	memcpy(type, value, size);
	type[size] = '\0';
	if (name_type(type) == -1 && OBJ_txt2nid(type) == NID_undef)
		return err_set(err, EINVAL, "'%s' is neither an attribute of "
		    "a name (commonName, O, 2.5.4.97) nor dns, ip or email",
		    type);
	memcpy(s->attributes[s->attribute_count].type, type, size + 1);
	return set_text(s->attributes[s->attribute_count++].value, equals + 1,
	    err);
}

#define TIME(name, field) { name, NULL, offsetof(struct selection, field) }

static const struct {
	const char	*name;
	int		(*set)(struct selection *, const char *, struct err *);
	size_t		 time;		/* where, when set is NULL */
} options[] = {
	{ "profile", set_profile, 0 }, { "ca", set_ca, 0 },
	{ "algorithm", set_algorithm, 0 }, { "key", set_key, 0 },
	{ "attribute", set_attribute, 0 },
	TIME("issued-after", issued_after),
	TIME("issued-before", issued_before),
	TIME("expires-after", expires_after),
	TIME("expires-before", expires_before),
};
#define OPTIONS	(sizeof(options) / sizeof(options[0]))

int
selection_set(struct selection *s, const char *option, const char *value,
    struct err *err)
{
	usec_t *time;
	size_t i;

	for (i = 0; i < OPTIONS; i++)
		if (strcmp(options[i].name, option) == 0)
			break;
	if (i == OPTIONS)
		return err_set(err, ENOENT, "there is no option --%s",
		    option);
	if (options[i].set != NULL)
		return options[i].set(s, value, err) == 0 ? 0 :
		    err_in(err, "--%s", option);
	time = (usec_t *)((char *)s + options[i].time);
	if (clock_parse(value, time) == 0 && *time > 0)
		return 0;
	return err_set(err, EINVAL, "--%s: wanted a day or a second, "
	    "2026-12-01 or 2026-12-01T08:00:00Z", option);
}

/* --- is it one? ---------------------------------------------------------- */

static bool
is_in(usec_t time, usec_t after, usec_t before)
{
	return time >= after && (before == 0 || time < before);
}

static usec_t
read_time(const ASN1_TIME *time)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;

	if (epoch == NULL)
		die("out of memory");
	if (ASN1_TIME_diff(&days, &seconds, epoch, time) != 1)
		days = seconds = 0;
	ASN1_TIME_free(epoch);
	return days * USEC_DAY + seconds * USEC;
}

static bool
has_dates(const struct selection *s, X509 *x)
{
	return is_in(read_time(X509_get0_notBefore(x)), s->issued_after,
	    s->issued_before) && is_in(read_time(X509_get0_notAfter(x)),
	    s->expires_after, s->expires_before);
}

static struct slice
spki_of(X509 *x)
{
	unsigned char *der = NULL;
	int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);

	if (size <= 0)
		return (struct slice){ NULL, 0 };
	return (struct slice){ der, (size_t)size };
}

static bool
has_key(const struct selection *s, X509 *x)
{
	struct slice spki = spki_of(x);
	char type[KEY_TYPE] = "", digest[SHA256_TEXT];
	size_t size = strlen(s->algorithm);
	bool has = true;

	if (s->key[0] != '\0') {
		sha256_text(digest, spki);
		has = strcmp(digest, s->key) == 0;
	}
	/* "rsa" is any of "rsa:2048", "rsa:3072" ... */
	if (is_key_type(s->algorithm))
		has = has && key_type_of_spki(spki, type) == 0 &&
		    strncasecmp(type, s->algorithm, size) == 0 &&
		    (type[size] == '\0' || type[size] == ':');
	else if (s->algorithm[0] != '\0')
		has = has && X509_get_signature_nid(x) ==
		    OBJ_txt2nid(s->algorithm);
	OPENSSL_free((void *)(uintptr_t)spki.data);
	return has;
}

static bool
is_text(const ASN1_STRING *string, const char *value)
{
	unsigned char *utf8 = NULL;
	int size = ASN1_STRING_to_UTF8(&utf8, string);
	bool same = size >= 0 && (size_t)size == strlen(value) &&
	    memcmp(utf8, value, (size_t)size) == 0;

	OPENSSL_free(utf8);
	return same;
}

static bool
name_has(const X509_NAME *name, int type, const char *value)
{
	int at = -1;

	while ((at = X509_NAME_get_index_by_NID((X509_NAME *)(uintptr_t)name,
	    type, at)) != -1)
		if (is_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name,
		    at)), value))
			return true;
	return false;
}

static bool
is_name(const GENERAL_NAME *name, int type, const char *value)
{
	ASN1_OCTET_STRING *address;
	bool same;

	if (name->type != type)
		return false;
	if (type != GEN_IPADD)
		return strlen(value) == (size_t)name->d.ia5->length &&
		    strncasecmp(value, (const char *)name->d.ia5->data,
		    strlen(value)) == 0;
	if ((address = a2i_IPADDRESS(value)) == NULL)
		return false;
	same = ASN1_OCTET_STRING_cmp(address, name->d.iPAddress) == 0;
	ASN1_OCTET_STRING_free(address);
	return same;
}

static bool
has_name(X509 *x, int type, const char *value)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL,
	    NULL);
	bool has = false;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(all) && !has; i++)
		has = is_name(sk_GENERAL_NAME_value(all, i), type, value);
	GENERAL_NAMES_free(all);
	return has;
}

static bool
has_attributes(const struct selection *s, X509 *x)
{
	const char *type, *value;
	size_t i;

	for (i = 0; i < s->attribute_count; i++) {
		type = s->attributes[i].type;
		value = s->attributes[i].value;
		if (!(name_type(type) != -1 ?
		    has_name(x, name_type(type), value) :
		    name_has(X509_get_subject_name(x), OBJ_txt2nid(type),
		    value)))
			return false;
	}
	return true;
}

int
selection_has(const struct selection *s, struct slice der,
    const char *profile, struct err *err)
{
	const unsigned char *p = der.data;
	X509 *x = d2i_X509(NULL, &p, (long)der.size);
	bool has;

	if (x == NULL || p != der.data + der.size) {
		X509_free(x);
		return err_set(err, EBADMSG, "it is no certificate");
	}
	has = (s->profile[0] == '\0' || strcmp(s->profile, profile) == 0) &&
	    (s->ca[0] == '\0' || name_has(X509_get_issuer_name(x),
	    NID_commonName, s->ca)) && has_dates(s, x) && has_key(s, x) &&
	    has_attributes(s, x);
	X509_free(x);
	return has;
}
