/*
 * Comparing a request with a certificate.  Names are compared as sets, dNSNames
 * without regard to case, addresses as octets; subjects by all attributes in
 * their normal form.  Where they differ, some attributes say whether it is
 * another subject or the same one with other attributes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509v3.h>

#include "succession.h"
#include "tbs.h"
#include "text.h"

/* An address of a subjectAltName as text, as csr_parse writes it. */
static bool
address_text(char to[INET6_ADDRSTRLEN], const ASN1_OCTET_STRING *octets)
{
	int	size = ASN1_STRING_length(octets);

	if (size != 4 && size != 16)
		return false;
	return inet_ntop(size == 4 ? AF_INET : AF_INET6,
	    ASN1_STRING_get0_data(octets), to, INET6_ADDRSTRLEN) != NULL;
}

static bool
address_is_same(const char *a, const char *b)
{
	unsigned char	octets[2][16];
	int		family = strchr(a, ':') != NULL ? AF_INET6 : AF_INET;

	return inet_pton(family, a, octets[0]) == 1 &&
	    inet_pton(family, b, octets[1]) == 1 &&
	    memcmp(octets[0], octets[1], family == AF_INET ? 4 : 16) == 0;
}

static bool
name_is_same(const GENERAL_NAME *have, const struct csr_name *want)
{
	char	text[INET6_ADDRSTRLEN];

	if (have->type == GEN_DNS && strcmp(want->kind, "dns") == 0)
		return (size_t)ASN1_STRING_length(have->d.dNSName) ==
		    strlen(want->text) && strncasecmp(want->text,
		    (const char *)ASN1_STRING_get0_data(have->d.dNSName),
		    strlen(want->text)) == 0;
	if (have->type == GEN_EMAIL && strcmp(want->kind, "email") == 0)
		return slice_equal(slice_text(want->text), (struct slice){
		    ASN1_STRING_get0_data(have->d.rfc822Name),
		    (size_t)ASN1_STRING_length(have->d.rfc822Name) });
	if (have->type == GEN_IPADD && strcmp(want->kind, "ip") == 0)
		return address_text(text, have->d.iPAddress) &&
		    address_is_same(text, want->text);
	return false;
}

static bool
has_name(const GENERAL_NAMES *have, const struct csr_name *want)
{
	int	i;

	for (i = 0; i < sk_GENERAL_NAME_num(have); i++)
		if (name_is_same(sk_GENERAL_NAME_value(have, i), want))
			return true;
	return false;
}

static bool
wants_name(const struct wanted *wanted, const GENERAL_NAME *have)
{
	size_t	i;

	for (i = 0; i < wanted->name_count; i++)
		if (name_is_same(have, &wanted->names[i]))
			return true;
	return false;
}

static bool
names_are_same(const GENERAL_NAMES *have, const struct wanted *wanted)
{
	size_t	i;
	int	j;

	for (i = 0; i < wanted->name_count; i++)
		if (!has_name(have, &wanted->names[i]))
			return false;
	for (j = 0; j < sk_GENERAL_NAME_num(have); j++)
		if (!wants_name(wanted, sk_GENERAL_NAME_value(have, j)))
			return false;
	return true;
}

/*
 * Who a subject is, apart from how it is described: the first of these that
 * both names have decides together with the country.  A device is its name.
 */
static const char *const identities[][4] = {
	[OF_ANYTHING] = { "commonName" },
	[OF_PERSON] = { "serialNumber", "pseudonym", "commonName" },
	[OF_ORGANISATION] = { "organizationIdentifier" },
	[OF_DEVICE] = { "commonName" },
};

static bool
is_like(const struct dn *a, const struct dn *b, const char *type)
{
	const char	*x = dn_value(a, type), *y = dn_value(b, type);

	return x == NULL || y == NULL ? x == y : dn_value_is_like(x, y);
}

static bool
is_same_subject(const struct wanted *wanted, const struct dn *have)
{
	const char *const	*types;
	size_t			 i;

	types = identities[wanted->profile == NULL ? OF_ANYTHING :
	    profile_class(wanted->profile)];
	if (!is_like(wanted->subject, have, "countryName"))
		return false;
	for (i = 0; types[i] != NULL; i++)
		if (dn_value(wanted->subject, types[i]) != NULL ||
		    dn_value(have, types[i]) != NULL)
			return is_like(wanted->subject, have, types[i]);
	return false;
}

struct sameness {
	bool	subject;	/* the same one, however described */
	bool	key, attributes, names;
};

/* More than the profile allows in a re-key is a new application. */
static bool
re_key_allows(const struct profile *p, const struct sameness *is)
{
	return (is->attributes || (p != NULL &&
	    profile_re_key_may(p, "attributes"))) && (is->names ||
	    (p != NULL && profile_re_key_may(p, "names")));
}

static enum succession
succession_of(const struct profile *profile, const struct sameness *is)
{
	if (!is->subject)
		return NEW_APPLICATION;
	if (is->key)
		return is->attributes && is->names ? RENEWAL : MODIFICATION;
	return re_key_allows(profile, is) ? RE_KEY : NEW_APPLICATION;
}

static int
read_subject(struct slice der, struct dn *subject,
    char spki_sha256[SHA256_TEXT], struct err *e)
{
	struct slice	tbs_der, algorithm, signature;
	struct tbs	tbs;

	if (certificate_split(der, &tbs_der, &algorithm, &signature) == -1 ||
	    tbs_parse(&tbs, tbs_der, e) == -1 ||
	    dn_parse(subject, tbs.subject, e) == -1)
		return err_set(e, EIO, "the slot's certificate cannot be "
		    "read");
	sha256_text(spki_sha256, tbs.spki);
	return 0;
}

int
succession_compare(struct slice der, const struct wanted *wanted,
    enum succession *succession, struct err *e)
{
	const unsigned char	*p = der.data;
	struct dn		 have;
	char			 spki[SHA256_TEXT], old[SHA256_TEXT];
	char			 new[SHA256_TEXT];
	GENERAL_NAMES		*names = NULL;
	struct sameness		 is;
	X509			*cert = NULL;
	int			 rc = -1;

	if (read_subject(der, &have, spki, e) == -1)
		goto out;
	if ((cert = d2i_X509(NULL, &p, (long)der.size)) == NULL) {
		err_openssl(e, EIO, "the slot's certificate cannot be read");
		goto out;
	}
	names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	dn_digest(&have, old);
	dn_digest(wanted->subject, new);
	is.attributes = strcmp(old, new) == 0;
	is.subject = is.attributes || is_same_subject(wanted, &have);
	is.key = strcmp(spki, wanted->spki_sha256) == 0;
	is.names = names_are_same(names, wanted);
	*succession = succession_of(wanted->profile, &is);
	rc = 0;
out:
	GENERAL_NAMES_free(names);
	X509_free(cert);
	return rc;
}
