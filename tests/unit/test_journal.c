/*
 * The signer's journal and book: what a crash tears is cut and noted, what was
 * synced and changed is damage, what cannot be written was never begun.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>

#include "hsm/book.h"
#include "hsm/ledger.h"
#include "hsm/journal_line.h"
#include "hsm_signer.h"

static char dir[256], path[300], ledger[300];

static int
setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/pkifs-journal-XXXXXX");
	if (mkdtemp(dir) == NULL)
		die("mkdtemp: %m");
	snprintf(path, sizeof(path), "%s/journal", dir);
	snprintf(ledger, sizeof(ledger), "%s/ledger", dir);
	return 0;
}

static int
teardown(void **state)
{
	remove_tree(dir);
	return 0;
}

static void
record(struct journal_record *r, unsigned char n)
{
	memset(r, 0, sizeof(*r));
	r->type = JOURNAL_BEGIN;
	r->kind = SIGN_CERTIFICATE;
	strcpy(r->key, "issuing");
	r->intent = n;
	memset(r->tbs, n, SHA256_OCTETS);
	snprintf(r->what, sizeof(r->what), "serial=01%032X", n);
}

static int
count_one(void *arg, const struct journal_record *r, struct err *err)
{
	++*(int *)arg;
	return 0;
}

static struct journal *
open_counted(int *count, const struct journal_mark *mark, uint64_t synced)
{
	struct journal *j;
	struct err err;

	*count = 0;
	if ((j = journal_open(path, mark, synced, count_one, count,
	    &err)) == NULL)
		die("%s", err.text);
	return j;
}

static void
append(struct journal *j, unsigned char n)
{
	struct journal_record r;
	struct err err;

	record(&r, n);
	must(journal_append(j, &r, 1, &err), &err);
}

/* --- the journal --------------------------------------------------------- */

/* What each kind of record says is read back as it was written. */
static void
records_read_back(void **state)
{
	struct journal_record r[4], found;
	struct journal *j;
	struct err err;
	int count, i;

	j = open_counted(&count, NULL, 0);
	record(&r[0], 7);
	r[1] = (struct journal_record){ .type = JOURNAL_END, .begin = 2 };
	memset(r[1].tbs, 7, SHA256_OCTETS);
	bytes_put(&r[1].signature, "signature", 9);
	record(&r[2], 8);
	r[2].type = JOURNAL_REFUSE;
	strcpy(r[2].text, "a sentence with \"words\"\nand more");
	r[3] = (struct journal_record){ .type = JOURNAL_NOTE,
	    .text = "" };
	must(journal_append(j, r, 4, &err), &err);
	for (i = 0; i < 4; i++) {
		must(journal_read(j, r[i].offset, &found, &err), &err);
		assert_int_equal(found.type, r[i].type);
		assert_int_equal(found.seq, (uint64_t)i + 2);
		assert_int_equal(found.time, r[i].time);
		assert_string_equal(found.what, r[i].what);
		if (i < 3)
			assert_memory_equal(found.tbs, r[i].tbs, 32);
		assert_true(slice_equal(SLICE(&found.signature),
		    SLICE(&r[i].signature)));
		bytes_free(&found.signature);
	}
	must(journal_read(j, r[2].offset, &found, &err), &err);
	assert_string_equal(found.text, "a sentence with \"words\"?and more");
	assert_int_equal(journal_read(j, r[2].offset + 1, &found, &err), -1);
	journal_close(j);
	bytes_free(&r[1].signature);
	j = open_counted(&count, NULL, 0);
	assert_int_equal(count, 5);
	journal_close(j);
}

/* Two signers never write one journal. */
static void
one_signer_at_a_time(void **state)
{
	struct journal *j;
	struct err err;
	int count;

	j = open_counted(&count, NULL, 0);
	assert_null(journal_open(path, NULL, 0, count_one, &count, &err));
	assert_int_equal(err.code, EBUSY);
	journal_close(j);
}

/* Cut at every octet of the last record: it is gone, the rest is there. */
static void
torn_tails_are_cut(void **state)
{
	struct journal_mark before, after;
	struct bytes whole = { 0 };
	struct journal *j;
	struct err err;
	uint64_t n;
	int count;

	j = open_counted(&count, NULL, 0);
	append(j, 1);
	append(j, 2);
	journal_mark(j, &before);
	append(j, 3);
	journal_mark(j, &after);
	journal_close(j);
	must(file_read(path, 65536, &whole, &err), &err);
	for (n = before.offset + 1; n < after.offset; n += 7) {
		unlink(path);
		must(file_write(path, (struct slice){ whole.data,
		    (size_t)n }, 0600, &err), &err);
		j = open_counted(&count, NULL, before.offset);
		assert_int_equal(count, 3);
		append(j, 4);
		journal_close(j);
		j = open_counted(&count, NULL, before.offset);
		assert_int_equal(count, 5);	/* and the note */
		journal_close(j);
		assert_int_equal(lines_of(path, " note cut "), 1);
	}
	bytes_free(&whole);
}

/* After a power cut blocks may be zeros, and later ones be there. */
static void
torn_blocks_are_cut(void **state)
{
	struct journal_mark before;
	struct journal *j;
	int count, fd, i;

	j = open_counted(&count, NULL, 0);
	append(j, 1);
	journal_mark(j, &before);
	for (i = 2; i < 9; i++)
		append(j, (unsigned char)i);
	journal_close(j);
	if ((fd = open(path, O_WRONLY)) == -1 || pwrite(fd,
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16,
	    (off_t)before.offset + 20) != 16)
		die("%s: %m", path);
	close(fd);
	j = open_counted(&count, NULL, before.offset);
	assert_int_equal(count, 2);
	journal_close(j);
}

static off_t
size_of(const char *name)
{
	struct stat st;

	if (stat(name, &st) == -1)
		die("%s: %m", name);
	return st.st_size;
}

static off_t
octets_of(const char *name)
{
	struct stat st;

	if (stat(name, &st) == -1)
		die("%s: %m", name);
	return st.st_blocks * 512;
}

/* Records are written over lines that are there: the size stays. */
static void
room_is_made_of_empty_lines(void **state)
{
	static const struct {
		const char *torn;
		int notes;
	} cases[] = {
		{ "", 0 }, { "\n", 0 }, { "\0\0", 0 }, { "4 2026", 1 },
		{ "\n\n\n\n\n\n4 2026-11", 1 }, { "garbage\n", 1 },
	};
	static const size_t sizes[] = { 0, 1, 2, 6, 15, 8 };
	struct journal_mark end;
	struct journal *j;
	struct err err;
	off_t size, octets;
	int count, fd;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unlink(path);
		j = open_counted(&count, NULL, 0);
		must(journal_room(j, 1, false, &err), &err);
		size = size_of(path);
		assert_true(size > JOURNAL_RESERVE);
		append(j, 1);
		append(j, 2);
		must(journal_sync(j, &err), &err);
		assert_int_equal(size_of(path), size);
		journal_mark(j, &end);
		journal_close(j);
		if ((fd = open(path, O_WRONLY)) == -1 || pwrite(fd,
		    cases[i].torn, sizes[i], (off_t)end.offset) !=
		    (ssize_t)sizes[i])
			die("%s: %m", path);
		close(fd);
		octets = octets_of(path);
		j = open_counted(&count, &end, end.offset);
		assert_int_equal(count, 0);
		/* What was set aside stays so: the disk may be full by now. */
		assert_int_equal(size_of(path), size);
		assert_true(octets_of(path) >= octets);
		append(j, 3);
		journal_close(j);
		j = open_counted(&count, NULL, end.offset);
		assert_int_equal(count, 4 + cases[i].notes);
		assert_int_equal(lines_of(path, " note cut "),
		    cases[i].notes);
		journal_close(j);
	}
}

/* What was synced and is not as it was is no torn tail. */
static void
damage_is_refused(void **state)
{
	struct journal_mark end;
	struct journal *j;
	struct err err;
	int count, fd;

	j = open_counted(&count, NULL, 0);
	append(j, 1);
	append(j, 2);
	journal_mark(j, &end);
	append(j, 3);
	journal_close(j);
	if ((fd = open(path, O_WRONLY)) == -1 ||
	    pwrite(fd, "9", 1, (off_t)end.offset - 80) != 1)
		die("%s: %m", path);
	close(fd);
	assert_null(journal_open(path, NULL, end.offset, count_one, &count,
	    &err));
	assert_int_equal(err.code, EBADMSG);
	if (truncate(path, 100) == -1)
		die("%s: %m", path);
	assert_null(journal_open(path, &end, end.offset, count_one, &count,
	    &err));
	assert_int_equal(err.code, EBADMSG);
}

/* From a mark only what came after it is read. */
static void
a_mark_saves_reading(void **state)
{
	struct journal_mark mark;
	struct journal *j;
	struct err err;
	int count;

	j = open_counted(&count, NULL, 0);
	append(j, 1);
	journal_mark(j, &mark);
	append(j, 2);
	append(j, 3);
	journal_close(j);
	j = open_counted(&count, &mark, mark.offset);
	assert_int_equal(count, 2);
	append(j, 4);
	journal_close(j);
	j = open_counted(&count, NULL, mark.offset);
	assert_int_equal(count, 5);
	journal_close(j);
	mark.hash[3] ^= 1;
	assert_null(journal_open(path, &mark, 0, count_one, &count, &err));
	assert_int_equal(err.code, ESTALE);
}

/* A write that fails leaves nothing of its records; later ones succeed. */
static void
failed_writes_leave_nothing(void **state)
{
	struct journal_record r[2];
	struct journal *j;
	struct err err;
	int count;

	j = open_counted(&count, NULL, 0);
	append(j, 1);
	fault_arm("journal-write", 1);
	record(&r[0], 2);
	record(&r[1], 3);
	assert_int_equal(journal_append(j, r, 2, &err), -1);
	assert_int_equal(err.code, ENOSPC);
	append(j, 4);
	journal_close(j);
	j = open_counted(&count, NULL, 0);
	assert_int_equal(count, 3);
	journal_close(j);
}

/* When the file was last written; before, it was long ago. */
static bool
is_written_by_opening(const struct journal_mark *mark, const char *fault)
{
	static const struct timespec long_ago[2] = { { 1000, 0 }, { 1000, 0 } };
	struct journal *j;
	struct stat st;
	struct err err;
	int count = 0;

	if (utimensat(AT_FDCWD, path, long_ago, 0) == -1)
		die("%s: %m", path);
	fault_arm(fault, 1);
	j = journal_open(path, mark, 0, count_one, &count, &err);
	assert_int_equal(j == NULL, *fault != '\0');
	assert_int_equal(fault_left(), *fault != '\0' ? 0 : 1);
	journal_close(j);
	if (stat(path, &st) == -1)
		die("%s: %m", path);
	return st.st_mtim.tv_sec != long_ago[1].tv_sec;
}

/*
 * What a sync that failed lost is in the page cache, clean: another signer
 * would find it there and rely on what no disk has.  So it is written again.
 */
static void
what_may_be_lost_is_written_again(void **state)
{
	struct bytes before = { 0 }, after = { 0 };
	struct journal_mark mark, end;
	struct journal *j;
	struct err err;
	int count;

	j = open_counted(&count, NULL, 0);
	append(j, 1);
	must(journal_sync(j, &err), &err);
	journal_mark(j, &mark);
	append(j, 2);
	fault_arm("journal-sync", 1);
	assert_int_equal(journal_sync(j, &err), -1);
	journal_mark(j, &end);
	journal_close(j);
	must(file_read(path, 65536, &before, &err), &err);
	assert_true(is_written_by_opening(&mark, ""));
	assert_true(is_written_by_opening(NULL, ""));
	/* What is before a mark is on disk. */
	assert_false(is_written_by_opening(&end, ""));
	/* Nothing is opened that could not be written, or not be synced. */
	is_written_by_opening(&mark, "journal-rewrite");
	is_written_by_opening(&mark, "journal-sync");
	must(file_read(path, 65536, &after, &err), &err);
	assert_true(slice_equal(SLICE(&before), SLICE(&after)));
	bytes_free(&before);
	bytes_free(&after);
}

/*
 * The kernel tells of a failed write once: a later sync that succeeds says
 * nothing about what was written before it.
 */
static void
a_failed_sync_is_for_ever(void **state)
{
	struct journal_record r;
	struct journal *j;
	struct err err;
	int count;

	j = open_counted(&count, NULL, 0);
	append(j, 1);
	fault_arm("journal-sync", 1);
	assert_int_equal(journal_sync(j, &err), -1);
	assert_int_equal(err.code, EIO);
	assert_int_equal(journal_sync(j, &err), -1);
	assert_int_equal(err.code, EIO);
	assert_true(journal_is_dirty(j));
	record(&r, 2);
	assert_int_equal(journal_append(j, &r, 1, &err), -1);
	assert_int_equal(journal_room(j, 1, true, &err), -1);
	assert_int_equal(err.code, EIO);
	journal_close(j);
}

/* --- the book ------------------------------------------------------------ */

static struct book *
open_book(void)
{
	struct book *b;
	struct err err;

	if ((b = book_open(dir, &err)) == NULL)
		die("%s", err.text);
	return b;
}

static void
begin(struct book *b, struct journal_record *r, unsigned char n)
{
	struct err err;

	record(r, n);
	must(book_begin(b, r, 1, &err), &err);
}

static void
finish(struct book *b, const struct journal_record *r)
{
	struct journal_record end = { .type = JOURNAL_END, .begin = r->seq };
	struct err err;

	memcpy(end.tbs, r->tbs, sizeof(end.tbs));
	bytes_put(&end.signature, "s", 1);
	must(book_end(b, &end, 1, &err), &err);
	bytes_free(&end.signature);
}

static void
expect(struct book *b, unsigned char n, enum book_state state)
{
	unsigned char tbs[SHA256_OCTETS];
	struct book_page page;
	char serial[40];

	memset(tbs, n, sizeof(tbs));
	book_find(b, tbs, &page);
	assert_int_equal(page.state, state);
	assert_int_equal(page.signature.size, state == BOOK_ENDED ? 1 : 0);
	snprintf(serial, sizeof(serial), "01%032X", n);
	assert_int_equal(book_has_serial(b, serial), state != BOOK_UNKNOWN);
	bytes_free(&page.signature);
}

/* The book knows what it was told: at once, later, and from the journal. */
static void
the_book_remembers(void **state)
{
	struct journal_record r, list = { .type = JOURNAL_BEGIN,
	    .kind = SIGN_CRL, .key = "issuing", .what = "number=17" };
	struct book *b = open_book();
	struct err err;
	int i;

	begin(b, &r, 1);
	finish(b, &r);
	begin(b, &r, 2);
	assert_int_equal(book_crl_number(b, "issuing"), -1);
	must(book_begin(b, &list, 1, &err), &err);
	for (i = 0; i < 4; i++) {
		expect(b, 1, BOOK_ENDED);
		expect(b, 2, BOOK_BEGUN);
		expect(b, 3, BOOK_UNKNOWN);
		assert_int_equal(book_crl_number(b, "issuing"), 17);
		assert_int_equal(book_crl_number(b, "root"), -1);
		book_close(b);
		if (i == 1)
			unlink(ledger);		/* made anew */
		if (i == 2 && truncate(ledger, 5000) == -1)
			die("%s: %m", ledger);	/* and when damaged */
		b = open_book();
	}
	book_close(b);
}

/* Each list has a number of its own, and its last is known as such. */
static void
the_book_knows_the_lists(void **state)
{
	static const struct {
		const char *what, *list;
		int64_t	 number, all;
	} rows[] = {
		{ "number=7", "issuing", 7, 7 },
		{ "number=7/delta", "issuing/delta", 7, 7 },
		{ "number=9/12", "issuing/12", 9, 9 },
		{ "number=8", "issuing", 8, 9 },
		{ "number=10/12/last", "issuing/12", 10, 10 },
	};
	struct journal_record r[5];
	struct book *b = open_book();
	struct err err;
	size_t i;

	for (i = 0; i < 5; i++) {
		r[i] = (struct journal_record){ .type = JOURNAL_BEGIN,
		    .kind = SIGN_CRL, .key = "issuing" };
		memset(r[i].tbs, (int)i + 1, sizeof(r[i].tbs));
		strcpy(r[i].what, rows[i].what);
		assert_int_equal(book_crl_last(b, "issuing/all"),
		    BOOK_UNKNOWN);
		must(book_begin(b, &r[i], 1, &err), &err);
		assert_int_equal(book_crl_number(b, rows[i].list),
		    rows[i].number);
		assert_int_equal(book_crl_number(b, "issuing/all"),
		    rows[i].all);
	}
	for (i = 0; i < 3; i++) {
		assert_int_equal(book_crl_last(b, "issuing"), BOOK_UNKNOWN);
		assert_int_equal(book_crl_last(b, "issuing/12"),
		    i == 0 ? BOOK_BEGUN : BOOK_ENDED);
		assert_int_equal(book_crl_last(b, "issuing/all"),
		    i == 0 ? BOOK_BEGUN : BOOK_ENDED);
		if (i == 0)
			finish(b, &r[4]);
		book_close(b);
		if (i == 1)
			unlink(ledger);
		b = open_book();
	}
	book_close(b);
}

/* Killed: nothing was marked or closed, and nothing is forgotten. */
static void
the_book_survives_a_kill(void **state)
{
	struct journal_record r;
	struct book *b;
	int i, status;

	for (i = 0; i < 3; i++) {
		if (fork() == 0) {
			b = open_book();
			begin(b, &r, (unsigned char)(2 * i + 1));
			finish(b, &r);
			begin(b, &r, (unsigned char)(2 * i + 2));
			_exit(0);
		}
		wait(&status);
		assert_int_equal(status, 0);
	}
	b = open_book();
	for (i = 0; i < 3; i++) {
		expect(b, (unsigned char)(2 * i + 1), BOOK_ENDED);
		expect(b, (unsigned char)(2 * i + 2), BOOK_BEGUN);
	}
	book_close(b);
}

/* The n-th failure of each kind: what was not begun stays unknown. */
static void
nothing_half_begun(void **state)
{
	static const struct {
		const char *name;
		int times;
	} faults[] = {
		{ "journal-edquot", 2 },	/* a megabyte, then a record */
		{ "journal-enospc", 1 }, { "journal-write", 1 },
		{ "journal-write-edquot", 1 },
	};
	struct journal_record r;
	struct book *b = open_book();
	struct err err;
	unsigned char n = 0;
	int i;

	for (i = 0; i < 4; i++) {
		fault_arm(faults[i].name, faults[i].times);
		record(&r, ++n);
		assert_int_equal(book_begin(b, &r, 1, &err), -1);
		assert_int_equal(fault_left(), 0);
		assert_int_equal(err.code, ENOSPC);
		assert_false(book_is_in_doubt(b));
		expect(b, n, BOOK_UNKNOWN);
		begin(b, &r, n);
		expect(b, n, BOOK_BEGUN);
	}
	book_close(b);
}

static struct journal_mark
mark_now(void)
{
	struct journal_mark mark;
	struct ledger *l;
	struct err err;

	if ((l = ledger_open(ledger, &err)) == NULL)
		die("%s", err.text);
	assert_true(ledger_mark(l, &mark));
	ledger_close(l);
	return mark;
}

/*
 * Whichever sync of the journal fails, this process begins nothing more and
 * marks nothing; the next one knows what may have been begun.
 */
static void
a_doubt_ends_the_book(void **state)
{
	struct journal_mark before, after;
	struct journal_record r;
	unsigned char n = 0;
	struct book *b;
	struct err err;
	int i;

	for (i = 0; i < 3; i++) {
		b = open_book();
		before = mark_now();
		begin(b, &r, ++n);
		finish(b, &r);
		assert_false(book_is_in_doubt(b));
		fault_arm("journal-sync", 1);
		record(&r, ++n);
		if (i == 0)
			book_tick(b);
		if (i == 1)
			assert_int_equal(book_begin(b, &r, 1, &err), -1);
		/* ... and the third fails when it is closed. */
		if (i < 2) {
			assert_true(book_is_in_doubt(b));
			assert_int_equal(book_begin(b, &r, 1, &err), -1);
			assert_int_not_equal(err.code, ENOSPC);
			book_tick(b);
			assert_true(book_is_in_doubt(b));
		}
		book_close(b);
		assert_int_equal(fault_left(), 0);
		after = mark_now();
		assert_int_equal(before.offset, after.offset);
		b = open_book();
		expect(b, (unsigned char)(n - 1), BOOK_ENDED);
		expect(b, n, i == 1 ? BOOK_BEGUN : BOOK_UNKNOWN);
		book_close(b);
	}
	/* Nor is a book opened that cannot be synced. */
	n++;
	if (fork() == 0) {
		begin(open_book(), &r, n);
		_exit(0);
	}
	wait(&i);
	assert_int_equal(i, 0);
	fault_arm("journal-sync", 1);
	assert_null(book_open(dir, &err));
	assert_int_equal(fault_left(), 0);
	b = open_book();
	expect(b, n, BOOK_BEGUN);
	book_close(b);
}

/* Slots that may be lost are never marked: the ledger is made anew. */
static void
a_ledger_in_doubt_is_made_anew(void **state)
{
	struct journal_record r;
	struct ledger *l;
	struct book *b;
	struct err err;
	int i;

	for (i = 1; i <= 2; i++) {
		b = open_book();
		begin(b, &r, (unsigned char)i);
		finish(b, &r);
		fault_arm(i == 1 ? "ledger-sync" : "ledger-mark", 1);
		book_close(b);
		assert_int_equal(fault_left(), 0);
		if ((l = ledger_open(ledger, &err)) != NULL)
			fail_msg("it is relied on");
		assert_int_equal(err.code, EBADMSG);
		b = open_book();
		expect(b, (unsigned char)i, BOOK_ENDED);
		book_close(b);
	}
	fault_arm("ledger-sync", 1);
	assert_null(book_open(dir, &err));
	b = open_book();
	expect(b, 1, BOOK_ENDED);
	book_close(b);
}

/* Room enough for a hundred thousand, found as fast as the first. */
static void
the_book_grows(void **state)
{
	struct journal_record r[50];
	struct book *b = open_book();
	unsigned char tbs[SHA256_OCTETS];
	struct book_page page;
	struct err err;
	uint32_t i;
	int k;

	for (i = 0; i < 20000;) {
		for (k = 0; k < 50; k++, i++) {
			record(&r[k], 0);
			memcpy(r[k].tbs, &i, sizeof(i));
			snprintf(r[k].what, sizeof(r[k].what),
			    "serial=01%032X", i);
		}
		must(book_begin(b, r, 50, &err), &err);
	}
	book_close(b);
	b = open_book();
	memset(tbs, 0, sizeof(tbs));
	for (i = 0; i < 20000; i += 7) {
		memcpy(tbs, &i, sizeof(i));
		book_find(b, tbs, &page);
		assert_int_equal(page.state, BOOK_BEGUN);
		assert_int_equal(page.begin, i + 2);
	}
	book_close(b);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(records_read_back),
		TEST(one_signer_at_a_time),
		TEST(torn_tails_are_cut),
		TEST(torn_blocks_are_cut),
		TEST(room_is_made_of_empty_lines),
		TEST(damage_is_refused),
		TEST(a_mark_saves_reading),
		TEST(failed_writes_leave_nothing),
		TEST(a_failed_sync_is_for_ever),
		TEST(what_may_be_lost_is_written_again),
		TEST(the_book_remembers),
		TEST(the_book_knows_the_lists),
		TEST(the_book_survives_a_kill),
		TEST(nothing_half_begun),
		TEST(a_doubt_ends_the_book),
		TEST(a_ledger_in_doubt_is_made_anew),
		TEST(the_book_grows),
	};

	stops_page();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
