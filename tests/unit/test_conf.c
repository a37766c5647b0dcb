/*
 * Configuration texts, as tables: what is read, and the sentence of each
 * refusal.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/conf.h"

struct values {
	char	name[16];
	char	list[3][8];
	usec_t	interval;
	size_t	size;
	int	number;
	bool	yes;
};
#define AT(field) offsetof(struct values, field)

static int
check_lower(const char *text, struct err *err)
{

	if (strspn(text, "abcdefghijklmnopqrstuvwxyz ") == strlen(text))
		return 0;
	return err_set(err, EINVAL, "wanted a-z, found \"%s\"", text);
}

static const struct conf_key keys[] = {
	{ "a", "name", CONF_TEXT, AT(name), 16, .check = check_lower },
	{ "a", "list", CONF_LIST, AT(list), 8, 0, 3, .absent = "" },
	{ "b", "interval", CONF_DURATION, AT(interval), 0, USEC, USEC_DAY,
	    .absent = "5 s", .clause = "CSS-6.3.9-05" },
	{ "b", "size", CONF_SIZE, AT(size), 0, 1, 4096, .absent = "1 KiB" },
	{ "b", "number", CONF_NUMBER, AT(number), 0, 1, 10, .absent = "3" },
	{ "b", "yes", CONF_YES, AT(yes), .absent = "no" },
};

static int
read_text(const char *text, struct values *v, struct err *err)
{

	memset(v, 0, sizeof(*v));
	return conf_read("x.conf", slice_text(text), keys,
	    sizeof(keys) / sizeof(keys[0]), v, err);
}

static void
values_are_read(void **state)
{
	struct values v;
	struct err err;

	assert_int_equal(read_text("\xef\xbb\xbf# a comment\r\n[a]\r\n"
	    "name = hello world # more\r\nlist=x, yy ,zzz\r\n[ b ]\r\n"
	    "interval = 24 h\nsize = 4 KiB\nnumber = 7\nyes = yes", &v, &err),
	    0);
	assert_string_equal(v.name, "hello world");
	assert_string_equal(v.list[1], "yy");
	assert_string_equal(v.list[2], "zzz");
	assert_true(v.interval == USEC_DAY);
	assert_int_equal(v.size, 4096);
	assert_int_equal(v.number, 7);
	assert_true(v.yes);
}

static void
absent_values_have_their_default(void **state)
{
	struct values v;
	struct err err;

	assert_int_equal(read_text("[a]\nname = x\n", &v, &err), 0);
	assert_true(v.interval == 5 * USEC);
	assert_int_equal(v.number, 3);
	assert_false(v.yes);
	assert_string_equal(v.list[0], "");
}

static const struct {
	const char *text, *sentence;
} refused[] = {
	{ "", "x.conf: [a] name: wanted, but it is not there" },
	{ "[a]\nname = x\nnmae = y\n",
	    "x.conf line 3: [a] nmae: no such key" },
	{ "[a]\nname = x\n[c]\nname = y\n",
	    "x.conf line 4: [c] name: no such key" },
	{ "name = x\n", "x.conf line 1: [default] name: no such key" },
	{ "[a]\nname = x\n\nname = y\n",
	    "x.conf line 4: [a] name: given twice, first in line 2" },
	{ "[a]\nname = x\n.include /etc/passwd\n", "x.conf line 3: wanted "
	    "[section] or `key = value` (no .include, no $)" },
	{ "[a]\nname = x\n.include = /etc/passwd\n", "x.conf line 3: wanted "
	    "[section] or `key = value` (no .include, no $)" },
	{ "[a]\nname = $ENV::HOME\n", "x.conf line 2: wanted [section] or "
	    "`key = value` (no .include, no $)" },
	{ "[a]\nb::size = 7\n", "x.conf line 2: wanted [section] or "
	    "`key = value` (no .include, no $)" },
	{ "[a]\nname\n", "x.conf line 2: wanted [section] or `key = value` "
	    "(no .include, no $)" },
	{ "[a\nname = x\n", "x.conf line 1: wanted [section] or `key = value`"
	    " (no .include, no $)" },
	{ "[a]\nname = x\\\ny\n", "x.conf line 2: wanted a line of at most "
	    "500 octets that is not continued" },
	{ "[a]\nname = X\n",
	    "x.conf line 2: [a] name: wanted a-z, found \"X\"" },
	{ "[a]\nname =\n",
	    "x.conf line 2: [a] name: wanted 1 to 15 octets, found 0" },
	{ "[a]\nname = abcdefghijklmnopq\n",
	    "x.conf line 2: [a] name: wanted 1 to 15 octets, found 17" },
	{ "[a]\nname = x\nlist = a,b,c,d\n",
	    "x.conf line 3: [a] list: wanted at most 3 items, found more" },
	{ "[a]\nname = x\nlist = a,,c\n",
	    "x.conf line 3: [a] list: wanted 1 to 7 octets, found 0" },
	{ "[a]\nname = x\n[b]\ninterval = 24\n", "x.conf line 4: [b] interval:"
	    " wanted a duration as \"24 h\" (ms, s, min, h, d), found "
	    "\"24\"" },
	{ "[a]\nname = x\n[b]\ninterval = 48 h\n", "x.conf line 4: [b] "
	    "interval: wanted 1 s to 24 h (CSS-6.3.9-05), found \"48 h\"" },
	{ "[a]\nname = x\n[b]\ninterval = -1 h\n", "x.conf line 4: [b] "
	    "interval: wanted a duration as \"24 h\" (ms, s, min, h, d), "
	    "found \"-1 h\"" },
	{ "[a]\nname = x\n[b]\nsize = 5 KiB\n", "x.conf line 4: [b] size: "
	    "wanted 1 B to 4 KiB, found \"5 KiB\"" },
	{ "[a]\nname = x\n[b]\nnumber = 11\n", "x.conf line 4: [b] number: "
	    "wanted 1 to 10, found \"11\"" },
	{ "[a]\nname = x\n[b]\nnumber = 1x\n", "x.conf line 4: [b] number: "
	    "wanted a number, found \"1x\"" },
	{ "[a]\nname = x\n[b]\nyes = true\n", "x.conf line 4: [b] yes: wanted "
	    "yes or no, found \"true\"" },
	{ "[a]\nname = x\\ny\n", "x.conf line 2: [a] name: wanted text of one "
	    "line without control octets" },
	{ "[a]\nname = o'hara\n", "x.conf line 2: wanted a backslash before "
	    "each quotation mark in a value (O\\'Brien)" },
	{ "[a]\nname = \"x\n", "x.conf line 2: wanted a backslash before each"
	    " quotation mark in a value (O\\'Brien)" },
	{ "[a]\nname = \"x\" y\n", "x.conf line 2: wanted a backslash before"
	    " each quotation mark in a value (O\\'Brien)" },
	{ "[a]\nname = \xff\n",
	    "x.conf line 2: wanted UTF-8 text, found octet 0xff" },
	{ "[a]\nname = \x01\n",
	    "x.conf line 2: wanted UTF-8 text, found octet 0x01" },
	{ "[a]\nname = \xed\xa0\x80\n",
	    "x.conf line 2: wanted UTF-8 text, found octet 0xed" },
};

static void
faults_say_where_and_what(void **state)
{
	struct values v;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(read_text(refused[i].text, &v, &err), -1);
		assert_int_equal(err.code, EINVAL);
		assert_string_equal(err.text, refused[i].sentence);
	}
}

static void
a_nul_is_no_text(void **state)
{
	struct values v;
	struct err err;

	assert_int_equal(conf_read("x.conf", (struct slice){
	    (const unsigned char *)"[a]\nname = x\0y\n", 15 }, keys, 6, &v,
	    &err), -1);
	assert_string_equal(err.text,
	    "x.conf line 2: wanted UTF-8 text, found octet 0x00");
}

static const struct {
	const char *text;
	usec_t usec;
	const char *back;
} durations[] = {
	{ "24 h", USEC_DAY, "24 h" }, { "1 d", USEC_DAY, "24 h" },
	{ "90 d", 90 * USEC_DAY, "90 d" }, { "72h", 3 * USEC_DAY, "3 d" },
	{ "5 s", 5 * USEC, "5 s" }, { "90 min", 5400 * USEC, "90 min" },
	{ "500 ms", USEC / 2, "500 ms" }, { "0 s", 0, "0 s" },
	{ "7200 s", 7200 * USEC, "2 h" }, { "h", -1 }, { "1 week", -1 },
	{ "99999999999999999999 h", -1 }, { "9223372036854775807 d", -1 },
	{ "1.5 h", -1 }, { "24 h ", -1 },
};

static void
durations_go_there_and_back(void **state)
{
	usec_t usec;
	char text[32];
	size_t i;

	for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		if (durations[i].usec == -1) {
			assert_int_equal(conf_duration(durations[i].text,
			    &usec), -1);
			continue;
		}
		assert_int_equal(conf_duration(durations[i].text, &usec), 0);
		assert_true(usec == durations[i].usec);
		conf_duration_text(text, usec);
		assert_string_equal(text, durations[i].back);
	}
}

static void
sizes_go_there_and_back(void **state)
{
	size_t size;
	char text[32];

	assert_int_equal(conf_size("128 KiB", &size), 0);
	assert_int_equal(size, 131072);
	conf_size_text(text, size);
	assert_string_equal(text, "128 KiB");
	conf_size_text(text, 1000);
	assert_string_equal(text, "1000 B");
	assert_int_equal(conf_size("128 kB", &size), -1);
}

static void
a_value_is_set_in_place(void **state)
{
	struct bytes text = { 0 };
	struct err err;

	bytes_put_text(&text, "# head\n[a]\nname = old # why\n[b]\nsize = 1 B");
	assert_int_equal(conf_set(&text, "a", "name", "new", &err), 0);
	assert_int_equal(conf_set(&text, "b", "size", "2 B", &err), 0);
	assert_string_equal(bytes_text(&text),
	    "# head\n[a]\nname = new\n[b]\nsize = 2 B");
	assert_int_equal(conf_line_of(SLICE(&text), "b", "size"), 5);
	assert_int_equal(conf_line_of(SLICE(&text), "b", "name"), 0);
	assert_int_equal(conf_set(&text, "b", "name", "x", &err), -1);
	assert_int_equal(conf_set(&text, "a", "name", "x # y", &err), -1);
	bytes_free(&text);
}

/* --- sections that repeat ------------------------------------------------- */

struct item {
	char	label[8];
	char	color[8], shade[8];
	usec_t	from, to;
};
#define ITEM(field) offsetof(struct item, field)

static const struct conf_key item_keys[] = {
	{ "", "color", CONF_TEXT, ITEM(color), 8 },
	{ "", "shade", CONF_TEXT, ITEM(shade), 8, .absent = "",
	    .may_be_empty = true },
	{ "", "from", CONF_DAY, ITEM(from), .absent = "1970-01-02" },
	{ "", "to", CONF_LAST_DAY, ITEM(to), .absent = "1970-01-02" },
};

static int
read_many(const char *text, struct conf_many *many, struct err *err)
{
	struct values v = { 0 };

	*many = (struct conf_many){ .prefix = "item", .keys = item_keys,
	    .rows = 4, .size = sizeof(struct item), .most = 2,
	    .label = ITEM(label), .label_room = 8 };
	return conf_read_many("x.conf", slice_text(text), keys,
	    sizeof(keys) / sizeof(keys[0]), &v, many, err);
}

static void
sections_repeat(void **state)
{
	struct conf_many many;
	const struct item *item;
	struct err err;

	assert_int_equal(read_many("[a]\nname = x\n[item.b]\ncolor = red\n"
	    "[item.a]\ncolor = green\nshade =\nto = 1970-01-03\n[item.b]\n"
	    "from = 1970-01-01\nshade = \"o'x\" # o'y\n", &many, &err), 0);
	assert_int_equal(many.count, 2);
	item = many.items;
	assert_string_equal(item[0].label, "b");
	assert_string_equal(item[0].color, "red");
	assert_string_equal(item[0].shade, "o'x");
	assert_true(item[0].from == 0 && item[0].to == 2 * USEC_DAY);
	assert_string_equal(item[1].label, "a");
	assert_string_equal(item[1].shade, "");
	assert_true(item[1].from == USEC_DAY && item[1].to == 3 * USEC_DAY);
	free(many.items);
	assert_int_equal(read_many("[a]\nname = x\n", &many, &err), 0);
	assert_null(many.items);
}

static const struct {
	const char *text, *sentence;
} refused_many[] = {
	{ "[a]\nname = x\n[item.1]\nsize = 1 B\n",
	    "x.conf line 4: [item.1] size: no such key" },
	{ "[a]\nname = x\n[item]\ncolor = red\n",
	    "x.conf line 4: [item] color: no such key" },
	{ "[a]\nname = x\n[item.]\ncolor = red\n",
	    "x.conf line 4: [item.] color: no such key" },
	{ "[a]\nname = x\n[item.1]\ncolor = red\ncolor = red\n",
	    "x.conf line 5: [item.1] color: given twice, first in line 4" },
	{ "[a]\nname = x\n[item.1]\nshade = red\n",
	    "x.conf: [item.1] color: wanted, but it is not there" },
	{ "[a]\nname = x\n[item.1]\ncolor = red\nto = 1970-13-01\n",
	    "x.conf line 5: [item.1] to: wanted a day as 2026-11-22, found "
	    "\"1970-13-01\"" },
	{ "[a]\nname = x\n[item.1]\ncolor = red\n[item.2]\ncolor = red\n"
	    "[item.3]\ncolor = red\n", "x.conf line 8: wanted at most 2 "
	    "sections [item.*], found more" },
};

static void
faults_of_repeated_sections(void **state)
{
	struct conf_many many;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(refused_many) / sizeof(refused_many[0]);
	    i++) {
		assert_int_equal(read_many(refused_many[i].text, &many,
		    &err), -1);
		assert_string_equal(err.text, refused_many[i].sentence);
		assert_null(many.items);
	}
}

static const struct {
	const char *text;
	usec_t day;
} days[] = {
	{ "1970-01-01", 0 }, { "1970-01-02", USEC_DAY },
	{ "2026-11-22", 20779 * USEC_DAY }, { "2024-02-29", 19782 * USEC_DAY },
	{ "2023-02-29", -1 }, { "2026-11-31", -1 }, { "2026-1-1", -1 },
	{ "2026-11-22 ", -1 }, { " 2026-11-2", -1 }, { "22.11.2026", -1 },
	{ "0026-11-22", -1 }, { "", -1 },
};

static void
days_are_of_the_calendar(void **state)
{
	usec_t day;
	size_t i;

	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		if (days[i].day == -1) {
			assert_int_equal(conf_day(days[i].text, &day), -1);
			continue;
		}
		assert_int_equal(conf_day(days[i].text, &day), 0);
		assert_true(day == days[i].day);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(absent_values_have_their_default),
		cmocka_unit_test(faults_say_where_and_what),
		cmocka_unit_test(a_nul_is_no_text),
		cmocka_unit_test(durations_go_there_and_back),
		cmocka_unit_test(sizes_go_there_and_back),
		cmocka_unit_test(a_value_is_set_in_place),
		cmocka_unit_test(sections_repeat),
		cmocka_unit_test(faults_of_repeated_sections),
		cmocka_unit_test(days_are_of_the_calendar),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
