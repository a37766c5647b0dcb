/*
 * Pre-issuance lint (BR 4.3.1.2; GEN-6.6.1-01): judges the octets that would
 * be signed, not what was meant.  A table of rules, each with its clause;
 * the first that says no is the fault.  It shares the reader of tbs.h with the
 * re-read and nothing with the writer.
 *
 * Clauses: RFC 5280; EN 319 411-1 (GEN-6...); EN 319 412-2 as "412-2"; BR are
 * the CA/Browser Forum's baseline requirements where they are the stricter.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lint.h"
#include "lint_extensions.h"
#include "lint_subject.h"
#include "oids.h"

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

static int
no(struct err *err, const char *what)
{
	return err_set(err, EINVAL, "%s", what);
}

static int
version_is_3(const struct judgement *j, struct err *err)
{
	return j->tbs.version == 2 ? 0 : no(err, "the version is not 3");
}

/* Also minimal: 0x01 in front needs no other octet. */
static int
serial_is_random(const struct judgement *j, struct err *err)
{
	struct slice serial = j->tbs.serial;

	if (serial.size != SERIAL_OCTETS || serial.data[0] != 0x01)
		return no(err, "the serial is not 0x01 and 16 octets");
	return 0;
}

static int
algorithm_fits_the_issuing_key(const struct judgement *j, struct err *err)
{
	return slice_equal(j->tbs.algorithm, j->issuer.algorithm) ? 0 :
	    no(err, "the signature algorithm is not that of the issuing key");
}

static int
issuer_is_the_ca(const struct judgement *j, struct err *err)
{
	return slice_equal(j->tbs.issuer, j->issuer.subject) ? 0 :
	    no(err, "the issuer is not, octet for octet, the subject of the "
	    "issuing certificate");
}

static int
validity_is_the_profiles(const struct judgement *j, struct err *err)
{
	usec_t end = j->tbs.not_before + j->profile->days * USEC_DAY - USEC;

	if (j->tbs.not_after <= j->tbs.not_before)
		return no(err, "notAfter is not after notBefore");
	if (j->tbs.not_after > end)
		return err_set(err, EINVAL, "it is valid for longer than %d "
		    "days, both ends included", j->profile->days);
	/* A re-key that keeps its predecessor's end is shorter. */
	if (j->tbs.not_after < end &&
	    j->tbs.not_after != j->issuer.not_after &&
	    profile_re_key_may(j->profile, "expiry"))
		return err_set(err, EINVAL, "it is valid for less than %d "
		    "days, both ends included", j->profile->days);
	return 0;
}

static int
validity_is_inside_the_issuers(const struct judgement *j, struct err *err)
{
	if (j->tbs.not_before < j->issuer.not_before ||
	    j->tbs.not_after > j->issuer.not_after)
		return no(err, "it is valid outside the validity of the "
		    "issuing certificate");
	return 0;
}

static int
subject_or_names(const struct judgement *j, struct err *err)
{
	bool critical = j->has[SUBJECT_ALT_NAME] &&
	    j->extension[SUBJECT_ALT_NAME].critical;

	if (j->subject.count == 0 && !critical)
		return no(err, "the subject is empty and there is no critical "
		    "subjectAltName");
	if (j->subject.count > 0 && critical)
		return no(err, "subjectAltName is critical though there is a "
		    "subject");
	return 0;
}

/* "rsa:2048" in a profile is a minimum. */
static int
key_is_of_the_profile(const struct judgement *j, struct err *err)
{
	const char *type;
	size_t i;

	for (i = 0; i < COUNT(j->profile->key_types); i++) {
		type = j->profile->key_types[i];
		if (type[0] != '\0' && (strcmp(type, j->key_type) == 0 ||
		    (strncmp(type, "rsa:", 4) == 0 &&
		    strncmp(j->key_type, "rsa:", 4) == 0 &&
		    atoi(j->key_type + 4) >= atoi(type + 4))))
			return 0;
	}
	return err_set(err, EINVAL, "a key of type %s is not one of the "
	    "profile %s", j->key_type, j->profile->name);
}

enum need { ALWAYS, NEVER, IF_CHECKED, IF_NOT_CHECKED, OPTIONAL };

/*
 * Which extensions there may be: whatever is no row of this table is a fault
 * (412-2 4.3.4, 4.3.8, 4.3.9, 4.3.12-1: no mappings, constraints, inhibitions;
 * GEN-6.6.1-04, -05, RFC 9608: all ours are revocable and say where to ask).
 */
static const struct {
	const char	*name, *clause;
	enum need	critical, present;
} known[EXTENSIONS] = {
	[AUTHORITY_KEY_ID] = { "authorityKeyIdentifier",
	    "RFC 5280 4.2.1.1, 412-2 GEN-4.3.1-1", NEVER, ALWAYS },
	[SUBJECT_KEY_ID] = { "subjectKeyIdentifier",
	    "RFC 5280 4.2.1.2", NEVER, ALWAYS },
	[KEY_USAGE] = { "keyUsage",
	    "RFC 5280 4.2.1.3", ALWAYS, ALWAYS },
	[EXTENDED_KEY_USAGE] = { "extKeyUsage",
	    "RFC 5280 4.2.1.12, 412-2 4.3.10-1", NEVER, OPTIONAL },
	[BASIC_CONSTRAINTS] = { "basicConstraints",
	    "RFC 5280 4.2.1.9", ALWAYS, ALWAYS },
	[POLICIES] = { "certificatePolicies",
	    "412-2 GEN-4.3.3-2", NEVER, ALWAYS },
	[SUBJECT_ALT_NAME] = { "subjectAltName",
	    "RFC 5280 4.2.1.6, 412-2 4.3.5-1", OPTIONAL, OPTIONAL },
	[CRL_POINTS] = { "cRLDistributionPoints",
	    "412-2 GEN-4.3.11-1, -1A, -5", NEVER, IF_CHECKED },
	[AUTHORITY_ACCESS] = { "authorityInfoAccess",
	    "412-2 GEN-4.4.1-2", NEVER, IF_CHECKED },
	[OCSP_NOCHECK] = { "ocsp-nocheck",
	    "RFC 6960 4.2.2.2.1", NEVER, IF_NOT_CHECKED },
	[QC_STATEMENTS] = { "qcStatements",
	    "RFC 3739 3.2.6", NEVER, OPTIONAL },
};

static int
sort_extensions(struct judgement *j, struct err *err)
{
	const struct slice oids[EXTENSIONS] = {
		[AUTHORITY_KEY_ID] = OID_AUTHORITY_KEY_ID,
		[SUBJECT_KEY_ID] = OID_SUBJECT_KEY_ID,
		[KEY_USAGE] = OID_KEY_USAGE,
		[EXTENDED_KEY_USAGE] = OID_EXTENDED_KEY_USAGE,
		[BASIC_CONSTRAINTS] = OID_BASIC_CONSTRAINTS,
		[POLICIES] = OID_POLICIES,
		[SUBJECT_ALT_NAME] = OID_SUBJECT_ALT_NAME,
		[CRL_POINTS] = OID_CRL_POINTS,
		[AUTHORITY_ACCESS] = OID_AUTHORITY_ACCESS,
		[OCSP_NOCHECK] = OID_OCSP_NOCHECK,
		[QC_STATEMENTS] = OID_QC_STATEMENTS,
	};
	struct slice list = j->tbs.extensions;
	struct der_extension x;
	char name[DER_OID_TEXT];
	size_t i;

	while (list.size > 0 && der_get_extension(&list, &x) == 0) {
		for (i = 0; i < EXTENSIONS; i++)
			if (slice_equal(x.oid, oids[i]))
				break;
		if (i == EXTENSIONS) {
			der_oid_name(x.oid, name);
			return err_set(err, EINVAL, "lint, 412-2 GEN-4.1-2: "
			    "the extension %s has no place here", name);
		}
		if (j->has[i])
			return err_set(err, EINVAL, "lint, RFC 5280 4.2: there "
			    "are two %s", known[i].name);
		j->has[i] = true;
		j->extension[i] = x;
	}
	return 0;
}

static int
check_extensions(const struct judgement *j, struct err *err)
{
	bool checked = !j->profile->ocsp_nocheck;
	enum need need;
	size_t i;

	for (i = 0; i < EXTENSIONS; i++) {
		need = known[i].present;
		if (need == IF_CHECKED || need == IF_NOT_CHECKED)
			need = checked == (need == IF_CHECKED) ? ALWAYS :
			    NEVER;
		if ((need == ALWAYS && !j->has[i]) ||
		    (need == NEVER && j->has[i]))
			return err_set(err, EINVAL, "lint, %s: %s is %s",
			    known[i].clause, known[i].name,
			    j->has[i] ? "not wanted" : "missing");
		if (j->has[i] && known[i].critical != OPTIONAL &&
		    j->extension[i].critical != (known[i].critical == ALWAYS))
			return err_set(err, EINVAL, "lint, %s: %s is %s",
			    known[i].clause, known[i].name,
			    j->extension[i].critical ? "critical" :
			    "not critical");
	}
	return 0;
}

static const struct {
	const char	*clause;
	int		(*check)(const struct judgement *, struct err *);
} rules[] = {
	{ "RFC 5280 4.1.2.1, 412-2 GEN-4.2.1-1", version_is_3 },
	{ "RFC 5280 4.1.2.2, GEN-6.3.3-02A", serial_is_random },
	{ "RFC 5280 4.1.1.2, GEN-6.5.3-05",
	    algorithm_fits_the_issuing_key },
	{ "RFC 5280 4.1.2.4", issuer_is_the_ca },
	{ "RFC 5280 4.1.2.5", validity_is_the_profiles },
	{ "GEN-6.3.3-05", validity_is_inside_the_issuers },
	{ "RFC 5280 4.1.2.6, 412-2 NAT-4.2.4-3, 412-3 LEG-4.2.1-3",
	    lint_subject_is_the_profiles },
	{ "RFC 5280 A.1, 412-2 NAT-4.2.4-18", lint_subject_is_of_its_lengths },
	{ "RFC 5280 3.2", lint_subject_is_not_the_issuer },
	{ "412-2 NAT-4.2.4-1", lint_person_is_complete },
	{ "412-2 NAT-4.2.4-4", lint_pseudonym_excludes_names },
	{ "GEN-6.3.3-11", lint_person_is_no_organisation },
	{ "412-3 LEG-4.2.1-2", lint_organisation_is_complete },
	{ "412-1 NAT-5.1.3, LEG-5.1.4", lint_identifier_has_semantics },
	{ "412-1 5.1, RFC 3739 3.2.6.1", lint_statements_are_its_semantics },
	{ "RFC 5280 4.2.1.6", subject_or_names },
	{ "412-2 GEN-4.2.5-1, BR 6.1.5", key_is_of_the_profile },
	{ "RFC 5280 4.2.1.1", lint_authority_key_id_is_the_issuers },
	{ "RFC 5280 4.2.1.2, RFC 7093 2", lint_subject_key_id_is_the_keys },
	{ "RFC 5280 4.2.1.3, RFC 8813 3", lint_key_usage_fits },
	{ "RFC 5280 4.2.1.12, RFC 6960 4.2.2.2", lint_extended_key_usage_fits },
	{ "RFC 5280 4.2.1.9", lint_basic_constraints_say_no_ca },
	{ "BR 7.1.2.7.6", lint_no_policy_is_any },
	{ "GEN-6.3.3-12, 412-2 GEN-4.3.3-2", lint_policy_is_the_profiles },
	{ "RFC 5280 4.2.1.6, 7.2", lint_names_are_well_formed },
	{ "RFC 8550 3", lint_mail_has_a_mailbox },
	{ "BR 7.1.4.2.2", lint_common_name_is_a_name },
	{ "412-2 GEN-4.3.11-4, BR 7.1.2.11", lint_crl_point_is_ours },
	{ "412-2 GEN-4.4.1-3, -5", lint_access_is_ours },
	{ "RFC 6960 4.2.2.2.1", lint_nocheck_is_null },
};

int
tbs_lint(struct slice der, const struct profile *profile,
    const struct config *config, const char *crl_point, struct err *err)
{
	struct judgement j = { .profile = profile, .config = config,
	    .crl_point = crl_point };
	size_t i;

	if (tbs_parse(&j.tbs, der, err) == -1)
		return err_in(err, "lint");
	if (issuer_get(&j.issuer, config, err) == -1)
		return -1;
	if (key_type_of_spki(j.tbs.spki, j.key_type) == -1)
		return err_set(err, EINVAL, "lint, RFC 5280 4.1.2.7: the key "
		    "is malformed or of an unknown kind");
	if (dn_parse(&j.subject, j.tbs.subject, err) == -1) {
		err->code = EINVAL;
		return err_in(err, "lint, RFC 5280 4.1.2.4: the subject");
	}
	if (sort_extensions(&j, err) == -1 || check_extensions(&j, err) == -1)
		return -1;
	for (i = 0; i < COUNT(rules); i++)
		if (rules[i].check(&j, err) == -1)
			return err_in(err, "lint, %s", rules[i].clause);
	return 0;
}
