/*
 * Periods of the calendar: names and hours agree both ways, over leap years
 * and the ends of months, and what is no date is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "fs/calendar.h"

static void
days_agree_with_the_library(void **state)
{
	struct tm	tm;
	time_t		when;
	int64_t		day, back;
	char		name[24], wanted[24];

	for (day = 0; day < 60000; day++) {
		when = (time_t)(day * 86400);
		gmtime_r(&when, &tm);
		strftime(wanted, sizeof(wanted), "%Y-%m-%d", &tm);
		day_name(day, name);
		assert_string_equal(name, wanted);
		assert_int_equal(day_named(name, &back), 0);
		assert_int_equal(back, day);
	}
}

static void
no_such_day(void **state)
{
	static const char *const	names[] = {
		"", "2026", "2026-1-01", "2026-02-29", "2026-13-01",
		"2026-00-10", "2026-04-31", "1969-12-31", "2026-11-21x",
		"2026/11/21", "-026-11-21",
	};
	int64_t				day;
	size_t				i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(day_named(names[i], &day), -1);
}

static void
periods_nest(void **state)
{
	struct period	period = { PERIOD_ALL, 0 }, up;
	static const char *const path[] = { "2028", "02", "29", "23" };
	char		name[24];
	size_t		i;

	for (i = 0; i < 4; i++) {
		up = period;
		assert_int_equal(period_named(up, path[i], &period), 0);
		assert_int_equal(period.level, i + 1);
		period_name(period, name);
		assert_string_equal(name, path[i]);
		assert_int_equal(period_outer(period).hour, up.hour);
		assert_true(period_end(period) <= period_end(up));
	}
	/* The last hour of February 2028 ends with the month. */
	assert_int_equal(period_end(period),
	    period_end(period_holding(PERIOD_MONTH, period.hour)));
	assert_int_equal(period_end(period_holding(PERIOD_YEAR, period.hour)),
	    period_holding(PERIOD_YEAR, period.hour).hour + 366 * 24);
	assert_int_equal(period_named(period, "00", &up), -1);
	period = period_holding(PERIOD_YEAR, period.hour);
	assert_int_equal(period_named(period, "13", &up), -1);
	assert_int_equal(period_named(period, "2", &up), -1);
	assert_int_equal(period_named(period, "12", &up), 0);
	assert_int_equal(period_end(up), period_end(period));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_agree_with_the_library),
		cmocka_unit_test(no_such_day),
		cmocka_unit_test(periods_nest),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
