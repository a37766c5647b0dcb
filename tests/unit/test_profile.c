/*
 * Profiles: the shipped ones are read as they say; each rule refuses by name.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ca/conf.h"
#include "ca/embedded.h"
#include "ca/profile.h"

static void
shipped_profiles_are_read(void **state)
{
	struct profile p;
	struct err err;
	struct bytes text = { 0 };

	assert_int_equal(profile_parse(&p, "p", embedded_find(
	    "home/profiles/tls-server.conf"), &err), 0);
	assert_string_equal(p.name, "tls-server");
	assert_string_equal(p.policy_oid, "2.999.411.1");
	assert_int_equal(p.days, 90);
	assert_false(p.internal);
	assert_true(p.subject_from_first_name);
	assert_string_equal(p.key_usage_rsa,
	    "digitalSignature,keyEncipherment");
	assert_string_equal(p.extended_key_usage[0], "serverAuth");
	assert_string_equal(p.key_types[3], "rsa:2048");
	profile_render(&p, &text);
	assert_non_null(strstr(bytes_text(&text), "\nValidity:             "
	    "90 d (notAfter = notBefore + 90 d - 1 s"));
	assert_int_equal(profile_parse(&p, "p", embedded_find(
	    "home/profiles/ocsp-responder.conf"), &err), 0);
	assert_true(p.internal && p.ocsp_nocheck);
	assert_int_equal(p.days, 14);
	assert_int_equal(p.names_max, 0);
	bytes_free(&text);
}

/* One value of the shipped profile changed, and the word of the refusal. */
static const struct {
	const char *section, *key, *value, *word;
} changes[] = {
	{ "profile", "name", "TLS", "[profile] name: wanted a name of a-z" },
	{ "profile", "policy_oid", "2.23.140.1.2.1", "CA/B Forum" },
	{ "profile", "policy_oid", "2.23.140.1", "CA/B Forum" },
	{ "profile", "policy_oid", "0.4.0.2042.1.4", "EVCP" },
	{ "profile", "policy_oid", "0.4.0.2042.1.5", "ETSI web policy" },
	{ "profile", "policy_oid", "0.4.0.2042.1.6", "DVCP" },
	{ "profile", "policy_oid", "0.4.0.2042.1.7", "OVCP" },
	{ "profile", "policy_oid", "0.4.0.2042.1.8", "IVCP" },
	{ "profile", "policy_oid", "0.4.0.194112.1.4", "QEVCP-w" },
	{ "profile", "policy_oid", "0.4.0.194112.1.5", "QNCP-w" },
	{ "profile", "policy_oid", "2.5.29.32.0", "anyPolicy" },
	{ "profile", "policy_oid", "0.4.0.2042.1.3",
	    "EN 319 411-1 clause 5.3" },
	{ "profile", "policy_oid", "1.3.6.1.4.1.99999.1", "clause 5.3" },
	{ "profile", "policy_oid", "2.999.411.01", "dotted" },
	{ "profile", "policy_oid", "serverAuth", "dotted" },
	{ "profile", "base_policy", "DVCP", "[profile] base_policy" },
	{ "profile", "base_policy", "NCP", "[profile] policy_oid" },
	{ "certificate", "issuer_key", "root", "wanted issuing" },
	{ "certificate", "days", "0", "wanted 1 to 825" },
	{ "certificate", "days", "826", "wanted 1 to 825" },
	{ "certificate", "days", "20", "[certificate] renew_days: wanted "
	    "fewer days" },
	{ "certificate", "subject_from_first_name", "no",
	    "the subject has no other source" },
	{ "certificate", "key_usage_ec", "keyCertSign", "found \"keyCertSign\""
	    },
	{ "certificate", "key_usage_ec", "digitalSignature,", "found \"\"" },
	{ "certificate", "extended_key_usage", "OCSPSigning", "RFC 6960" },
	{ "certificate", "extended_key_usage", "anyExtendedKeyUsage",
	    "found \"anyExtendedKeyUsage\"" },
	{ "certificate", "extended_key_usage", "nonsense",
	    "wanted serverAuth, clientAuth" },
	{ "certificate", "extended_key_usage", "serverAuth, codeSigning",
	    "the signer certifies no other purpose" },
	{ "request", "key_types", "ec:P-192", "found \"ec:P-192\"" },
	{ "request", "key_types", "rsa:1024", "found \"rsa:1024\"" },
	{ "request", "names_max", "0", "no other source" },
};

static void
each_rule_refuses_by_name(void **state)
{
	struct bytes text = { 0 };
	struct profile p;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		bytes_copy(&text, embedded_find(
		    "home/profiles/tls-server.conf"));
		assert_int_equal(conf_set(&text, changes[i].section,
		    changes[i].key, changes[i].value, &err), 0);
		memset(&err, 0, sizeof(err));
		assert_int_equal(profile_parse(&p, "profiles/x.conf",
		    SLICE(&text), &err), -1);
		assert_int_equal(strncmp(err.text, "profiles/x.conf line ",
		    21), 0);
		if (strstr(err.text, changes[i].word) == NULL)
			fail_msg("%s = %s: %s", changes[i].key,
			    changes[i].value, err.text);
	}
	bytes_free(&text);
}

static void
persons_and_seals_are_read(void **state)
{
	struct profile p;
	struct err err;
	struct bytes text = { 0 };

	assert_int_equal(profile_parse(&p, "p", embedded_find(
	    "home/profiles/tls-server.conf"), &err), 0);
	assert_int_equal(profile_class(&p), OF_ANYTHING);
	assert_int_equal(p.officers, 0);
	assert_false(p.signed_decision || p.acceptance || p.reuse_days != 0);
	assert_true(profile_takes_names(&p, "dns"));
	assert_true(profile_takes_names(&p, "ip"));
	assert_false(profile_takes_names(&p, "email"));
	assert_true(profile_allows_kind(&p, DEVICE_OF_NATURAL_PERSON));

	assert_int_equal(profile_parse(&p, "p", embedded_find(
	    "home/profiles/person.conf"), &err), 0);
	assert_int_equal(profile_class(&p), OF_PERSON);
	assert_int_equal(p.officers, 1);
	assert_true(p.acceptance && p.subject_semantics);
	assert_int_equal(p.reuse_days, 730);
	assert_int_equal(profile_attribute(&p, "surname"), 1);
	assert_int_equal(profile_attribute(&p, "serialNumber"), 0);
	assert_int_equal(profile_attribute(&p, "title"), -1);
	assert_int_equal(profile_attribute_most(&p, "commonName"), 64);
	/* OVR-5.2-11: longer ones are stated, in CP and CPS */
	strcpy(p.subject_lengths[0], "commonName:128");
	profile_render(&p, &text);
	assert_non_null(strstr(bytes_text(&text), "Lengths beyond:       "
	    "commonName:128"));
	assert_int_equal(profile_attribute_most(&p, "commonName"), 128);
	p.subject_lengths[0][0] = '\0';
	assert_true(profile_allows_kind(&p, NATURAL_PERSON));
	assert_false(profile_allows_kind(&p, LEGAL_PERSON));
	assert_true(profile_needs_names(&p));
	assert_false(profile_takes_names(&p, "dns"));
	profile_render(&p, &text);
	assert_non_null(strstr(bytes_text(&text), "\nSubject:              "
	    "countryName, organizationName (optional), givenName, surname, "
	    "commonName, serialNumber (optional); of the registration"));
	assert_non_null(strstr(bytes_text(&text), "of 1 officer\n"));
	assert_non_null(strstr(bytes_text(&text), "names of kind email of the"
	    " request, at most 4 and at least one\n"));
	assert_non_null(strstr(bytes_text(&text), "for 730 d, then"));

	assert_int_equal(profile_parse(&p, "p", embedded_find(
	    "home/profiles/seal.conf"), &err), 0);
	assert_int_equal(profile_class(&p), OF_ORGANISATION);
	assert_true(p.officers == 2 && p.signed_decision);
	assert_int_equal(p.reuse_count, 10);
	assert_false(profile_needs_names(&p));
	bytes_clear(&text);
	profile_render(&p, &text);
	assert_non_null(strstr(bytes_text(&text), "of 2 officers, different "
	    "persons, signed\n"));
	assert_non_null(strstr(bytes_text(&text), "10 certificates\n"));
	bytes_free(&text);
}

static const struct {
	const char *more, *line;
	int days;
} paths[] = {
	{ "", "Changes allowed:      renewal, re-key, modification\n", -1 },
	{ "", "A re-key may change:  expiry\n", -1 },
	{ "", "A predecessor stands: until its end", -1 },
	{ "[changes]\nrenewal = no\nmodification = no\n",
	    "Changes allowed:      re-key\n", -1 },
	{ "[changes]\nrenewal = no\nre_key = no\nmodification = no\n",
	    "Changes allowed:      none\n", -1 },
	{ "[changes]\nre_key_may_change =\n",
	    "A re-key may change:  nothing but the key\n", -1 },
	{ "[changes]\nre_key_may_change = names, attributes\n",
	    "A re-key may change:  names, attributes\n", -1 },
	{ "[changes]\nsupersede = 30\n",
	    "A predecessor stands: 30 d, then it is revoked as superseded\n",
	    30 },
	{ "[changes]\nsupersede = 0\n", "A predecessor stands: 0 d", 0 },
};

static void
a_profile_says_what_may_change(void **state)
{
	struct bytes text = { 0 }, said = { 0 };
	struct profile p;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		bytes_copy(&text, embedded_find(
		    "home/profiles/tls-server.conf"));
		bytes_put_text(&text, paths[i].more);
		if (profile_parse(&p, "x", SLICE(&text), &err) == -1)
			fail_msg("%s: %s", paths[i].more, err.text);
		bytes_clear(&said);
		profile_render(&p, &said);
		if (strstr(bytes_text(&said), paths[i].line) == NULL)
			fail_msg("%s: %s", paths[i].more, bytes_text(&said));
		assert_int_equal(profile_supersede_days(&p), paths[i].days);
	}
	bytes_free(&text);
	bytes_free(&said);
}

/* One value of a shipped profile changed, and the word of the refusal. */
static const struct {
	const char *profile, *section, *key, *value, *word;
} subjects[] = {
	{ "person", "subject", "kinds", "person", "natural-person-in-" },
	{ "person", "subject", "kinds", "natural-person, legal-person",
	    "GEN-6.6.1-02" },
	{ "person", "subject", "attributes", "countryName, givenname",
	    "found \"givenname\"" },
	{ "person", "subject", "attributes", "countryName, givenName, surname,"
	    " commonName, serialNumber, organizationName, givenName",
	    "NAT-4.2.4-3" },
	{ "person", "subject", "attributes", "givenName, surname, commonName,"
	    " organizationName, serialNumber", "NAT-4.2.4-1" },
	{ "person", "subject", "attributes", "countryName, commonName, "
	    "organizationName, serialNumber", "NAT-4.2.4-1" },
	{ "person", "subject", "attributes", "countryName, commonName, "
	    "pseudonym, surname, organizationName, serialNumber",
	    "NAT-4.2.4-4" },
	{ "person", "subject", "attributes", "countryName, commonName, "
	    "surname, serialNumber", "[subject] optional" },
	{ "person", "subject", "optional", "organizationName, title",
	    "some of [subject] attributes" },
	{ "person", "subject", "optional", "organizationName, surname, "
	    "givenName", "NAT-4.2.4-1" },
	{ "person", "subject", "kinds", "natural-person", "GEN-6.3.3-11" },
	{ "person", "subject", "semantics", "perhaps", "yes or no" },
	{ "person", "request", "name_kinds", "dns, email", "email only" },
	{ "person", "request", "name_kinds", "uri", "dns, ip or email" },
	{ "person", "request", "names_max", "0", "names of kind email" },
	{ "person", "certificate", "extended_key_usage", "serverAuth",
	    "serverAuth is for devices" },
	{ "person", "certificate", "key_usage_ec", "dataEncipherment",
	    "A to F (412-2 NAT-4.3.2-1)" },
	{ "person", "certificate", "key_usage_rsa", "nonRepudiation, "
	    "keyEncipherment", "A to F" },
	{ "person", "certificate", "key_usage_rsa", "digitalSignature, "
	    "keyEncipherment, keyAgreement", "A to F" },
	{ "person", "approval", "officers", "3", "wanted 0 to 2" },
	{ "person", "acceptance", "required", "1", "yes or no" },
	{ "person", "registration", "reuse_days", "4000", "0 to 3653" },
	{ "ocsp-responder", "certificate", "days", "32", "at most 31 with" },
	{ "ocsp-responder", "certificate", "extended_key_usage",
	    "OCSPSigning, clientAuth", "stands alone" },
	{ "seal", "approval", "officers", "0", "signed decision wants" },
	{ "seal", "subject", "attributes", "countryName, organizationName, "
	    "commonName", "LEG-4.2.1-2" },
	{ "seal", "subject", "attributes", "countryName, organizationName, "
	    "organizationIdentifier, commonName, givenName", "natural persons"
	    },
	{ "seal", "subject", "kinds", "device-of-legal-person",
	    "[subject] semantics" },
	{ "seal", "certificate", "key_usage_rsa", "digitalSignature",
	    "at least one purpose" },
	{ "seal", "registration", "reuse_count", "-1", "wanted a number" },
};

static void
each_rule_about_subjects_refuses(void **state)
{
	struct bytes text = { 0 };
	struct profile p;
	struct err err;
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		snprintf(path, sizeof(path), "home/profiles/%s.conf",
		    subjects[i].profile);
		bytes_copy(&text, embedded_find(path));
		assert_int_equal(conf_set(&text, subjects[i].section,
		    subjects[i].key, subjects[i].value, &err), 0);
		memset(&err, 0, sizeof(err));
		if (profile_parse(&p, "profiles/x.conf", SLICE(&text),
		    &err) == 0)
			fail_msg("%s = %s passes", subjects[i].key,
			    subjects[i].value);
		if (strstr(err.text, subjects[i].word) == NULL)
			fail_msg("%s = %s: %s", subjects[i].key,
			    subjects[i].value, err.text);
	}
	bytes_free(&text);
}

/* What is added at the end of the shipped profile of servers. */
static const struct {
	const char *more, *word;	/* word NULL: fine */
} additions[] = {
	{ "[subject]\nkinds = device-of-legal-person\n"
	    "attributes = countryName, organizationName\n", NULL },
	{ "[subject]\nkinds = device-of-legal-person\n"
	    "attributes = countryName, organizationName\n"
	    "lengths = organizationName:128\n", NULL },
	{ "[subject]\nkinds = device-of-legal-person\n"
	    "attributes = countryName\nlengths = organizationName:128\n",
	    "[subject] lengths" },
	{ "[subject]\nkinds = device-of-legal-person\n"
	    "attributes = countryName\nlengths = countryName\n", "a colon" },
	{ "[subject]\nkinds = device-of-legal-person\n"
	    "attributes = countryName\nlengths = countryName:0\n",
	    "1 to 255" },
	{ "[subject]\nkinds = device-of-legal-person\n"
	    "attributes = countryName\nlengths = countryName:256\n",
	    "1 to 255" },
	{ "[subject]\nattributes = organizationName\n", "[subject] kinds" },
	{ "[subject]\nkinds = natural-person\nattributes = countryName, "
	    "surname, commonName\n", "is for devices" },
	{ "[subject]\nkinds = device-of-legal-person\n"
	    "attributes = surname\n", "natural persons" },
	{ "[approval]\nsigned = yes\n", "[approval] signed" },
	{ "[approval]\nofficers = 2\nsigned = yes\n", NULL },
	{ "[acceptance]\nrequired = yes\n", NULL },
	{ "[revocation]\nsuspension = yes\n", NULL },
	{ "[revocation]\nsuspension = perhaps\n", "yes or no" },
	{ "[changes]\nrenewal = no\nre_key = yes\nmodification = no\n"
	    "re_key_may_change = names, attributes, expiry\n"
	    "supersede = 30\n", NULL },
	{ "[changes]\nsupersede = never\n", NULL },
	{ "[changes]\nsupersede = 0\n", NULL },
	{ "[changes]\nsupersede = 3654\n", "from 0 to 3653" },
	{ "[changes]\nsupersede = soon\n", "never or a number of days" },
	{ "[changes]\nsupersede = -1\n", "never or a number of days" },
	{ "[changes]\nre_key_may_change = key\n", "expiry, names or" },
	{ "[changes]\nrekey = yes\n", "rekey" },
};

static void
a_profile_may_say_more(void **state)
{
	struct bytes text = { 0 };
	struct profile p;
	struct err err;
	size_t i;
	int answer;

	for (i = 0; i < sizeof(additions) / sizeof(additions[0]); i++) {
		bytes_copy(&text, embedded_find(
		    "home/profiles/tls-server.conf"));
		bytes_put_text(&text, additions[i].more);
		err.text[0] = '\0';
		answer = profile_parse(&p, "x", SLICE(&text), &err);
		if ((answer == 0) != (additions[i].word == NULL) ||
		    (answer == -1 && strstr(err.text, additions[i].word) ==
		    NULL))
			fail_msg("row %zu: %s", i, err.text);
	}
	bytes_copy(&text, embedded_find("home/profiles/ocsp-responder.conf"));
	bytes_put_text(&text, "[approval]\nofficers = 1\n");
	assert_int_equal(profile_parse(&p, "x", SLICE(&text), &err), -1);
	assert_non_null(strstr(err.text, "standing approval"));
	bytes_free(&text);
}

static void
an_own_policy_may_build_on_ncp(void **state)
{
	struct bytes text = { 0 };
	struct profile p;
	struct err err;

	bytes_copy(&text, embedded_find("home/profiles/tls-server.conf"));
	assert_int_equal(conf_set(&text, "profile", "base_policy", "NCP",
	    &err), 0);
	assert_int_equal(conf_set(&text, "profile", "policy_oid",
	    "1.3.6.1.4.1.99999.1", &err), 0);
	assert_int_equal(profile_parse(&p, "x", SLICE(&text), &err), 0);
	assert_int_equal(conf_set(&text, "profile", "policy_oid",
	    "0.4.0.2042.1.1", &err), 0);
	assert_int_equal(profile_parse(&p, "x", SLICE(&text), &err), 0);
	bytes_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped_profiles_are_read),
		cmocka_unit_test(each_rule_refuses_by_name),
		cmocka_unit_test(persons_and_seals_are_read),
		cmocka_unit_test(each_rule_about_subjects_refuses),
		cmocka_unit_test(a_profile_may_say_more),
		cmocka_unit_test(a_profile_says_what_may_change),
		cmocka_unit_test(an_own_policy_may_build_on_ncp),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
