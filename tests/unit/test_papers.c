/*
 * Papers: what is rendered, and that no number gets in by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ca/clock.h"
#include "ca/papers.h"

#define HOUR (3600 * USEC)

static void
values_make(struct paper_values *values)
{

	memset(values, 0, sizeof(*values));
	values_add_text(values, "ca.name", PAPER_CP, "Example");
	values_add_duration(values, "crl.next_update", PAPER_CPS, 24 * HOUR);
	values_add_duration(values, "ocsp.next_update", PAPER_CPS, 12 * HOUR);
	values_add_size(values, "limits.request_max", 0, 131072);
	bytes_put_text(values_add_table(values, "keys.table", 0), "a\nb\n");
}

static const struct {
	enum paper_kind kind;
	const char *template, *text;
} rendered[] = {
	{ PAPER_CP, "CA ${ca.name}.", "CA Example." },
	{ PAPER_CP, "${ ca.name }${keys.table}", "Examplea\nb\n" },
	{ PAPER_CPS, "${crl.next_update}, ${ocsp.next_update}",
	    "24 h, 12 h" },
	{ PAPER_CPS, "${crl.next_update = 24 h} ${ocsp.next_update=12 h}",
	    "24 h 12 h" },
	{ PAPER_CPS, "${crl.next_update = 24 hours} ${ocsp.next_update}",
	    "24 h 12 h" },
	{ PAPER_CPS, "${crl.next_update = 1 day} ${ocsp.next_update}",
	    "24 h 12 h" },
	{ PAPER_TERMS, "kept ${fixed: 7 years}, RFC 5280 4.2, P-256, $5, { }",
	    "kept 7 years, RFC 5280 4.2, P-256, $5, { }" },
	{ PAPER_TERMS, "${limits.request_max = 131072 octets}", "128 KiB" },
	{ PAPER_TERMS, "${ca.name = Example}", "Example" },
	{ PAPER_TERMS, "section 4.9.7 CRL issuance; REV-6.2.4-01 a) 2026-11-21"
	    " day", "section 4.9.7 CRL issuance; REV-6.2.4-01 a) 2026-11-21"
	    " day" },
};

static void
templates_are_rendered(void **state)
{
	struct paper_values values;
	struct bytes to = { 0 };
	struct err err;
	size_t i;

	values_make(&values);
	for (i = 0; i < sizeof(rendered) / sizeof(rendered[0]); i++) {
		bytes_clear(&to);
		if (paper_render(&values, rendered[i].kind, "x.txt",
		    slice_text(rendered[i].template), &to, &err) == -1)
			fail_msg("%s: %s", rendered[i].template, err.text);
		assert_string_equal(bytes_text(&to), rendered[i].text);
	}
	values_free(&values);
	bytes_free(&to);
}

static const struct {
	enum paper_kind kind;
	const char *template, *start;
} refused[] = {
	/* the placeholder was replaced by a number */
	{ PAPER_CPS, "A\nCRL every 48 h, OCSP ${ocsp.next_update}",
	    "x.txt line 2: crl.next_update: \"48 h\" is written by hand, the "
	    "configuration says 24 h" },
	{ PAPER_CPS, "CRL ${crl.next_update}, OCSP 48 hours",
	    "x.txt line 1: ocsp.next_update: \"48 hours\" is written by hand,"
	    " the configuration says 12 h" },
	/* even an equal one would differ tomorrow */
	{ PAPER_CPS, "CRL every 24 h, OCSP ${ocsp.next_update}",
	    "x.txt line 1: crl.next_update: \"24 h\" is written by hand" },
	/* over a line's end, with a no-break space, with a hyphen */
	{ PAPER_CPS, "${crl.next_update} ${ocsp.next_update} 48\n  hours",
	    "x.txt line 1: crl.next_update: \"48   hours\" is written" },
	{ PAPER_CPS, "${crl.next_update} ${ocsp.next_update} 2\xc2\xa0" "days",
	    "x.txt line 1: crl.next_update: \"2\xc2\xa0" "days\"" },
	{ PAPER_CPS, "${crl.next_update} ${ocsp.next_update} a 2-day CRL",
	    "x.txt line 1: crl.next_update: \"2-day\"" },
	/* the pinned number differs */
	{ PAPER_CPS, "${crl.next_update = 48 h}", "x.txt line 1: "
	    "crl.next_update: \"48 h\" is written by hand, the configuration "
	    "says 24 h" },
	{ PAPER_CPS, "${limits.request_max = 1 MiB}", "x.txt line 1: "
	    "limits.request_max: \"1 MiB\" is written by hand, the "
	    "configuration says 128 KiB" },
	{ PAPER_CP, "${ca.name = Sample}", "x.txt line 1: ca.name: \"Sample\""
	    " is written by hand, the configuration says Example" },
	/* no longer stated at all */
	{ PAPER_CPS, "${crl.next_update} and OCSP",
	    "x.txt: ocsp.next_update: wanted ${ocsp.next_update}" },
	{ PAPER_CP, "", "x.txt: ca.name: wanted ${ca.name}" },
	/* form */
	{ PAPER_TERMS, "${nonsense}", "x.txt line 1: ${nonsense}: no such "
	    "value" },
	{ PAPER_TERMS, "${ca.name\n}", "x.txt line 1: wanted ${name} on one "
	    "line" },
	{ PAPER_TERMS, "${", "x.txt line 1: wanted ${name} on one line" },
	{ PAPER_TERMS, "${}", "x.txt line 1: wanted ${name} on one line" },
	{ PAPER_TERMS, "7 years", "x.txt line 1: \"7 years\" is written by "
	    "hand; wanted ${name} of a value of the configuration, or ${fixed:"
	    " 7 years}" },
};

static void
numbers_by_hand_are_refused_by_name(void **state)
{
	struct paper_values values;
	struct bytes to = { 0 };
	struct err err;
	size_t i;

	values_make(&values);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(paper_render(&values, refused[i].kind,
		    "x.txt", slice_text(refused[i].template), &to, &err), -1);
		if (strncmp(err.text, refused[i].start,
		    strlen(refused[i].start)) != 0)
			fail_msg("%s: %s", refused[i].template, err.text);
	}
	values_free(&values);
	bytes_free(&to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_are_rendered),
		cmocka_unit_test(numbers_by_hand_are_refused_by_name),
	};

	return cmocka_run_group_tests_name("papers", tests, NULL, NULL);
}
