/*
 * The lint about subjects: certificates of persons and of organisations as
 * they should be, and each rule broken on purpose.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <openssl/x509v3.h>

#include "ca.h"
#include "ca/embedded.h"
#include "ca/tbs.h"

static struct test_ca ca;
static struct profile person, seal;
static EVP_PKEY *key;
static const struct verdict yes = { .complete = true };

static const struct { const char *letter, *type; } types[] = {
	{ "C=", "countryName" }, { "G=", "givenName" }, { "S=", "surname" },
	{ "CN=", "commonName" }, { "N=", "serialNumber" },
	{ "O=", "organizationName" }, { "I=", "organizationIdentifier" },
	{ "P=", "pseudonym" }, { "T=", "title" },
};

static void
fill_dn(struct dn *dn, const char *const *texts)
{
	size_t i;

	memset(dn, 0, sizeof(*dn));
	for (; *texts != NULL; texts++)
		for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (strncmp(*texts, types[i].letter,
			    strlen(types[i].letter)) == 0)
				dn_add(dn, dn_type_find(types[i].type),
				    *texts + strlen(types[i].letter));
}

static void
spend(const struct profile *profile, const char *const *subject,
    const char *const *names, struct bytes *tbs)
{
	struct csr_name room[8];
	struct judged judged;
	struct permit *permit;
	char serial[41];
	struct err err;

	test_judged(&judged, profile, key, room, names);
	fill_dn(&judged.subject, subject);
	permit = permit_make(&yes, &judged);
	assert_non_null(permit);
	if (permit_spend(permit, &ca.config, TEST_NOW, serial, tbs, &err) != 0)
		fail_msg("%s", err.text);
	permit_free(permit);
	bytes_free(&judged.spki);
}

/* Changes of a profile after the certificate was built by it. */
static void no_semantics(struct profile *p) { p->subject_semantics = false; }
static void semantics(struct profile *p) { p->subject_semantics = true; }
static void
titles(struct profile *p)
{
	strcpy(p->subject[6], "title");
}
static void
pseudonyms(struct profile *p)
{
	strcpy(p->subject[2], "pseudonym");
	strcpy(p->subject[3], "commonName");
	p->subject[4][0] = p->subject[5][0] = '\0';
}
/* A profile that profile_parse would refuse: the lint is asked alone. */
static void
careless(struct profile *p)
{
	memset(p->subject_optional, 0, sizeof(p->subject_optional));
	memcpy(p->subject_optional, p->subject, sizeof(p->subject));
	strcpy(p->subject[6], "pseudonym");
	strcpy(p->subject_optional[6], "pseudonym");
}
static void
long_names(struct profile *p)
{
	strcpy(p->subject_lengths[0], "commonName:70");
}
static void
dns_names(struct profile *p)
{
	strcpy(p->name_kinds[0], "dns");
}
static void
no_mail(struct profile *p)
{
	p->extended_key_usage[1][0] = '\0';
}

#define L64 "CN=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct row {
	const struct profile *profile;
	const char	*subject[10], *names[4];
	void		(*before)(struct profile *);	/* of building */
	void		(*after)(struct profile *);	/* of the lint */
	const char	*says;				/* NULL: it passes */
} rows[] = {
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek",
	    "N=PNOSE-197702021234" }, { "email:anna@example.org" } },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek" },
	    { "email:anna@example.org", "email:a@example.org" } },
	{ &person, { "C=SE", "O=Example AB", "G=Anna", "S=Ek", "CN=Anna Ek",
	    "N=EI:SE-1" }, { "email:anna@example.org" } },
	{ &person, { "C=SE", "O=Example AB", "P=Astra", "CN=Astra" },
	    { "email:anna@example.org" }, pseudonyms, pseudonyms },
	{ &seal, { "C=SE", "O=Example AB", "I=NTRSE-5561234567",
	    "CN=Example" }, { NULL } },
	{ &person, { "C=SE", "G=Anna", "S=Ek", L64 "a" },
	    { "email:anna@example.org" }, NULL, long_names },

	{ &person, { "G=Anna", "S=Ek", "CN=Anna Ek" },
	    { "email:anna@example.org" }, NULL, NULL,
	    "countryName is missing" },
	/* 412-2 NAT-4.2.4-3, 412-3 LEG-4.2.1-3 */
	{ &person, { "C=SE", "S=Ek", "G=Anna", "CN=Anna Ek" },
	    { "email:anna@example.org" }, NULL, NULL, "order" },
	{ &person, { "C=SE", "G=Anna", "G=Maria", "S=Ek", "CN=Anna Ek" },
	    { "email:anna@example.org" }, NULL, NULL, "twice" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "CN=A Ek" },
	    { "email:anna@example.org" }, NULL, NULL, "twice" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "T=Dr" },
	    { "email:anna@example.org" }, NULL, NULL,
	    "title is no attribute" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "T=Dr" },
	    { "email:anna@example.org" }, NULL, titles, NULL },
	/* 412-2 NAT-4.2.4-18: longer only where the profile says so */
	{ &person, { "C=SE", "G=Anna", "S=Ek", L64 "a" },
	    { "email:anna@example.org" }, NULL, NULL, "65 characters" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna\nEk" },
	    { "email:anna@example.org" }, NULL, NULL, "U+000A" },
	{ &person, { "C=XX", "G=Anna", "S=Ek", "CN=Anna Ek" },
	    { "email:anna@example.org" }, NULL, NULL, "ISO 3166" },
	{ &person, { "C=SE", "CN=Anna Ek" }, { "email:anna@example.org" },
	    NULL, careless, "NAT-4.2.4-1" },
	{ &person, { "G=Anna", "CN=Anna Ek" }, { "email:anna@example.org" },
	    NULL, careless, "NAT-4.2.4-1" },
	{ &person, { "C=SE", "G=Anna" }, { "email:anna@example.org" },
	    NULL, careless, "NAT-4.2.4-1" },
	{ &person, { "C=SE", "G=Anna", "CN=Anna", "P=Astra" },
	    { "email:anna@example.org" }, NULL, careless, "NAT-4.2.4-4" },
	{ &person, { "C=SE", "O=Example AB", "G=Anna", "S=Ek",
	    "CN=EXAMPLE ab" }, { "email:anna@example.org" }, NULL, NULL,
	    "GEN-6.3.3-11" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=NTRSE-556" },
	    { "email:anna@example.org" }, NULL, NULL, "GEN-6.3.3-11" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=1977" },
	    { "email:anna@example.org" }, NULL, NULL, "412-1 NAT-5.1.3" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=1977" },
	    { "email:anna@example.org" }, no_semantics, no_semantics, NULL },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "email:anna@example.org" }, no_semantics, NULL,
	    "are missing" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "email:anna@example.org" }, NULL, no_semantics,
	    "that no identifier has" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek" }, { NULL }, NULL,
	    NULL, "subjectAltName is missing" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek" }, { NULL },
	    no_mail, no_mail, NULL },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek" },
	    { "anna.example.org" }, NULL, NULL, "kind dns is none" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek" },
	    { "anna.example.org" }, NULL, dns_names, "RFC 8550" },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek" },
	    { "ip:192.0.2.1" }, NULL, NULL, "kind ip is none" },
	{ &seal, { "C=SE", "O=Example AB", "CN=Example" }, { NULL }, NULL,
	    NULL, "organizationIdentifier is missing" },
	{ &seal, { "C=SE", "O=Example AB", "CN=Example" }, { NULL }, NULL,
	    careless, "LEG-4.2.1-2" },
	{ &seal, { "C=SE", "O=Example AB", "I=5561234567", "CN=Example" },
	    { NULL }, NULL, NULL, "412-1" },
	{ &seal, { "C=SE", "O=Example AB", "I=PNOSE-1", "CN=Example" },
	    { NULL }, NULL, NULL, "5.1.4" },
	{ &seal, { "C=SE", "O=Example AB", "I=NTRSE-1", "CN=Example" },
	    { NULL }, no_semantics, semantics, "are missing" },
};

static void
each_rule_says_no_to_its_own(void **state)
{
	struct profile before, after;
	struct bytes tbs = { 0 };
	struct err err;
	size_t i;
	int answer;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		before = after = *rows[i].profile;
		if (rows[i].before != NULL)
			rows[i].before(&before);
		if (rows[i].after != NULL)
			rows[i].after(&after);
		spend(&before, rows[i].subject, rows[i].names, &tbs);
		err.text[0] = '\0';
		answer = tbs_lint(SLICE(&tbs), &after, &ca.config, NULL, &err);
		if ((answer == 0) != (rows[i].says == NULL) || (answer == -1 &&
		    strstr(err.text, rows[i].says) == NULL))
			fail_msg("row %zu: %s", i, err.text);
		/* A finding stands in an event: it spells no value. */
		assert_true(answer == 0 || (strstr(err.text, "Anna") == NULL &&
		    strstr(err.text, "Example AB") == NULL));
	}
	bytes_free(&tbs);
}

/* Octets of a right one are changed; each pair is of one length. */
static const struct {
	const char	*find, *put;
	size_t		 size;
	const char	*says;
} broken[] = {
#define ONE(find, put) find, put, sizeof(find) - 1
	/* another semantics, another statement, critical */
	{ ONE("\x04\x00\x8b\xec\x49\x01\x01", "\x04\x00\x8b\xec\x49\x01\x02"),
	    "another kind of subject" },
	{ ONE("\x05\x05\x07\x0b\x02", "\x05\x05\x07\x0b\x01"),
	    "not one statement" },
	{ ONE("\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x03",
	    "\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x02"), "no place here" },
	/* string types */
	{ ONE("\x55\x04\x06\x13\x02SE", "\x55\x04\x06\x0c\x02SE"),
	    "no PrintableString" },
	{ ONE("\x55\x04\x2a\x0c\x04" "Anna", "\x55\x04\x2a\x13\x04" "Anna"),
	    "no UTF8String" },
	{ ONE("\x55\x04\x2a\x0c\x04" "Anna", "\x55\x04\x2a\x0c\x04" "An\xff" "a"),
	    "UTF-8" },
	{ ONE("\x55\x04\x2a\x0c\x04" "Anna", "\x55\x04\x0c\x0c\x04" "Anna"),
	    "title is no attribute" },
	{ ONE("anna@example.org", "anna.example.org"), "neither dNSName" },
};

static void
changed_octets_are_noticed(void **state)
{
	static const char *const anna[] = { "C=SE", "G=Anna", "S=Ek",
	    "CN=Anna Ek", "N=PNOSE-197702021234", NULL };
	static const char *const mail[] = { "email:anna@example.org", NULL };
	struct bytes tbs = { 0 };
	struct err err;
	unsigned char *at;
	size_t i;

	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		spend(&person, anna, mail, &tbs);
		assert_int_equal(tbs_lint(SLICE(&tbs), &person, &ca.config,
		    NULL, &err), 0);
		at = memmem(tbs.data, tbs.size, broken[i].find,
		    broken[i].size);
		if (at == NULL)
			fail_msg("row %zu: not there", i);
		memcpy(at, broken[i].put, broken[i].size);
		if (tbs_lint(SLICE(&tbs), &person, &ca.config, NULL, &err) == 0)
			fail_msg("row %zu passes", i);
		if (strstr(err.text, broken[i].says) == NULL)
			fail_msg("row %zu: %s", i, err.text);
	}
	bytes_free(&tbs);
}

/* Nobody is given the CA's own name, in no spelling of it. */
static void
the_cas_name_is_its_own(void **state)
{
	static const struct {
		const char	*subject[3];
		bool		 is_the_cas;
	} spellings[] = {
		{ { "C=SE", "CN=Test Issuing CA (SANDBOX)" }, true },
		{ { "C=SE", "CN=test ISSUING ca (sandbox)" }, true },
		{ { "C=SE", "CN=Test Issuing CB (SANDBOX)" }, false },
	};
	struct profile p = ca.profile;
	struct bytes tbs = { 0 };
	struct err err;
	unsigned char *at;
	size_t i;

	p.subject_from_first_name = false;
	strcpy(p.subject[0], "countryName");
	strcpy(p.subject[1], "commonName");
	/* The country of tests is none that a name may have. */
	at = ca.config.issuing_der.data;
	while ((at = memmem(at, ca.config.issuing_der.size - (size_t)(at -
	    ca.config.issuing_der.data), "\x13\x02XX", 4)) != NULL)
		memcpy(at, "\x13\x02SE", 4);
	for (i = 0; i < 3; i++) {
		spend(&p, spellings[i].subject, (const char *const[]){
		    "a.example", NULL }, &tbs);
		err.text[0] = '\0';
		assert_int_equal(tbs_lint(SLICE(&tbs), &p,
		    &ca.config, NULL, &err),
		    spellings[i].is_the_cas ? -1 : 0);
		assert_true(!spellings[i].is_the_cas || strstr(err.text,
		    "name of the CA itself") != NULL);
	}
	bytes_free(&tbs);
}

static int
setup(void **state)
{
	struct err err;

	test_ca_make(&ca, test_key("P-256"), 3650);
	key = test_key("P-256");
	return profile_parse(&person, "person", embedded_find(
	    "home/profiles/person.conf"), &err) | profile_parse(&seal, "seal",
	    embedded_find("home/profiles/seal.conf"), &err);
}

static int
teardown(void **state)
{
	test_ca_free(&ca);
	EVP_PKEY_free(key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_says_no_to_its_own),
		cmocka_unit_test(changed_octets_are_noticed),
		cmocka_unit_test(the_cas_name_is_its_own),
	};

	return cmocka_run_group_tests_name("lint subject", tests, setup,
	    teardown);
}
