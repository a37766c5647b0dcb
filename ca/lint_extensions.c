/*
 * The lint's rules about the values of extensions.  See lint.c, whose table
 * asks them and names their clauses.
 */
#include <errno.h>
#include <string.h>

#include "lint_extensions.h"
#include "names.h"
#include "oids.h"

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

static int
no(struct err *err, const char *what)
{
	return err_set(err, EINVAL, "%s", what);
}

int
lint_authority_key_id_is_the_issuers(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[AUTHORITY_KEY_ID].value, list, id;

	if (der_get(&value, DER_SEQUENCE, &list) == -1 || value.size != 0 ||
	    der_get(&list, DER_IMPLICIT(0), &id) == -1 || list.size != 0 ||
	    !slice_equal(id, j->issuer.key_id))
		return no(err, "authorityKeyIdentifier is not the issuing "
		    "certificate's subjectKeyIdentifier");
	return 0;
}

int
lint_subject_key_id_is_the_keys(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[SUBJECT_KEY_ID].value, id;
	unsigned char want[KEY_ID_OCTETS];

	if (key_identifier(j->tbs.spki, want) == -1 ||
	    der_get(&value, DER_OCTET_STRING, &id) == -1 || value.size != 0 ||
	    !slice_equal(id, (struct slice){ want, sizeof want }))
		return no(err, "subjectKeyIdentifier does not follow from the "
		    "key");
	return 0;
}

/* Is `word` one of the comma-separated words of `list`? */
static bool
lists(const char *list, const char *word)
{
	size_t n = strlen(word);
	const char *p;

	for (p = strstr(list, word); p != NULL; p = strstr(p + 1, word))
		if ((p == list || p[-1] == ',' || p[-1] == ' ') &&
		    (p[n] == '\0' || p[n] == ',' || p[n] == ' '))
			return true;
	return false;
}

/* rsa and ec: may a key of this kind have the bit (RFC 8813, 3; RFC 4055)? */
static const struct {
	const char	*name;
	bool		 rsa, ec;
} usages[] = {
	{ "digitalSignature",	true,	true },
	{ "nonRepudiation",	true,	true },
	{ "keyEncipherment",	true,	false },
	{ "dataEncipherment",	true,	false },
	{ "keyAgreement",	false,	true },
	{ "keyCertSign",	false,	false },
	{ "cRLSign",		false,	false },
	{ "encipherOnly",	false,	false },
};

int
lint_key_usage_fits(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[KEY_USAGE].value, bits;
	bool rsa = strncmp(j->key_type, "rsa:", 4) == 0, set;
	const char *list = rsa ? j->profile->key_usage_rsa :
	    j->profile->key_usage_ec;
	size_t i;

	/* All bits there are fit one octet; the last one is set (DER). */
	if (der_get(&value, DER_BIT_STRING, &bits) == -1 || value.size != 0 ||
	    bits.size != 2 || bits.data[0] > 7 ||
	    (bits.data[1] & ((1 << bits.data[0]) - 1)) != 0 ||
	    (bits.data[1] >> bits.data[0] & 1) == 0)
		return no(err, "keyUsage is empty or malformed");
	for (i = 0; i < COUNT(usages); i++) {
		set = (bits.data[1] << i & 0x80) != 0;
		if (set && !(rsa ? usages[i].rsa : usages[i].ec))
			return err_set(err, EINVAL, "a key of type %s may not "
			    "have %s", j->key_type, usages[i].name);
		if (set != lists(list, usages[i].name))
			return err_set(err, EINVAL, "keyUsage differs from "
			    "the profile in %s", usages[i].name);
	}
	return 0;
}

static bool
profile_has_usage(const struct profile *profile, struct slice oid)
{
	char name[DER_OID_TEXT];
	size_t i;

	der_oid_name(oid, name);
	for (i = 0; i < COUNT(profile->extended_key_usage); i++)
		if (strcmp(profile->extended_key_usage[i], name) == 0)
			return true;
	return false;
}

int
lint_extended_key_usage_fits(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[EXTENDED_KEY_USAGE].value, list, oid;
	size_t count = 0, want = 0;
	bool signs_ocsp = false;

	while (want < 4 && j->profile->extended_key_usage[want][0] != '\0')
		want++;
	if (!j->has[EXTENDED_KEY_USAGE])
		return want == 0 ? 0 : no(err, "extKeyUsage is missing");
	if (der_get(&value, DER_SEQUENCE, &list) == -1 || value.size != 0)
		return no(err, "extKeyUsage is malformed");
	for (; list.size > 0; count++) {
		if (der_get(&list, DER_OID, &oid) == -1)
			return no(err, "extKeyUsage is malformed");
		if (slice_equal(oid, OID_ANY_USAGE) ||
		    !profile_has_usage(j->profile, oid))
			return no(err, "extKeyUsage has a purpose that is not "
			    "the profile's");
		signs_ocsp |= slice_equal(oid, OID_OCSP_SIGNING);
	}
	if (count != want)
		return no(err, "extKeyUsage lacks a purpose of the profile");
	/* RFC 6960, 4.2.2.2: a responder's certificate is nothing else. */
	if (signs_ocsp && (count != 1 || !j->profile->internal))
		return no(err, "OCSPSigning stands beside other purposes, or "
		    "not in a certificate of the CA itself");
	return 0;
}

int
lint_basic_constraints_say_no_ca(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[BASIC_CONSTRAINTS].value, list;

	/* FALSE is the default and so left out; pathLen is for CAs. */
	if (der_get(&value, DER_SEQUENCE, &list) == -1 || value.size != 0 ||
	    list.size != 0)
		return no(err, "basicConstraints is not empty");
	return 0;
}

int
lint_policy_is_the_profiles(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[POLICIES].value, list, policy, oid;
	struct bytes want = { 0 };
	bool equal;

	if (der_get(&value, DER_SEQUENCE, &list) == -1 || value.size != 0 ||
	    der_get(&list, DER_SEQUENCE, &policy) == -1 || list.size != 0 ||
	    der_get_whole(&policy, DER_OID, &oid) == -1 || policy.size != 0)
		return no(err, "certificatePolicies is not one policy without "
		    "qualifiers");
	equal = der_put_oid_text(&want, j->profile->policy_oid) == 0 &&
	    slice_equal(oid, SLICE(&want));
	bytes_free(&want);
	if (!equal)
		return no(err, "the policy is not that of the profile");
	return 0;
}

int
lint_no_policy_is_any(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[POLICIES].value, list, policy, oid;

	if (der_get(&value, DER_SEQUENCE, &list) == -1)
		return no(err, "certificatePolicies is malformed");
	while (list.size > 0)
		if (der_get(&list, DER_SEQUENCE, &policy) == -1 ||
		    der_get(&policy, DER_OID, &oid) == -1 ||
		    slice_equal(oid, OID_ANY_POLICY))
			return no(err, "certificatePolicies holds anyPolicy");
	return 0;
}

static const struct {
	unsigned char	 tag;
	const char	*kind;
} name_kinds[] = {
	{ DER_IMPLICIT(1), "email" }, { DER_IMPLICIT(2), "dns" },
	{ DER_IMPLICIT(7), "ip" },
};

static const char *
kind_of(unsigned char tag)
{
	size_t i;

	for (i = 0; i < COUNT(name_kinds); i++)
		if (name_kinds[i].tag == tag)
			return name_kinds[i].kind;
	return "";
}

/* One name of subjectAltName; what is not of a known form: -1. */
static int
check_name(unsigned char tag, struct slice name, struct err *err)
{
	char text[256];
	const char *at;

	if (tag == DER_IMPLICIT(7))
		return name.size == 4 || name.size == 16 ? 0 :
		    no(err, "an iPAddress has neither 4 nor 16 octets");
	if (name.size == 0 || name.size > 255 ||
	    memchr(name.data, '\0', name.size) != NULL)
		return no(err, "a name is empty, too long or holds a NUL");
	memcpy(text, name.data, name.size);
	text[name.size] = '\0';
	if (tag == DER_IMPLICIT(2))
		return dns_name_check(text, err);
	if (tag == DER_IMPLICIT(1) && (at = strchr(text, '@')) != NULL)
		return dns_name_check(at + 1, err);
	return no(err, "a name is neither dNSName, iPAddress nor rfc822Name");
}

static bool
occurs_again(unsigned char tag, struct slice name, struct slice rest)
{
	struct slice other;
	unsigned char its_tag;

	while (rest.size > 0 && der_get_any(&rest, &its_tag, &other) == 0)
		if (its_tag == tag && slice_equal(other, name))
			return true;
	return false;
}

int
lint_names_are_well_formed(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[SUBJECT_ALT_NAME].value, list, name;
	unsigned char tag;
	int count = 0;

	if (!j->has[SUBJECT_ALT_NAME])
		return profile_needs_names(j->profile) ?
		    no(err, "subjectAltName is missing") : 0;
	if (der_get(&value, DER_SEQUENCE, &list) == -1 || value.size != 0 ||
	    list.size == 0)
		return no(err, "subjectAltName is empty or malformed");
	for (; list.size > 0; count++) {
		if (der_get_any(&list, &tag, &name) == -1)
			return no(err, "subjectAltName is malformed");
		if (check_name(tag, name, err) == -1)
			return -1;
		if (!profile_takes_names(j->profile, kind_of(tag)))
			return err_set(err, EINVAL, "a name of kind %s is none"
			    " the profile takes", kind_of(tag));
		if (occurs_again(tag, name, list))
			return no(err, "a name stands twice");
	}
	if (count > j->profile->names_max)
		return err_set(err, EINVAL, "there are %d names, the profile "
		    "allows %d", count, j->profile->names_max);
	return 0;
}

int
lint_mail_has_a_mailbox(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[SUBJECT_ALT_NAME].value, list, name;
	unsigned char tag;
	size_t i;

	for (i = 0; i < COUNT(j->profile->extended_key_usage); i++)
		if (strcmp(j->profile->extended_key_usage[i],
		    "emailProtection") == 0)
			break;
	if (i == COUNT(j->profile->extended_key_usage))
		return 0;
	if (j->has[SUBJECT_ALT_NAME] &&
	    der_get(&value, DER_SEQUENCE, &list) == 0)
		while (der_get_any(&list, &tag, &name) == 0)
			if (tag == DER_IMPLICIT(1))
				return 0;
	return no(err, "emailProtection stands without an rfc822Name");
}

int
lint_common_name_is_a_name(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[SUBJECT_ALT_NAME].value, list, name;
	const char *common_name = dn_value(&j->subject, "commonName");
	unsigned char tag;

	if (!j->profile->subject_from_first_name || common_name == NULL)
		return 0;
	if (!j->has[SUBJECT_ALT_NAME] ||
	    der_get(&value, DER_SEQUENCE, &list) == -1)
		return no(err, "the commonName stands without subjectAltName");
	while (list.size > 0 && der_get_any(&list, &tag, &name) == 0)
		if (tag == DER_IMPLICIT(2) &&
		    slice_equal(name, slice_text(common_name)))
			return 0;
	return no(err, "the commonName is not one of the dNSNames");
}

static bool
is_our_url(const struct judgement *j, struct slice url, const char *path)
{
	size_t base = strlen(j->config->url);

	return url.size == base + strlen(path) && url.size > 7 &&
	    (memcmp(url.data, "http://", 7) == 0) &&
	    memcmp(url.data, j->config->url, base) == 0 &&
	    memcmp(url.data + base, path, url.size - base) == 0;
}

int
lint_crl_point_is_ours(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[CRL_POINTS].value, list, point, name;
	struct slice full, url;

	if (!j->has[CRL_POINTS])
		return 0;
	if (der_get(&value, DER_SEQUENCE, &list) == -1 || value.size != 0 ||
	    der_get(&list, DER_SEQUENCE, &point) == -1 || list.size != 0 ||
	    der_get(&point, DER_CONTEXT(0), &name) == -1 || point.size != 0 ||
	    der_get(&name, DER_CONTEXT(0), &full) == -1 || name.size != 0 ||
	    der_get(&full, DER_IMPLICIT(6), &url) == -1 || full.size != 0 ||
	    !(j->crl_point != NULL ?
	    slice_equal(url, slice_text(j->crl_point)) :
	    is_our_url(j, url, "/status/issuing.crl")))
		return no(err, "cRLDistributionPoints is not the one http URL "
		    "of the CRL");
	return 0;
}

int
lint_access_is_ours(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[AUTHORITY_ACCESS].value, list, one;
	struct slice method, url;
	bool ocsp = false, issuers = false;

	if (!j->has[AUTHORITY_ACCESS])
		return 0;
	if (der_get(&value, DER_SEQUENCE, &list) == -1 || value.size != 0)
		return no(err, "authorityInfoAccess is malformed");
	while (list.size > 0) {
		if (der_get(&list, DER_SEQUENCE, &one) == -1 ||
		    der_get(&one, DER_OID, &method) == -1 ||
		    der_get(&one, DER_IMPLICIT(6), &url) == -1 ||
		    one.size != 0)
			return no(err, "authorityInfoAccess is malformed");
		ocsp |= slice_equal(method, OID_ACCESS_OCSP) &&
		    is_our_url(j, url, "/status/ocsp");
		issuers |= slice_equal(method, OID_ACCESS_CA_ISSUERS) &&
		    is_our_url(j, url, "/ca/issuing.der");
	}
	if (!ocsp || !issuers)
		return no(err, "authorityInfoAccess lacks the http URL of OCSP "
		    "or of the issuing certificate");
	return 0;
}

int
lint_nocheck_is_null(const struct judgement *j, struct err *err)
{
	struct slice value = j->extension[OCSP_NOCHECK].value, empty;

	if (j->has[OCSP_NOCHECK] && (der_get(&value, DER_NULL, &empty) == -1 ||
	    value.size != 0 || empty.size != 0))
		return no(err, "ocsp-nocheck is not NULL");
	return 0;
}
