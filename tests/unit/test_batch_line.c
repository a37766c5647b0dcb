/*
 * The lines of a batch of revocations: what each says, and what is no batch.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/batch_line.h"

static void
lines_are_split(void **state)
{
	static const struct {
		const char	*text, *serial, *act;
		size_t		 number;
	} rows[] = {
		{ "0A superseded", "0A", "superseded", 1 },
		{ "0a superseded\n", "0A", "superseded", 1 },
		{ "\n# why\n  0A:0b \t 4 two  words \r\n", "0A0B",
		  "4 two  words", 3 },
		{ "0A", "0A", "", 1 },
		{ "0G superseded", "", "superseded", 1 },
		{ ":0A superseded", "", "superseded", 1 },
		{ "0A: superseded", "", "superseded", 1 },
		{ "0A::0B superseded", "", "superseded", 1 },
		{ "0000000000000000000000000000000000000000 1",
		  "0000000000000000000000000000000000000000", "1", 1 },
		{ "00000000000000000000000000000000000000000 1", "", "1", 1 },
	};
	struct batch_line line;
	size_t at, number;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		at = number = 0;
		assert_int_equal(batch_line_next(slice_text(rows[i].text),
		    &at, &number, &line), 1);
		assert_string_equal(line.serial, rows[i].serial);
		assert_string_equal(line.act, rows[i].act);
		assert_int_equal(line.number, rows[i].number);
		assert_int_equal(batch_line_next(slice_text(rows[i].text),
		    &at, &number, &line), 0);
	}
}

/* As after a crash: from the octet and the line where it was. */
static void
it_goes_on_in_the_middle(void **state)
{
	struct slice text = slice_text("01 4\n\n02 4\n# 3\n03 4");
	struct batch_line line;
	size_t at = 0, number = 0, n = 0;

	while (batch_line_next(text, &at, &number, &line) == 1) {
		size_t from = at, count = number;

		assert_int_equal(line.number, n == 0 ? 1 : n == 1 ? 3 : 5);
		assert_int_equal(line.serial[1] - '0', ++n);
		if (batch_line_next(text, &from, &count, &line) == 1)
			assert_int_equal(line.serial[1] - '0', n + 1);
	}
	assert_int_equal(n, 3);
}

static void
what_is_no_batch(void **state)
{
	static const struct {
		const char	*text, *says;
		size_t		 size;
	} rows[] = {
		{ "", "no line names", 0 },
		{ "\n\n  \r\n", "no line names", 6 },
		{ "# 0A superseded", "no line names", 15 },
		{ "0A super\0seded", "line 1 is no text", 14 },
		{ "0A 4\n\033[0m", "line 2 is no text", 9 },
		{ "0A 4\x7f", "line 1 is no text", 5 },
	};
	struct err err;
	size_t lines;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(batch_check((struct slice){
		    (const unsigned char *)rows[i].text, rows[i].size },
		    &lines, &err), -1);
		assert_int_equal(err.code, EINVAL);
		assert_non_null(strstr(err.text, rows[i].says));
	}
}

static void
long_and_many_lines(void **state)
{
	char line[BATCH_LINE + 2];
	struct bytes text = { 0 };
	struct err err;
	size_t lines;

	memset(line, 'A', sizeof line);
	assert_int_equal(batch_check((struct slice){
	    (unsigned char *)line, BATCH_LINE - 1 }, &lines, &err), 0);
	assert_int_equal(lines, 1);
	assert_int_equal(batch_check((struct slice){
	    (unsigned char *)line, BATCH_LINE }, &lines, &err), -1);
	assert_non_null(strstr(err.text, "line 1 has more than"));
	for (size_t i = 0; i < BATCH_LINES; i++)
		bytes_put_text(&text, "0A 4\n");
	assert_int_equal(batch_check(SLICE(&text), &lines, &err), 0);
	assert_int_equal(lines, BATCH_LINES);
	bytes_put_text(&text, "0A 4\n");
	assert_int_equal(batch_check(SLICE(&text), &lines, &err), -1);
	assert_non_null(strstr(err.text, "are taken at once"));
	bytes_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_split),
		cmocka_unit_test(it_goes_on_in_the_middle),
		cmocka_unit_test(what_is_no_batch),
		cmocka_unit_test(long_and_many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
