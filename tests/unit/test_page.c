/*
 * The page and the metrics from readings made up for it: what comes from
 * outside is text, numbers and times read as people write them, and every
 * metric is described once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "status/metrics.h"
#include "status/page.h"
#include "status/page_text.h"

#define DAY	((int64_t)20413)
#define NOW	(DAY * USEC_DAY + 5 * 3600 * USEC)
#define HOSTILE	"<script>\"'&\n\\x"

static struct readings *
made_up(void)
{
	struct readings *r = calloc(1, sizeof *r);

	assert_non_null(r);
	r->now = NOW;
	r->started = NOW - USEC;
	snprintf(r->name, sizeof r->name, "%s", HOSTILE);
	snprintf(r->root_name, sizeof r->root_name, "%s", HOSTILE);
	for (size_t i = 0; i < KEY_READINGS; i++)
		r->keys[i].name = "issuing";
	for (size_t i = 0; i < HEALTH_CHECKS; i++) {
		r->health[i].name = "crl";
		snprintf(r->health[i].text, sizeof r->health[i].text, "%s",
		    HOSTILE);
	}
	r->tallies.profile_count = 1;
	snprintf(r->tallies.profiles[0].name, 64, "%s", HOSTILE);
	r->event.seq = 1;
	snprintf(r->event.name, sizeof r->event.name, "%s", HOSTILE);
	return r;
}

static bool
has(struct bytes *text, const char *words)
{
	return strstr(bytes_text(text), words) != NULL;
}

static size_t
times(struct bytes *text, const char *words)
{
	const char *p = bytes_text(text);
	size_t count = 0;

	for (; (p = strstr(p, words)) != NULL; p++)
		count++;
	return count;
}

static void
what_comes_from_outside_is_text(void **state)
{
	struct readings *r = made_up();
	struct bytes page = { 0 };

	for (int s = HEALTH_OK; s <= HEALTH_FAIL; s++) {
		r->health[HEALTH_CRL].state = s;
		bytes_clear(&page);
		page_render(r, &page);
		assert_false(has(&page, "<script"));
		assert_false(has(&page, "\"'&\n"));
		assert_true(times(&page, "&lt;script&gt;") > HEALTH_CHECKS);
	}
	bytes_clear(&page);
	metrics_render(r, &page);
	assert_true(has(&page,
	    "_issued_total{profile=\"<script>\\\"'&\\n\\\\x\"} 0\n"));
	bytes_free(&page);
	free(r);
}

static void
the_worst_stands_first(void **state)
{
	struct readings *r = made_up();
	struct bytes page = { 0 };
	const char *text;

	page_render(r, &page);
	assert_true(has(&page, "class=\"problems ok\""));
	assert_true(has(&page, ": well</title>"));
	r->health[HEALTH_SANDBOX].state = HEALTH_WARN;
	r->health[HEALTH_CLOCK].state = HEALTH_FAIL;
	bytes_clear(&page);
	page_render(r, &page);
	text = bytes_text(&page);
	assert_true(has(&page, ": FAILURE</title>"));
	assert_true(has(&page, "1 failure, 1 warning<"));
	assert_true(strstr(text, " Failure") < strstr(text, " Warning"));
	assert_true(strstr(text, " Warning") < strstr(text, "Issuing CA"));
	bytes_free(&page);
	free(r);
}

/* A million on one day and one on another: both are seen, in 30 days. */
static void
each_day_is_drawn(void **state)
{
	struct readings *r = made_up();
	struct bytes page = { 0 };

	r->tallies.days[DAY % TALLY_DAYS] =
	    (struct tally_day){ DAY, 1000000, 1 };
	r->tallies.days[(DAY - 29) % TALLY_DAYS] =
	    (struct tally_day){ DAY - 29, 1, 0 };
	/* One that is older than the drawing, in a row that is free. */
	r->tallies.days[(DAY - 3) % TALLY_DAYS] =
	    (struct tally_day){ DAY - 33, 77, 77 };
	page_render(r, &page);
	assert_int_equal(times(&page, "<rect class=\"up\""), 2);
	assert_int_equal(times(&page, "<rect class=\"down\""), 1);
	assert_true(has(&page, "x=\"291\" y=\"0\" width=\"8\" height=\"100\""));
	assert_true(has(&page, "x=\"1\" y=\"98\" width=\"8\" height=\"2\""));
	assert_true(has(&page, ": issued 1\xe2\x80\xaf" "000\xe2\x80\xaf"
	    "000</title>"));
	bytes_free(&page);
	free(r);
}

static void
a_missed_deadline_is_said(void **state)
{
	struct readings *r = made_up();
	struct bytes text = { 0 };

	r->deadlines.by[BY_OCSP].open = r->deadlines.by[BY_OCSP].missed = 2;
	r->deadlines.by[BY_OCSP].nearest = NOW - 90 * USEC - USEC / 2;
	page_render(r, &text);
	assert_true(has(&text, "missed </span>1\xe2\x80\xafmin 30\xe2\x80\xaf"
	    "s ago"));
	bytes_clear(&text);
	metrics_render(r, &text);
	assert_true(has(&text, "pkifs_revocation_deadline_seconds"
	    "{method=\"OCSP\"} -90.500000\n"));
	assert_false(has(&text, "_deadline_seconds{method=\"CRL\"}"));
	assert_true(has(&text, "_overdue{method=\"OCSP\"} 2\n"));
	assert_int_equal(times(&text, "# HELP "), times(&text, "# TYPE "));
	bytes_free(&text);
	free(r);
}

static const struct {
	usec_t		 span;
	const char	*text;
} spans[] = {
	{ 0, "0 s" }, { 59 * USEC, "59 s" }, { 60 * USEC, "1 min" },
	{ 61 * USEC, "1 min 1 s" }, { 20 * 60 * USEC + USEC, "20 min" },
	{ 3600 * USEC, "1 h" }, { (3600 + 720) * USEC, "1 h 12 min" },
	{ USEC_DAY + 3600 * USEC, "1 d 1 h" }, { 40 * USEC_DAY, "40 d" },
	{ 366 * USEC_DAY, "1 y 1 d" }, { -61 * USEC, "1 min 1 s" },
};
static const struct {
	int64_t		 number;
	const char	*text;
} numbers[] = {
	{ 0, "0" }, { 999, "999" }, { 1000, "1000" }, { 12345, "12 345" },
	{ 1234567, "1 234 567" },
};
static const struct {
	int64_t		 octets;
	const char	*text;
} sizes[] = {
	{ 0, "0 octets" }, { 1023, "1023 octets" }, { 1024, "1.0 KiB" },
	{ 1536, "1.5 KiB" }, { (int64_t)250 << 30, "250 GiB" },
	{ (int64_t)3 << 60, "3072 PiB" },
};

/* The narrow space that does not break, as one. */
static void
assert_reads(struct bytes *text, const char *wanted)
{
	char plain[64];
	size_t n = 0;
	const char *p = bytes_text(text);

	for (; *p != '\0' && n < sizeof plain - 1; p++)
		if (strncmp(p, "\xe2\x80\xaf", 3) == 0) {
			plain[n++] = ' ';
			p += 2;
		} else
			plain[n++] = *p;
	plain[n] = '\0';
	assert_string_equal(plain, wanted);
	bytes_clear(text);
}

static void
numbers_read_as_people_write_them(void **state)
{
	struct bytes text = { 0 };
	size_t i;

	for (i = 0; i < sizeof spans / sizeof *spans; i++) {
		page_span(&text, spans[i].span);
		assert_reads(&text, spans[i].text);
	}
	for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		page_number(&text, numbers[i].number);
		assert_reads(&text, numbers[i].text);
	}
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		page_octets(&text, sizes[i].octets);
		assert_reads(&text, sizes[i].text);
	}
	page_day(&text, DAY);
	assert_reads(&text, "21 Nov");
	page_from_now(&text, NOW + 60 * USEC, NOW);
	assert_reads(&text, "in 1 min");
	bytes_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_from_outside_is_text),
		cmocka_unit_test(the_worst_stands_first),
		cmocka_unit_test(each_day_is_drawn),
		cmocka_unit_test(a_missed_deadline_is_said),
		cmocka_unit_test(numbers_read_as_people_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
