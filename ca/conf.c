/*
 * Configuration texts.  The text is scanned first, line by line, so that a
 * fault can name its line and nothing that OpenSSL's reader would fetch from
 * elsewhere gets that far; then NCONF reads it and the values are converted by
 * the rows of the caller's table.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/err.h>

#include "conf.h"

#define LINE_MAX_OCTETS	500	/* NCONF reads lines in pieces of 511 */
#define ROWS_MAX	64
#define NAME_ROOM	64

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

/* One assignment as the scan sees it. */
struct assignment {
	char	section[NAME_ROOM], key[NAME_ROOM];
	int	line;
	size_t	value, end;	/* of the value in the text, to the line's end */
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

/* --- the text itself ----------------------------------------------------- */

/* Octets of the UTF-8 sequence at `p`, 0 when it is none (RFC 3629). */
static size_t
utf8_octets(const unsigned char *p, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t point;
	size_t i, n;

	if (p[0] < 0x80)
		return 1;
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > left)
		return 0;
	point = p[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3f);
	}
	if (point < least[n] || point > 0x10ffff ||
	    (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return n;
}

int
conf_text_check(const char *where, struct slice text, struct err *err)
{
	size_t i, n;
	int line = 1;

	if (text.size > CONF_TEXT_MAX)
		return err_set(err, EINVAL, "%s: wanted at most %d octets, "
		    "found %zu", where, CONF_TEXT_MAX, text.size);
	for (i = 0; i < text.size; i += n) {
		n = utf8_octets(text.data + i, text.size - i);
		if (n == 0 || text.data[i] == 0x7f || (text.data[i] < 0x20 &&
		    strchr("\t\n\r", text.data[i]) == NULL) ||
		    text.data[i] == '\0')
			return err_set(err, EINVAL, "%s line %d: wanted UTF-8 "
			    "text, found octet 0x%02x", where, line,
			    text.data[i]);
		if (text.data[i] == '\n')
			line++;
	}
	return 0;
}

static bool
is_blank(unsigned char c)
{

	return c == ' ' || c == '\t' || c == '\r';
}

/* Copies text without blanks around it; -1 when it does not fit. */
static int
copy_trimmed(char *to, size_t room, const unsigned char *from, size_t size)
{

	while (size > 0 && is_blank(from[0])) {
		from++;
		size--;
	}
	while (size > 0 && is_blank(from[size - 1]))
		size--;
	if (size >= room)
		return -1;
	memcpy(to, from, size);
	to[size] = '\0';
	return 0;
}

/* What is on a line: blank, a section, an assignment; -1: neither. */
enum line_kind { LINE_BLANK, LINE_SECTION, LINE_ASSIGNMENT };

static int
line_parse(const unsigned char *line, size_t size, struct assignment *a)
{
	const unsigned char *stop;
	size_t skipped = 0;

	if ((stop = memchr(line, '#', size)) != NULL)
		size = (size_t)(stop - line);
	while (size > 0 && is_blank(line[0])) {
		line++;
		size--;
		skipped++;
	}
	if (size == 0)
		return LINE_BLANK;
	if (line[0] == '[') {
		stop = memchr(line, ']', size);
		if (stop == NULL || copy_trimmed(a->section, NAME_ROOM,
		    line + 1, (size_t)(stop - line - 1)) == -1)
			return -1;
		return LINE_SECTION;
	}
	/* NCONF's own commands begin with a dot: .include, .pragma */
	stop = memchr(line, '=', size);
	if (stop == NULL || line[0] == '.' || memchr(line, '$', size) != NULL)
		return -1;
	if (copy_trimmed(a->key, NAME_ROOM, line,
	    (size_t)(stop - line)) == -1 || strstr(a->key, "::") != NULL)
		return -1;
	a->value = skipped + (size_t)(stop + 1 - line);
	return LINE_ASSIGNMENT;
}

/*
 * The next assignment at or behind *at: 1, 0 at the end, -1 on a line that is
 * something else.  Keeps section and line number in `a`.
 */
static int
scan_next(const char *where, struct slice text, size_t *at,
    struct assignment *a, struct err *err)
{
	const unsigned char *line, *stop;
	size_t size;
	int kind;

	/* Editors put a byte order mark there; NCONF skips it too. */
	if (*at == 0 && text.size >= 3 &&
	    memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
		*at = 3;
	while (*at < text.size) {
		line = text.data + *at;
		stop = memchr(line, '\n', text.size - *at);
		size = stop != NULL ? (size_t)(stop - line) : text.size - *at;
		*at += size + (stop != NULL);
		while (size > 0 && line[size - 1] == '\r')
			size--;
		a->line++;
		if (size > LINE_MAX_OCTETS || (size > 0 &&
		    line[size - 1] == '\\'))
			return err_set(err, EINVAL, "%s line %d: wanted a line"
			    " of at most %d octets that is not continued",
			    where, a->line, LINE_MAX_OCTETS);
		if ((kind = line_parse(line, size, a)) == -1)
			return err_set(err, EINVAL, "%s line %d: wanted "
			    "[section] or `key = value` (no .include, no $)",
			    where, a->line);
		if (kind == LINE_ASSIGNMENT) {
			a->value += (size_t)(line - text.data);
			a->end = (size_t)(line - text.data) + size;
			return 1;
		}
	}
	return 0;
}

/* --- against the table --------------------------------------------------- */

static const struct conf_key *
row_find(const struct conf_key *table, size_t rows, const char *section,
    const char *key)
{
	size_t i;

	for (i = 0; i < rows; i++)
		if (strcmp(table[i].section, section) == 0 &&
		    strcmp(table[i].key, key) == 0)
			return &table[i];
	return NULL;
}

/* Nothing unknown, nothing twice; `lines` gets where each row's key stands. */
static int
scan_against(const char *where, struct slice text,
    const struct conf_key *table, size_t rows, int *lines, struct err *err)
{
	const struct conf_key *row;
	struct assignment a = { .section = "default" };
	size_t at = 0;
	int found;

	while ((found = scan_next(where, text, &at, &a, err)) == 1) {
		row = row_find(table, rows, a.section, a.key);
		if (row == NULL)
			return err_set(err, EINVAL, "%s line %d: [%s] %s: no "
			    "such key", where, a.line, a.section, a.key);
		if (lines[row - table] != 0)
			return err_set(err, EINVAL, "%s line %d: [%s] %s: "
			    "given twice, first in line %d", where, a.line,
			    a.section, a.key, lines[row - table]);
		lines[row - table] = a.line;
	}
	return found;
}

/* What NCONF made of it holds nothing that the scan did not see. */
static int
loaded_against(const char *where, const CONF *conf,
    const struct conf_key *table, size_t rows, struct err *err)
{
	STACK_OF(OPENSSL_CSTRING) *names;
	STACK_OF(CONF_VALUE) *values;
	const CONF_VALUE *v;
	const char *name;
	int i, k, fault = 0;

	if ((names = NCONF_get_section_names(conf)) == NULL)
		return err_openssl(err, EINVAL, "%s", where);
	for (i = 0; i < sk_OPENSSL_CSTRING_num(names) && !fault; i++) {
		name = sk_OPENSSL_CSTRING_value(names, i);
		values = NCONF_get_section(conf, name);
		for (k = 0; k < sk_CONF_VALUE_num(values) && !fault; k++) {
			v = sk_CONF_VALUE_value(values, k);
			if (row_find(table, rows, name, v->name) == NULL)
				fault = err_set(err, EINVAL, "%s: [%s] %s: no "
				    "such key", where, name, v->name);
		}
	}
	sk_OPENSSL_CSTRING_free(names);
	return fault;
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

static int
value_text(const struct conf_key *row, const char *text, char *to,
    struct err *err)
{

	if (text[0] == '\0' || strlen(text) >= row->room)
		return err_set(err, EINVAL, "wanted 1 to %zu octets, found "
		    "%zu", row->room - 1, strlen(text));
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
		if (copy_trimmed(item, sizeof(item),
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
value_yes(const char *text, bool *to, struct err *err)
{

	*to = strcmp(text, "yes") == 0;
	if (*to || strcmp(text, "no") == 0)
		return 0;
	return err_set(err, EINVAL, "wanted yes or no, found \"%s\"", text);
}

static int
value_put(const struct conf_key *row, const char *text, void *target,
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
	}
	die("conf: [%s] %s: no such kind", row->section, row->key);
}

/* --- reading and changing ------------------------------------------------ */

static CONF *
load(const char *where, struct slice text, struct err *err)
{
	CONF *conf = NULL;
	BIO *bio = NULL;
	long line = 0;

	ERR_clear_error();
	if (text.size == 0)
		bio = BIO_new(BIO_s_mem());
	else
		bio = BIO_new_mem_buf(text.data, (int)text.size);
	if (bio == NULL || (conf = NCONF_new(NULL)) == NULL)
		die("conf: out of memory");
	if (NCONF_load_bio(conf, bio, &line) <= 0) {
		err_openssl(err, EINVAL, "%s line %ld: wanted OpenSSL's "
		    "configuration format", where, line);
		NCONF_free(conf);
		conf = NULL;
	}
	BIO_free(bio);
	return conf;
}

static int
values_read(const char *where, const CONF *conf, const struct conf_key *table,
    size_t rows, const int *lines, void *target, struct err *err)
{
	const struct conf_key *row;
	const char *text;
	size_t i;

	for (i = 0; i < rows; i++) {
		row = &table[i];
		text = row->absent;
		if (lines[i] != 0)
			text = NCONF_get_string(conf, row->section, row->key);
		if (text == NULL)
			return err_set(err, EINVAL, "%s: [%s] %s: wanted, but "
			    "it is not there", where, row->section, row->key);
		if (value_put(row, text, target, err) == 0)
			continue;
		if (lines[i] == 0)
			return err_in(err, "%s: [%s] %s", where, row->section,
			    row->key);
		return err_in(err, "%s line %d: [%s] %s", where, lines[i],
		    row->section, row->key);
	}
	return 0;
}

int
conf_read(const char *where, struct slice text, const struct conf_key *table,
    size_t rows, void *target, struct err *err)
{
	CONF *conf = NULL;
	int lines[ROWS_MAX] = { 0 }, result = -1;

	if (rows > ROWS_MAX)
		die("conf: more than %d keys", ROWS_MAX);
	if (conf_text_check(where, text, err) == -1 ||
	    scan_against(where, text, table, rows, lines, err) == -1 ||
	    (conf = load(where, text, err)) == NULL ||
	    loaded_against(where, conf, table, rows, err) == -1)
		goto out;
	result = values_read(where, conf, table, rows, lines, target, err);
out:
	NCONF_free(conf);
	return result;
}

/* 1 with the assignment of this key, 0 when the text has none. */
static int
assignment_find(struct slice text, const char *section, const char *key,
    struct assignment *a)
{
	struct err err;
	size_t at = 0;

	memset(a, 0, sizeof(*a));
	memcpy(a->section, "default", sizeof("default"));
	while (scan_next("", text, &at, a, &err) == 1)
		if (strcmp(a->section, section) == 0 &&
		    strcmp(a->key, key) == 0)
			return 1;
	return 0;
}

int
conf_line_of(struct slice text, const char *section, const char *key)
{
	struct assignment a;

	return assignment_find(text, section, key, &a) ? a.line : 0;
}

int
conf_set(struct bytes *text, const char *section, const char *key,
    const char *value, struct err *err)
{
	struct assignment a;
	struct bytes changed = { 0 };

	if (!assignment_find(SLICE(text), section, key, &a))
		return err_set(err, EINVAL, "[%s] %s: not in the template",
		    section, key);
	if (strpbrk(value, "#\\\"'`$\n\r") != NULL)
		return err_set(err, EINVAL, "[%s] %s: wanted a value without "
		    "# \\ $ and quotation marks, found \"%s\"", section, key,
		    value);
	bytes_put(&changed, text->data, a.value);
	bytes_printf(&changed, " %s", value);
	bytes_put(&changed, text->data + a.end, text->size - a.end);
	bytes_take(text, &changed);
	return 0;
}
