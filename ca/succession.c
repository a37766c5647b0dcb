/*
 * Comparing a request with a certificate.  Names are compared as sets, dNSNames
 * without regard to case, addresses as octets; the subject by its common name,
 * the only attribute our profiles put into one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509v3.h>

#include "permit.h"
#include "succession.h"
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

/* Rows: same subject, same key, same names. */
static enum succession
succession_of(bool subject, bool key, bool names)
{
	if (!subject)
		return NEW_APPLICATION;
	if (key)
		return names ? RENEWAL : MODIFICATION;
	/* No profile allows other attributes with a new key. */
	return names ? RE_KEY : NEW_APPLICATION;
}

int
succession_compare(struct slice der, const struct wanted *wanted,
    enum succession *succession, struct err *e)
{
	const unsigned char		*p = der.data;
	struct certificate_facts	 facts;
	GENERAL_NAMES			*names = NULL;
	X509				*cert = NULL;
	int				 rc = -1;

	if (certificate_facts(der, &facts, e) == -1)
		goto out;
	if ((cert = d2i_X509(NULL, &p, (long)der.size)) == NULL) {
		err_openssl(e, EIO, "the slot's certificate cannot be read");
		goto out;
	}
	names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	*succession = succession_of(
	    strcasecmp(facts.common_name, wanted->common_name) == 0,
	    strcmp(facts.spki_sha256, wanted->spki_sha256) == 0,
	    names != NULL && names_are_same(names, wanted));
	rc = 0;
out:
	GENERAL_NAMES_free(names);
	X509_free(cert);
	return rc;
}
