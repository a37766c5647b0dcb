/*
 * Mails and forms: the text that a person wrote, from whom, and when the
 * transport had it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/mail.h"

static void
the_text_is_found(void **state)
{
	static const struct {
		const char	*mail, *text;
	} rows[] = {
		{ "", "" },
		{ "Subject: x\n\nbody", "body\n" },
		{ "Subject: x\r\n\r\none\r\ntwo\r\n", "one\ntwo\n" },
		{ "From eve Sun Nov 22\nSubject: x\n\nbody\n", "body\n" },
		{ "Content-Transfer-Encoding: base64\n\nb25l\nIHR3bw==\n",
		  "one two\n" },
		{ "Content-Transfer-Encoding: Quoted-Printable\n\n=61=\nb=3",
		  "ab=3\n" },
		{ "Content-Type: text/plain; charset=\"iso-8859-1\"\n\n\344",
		  "\303\244\n" },
		{ "Content-Type: text/plain\n\n\344\303\244\001x", "?\303\244x\n" },
		{ "Content-Type: text/html\n\n<p>a<br/>b</p><x", "a\nb\n" },
		{ "Content-Type: image/png\n\nPNG", "" },
		{ "Content-Type: multipart/mixed; boundary=b\n\nfront\n--b\n"
		  "\nin\n--b--\nbehind", "in\n" },
		/* text/plain before others, wherever it stands. */
		{ "Content-Type: multipart/alternative; boundary=\"b c\"\n\n"
		  "--b c\nContent-Type: text/html\n\n<b>h\n--b c\n"
		  "Content-Type: text/plain\n\np\n--b c--\n", "p\n" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		  "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nin\n"
		  "--c--\n--b--\n", "in\n" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		  "Content-Type: text/html\n\n<i>h</i>\n--b--\n", "h\n" },
		{ "Content-Type: multipart/mixed\n\nno boundary", "" },
		{ "Content-Type: multipart/mixed; boundary=b\n\nno part", "" },
	};
	struct mail m;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		mail_read(slice_text(rows[i].mail), &m);
		assert_string_equal(bytes_text(&m.text), rows[i].text);
		assert_false(m.cut);
		mail_free(&m);
	}
}

/* Part in part in part, to no end. */
static void
depth_ends(void **state)
{
	struct bytes text = { 0 };
	struct mail m;

	for (int i = 0; i < 1000; i++)
		bytes_put_text(&text, "Content-Type: multipart/mixed; "
		    "boundary=b\n\n--b\n");
	bytes_put_text(&text, "\nin\n");
	mail_read(SLICE(&text), &m);
	assert_int_equal(m.text.size, 0);
	mail_free(&m);
	bytes_clear(&text);
	bytes_put_text(&text, "Subject: long\n\n");
	for (int i = 0; i < 20000; i++)
		bytes_put_text(&text, "0123456789\n");
	mail_read(SLICE(&text), &m);
	assert_true(m.cut);
	assert_true(m.text.size <= MAIL_TEXT + 1);
	mail_free(&m);
	bytes_free(&text);
}

static void
when_it_was_received(void **state)
{
	static const struct {
		const char	*text, *time;
	} rows[] = {
		{ "Sun, 22 Nov 2026 04:33:43 +0000", "2026-11-22T04:33:43Z" },
		{ "22 Nov 2026 04:33:43 +0100 (CET)", "2026-11-22T03:33:43Z" },
		{ "Sun, 22 Nov 2026 04:33 -0530", "2026-11-22T10:03:00Z" },
		{ "Sun, 22 Nov 2026 04:33:43 GMT", "2026-11-22T04:33:43Z" },
		{ "Sun, 22 Nov 2026", "" },
		{ "22 November", "" },
		{ "yesterday", "" },
		{ "", "" },
		{ "Sun, 22 Nov 2026 04:33:43 +x", "" },
	};
	char text[CLOCK_TEXT];
	usec_t time;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(mail_date(rows[i].text, &time),
		    rows[i].time[0] == '\0' ? -1 : 0);
		if (rows[i].time[0] == '\0')
			continue;
		clock_text_seconds(text, time);
		assert_string_equal(text, rows[i].time);
	}
}

static void
only_the_topmost_stamp_counts(void **state)
{
	static const struct {
		const char	*mail, *time, *from;
	} rows[] = {
		{ "Received: by a;\n Sun, 22 Nov 2026 04:00:00 +0000\n"
		  "Received: by b; Sun, 22 Nov 2026 03:00:00 +0000\n"
		  "From: Eve\n <e@x>\nFrom: Bob\n\nReceived: by c",
		  "2026-11-22T04:00:00Z", "Eve <e@x>" },
		{ "Received: by a\nReceived: by b; Sun, 22 Nov 2026 03:00:00 "
		  "+0000\n\n", "", "" },
		{ "From: x\n\nReceived: by c; Sun, 22 Nov 2026 03:00:00 +0000",
		  "", "x" },
	};
	char text[CLOCK_TEXT];
	struct mail m;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		mail_read(slice_text(rows[i].mail), &m);
		text[0] = '\0';
		if (m.received != 0)
			clock_text_seconds(text, m.received);
		assert_string_equal(text, rows[i].time);
		assert_string_equal(m.from, rows[i].from);
		mail_free(&m);
	}
}

static void
a_form_is_lines(void **state)
{
	static const struct {
		const char	*form, *text;
	} rows[] = {
		{ "", "" },
		{ "serial=0A&text=it+is%21", "serial: 0A\ntext: it is!\n" },
		{ "a=1%0D%0Ab%3A+2&&c", "a: 1\nb: 2\nc: \n" },
		{ "a=%zz%4&=x", "a: %zz%4\n: x\n" },
		{ "a=%00%07b", "a: b\n" },
	};
	struct mail m;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		form_read(slice_text(rows[i].form), &m);
		assert_string_equal(bytes_text(&m.text), rows[i].text);
		mail_free(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_is_found),
		cmocka_unit_test(depth_ends),
		cmocka_unit_test(when_it_was_received),
		cmocka_unit_test(only_the_topmost_stamp_counts),
		cmocka_unit_test(a_form_is_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
