/*
 * A clock that is left alone for a day (REV-6.2.4-07): told once, over
 * restarts too, and again only after it was synchronised in between.
 */
#include "store.h"

#include "ca/clock_watch.h"

#define NOW	(1790000000 * USEC)
#define HOUR	(3600 * USEC)

struct keep {
	struct job	job;
	usec_t		last;
};

static int
keep_apply(struct job *job, struct tx *tx, struct err *err)
{
	return meta_set_number(tx, "clock-synchronised",
	    ((struct keep *)job)->last, err);
}

static int64_t
told(void)
{
	struct view *view = view_take(test_store);
	struct event_row row;
	int64_t count = 0;

	for (int64_t seq = events_last(view); seq > 0; seq--)
		if (events_get(view, seq, &row) == 1)
			count += strcmp(row.name,
			    "clock-not-synchronised") == 0;
	view_put(view);
	return count;
}

static usec_t
since(bool synchronised)
{
	struct view *view = view_take(test_store);
	usec_t when = clock_alone_since(view, synchronised);

	view_put(view);
	return when;
}

static void
a_day_alone_is_told_once(void **state)
{
	static const struct {
		usec_t	 last;		/* synchronised so long ago; -1: */
		const char *now;	/* what there is stays */
		usec_t	 alone;
		int64_t	 told;		/* in all */
	} steps[] = {
		{ -1, "no", 0, 0 },		/* looked at first now */
		{ 23 * HOUR, "no", 23 * HOUR, 0 },
		{ 24 * HOUR, "no", 24 * HOUR, 1 },
		{ -1, "no", 24 * HOUR, 1 },
		{ -1, "yes", 0, 1 },
		{ -1, "no", 0, 1 },
		{ 25 * HOUR, "no", 25 * HOUR, 2 },
		{ -HOUR, "no", 0, 2 },		/* the clock was set back */
	};
	struct committer *committer = committer_new(test_store);
	struct keep keep = { .job.apply = keep_apply };
	struct clock_watch watch;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].last != -1) {
			keep.last = NOW - steps[i].last;
			assert_done(commit_wait(committer, &keep.job,
			    &test_err));
		}
		setenv("PKIFS_TEST_SYNCHRONISED", steps[i].now, 1);
		memset(&watch, 0, sizeof(watch));	/* a restart */
		clock_watch_look(&watch, test_store, committer);
		clock_watch_look(&watch, test_store, committer);
		if (told() != steps[i].told)
			fail_msg("step %zu: told %lld times", i,
			    (long long)told());
		assert_true(steps[i].alone == 0 ? since(false) == NOW :
		    since(false) == NOW - steps[i].alone);
		assert_true(since(true) == 0);
	}
	committer_free(committer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_day_alone_is_told_once,
		    store_setup, store_teardown),
	};

	setenv("PKIFS_TEST_CLOCK", "1790000000", 1);
	return cmocka_run_group_tests_name("clock_watch", tests, NULL, NULL);
}
