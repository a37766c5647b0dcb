/*
 * Another group of a subscriber is told to the kernel for each certificate's
 * folder, though the process that was to tell it ended before or meanwhile.
 */
#include "tests/unit/authority_bed.h"

#include "ca/paths.h"
#include "ca/store_regroupings.h"

#define MANY	3000		/* at 2 ms for each 64: longer than a restart */
#define END	1900000000

static pthread_mutex_t told_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char told[MANY + 1];
static size_t told_count, told_others;

static void
sink_forget(struct publication_sink *sink, const char *const *folders,
    size_t count, void (*done)(void *), void *arg)
{
	char path[PATH_TEXT];
	size_t i;
	int n;

	(void)sink;
	pthread_mutex_lock(&told_lock);
	for (i = 0; i < count; i++) {
		n = (int)strtol(folders[i] + strlen(folders[i]) - 5, NULL, 16);
		path_serial(path, certificate_made(n).serial);
		if (n < 1 || n > MANY || strcmp(path, folders[i]) != 0) {
			told_others++;
			continue;
		}
		told[n]++;
		told_count++;
	}
	pthread_mutex_unlock(&told_lock);
	done(arg);
}

static size_t
count_told(void)
{
	size_t n;

	pthread_mutex_lock(&told_lock);
	n = told_count;
	pthread_mutex_unlock(&told_lock);
	return n;
}

static bool
some_are_told(void)
{
	return count_told() > 0;
}

static bool
nothing_is_to_tell(void)
{
	struct view *v = view_take(test_store);
	struct regrouping r;
	bool none = regrouping_first(v, &r) == 0;

	view_put(v);
	return none;
}

/* Of Acme, but the last is of another; many of them end together. */
static void
issue(void)
{
	struct tx *tx = begin();
	struct certificate c;
	int i;

	for (i = 1; i <= MANY; i++) {
		c = certificate_made(i);
		c.subscriber = i == MANY ? bed_other : bed_acme;
		c.not_after = (END - (i < MANY / 2 ? 0 : i)) * USEC;
		assert_done(certificate_put(tx, &c, slice_text("der"), NULL,
		    0, &test_err));
	}
	assert_done(tx_commit(tx, &test_err));
}

static void
regroup(int64_t subscriber)
{
	struct tx *tx = begin();

	assert_done(regrouping_put(tx, subscriber, &test_err));
	assert_done(tx_commit(tx, &test_err));
}

static void
start(void)
{
	memset(told, 0, sizeof(told));
	told_count = 0;
	bed_open();
	bed_start();
}

static int
setup(void **state)
{
	store_make();
	bed_configure(3000);
	bed_register();
	bed_sink.forget = sink_forget;
	issue();
	return 0;
}

static int
teardown(void **state)
{
	store_unmake();
	bed_configure_undo();
	return 0;
}

static void
what_was_not_told_is_told_by_the_next_core(void **state)
{
	int i;

	(void)state;
	regroup(bed_acme);
	start();
	assert_true(bed_within(BED_PATIENCE, some_are_told));
	bed_stop();
	assert_false(nothing_is_to_tell());
	assert_true(count_told() < MANY - 1);
	start();
	assert_true(bed_within(BED_PATIENCE, nothing_is_to_tell));
	bed_stop();
	for (i = 1; i < MANY; i++)
		if (told[i] != 1)
			fail_msg("%d is told %d times", i, told[i]);
	assert_int_equal(told[MANY], 0);
	assert_int_equal(told_others, 0);
	start();
	bed_stop();
	assert_int_equal(count_told(), 0);
}

static void
several_are_told(void **state)
{
	(void)state;
	regroup(bed_acme);
	regroup(bed_other);
	start();
	assert_true(bed_within(BED_PATIENCE, nothing_is_to_tell));
	bed_stop();
	assert_int_equal(count_told(), MANY);
	assert_int_equal(told[MANY], 1);
}

static void
another_change_meanwhile_stays(void **state)
{
	struct regrouping first, again;
	struct tx *tx;

	(void)state;
	regroup(bed_acme);
	tx = begin();
	assert_int_equal(regrouping_first(tx_view(tx), &first), 1);
	assert_int_equal(first.subscriber, bed_acme);
	assert_done(regrouping_put(tx, bed_acme, &test_err));
	assert_done(regrouping_end(tx, &first, &test_err));
	assert_int_equal(regrouping_first(tx_view(tx), &again), 1);
	assert_true(again.change > first.change);
	assert_done(regrouping_end(tx, &again, &test_err));
	assert_int_equal(regrouping_first(tx_view(tx), &again), 0);
	assert_done(tx_commit(tx, &test_err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_was_not_told_is_told_by_the_next_core, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(several_are_told, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(another_change_meanwhile_stays,
		    setup, teardown),
	};

	return cmocka_run_group_tests_name("regrouping", tests, NULL, NULL);
}
