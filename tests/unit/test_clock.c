/*
 * Dates as text, and that a test can fix time and chance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/clock.h"

static const struct {
	usec_t		 t;
	const char	*full, *seconds, *hour, *asn1, *sentence;
} dates[] = {
	{ 0, "1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00Z",
	    "1970/01/01/00", "19700101000000Z", "the beginning" },
	{ 1, "1970-01-01T00:00:00.000001Z", "1970-01-01T00:00:00Z",
	    "1970/01/01/00", "19700101000000Z", "one microsecond" },
	{ -1, "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59Z",
	    "1969/12/31/23", "19691231235959Z", "one before" },
	{ 951782400 * USEC - 1, "2000-02-28T23:59:59.999999Z",
	    "2000-02-28T23:59:59Z", "2000/02/28/23", "20000228235959Z",
	    "before a leap day" },
	{ 951782400 * USEC, "2000-02-29T00:00:00.000000Z",
	    "2000-02-29T00:00:00Z", "2000/02/29/00", "20000229000000Z",
	    "a leap day" },
	{ 2524607999 * USEC, "2049-12-31T23:59:59.000000Z",
	    "2049-12-31T23:59:59Z", "2049/12/31/23", "20491231235959Z",
	    "the last second of UTCTime" },
	{ 253402300799 * USEC + 999999, "9999-12-31T23:59:59.999999Z",
	    "9999-12-31T23:59:59Z", "9999/12/31/23", "99991231235959Z",
	    "the last date there is" },
};

static void
dates_as_text(void **state)
{
	char text[CLOCK_TEXT];
	size_t i;

	for (i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		clock_text(text, dates[i].t);
		if (strcmp(text, dates[i].full) != 0)
			fail_msg("%s: %s", dates[i].sentence, text);
		clock_text_seconds(text, dates[i].t);
		assert_string_equal(text, dates[i].seconds);
		clock_text_hour(text, dates[i].t);
		assert_string_equal(text, dates[i].hour);
		clock_text_asn1(text, dates[i].t);
		assert_string_equal(text, dates[i].asn1);
	}
}

static void
a_test_fixes_time_and_chance(void **state)
{
	unsigned char a[40], b[40];

	assert_true(clock_now() == 1790000000 * USEC);
	assert_true(clock_now() == clock_now());
	chance_octets(a, sizeof a);
	chance_octets(b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
	/* SHA-256("seed/0"), so that golden files keep. */
	assert_int_equal(a[0], 0xb0);
	assert_true(clock_steady() <= clock_steady());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_as_text),
		cmocka_unit_test(a_test_fixes_time_and_chance),
	};

	setenv("PKIFS_TEST_CLOCK", "1790000000", 1);
	setenv("PKIFS_TEST_SEED", "seed", 1);
	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
