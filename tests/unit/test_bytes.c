/*
 * Frames end where they say, and what is too short is refused untouched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/bytes.h"

static void
grows_and_keeps(void **state)
{
	struct bytes b = { 0 }, other = { 0 };
	size_t i;

	for (i = 0; i < 10000; i++)
		put_u8(&b, (uint8_t)i);
	assert_int_equal(b.size, 10000);
	for (i = 0; i < b.size; i++)
		assert_int_equal(b.data[i], (uint8_t)i);
	bytes_take(&other, &b);
	assert_null(b.data);
	assert_int_equal(other.size, 10000);
	bytes_resize(&other, 3);
	bytes_resize(&other, 5);
	assert_memory_equal(other.data, "\0\1\2\0\0", 5);
	bytes_clear(&other);
	bytes_printf(&other, "%s-%d", "a", 7);
	bytes_put_text(&other, "!");
	assert_string_equal(bytes_text(&other), "a-7!");
	bytes_wipe(&other);
	assert_string_equal(bytes_text(&other), "");
	bytes_free(&other);
	bytes_free(&other);
}

static void
what_is_put_is_got(void **state)
{
	struct bytes b = { 0 };
	struct slice in, blob;
	char text[6];
	uint8_t u8;
	uint32_t u32;
	uint64_t u64;

	put_u8(&b, 255);
	put_u32(&b, 0x01020304);
	put_u64(&b, UINT64_MAX - 1);
	put_blob(&b, (struct slice){ NULL, 0 });
	put_text(&b, "hello");
	assert_memory_equal(b.data + 1, "\1\2\3\4", 4);
	in = SLICE(&b);
	assert_int_equal(get_u8(&in, &u8), 0);
	assert_int_equal(u8, 255);
	assert_int_equal(get_u32(&in, &u32), 0);
	assert_int_equal(u32, 0x01020304);
	assert_int_equal(get_u64(&in, &u64), 0);
	assert_true(u64 == UINT64_MAX - 1);
	assert_int_equal(get_blob(&in, &blob), 0);
	assert_int_equal(blob.size, 0);
	assert_int_equal(get_text(&in, text, sizeof text), 0);
	assert_string_equal(text, "hello");
	assert_int_equal(in.size, 0);
	bytes_free(&b);
}

static const struct {
	const char	*octets;
	size_t		 size, room;
	int		 answer;
	const char	*sentence;
} frames[] = {
	{ "\0\0\0\0", 4, 1, 0, "an empty text fits one octet of room" },
	{ "\0\0\0\0", 4, 0, -1, "no room for the NUL" },
	{ "\0\0\0\1a", 5, 2, 0, "one letter and its NUL" },
	{ "\0\0\0\1a", 5, 1, -1, "one letter too many" },
	{ "\0\0\0\2a", 5, 9, -1, "the text ends early" },
	{ "\0\0\0", 3, 9, -1, "the length ends early" },
	{ "\0\0\0\1\0", 5, 9, -1, "a NUL is no text" },
	{ "\377\377\377\377a", 5, 9, -1, "a length of 4 GiB" },
	{ "", 0, 9, -1, "nothing at all" },
};

static void
frames_at_their_bounds(void **state)
{
	struct slice in;
	char text[16];
	size_t i;

	for (i = 0; i < sizeof frames / sizeof frames[0]; i++) {
		in = (struct slice){ (const unsigned char *)frames[i].octets,
		    frames[i].size };
		if (get_text(&in, text, frames[i].room) != frames[i].answer)
			fail_msg("%s", frames[i].sentence);
		if (in.size != (frames[i].answer == 0 ? 0 : frames[i].size))
			fail_msg("%s: the wrong rest", frames[i].sentence);
	}
}

static void
slices_compare(void **state)
{
	assert_true(slice_equal(slice_text("ab"), slice_text("ab")));
	assert_false(slice_equal(slice_text("ab"), slice_text("abc")));
	assert_false(slice_equal(slice_text("ab"), slice_text("aB")));
	assert_true(slice_equal((struct slice){ NULL, 0 }, slice_text("")));
}

/* Lines of a slice, each in [], with what ends them gone. */
static void
lines_are_taken(void **state)
{
	static const struct {
		const char *text, *lines;
	} rows[] = {
		{ "", "" },
		{ "\n", "[]" },
		{ "a", "[a]" },
		{ "a\n", "[a]" },
		{ "a\n\nb", "[a][][b]" },
		{ "a\r\nb\n\n", "[a\r][b][]" },
	};
	struct slice from, line;
	struct bytes lines = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		from = slice_text(rows[i].text);
		bytes_clear(&lines);
		while (slice_take_line(&from, &line))
			bytes_printf(&lines, "[%.*s]", (int)line.size,
			    (const char *)line.data);
		assert_string_equal(bytes_text(&lines), rows[i].lines);
	}
	bytes_free(&lines);
	assert_true(slice_begins(slice_text("ab"), "ab"));
	assert_true(slice_begins(slice_text("ab"), ""));
	assert_false(slice_begins(slice_text("ab"), "abc"));
	assert_false(slice_begins(slice_text("ab"), "b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_taken),
		cmocka_unit_test(grows_and_keeps),
		cmocka_unit_test(what_is_put_is_got),
		cmocka_unit_test(frames_at_their_bounds),
		cmocka_unit_test(slices_compare),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
