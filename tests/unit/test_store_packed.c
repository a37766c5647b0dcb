/*
 * Texts packed with a dictionary: each reads as it was put, whatever became of
 * the transaction its dictionary came with.
 */
#include "store.h"

#include <lz4.h>

#include "ca/store_packed.h"
#include "ca/store_private.h"

#define DAY_0	"0000000000"
#define DAY_1	"1795305600"	/* 2026-11-22 */
#define DAY_2	"1795392000"

static char test_clock[] = "PKIFS_TEST_CLOCK=" DAY_1;

/* The clock is asked for once; what it says is read each time. */
static void
set_clock(const char *seconds)
{
	memcpy(strchr(test_clock, '=') + 1, seconds, strlen(seconds));
}

/* A row as a caller keeps it. */
struct row {
	int64_t		dictionary;
	size_t		size;
	struct bytes	octets;
};

/* Lines that are alike in texts about the same, and not among themselves. */
static void
make_text(struct bytes *to, const char *about, int number, size_t lines)
{
	uint32_t x = (uint32_t)about[0];
	size_t i;

	bytes_clear(to);
	for (i = 0; i < lines; i++) {
		x = x * 1664525 + 1013904223;
		bytes_printf(to, "%s %08x\n", about, (unsigned)x);
	}
	bytes_printf(to, "number %d\n", number);
}

static void
pack(struct tx *tx, const char *kind, const struct bytes *text,
    struct slice model, struct row *row)
{
	struct packed packed;

	assert_done(text_pack(tx, kind, SLICE(text), model, &packed,
	    &test_err));
	row->dictionary = packed.dictionary;
	row->size = text->size;
	bytes_copy(&row->octets, packed.octets);
}

static void
dictionary_get(int64_t id, struct bytes *to)
{
	char path[128];
	sqlite3_stmt *statement;
	sqlite3 *db;

	bytes_clear(to);
	snprintf(path, sizeof path, "%s/db", test_dir);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY,
	    NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
	    "SELECT bytes FROM dictionaries WHERE id = ?", -1, &statement,
	    NULL), SQLITE_OK);
	sqlite3_bind_int64(statement, 1, id);
	if (sqlite3_step(statement) == SQLITE_ROW)
		bytes_put(to, sqlite3_column_blob(statement, 0),
		    (size_t)sqlite3_column_bytes(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

static int
unpack(const struct row *row, struct bytes *to)
{
	const struct packed packed = {
		row->dictionary, SLICE(&row->octets)
	};
	struct bytes dictionary = { 0 };
	int ret;

	if (row->dictionary != 0)
		dictionary_get(row->dictionary, &dictionary);
	ret = text_unpack(&packed, SLICE(&dictionary), row->size, to) ? 1 : 0;
	bytes_free(&dictionary);
	return ret;
}

static void
assert_reads(const struct row *row, const struct bytes *text)
{
	struct bytes read = { 0 };

	assert_int_equal(unpack(row, &read), 1);
	assert_true(slice_equal(SLICE(&read), SLICE(text)));
	bytes_free(&read);
}

static int
setup(void **state)
{
	set_clock(DAY_1);
	return store_setup(state);
}

/* --- every size ----------------------------------------------------------- */

static const struct {
	size_t	size;
	bool	repeats;
	int	part;		/* of the text: one of so many is kept; 0: all */
} sizes[] = {
	{ 0, true, 0 }, { 1, true, 0 }, { 255, true, 0 },
	{ 256, true, 4 }, { 6000, true, 100 },
	{ 16383, true, 100 }, { 16385, true, 100 }, { 65537, true, 100 },
	{ 4 << 20, true, 200 },
	{ 300, false, 0 }, { 60000, false, 0 }, { 4 << 20, false, 0 },
};

/* Noise that begins with that; 0: what repeats. */
static void
fill(struct bytes *to, size_t size, uint32_t noise)
{
	uint32_t x = noise;
	size_t i;

	bytes_clear(to);
	bytes_resize(to, size);
	for (i = 0; i < size; i++) {
		x = x * 1664525 + 1013904223;
		to->data[i] = noise == 0 ? (unsigned char)("gates "[i % 6]) :
		    (unsigned char)(x >> 24);
	}
}

static void
a_text_of_any_size_reads_as_it_was_packed(void **state)
{
	struct bytes text = { 0 }, other = { 0 };
	struct row row = { 0 };
	struct tx *tx;
	size_t i;
	char kind[16];

	fill(&other, 300, 0);
	for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		fill(&text, sizes[i].size, sizes[i].repeats ? 0 : 12345);
		snprintf(kind, sizeof kind, "kind-%zu", i);
		tx = begin();
		/* What has no like would fit its own dictionary. */
		pack(tx, kind, &text, sizes[i].repeats ? SLICE(&text) :
		    SLICE(&other), &row);
		assert_done(tx_commit(tx, &test_err));
		if (sizes[i].part == 0) {
			assert_int_equal(row.dictionary, 0);
			assert_int_equal(row.octets.size, text.size);
		} else {
			assert_int_not_equal(row.dictionary, 0);
			assert_true(row.octets.size * (size_t)sizes[i].part <
			    text.size);
		}
		assert_reads(&row, &text);
	}
	bytes_free(&text);
	bytes_free(&other);
	bytes_free(&row.octets);
}

/* --- which dictionary ----------------------------------------------------- */

static const struct {
	const char	*clock, *kind;
	int64_t		 dictionary;
} days[] = {
	{ DAY_1, "decided", 1 }, { DAY_1, "decided", 1 },
	{ DAY_1, "issued", 2 }, { DAY_1, "decided", 1 },
	{ DAY_2, "decided", 3 }, { DAY_2, "decided", 3 },
	{ DAY_2, "issued", 4 },
	{ DAY_1, "decided", 1 },	/* the clock was set back */
	{ DAY_2, "issued", 4 },
	{ DAY_0, "issued", 5 },		/* or never was set */
	{ DAY_0, "issued", 5 },
};

static void
a_dictionary_is_of_one_kind_and_one_day(void **state)
{
	struct bytes text = { 0 };
	struct row row = { 0 };
	struct tx *tx;
	size_t i;

	for (i = 0; i < 2 * (sizeof days / sizeof days[0]); i++) {
		const size_t n = i % (sizeof days / sizeof days[0]);

		/* The second time by a process that knows none of them. */
		if (i > n)
			store_reopen();
		set_clock(days[n].clock);
		make_text(&text, days[n].kind, (int)i, 60);
		tx = begin();
		pack(tx, days[n].kind, &text, SLICE(&text), &row);
		assert_done(tx_commit(tx, &test_err));
		assert_int_equal(row.dictionary, days[n].dictionary);
		assert_reads(&row, &text);
	}
	assert_int_equal(number_in_db("SELECT count(*) FROM dictionaries"), 5);
	bytes_free(&text);
	bytes_free(&row.octets);
}

static void
without_a_model_there_is_none(void **state)
{
	struct bytes text = { 0 };
	struct row row = { 0 };
	struct tx *tx = begin();

	make_text(&text, "www.example.org", 1, 60);
	pack(tx, "status", &text, (struct slice){ 0 }, &row);
	assert_int_equal(row.dictionary, 0);
	assert_done(tx_commit(tx, &test_err));
	assert_reads(&row, &text);
	assert_int_equal(number_in_db("SELECT count(*) FROM dictionaries"), 0);
	bytes_free(&text);
	bytes_free(&row.octets);
}

/* What leaves with its row some day is in no dictionary. */
static void
only_the_model_goes_into_one(void **state)
{
	struct bytes text = { 0 }, gates = { 0 };
	struct row row = { 0 };
	struct tx *tx = begin();
	int i;

	for (i = 0; i < 100; i++) {
		make_text(&gates, i % 2 == 0 ? "passed" : "refused", i, 20);
		bytes_clear(&text);
		bytes_printf(&text, "file: erika-mustermann-%d.csr\n", i);
		bytes_put(&text, gates.data, gates.size);
		pack(tx, "status", &text, SLICE(&gates), &row);
		assert_int_not_equal(row.dictionary, 0);
	}
	assert_done(tx_commit(tx, &test_err));
	assert_reads(&row, &text);
	assert_int_equal(number_in_db("SELECT count(*) FROM dictionaries"
	    " WHERE instr(bytes, CAST('mustermann' AS BLOB)) > 0"), 0);
	bytes_free(&text);
	bytes_free(&gates);
	bytes_free(&row.octets);
}

static void
one_that_does_not_help_takes_in_what_it_lacks(void **state)
{
	static const char *const abouts[] = { "first", "validated", "agreed" };
	struct bytes text = { 0 }, model = { 0 };
	struct row row = { 0 };
	struct tx *tx;
	int i;

	/* A short one comes first, then others of two sorts in turn. */
	for (i = 0; i < 200; i++) {
		make_text(&text, abouts[i == 0 ? 0 : 1 + i % 2], i,
		    i == 0 ? 10 : 150);
		tx = begin();
		pack(tx, "decided", &text, SLICE(&text), &row);
		assert_done(tx_commit(tx, &test_err));
		assert_reads(&row, &text);
		if (i > 150)
			assert_true(row.octets.size * 20 < text.size);
	}
	assert_in_range(number_in_db("SELECT count(*) FROM dictionaries"), 2,
	    4);
	/* Nothing helps against what is new each time; it is tried seldom. */
	fill(&model, 300, 0);
	for (i = 0; i < 1000; i++) {
		fill(&text, 1000, 1 + (uint32_t)i);
		tx = begin();
		pack(tx, "noise", &text, SLICE(&model), &row);
		assert_done(tx_commit(tx, &test_err));
		assert_reads(&row, &text);
	}
	assert_in_range(number_in_db("SELECT count(*) FROM dictionaries"
	    " WHERE kind = 'noise'"), 2, 8);
	assert_true(number_in_db("SELECT max(length(bytes))"
	    " FROM dictionaries") <= 16384);
	bytes_free(&text);
	bytes_free(&model);
	bytes_free(&row.octets);
}

/* Damage to one is not damage to all. */
static void
a_dictionary_is_used_some_thousand_times(void **state)
{
	struct bytes text = { 0 };
	struct row row = { 0 };
	struct tx *tx = begin();
	int64_t last = 0;
	int i, uses = 0;

	for (i = 0; i < 10000; i++) {
		make_text(&text, "decided", i, 60);
		pack(tx, "decided", &text, SLICE(&text), &row);
		if (row.dictionary != last)
			uses = 0;
		last = row.dictionary;
		assert_true(++uses <= 4097);
		assert_true(row.octets.size * 10 < text.size);
	}
	assert_int_equal(last, 3);
	assert_done(tx_commit(tx, &test_err));
	assert_reads(&row, &text);
	bytes_free(&text);
	bytes_free(&row.octets);
}

/* --- what was undone ------------------------------------------------------ */

/*
 * A text is packed and undone, another kind takes the number that its
 * dictionary had, and it is packed again.
 */
static const struct {
	bool	ends;		/* the transaction does, not a savepoint */
	bool	grows;		/* there was a dictionary, one text too short */
	bool	opens;		/* the transaction made one before that */
} undoings[] = {
	{ false, false, false }, { false, true, false },
	{ false, false, true }, { false, true, true },
	{ true, false, false }, { true, true, false }, { true, false, true },
};

/* The next text is the one too many that the dictionary does not help. */
static void
strain_patience(void)
{
	struct bytes text = { 0 };
	struct row row = { 0 };
	struct tx *tx;
	int i;

	for (i = 0; i < 16; i++) {
		make_text(&text, i == 0 ? "first" : "other", i, 60);
		tx = begin();
		pack(tx, "issued", &text, SLICE(&text), &row);
		assert_done(tx_commit(tx, &test_err));
	}
	bytes_free(&text);
	bytes_free(&row.octets);
}

static int64_t
dictionaries(struct tx *tx)
{
	struct query *q = query_new(tx->view.sql,
	    "SELECT count(*) FROM dictionaries");
	int64_t count;

	assert_int_equal(query_next(q), 1);
	count = take_number(q);
	query_done(q);
	return count;
}

static void
undo(const struct bytes *issued, bool ends, bool opens)
{
	struct row row = { 0 };
	struct tx *tx = begin();
	int64_t before = dictionaries(tx);

	if (opens)
		pack(tx, "issued", issued, SLICE(issued), &row);
	if (!ends)
		assert_done(tx_savepoint(tx, &test_err));
	pack(tx, "issued", issued, SLICE(issued), &row);
	assert_int_equal(dictionaries(tx), before + 1);
	if (ends) {
		tx_abort(tx);
		begin();
	} else
		assert_done(tx_rollback_to(tx, &test_err));
	assert_int_equal(dictionaries(tx), before + (opens && !ends));
	bytes_free(&row.octets);
}

static void
nothing_is_packed_with_what_was_undone(void **state)
{
	struct bytes issued = { 0 }, decided = { 0 };
	struct row first = { 0 }, second = { 0 };
	size_t i;

	for (i = 0; i < sizeof undoings / sizeof undoings[0]; i++) {
		store_unmake();
		store_make();
		if (undoings[i].grows)
			strain_patience();
		make_text(&issued, "issued", (int)i, 60);
		make_text(&decided, "decided", (int)i, 60);
		undo(&issued, undoings[i].ends, undoings[i].opens);
		pack(&test_store->tx, "decided", &decided, SLICE(&decided),
		    &first);
		pack(&test_store->tx, "issued", &issued, SLICE(&issued),
		    &second);
		assert_int_not_equal(first.dictionary, 0);
		assert_int_not_equal(second.dictionary, 0);
		assert_done(tx_commit(&test_store->tx, &test_err));
		assert_reads(&first, &decided);
		assert_reads(&second, &issued);
	}
	bytes_free(&issued);
	bytes_free(&decided);
	bytes_free(&first.octets);
	bytes_free(&second.octets);
}

static void
without_room_for_it_nothing_is_packed(void **state)
{
	struct bytes text = { 0 };
	struct packed packed;
	struct row row = { 0 };
	struct tx *tx;
	char limit[64];
	int i, refused = 0;

	make_text(&text, "decided", 1, 600);
	for (i = 0; i < 20; i++) {
		tx = begin();
		snprintf(limit, sizeof limit, "PRAGMA max_page_count = %d",
		    (int)number_in_db("PRAGMA page_count") + i);
		assert_done(sql_run(test_store->tx.view.sql, limit,
		    &test_err));
		if (text_pack(tx, "decided", SLICE(&text), SLICE(&text),
		    &packed, &test_err) == 0)
			break;
		assert_int_equal(test_err.code, ENOSPC);
		refused++;
		tx_abort(tx);
	}
	assert_true(refused > 0 && i < 20);
	row = (struct row){ packed.dictionary, text.size, { 0 } };
	bytes_copy(&row.octets, packed.octets);
	assert_done(tx_commit(tx, &test_err));
	assert_reads(&row, &text);
	bytes_free(&text);
	bytes_free(&row.octets);
}

/* --- what was damaged ----------------------------------------------------- */

static void
damage_is_not_read(void **state)
{
	struct bytes text = { 0 }, read = { 0 };
	struct row row = { 0 }, other;
	struct tx *tx = begin();
	size_t i;

	make_text(&text, "decided", 1, 60);
	pack(tx, "decided", &text, SLICE(&text), &row);
	assert_done(tx_commit(tx, &test_err));
	other = row;
	other.dictionary = 77;			/* there is none */
	assert_int_equal(unpack(&other, &read), 0);
	other = row;
	for (other.size = text.size - 5; other.size < text.size + 5;
	    other.size++)
		assert_int_equal(unpack(&other, &read),
		    other.size == text.size);
	other = row;
	for (i = 0; i < row.octets.size; i++) {
		other.octets.size = i;
		assert_int_equal(unpack(&other, &read), 0);
	}
	other.octets.size = row.octets.size;
	/* No more is asked of the memory than can come out of a block. */
	other.size = (size_t)LZ4_MAX_INPUT_SIZE;
	assert_int_equal(unpack(&other, &read), 0);
	assert_true(read.room < 1 << 20);
	other.size = row.size;
	for (i = 0; i < row.octets.size; i++) {
		other.octets.data[i] ^= 0xff;
		if (unpack(&other, &read) == 1)	/* another text, its size */
			assert_int_equal(read.size, text.size);
		other.octets.data[i] ^= 0xff;
	}
	bytes_free(&text);
	bytes_free(&read);
	bytes_free(&row.octets);
}

static const char *const attacks[] = {
	"UPDATE dictionaries SET bytes = x'00'",
	"UPDATE dictionaries SET day = 1",
	"DELETE FROM dictionaries",
	"REPLACE INTO dictionaries VALUES (1, 1, 'decided', x'00')",
};

static void
no_sql_changes_a_dictionary(void **state)
{
	struct bytes text = { 0 };
	struct row row = { 0 };
	struct tx *tx = begin();
	size_t i;

	make_text(&text, "decided", 1, 60);
	pack(tx, "decided", &text, SLICE(&text), &row);
	assert_done(tx_commit(tx, &test_err));
	for (i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
		if (attack(attacks[i]) != SQLITE_CONSTRAINT)
			fail_msg("not forbidden: %s", attacks[i]);
	assert_reads(&row, &text);
	bytes_free(&text);
	bytes_free(&row.octets);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_text_of_any_size_reads_as_it_was_packed),
		TEST(a_dictionary_is_of_one_kind_and_one_day),
		TEST(without_a_model_there_is_none),
		TEST(only_the_model_goes_into_one),
		TEST(one_that_does_not_help_takes_in_what_it_lacks),
		TEST(a_dictionary_is_used_some_thousand_times),
		TEST(nothing_is_packed_with_what_was_undone),
		TEST(without_room_for_it_nothing_is_packed),
		TEST(damage_is_not_read),
		TEST(no_sql_changes_a_dictionary),
	};

	putenv(test_clock);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
