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
	{ "profile", "policy_oid", "0.4.0.2042.1.3", "clause 5.3" },
	{ "profile", "policy_oid", "1.3.6.1.4.1.99999.1", "clause 5.3" },
	{ "profile", "policy_oid", "2.999.411.01", "dotted" },
	{ "profile", "policy_oid", "serverAuth", "dotted" },
	{ "profile", "base_policy", "DVCP", "[profile] base_policy" },
	{ "profile", "base_policy", "NCP", "[profile] policy_oid" },
	{ "certificate", "issuer_key", "root", "wanted issuing" },
	{ "certificate", "days", "0", "wanted 1 to 3653" },
	{ "certificate", "days", "20", "[certificate] renew_days: wanted "
	    "fewer days" },
	{ "certificate", "subject_from_first_name", "no",
	    "the subject has no other source" },
	{ "certificate", "key_usage_ec", "keyCertSign", "found \"keyCertSign\""
	    },
	{ "certificate", "key_usage_ec", "digitalSignature,", "found \"\"" },
	{ "certificate", "extended_key_usage", "OCSPSigning", "RFC 6960" },
	{ "certificate", "extended_key_usage", "anyExtendedKeyUsage",
	    "short name" },
	{ "certificate", "extended_key_usage", "nonsense", "short name" },
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
		cmocka_unit_test(an_own_policy_may_build_on_ncp),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
