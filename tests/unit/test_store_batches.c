/*
 * Batches of revocations in the store: which state may follow which, and that
 * nothing is done of one that nobody else decided on.
 */
#include <stddef.h>

#include "ca/store_batches.h"
#include "store.h"

#define STATES	5

/* What may follow; being done (lines are counted) is another row below. */
static const char *const follows[STATES] = {
	[BATCH_TO_DO] = "0", [BATCH_TO_TRY] = "124", [BATCH_WAITS] = "0234",
	[BATCH_REJECTED] = "3", [BATCH_WITHDRAWN] = "4"
};
/* How each is reached from the first. */
static const enum batch_state ways[STATES][3] = {
	[BATCH_TO_DO] = { BATCH_TO_DO },
	[BATCH_TO_TRY] = { BATCH_TO_TRY, BATCH_TO_TRY },
	[BATCH_WAITS] = { BATCH_TO_TRY, BATCH_WAITS, BATCH_WAITS },
	[BATCH_REJECTED] = { BATCH_TO_TRY, BATCH_WAITS, BATCH_REJECTED },
	[BATCH_WITHDRAWN] = { BATCH_TO_TRY, BATCH_WAITS, BATCH_WITHDRAWN },
};

static struct batch
batch_in(struct tx *tx, int64_t file, enum batch_state state)
{
	struct batch b = { .file = file, .state = ways[state][0], .uid = 7,
	    .name = "name", .received = 1, .decided = 1, .lines = 3 };

	memset(b.sha256, 'a', 64);
	assert_done(batch_put(tx, &b, &test_err));
	for (size_t i = 1; i < 3 && b.state != state; i++) {
		b.state = ways[state][i];
		assert_done(batch_update(tx, &b, &test_err));
	}
	return b;
}

static void
one_state_follows_another(void **state)
{
	for (int from = 0; from < STATES; from++)
		for (int to = 0; to < STATES; to++) {
			struct tx *tx = begin();
			struct batch b = batch_in(tx, 1,
			    (enum batch_state)from);
			char digit[2] = { (char)('0' + to), '\0' };
			bool may = strstr(follows[from], digit) != NULL;

			b.state = (enum batch_state)to;
			if ((batch_update(tx, &b, &test_err) == 0) != may)
				fail_msg("from %d to %d", from, to);
			tx_abort(tx);
		}
}

static void
nothing_is_done_before_it_may_be(void **state)
{
	for (int s = 0; s < STATES; s++) {
		struct tx *tx = begin();
		struct batch b = batch_in(tx, 1, (enum batch_state)s);

		b.done = 2;
		if ((batch_update(tx, &b, &test_err) == 0) !=
		    (s == BATCH_TO_DO))
			fail_msg("state %d", s);
		tx_abort(tx);
	}
}

static void
what_may_be_done_comes_first(void **state)
{
	struct tx *tx = begin();
	struct batch b, tried, waits, found;

	tried = batch_in(tx, 1, BATCH_TO_TRY);
	waits = batch_in(tx, 2, BATCH_WAITS);
	b = batch_in(tx, 3, BATCH_TO_DO);
	assert_int_equal(batch_first_open(tx_view(tx), &found), 1);
	assert_int_equal(found.id, b.id);
	b.finished = 5;
	assert_done(batch_update(tx, &b, &test_err));
	assert_int_equal(batch_first_open(tx_view(tx), &found), 1);
	assert_int_equal(found.id, tried.id);
	tried.state = BATCH_WITHDRAWN;
	tried.finished = 5;
	assert_done(batch_update(tx, &tried, &test_err));
	assert_int_equal(batch_first_open(tx_view(tx), &found), 0);
	assert_int_equal(batch_undecided(tx_view(tx), 1, &found), 0);
	assert_int_equal(batch_undecided(tx_view(tx), 2, &found), 1);
	assert_int_equal(found.id, waits.id);
	waits.state = BATCH_TO_DO;
	waits.decided = 9;
	assert_done(batch_update(tx, &waits, &test_err));
	assert_int_equal(batch_first_open(tx_view(tx), &found), 1);
	assert_int_equal(found.decided, 9);
	tx_abort(tx);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(one_state_follows_another),
		TEST(nothing_is_done_before_it_may_be),
		TEST(what_may_be_done_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
