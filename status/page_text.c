/*
 * Numbers, times and rows of the page.  See page_text.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../ca/html.h"
#include "page_text.h"

#define THIN	"\xe2\x80\xaf"		/* U+202F, does not break */
#define MINUTE	(60 * USEC)
#define HOUR	(60 * MINUTE)

void
page_number(struct bytes *to, int64_t number)
{
	char digits[24];
	size_t length;

	if (number < 0) {
		bytes_put_text(to, "\xe2\x88\x92");	/* minus */
		number = -number;
	}
	snprintf(digits, sizeof digits, "%" PRId64, number);
	length = strlen(digits);
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0 && length > 4)
			bytes_put_text(to, THIN);
		put_u8(to, (uint8_t)digits[i]);
	}
}

void
page_octets(struct bytes *to, int64_t octets)
{
	static const char *const units[] = {
		"octets", "KiB", "MiB", "GiB", "TiB", "PiB"
	};
	double value = (double)octets;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < sizeof units / sizeof *units) {
		value /= 1024;
		unit++;
	}
	if (unit > 0 && value < 100)
		bytes_printf(to, "%.1f", value);
	else
		page_number(to, (int64_t)value);
	bytes_printf(to, THIN "%s", units[unit]);
}

/* 2026-11-22T04:50:35Z is 2026-11-22 04:50 to people. */
void
page_time(struct bytes *to, usec_t when)
{
	char text[CLOCK_TEXT];

	clock_text_seconds(text, when);
	bytes_printf(to, "<time datetime=\"%s\">%.10s %.5s</time>", text,
	    text, text + 11);
}

void
page_day(struct bytes *to, int64_t day)
{
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
		"Oct", "Nov", "Dec"
	};
	char text[CLOCK_TEXT];
	unsigned month = 1, of_month = 1;

	clock_text_seconds(text, day * USEC_DAY);
	if (sscanf(text, "%*d-%2u-%2u", &month, &of_month) == 2)
		bytes_printf(to, "%u" THIN "%s", of_month,
		    months[(month - 1) % 12]);
}

void
page_span(struct bytes *to, usec_t span)
{
	static const struct {
		usec_t unit, less;
		const char *word, *less_word;
	} rows[] = {
		{ 365 * USEC_DAY, USEC_DAY, "y", "d" },
		{ USEC_DAY, HOUR, "d", "h" },
		{ HOUR, MINUTE, "h", "min" },
		{ MINUTE, USEC, "min", "s" },
		{ USEC, USEC, "s", NULL },
	};
	size_t i = 0, last = sizeof rows / sizeof *rows - 1;
	int64_t count, rest;

	if (span < 0)
		span = -span;
	while (i < last && span < rows[i].unit)
		i++;
	count = span / rows[i].unit;
	rest = span % rows[i].unit / rows[i].less;
	bytes_printf(to, "%" PRId64 THIN "%s", count, rows[i].word);
	/* 40 d is enough said, and 3 h 12 min. */
	if (rest > 0 && count < 20 && i != last)
		bytes_printf(to, " %" PRId64 THIN "%s", rest,
		    rows[i].less_word);
}

void
page_from_now(struct bytes *to, usec_t when, usec_t now)
{
	if (when >= now)
		bytes_put_text(to, "in ");
	page_span(to, when - now);
	if (when < now)
		bytes_put_text(to, " ago");
}

void
page_row_begin(struct bytes *to, const char *name)
{
	bytes_put_text(to, "<tr><th scope=\"row\">");
	html_put_text(to, name);
	bytes_put_text(to, "</th><td>");
}

void
page_row_end(struct bytes *to)
{
	bytes_put_text(to, "</td></tr>\n");
}

void
page_row_text(struct bytes *to, const char *name, const char *text)
{
	page_row_begin(to, name);
	html_put_text(to, text);
	page_row_end(to);
}

void
page_row_number(struct bytes *to, const char *name, int64_t number)
{
	page_row_begin(to, name);
	page_number(to, number);
	page_row_end(to);
}

void
page_mark(struct bytes *to, enum page_mark mark, const char *words)
{
	static const struct {
		const char *class, *shape;
	} marks[] = {
		[MARK_OK] = { "ok", "\xe2\x9c\x93" },		/* check */
		[MARK_WARN] = { "warn", "\xe2\x96\xb2" },	/* triangle */
		[MARK_FAIL] = { "fail", "\xe2\x9c\x96" },	/* cross */
		[MARK_NONE] = { "none", "\xe2\x80\x93" },	/* dash */
	};

	bytes_printf(to, "<span class=\"mark %s\"><span class=\"shape\" "
	    "aria-hidden=\"true\">%s</span> ", marks[mark].class,
	    marks[mark].shape);
	html_put_text(to, words);
	bytes_put_text(to, "</span>");
}
