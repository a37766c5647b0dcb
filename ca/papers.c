/*
 * Rendering papers.  See papers.h and docs/FORMAT.papers.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "papers.h"

#define VALUES_MAX	256
#define MARKER_MAX	300	/* octets between ${ and } */

/* Words that make a number a quantity; matched in any case. */
static const struct {
	const char	*word;
	enum value_kind	 kind;
	const char	*unit;	/* as conf.h spells it; "": no pin can have it */
} units[] = {
	{ "ms", VALUE_DURATION, "ms" }, { "s", VALUE_DURATION, "s" },
	{ "sec", VALUE_DURATION, "s" }, { "second", VALUE_DURATION, "s" },
	{ "seconds", VALUE_DURATION, "s" }, { "min", VALUE_DURATION, "min" },
	{ "minute", VALUE_DURATION, "min" },
	{ "minutes", VALUE_DURATION, "min" }, { "h", VALUE_DURATION, "h" },
	{ "hour", VALUE_DURATION, "h" }, { "hours", VALUE_DURATION, "h" },
	{ "d", VALUE_DURATION, "d" }, { "day", VALUE_DURATION, "d" },
	{ "days", VALUE_DURATION, "d" }, { "week", VALUE_DURATION, "" },
	{ "weeks", VALUE_DURATION, "" }, { "month", VALUE_DURATION, "" },
	{ "months", VALUE_DURATION, "" }, { "year", VALUE_DURATION, "" },
	{ "years", VALUE_DURATION, "" }, { "octets", VALUE_SIZE, "B" },
	{ "bytes", VALUE_SIZE, "B" }, { "kib", VALUE_SIZE, "KiB" },
	{ "mib", VALUE_SIZE, "MiB" }, { "gib", VALUE_SIZE, "GiB" },
	{ "kb", VALUE_SIZE, "" }, { "mb", VALUE_SIZE, "" },
	{ "gb", VALUE_SIZE, "" },
};

/* A rendering under way. */
struct rendering {
	const struct paper_values *values;
	enum paper_kind	 kind;
	const char	*where;
	struct slice	 template;
	size_t		 at;
	int		 line;
	bool		 stated[VALUES_MAX];
};

/* --- values -------------------------------------------------------------- */

static struct paper_value *
value_add(struct paper_values *values, const char *name, enum value_kind kind,
    unsigned needed)
{
	struct paper_value *v;

	if (values->count == VALUES_MAX)
		die("papers: more than %d values", VALUES_MAX);
	if (values->count == values->room) {
		values->room = values->room * 2 + 16;
		v = realloc(values->list, values->room * sizeof(*v));
		if (v == NULL)
			die("papers: out of memory");
		values->list = v;
	}
	v = &values->list[values->count++];
	memset(v, 0, sizeof(*v));
	if ((size_t)snprintf(v->name, sizeof(v->name), "%s", name) >=
	    sizeof(v->name))
		die("papers: the name %s is too long", name);
	v->kind = kind;
	v->needed = needed;
	return v;
}

void
values_add_text(struct paper_values *values, const char *name,
    unsigned needed, const char *text)
{

	bytes_put_text(&value_add(values, name, VALUE_TEXT, needed)->text,
	    text);
}

void
values_add_duration(struct paper_values *values, const char *name,
    unsigned needed, int64_t usec)
{
	struct paper_value *v;
	char text[32];

	v = value_add(values, name, VALUE_DURATION, needed);
	v->number = usec;
	conf_duration_text(text, usec);
	bytes_put_text(&v->text, text);
}

void
values_add_size(struct paper_values *values, const char *name,
    unsigned needed, size_t size)
{
	struct paper_value *v;
	char text[32];

	v = value_add(values, name, VALUE_SIZE, needed);
	v->number = (int64_t)size;
	conf_size_text(text, size);
	bytes_put_text(&v->text, text);
}

struct bytes *
values_add_table(struct paper_values *values, const char *name,
    unsigned needed)
{

	return &value_add(values, name, VALUE_TEXT, needed)->text;
}

const struct paper_value *
values_find(const struct paper_values *values, const char *name)
{
	size_t i;

	for (i = 0; i < values->count; i++)
		if (strcmp(values->list[i].name, name) == 0)
			return &values->list[i];
	return NULL;
}

void
values_free(struct paper_values *values)
{
	size_t i;

	for (i = 0; i < values->count; i++)
		bytes_free(&values->list[i].text);
	free(values->list);
	memset(values, 0, sizeof(*values));
}

/* --- quantities ---------------------------------------------------------- */

/*
 * Is there a number with a unit at `p`?  Its octets, 0 if not; `kind` says of
 * what and `normal` gets it as conf.h spells it ("" when that has no such
 * unit).
 */
static size_t
quantity_at(const unsigned char *p, size_t left, enum value_kind *kind,
    char normal[40])
{
	size_t digits = 0, word, n = 0, i;

	while (digits < left && (isdigit(p[digits]) || ((p[digits] == '.' ||
	    p[digits] == ',') && digits + 1 < left && isdigit(p[digits + 1]))))
		digits++;
	if (digits == 0 || digits > 18)
		return 0;
	/* Between them a hyphen, a line's end, spaces (U+00A0 is one too). */
	word = digits;
	while (word < left && word < digits + 40 && (strchr(" -\t\r\n",
	    p[word]) != NULL || p[word] == 0xc2 || p[word] == 0xa0))
		word++;
	while (word + n < left && isalpha(p[word + n]))
		n++;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].word) == n &&
		    strncasecmp(units[i].word, (const char *)p + word, n) == 0)
			break;
	if (i == sizeof(units) / sizeof(units[0]))
		return 0;
	*kind = units[i].kind;
	normal[0] = '\0';
	if (units[i].unit[0] != '\0')
		snprintf(normal, 40, "%.*s %s", (int)digits, (const char *)p,
		    units[i].unit);
	return word + n;
}

/* Does a literal mean the same as the value? */
static bool
literal_is(const struct paper_value *v, const char *literal)
{
	enum value_kind kind;
	char normal[40];
	usec_t usec;
	size_t size;

	if (v->kind == VALUE_TEXT)
		return slice_equal(slice_text(literal), SLICE(&v->text));
	if (quantity_at((const unsigned char *)literal, strlen(literal),
	    &kind, normal) != strlen(literal) || kind != v->kind)
		return false;
	if (kind == VALUE_DURATION)
		return conf_duration(normal, &usec) == 0 && usec == v->number;
	return conf_size(normal, &size) == 0 && (int64_t)size == v->number;
}

/*
 * The value a hand-written quantity was most likely put in place of: of its
 * kind, wanted in this paper, and not stated anywhere else in it.
 */
static const struct paper_value *
value_meant(const struct rendering *r, enum value_kind kind)
{
	const struct paper_value *v, *found = NULL;
	char marker[80];
	size_t i;

	for (i = 0; i < r->values->count; i++) {
		v = &r->values->list[i];
		if (v->kind != kind || !(v->needed & r->kind))
			continue;
		snprintf(marker, sizeof(marker), "${%s", v->name);
		if (memmem(r->template.data, r->template.size, marker,
		    strlen(marker)) == NULL)
			return v;
		if (found == NULL)
			found = v;
	}
	return found;
}

static int
refuse_literal(const struct rendering *r, const char *literal, int size,
    enum value_kind kind, struct err *err)
{
	const struct paper_value *v = value_meant(r, kind);

	if (v == NULL)
		return err_set(err, EINVAL, "%s line %d: \"%.*s\" is written "
		    "by hand; wanted ${name} of a value of the configuration,"
		    " or ${fixed: %.*s}", r->where, r->line, size, literal,
		    size, literal);
	return err_set(err, EINVAL, "%s line %d: %s: \"%.*s\" is written by "
	    "hand, the configuration says %.*s; wanted ${%s} or another "
	    "value's name, or ${fixed: %.*s} where it is none of them",
	    r->where, r->line, v->name, size, literal, (int)v->text.size,
	    (const char *)v->text.data, v->name, size, literal);
}

/* --- markers ------------------------------------------------------------- */

static void
trim(char *text)
{
	size_t n = strlen(text), skip = strspn(text, " \t");

	memmove(text, text + skip, n - skip + 1);
	n -= skip;
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		text[--n] = '\0';
}

/* What stands between ${ and }: `name`, `name = literal`, `fixed: text`. */
static int
marker_put(struct rendering *r, char *marker, struct bytes *to,
    struct err *err)
{
	const struct paper_value *v;
	char *literal;

	if (strncmp(marker, "fixed:", 6) == 0) {
		trim(marker + 6);
		bytes_put_text(to, marker + 6);
		return 0;
	}
	if ((literal = strchr(marker, '=')) != NULL) {
		*literal++ = '\0';
		trim(literal);
	}
	trim(marker);
	if ((v = values_find(r->values, marker)) == NULL)
		return err_set(err, EINVAL, "%s line %d: ${%s}: no such value",
		    r->where, r->line, marker);
	if (literal != NULL && !literal_is(v, literal))
		return err_set(err, EINVAL, "%s line %d: %s: \"%s\" is written"
		    " by hand, the configuration says %.*s", r->where, r->line,
		    v->name, literal, (int)v->text.size,
		    (const char *)v->text.data);
	r->stated[v - r->values->list] = true;
	bytes_put(to, v->text.data, v->text.size);
	return 0;
}

/* At ${: takes the marker and what it stands for. */
static int
marker_take(struct rendering *r, struct bytes *to, struct err *err)
{
	const unsigned char *start = r->template.data + r->at + 2, *end;
	char marker[MARKER_MAX + 1];
	size_t left = r->template.size - r->at - 2, size;

	end = memchr(start, '}', left);
	size = end != NULL ? (size_t)(end - start) : 0;
	if (size == 0 || size > MARKER_MAX ||
	    memchr(start, '\n', size) != NULL)
		return err_set(err, EINVAL, "%s line %d: wanted ${name} on "
		    "one line", r->where, r->line);
	memcpy(marker, start, size);
	marker[size] = '\0';
	r->at += size + 3;
	return marker_put(r, marker, to, err);
}

static int
needed_are_stated(const struct rendering *r, struct err *err)
{
	const struct paper_value *v;
	size_t i;

	for (i = 0; i < r->values->count; i++) {
		v = &r->values->list[i];
		if ((v->needed & r->kind) && !r->stated[i])
			return err_set(err, EINVAL, "%s: %s: wanted ${%s} of "
			    "the configuration, but the paper does not state "
			    "it", r->where, v->name, v->name);
	}
	return 0;
}

/* Is the octet before part of the same word or number? */
static bool
inside_word(const struct rendering *r)
{
	unsigned char c;

	if (r->at == 0)
		return false;
	c = r->template.data[r->at - 1];
	return isalnum(c) || c == '.' || c == '-' || c == '_' || c >= 0x80;
}

static int
piece_take(struct rendering *r, struct bytes *to, struct err *err)
{
	const unsigned char *p = r->template.data + r->at;
	size_t left = r->template.size - r->at, size;
	enum value_kind kind;
	char normal[40];

	if (left >= 2 && p[0] == '$' && p[1] == '{')
		return marker_take(r, to, err);
	if (isdigit(p[0]) && !inside_word(r) &&
	    (size = quantity_at(p, left, &kind, normal)) > 0)
		return refuse_literal(r, (const char *)p, (int)size, kind,
		    err);
	if (p[0] == '\n')
		r->line++;
	bytes_put(to, p, 1);
	r->at++;
	return 0;
}

int
paper_render(const struct paper_values *values, enum paper_kind kind,
    const char *where, struct slice template, struct bytes *to,
    struct err *err)
{
	struct rendering r = { .values = values, .kind = kind, .where = where,
	    .template = template, .line = 1 };

	if (conf_text_check(where, template, err) == -1)
		return -1;
	while (r.at < template.size)
		if (piece_take(&r, to, err) == -1)
			return -1;
	return needed_are_stated(&r, err);
}
