/*
 * Status texts in the store: each version reads as it was put, whatever it
 * shares with the one before, for as long as it is kept.
 */
#include "store.h"

static struct slot
slot_made(void)
{
	struct slot s = { .box = BOX_ROOT, .file = 11, .name = "www",
	    .file_name = "www.csr", .uid = 7, .mtime = 1, .size = 9 };

	memset(s.sha256, 'a', 64);
	return s;
}

static void
an_old_status_text_is_pruned(void **state)
{
	struct slot s = slot_made();
	struct bytes text = { 0 };
	struct status_row row;
	struct tx *tx = begin();
	int64_t first, second, third;

	assert_done(slot_put(tx, &s, &test_err));
	assert_done(status_put(tx, &s, 10, slice_text("state: pending"),
	    &test_err));
	first = s.status;
	assert_done(slot_put(tx, &s, &test_err));
	assert_done(status_put(tx, &s, 20, slice_text("state: issued"),
	    &test_err));
	second = s.status;
	assert_done(slot_put(tx, &s, &test_err));
	assert_done(status_put(tx, &s, 30, slice_text("state: revoked"),
	    &test_err));
	third = s.status;
	assert_done(slot_put(tx, &s, &test_err));
	assert_done(store_prune(tx, 25, &test_err));
	assert_int_equal(status_get(tx_view(tx), first, &row), 0);
	assert_int_equal(status_get(tx_view(tx), second, &row), 1);
	assert_int_equal(row.slot, s.id);
	assert_int_equal(row.time, 20);
	assert_int_equal(row.size, 13);
	assert_done(store_prune(tx, 1000, &test_err));
	assert_int_equal(status_text(tx_view(tx), second, &text), 0);
	assert_int_equal(status_text(tx_view(tx), third, &text), 1);
	assert_string_equal(bytes_text(&text), "state: revoked");
	assert_done(tx_commit(tx, &test_err));
	bytes_free(&text);
}

/* "HEAD", the gates' answers of so many octets, "TAIL". */
static void
make_text(struct bytes *to, const char *head, size_t gates, const char *tail)
{
	bytes_clear(to);
	bytes_put_text(to, head);
	for (size_t i = 0; i < gates; i++)
		bytes_put(to, &"0123456789abcdef"[i % 16], 1);
	bytes_put_text(to, tail);
}

static int64_t
put(struct tx *tx, struct slot *slot, usec_t time, const struct bytes *text)
{
	assert_done(status_put(tx, slot, time, SLICE(text), &test_err));
	assert_done(slot_put(tx, slot, &test_err));
	return slot->status;
}

/* Octets that were written for a version. */
static int
own_size(int64_t id)
{
	char path[128], question[96];
	sqlite3_stmt *statement;
	sqlite3 *db;
	int size;

	snprintf(path, sizeof path, "%s/db", test_dir);
	snprintf(question, sizeof question,
	    "SELECT length(text) FROM statuses WHERE id = %lld",
	    (long long)id);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY,
	    NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, question, -1, &statement,
	    NULL), SQLITE_OK);
	size = sqlite3_step(statement) == SQLITE_ROW ?
	    sqlite3_column_int(statement, 0) : -1;
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return size;
}

static const struct {
	const char	*head;
	size_t		 gates;
	const char	*tail;
	int		 own;		/* octets of the row */
} versions[] = {
	{ "state: approved\n", 3000, "end", 3019 },
	{ "state: issued\nserial: 0A\n", 3000, "end", 17 },
	{ "state: issued\nserial: 0A\nsuspended\n", 3000, "end", 25 },
	{ "state: approved\n", 3000, "end", 0 },	/* the very first */
	{ "", 3000, "", 3000 },				/* of nothing before */
	{ "", 2990, "more", 4 },
	{ "state: rejected\n", 100, "end", 119 },	/* shares too little */
	{ "", 0, "", 0 },
	{ "state: issued\n", 2000, "end", 2017 },
};
#define VERSIONS (sizeof versions / sizeof versions[0])

static void
each_version_reads_as_it_was_put(void **state)
{
	struct slot slot = slot_made();
	struct bytes text = { 0 }, read = { 0 };
	struct status_row row;
	struct tx *tx = begin();
	int64_t ids[VERSIONS];
	size_t i;

	assert_done(slot_put(tx, &slot, &test_err));
	for (i = 0; i < VERSIONS; i++) {
		make_text(&text, versions[i].head, versions[i].gates,
		    versions[i].tail);
		ids[i] = put(tx, &slot, 10 * (usec_t)i + 10, &text);
	}
	assert_done(tx_commit(tx, &test_err));
	tx = begin();
	for (i = 0; i < VERSIONS; i++) {
		make_text(&text, versions[i].head, versions[i].gates,
		    versions[i].tail);
		assert_int_equal(status_text(tx_view(tx), ids[i], &read), 1);
		assert_true(slice_equal(SLICE(&text), SLICE(&read)));
		assert_int_equal(status_get(tx_view(tx), ids[i], &row), 1);
		assert_int_equal(row.size, text.size);
		assert_int_equal(own_size(ids[i]), versions[i].own);
	}
	tx_abort(tx);
	bytes_free(&text);
	bytes_free(&read);
}

static void
a_base_stays_as_long_as_it_is_one(void **state)
{
	struct slot slot = slot_made();
	struct bytes first = { 0 }, second = { 0 }, other = { 0 }, read = { 0 };
	struct tx *tx = begin();
	struct status_row row;
	int64_t ids[4];

	make_text(&first, "state: approved\n", 3000, "");
	make_text(&second, "state: issued\n", 3000, "");
	make_text(&other, "state: rejected\n", 10, "");
	assert_done(slot_put(tx, &slot, &test_err));
	ids[0] = put(tx, &slot, 10, &first);
	ids[1] = put(tx, &slot, 20, &second);
	ids[2] = put(tx, &slot, 30, &second);
	assert_done(store_prune(tx, 1000, &test_err));
	assert_int_equal(status_get(tx_view(tx), ids[1], &row), 0);
	assert_int_equal(status_text(tx_view(tx), ids[2], &read), 1);
	assert_true(slice_equal(SLICE(&read), SLICE(&second)));
	ids[3] = put(tx, &slot, 40, &other);
	assert_done(store_prune(tx, 40, &test_err));
	assert_int_equal(status_text(tx_view(tx), ids[2], &read), 1);
	assert_true(slice_equal(SLICE(&read), SLICE(&second)));
	assert_done(store_prune(tx, 1000, &test_err));
	assert_int_equal(status_get(tx_view(tx), ids[0], &row), 0);
	assert_int_equal(status_get(tx_view(tx), ids[2], &row), 0);
	assert_int_equal(status_text(tx_view(tx), ids[3], &read), 1);
	assert_true(slice_equal(SLICE(&read), SLICE(&other)));
	assert_done(tx_commit(tx, &test_err));
	bytes_free(&first);
	bytes_free(&second);
	bytes_free(&other);
	bytes_free(&read);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_old_status_text_is_pruned),
		TEST(each_version_reads_as_it_was_put),
		TEST(a_base_stays_as_long_as_it_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
