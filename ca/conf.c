/*
 * Configuration texts.  The text is scanned first, line by line, so that a
 * fault can name its line and nothing that OpenSSL's reader would fetch from
 * elsewhere gets that far; then NCONF reads it and the values are converted by
 * the rows of the caller's table.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/err.h>

#include "conf.h"
#include "conf_value.h"
#include "text.h"

#define LINE_MAX_OCTETS	500	/* NCONF reads lines in pieces of 511 */
#define ROWS_MAX	64
#define PART_ROWS_MAX	16
#define NAME_ROOM	64

/* One assignment as the scan sees it. */
struct assignment {
	char	section[NAME_ROOM], key[NAME_ROOM];
	int	line;
	size_t	value, end;	/* of the value in the text, to the line's end */
};

/* --- the text itself ----------------------------------------------------- */

int
conf_text_check(const char *where, struct slice text, struct err *err)
{
	uint32_t point;
	size_t i, n;
	int line = 1;

	if (text.size > CONF_TEXT_MAX)
		return err_set(err, EINVAL, "%s: wanted at most %d octets, "
		    "found %zu", where, CONF_TEXT_MAX, text.size);
	for (i = 0; i < text.size; i += n) {
		n = utf8_character((struct slice){ text.data + i,
		    text.size - i }, &point);
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

/* What is on a line: blank, a section, an assignment; -1: neither. */
enum line_kind { LINE_BLANK, LINE_SECTION, LINE_ASSIGNMENT };

static int
line_parse(const unsigned char *line, size_t size, struct assignment *a)
{
	const unsigned char *stop;
	size_t skipped = 0;

	if ((stop = memchr(line, '#', size)) != NULL)
		size = (size_t)(stop - line);
	while (size > 0 && conf_is_blank(line[0])) {
		line++;
		size--;
		skipped++;
	}
	if (size == 0)
		return LINE_BLANK;
	if (line[0] == '[') {
		stop = memchr(line, ']', size);
		if (stop == NULL || conf_copy_trimmed(a->section, NAME_ROOM,
		    line + 1, (size_t)(stop - line - 1)) == -1)
			return -1;
		return LINE_SECTION;
	}
	/* NCONF's own commands begin with a dot: .include, .pragma */
	stop = memchr(line, '=', size);
	if (stop == NULL || line[0] == '.' || memchr(line, '$', size) != NULL)
		return -1;
	if (conf_copy_trimmed(a->key, NAME_ROOM, line,
	    (size_t)(stop - line)) == -1 || strstr(a->key, "::") != NULL)
		return -1;
	a->value = skipped + (size_t)(stop + 1 - line);
	return LINE_ASSIGNMENT;
}

/*
 * NCONF drops quotation marks wherever they stand, so that O'Brien would come
 * out as OBrien: they are wanted around a whole value or behind a backslash.
 */
static bool
quotes_are_plain(const unsigned char *value, size_t size)
{
	static const char marks[] = "\"'`";
	unsigned char open = '\0';
	size_t i;

	for (i = 0; i < size && conf_is_blank(value[i]); i++)
		;
	if (i < size && value[i] != '\0' && strchr(marks, value[i]) != NULL)
		open = value[i++];
	for (; i < size && (open != '\0' || value[i] != '#'); i++) {
		if (value[i] == '\\')
			i++;
		else if (open != '\0' && value[i] == open)
			break;
		else if (open == '\0' && strchr(marks, value[i]) != NULL)
			return false;
	}
	if (open == '\0')
		return true;
	if (i++ >= size)
		return false;
	while (i < size && conf_is_blank(value[i]))
		i++;
	return i == size || value[i] == '#';
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
		if (kind == LINE_ASSIGNMENT && !quotes_are_plain(line +
		    a->value, size - a->value))
			return err_set(err, EINVAL, "%s line %d: wanted a "
			    "backslash before each quotation mark in a value "
			    "(O\\'Brien)", where, a->line);
		if (kind == LINE_ASSIGNMENT) {
			a->value += (size_t)(line - text.data);
			a->end = (size_t)(line - text.data) + size;
			return 1;
		}
	}
	return 0;
}

/* --- against the table --------------------------------------------------- */

/* A section that repeats, as the scan met it. */
struct part {
	char	section[NAME_ROOM];
	int	lines[PART_ROWS_MAX];
};

struct reading {
	const char		*where;
	struct slice		 text;
	const struct conf_key	*table;
	size_t			 rows;
	int			 lines[ROWS_MAX];	/* of each row's key */
	struct conf_many	*many;			/* NULL: none repeat */
	struct part		*parts;
	size_t			 part_count;
};

static const struct conf_key *
row_find(const struct conf_key *table, size_t rows, const char *section,
    const char *key)
{
	size_t i;

	for (i = 0; i < rows; i++)
		if ((section == NULL || strcmp(table[i].section,
		    section) == 0) && strcmp(table[i].key, key) == 0)
			return &table[i];
	return NULL;
}

/* Is it "prefix.LABEL"? */
static bool
section_repeats(const struct reading *r, const char *section)
{
	size_t n;

	if (r->many == NULL)
		return false;
	n = strlen(r->many->prefix);
	return strncmp(section, r->many->prefix, n) == 0 &&
	    section[n] == '.' && section[n + 1] != '\0';
}

static const struct conf_key *
row_of(const struct reading *r, const char *section, const char *key)
{

	if (section_repeats(r, section))
		return row_find(r->many->keys, r->many->rows, NULL, key);
	return row_find(r->table, r->rows, section, key);
}

/* NULL: there are too many. */
static struct part *
part_of(struct reading *r, const char *section)
{
	struct part *parts;
	size_t i;

	/* The newest first: a section's keys stand together. */
	for (i = r->part_count; i-- > 0;)
		if (strcmp(r->parts[i].section, section) == 0)
			return &r->parts[i];
	if (r->part_count == r->many->most)
		return NULL;
	parts = realloc(r->parts, (r->part_count + 1) * sizeof(*parts));
	if (parts == NULL)
		die("conf: out of memory");
	r->parts = parts;
	parts += r->part_count++;
	memset(parts, 0, sizeof(*parts));
	memcpy(parts->section, section, strlen(section) + 1);
	return parts;
}

/* Where the line of this key is noted; NULL: there are too many sections. */
static int *
line_of(struct reading *r, const struct assignment *a,
    const struct conf_key *row)
{
	struct part *part;

	if (!section_repeats(r, a->section))
		return &r->lines[row - r->table];
	if ((part = part_of(r, a->section)) == NULL)
		return NULL;
	return &part->lines[row - r->many->keys];
}

/* Nothing unknown, nothing twice; where each key stands is noted. */
static int
scan_against(struct reading *r, struct err *err)
{
	const struct conf_key *row;
	struct assignment a = { .section = "default" };
	size_t at = 0;
	int found, *line;

	while ((found = scan_next(r->where, r->text, &at, &a, err)) == 1) {
		if ((row = row_of(r, a.section, a.key)) == NULL)
			return err_set(err, EINVAL, "%s line %d: [%s] %s: no "
			    "such key", r->where, a.line, a.section, a.key);
		if ((line = line_of(r, &a, row)) == NULL)
			return err_set(err, EINVAL, "%s line %d: wanted at "
			    "most %zu sections [%s.*], found more", r->where,
			    a.line, r->many->most, r->many->prefix);
		if (*line != 0)
			return err_set(err, EINVAL, "%s line %d: [%s] %s: "
			    "given twice, first in line %d", r->where, a.line,
			    a.section, a.key, *line);
		*line = a.line;
	}
	return found;
}

/* What NCONF made of it holds nothing that the scan did not see. */
static int
loaded_against(const struct reading *r, const CONF *conf, struct err *err)
{
	STACK_OF(OPENSSL_CSTRING) *names;
	STACK_OF(CONF_VALUE) *values;
	const CONF_VALUE *v;
	const char *name;
	int i, k, fault = 0;

	if ((names = NCONF_get_section_names(conf)) == NULL)
		return err_openssl(err, EINVAL, "%s", r->where);
	for (i = 0; i < sk_OPENSSL_CSTRING_num(names) && !fault; i++) {
		name = sk_OPENSSL_CSTRING_value(names, i);
		values = NCONF_get_section(conf, name);
		for (k = 0; k < sk_CONF_VALUE_num(values) && !fault; k++) {
			v = sk_CONF_VALUE_value(values, k);
			if (row_of(r, name, v->name) == NULL)
				fault = err_set(err, EINVAL, "%s: [%s] %s: no "
				    "such key", r->where, name, v->name);
		}
	}
	sk_OPENSSL_CSTRING_free(names);
	return fault;
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

/* What a table of keys is read from and to. */
struct source {
	const char		*section;	/* NULL: each row has its own */
	const struct conf_key	*table;
	size_t			 rows;
	const int		*lines;
	void			*target;
};

static int
values_read(const struct reading *r, const CONF *conf,
    const struct source *from, struct err *err)
{
	const struct conf_key *row;
	const char *text, *in;
	size_t i;

	for (i = 0; i < from->rows; i++) {
		row = &from->table[i];
		in = from->section != NULL ? from->section : row->section;
		text = row->absent;
		if (from->lines[i] != 0)
			text = NCONF_get_string(conf, in, row->key);
		if (text == NULL)
			return err_set(err, EINVAL, "%s: [%s] %s: wanted, but "
			    "it is not there", r->where, in, row->key);
		if (conf_value_put(row, text, from->target, err) == 0)
			continue;
		if (from->lines[i] == 0)
			return err_in(err, "%s: [%s] %s", r->where, in,
			    row->key);
		return err_in(err, "%s line %d: [%s] %s", r->where,
		    from->lines[i], in, row->key);
	}
	return 0;
}

static int
parts_read(const struct reading *r, const CONF *conf, struct err *err)
{
	struct conf_many *many = r->many;
	struct source from = { .table = many->keys, .rows = many->rows };
	char *item;
	size_t i;

	if (r->part_count == 0)
		return 0;
	if ((many->items = calloc(r->part_count, many->size)) == NULL)
		die("conf: out of memory");
	for (i = 0; i < r->part_count; i++) {
		item = (char *)many->items + i * many->size;
		from.section = r->parts[i].section;
		from.lines = r->parts[i].lines;
		from.target = item;
		if (values_read(r, conf, &from, err) == -1)
			return -1;
		if (many->label_room > 0)
			snprintf(item + many->label, many->label_room, "%s",
			    from.section + strlen(many->prefix) + 1);
		many->count++;
	}
	return 0;
}

int
conf_read_many(const char *where, struct slice text,
    const struct conf_key *table, size_t rows, void *target,
    struct conf_many *many, struct err *err)
{
	struct reading r = { .where = where, .text = text, .table = table,
	    .rows = rows, .many = many };
	struct source from = { .table = table, .rows = rows,
	    .lines = r.lines, .target = target };
	CONF *conf = NULL;
	int result = -1;

	if (rows > ROWS_MAX || (many != NULL && many->rows > PART_ROWS_MAX))
		die("conf: more than %d keys", ROWS_MAX);
	if (conf_text_check(where, text, err) == -1 ||
	    scan_against(&r, err) == -1 ||
	    (conf = load(where, text, err)) == NULL ||
	    loaded_against(&r, conf, err) == -1 ||
	    values_read(&r, conf, &from, err) == -1 ||
	    (many != NULL && parts_read(&r, conf, err) == -1))
		goto out;
	result = 0;
out:
	NCONF_free(conf);
	free(r.parts);
	if (result == -1 && many != NULL) {
		free(many->items);
		many->items = NULL;
		many->count = 0;
	}
	return result;
}

int
conf_read(const char *where, struct slice text, const struct conf_key *table,
    size_t rows, void *target, struct err *err)
{

	return conf_read_many(where, text, table, rows, target, NULL, err);
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
