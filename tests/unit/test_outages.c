/*
 * Outages by month: a table of what probes saw and what comes of it, and the
 * lines themselves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "status/outages.h"
#include "status/probes.h"

#define MINUTE	(60 * USEC)
#define HOUR	(60 * MINUTE)

static usec_t
at(const char *text)
{
	usec_t time;

	assert_int_equal(clock_parse(text, &time), 0);
	return (time);
}

struct look {
	const char	*probe, *time;
	bool		 ok;
};

static const struct {
	const char	*sentence;
	struct look	 looks[6];
	const char	*month, *now;
	usec_t		 out, unknown;
	int64_t		 probes, failed;
	bool		 goes_on;
} rows[] = {
	{ "nobody looked", { { 0 } }, "2026-11-15", "2026-11-20", 0, 0, 0, 0,
	    false },
	{ "what was always there is never out",
	    { { "a", "2026-11-01T00:00:00Z", true },
	    { "a", "2026-11-01T00:30:00Z", true } },
	    "2026-11-15", "2026-11-20", 0, 0, 2, 0, false },
	{ "out from the failure to the next success",
	    { { "a", "2026-11-01T00:00:00Z", true },
	    { "a", "2026-11-01T00:30:00Z", false },
	    { "a", "2026-11-01T00:40:00Z", false },
	    { "a", "2026-11-01T00:50:00Z", true } },
	    "2026-11-15", "2026-11-20", 20 * MINUTE, 0, 4, 2, false },
	{ "an outage that goes on is counted until now",
	    { { "a", "2026-11-01T00:00:00Z", false } },
	    "2026-11-15", "2026-11-01T03:00:00Z", 3 * HOUR, 0, 1, 1, true },
	{ "each month has its part: the first",
	    { { "a", "2026-10-31T23:00:00Z", false },
	    { "a", "2026-11-01T02:00:00Z", true } },
	    "2026-10-15", "2026-11-20", 1 * HOUR, 0, 1, 1, false },
	{ "and the second",
	    { { "a", "2026-10-31T23:00:00Z", false },
	    { "a", "2026-11-01T02:00:00Z", true } },
	    "2026-11-15", "2026-11-20", 2 * HOUR, 0, 1, 0, false },
	{ "where nobody looked for more than an hour it is not known",
	    { { "a", "2026-11-01T00:00:00Z", true },
	    { "a", "2026-11-01T05:00:00Z", true } },
	    "2026-11-15", "2026-11-20", 0, 5 * HOUR, 2, 0, false },
	{ "of two probes the one that saw most counts",
	    { { "a", "2026-11-01T00:00:00Z", false },
	    { "b", "2026-11-01T00:00:00Z", false },
	    { "a", "2026-11-01T00:10:00Z", true },
	    { "b", "2026-11-01T00:20:00Z", true } },
	    "2026-11-15", "2026-11-20", 20 * MINUTE, 0, 4, 2, false },
	{ "a line that is older, or comes again, is nothing new",
	    { { "a", "2026-11-01T00:00:00Z", false },
	    { "a", "2026-11-01T00:10:00Z", true },
	    { "a", "2026-11-01T00:10:00Z", false },
	    { "a", "2026-11-01T00:05:00Z", false } },
	    "2026-11-15", "2026-11-20", 10 * MINUTE, 0, 2, 1, false },
};

static void
outages_are_added_up(void **state)
{
	struct outages *outages;
	struct outage_sum sum;
	struct probe_line line = { .service = PROBE_CRL, .number = -1 };
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		outages = outages_new();
		for (k = 0; k < 6 && rows[i].looks[k].probe != NULL; k++) {
			line.time = at(rows[i].looks[k].time);
			line.ok = rows[i].looks[k].ok;
			snprintf(line.why, sizeof(line.why), "%s", line.ok ?
			    "" : "gone");
			outages_add(outages, rows[i].looks[k].probe, &line);
		}
		outages_sum(outages, PROBE_CRL, outages_month_of(
		    at(rows[i].month)), at(rows[i].now), &sum);
		if (sum.out != rows[i].out || sum.unknown != rows[i].unknown ||
		    sum.probes != rows[i].probes ||
		    sum.failed != rows[i].failed ||
		    (sum.out_since != 0) != rows[i].goes_on)
			fail_msg("%s: out %lld, unknown %lld, %lld probes, "
			    "%lld failed", rows[i].sentence,
			    (long long)sum.out, (long long)sum.unknown,
			    (long long)sum.probes, (long long)sum.failed);
		outages_sum(outages, PROBE_OCSP, outages_month_of(
		    at(rows[i].month)), at(rows[i].now), &sum);
		assert_int_equal(sum.probes, 0);
		outages_free(outages);
	}
}

static void
a_month_is_reported(void **state)
{
	struct outages *outages = outages_new();
	struct probe_line line = { .service = PROBE_CRL, .number = -1 };
	struct bytes text = { 0 };

	line.time = at("2026-10-01T00:00:00Z");
	outages_add(outages, "a", &line);
	line.time = at("2026-10-01T02:00:00Z");
	line.ok = true;
	outages_add(outages, "a", &line);
	probes_report(outages, outages_month_of(line.time), HOUR, &text);
	assert_non_null(strstr(bytes_text(&text), "Availability in 2026-10"));
	assert_non_null(strstr(bytes_text(&text), "crl                    2"
	    "         1         7200"));
	assert_non_null(strstr(bytes_text(&text), "broken"));
	assert_non_null(strstr(bytes_text(&text), "nobody looked"));
	bytes_clear(&text);
	probes_report(outages, outages_month_of(line.time), 2 * HOUR, &text);
	assert_null(strstr(bytes_text(&text), "broken"));
	bytes_free(&text);
	outages_free(outages);
}

static void
a_line_is_read_as_it_was_written(void **state)
{
	struct probe_line line = { .service = PROBE_ROOT_CRL, .number = 17,
	    .milliseconds = 3, .url = "http://h/\"x\"", .why = "\x01 why" };
	struct probe_line back;
	struct bytes text = { 0 };
	struct err err;

	line.time = at("2026-11-22T05:40:00Z");
	probe_line_put(&text, &line);
	assert_int_equal(text.data[text.size - 1], '\n');
	text.size--;
	assert_int_equal(probe_line_get(SLICE(&text), &back, &err), 0);
	assert_memory_equal(&back, &line, sizeof(line));
	bytes_free(&text);
}

static void
strange_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"", "x", "[]", "{}", "{\"ok\":1}",
		"{\"ok\":true,\"time\":\"yesterday\",\"service\":\"crl\","
		    "\"url\":\"u\",\"milliseconds\":1}",
		"{\"ok\":true,\"time\":\"2026-11-22\",\"service\":\"ftp\","
		    "\"url\":\"u\",\"milliseconds\":1}",
		"{\"ok\":true,\"time\":\"2026-11-22\",\"service\":\"crl\","
		    "\"url\":\"u\",\"milliseconds\":-1}",
		"{\"ok\":true,\"time\":\"2026-11-22\",\"service\":\"crl\","
		    "\"url\":\"u\",\"milliseconds\":1,\"number\":\"2\"}",
		"{\"ok\":false,\"time\":\"2026-11-22\",\"service\":\"crl\","
		    "\"url\":\"u\",\"milliseconds\":1}",
	};
	struct probe_line line;
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		err.text[0] = '\0';
		if (probe_line_get(slice_text(lines[i]), &line, &err) != -1 ||
		    err.text[0] == '\0')
			fail_msg("taken: %s", lines[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outages_are_added_up),
		cmocka_unit_test(a_month_is_reported),
		cmocka_unit_test(a_line_is_read_as_it_was_written),
		cmocka_unit_test(strange_lines_are_refused),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
