/*
 * Distinguished names: what a value may be, how names are written and read,
 * and which two are one name to people; identifiers and countries.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/x509.h>

#include "ca/der.h"
#include "ca/dn.h"
#include "ca/identifiers.h"
#include "ca/subject_kind.h"

#define L32	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AA	"\xc3\xa5"			/* a with a ring, composed */
#define A_RING	"a\xcc\x8a"			/* the same in two characters */

static const struct {
	const char	*type, *value;
	int		 most;
	const char	*says;		/* NULL: it may stand there */
} values[] = {
	{ "countryName", "SE", 0, NULL },
	{ "countryName", "se", 0, "ISO 3166-1" },
	{ "countryName", "UK", 0, "ISO 3166-1" },
	{ "countryName", "S", 0, "ISO 3166-1" },
	{ "countryName", "SWE", 0, "3 characters" },
	{ "commonName", "Anna Ek", 0, NULL },
	{ "commonName", "", 0, "0 octets" },
	{ "commonName", L32 L32, 0, NULL },
	{ "commonName", L32 L32 "a", 0, "65 characters" },
	{ "commonName", L32 L32 "a", 65, NULL },
	{ "commonName", AA AA, 2, NULL },		/* not octets */
	{ "commonName", AA AA, 1, "2 characters" },
	{ "commonName", A_RING "ke", 0, "NFC" },
	{ "commonName", " Anna", 0, "blank" },
	{ "commonName", "Anna ", 0, "blank" },
	{ "commonName", "Anna  Ek", 0, "blank" },
	{ "commonName", "Anna\nEk", 0, "U+000A" },
	{ "commonName", "Anna\x7f", 0, "U+007F" },
	{ "commonName", "Anna\xc2\x85", 0, "U+0085" },
	{ "commonName", "Anna\xc2\xa0" "Ek", 0, "U+00A0" },
	{ "commonName", "Anna\xe2\x80\xae" "kE", 0, "U+202E" },
	{ "commonName", "Anna\xe2\x80\x8b", 0, "U+200B" },
	{ "commonName", "Anna\xff", 0, "not UTF-8" },
	{ "commonName", "Anna\xed\xa0\x80", 0, "not UTF-8" },
	{ "commonName", "\xc0\x80", 0, "not UTF-8" },
	{ "commonName", "\xe6\x9d\x8e\xe5\xb0\x8f\xe9\xbe\x99", 0, NULL },
	{ "serialNumber", "PNOSE-197702021234", 0, NULL },
	{ "serialNumber", "12_34", 0, "PrintableString" },
	{ "serialNumber", AA, 0, "PrintableString" },
	{ "givenName", L32 L32 L32 L32, 0, NULL },
	{ "organizationName", L32 L32 "a", 0, "65 characters" },
	{ "organizationIdentifier", L32 L32 L32, 0, NULL },
};

static void
a_value_is_what_people_see(void **state)
{
	const struct dn_type *type;
	struct err err;
	size_t i;
	int answer;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		type = dn_type_find(values[i].type);
		assert_non_null(type);
		err.text[0] = '\0';
		answer = dn_value_check(type, values[i].value, values[i].most,
		    &err);
		if (answer != (values[i].says == NULL ? 0 : -1))
			fail_msg("row %zu: %s", i, err.text);
		if (answer == 0)
			continue;
		if (err.code != EINVAL ||
		    strstr(err.text, values[i].says) == NULL)
			fail_msg("row %zu: %s", i, err.text);
		/* It stands in events: no value in it. */
		assert_null(strstr(err.text, "Anna"));
	}
	assert_null(dn_type_find("emailAddress"));
}

static void
add(struct dn *dn, const char *type, const char *value)
{
	dn_add(dn, dn_type_find(type), value);
}

static void
anna(struct dn *dn)
{
	memset(dn, 0, sizeof(*dn));
	add(dn, "countryName", "SE");
	add(dn, "givenName", "Anna");
	add(dn, "surname", "Ek");
	add(dn, "commonName", "Anna Ek");
	add(dn, "serialNumber", "PNOSE-197702021234");
}

static void
openssl_reads_what_is_written(void **state)
{
	static const int tags[] = { V_ASN1_PRINTABLESTRING,
	    V_ASN1_UTF8STRING, V_ASN1_UTF8STRING, V_ASN1_UTF8STRING,
	    V_ASN1_PRINTABLESTRING };
	static const int nids[] = { NID_countryName, NID_givenName,
	    NID_surname, NID_commonName, NID_serialNumber };
	struct bytes der = { 0 };
	const unsigned char *p;
	struct dn dn, again;
	struct err err;
	X509_NAME_ENTRY *entry;
	X509_NAME *name;
	int i;

	anna(&dn);
	dn_put(&der, &dn);
	p = der.data;
	name = d2i_X509_NAME(NULL, &p, (long)der.size);
	assert_non_null(name);
	assert_int_equal(X509_NAME_entry_count(name), 5);
	for (i = 0; i < 5; i++) {
		entry = X509_NAME_get_entry(name, i);
		assert_int_equal(OBJ_obj2nid(X509_NAME_ENTRY_get_object(
		    entry)), nids[i]);
		assert_int_equal(ASN1_STRING_type(X509_NAME_ENTRY_get_data(
		    entry)), tags[i]);
		assert_int_equal(X509_NAME_ENTRY_set(entry), i);
	}
	X509_NAME_free(name);
	assert_int_equal(dn_parse(&again, SLICE(&der), &err), 0);
	assert_true(dn_is_same(&dn, &again));
	assert_string_equal(dn_value(&again, "surname"), "Ek");
	assert_null(dn_value(&again, "pseudonym"));
	bytes_free(&der);
}

/* Each type of the table is read back as itself by OpenSSL, too. */
static void
every_type_is_openssls(void **state)
{
	const struct dn_type *type;
	unsigned char oid[] = { 6, 3, 0x55, 4, 0 };
	const unsigned char *p;
	ASN1_OBJECT *object;
	size_t i;

	for (i = 0; (type = dn_type_row(i)) != NULL; i++) {
		oid[4] = type->number;
		p = oid;
		object = d2i_ASN1_OBJECT(NULL, &p, sizeof(oid));
		assert_string_equal(OBJ_nid2ln(OBJ_obj2nid(object)),
		    type->name);
		ASN1_OBJECT_free(object);
	}
	assert_true(i > 10);
}

#define NAME(text) text, sizeof(text) - 1

static const struct {
	const char	*der;
	size_t		 size;
	const char	*says;
} wrong[] = {
	{ NAME("\x30\x00\x00"), "no Name" },
	{ NAME("\x31\x00"), "no Name" },
	{ NAME("\x30\x02\x30\x00"), "RDN" },
	{ NAME("\x30\x02\x31\x00"), "RDN" },
	/* two attributes in one RDN (BR 7.1.4.1) */
	{ NAME("\x30\x14\x31\x12\x30\x07\x06\x03\x55\x04\x03\x0c\x00"
	    "\x30\x07\x06\x03\x55\x04\x03\x0c\x00"), "not one attribute" },
	{ NAME("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x13\x01" "a"),
	    "no UTF8String" },
	{ NAME("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x0c\x02" "SE"),
	    "no PrintableString" },
	{ NAME("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x2d\x0c\x01" "a"),
	    "no place" },
	{ NAME("\x30\x0b\x31\x09\x30\x07\x06\x03\x55\x04\x03\x0c\x00"),
	    "empty" },
	{ NAME("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x00"),
	    "NUL" },
	{ NAME("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x0a"),
	    "U+000A" },
	{ NAME("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x01" "a"
	    "\x05\x00"), "malformed" },
};

static void
a_name_is_read_strictly(void **state)
{
	struct dn dn;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		err.text[0] = '\0';
		assert_int_equal(dn_parse(&dn, (struct slice){
		    (const unsigned char *)wrong[i].der, wrong[i].size },
		    &err), -1);
		if (err.code != EBADMSG ||
		    strstr(err.text, wrong[i].says) == NULL)
			fail_msg("row %zu: %s", i, err.text);
	}
	assert_int_equal(dn_parse(&dn, (struct slice){
	    (const unsigned char *)"\x30\x00", 2 }, &err), 0);
	assert_int_equal(dn.count, 0);
}

static const struct {
	const char	*a, *b;
	bool		 one;
} pairs[] = {
	{ "Anna Ek", "ANNA EK", true },
	{ AA "sa", "\xc3\x85SA", true },		/* its capital */
	{ AA "sa", A_RING "sa", true },
	{ AA "sa", "asa", false },
	{ "Stra\xc3\x9f" "e", "STRASSE", true },
	{ "\xef\xac\x81rma", "firma", true },		/* a ligature */
	{ "\xef\xbc\xa1" "nna", "anna", true },		/* full width */
	{ "Anna\xc2\xa0" "Ek", "Anna Ek", true },
	{ "Anna  Ek", "Anna Ek", true },
	{ "Anna Ek", "AnnaEk", false },
	{ "\xd0\x90nna", "Anna", false },		/* Cyrillic */
};

static void
two_names_are_one_to_people(void **state)
{
	char a[65], b[65];
	struct dn x, y;
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		memset(&x, 0, sizeof(x));
		memset(&y, 0, sizeof(y));
		add(&x, "commonName", pairs[i].a);
		add(&y, "commonName", pairs[i].b);
		dn_digest(&x, a);
		dn_digest(&y, b);
		if ((strcmp(a, b) == 0) != pairs[i].one ||
		    dn_value_is_like(pairs[i].a, pairs[i].b) != pairs[i].one)
			fail_msg("row %zu", i);
	}
}

/* Other order: the same; another attribute, type or value: another. */
static void
every_attribute_counts(void **state)
{
	char a[65], b[65];
	struct dn x, y;
	size_t i;

	anna(&x);
	dn_digest(&x, a);
	memset(&y, 0, sizeof(y));
	for (i = x.count; i-- > 0; )
		dn_add(&y, x.attribute[i].type, x.attribute[i].value);
	dn_digest(&y, b);
	assert_string_equal(a, b);
	assert_false(dn_is_same(&x, &y));
	for (i = 0; i < x.count; i++) {
		y = x;
		strcat(y.attribute[i].value, "x");
		dn_digest(&y, b);
		assert_string_not_equal(a, b);
		y = x;
		y.attribute[i].type = dn_type_find("title");
		dn_digest(&y, b);
		assert_string_not_equal(a, b);
	}
	y = x;
	y.count--;
	dn_digest(&y, b);
	assert_string_not_equal(a, b);
	y.count = 0;
	dn_digest(&y, b);
	assert_string_equal(b, "");
	/* What moves from one value into the next is not the same. */
	memset(&x, 0, sizeof(x));
	memset(&y, 0, sizeof(y));
	add(&x, "givenName", "ab");
	add(&x, "surname", "c");
	add(&y, "givenName", "a");
	add(&y, "surname", "bc");
	dn_digest(&x, a);
	dn_digest(&y, b);
	assert_string_not_equal(a, b);
}

static const struct {
	const char	*text;
	bool		 person, organisation;
} identifiers[] = {
	{ "PNOSE-197702021234", true, false },
	{ "IDCBE-590082394654", true, false },
	{ "PASSK-P3000180", true, false },
	{ "TINDE-12345678901", true, false },
	{ "EIDEE-38001085718", true, false },
	{ "TAXDE-12345678901", false, false },	/* deprecated */
	{ "EI:SE-200007292386", true, true },
	{ "VATBE-0876866142", false, true },
	{ "VATEL-094259216", false, true },
	{ "VATXI-123456789", false, true },
	{ "NTREL-1", false, false },
	{ "NTRGB-12345678", false, true },
	{ "NTRUK-12345678", false, false },
	{ "PSDFI-FINFSA-1234567-8", false, true },
	{ "PSDFI-1234567-8", false, false },
	{ "LEIXG-529900T8BM49AURSDO55", false, true },
	{ "LEIXG-529900T8BM49AURSDO56", false, false },
	{ "LEIXG-529900T8BM49AURSDO5", false, false },
	{ "LEIDE-529900T8BM49AURSDO55", false, false },
	{ "EORDE-123456", false, true }, { "EXCFR-123", false, true },
	{ "PNOSE197702021234", false, false }, { "PNOSE-", false, false },
	{ "PNOSE-1 2", false, false }, { "PNOse-1", false, false },
	{ "pnoSE-1", false, false }, { "PNO", false, false },
	{ "PNOS", false, false }, { "PNO -1", false, false },
	{ "", false, false }, { "ABCSE-1", false, false },
	{ "PNOSE-\xc3\xa5", false, false },
};

static void
identifiers_have_semantics(void **state)
{
	const char *text;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(identifiers) / sizeof(identifiers[0]); i++) {
		text = identifiers[i].text;
		if ((identifier_check_person(text, &err) == 0) !=
		    identifiers[i].person ||
		    (identifier_check_organisation(text, &err) == 0) !=
		    identifiers[i].organisation)
			fail_msg("%s", text);
		if (!identifiers[i].person && text[0] != '\0') {
			identifier_check_person(text, &err);
			assert_null(strlen(text) > 4 ?
			    strstr(err.text, text) : NULL);
		}
	}
	assert_true(identifier_is_of_organisation("NTRGB-12345678"));
	assert_false(identifier_is_of_organisation("PNOSE-1"));
	assert_false(identifier_is_of_organisation("NTR"));
	assert_true(country_is_known("SE"));
	assert_false(country_is_known("E "));
	assert_false(country_is_known("XG"));
}

static void
kinds_have_their_names(void **state)
{
	int i;

	for (i = 0; i < SUBJECT_KINDS; i++)
		assert_int_equal(subject_kind_find(subject_kind_name(
		    (enum subject_kind)i)), i);
	assert_int_equal(subject_kind_find("person"), -1);
	assert_true(subject_kind_is_person(NATURAL_PERSON_IN_LEGAL_PERSON));
	assert_false(subject_kind_is_person(DEVICE_OF_NATURAL_PERSON));
	assert_true(subject_kind_is_device(DEVICE_OF_NATURAL_PERSON));
	assert_false(subject_kind_is_device(LEGAL_PERSON));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_what_people_see),
		cmocka_unit_test(openssl_reads_what_is_written),
		cmocka_unit_test(every_type_is_openssls),
		cmocka_unit_test(a_name_is_read_strictly),
		cmocka_unit_test(two_names_are_one_to_people),
		cmocka_unit_test(every_attribute_counts),
		cmocka_unit_test(identifiers_have_semantics),
		cmocka_unit_test(kinds_have_their_names),
	};

	return cmocka_run_group_tests_name("dn", tests, NULL, NULL);
}
