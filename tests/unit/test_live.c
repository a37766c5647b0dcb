/*
 * Live files: rendered at most once a second, a version never changes, those
 * that a handle names stay, and memory is bounded.
 */
#include "store.h"

#include <unistd.h>

#include "status/live.h"

static struct live *live;
static unsigned rendered;
static size_t pad;

static void
render(void *arg, enum live_file file, struct view *view, struct bytes *to)
{
	bytes_printf(to, "%s %u %p\n", live_name(file), ++rendered,
	    (void *)view);
	bytes_resize(to, to->size + pad);
}

static int
setup(void **state)
{
	rendered = 0;
	pad = 0;
	live = live_new(render, NULL, 0);
	return 0;
}

static int
teardown(void **state)
{
	live_free(live);
	return 0;
}

/* The next version, a second later. */
static uint64_t
next(enum live_file file)
{
	uint64_t before = live_newest(live, file, NULL), number;

	while ((number = live_newest(live, file, NULL)) == before)
		usleep(10000);
	return number;
}

static bool
is_there(uint64_t number)
{
	usec_t time;
	size_t size;

	return live_stat(live, LIVE_METRICS, number, &size, &time);
}

static void
once_a_second(void **state)
{
	uint64_t first = live_newest(live, LIVE_METRICS, NULL), second;
	usec_t begun = clock_steady();

	for (int i = 0; i < 1000; i++)
		if (live_newest(live, LIVE_METRICS, NULL) != first)
			assert_true(clock_steady() - begun > USEC / 2);
	assert_true(rendered <= 2);
	second = next(LIVE_METRICS);
	assert_true(second > first);
	assert_true(clock_steady() - begun >= USEC * 9 / 10);
	/* Of the other file there is a version of its own. */
	assert_true(live_newest(live, LIVE_PAGE, NULL) > second);
}

static void
a_version_never_changes(void **state)
{
	uint64_t first = live_newest(live, LIVE_METRICS, NULL);
	struct bytes before = { 0 }, after = { 0 };
	usec_t time, time_after;
	size_t size;

	assert_true(live_read(live, LIVE_METRICS, first, &before));
	assert_true(live_stat(live, LIVE_METRICS, first, &size, &time));
	assert_int_equal(size, before.size);
	next(LIVE_METRICS);
	assert_true(live_read(live, LIVE_METRICS, first, &after));
	assert_true(slice_equal(SLICE(&before), SLICE(&after)));
	assert_true(live_stat(live, LIVE_METRICS, first, &size, &time_after));
	assert_true(time == time_after);
	bytes_free(&before);
	bytes_free(&after);
}

static void
what_was_never_there_is_gone(void **state)
{
	uint64_t number = live_newest(live, LIVE_METRICS, NULL);
	struct bytes to = { 0 };
	usec_t time;
	size_t size;

	assert_false(is_there(number + 1));
	assert_false(live_stat(live, LIVE_PAGE, number, &size, &time));
	assert_false(live_stat(live, LIVE_FILES, number, &size, &time));
	assert_false(live_read(live, (enum live_file)63, number, &to));
	assert_false(live_hold(live, LIVE_METRICS, 1));
	live_let_go(live, LIVE_METRICS, 1);
	assert_null(live_name(LIVE_FILES));
}

/* Large ones go but for the newest, whoever names them. */
static void
memory_is_bounded(void **state)
{
	uint64_t held, newest;

	pad = LIVE_OCTETS / 2;
	held = live_newest(live, LIVE_METRICS, NULL);
	assert_true(live_hold(live, LIVE_METRICS, held));
	newest = next(LIVE_METRICS);
	assert_false(is_there(held));
	assert_true(is_there(newest));
	pad = LIVE_OCTETS * 2;
	newest = next(LIVE_METRICS);
	assert_true(is_there(newest));
	live_let_go(live, LIVE_METRICS, held);
}

static void
numbers_go_on_above_those_before(void **state)
{
	struct live *next_core;
	uint64_t number;

	/* The clock was set back since. */
	next_core = live_new(render, NULL, clock_now() + USEC_DAY);
	number = live_newest(next_core, LIVE_PAGE, NULL);
	assert_true(number > (uint64_t)((clock_now() + USEC_DAY / 2) / 1000));
	assert_true(number < UINT64_C(1) << 44);
	live_free(next_core);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(once_a_second, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(a_version_never_changes,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_never_there_is_gone,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(memory_is_bounded, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    numbers_go_on_above_those_before, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
