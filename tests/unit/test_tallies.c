/*
 * Tallies: counted on from where they stopped, over a restart and a crash, and
 * never twice; revocations by reason are counted by the store.
 */
#include "store.h"

#include "ca/commit.h"
#include "ca/store_counts.h"
#include "status/tallies.h"

static struct committer *committer;
static struct authority_parts parts;
static struct desk desk;
static struct tallies *tallies;
static struct tally_sums *sums;

static void
start(void)
{
	committer = committer_new(test_store);
	parts = (struct authority_parts){ .store = test_store,
	    .committer = committer };
	desk = (struct desk){ .parts = &parts, .timers = timers_new() };
	tallies = tallies_new(&desk);
}

static void
end(void)
{
	tallies_free(tallies);
	timers_free(desk.timers);
	committer_free(committer);
}

static int
setup(void **state)
{
	store_make();
	sums = calloc(1, sizeof *sums);
	start();
	return sums == NULL;
}

static int
teardown(void **state)
{
	end();
	free(sums);
	store_unmake();
	return 0;
}

static void
look(void)
{
	struct view *view = view_take(test_store);

	tallies_get(tallies, view, sums);
	view_put(view);
}

static struct store_counts
counts(void)
{
	struct view *view = view_take(test_store);
	struct store_counts found;

	store_count(view, &found);
	view_put(view);
	return found;
}

static void
happen(const char *name, int times)
{
	struct tx *tx = begin();
	struct event *event;

	while (times-- > 0) {
		event = event_new(name, REGISTRATION);
		event_actor_self(event);
		assert_done(events_append(tx, event, NULL, &test_err));
		event_free(event);
	}
	assert_done(tx_commit(tx, &test_err));
}

static void
issue(const char *profile, int n)
{
	struct certificate c = certificate_made(n);
	struct tx *tx = begin();

	strcpy(c.profile, profile);
	assert_done(certificate_put(tx, &c, slice_text("der"), NULL, 0,
	    &test_err));
	assert_done(tx_commit(tx, &test_err));
}

static int64_t
of_profile(const char *name)
{
	for (size_t i = 0; i < sums->profile_count; i++)
		if (strcmp(sums->profiles[i].name, name) == 0)
			return sums->profiles[i].count;
	return 0;
}

static void
what_came_since_is_added(void **state)
{
	const struct tally_day *today;

	look();
	assert_int_equal(sums->name_count, 0);
	happen("certificate-issued", 3);
	happen("certificate-revoked", 1);
	issue("tls-server", 1);
	issue("person", 2);
	look();
	assert_int_equal(tally_events(sums, "certificate-issued"), 3);
	assert_int_equal(tally_events(sums, "certificate-revoked"), 1);
	assert_int_equal(tally_events(sums, "certificate"), 0);
	assert_int_equal(of_profile("tls-server"), 1);
	today = &sums->days[clock_now() / USEC_DAY % TALLY_DAYS];
	assert_int_equal(today->issued, 3);
	assert_int_equal(today->revoked, 1);
	look();
	happen("certificate-issued", 1);
	issue("person", 3);
	look();
	assert_int_equal(tally_events(sums, "certificate-issued"), 4);
	assert_int_equal(of_profile("person"), 2);
	assert_false(sums->behind);
}

/* A stop keeps them; what a crash did not keep is counted again. */
static void
a_start_goes_on(void **state)
{
	happen("certificate-issued", 2);
	issue("tls-server", 1);
	look();
	end();
	assert_int_equal(number_in_db("SELECT count FROM tallies"
	    " WHERE kind = 1 AND label = 'certificate-issued'"), 2);
	/* While nobody counts, as after a crash. */
	happen("certificate-issued", 5);
	issue("tls-server", 2);
	start();
	look();
	assert_int_equal(tally_events(sums, "certificate-issued"), 7);
	assert_int_equal(of_profile("tls-server"), 2);
	assert_int_equal(sums->events, 7);
	assert_int_equal(sums->days[clock_now() / USEC_DAY % TALLY_DAYS].issued,
	    7);
}

/* Never counted rows are those that are counted in the end, in pieces. */
static void
much_is_counted_in_pieces(void **state)
{
	const usec_t end_of_patience = clock_steady() + 60 * USEC;
	int64_t first;

	end();
	assert_int_equal(attack_beneath("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 400000) INSERT INTO events (seq, time, hour, size,"
	    " name, sha256) SELECT i, 1, 0, 1, 'e' || (i % 200),"
	    " zeroblob(32) FROM n"), SQLITE_OK);
	store_reopen();		/* its readers keep their moment otherwise */
	start();
	look();
	first = sums->events;
	assert_true(sums->behind && first > 0 && first < 400000);
	/* Nobody who looks counts on: that is done behind. */
	while (sums->behind && clock_steady() < end_of_patience)
		look();
	assert_int_equal(sums->events, 400000);
	/* More names than there is room for are one, and none is lost. */
	assert_int_equal(sums->name_count, TALLY_NAMES);
	assert_int_equal(tally_events(sums, "other"),
	    400000 - 2000 * (TALLY_NAMES - 1));
}

static void
reasons_are_counted_by_the_store(void **state)
{
	struct certificate c = certificate_made(1);
	struct revocation r;
	struct tx *tx = begin();

	assert_done(certificate_put(tx, &c, slice_text("der"), NULL, 0,
	    &test_err));
	r = revocation_made(&c, 6);
	assert_done(revocation_put(tx, &r, &test_err));
	assert_done(tx_commit(tx, &test_err));
	assert_int_equal(counts().revoked[6], 1);
	assert_int_equal(counts().unpublished, 1);
	tx = begin();
	r.reason = 4;
	assert_done(revocation_update(tx, &r, &test_err));
	r.on_crl = r.on_ocsp = r.decided;
	assert_done(revocation_update(tx, &r, &test_err));
	assert_done(tx_commit(tx, &test_err));
	assert_int_equal(counts().revoked[6], 0);
	assert_int_equal(counts().revoked[4], 1);
	assert_int_equal(counts().unpublished, 0);
	/* Given up, it was never so. */
	tx = begin();
	r.reason = 1;
	assert_done(revocation_update(tx, &r, &test_err));
	tx_abort(tx);
	assert_int_equal(counts().revoked[4], 1);
	assert_int_equal(counts().revoked[1], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_came_since_is_added,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(a_start_goes_on, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(much_is_counted_in_pieces,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    reasons_are_counted_by_the_store, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
