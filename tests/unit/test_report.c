/*
 * Problem reports: what each names and how it came, what is no report, and the
 * two files by which an officer decides.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/report.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
what_it_names(void **state)
{
	static const struct {
		const char	*text, *serial, *key;
		size_t		 serials, keys, unreadable;
	} rows[] = {
		{ "it is wrong", "", "", 0, 0, 0 },
		{ "serial: 0A0B", "0A0B", "", 1, 0, 0 },
		{ "  SERIAL:\t0a:0b \r\ntext", "0A0B", "", 1, 0, 0 },
		{ "text\n\nserial: 0a 0b", "0A0B", "", 1, 0, 0 },
		{ "serial: 0A\nserial: 0a\nSerial: 0B", "0A", "", 2, 0, 0 },
		{ "the serial: 0A", "", "", 0, 0, 0 },
		{ "serial: none", "", "", 0, 0, 1 },
		{ "serial:", "", "", 0, 0, 1 },
		{ "serial: 00000000000000000000000000000000000000000", "", "",
		  0, 0, 1 },
		{ "key: " KEY, "", KEY, 0, 1, 0 },
		{ "key: 00", "", "", 0, 0, 1 },
		{ "Key: " KEY "\nserial: 0A", "0A", KEY, 1, 1, 0 },
	};
	struct report r;
	struct err err;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(report_parse(slice_text(rows[i].text), &r,
		    &err), 0);
		assert_int_equal(r.named.serials, rows[i].serials);
		assert_int_equal(r.named.keys, rows[i].keys);
		assert_int_equal(r.named.unreadable, rows[i].unreadable);
		assert_string_equal(r.named.serial[0], rows[i].serial);
		assert_string_equal(r.named.key[0], rows[i].key);
		assert_true(slice_equal(SLICE(&r.text),
		    slice_text(rows[i].text)));
		report_free(&r);
	}
}

static void
how_it_came(void **state)
{
	static const struct {
		const char	*text, *via, *time;
	} rows[] = {
		{ "x", "", "" },
		{ "received: 2026-11-22T10:00:00Z\nvia: mail\n\nx", "mail",
		  "2026-11-22T10:00:00Z" },
		{ "received: 2026-11-22\n\nx", "", "2026-11-22T00:00:00Z" },
		{ "received: today\n\nx", "", "" },
		{ "received: 2026-02-30\n\nx", "", "" },
		{ "via: mail server\n\nx", "", "" },
		{ "via: MAIL\n\nx", "", "" },
		/* Behind the first empty line it is what somebody wrote. */
		{ "via: form\n\nreceived: 2026-11-22\nvia: mail", "form",
		  "" },
		{ "received: 2026-11-22\nreceived: 2026-11-21\n\nx", "",
		  "2026-11-22T00:00:00Z" },
	};
	char time[CLOCK_TEXT];
	struct report r;
	struct err err;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(report_parse(slice_text(rows[i].text), &r,
		    &err), 0);
		assert_string_equal(r.via, rows[i].via);
		time[0] = '\0';
		if (r.received != 0)
			clock_text_seconds(time, r.received);
		assert_string_equal(time, rows[i].time);
		report_free(&r);
	}
}

static void
what_came_with_it(void **state)
{
	static const char text[] = "look\n-----BEGIN CERTIFICATE-----\nAA==\n"
	    "-----END CERTIFICATE-----\n";
	static const char whole[] = "look\n-----BEGIN CERTIFICATE-----\nAA==\n"
	    "-----END CERTIFICATE-----\n-----BEGIN DOCUMENT-----\nb25l\n"
	    "IHR3bw==\n-----END DOCUMENT-----\n";
	struct report r;
	struct err err;

	assert_int_equal(report_parse(slice_text(whole), &r, &err), 0);
	assert_true(slice_equal(SLICE(&r.text), slice_text(text)));
	assert_true(slice_equal(SLICE(&r.document), slice_text("one two")));
	report_free(&r);
}

static void
what_is_no_report(void **state)
{
	static const struct {
		const char	*text, *word;
	} rows[] = {
		{ "", "empty" },
		{ " \r\n\t\n", "says nothing" },
		{ "a\001b", "wanted UTF-8" },
		{ "a\377b", "wanted UTF-8" },
		{ "a\n-----BEGIN DOCUMENT-----\nb25l\n", "no END line" },
		{ "a\n-----BEGIN DOCUMENT-----\n!\n-----END DOCUMENT-----\n",
		  "no base64" },
		{ "a\n-----BEGIN DOCUMENT-----\nb25l\n-----END DOCUMENT-----\n"
		  "more", "nothing stands behind" },
		{ "-----BEGIN DOCUMENT-----\nb25l\n-----END DOCUMENT-----\n",
		  "says nothing" },
	};
	unsigned char *large = calloc(1, REPORT_TEXT + 1);
	struct report r;
	struct err err;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(report_parse(slice_text(rows[i].text), &r,
		    &err), -1);
		assert_int_equal(err.code, EINVAL);
		assert_non_null(strstr(err.text, rows[i].word));
	}
	memset(large, 'x', REPORT_TEXT + 1);
	assert_int_equal(report_parse((struct slice){ large, REPORT_TEXT },
	    &r, &err), 0);
	report_free(&r);
	assert_int_equal(report_parse((struct slice){ large,
	    REPORT_TEXT + 1 }, &r, &err), -1);
	assert_int_equal(err.code, EFBIG);
	free(large);
}

static void
names_are_of_a_list(void **state)
{
	static const char *const good[] = { "a.txt", "A-1_b.c.txt", "ra.p7m" };
	static const char *const bad[] = { ".txt", ".a.txt", "a b.txt", "a",
		"a.TXT", "a.txt.exe", "\303\244.txt", "a/b.txt", "" };
	char longest[] = "1234567890123456789012345678901234567890123456789012"
	    "345678901234567890123456789012345678901234567890.txt";
	struct err err;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_int_equal(report_name_check(good[i], &err), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(report_name_check(bad[i], &err), -1);
	assert_int_equal(report_name_check(longest, &err), 0);
	memcpy(longest + 100, "0.tx", 5);
	assert_int_equal(report_name_check(longest, &err), -1);
}

static void
how_it_is_decided(void **state)
{
	static const struct {
		const char	*text, *act;
		size_t		 serials, keys;
		int		 ret;
	} rows[] = {
		{ "keyCompromise seen", "keyCompromise seen", 0, 0, 0 },
		{ "\n \n superseded \r\nbecause\n", "superseded", 0, 0, 0 },
		{ "4 new\nserial: 0a\nkey: " KEY, "4 new", 1, 1, 0 },
		{ "", "", 0, 0, -1 },
		{ " \n\n", "", 0, 0, -1 },
		{ "4\nserial: it", "", 0, 0, -1 },
	};
	char act[REPORT_ACT];
	struct report_named named;
	struct err err;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(report_reason_parse(slice_text(rows[i].text),
		    act, &named, &err), rows[i].ret);
		if (rows[i].ret == -1)
			continue;
		assert_string_equal(act, rows[i].act);
		assert_int_equal(named.serials, rows[i].serials);
		assert_int_equal(named.keys, rows[i].keys);
	}
}

static void
how_it_is_confirmed(void **state)
{
	static const struct {
		const char	*text, *why;
		int		 ret;
		bool		 exception;
	} rows[] = {
		{ "confirmed: by telephone", "by telephone", 0, false },
		{ "Confirmed\nby\r\n telephone\n", "by telephone", 0, false },
		{ "exception - nobody answers", "nobody answers", 0, true },
		{ "EXCEPTION, x", "x", 0, true },
		{ "confirmed", "", -1, false },
		{ "exception:\n", "", -1, false },
		{ "exceptional", "", -1, false },
		{ "it is confirmed", "", -1, false },
		{ "", "", -1, false },
		{ "confirmed \002", "", -1, false },
	};
	char why[REPORT_WHY];
	struct err err;
	bool exception;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(report_confirmation_parse(
		    slice_text(rows[i].text), &exception, why, &err),
		    rows[i].ret);
		if (rows[i].ret == -1)
			continue;
		assert_string_equal(why, rows[i].why);
		assert_int_equal(exception, rows[i].exception);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_names),
		cmocka_unit_test(how_it_came),
		cmocka_unit_test(what_came_with_it),
		cmocka_unit_test(what_is_no_report),
		cmocka_unit_test(names_are_of_a_list),
		cmocka_unit_test(how_it_is_decided),
		cmocka_unit_test(how_it_is_confirmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
