/*
 * The thread that compares everything: when a day begins, when a difference is
 * said, and what a night without it leaves to do.
 */
#include "store.h"

#include "ca/commit.h"
#include "fake_ca.h"
#include "quiet_sink.h"
#include "set_clock.h"
#include "status/compare.h"
#include "status/comparer.h"

#define DAY	20000

static struct fake_ca ca;
static struct config config;
static struct authority_parts parts;
static struct desk desk;

static bool
never_ready(struct signing *signing, const char *key)
{
	return false;
}

static void
no_reason(struct signing *signing, const char *key, char reason[SIGN_REASON])
{
	snprintf(reason, SIGN_REASON, "away");
}

static struct signing signing = { NULL, never_ready, NULL, no_reason };

static int
setup(void **state)
{
	set_clock(DAY * USEC_DAY - 10 * USEC);
	fake_ca_make(&ca, "P-256", "Issuing SANDBOX");
	store_make();
	parts = (struct authority_parts){ .config = &config,
	    .sink = &quiet_sink, .store = test_store, .signing = &signing,
	    .committer = committer_new(test_store) };
	memset(&desk, 0, sizeof desk);
	desk.parts = &parts;
	desk.issuing = signatory_new(SLICE(&ca.der), &test_err);
	assert_non_null(desk.issuing);
	desk.timers = timers_new();
	desk.health = health_new(&parts, desk.timers);
	return 0;
}

static int
teardown(void **state)
{
	health_free(desk.health);
	timers_free(desk.timers);
	signatory_free(desk.issuing);
	committer_free(parts.committer);
	store_unmake();
	fake_ca_free(&ca);
	return 0;
}

static int64_t
comparisons(void)
{
	return number_in_db("SELECT count(*) FROM events WHERE name ="
	    " 'status-compared'");
}

/* The day that is recorded; 0: none. */
static int64_t
day(void)
{
	return number_in_db("SELECT coalesce(max(value), 0) FROM meta WHERE"
	    " name = 'status-compared'");
}

/* A first core notes its own. */
static void
wait_for_day(void)
{
	for (int turns = 0; day() == 0; turns++) {
		if (turns == 3000)
			fail_msg("no day is noted");
		usleep(10000);
	}
}

/* Rung, it looks; within a minute it does so by itself. */
static void
ring_until(struct comparer *c, int64_t count)
{
	for (int turns = 0; comparisons() != count; turns++) {
		if (turns == 3000)
			fail_msg("%lld comparisons, not %lld",
			    (long long)comparisons(), (long long)count);
		comparer_ring(c);
		usleep(10000);
	}
}

static void
everything_is_compared_when_a_day_begins(void **state)
{
	struct comparer *c = comparer_new(&desk);

	wait_for_day();
	assert_int_equal(day(), DAY - 1);
	assert_int_equal(comparisons(), 0);
	set_clock(DAY * USEC_DAY + 10 * USEC);
	ring_until(c, 1);
	assert_int_equal(day(), DAY);
	set_clock((DAY + 1) * USEC_DAY + 10 * USEC);
	ring_until(c, 2);
	comparer_free(c);
	assert_int_equal(day(), DAY + 1);
	assert_int_equal(comparisons(), 2);
}

/* Another core of the same day has nothing to do; of the next it has. */
static void
a_night_without_it_is_made_good(void **state)
{
	struct comparer *c = comparer_new(&desk);

	/* Not one yet: the first core was there by day. */
	wait_for_day();
	comparer_free(c);
	set_clock(DAY * USEC_DAY + 10 * USEC);
	c = comparer_new(&desk);
	ring_until(c, 1);
	comparer_free(c);
	c = comparer_new(&desk);
	comparer_ring(c);
	comparer_free(c);
	assert_int_equal(comparisons(), 1);
	set_clock((DAY + 3) * USEC_DAY);
	c = comparer_new(&desk);
	ring_until(c, 2);
	comparer_free(c);
	assert_int_equal(day(), DAY + 3);
}

static void
what_differed_is_looked_at_again(void **state)
{
	struct comparer *c;

	set_clock(DAY * USEC_DAY + 10 * USEC);
	c = comparer_new(&desk);
	health_set(desk.health, HEALTH_CONSISTENCY, HEALTH_FAIL, "it differs");
	ring_until(c, 1);
	assert_false(compare_differs(&desk));
	comparer_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(everything_is_compared_when_a_day_begins),
		TEST(a_night_without_it_is_made_good),
		TEST(what_differed_is_looked_at_again),
	};

	set_clock_first(DAY * USEC_DAY);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
