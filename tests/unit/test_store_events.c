/*
 * Events and documents in the store: the chain, the folders by hour, the cases
 * they belong to, contents of every size, and that none can be changed.
 */
#include <sys/stat.h>

#include "store.h"

static int64_t
append(struct tx *tx, const char *name, int64_t certificate, int64_t request)
{
	struct event *e = event_new(name, REGISTRATION);
	int64_t seq = 0;

	if (certificate != 0)
		event_certificate(e, certificate, "01AB", "", "", NULL);
	if (request != 0)
		event_request(e, request, "www");
	assert_done(events_append(tx, e, &seq, &test_err));
	event_free(e);
	return seq;
}

static void
each_event_names_the_one_before(void **state)
{
	char previous[65], needle[128];
	struct bytes bytes = { 0 };
	struct event_row row;
	struct view *v;
	struct tx *tx;
	int64_t seq;

	tx = begin();
	for (seq = 1; seq <= 5; seq++)
		assert_int_equal(append(tx, "tried", 0, 0), seq);
	assert_done(tx_commit(tx, &test_err));
	v = view_take(test_store);
	assert_int_equal(events_last(v), 5);
	memset(previous, '0', 64);
	previous[64] = '\0';
	for (seq = 1; seq <= 5; seq++) {
		assert_int_equal(events_get(v, seq, &row), 1);
		assert_int_equal(events_bytes(v, seq, &bytes), 1);
		assert_int_equal(row.seq, seq);
		assert_int_equal(row.size, bytes.size);
		assert_string_equal(row.name, "tried");
		snprintf(needle, sizeof(needle), "\"previous\": \"%s\"",
		    previous);
		assert_non_null(strstr(bytes_text(&bytes), needle));
		sha256_text(previous, SLICE(&bytes));
	}
	assert_int_equal(events_get(v, 6, &row), 0);
	assert_int_equal(events_bytes(v, 6, &bytes), 0);
	view_put(v);
	bytes_free(&bytes);
}

static void
a_number_given_up_is_given_again(void **state)
{
	struct tx *tx = begin();

	assert_int_equal(append(tx, "kept", 0, 0), 1);
	assert_done(tx_savepoint(tx, &test_err));
	assert_int_equal(append(tx, "lost", 0, 0), 2);
	assert_done(tx_rollback_to(tx, &test_err));
	assert_int_equal(append(tx, "kept", 0, 0), 2);
	tx_abort(tx);
	tx = begin();
	assert_int_equal(append(tx, "kept", 0, 0), 1);
	assert_done(tx_commit(tx, &test_err));
}

static int64_t listed[64];
static size_t listed_count, listed_most;

static int
collect(void *arg, const struct event_row *row)
{
	listed[listed_count++] = row->seq;
	return listed_count == listed_most;
}

static void
events_of_an_hour_and_of_a_case(void **state)
{
	struct view *v;
	struct tx *tx;
	int64_t hour = 1700000000 / 3600;

	tx = begin();
	append(tx, "request-decided", 0, 9);
	append(tx, "certificate-issued", 4, 9);
	append(tx, "other", 0, 0);
	append(tx, "certificate-delivered", 4, 0);
	assert_done(tx_commit(tx, &test_err));
	/* Five hours later, as the store would write it. */
	assert_int_equal(attack("INSERT INTO events VALUES (5,"
	    " 1700018000000000, 472227, 2, 'late', NULL, NULL,"
	    " zeroblob(32));"
	    "INSERT INTO event_hours VALUES (5, 472227)"), SQLITE_OK);

	v = view_take(test_store);
	listed_most = 64;
	listed_count = 0;
	events_of_certificate(v, 4, 0, collect, NULL);
	assert_int_equal(listed_count, 2);
	assert_int_equal(listed[1], 4);
	listed_count = 0;
	events_of_request(v, 9, 1, collect, NULL);
	assert_int_equal(listed_count, 1);
	assert_int_equal(listed[0], 2);
	assert_true(events_has(v, 4, "certificate-delivered"));
	assert_false(events_has(v, 4, "other"));
	assert_int_equal(events_next_hour(v, 0), hour);
	listed_count = 0;
	listed_most = 2;
	events_of_hour(v, hour, 0, collect, NULL);
	assert_int_equal(listed_count, 2);
	assert_int_equal(events_next_hour(v, hour + 1), hour + 5);
	assert_int_equal(events_next_hour(v, hour + 6), -1);
	listed_count = 0;
	events_of_hour(v, hour + 5, 0, collect, NULL);
	assert_int_equal(listed_count, 1);
	assert_int_equal(listed[0], 5);
	view_put(v);

	/* The clock is set back: an hour that was over goes on. */
	tx = begin();
	append(tx, "again", 0, 0);
	append(tx, "again", 0, 0);
	assert_done(tx_commit(tx, &test_err));
	v = view_take(test_store);
	listed_count = 0;
	listed_most = 64;
	events_of_hour(v, hour, 2, collect, NULL);
	assert_int_equal(listed_count, 4);
	assert_int_equal(listed[1], 4);
	assert_int_equal(listed[2], 6);
	listed_count = 0;
	events_of_hour(v, hour, 6, collect, NULL);
	assert_int_equal(listed_count, 1);
	assert_int_equal(listed[0], 7);
	listed_count = 0;
	events_of_hour(v, hour + 5, 5, collect, NULL);
	assert_int_equal(listed_count, 0);
	assert_int_equal(events_next_hour(v, hour), hour);
	assert_int_equal(events_next_hour(v, hour + 1), hour + 5);
	view_put(v);
}

static const char *const attacks[] = {
	"UPDATE events SET name = 'x' WHERE seq = 2",
	"UPDATE events SET sha256 = zeroblob(32)",
	"DELETE FROM events WHERE seq = 3",
	"DELETE FROM events",
	"INSERT INTO events VALUES (9, 1, 1, 1, 'x', NULL, NULL,"
	" zeroblob(32))",
	"INSERT INTO events VALUES (4, 1, 1, 1, 'x', NULL, NULL, 'short')",
	"INSERT OR REPLACE INTO events VALUES"
	" (2, 1, 1, 1, 'x', NULL, NULL, zeroblob(32))",
	"REPLACE INTO events VALUES"
	" (3, 1, 1, 1, 'x', NULL, NULL, zeroblob(32))",
	"UPDATE OR REPLACE events SET seq = 1 WHERE seq = 2",
	"UPDATE event_bytes SET bytes = x'00'",
	"DELETE FROM event_bytes",
	"UPDATE event_bytes SET dictionary = NULL",
	"REPLACE INTO event_bytes VALUES (1, NULL, x'00')",
	"INSERT OR REPLACE INTO event_bytes VALUES (2, 1, x'00')",
	"UPDATE documents SET time = 1",
	"DELETE FROM documents",
	"REPLACE INTO documents SELECT id, 1, 2, 0, sha256 FROM documents",
	"REPLACE INTO documents VALUES (1, 1, 2, 0, zeroblob(32))",
	"UPDATE document_bytes SET bytes = x'00'",
	"DELETE FROM document_bytes",
	"REPLACE INTO document_bytes VALUES (1, x'00')",
};

static void
no_sql_changes_the_evidence(void **state)
{
	struct bytes before = { 0 }, after = { 0 };
	struct tx *tx = begin();
	char digest[65];
	struct view *v;
	size_t i;

	append(tx, "one", 0, 0);
	append(tx, "two", 0, 0);
	append(tx, "three", 0, 0);
	assert_done(documents_put(tx, slice_text("document"), digest,
	    &test_err));
	assert_done(tx_commit(tx, &test_err));
	v = view_take(test_store);
	assert_int_equal(events_bytes(v, 2, &before), 1);
	view_put(v);
	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (attack(attacks[i]) != SQLITE_CONSTRAINT)
			fail_msg("not forbidden: %s", attacks[i]);
	v = view_take(test_store);
	assert_int_equal(events_bytes(v, 2, &after), 1);
	assert_true(slice_equal(SLICE(&before), SLICE(&after)));
	assert_int_equal(events_last(v), 3);
	assert_int_equal(documents_read(v, digest, &after), 1);
	assert_string_equal(bytes_text(&after), "document");
	view_put(v);
	bytes_free(&before);
	bytes_free(&after);
}

static const char *const damages[] = {
	"UPDATE dictionaries SET bytes = CAST(replace(CAST(bytes AS TEXT),"
	" 'clock', 'clack') AS BLOB)",
	"UPDATE events SET size = size - 1",
	"UPDATE events SET sha256 = zeroblob(32)",
	"UPDATE event_bytes SET bytes = substr(bytes, 2)",
	"UPDATE event_bytes SET dictionary = NULL",
};

/* One dictionary is in many events: each is held against its own digest. */
static void
a_damaged_event_is_not_read(void **state)
{
	struct bytes text = { 0 };
	struct view *v;
	struct tx *tx;
	size_t i;
	int after;

	for (i = 0; i < sizeof damages / sizeof damages[0]; i++) {
		store_unmake();
		store_make();
		tx = begin();
		append(tx, "one", 0, 0);
		append(tx, "one", 0, 0);
		assert_done(tx_commit(tx, &test_err));
		for (after = 0; after < 2; after++) {
			v = view_take(test_store);
			assert_int_equal(events_bytes(v, 2, &text),
			    after ? -1 : 1);
			assert_int_equal(events_bytes(v, 3, &text), 0);
			view_put(v);
			assert_int_equal(attack_beneath(damages[i]),
			    SQLITE_OK);
			store_reopen();
		}
	}
	bytes_free(&text);
}

static const size_t sizes[] = {
	0, 1, 4096, 65535, 65536, 65537, 3 << 20
};

static int
count_documents(void *arg, const struct document_row *row)
{
	(*(int *)arg)++;
	assert_int_equal(row->id, *(int *)arg);
	return 0;
}

static void
documents_of_every_size(void **state)
{
	struct bytes content = { 0 }, back = { 0 };
	struct document_row row;
	char digest[65], path[256];
	struct stat st;
	struct view *v;
	struct tx *tx;
	int count = 0;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		bytes_clear(&content);
		bytes_resize(&content, sizes[i]);
		if (sizes[i] > 0)
			content.data[sizes[i] / 2] = 'x';
		tx = begin();
		assert_done(documents_put(tx, SLICE(&content), digest,
		    &test_err));
		assert_done(documents_put(tx, SLICE(&content), digest,
		    &test_err));
		snprintf(path, sizeof(path), "%s/documents/%s", test_dir,
		    digest);
		assert_int_equal(stat(path, &st) == 0, sizes[i] > 65536);
		assert_done(tx_commit(tx, &test_err));
		store_reopen();
		v = view_take(test_store);
		assert_int_equal(documents_find(v, digest, &row), 1);
		assert_int_equal(row.size, sizes[i]);
		assert_int_equal(row.id, i + 1);
		assert_int_equal(documents_get(v, row.id, &row), 1);
		assert_string_equal(row.sha256, digest);
		assert_int_equal(documents_read(v, digest, &back), 1);
		assert_true(slice_equal(SLICE(&content), SLICE(&back)));
		view_put(v);
	}
	v = view_take(test_store);
	documents_list(v, 0, count_documents, &count);
	assert_int_equal(count, i);
	assert_int_equal(documents_find(v, digest_of("none"), &row), 0);
	assert_int_equal(documents_find(v, "no digest", &row), 0);
	assert_int_equal(documents_read(v, digest_of("none"), &back), 0);
	view_put(v);
	bytes_free(&content);
	bytes_free(&back);
}

/* The file is there and the row is not: it comes back with the next put. */
static void
a_large_document_of_a_lost_transaction(void **state)
{
	struct bytes content = { 0 }, back = { 0 };
	struct document_row row;
	char digest[65];
	struct view *v;
	struct tx *tx;

	bytes_resize(&content, 100000);
	tx = begin();
	assert_done(documents_put(tx, SLICE(&content), digest, &test_err));
	tx_abort(tx);
	v = view_take(test_store);
	assert_int_equal(documents_find(v, digest, &row), 0);
	assert_int_equal(documents_read(v, digest, &back), 0);
	view_put(v);
	tx = begin();
	assert_done(documents_put(tx, SLICE(&content), digest, &test_err));
	assert_done(tx_commit(tx, &test_err));
	v = view_take(test_store);
	assert_int_equal(documents_read(v, digest, &back), 1);
	assert_int_equal(back.size, 100000);
	view_put(v);
	bytes_free(&content);
	bytes_free(&back);
}

static void
evidence_that_cannot_be_written(void **state)
{
	struct event *e = event_new("tried", OPERATION);
	struct tx *tx = begin();
	int64_t seq;

	fault_arm("evidence-fail", 1);
	assert_refused(events_append(tx, e, &seq, &test_err), EROFS);
	assert_done(events_append(tx, e, &seq, &test_err));
	assert_int_equal(seq, 1);
	tx_abort(tx);
	event_free(e);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_event_names_the_one_before),
		TEST(a_number_given_up_is_given_again),
		TEST(events_of_an_hour_and_of_a_case),
		TEST(no_sql_changes_the_evidence),
		TEST(a_damaged_event_is_not_read),
		TEST(documents_of_every_size),
		TEST(a_large_document_of_a_lost_transaction),
		TEST(evidence_that_cannot_be_written),
	};

	setenv("PKIFS_TEST_CLOCK", "1700000000", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
