/*
 * Values of configuration texts, by the row of their key.  See conf_value.h.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf_value.h"

struct unit {
	const char	*name;
	int64_t		 factor;
};

static const struct unit time_units[] = {
	{ "ms", USEC / 1000 }, { "s", USEC }, { "min", 60 * USEC },
	{ "h", 3600 * USEC }, { "d", USEC_DAY }
};
static const struct unit size_units[] = {
	{ "B", 1 }, { "KiB", 1024 }, { "MiB", 1024 * 1024 },
	{ "GiB", 1024 * 1024 * 1024 }
};

/* --- numbers with units -------------------------------------------------- */

static int
quantity(const char *text, const struct unit *units, size_t count,
    int64_t *value)
{
	char *end;
	long long number;
	size_t i;

	if (!isdigit((unsigned char)text[0]))
		return -1;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno != 0)
		return -1;
	while (*end == ' ' || *end == '\t')
		end++;
	for (i = 0; i < count; i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		if (number > INT64_MAX / units[i].factor)
			return -1;
		*value = number * units[i].factor;
		return 0;
	}
	return -1;
}

int
conf_duration(const char *text, usec_t *value)
{

	return quantity(text, time_units,
	    sizeof(time_units) / sizeof(time_units[0]), value);
}

int
conf_size(const char *text, size_t *value)
{
	int64_t number;

	if (quantity(text, size_units,
	    sizeof(size_units) / sizeof(size_units[0]), &number) == -1)
		return -1;
	*value = (size_t)number;
	return 0;
}

/* A day of the calendar, by comparison with what it comes back as. */
int
conf_day(const char *text, usec_t *value)
{
	struct tm tm = { 0 };
	char back[CLOCK_TEXT];
	const char *end;

	if (strlen(text) != 10 || text[0] < '1' || text[0] > '9' ||
	    (end = strptime(text, "%Y-%m-%d", &tm)) == NULL || *end != '\0')
		return -1;
	*value = (usec_t)timegm(&tm) * USEC;
	clock_text_seconds(back, *value);
	return strncmp(back, text, 10) == 0 ? 0 : -1;
}

void
conf_duration_text(char to[32], usec_t value)
{
	size_t i;

	/* Up to three days people count hours: "24 h", not "1 d". */
	i = value != 0 && value % USEC_DAY == 0 && value >= 3 * USEC_DAY ? 4 : 3;
	while (i > 0 && (value == 0 || value % time_units[i].factor != 0))
		i--;
	if (value == 0)
		i = 1;
	snprintf(to, 32, "%" PRId64 " %s", value / time_units[i].factor,
	    time_units[i].name);
}

void
conf_size_text(char to[32], size_t value)
{
	size_t i;

	for (i = 3; i > 0; i--)
		if (value != 0 && value % (size_t)size_units[i].factor == 0)
			break;
	snprintf(to, 32, "%zu %s", value / (size_t)size_units[i].factor,
	    size_units[i].name);
}

bool
conf_is_blank(unsigned char c)
{

	return c == ' ' || c == '\t' || c == '\r';
}

int
conf_copy_trimmed(char *to, size_t room, const unsigned char *from, size_t size)
{

	while (size > 0 && conf_is_blank(from[0])) {
		from++;
		size--;
	}
	while (size > 0 && conf_is_blank(from[size - 1]))
		size--;
	if (size >= room)
		return -1;
	memcpy(to, from, size);
	to[size] = '\0';
	return 0;
}

/* --- values -------------------------------------------------------------- */

static int
in_bounds(const struct conf_key *row, int64_t value, const char *least,
    const char *most, const char *text, struct err *err)
{

	if (value >= row->least && value <= row->most)
		return 0;
	return err_set(err, EINVAL, "wanted %s to %s%s%s%s, found \"%s\"",
	    least, most, row->clause != NULL ? " (" : "",
	    row->clause != NULL ? row->clause : "",
	    row->clause != NULL ? ")" : "", text);
}

/* A backslash and a letter in NCONF's format are one. */
static bool
has_control(const char *text)
{

	for (; *text != '\0'; text++)
		if (((unsigned char)*text < 0x20 && *text != '\t') ||
		    *text == 0x7f)
			return true;
	return false;
}

static int
value_text(const struct conf_key *row, const char *text, char *to,
    struct err *err)
{

	if (text[0] == '\0' && row->may_be_empty) {
		to[0] = '\0';
		return 0;
	}
	if (text[0] == '\0' || strlen(text) >= row->room)
		return err_set(err, EINVAL, "wanted 1 to %zu octets, found "
		    "%zu", row->room - 1, strlen(text));
	if (has_control(text))
		return err_set(err, EINVAL, "wanted text of one line without "
		    "control octets");
	memcpy(to, text, strlen(text) + 1);
	return row->check != NULL ? row->check(to, err) : 0;
}

static int
value_list(const struct conf_key *row, const char *text, char *to,
    struct err *err)
{
	const char *end;
	char item[256];
	int64_t count = 0;

	for (;; text = end + 1) {
		end = strchrnul(text, ',');
		if (conf_copy_trimmed(item, sizeof(item),
		    (const unsigned char *)text, (size_t)(end - text)) == -1)
			return err_set(err, EINVAL, "an item is too long");
		if (*end == '\0' && item[0] == '\0' && count == 0)
			break;		/* an empty list */
		if (count == row->most)
			return err_set(err, EINVAL, "wanted at most %" PRId64
			    " items, found more", row->most);
		if (value_text(row, item, to + count * (int64_t)row->room,
		    err) == -1)
			return -1;
		count++;
		if (*end == '\0')
			break;
	}
	if (count < row->least)
		return err_set(err, EINVAL, "wanted at least %" PRId64
		    " items, found %" PRId64, row->least, count);
	return 0;
}

static int
value_duration(const struct conf_key *row, const char *text, usec_t *to,
    struct err *err)
{
	char least[32], most[32];

	conf_duration_text(least, row->least);
	conf_duration_text(most, row->most);
	if (conf_duration(text, to) == -1)
		return err_set(err, EINVAL, "wanted a duration as \"24 h\" "
		    "(ms, s, min, h, d), found \"%s\"", text);
	return in_bounds(row, *to, least, most, text, err);
}

static int
value_size(const struct conf_key *row, const char *text, size_t *to,
    struct err *err)
{
	char least[32], most[32];

	conf_size_text(least, (size_t)row->least);
	conf_size_text(most, (size_t)row->most);
	if (conf_size(text, to) == -1)
		return err_set(err, EINVAL, "wanted a size as \"128 KiB\" (B, "
		    "KiB, MiB, GiB), found \"%s\"", text);
	return in_bounds(row, (int64_t)*to, least, most, text, err);
}

static int
value_number(const struct conf_key *row, const char *text, int *to,
    struct err *err)
{
	char least[32], most[32], *end;
	long number;

	snprintf(least, sizeof(least), "%" PRId64, row->least);
	snprintf(most, sizeof(most), "%" PRId64, row->most);
	errno = 0;
	number = strtol(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0)
		return err_set(err, EINVAL, "wanted a number, found \"%s\"",
		    text);
	if (in_bounds(row, number, least, most, text, err) == -1)
		return -1;
	*to = (int)number;
	return 0;
}

static int
value_day(const char *text, usec_t more, usec_t *to, struct err *err)
{

	if (conf_day(text, to) == -1)
		return err_set(err, EINVAL, "wanted a day as 2026-11-22, "
		    "found \"%s\"", text);
	*to += more;
	return 0;
}

static int
value_yes(const char *text, bool *to, struct err *err)
{

	*to = strcmp(text, "yes") == 0;
	if (*to || strcmp(text, "no") == 0)
		return 0;
	return err_set(err, EINVAL, "wanted yes or no, found \"%s\"", text);
}

int
conf_value_put(const struct conf_key *row, const char *text, void *target,
    struct err *err)
{
	char *to = (char *)target + row->offset;

	switch (row->kind) {
	case CONF_TEXT:
		return value_text(row, text, to, err);
	case CONF_LIST:
		return value_list(row, text, to, err);
	case CONF_DURATION:
		return value_duration(row, text, (usec_t *)(void *)to, err);
	case CONF_SIZE:
		return value_size(row, text, (size_t *)(void *)to, err);
	case CONF_NUMBER:
		return value_number(row, text, (int *)(void *)to, err);
	case CONF_YES:
		return value_yes(text, (bool *)(void *)to, err);
	case CONF_DAY:
		return value_day(text, 0, (usec_t *)(void *)to, err);
	case CONF_LAST_DAY:
		return value_day(text, USEC_DAY, (usec_t *)(void *)to, err);
	}
	die("conf: [%s] %s: no such kind", row->section, row->key);
}

