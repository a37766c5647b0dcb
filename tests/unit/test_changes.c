/*
 * Differences between a certificate and its successor: a table of pairs, what
 * changes.txt says of each, and the fields that an event may name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "ca/changes.h"

static struct csr_name one[] = { { "dns", "www.example.org" } };
static struct csr_name two[] = { { "dns", "www.example.org" },
	{ "ip", "192.0.2.1" } };
static struct csr_name mail[] = { { "email", "eva@example.org" } };

#define DAY(n)	((n) * USEC_DAY)

static const struct row {
	const char	*organisation[2];	/* was, is; NULL: none */
	struct csr_name	*names[2];
	size_t		 count[2];
	const char	*key[2];
	usec_t		 end[2];
	const char	*text, *fields;
} rows[] = {
	{ { "A", "A" }, { one, one }, { 1, 1 }, { "k", "k" },
	    { DAY(1), DAY(1) }, "nothing changes\n", "nothing" },
	{ { "A", "A" }, { one, one }, { 1, 1 }, { "k", "k" },
	    { DAY(1), DAY(2) }, "~ not-after: 1970-01-03T00:00:00Z\n"
	    "    was: 1970-01-02T00:00:00Z\n", "not-after" },
	{ { "A", "A" }, { one, one }, { 1, 1 }, { "k", "l" },
	    { DAY(1), DAY(1) }, "~ key: l\n    was: k\n", "key" },
	{ { "A", "B" }, { one, one }, { 1, 1 }, { "k", "k" },
	    { DAY(1), 0 }, "~ organizationName: B\n    was: A\n",
	    "attributes" },
	{ { NULL, "B" }, { one, one }, { 1, 1 }, { "k", "k" },
	    { DAY(1), 0 }, "+ organizationName: B\n", "attributes" },
	{ { "A", NULL }, { one, one }, { 1, 1 }, { "k", "k" },
	    { DAY(1), 0 }, "- organizationName: A\n", "attributes" },
	{ { "A", "A" }, { one, two }, { 1, 2 }, { "k", "k" },
	    { DAY(1), 0 }, "+ ip: 192.0.2.1\n", "names" },
	{ { "A", "A" }, { two, mail }, { 2, 1 }, { "k", "l" },
	    { DAY(1), 0 }, "~ key: l\n    was: k\n+ email: eva@example.org\n"
	    "- dns: www.example.org\n- ip: 192.0.2.1\n", "key, names" },
};

static void
differences_are_told_field_by_field(void **state)
{
	struct bytes text = { 0 }, fields = { 0 };
	size_t i;
	int k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct certified c[2] = { 0 };

		for (k = 0; k < 2; k++) {
			if (rows[i].organisation[k] != NULL)
				dn_add(&c[k].subject,
				    dn_type_find("organizationName"),
				    rows[i].organisation[k]);
			c[k].names = rows[i].names[k];
			c[k].name_count = rows[i].count[k];
			strcpy(c[k].spki_sha256, rows[i].key[k]);
			c[k].not_after = rows[i].end[k];
		}
		bytes_clear(&text);
		bytes_clear(&fields);
		changes_text(&c[0], &c[1], &text);
		changes_fields(&c[0], &c[1], &fields);
		assert_string_equal(bytes_text(&text), rows[i].text);
		assert_string_equal(bytes_text(&fields), rows[i].fields);
	}
	bytes_free(&text);
	bytes_free(&fields);
}

static void
what_is_no_certificate_does_not_read(void **state)
{
	static const char *const faulty[] = { "", "0", "\x30\x00",
		"\x30\x03\x02\x01\x01" };
	struct certified c;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
		assert_int_equal(certified_read(&c, slice_text(faulty[i]),
		    &err), -1);
		assert_int_equal(err.code, EIO);
		certified_free(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_told_field_by_field),
		cmocka_unit_test(what_is_no_certificate_does_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
