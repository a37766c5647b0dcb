/*
 * A key that is not activated is told once for each reason, over restarts too,
 * and once when it is activated again; what passes at once is not told.
 */
#include "store.h"

#include "ca/key_watch.h"

static const char *why;		/* NULL: ready */

static bool
ready(struct signing *signing, const char *key)
{
	return why == NULL || strcmp(key, "ocsp") != 0;
}

static void
why_not(struct signing *signing, const char *key, char reason[SIGN_REASON])
{
	snprintf(reason, SIGN_REASON, "%s", why);
}

static struct signing signing = { NULL, ready, NULL, why_not };

static void
count(int64_t *failed, int64_t *activated)
{
	struct view *view = view_take(test_store);
	struct event_row row;

	*failed = *activated = 0;
	for (int64_t seq = events_last(view); seq > 0; seq--)
		if (events_get(view, seq, &row) == 1) {
			*failed += strcmp(row.name, "key-not-activated") == 0;
			*activated += strcmp(row.name, "key-activated") == 0;
		}
	view_put(view);
}

static void
a_reason_is_told_once(void **state)
{
	static const struct {
		int	 second;
		const char *why;
		int64_t	 failed, activated;	/* in all */
		bool	 restart;
	} steps[] = {
		{ 1, NULL, 0, 0 }, { 20, NULL, 0, 0 },
		{ 21, "away", 0, 0 }, { 30, "away", 0, 0 },
		{ 30, NULL, 0, 0 }, { 31, "away", 0, 0 },
		{ 41, "away", 1, 0 }, { 60, "away", 1, 0 },
		{ 61, "away", 1, 0, true }, { 80, "away", 1, 0 },
		{ 81, "the PIN", 1, 0 }, { 82, "away", 1, 0 },
		{ 95, "away", 1, 0 }, { 96, "the PIN", 1, 0 },
		{ 106, "the PIN", 2, 0 }, { 107, NULL, 2, 1, true },
		{ 120, NULL, 2, 1 }, { 121, "the PIN", 2, 1 },
		{ 131, "the PIN", 3, 1 }, { 132, NULL, 3, 2 },
	};
	struct committer *committer = committer_new(test_store);
	struct key_watch watch = { 0 };
	int64_t failed, activated;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].restart)
			memset(&watch, 0, sizeof(watch));
		why = steps[i].why;
		key_watch_look(&watch, steps[i].second * USEC, &signing,
		    test_store, committer);
		count(&failed, &activated);
		if (failed != steps[i].failed ||
		    activated != steps[i].activated)
			fail_msg("step %zu: told %lld and %lld times", i,
			    (long long)failed, (long long)activated);
	}
	committer_free(committer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_reason_is_told_once,
		    store_setup, store_teardown),
	};

	return cmocka_run_group_tests_name("key_watch", tests, NULL, NULL);
}
