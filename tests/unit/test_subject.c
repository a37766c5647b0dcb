/*
 * The subject of a certificate, from profile and registration: a table of what
 * is registered and what comes of it; and what follows what (succession).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ca.h"
#include "ca/embedded.h"
#include "ca/subject.h"
#include "ca/succession.h"
#include "ca/text.h"

#define ROOM	12

static struct profile person, seal, tls;

static void
read_profile(struct profile *p, const char *name)
{
	char path[64];
	struct err err;

	snprintf(path, sizeof(path), "home/profiles/%s.conf", name);
	if (profile_parse(p, name, embedded_find(path), &err) != 0)
		fail_msg("%s", err.text);
}

/* "type=value"; "!" in front: no longer valid, "+": not yet. */
static void
register_all(struct registered *r, struct attribute room[ROOM],
    enum subject_kind kind, const char **texts)
{
	struct attribute *a;
	const char *equals;

	memset(r, 0, sizeof(*r));
	memset(room, 0, ROOM * sizeof(*room));
	r->is_known = true;
	r->version.kind = kind;
	r->attributes = room;
	for (; *texts != NULL; texts++) {
		a = &room[r->count++];
		a->validated = TEST_NOW + (**texts == '+' ? 1 : 0);
		a->until = TEST_NOW + (**texts == '!' ? 0 : USEC_DAY);
		texts[0] += **texts == '!' || **texts == '+';
		equals = strchr(*texts, '=');
		snprintf(a->type, sizeof(a->type), "%.*s",
		    (int)(equals - *texts), *texts);
		snprintf(a->value, sizeof(a->value), "%s", equals + 1);
	}
}

static const struct row {
	const struct profile *profile;
	enum subject_kind kind;
	const char	*registered[ROOM];
	const char	*text;		/* put_dn, or of the fault */
	bool		 faulty;
} rows[] = {
	{ &person, NATURAL_PERSON, { "countryName=SE", "givenName=Anna",
	    "surname=Ek", "serialNumber=PNOSE-197702021234" },
	    "countryName = SE\ngivenName = Anna\nsurname = Ek\n"
	    "commonName = Anna Ek\nserialNumber = PNOSE-197702021234\n" },
	{ &person, NATURAL_PERSON, { "surname=Ek", "givenName=Anna",
	    "fullName=Anna Maria Ek", "countryName=SE" },
	    "countryName = SE\ngivenName = Anna\nsurname = Ek\n"
	    "commonName = Anna Maria Ek\n" },
	{ &person, NATURAL_PERSON, { "surname=Ek", "givenName=Anna",
	    "fullName=Anna Maria Ek", "commonName=A. Ek", "countryName=SE" },
	    "countryName = SE\ngivenName = Anna\nsurname = Ek\n"
	    "commonName = A. Ek\n" },
	/* An organisation is not what a person alone is of. */
	{ &person, NATURAL_PERSON, { "countryName=SE", "givenName=Anna",
	    "surname=Ek", "organizationName=Example AB" },
	    "countryName = SE\ngivenName = Anna\nsurname = Ek\n"
	    "commonName = Anna Ek\n" },
	{ &person, NATURAL_PERSON_IN_LEGAL_PERSON, { "countryName=SE",
	    "givenName=Anna", "surname=Ek", "organizationName=Example AB" },
	    "countryName = SE\norganizationName = Example AB\n"
	    "givenName = Anna\nsurname = Ek\ncommonName = Anna Ek\n" },
	{ &person, NATURAL_PERSON_IN_LEGAL_PERSON, { "countryName=SE",
	    "givenName=Anna", "surname=Ek" },
	    "no organizationName", true },
	{ &person, NATURAL_PERSON, { "givenName=Anna", "surname=Ek" },
	    "no countryName", true },
	{ &person, NATURAL_PERSON, { "countryName=SE", "givenName=Anna",
	    "commonName=Anna" }, "no surname", true },
	{ &person, NATURAL_PERSON, { "countryName=SE", "givenName=Anna",
	    "!surname=Ek" }, "no current validation of surname", true },
	{ &person, NATURAL_PERSON, { "countryName=SE", "+givenName=Anna",
	    "surname=Ek" }, "no current validation of givenName", true },
	/* What is optional is not left out because its validation ended. */
	{ &person, NATURAL_PERSON, { "countryName=SE", "givenName=Anna",
	    "surname=Ek", "!serialNumber=PNOSE-1" },
	    "no current validation of serialNumber", true },
	{ &person, NATURAL_PERSON, { "countryName=XX", "givenName=Anna",
	    "surname=Ek" }, "ISO 3166-1", true },
	{ &person, NATURAL_PERSON, { "countryName=SE", "givenName=Anna",
	    "surname=Ek", "serialNumber=1234" }, "412-1, 5.1.3", true },
	{ &person, NATURAL_PERSON, { "countryName=SE", "givenName=Anna",
	    "surname=Ek", "serialNumber=NTRSE-1234" }, "5.1.3", true },
	{ &seal, LEGAL_PERSON, { "countryName=SE",
	    "organizationName=Example AB",
	    "organizationIdentifier=NTRSE-5561234567" },
	    "countryName = SE\norganizationName = Example AB\n"
	    "organizationIdentifier = NTRSE-5561234567\n"
	    "commonName = Example AB\n" },
	{ &seal, LEGAL_PERSON, { "countryName=SE",
	    "organizationName=Example AB", "commonName=Example",
	    "organizationIdentifier=NTRSE-5561234567" },
	    "countryName = SE\norganizationName = Example AB\n"
	    "organizationIdentifier = NTRSE-5561234567\n"
	    "commonName = Example\n" },
	{ &seal, LEGAL_PERSON, { "countryName=SE",
	    "organizationName=Example AB" },
	    "no organizationIdentifier", true },
	{ &seal, LEGAL_PERSON, { "countryName=SE",
	    "organizationName=Example AB",
	    "organizationIdentifier=5561234567" }, "412-1, 5.1.4", true },
	/* Without attributes in the profile nothing registered stands in it. */
	{ &tls, DEVICE_OF_LEGAL_PERSON, { "countryName=SE",
	    "organizationName=Example AB", "commonName=www" },
	    "commonName = www.example.org\n" },
};

static void
put_dn(struct bytes *to, const struct dn *dn)
{
	for (size_t i = 0; i < dn->count; i++)
		bytes_printf(to, "%s = %s\n", dn->attribute[i].type->name,
		    dn->attribute[i].value);
}

static void
make_row(const struct row *row)
{
	static const struct csr_name name = { "dns", "www.example.org" };
	struct attribute room[ROOM];
	struct registered r;
	struct subject_case c = { row->profile, &r, &name, 1, TEST_NOW };
	const char *texts[ROOM];
	struct bytes text = { 0 };
	struct err fault;
	struct dn dn;

	memcpy(texts, row->registered, sizeof(texts));
	register_all(&r, room, row->kind, texts);
	subject_make(&c, &dn, &fault);
	if ((fault.code != 0) != row->faulty)
		fail_msg("row %td: %s", row - rows, fault.text);
	if (!row->faulty) {
		put_dn(&text, &dn);
		assert_string_equal(bytes_text(&text), row->text);
	} else if (strstr(fault.text, row->text) == NULL)
		fail_msg("row %td: %s", row - rows, fault.text);
	/* A fault stands in events: no name and no number. */
	assert_null(strstr(fault.text, "Anna"));
	assert_null(strstr(fault.text, "Ek"));
	assert_null(strstr(fault.text, "1234"));
	bytes_free(&text);
}

static void
the_subject_is_what_is_registered(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		make_row(&rows[i]);
}

static void
without_a_registration_file_there_is_none(void **state)
{
	static const struct registered nothing;
	struct subject_case c = { &person, &nothing, NULL, 0, TEST_NOW };
	struct err fault;
	struct dn dn;

	subject_make(&c, &dn, &fault);
	assert_non_null(strstr(fault.text, "no registration file"));
	assert_int_equal(dn.count, 0);
	c.profile = &tls;
	subject_make(&c, &dn, &fault);
	assert_int_equal(fault.code, 0);
	assert_int_equal(dn.count, 0);
}

/* --- succession ----------------------------------------------------------- */

static const struct follow {
	const struct profile *profile;
	const char	*before[8], *after[8];	/* attributes */
	const char	*name_before, *name_after;
	bool		 same_key;
	enum succession	 is;
} follows[] = {
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    "email:a@x.org", "email:a@x.org", true, RENEWAL },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "C=SE", "G=ANNA", "S=EK", "CN=ANNA EK", "N=PNOSE-1" },
	    "email:a@x.org", "email:a@x.org", true, RENEWAL },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    "email:a@x.org", "email:a@x.org", false, RE_KEY },
	/* Married: the same person by the number. */
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "C=SE", "G=Anna", "S=Alm", "CN=Anna Alm", "N=PNOSE-1" },
	    "email:a@x.org", "email:a@x.org", true, MODIFICATION },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "C=SE", "G=Anna", "S=Alm", "CN=Anna Alm", "N=PNOSE-1" },
	    "email:a@x.org", "email:a@x.org", false, NEW_APPLICATION },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    "email:a@x.org", "email:b@x.org", true, MODIFICATION },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    "email:a@x.org", NULL, true, MODIFICATION },
	/* The same name, another number: another person. */
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-2" },
	    "email:a@x.org", "email:a@x.org", true, NEW_APPLICATION },
	{ &person, { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek", "N=PNOSE-1" },
	    { "C=SE", "G=Anna", "S=Ek", "CN=Anna Ek" },
	    "email:a@x.org", "email:a@x.org", true, NEW_APPLICATION },
	{ &seal, { "C=SE", "O=Example AB", "I=NTRSE-1", "CN=Example" },
	    { "C=SE", "O=Example AB", "I=NTRSE-1", "CN=Example" },
	    NULL, NULL, true, RENEWAL },
	{ &seal, { "C=SE", "O=Example AB", "I=NTRSE-1", "CN=Example" },
	    { "C=SE", "O=Sample AB", "I=NTRSE-1", "CN=Sample" },
	    NULL, NULL, true, MODIFICATION },
	{ &seal, { "C=SE", "O=Example AB", "I=NTRSE-1", "CN=Example" },
	    { "C=SE", "O=Example AB", "I=NTRSE-2", "CN=Example" },
	    NULL, NULL, true, NEW_APPLICATION },
	{ &seal, { "C=SE", "O=Example AB", "I=NTRSE-1", "CN=Example" },
	    { "C=NO", "O=Example AB", "I=NTRSE-1", "CN=Example" },
	    NULL, NULL, true, NEW_APPLICATION },
	{ &tls, { "CN=a.example" }, { "CN=a.example" }, "a.example",
	    "A.EXAMPLE", true, RENEWAL },
	{ &tls, { "CN=a.example" }, { "CN=b.example" }, "a.example",
	    "b.example", true, NEW_APPLICATION },
};

static void
fill_dn(struct dn *dn, const char *const *texts)
{
	static const struct { const char *letter, *type; } types[] = {
		{ "C=", "countryName" }, { "G=", "givenName" },
		{ "S=", "surname" }, { "CN=", "commonName" },
		{ "N=", "serialNumber" }, { "O=", "organizationName" },
		{ "I=", "organizationIdentifier" },
	};
	size_t i;

	memset(dn, 0, sizeof(*dn));
	for (; *texts != NULL; texts++)
		for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (strncmp(*texts, types[i].letter,
			    strlen(types[i].letter)) == 0)
				dn_add(dn, dn_type_find(types[i].type),
				    *texts + strlen(types[i].letter));
}

/* A certificate of this subject and name, without any rule asked. */
static void
certify(struct test_ca *ca, const struct follow *f, EVP_PKEY *key,
    struct bytes *der)
{
	static const struct verdict yes = { .complete = true };
	const char *const names[] = { f->name_before, NULL };
	struct csr_name room[2];
	struct judged judged;
	struct permit *permit;
	struct bytes tbs = { 0 }, signature = { 0 };
	char serial[41];
	struct err err;

	test_judged(&judged, &ca->profile, key, room, names);
	fill_dn(&judged.subject, f->before);
	permit = permit_make(&yes, &judged);
	assert_int_equal(permit_spend(permit, &ca->config, TEST_NOW, serial,
	    &tbs, &err), 0);
	test_ca_sign(ca, SLICE(&tbs), &signature);
	assert_int_equal(certificate_assemble(SLICE(&tbs), SLICE(&signature),
	    der, &err), 0);
	permit_free(permit);
	bytes_free(&judged.spki);
	bytes_free(&tbs);
	bytes_free(&signature);
}

static void
what_follows_what(void **state)
{
	struct test_ca ca;
	struct csr_name room[2];
	struct judged judged;
	struct bytes der = { 0 };
	struct wanted wanted;
	struct dn dn;
	enum succession is;
	char spki[65];
	struct err err;
	EVP_PKEY *key = test_key("P-256"), *other = test_key("P-256");
	size_t i;

	test_ca_make(&ca, test_key("P-256"), 3650);
	for (i = 0; i < sizeof(follows) / sizeof(follows[0]); i++) {
		certify(&ca, &follows[i], key, &der);
		test_judged(&judged, &ca.profile, follows[i].same_key ? key :
		    other, room, (const char *const[]){
		    follows[i].name_after, NULL });
		sha256_text(spki, SLICE(&judged.spki));
		fill_dn(&dn, follows[i].after);
		wanted = (struct wanted){ follows[i].profile, spki, &dn, room,
		    judged.name_count };
		assert_int_equal(succession_compare(SLICE(&der), &wanted, &is,
		    &err), 0);
		if (is != follows[i].is)
			fail_msg("row %zu: %s", i, succession_name(is));
		bytes_free(&judged.spki);
	}
	assert_int_equal(succession_compare((struct slice){ der.data, 9 },
	    &wanted, &is, &err), -1);
	bytes_free(&der);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	test_ca_free(&ca);
}

static int
setup(void **state)
{
	read_profile(&person, "person");
	read_profile(&seal, "seal");
	read_profile(&tls, "tls-server");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_subject_is_what_is_registered),
		cmocka_unit_test(without_a_registration_file_there_is_none),
		cmocka_unit_test(what_follows_what),
	};

	return cmocka_run_group_tests_name("subject", tests, setup, NULL);
}
