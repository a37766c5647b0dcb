/*
 * Requests sent again: one that core after core ends over is given up soon,
 * one that was only under way when core was killed late, and a new request
 * begins at nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fs/tries.h"

static struct tries tries;

/* Cores in a row that end so, each handed `unique`; how many took it. */
static int
cores_that_take(enum tries_end end, uint64_t unique, int most)
{
	int i;

	for (i = 0; i < most; i++) {
		tries_end(&tries, end);
		tries_begin(&tries);
		if (!tries_may(&tries, unique))
			break;
	}
	return i;
}

static const struct {
	const char	*what;
	enum tries_end	 end;
	int		 most, taken;
} rows[] = {
	{ "faults", TRIES_FAULTED, 50, 4 },
	{ "kills", TRIES_KILLED, 500, 99 },
	{ "cores that left in order", TRIES_LEFT, 500, 500 },
};

static void
each_end_has_its_price(void **state)
{
	uint64_t unique = 2;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++, unique += 2)
		if (cores_that_take(rows[i].end, unique, rows[i].most) !=
		    rows[i].taken)
			fail_msg("%s", rows[i].what);
}

static void
what_was_answered_is_forgotten(void **state)
{
	assert_int_equal(cores_that_take(TRIES_FAULTED, 100, 3), 3);
	/* Another core is not handed it: it was answered. */
	tries_begin(&tries);
	tries_begin(&tries);
	tries_begin(&tries);
	assert_int_equal(cores_that_take(TRIES_FAULTED, 100, 50), 4);
}

/* As many as there are rows, and more, do not hide the fatal one for ever. */
static void
many_at_a_time(void **state)
{
	uint64_t other;
	int i;

	for (i = 0; i < 20; i++) {
		tries_end(&tries, TRIES_FAULTED);
		tries_begin(&tries);
		for (other = 1000; other < 1000 + 2 * (TRIES_ROWS - 1);
		    other += 2)
			if (!tries_may(&tries, other))
				return;
		if (!tries_may(&tries, 5000))
			return;
	}
	fail_msg("sent again for ever");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_end_has_its_price),
		cmocka_unit_test(what_was_answered_is_forgotten),
		cmocka_unit_test(many_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
