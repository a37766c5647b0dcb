/*
 * The table of validation methods, and the days from which some of them do not
 * hold any more (BR 3.2.2.4, 3.2.2.5; REG-6.3.1-00C; use cases:
 * REG-6.2.2-02AB, -05A, -05B).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ca/conf.h"
#include "ca/methods.h"
#include "ca/registration_types.h"

static const struct {
	const char *name, *day;
	bool holds;
} days[] = {
	{ "dns-change", "2026-11-22", true },
	{ "dns-change", "2099-01-01", true },
	{ "contact-email", "2025-07-14", true },
	{ "contact-email", "2025-07-15", false },
	{ "address-of-name", "2026-03-14", true },
	{ "address-of-name", "2026-03-15", false },
	{ "txt-phone", "2027-03-14", true },
	{ "txt-phone", "2027-03-15", false },
	{ "caa-phone", "2027-03-15", false },
	{ "ip-contact-email", "2027-03-14", true },
	{ "ip-contact-email", "2027-03-15", false },
	{ "ip-reverse-lookup", "2027-03-15", false },
	{ "ip-contact-phone", "2027-03-15", false },
	{ "constructed-email", "2028-03-14", true },
	{ "constructed-email", "2028-03-15", false },
	{ "caa-email", "2028-03-15", false },
	{ "txt-email", "2028-03-15", false },
	{ "domain-contact", "2001-01-01", false },
	{ "test-certificate", "2001-01-01", false },
	{ "physical-presence", "2026-11-22", true },
};

static void
methods_end_on_their_day(void **state)
{
	const struct method *m;
	usec_t day;
	size_t i;

	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		assert_non_null(m = method_find(days[i].name));
		assert_int_equal(conf_day(days[i].day, &day), 0);
		if (method_holds(m, day) != days[i].holds)
			fail_msg("%s on %s", days[i].name, days[i].day);
	}
	assert_null(method_find("crystal-ball"));
}

/* A name is given once, a day is one, a type exists. */
static void
rows_are_well_formed(void **state)
{
	const struct method *m;
	char types[512], *type, *rest;
	usec_t day;
	size_t i;

	for (i = 0; (m = method_row(i)) != NULL; i++) {
		assert_ptr_equal(method_find(m->name), m);
		if (m->last_use != NULL)
			assert_int_equal(conf_day(m->last_use, &day), 0);
		snprintf(types, sizeof(types), "%s", m->for_types);
		for (type = strtok_r(types, " ", &rest); type != NULL;
		    type = strtok_r(NULL, " ", &rest)) {
			if (attribute_type_find(type) == NULL)
				fail_msg("%s: no type %s", m->name, type);
			assert_true(method_is_for(m, type));
		}
	}
	assert_true(i > 30);
}

/* What cannot be validated by anything cannot be registered. */
static void
every_type_has_a_method(void **state)
{
	const struct attribute_type *type;
	const struct method *m;
	size_t i, k;

	for (i = 0; (type = attribute_type_row(i)) != NULL; i++) {
		for (k = 0; (m = method_row(k)) != NULL; k++)
			if (strcmp(m->name, METHOD_ASSERTED) != 0 &&
			    m->state == METHOD_ACCEPTED &&
			    method_is_for(m, type->name))
				break;
		if (m == NULL)
			fail_msg("%s cannot be validated", type->name);
	}
}

static void
a_method_is_for_its_types(void **state)
{
	const struct method *m = method_find("dns-change");

	assert_true(method_is_for(m, "dns"));
	assert_false(method_is_for(m, "dn"));
	assert_false(method_is_for(m, "dnsx"));
	assert_false(method_is_for(m, "organizationName"));
	assert_true(method_is_route(method_find("eid")));
	assert_false(method_is_route(method_find("trusted-register")));
}

static void
the_table_is_told(void **state)
{
	struct bytes text = { 0 };

	methods_render(&text);
	assert_non_null(strstr(bytes_text(&text), "dns-change              "
	    "BR 3.2.2.4.7        accepted\n"));
	assert_non_null(strstr(bytes_text(&text), "BR 3.2.2.4.16       "
	    "not from 2027-03-15 on\n"));
	assert_non_null(strstr(bytes_text(&text), "BR 3.2.2.4.9        "
	    "insecure\n"));
	bytes_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods_end_on_their_day),
		cmocka_unit_test(rows_are_well_formed),
		cmocka_unit_test(every_type_has_a_method),
		cmocka_unit_test(a_method_is_for_its_types),
		cmocka_unit_test(the_table_is_told),
	};

	return cmocka_run_group_tests_name("methods", tests, NULL, NULL);
}
