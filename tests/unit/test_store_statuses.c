/*
 * Status texts in the store: each version reads as it was put, for as long as
 * it is kept.
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
	    (struct slice){ 0 }, &test_err));
	first = s.status;
	assert_done(slot_put(tx, &s, &test_err));
	assert_done(status_put(tx, &s, 20, slice_text("state: issued"),
	    (struct slice){ 0 }, &test_err));
	second = s.status;
	assert_done(slot_put(tx, &s, &test_err));
	assert_done(status_put(tx, &s, 30, slice_text("state: revoked"),
	    (struct slice){ 0 }, &test_err));
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

/* What nobody's name is in. */
static struct slice
gates_of(const struct bytes *text)
{
	struct slice all = SLICE(text);
	const unsigned char *at = all.size == 0 ? NULL :
	    memmem(all.data, all.size, "\nGates", 6);

	if (at == NULL)
		return (struct slice){ 0 };
	return (struct slice){ at, (size_t)(all.data + all.size - at) };
}

/* "HEAD", the gates' answers in so many lines, "TAIL". */
static void
make_text(struct bytes *to, const char *head, int gates, const char *tail)
{
	bytes_clear(to);
	bytes_put_text(to, head);
	if (gates > 0)
		bytes_put_text(to, "\nGates, each with its answer:\n");
	for (int i = 0; i < gates; i++)
		bytes_printf(to, "  passed   gate %d  number %d\n", i,
		    i * 7919 % 1000);
	bytes_put_text(to, tail);
}

static int64_t
put(struct tx *tx, struct slot *slot, usec_t time, const struct bytes *text)
{
	assert_done(status_put(tx, slot, time, SLICE(text), gates_of(text),
	    &test_err));
	assert_done(slot_put(tx, slot, &test_err));
	return slot->status;
}

/* Octets that were written for a version. */
static int
own_size(int64_t id)
{
	char question[96];

	snprintf(question, sizeof question,
	    "SELECT length(text) FROM statuses WHERE id = %lld",
	    (long long)id);
	return (int)number_in_db(question);
}

static const struct {
	const char	*head;
	int		 gates;
	const char	*tail;
	int		 own;		/* octets of the row, at most; 0: all */
} versions[] = {
	{ "state: approved\n", 100, "end", 100 },
	{ "state: issued\nserial: 0A\n", 100, "end", 100 },
	{ "state: issued\nserial: 0A\nsuspended\n", 100, "end", 100 },
	{ "state: approved\n", 100, "end", 100 },
	{ "", 100, "", 100 },
	{ "state: rejected\n", 0, "end", 0 },
	{ "", 0, "", 0 },
	{ "state: issued\n", 80, "end", 100 },
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
		if (versions[i].own == 0)
			assert_int_equal(own_size(ids[i]), text.size);
		else
			assert_true(own_size(ids[i]) <= versions[i].own);
	}
	tx_abort(tx);
	bytes_free(&text);
	bytes_free(&read);
}

static void
the_newest_reads_when_all_before_it_were_pruned(void **state)
{
	struct slot slot = slot_made();
	struct bytes text = { 0 }, read = { 0 };
	struct tx *tx = begin();
	struct status_row row;
	int64_t ids[3];
	int i;

	assert_done(slot_put(tx, &slot, &test_err));
	for (i = 0; i < 3; i++) {
		make_text(&text, i == 0 ? "state: approved\n" :
		    "state: issued\n", 100, i == 2 ? "again" : "");
		ids[i] = put(tx, &slot, 10 * i + 10, &text);
	}
	assert_done(store_prune(tx, 1000, &test_err));
	assert_int_equal(status_get(tx_view(tx), ids[0], &row), 0);
	assert_int_equal(status_text(tx_view(tx), ids[1], &read), 0);
	assert_int_equal(status_text(tx_view(tx), ids[2], &read), 1);
	assert_true(slice_equal(SLICE(&read), SLICE(&text)));
	assert_done(tx_commit(tx, &test_err));
	bytes_free(&text);
	bytes_free(&read);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_old_status_text_is_pruned),
		TEST(each_version_reads_as_it_was_put),
		TEST(the_newest_reads_when_all_before_it_were_pruned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
