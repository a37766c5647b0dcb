/*
 * Certificate profiles: the keys of their files, the rules between the keys,
 * and their text for relying parties (OVR-5.1-03: rendered from what is
 * loaded, so that document and program cannot drift apart).
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/objects.h>

#include "conf.h"
#include "dn.h"
#include "profile.h"
#include "text.h"

/* The longest that the signer lets through (docs/PROTOCOL.signer). */
#define DAYS_MAX	825
#define OCSP_DAYS_MAX	31

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
/* No others get the signature (docs/PROTOCOL.signer). */
static const char *const purposes[] = {
	"serverAuth", "clientAuth", "emailProtection", "OCSPSigning"
};
static const char *const name_kinds[] = { "dns", "ip", "email" };
static const char *const issuer_keys[] = { "issuing" };
static const char *const re_key_changes[] = {
	"expiry", "names", "attributes"
};

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

	if (IS_ONE_OF(purposes, text))
		return 0;
	return err_set(err, EINVAL, "wanted serverAuth, clientAuth, "
	    "emailProtection or OCSPSigning (the signer certifies no other "
	    "purpose), found \"%s\"", text);
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

static int
check_name_kind(const char *text, struct err *err)
{

	if (IS_ONE_OF(name_kinds, text))
		return 0;
	return err_set(err, EINVAL, "wanted dns, ip or email, found \"%s\"",
	    text);
}

static int
check_attribute(const char *text, struct err *err)
{

	if (dn_type_find(text) != NULL)
		return 0;
	return err_set(err, EINVAL, "wanted an attribute as organizationName "
	    "(docs/FORMAT.profile lists them), found \"%s\"", text);
}

/* "commonName:128" */
static int
check_length(const char *text, struct err *err)
{
	const char *number = strchr(text, ':');
	char type[40];

	snprintf(type, sizeof(type), "%.*s", (int)strcspn(text, ":"), text);
	if (number != NULL && dn_type_find(type) != NULL &&
	    strspn(number + 1, "0123456789") == strlen(number + 1) &&
	    strlen(number + 1) <= 3 && atoi(number + 1) >= 1 &&
	    atoi(number + 1) < DN_VALUE)
		return 0;
	return err_set(err, EINVAL, "wanted an attribute, a colon and 1 to %d "
	    "characters, found \"%s\"", DN_VALUE - 1, text);
}

static int
check_kind(const char *text, struct err *err)
{

	if (subject_kind_find(text) != -1)
		return 0;
	return err_set(err, EINVAL, "wanted natural-person, natural-person-in-"
	    "legal-person, legal-person, device-of-legal-person or device-of-"
	    "natural-person, found \"%s\"", text);
}

static int
check_re_key_change(const char *text, struct err *err)
{

	if (IS_ONE_OF(re_key_changes, text))
		return 0;
	return err_set(err, EINVAL, "wanted expiry, names or attributes, "
	    "found \"%s\"", text);
}

static int
check_supersede(const char *text, struct err *err)
{

	if (strcmp(text, "never") == 0 || (strspn(text, "0123456789") ==
	    strlen(text) && strlen(text) <= 4 && atoi(text) <= 3653))
		return 0;
	return err_set(err, EINVAL, "wanted never or a number of days from 0 "
	    "to 3653, found \"%s\"", text);
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
	{ "certificate", "days", CONF_NUMBER, AT(days), 0, 1, DAYS_MAX },
	{ "certificate", "renew_days", CONF_NUMBER, AT(renew_days), 0, 0,
	    DAYS_MAX - 1 },
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
	{ "request", "name_kinds", CONF_LIST, AT(name_kinds), 8, 1, 3,
	    .absent = "dns, ip", .check = check_name_kind },
	{ "subject", "kinds", CONF_LIST, AT(subject_kinds), 32, 0,
	    SUBJECT_KINDS, .absent = "", .check = check_kind },
	{ "subject", "attributes", CONF_LIST, AT(subject), 32, 0,
	    SUBJECT_ATTRIBUTES, .absent = "", .check = check_attribute },
	{ "subject", "optional", CONF_LIST, AT(subject_optional), 32, 0,
	    SUBJECT_ATTRIBUTES, .absent = "", .check = check_attribute },
	{ "subject", "lengths", CONF_LIST, AT(subject_lengths), 40, 0,
	    SUBJECT_ATTRIBUTES, .absent = "", .check = check_length },
	{ "subject", "semantics", CONF_YES, AT(subject_semantics),
	    .absent = "no" },
	{ "approval", "officers", CONF_NUMBER, AT(officers), 0, 0, 2,
	    .absent = "0" },
	{ "approval", "signed", CONF_YES, AT(signed_decision),
	    .absent = "no" },
	{ "acceptance", "required", CONF_YES, AT(acceptance),
	    .absent = "no" },
	{ "revocation", "suspension", CONF_YES, AT(suspension),
	    .absent = "no" },
	{ "registration", "reuse_days", CONF_NUMBER, AT(reuse_days), 0, 0,
	    3653, .absent = "0" },
	{ "registration", "reuse_count", CONF_NUMBER, AT(reuse_count), 0, 0,
	    1000000, .absent = "0" },
	{ "changes", "renewal", CONF_YES, AT(renewal), .absent = "yes" },
	{ "changes", "re_key", CONF_YES, AT(re_key), .absent = "yes" },
	{ "changes", "modification", CONF_YES, AT(modification),
	    .absent = "yes" },
	{ "changes", "re_key_may_change", CONF_LIST, AT(re_key_changes), 12,
	    0, 3, .absent = "expiry", .check = check_re_key_change },
	{ "changes", "supersede", CONF_TEXT, AT(supersede), ROOM(supersede),
	    .absent = "never", .check = check_supersede },
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
signed_by_somebody(const struct profile *p)
{

	return !p->signed_decision || p->officers > 0;
}

static bool
internal_needs_nobody(const struct profile *p)
{

	return !p->internal || (p->officers == 0 && !p->acceptance &&
	    !p->suspension &&
	    p->reuse_days == 0 && p->reuse_count == 0);
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
ocsp_alone(const struct profile *p)
{

	return !signs_ocsp(p) || p->extended_key_usage[1][0] == '\0';
}

static bool
ocsp_days_fit(const struct profile *p)
{

	return !signs_ocsp(p) || p->days <= OCSP_DAYS_MAX;
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
	{ signed_by_somebody, "approval", "signed",
	    "a signed decision wants [approval] officers of 1 or 2" },
	{ internal_needs_nobody, "approval", "officers",
	    "a profile of the CA itself has a standing approval: no officers,"
	    " acceptance, suspension or reuse" },
	{ internal_without_names, "request", "names_max",
	    "wanted 0 in a profile of the CA itself" },
	{ ocsp_only_internal, "certificate", "extended_key_usage",
	    "OCSPSigning is for a profile of the CA itself ([profile] internal"
	    " = yes), RFC 6960 4.2.2.2" },
	{ ocsp_alone, "certificate", "extended_key_usage",
	    "OCSPSigning stands alone: the signer lets the responder's key "
	    "have no other purpose" },
	{ ocsp_days_fit, "certificate", "days",
	    "wanted at most 31 with OCSPSigning" },
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

static const char *
rule_broken(const struct profile *p, const char **section, const char **key)
{
	size_t i;

	for (i = 0; i < sizeof(profile_rules) / sizeof(profile_rules[0]);
	    i++) {
		if (profile_rules[i].holds(p))
			continue;
		*section = profile_rules[i].section;
		*key = profile_rules[i].key;
		return profile_rules[i].sentence;
	}
	return profile_subject_fault(p, section, key);
}

int
profile_parse(struct profile *p, const char *where, struct slice text,
    struct err *err)
{
	const char *sentence, *section, *key;
	int line;

	memset(p, 0, sizeof(*p));
	if (conf_read(where, text, profile_keys, sizeof(profile_keys) /
	    sizeof(profile_keys[0]), p, err) == -1)
		return -1;
	squeeze(p->key_usage_ec);
	squeeze(p->key_usage_rsa);
	sha256_text(p->sha256, text);
	if ((sentence = rule_broken(p, &section, &key)) == NULL)
		return 0;
	/* What is absent has no line. */
	if ((line = conf_line_of(text, section, key)) == 0)
		return err_set(err, EINVAL, "%s: [%s] %s: %s", where, section,
		    key, sentence);
	return err_set(err, EINVAL, "%s line %d: [%s] %s: %s", where, line,
	    section, key, sentence);
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

static void
render_subject(const struct profile *p, struct bytes *to)
{
	size_t i;

	bytes_printf(to, "%-22s", "Subject:");
	for (i = 0; i < SUBJECT_ATTRIBUTES && p->subject[i][0] != '\0'; i++)
		bytes_printf(to, "%s%s%s", i > 0 ? ", " : "", p->subject[i],
		    profile_attribute(p, p->subject[i]) == 0 ? " (optional)" :
		    "");
	if (i > 0)
		bytes_put_text(to, "; of the registration in force\n");
	else if (p->internal)
		bytes_put_text(to, "commonName, given by the CA\n");
	if (i > 0 && p->subject_from_first_name)
		bytes_printf(to, "%-22s", "");
	if (p->subject_from_first_name)
		bytes_put_text(to, "commonName, the first dNSName of the "
		    "request\n");
	/* OVR-5.2-11: beyond the bounds of RFC 5280 */
	if (p->subject_lengths[0][0] != '\0')
		render_items(to, "Lengths beyond:", p->subject_lengths[0], 40,
		    SUBJECT_ATTRIBUTES);
	if (p->subject_kinds[0][0] != '\0')
		render_items(to, "Kinds of subject:", p->subject_kinds[0], 32,
		    SUBJECT_KINDS);
	if (p->subject_semantics)
		bytes_printf(to, "%-22s%s of EN 319 412-1, and qcStatements "
		    "say so\n", "Identifiers:", profile_class(p) == OF_PERSON ?
		    "serialNumber" : "organizationIdentifier");
}

static void
render_names(const struct profile *p, struct bytes *to)
{
	size_t i;

	bytes_printf(to, "%-22s", "subjectAltName:");
	if (p->names_max == 0) {
		bytes_put_text(to, "none\n");
		return;
	}
	for (i = 0; i < 3 && p->name_kinds[i][0] != '\0'; i++)
		bytes_printf(to, "%s%s", i > 0 ? ", " : "names of kind ",
		    p->name_kinds[i]);
	bytes_printf(to, " of the request, at most %d%s\n", p->names_max,
	    profile_needs_names(p) ? " and at least one" : "");
}

/* What people decide, and on what (REG-6.3.1-00D, -00E). */
static void
render_people(const struct profile *p, struct bytes *to)
{
	if (p->internal)
		return;
	if (p->officers == 0)
		bytes_printf(to, "%-22sfollows from the registration\n",
		    "Approval:");
	else
		bytes_printf(to, "%-22sof %d officer%s%s\n", "Approval:",
		    p->officers, p->officers == 1 ? "" : "s, different "
		    "persons", p->signed_decision ? ", signed" : "");
	bytes_printf(to, "%-22s%s\n", "Acceptance:", p->acceptance ?
	    "in writing, by the subscriber" : "by use");
	bytes_printf(to, "%-22s%s\n", "Suspension:", p->suspension ?
	    "possible, and can be taken back" : "none, only revocation");
	if (p->reuse_days > 0)
		bytes_printf(to, "%-22sfor %d d, then validated again\n",
		    "Validations reused:", p->reuse_days);
	else
		bytes_printf(to, "%-22suntil they end\n",
		    "Validations reused:");
	if (p->reuse_count > 0)
		bytes_printf(to, "%-22s%d certificate%s\n",
		    "A registration for:", p->reuse_count,
		    p->reuse_count == 1 ? "" : "s");
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
	render_subject(p, to);
	render_names(p, to);
	bytes_printf(to, "%-22s%s (EC), %s (RSA); critical\n", "keyUsage:",
	    p->key_usage_ec, p->key_usage_rsa);
	render_items(to, "extendedKeyUsage:", p->extended_key_usage[0], 32, 4);
	render_items(to, "Keys accepted:", p->key_types[0], 16, 8);
	bytes_printf(to, "%-22s%s\n", "Revocation status:", p->ocsp_nocheck ?
	    "id-pkix-ocsp-nocheck" : "CRL and OCSP, by pointers in the "
	    "certificate");
	render_people(p, to);
	if (!p->internal)
		profile_render_changes(p, to);
	bytes_printf(to, "%-22s%s\n", "For:", p->internal ?
	    "the CA itself; no request can ask for it" : "subscribers");
	bytes_printf(to, "%-22s%s\n", "SHA-256 of the file:", p->sha256);
}
