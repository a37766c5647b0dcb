/*
 * The store itself: opening, transactions that happen whole or not at all,
 * snapshots, small values, the reserve, and what a full database answers.
 */
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store.h"
#include "ca/store_private.h"

static void
a_new_store_is_only_its_owners(void **state)
{
	struct stat st;
	char path[128];

	snprintf(path, sizeof(path), "%s/db", test_dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(path, sizeof(path), "%s/reserve", test_dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 16 << 20);
	assert_true(st.st_blocks >= (16 << 20) / 512);
	assert_true(store_reserve_whole(test_store));
}

static void
a_strange_or_newer_database_is_refused(void **state)
{
	assert_int_equal(attack("PRAGMA user_version = 77"), SQLITE_OK);
	assert_null(store_open(test_dir, &test_err));
	assert_int_equal(test_err.code, EINVAL);
	assert_non_null(strstr(test_err.text, "newer"));
	assert_int_equal(attack("PRAGMA user_version = 1;"
	    "PRAGMA application_id = 5"), SQLITE_OK);
	assert_null(store_open(test_dir, &test_err));
	assert_non_null(strstr(test_err.text, "another program"));
	assert_null(store_open("/nonexistent/pkifs", &test_err));
	assert_int_equal(test_err.code, ENOENT);
}

/*
 * What keeps history from being rewritten, and what an earlier build of the
 * same version made otherwise.
 */
static void
a_store_of_another_schema_is_refused(void **state)
{
	static const struct {
		const char	*alter, *says, *mend;
	} cases[] = {
		{ "CREATE TABLE aside (a)", "table aside is not known",
		    "DROP TABLE aside" },
		{ "CREATE TRIGGER zzz AFTER INSERT ON meta BEGIN SELECT 1; END",
		    "trigger zzz is not known", "DROP TRIGGER zzz" },
		{ "DROP INDEX event_hours_by_hour",
		    "index event_hours_by_hour is missing",
		    "CREATE INDEX event_hours_by_hour ON event_hours (hour)" },
		{ "ALTER TABLE event_hours ADD COLUMN place INTEGER",
		    "table event_hours differs",
		    "ALTER TABLE event_hours DROP COLUMN place" },
		{ "DROP TRIGGER meta_sandbox_update",
		    "trigger meta_sandbox_update is missing", NULL },
	};
	size_t i;

	/* What SQLite keeps for itself is not looked at. */
	assert_int_equal(attack("ANALYZE"), SQLITE_OK);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		store_close(store_open(test_dir, &test_err));
		assert_int_equal(attack(cases[i].alter), SQLITE_OK);
		assert_null(store_open(test_dir, &test_err));
		assert_int_equal(test_err.code, EINVAL);
		if (strstr(test_err.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].alter, test_err.text);
		if (cases[i].mend != NULL)
			assert_int_equal(attack(cases[i].mend), SQLITE_OK);
	}
}

static void
a_transaction_is_whole_or_nothing(void **state)
{
	struct view *v;
	struct tx *tx;

	tx = begin();
	assert_done(meta_set_number(tx, "a", 1, &test_err));
	assert_done(tx_savepoint(tx, &test_err));
	assert_done(meta_set_number(tx, "b", 2, &test_err));
	assert_int_equal(meta_number(tx_view(tx), "b", -1), 2);
	assert_done(tx_rollback_to(tx, &test_err));
	assert_int_equal(meta_number(tx_view(tx), "b", -1), -1);
	assert_done(tx_savepoint(tx, &test_err));
	assert_done(meta_set_number(tx, "c", 3, &test_err));
	assert_done(tx_release(tx, &test_err));
	assert_done(tx_commit(tx, &test_err));
	tx = begin();
	assert_done(meta_set_number(tx, "d", 4, &test_err));
	tx_abort(tx);
	v = view_take(test_store);
	assert_int_equal(meta_number(v, "a", -1), 1);
	assert_int_equal(meta_number(v, "b", -1), -1);
	assert_int_equal(meta_number(v, "c", -1), 3);
	assert_int_equal(meta_number(v, "d", -1), -1);
	view_put(v);
}

static void
a_view_is_of_one_moment(void **state)
{
	struct view *before, *after;
	struct tx *tx;

	before = view_take(test_store);
	assert_int_equal(meta_number(before, "a", -1), -1);
	tx = begin();
	assert_done(meta_set_number(tx, "a", 1, &test_err));
	assert_int_equal(meta_number(before, "a", -1), -1);
	assert_done(tx_commit(tx, &test_err));
	assert_int_equal(meta_number(before, "a", -1), -1);
	after = view_take(test_store);
	assert_int_equal(meta_number(after, "a", -1), 1);
	view_put(after);
	view_put(before);
}

static void
many_views_at_once(void **state)
{
	struct view *views[40];
	int i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 40; i++) {
			views[i] = view_take(test_store);
			assert_int_equal(meta_number(views[i], "x", 5), 5);
		}
		for (i = 0; i < 40; i++)
			view_put(views[i]);
	}
}

static void
small_values(void **state)
{
	struct bytes text = { 0 };
	struct tx *tx = begin();
	int64_t first;

	assert_done(meta_take_numbers(tx, "next", 5, &first, &test_err));
	assert_int_equal(first, 1);
	assert_done(meta_take_numbers(tx, "next", 1, &first, &test_err));
	assert_int_equal(first, 6);
	assert_int_equal(meta_number(tx_view(tx), "next", 0), 7);
	assert_done(meta_set_text(tx, "name", "value", &test_err));
	assert_int_equal(meta_text(tx_view(tx), "name", &text), 1);
	assert_string_equal(bytes_text(&text), "value");
	assert_int_equal(meta_text(tx_view(tx), "next", &text), 1);
	assert_string_equal(bytes_text(&text), "7");
	assert_int_equal(meta_text(tx_view(tx), "none", &text), 0);
	assert_done(tx_commit(tx, &test_err));
	bytes_free(&text);
}

static void
a_sandbox_stays_one(void **state)
{
	struct tx *tx = begin();

	assert_done(meta_set_text(tx, "sandbox", "1", &test_err));
	assert_done(meta_set_number(tx, "sandbox", 1, &test_err));
	assert_refused(meta_set_text(tx, "sandbox", "0", &test_err), EPERM);
	assert_done(tx_commit(tx, &test_err));
	assert_int_not_equal(attack("DELETE FROM meta"), SQLITE_OK);
	assert_int_not_equal(attack("UPDATE meta SET value = 0"), SQLITE_OK);
	assert_int_not_equal(attack("UPDATE meta SET name = 'x'"), SQLITE_OK);
	assert_int_not_equal(attack("INSERT OR REPLACE INTO meta"
	    " VALUES ('sandbox', 0)"), SQLITE_OK);
	assert_int_equal(number_in_db("SELECT value FROM meta"), 1);
}

/* Each fault has its errno, and leaves the store as it was. */
static void
a_commit_that_fails_changes_nothing(void **state)
{
	static const struct {
		const char	*fault;
		int		 code;
	} rows[] = {
		{ "commit-enospc", ENOSPC }, { "commit-erofs", EROFS },
		{ "commit-eio", EIO }
	};
	struct view *v;
	struct tx *tx;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tx = begin();
		assert_done(meta_set_number(tx, "a", 1, &test_err));
		fault_arm(rows[i].fault, 1);
		assert_refused(tx_commit(tx, &test_err), rows[i].code);
		v = view_take(test_store);
		assert_int_equal(meta_number(v, "a", -1), -1);
		view_put(v);
	}
	tx = begin();
	assert_done(meta_set_number(tx, "a", 1, &test_err));
	assert_done(tx_commit(tx, &test_err));
}

/* All that one issuance writes; -1 as soon as something fails. */
static int
issue(struct tx *tx, int n)
{
	static const unsigned char octets[6000];
	struct slice s = { octets, sizeof(octets) };
	struct certificate c = certificate_made(n);
	struct slot slot = { .box = BOX_ROOT, .file = n, .size = 900 };
	struct request r = { .state = APPROVED };
	struct intent i = { .request = 1 };
	struct event *e;
	char digest[65];
	int64_t seq;
	int result;

	snprintf(slot.name, sizeof(slot.name), "www%d", n);
	snprintf(slot.file_name, sizeof(slot.file_name), "www%d.csr", n);
	strcpy(i.serial, c.serial);
	strcpy(i.tbs_sha256, c.sha256);
	e = event_new("certificate-issued", CERTIFICATE_GENERATION);
	result = documents_put(tx, slice_text(slot.name), digest, &test_err);
	strcpy(slot.sha256, digest);
	if (result == 0 && (slot_put(tx, &slot, &test_err) != 0 ||
	    (r.slot = slot.id, request_put(tx, &r, &test_err)) != 0 ||
	    status_put(tx, &slot, 1, s, (struct slice){ 0 },
	    &test_err) != 0 ||
	    intent_put(tx, &i, s, &test_err) != 0 ||
	    certificate_put(tx, &c, s, NULL, 0, &test_err) != 0 ||
	    intent_close(tx, i.id, "done", &test_err) != 0 ||
	    events_append(tx, e, &seq, &test_err) != 0))
		result = -1;
	event_free(e);
	return result;
}

static int64_t
rows_in_db(void)
{
	return number_in_db("SELECT (SELECT count(*) FROM events)"
	    " + (SELECT count(*) FROM event_bytes)"
	    " + (SELECT count(*) FROM dictionaries)"
	    " + (SELECT count(*) FROM documents)"
	    " + (SELECT count(*) FROM slots)"
	    " + (SELECT count(*) FROM requests)"
	    " + (SELECT count(*) FROM statuses)"
	    " + (SELECT count(*) FROM intents)"
	    " + (SELECT count(*) FROM certificates)"
	    " + (SELECT count(*) FROM names)");
}

static void
limit_pages(int64_t pages)
{
	char text[64];

	snprintf(text, sizeof(text), "PRAGMA max_page_count = %d",
	    (int)pages);
	assert_done(sql_run(test_store->tx.view.sql, text, &test_err));
}

/*
 * The database may grow to one page more in each round, so that every
 * statement is once the one that finds no room: then nothing of the issuance
 * exists, and the errno is ENOSPC.
 */
static void
the_nth_page_is_missing(void **state)
{
	int64_t pages, before;
	bool whole = false;
	struct tx *tx;
	int n, given_up = 0;

	pages = number_in_db("PRAGMA page_count");
	for (n = 0; n < 60 && !whole; n++) {
		before = rows_in_db();
		tx = begin();
		limit_pages(pages + n);
		if (issue(tx, 1) == 0 && issue(tx, 2) == 0 &&
		    issue(tx, 3) == 0 && issue(tx, 4) == 0) {
			assert_done(tx_commit(tx, &test_err));
			whole = true;
			continue;
		}
		assert_int_equal(test_err.code, ENOSPC);
		/* A caller that did not look is not let through. */
		if (n % 2 == 0)
			tx_abort(tx);
		else if (tx_commit(tx, &test_err) != 0)
			given_up++;
		else
			fail_msg("half an issuance was committed");
		assert_int_equal(rows_in_db(), before);
	}
	assert_true(whole);
	assert_true(n > 3 && given_up > 0);
	assert_int_equal(rows_in_db(), 4 * 9 + 1);
}

/* Whatever was committed is there when the process is gone at once. */
static void
a_commit_survives_kill(void **state)
{
	struct view *v;
	int status;
	pid_t pid;

	store_close(test_store);
	pid = fork();
	if (pid == 0) {
		struct tx *tx;

		test_store = store_open(test_dir, &test_err);
		tx = tx_begin(test_store, &test_err);
		if (issue(tx, 1) != 0 || tx_commit(tx, &test_err) != 0)
			_exit(1);
		tx = tx_begin(test_store, &test_err);
		if (issue(tx, 2) != 0)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	test_store = store_open(test_dir, &test_err);
	assert_non_null(test_store);
	v = view_take(test_store);
	assert_int_equal(certificates_count(v), 1);
	assert_int_equal(events_last(v), 1);
	view_put(v);
	assert_int_equal(rows_in_db(), 9 + 1);
}

static void
the_reserve_is_given_and_taken_back(void **state)
{
	struct stat st;
	char path[128];

	snprintf(path, sizeof(path), "%s/reserve", test_dir);
	/* A slice each time, so that no other program takes it all at once. */
	for (int left = 15; left >= -1; left--) {
		store_reserve_open(test_store);
		assert_false(store_reserve_whole(test_store));
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_size, left > 0 ? left << 20 : 0);
	}
	store_reserve_restore(test_store);
	assert_true(store_reserve_whole(test_store));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 16 << 20);
}

/* A commit, and the end before anything of it was brought home. */
static void
commit_and_die(void)
{
	int status;
	pid_t pid;

	store_close(test_store);
	test_store = NULL;
	if ((pid = fork()) == 0) {
		struct tx *tx;

		test_store = store_open(test_dir, &test_err);
		tx = tx_begin(test_store, &test_err);
		if (issue(tx, 1) != 0 || tx_commit(tx, &test_err) != 0)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

/*
 * What a sync failed to write is in the page cache, and nowhere else: recovery
 * would take it from there, and no sync would write it any more.
 */
static void
what_recovery_reads_was_written_again(void **state)
{
	const struct timespec long_ago[2] = { { .tv_sec = 1 },
	    { .tv_sec = 1 } };
	struct stat before, st;
	char path[128];
	struct view *v;

	commit_and_die();
	snprintf(path, sizeof(path), "%s/db-wal", test_dir);
	assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
	assert_int_equal(stat(path, &before), 0);
	assert_true(before.st_size > 0);
	/* Not on the disk: then nothing is served. */
	fault_arm("sync-eio", 1);
	assert_null(store_open(test_dir, &test_err));
	assert_int_equal(test_err.code, EIO);
	assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
	test_store = store_open(test_dir, &test_err);
	assert_non_null(test_store);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_mtim.tv_sec > 1);
	assert_int_equal(st.st_size, before.st_size);
	v = view_take(test_store);
	assert_int_equal(certificates_count(v), 1);
	view_put(v);
}

/* What is left of it is for revocations, whoever opens the store. */
static void
a_reserve_that_cannot_be_filled_up_is_kept(void **state)
{
	int i;

	for (i = 0; i < 10; i++)
		store_reserve_open(test_store);
	limit_files(8 << 20);
	store_reopen();
	limit_files(0);
	assert_false(store_reserve_whole(test_store));
	assert_int_equal(reserve_size(), 6 << 20);
	store_reopen();
	assert_true(store_reserve_whole(test_store));
	assert_int_equal(reserve_size(), 16 << 20);
}

static void *
reader(void *arg)
{
	int64_t seen = 0, a, b;
	struct view *v;

	do {
		v = view_take(test_store);
		a = meta_number(v, "a", 0);
		b = meta_number(v, "b", 0);
		view_put(v);
		assert_int_equal(a, b);
		assert_true(a >= seen);
		seen = a;
	} while (seen < 300);
	return NULL;
}

static void
readers_never_see_half(void **state)
{
	pthread_t threads[4];
	struct tx *tx;
	int i;

	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, reader, NULL);
	for (i = 1; i <= 300; i++) {
		tx = begin();
		assert_done(meta_set_number(tx, "a", i, &test_err));
		assert_done(meta_set_number(tx, "b", i, &test_err));
		assert_done(tx_commit(tx, &test_err));
	}
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_new_store_is_only_its_owners),
		TEST(a_strange_or_newer_database_is_refused),
		TEST(a_store_of_another_schema_is_refused),
		TEST(a_transaction_is_whole_or_nothing),
		TEST(a_view_is_of_one_moment),
		TEST(many_views_at_once),
		TEST(small_values),
		TEST(a_sandbox_stays_one),
		TEST(a_commit_that_fails_changes_nothing),
		TEST(the_nth_page_is_missing),
		TEST(a_commit_survives_kill),
		TEST(what_recovery_reads_was_written_again),
		TEST(the_reserve_is_given_and_taken_back),
		TEST(a_reserve_that_cannot_be_filled_up_is_kept),
		TEST(readers_never_see_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
