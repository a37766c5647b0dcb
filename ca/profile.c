/*
 * Certificate profiles: the keys of their files, the rules between the keys,
 * and their text for relying parties (OVR-5.1-03: rendered from what is
 * loaded, so that document and program cannot drift apart).
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <openssl/objects.h>

#include "conf.h"
#include "profile.h"
#include "text.h"

#define AT(field)	offsetof(struct profile, field)
#define ROOM(field)	sizeof(((struct profile *)0)->field)

/* Policies of others that this program must not assert (DESIGN section 1). */
static const struct {
	const char	*arc, *why;
} refused_policies[] = {
	{ "2.23.140.1", "a CA/B Forum policy: publicly trusted TLS is not "
	    "built (domain validation, CAA, CT)" },
	{ "0.4.0.2042.1.4", "EVCP, an ETSI web policy" },
	{ "0.4.0.2042.1.5", "an ETSI web policy" },
	{ "0.4.0.2042.1.6", "DVCP, an ETSI web policy" },
	{ "0.4.0.2042.1.7", "OVCP, an ETSI web policy" },
	{ "0.4.0.2042.1.8", "IVCP, an ETSI web policy" },
	{ "0.4.0.194112.1.4", "QEVCP-w, an ETSI web policy" },
	{ "0.4.0.194112.1.5", "QNCP-w, an ETSI web policy" },
	{ "0.4.0.194112.1.6", "QNCP-w-gen, an ETSI web policy" },
	{ "2.5.29.32.0", "anyPolicy, which is for CA certificates" },
};

/* Base policies and their own OID (EN 319 411-1 clause 5.3). */
static const struct {
	const char	*name, *arc;
} base_policies[] = {
	{ "test", "2.999" }, { "LCP", "0.4.0.2042.1.3" },
	{ "NCP", "0.4.0.2042.1.1" }, { "NCP+", "0.4.0.2042.1.2" },
};

static const char *const key_usages[] = {
	"digitalSignature", "nonRepudiation", "keyEncipherment",
	"dataEncipherment", "keyAgreement"
};
static const char *const key_types[] = {
	"ec:P-256", "ec:P-384", "ec:P-521", "rsa:2048", "rsa:3072", "rsa:4096"
};
static const char *const issuer_keys[] = { "issuing" };

static bool
is_one_of(const char *const *list, size_t count, const char *text)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}
#define IS_ONE_OF(list, text) \
	is_one_of(list, sizeof(list) / sizeof(list[0]), text)

/* Is the OID this arc or below it? */
static bool
oid_is_under(const char *oid, const char *arc)
{
	size_t n = strlen(arc);

	return strncmp(oid, arc, n) == 0 && (oid[n] == '\0' || oid[n] == '.');
}

/* --- form of the values -------------------------------------------------- */

static int
check_name(const char *text, struct err *err)
{

	if (text[0] != '-' && strspn(text, "abcdefghijklmnopqrstuvwxyz"
	    "0123456789-") == strlen(text))
		return 0;
	return err_set(err, EINVAL, "wanted a name of a-z, 0-9 and -, found "
	    "\"%s\"", text);
}

static int
check_oid(const char *text, struct err *err)
{
	ASN1_OBJECT *object;
	char dotted[64];
	size_t i;
	int size;

	object = OBJ_txt2obj(text, 1);
	size = object != NULL ? OBJ_obj2txt(dotted, sizeof(dotted), object, 1)
	    : 0;
	ASN1_OBJECT_free(object);
	if (size <= 0 || strcmp(dotted, text) != 0)
		return err_set(err, EINVAL, "wanted a dotted object "
		    "identifier, found \"%s\"", text);
	for (i = 0; i < sizeof(refused_policies) /
	    sizeof(refused_policies[0]); i++)
		if (oid_is_under(text, refused_policies[i].arc))
			return err_set(err, EINVAL, "%s is %s", text,
			    refused_policies[i].why);
	return 0;
}

static int
check_base_policy(const char *text, struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(base_policies) / sizeof(base_policies[0]); i++)
		if (strcmp(base_policies[i].name, text) == 0)
			return 0;
	return err_set(err, EINVAL, "wanted test, LCP, NCP or NCP+ (the web "
	    "policies are not built), found \"%s\"", text);
}

static int
check_issuer_key(const char *text, struct err *err)
{

	if (IS_ONE_OF(issuer_keys, text))
		return 0;
	return err_set(err, EINVAL, "wanted issuing, found \"%s\"", text);
}

static int
check_key_type(const char *text, struct err *err)
{

	if (IS_ONE_OF(key_types, text))
		return 0;
	return err_set(err, EINVAL, "wanted ec:P-256, ec:P-384, ec:P-521, "
	    "rsa:2048, rsa:3072 or rsa:4096, found \"%s\"", text);
}

static int
check_extended_usage(const char *text, struct err *err)
{

	if (strcmp(text, "anyExtendedKeyUsage") != 0 &&
	    OBJ_sn2nid(text) != NID_undef)
		return 0;
	return err_set(err, EINVAL, "wanted OpenSSL's short name of a purpose"
	    " as serverAuth, found \"%s\"", text);
}

/* A profile is for end entities: keyCertSign and cRLSign are no usages here. */
static int
check_key_usage(const char *text, struct err *err)
{
	const char *end;
	char usage[64];

	for (;; text = end + 1) {
		text += strspn(text, " ");
		end = strchrnul(text, ',');
		snprintf(usage, sizeof(usage), "%.*s", (int)(end - text),
		    text);
		usage[strcspn(usage, " ")] = '\0';
		if (!IS_ONE_OF(key_usages, usage))
			return err_set(err, EINVAL, "wanted a list of "
			    "digitalSignature, nonRepudiation, keyEncipherment,"
			    " dataEncipherment, keyAgreement, found \"%s\"",
			    usage);
		if (*end == '\0')
			return 0;
	}
}

static const struct conf_key profile_keys[] = {
	{ "profile", "name", CONF_TEXT, AT(name), ROOM(name),
	    .check = check_name },
	{ "profile", "title", CONF_TEXT, AT(title), ROOM(title) },
	{ "profile", "base_policy", CONF_TEXT, AT(base_policy),
	    ROOM(base_policy), .check = check_base_policy },
	{ "profile", "policy_oid", CONF_TEXT, AT(policy_oid),
	    ROOM(policy_oid), .check = check_oid },
	{ "profile", "internal", CONF_YES, AT(internal), .absent = "no" },
	{ "certificate", "issuer_key", CONF_TEXT, AT(issuer_key),
	    ROOM(issuer_key), .absent = "issuing", .check = check_issuer_key },
	{ "certificate", "days", CONF_NUMBER, AT(days), 0, 1, 3653 },
	{ "certificate", "renew_days", CONF_NUMBER, AT(renew_days), 0, 0,
	    3652 },
	{ "certificate", "subject_from_first_name", CONF_YES,
	    AT(subject_from_first_name), .absent = "no" },
	{ "certificate", "key_usage_ec", CONF_TEXT, AT(key_usage_ec),
	    ROOM(key_usage_ec), .check = check_key_usage },
	{ "certificate", "key_usage_rsa", CONF_TEXT, AT(key_usage_rsa),
	    ROOM(key_usage_rsa), .check = check_key_usage },
	{ "certificate", "extended_key_usage", CONF_LIST,
	    AT(extended_key_usage), 32, 0, 4, .absent = "",
	    .check = check_extended_usage },
	{ "certificate", "ocsp_nocheck", CONF_YES, AT(ocsp_nocheck),
	    .absent = "no" },
	{ "request", "key_types", CONF_LIST, AT(key_types), 16, 1, 8,
	    .check = check_key_type },
	{ "request", "names_max", CONF_NUMBER, AT(names_max), 0, 0, 1000 },
};

/* --- rules between the keys ---------------------------------------------- */

static bool
signs_ocsp(const struct profile *p)
{
	size_t i;

	for (i = 0; i < 4; i++)
		if (strcmp(p->extended_key_usage[i], "OCSPSigning") == 0)
			return true;
	return false;
}

static bool
renewal_fits(const struct profile *p)
{

	return p->renew_days < p->days;
}

static bool
subject_has_source(const struct profile *p)
{

	return p->internal || (p->subject_from_first_name && p->names_max > 0);
}

static bool
internal_without_names(const struct profile *p)
{

	return !p->internal || p->names_max == 0;
}

static bool
ocsp_only_internal(const struct profile *p)
{

	return !signs_ocsp(p) || p->internal;
}

static bool
nocheck_with_ocsp(const struct profile *p)
{

	return signs_ocsp(p) == p->ocsp_nocheck;
}

static bool
policy_fits_base(const struct profile *p)
{
	size_t i;
	bool mine, base;

	for (i = 0; i < sizeof(base_policies) / sizeof(base_policies[0]);
	    i++) {
		mine = oid_is_under(p->policy_oid, base_policies[i].arc);
		base = strcmp(p->base_policy, base_policies[i].name) == 0;
		if (mine != base && (mine || strcmp(base_policies[i].name,
		    "test") == 0))
			return false;
	}
	return true;
}

static const struct {
	bool		(*holds)(const struct profile *);
	const char	*section, *key, *sentence;
} profile_rules[] = {
	{ renewal_fits, "certificate", "renew_days",
	    "wanted fewer days than [certificate] days" },
	{ subject_has_source, "certificate", "subject_from_first_name",
	    "wanted yes and [request] names_max of at least 1: the subject "
	    "has no other source" },
	{ internal_without_names, "request", "names_max",
	    "wanted 0 in a profile of the CA itself" },
	{ ocsp_only_internal, "certificate", "extended_key_usage",
	    "OCSPSigning is for a profile of the CA itself ([profile] internal"
	    " = yes), RFC 6960 4.2.2.2" },
	{ nocheck_with_ocsp, "certificate", "ocsp_nocheck",
	    "wanted yes with OCSPSigning and no without it, RFC 6960 "
	    "4.2.2.2.1" },
	{ policy_fits_base, "profile", "policy_oid",
	    "the OID and [profile] base_policy do not go together: test has "
	    "2.999, LCP, NCP and NCP+ have 0.4.0.2042.1.3, .1 and .2 (EN 319 "
	    "411-1 clause 5.3) or one of your own" },
};

static void
squeeze(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++)
		if (*text != ' ' && *text != '\t')
			*to++ = *text;
	*to = '\0';
}

int
profile_parse(struct profile *p, const char *where, struct slice text,
    struct err *err)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	if (conf_read(where, text, profile_keys, sizeof(profile_keys) /
	    sizeof(profile_keys[0]), p, err) == -1)
		return -1;
	for (i = 0; i < sizeof(profile_rules) / sizeof(profile_rules[0]); i++)
		if (!profile_rules[i].holds(p))
			return err_set(err, EINVAL, "%s line %d: [%s] %s: %s",
			    where, conf_line_of(text,
			    profile_rules[i].section, profile_rules[i].key),
			    profile_rules[i].section, profile_rules[i].key,
			    profile_rules[i].sentence);
	squeeze(p->key_usage_ec);
	squeeze(p->key_usage_rsa);
	sha256_text(p->sha256, text);
	return 0;
}

/* --- its text ------------------------------------------------------------ */

static void
render_items(struct bytes *to, const char *label, const char *items,
    size_t room, size_t count)
{
	size_t i;

	bytes_printf(to, "%-22s", label);
	for (i = 0; i < count && items[i * room] != '\0'; i++)
		bytes_printf(to, "%s%s", i > 0 ? ", " : "", items + i * room);
	bytes_put_text(to, i == 0 ? "none\n" : "\n");
}

void
profile_render(const struct profile *p, struct bytes *to)
{

	bytes_printf(to, "Profile %s: %s\n\n", p->name, p->title);
	bytes_printf(to, "%-22s%s\n", "Policy OID:", p->policy_oid);
	bytes_printf(to, "%-22s%s\n", "Builds on:", p->base_policy);
	bytes_printf(to, "%-22s%s\n", "Signed by key:", p->issuer_key);
	bytes_printf(to, "%-22s%d d (notAfter = notBefore + %d d - 1 s, never"
	    " past the CA's own end)\n", "Validity:", p->days, p->days);
	bytes_printf(to, "%-22s%d d before the end\n", "Renewal from:",
	    p->renew_days);
	bytes_printf(to, "%-22s%s\n", "Subject:", p->subject_from_first_name ?
	    "commonName, the first dNSName of the request" :
	    "commonName, given by the CA");
	if (p->names_max > 0)
		bytes_printf(to, "%-22sthe dNSNames and addresses of the "
		    "request, at most %d\n", "subjectAltName:", p->names_max);
	else
		bytes_printf(to, "%-22snone\n", "subjectAltName:");
	bytes_printf(to, "%-22s%s (EC), %s (RSA); critical\n", "keyUsage:",
	    p->key_usage_ec, p->key_usage_rsa);
	render_items(to, "extendedKeyUsage:", p->extended_key_usage[0], 32, 4);
	render_items(to, "Keys accepted:", p->key_types[0], 16, 8);
	bytes_printf(to, "%-22s%s\n", "Revocation status:", p->ocsp_nocheck ?
	    "id-pkix-ocsp-nocheck" : "CRL and OCSP, by pointers in the "
	    "certificate");
	bytes_printf(to, "%-22s%s\n", "For:", p->internal ?
	    "the CA itself; no request can ask for it" : "subscribers");
	bytes_printf(to, "%-22s%s\n", "SHA-256 of the file:", p->sha256);
}
