/*
 * Reading an agreement.  The form is walked line by line beside the form of the
 * terms: a line of one's own part that is a field may go on behind its colon,
 * every other line must be as it was.  Which fields there are is a table; their
 * order in the terms is that of the table, for "accepted by" stands in both
 * parts.  It is electronic (REG-6.3.4-16; OVR-6.3.4-05, -06).
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "agreement.h"
#include "conf.h"

#define FORM	"FORM"

enum field_kind { NAME, OBLIGATION, CHOICE };

#define IN(field)	offsetof(struct agreement_form, field)

/* Whoever declines an obligation has not agreed; publication is a choice. */
static const struct field {
	enum agreement_part	 part;
	enum field_kind		 kind;
	size_t			 offset;
	const char		*label;
} fields[] = {
	{ OF_SUBSCRIBER, NAME, IN(party), "subscriber" },
	{ OF_SUBSCRIBER, NAME, IN(accepted_by), "accepted by" },
	/* REG-6.3.4-10A a) to f) */
	{ OF_SUBSCRIBER, OBLIGATION, IN(obligations),
	    "obligations accepted (yes/no)" },
	{ OF_SUBSCRIBER, OBLIGATION, IN(device),
	    "use of a secure device where asked for (yes/no)" },
	{ OF_SUBSCRIBER, OBLIGATION, IN(records),
	    "records may be kept and handed over (yes/no)" },
	{ OF_SUBSCRIBER, CHOICE, IN(publish),
	    "certificates may be published (yes/no)" },
	{ OF_SUBSCRIBER, OBLIGATION, IN(correct),
	    "what I said is correct (yes/no)" },
	{ OF_SUBSCRIBER, OBLIGATION, IN(subject_obligations),
	    "obligations of the subject accepted (yes/no)" },
	{ OF_SUBJECT, NAME, IN(party), "subject" },
	{ OF_SUBJECT, NAME, IN(accepted_by), "accepted by" },
	/* REG-6.3.4-11A a) to c) */
	{ OF_SUBJECT, OBLIGATION, IN(subject_obligations),
	    "obligations of the subject accepted (yes/no)" },
	{ OF_SUBJECT, OBLIGATION, IN(device),
	    "use of a secure device where asked for (yes/no)" },
	{ OF_SUBJECT, OBLIGATION, IN(records),
	    "records may be kept and handed over (yes/no)" },
	/* DIS-6.1-01B: the subject's own word */
	{ OF_SUBJECT, CHOICE, IN(publish),
	    "certificates that name me may be published (yes/no)" },
};
#define FIELDS	(sizeof(fields) / sizeof(fields[0]))

struct reader {
	struct slice		 dropped, form;	/* what is left of each */
	unsigned		 line;		/* of the terms */
	size_t			 next;		/* field */
	enum agreement_part	 part;
	struct agreement_form	*to;
};

/* --- lines --------------------------------------------------------------- */

static bool
line_is(struct slice line, const char *text)
{
	return line.size == strlen(text) &&
	    memcmp(line.data, text, line.size) == 0;
}

/* What stands behind the last line "FORM"; `line` counts up to it. */
static bool
form_find(struct slice terms, struct slice *form, unsigned *line)
{
	struct slice one;
	unsigned n = 0;
	bool found = false;

	while (slice_take_line(&terms, &one)) {
		n++;
		if (line_is(one, FORM)) {
			*form = terms;
			*line = n;
			found = true;
		}
	}
	return found;
}

static bool
is_field(struct slice line, const struct field *field)
{
	size_t n = strlen(field->label);

	return line.size == n + 1 && line.data[n] == ':' &&
	    memcmp(line.data, field->label, n) == 0;
}

/* --- above the form ------------------------------------------------------ */

/* The line where the two part, when the one does not begin with the other. */
static int
head_check(struct slice dropped, struct slice head, struct err *err)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < head.size; i++) {
		if (i == dropped.size)
			return err_set(err, EINVAL, "line %u: it ends here, "
			    "above the form of the terms in force", line);
		if (dropped.data[i] != head.data[i])
			return err_set(err, EINVAL, "line %u: %s the terms in "
			    "force are wanted byte for byte; only the form at "
			    "their end is filled in", line,
			    dropped.data[i] == '\r' ? "its end is CR LF;" :
			    "an octet differs;");
		line += head.data[i] == '\n';
	}
	return 0;
}

/* --- the form ------------------------------------------------------------ */

static bool
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct slice
trimmed(struct slice s)
{
	while (s.size > 0 && is_blank(s.data[0])) {
		s.data++;
		s.size--;
	}
	while (s.size > 0 && is_blank(s.data[s.size - 1]))
		s.size--;
	return s;
}

static int
name_read(const struct reader *r, const struct field *field,
    struct slice value, struct err *err)
{
	char *to = (char *)r->to + field->offset;
	struct err form;

	if (value.size >= sizeof(r->to->party))
		return err_set(err, EINVAL, "line %u, \"%s\": wanted at most "
		    "%zu octets, found %zu", r->line, field->label,
		    sizeof(r->to->party) - 1, value.size);
	if (memchr(value.data, '\0', value.size) != NULL ||
	    conf_text_check("", value, &form) == -1)
		return err_set(err, EINVAL, "line %u, \"%s\": wanted text in "
		    "UTF-8 without control characters", r->line,
		    field->label);
	memcpy(to, value.data, value.size);
	to[value.size] = '\0';
	return 0;
}

static int
answer_read(const struct reader *r, const struct field *field,
    struct slice value, struct err *err)
{
	bool *to = (bool *)((char *)r->to + field->offset);
	const char *text = (const char *)value.data;

	*to = value.size == 3 && strncasecmp(text, "yes", 3) == 0;
	if (!*to && !(value.size == 2 && strncasecmp(text, "no", 2) == 0))
		return err_set(err, EINVAL, "line %u, \"%s\": wanted yes or "
		    "no", r->line, field->label);
	if (!*to && field->kind == OBLIGATION)
		return err_set(err, EINVAL, "line %u, \"%s\": it is declined, "
		    "and without it there is no agreement", r->line,
		    field->label);
	return 0;
}

static int
field_read(const struct reader *r, const struct field *field,
    struct slice line, struct err *err)
{
	size_t n = strlen(field->label) + 1;
	struct slice value;

	if (line.size < n || memcmp(line.data, field->label, n - 1) != 0 ||
	    line.data[n - 1] != ':')
		return err_set(err, EINVAL, "line %u: wanted \"%s:\" and the "
		    "answer behind it", r->line, field->label);
	value = trimmed((struct slice){ line.data + n, line.size - n });
	if (value.size == 0)
		return err_set(err, EINVAL, "line %u, \"%s\": nothing is "
		    "filled in", r->line, field->label);
	return field->kind == NAME ? name_read(r, field, value, err) :
	    answer_read(r, field, value, err);
}

static int
line_read(struct reader *r, struct slice wanted, struct err *err)
{
	const struct field *field = NULL;
	struct slice line = { NULL, 0 };

	if (!slice_take_line(&r->dropped, &line))
		return err_set(err, EINVAL, "line %u: it ends here, in the "
		    "middle of the form", r->line);
	if (r->next < FIELDS && is_field(wanted, &fields[r->next]))
		field = &fields[r->next++];
	if (field != NULL && field->part == r->part)
		return field_read(r, field, line, err);
	if (slice_equal(line, wanted))
		return 0;
	return err_set(err, EINVAL, "line %u: it is not as in the terms in "
	    "force; %s", r->line, field != NULL ? "the other part of the form "
	    "is left empty" : "only the fields of the form are filled in");
}

/* An editor may leave white space at the end, nobody anything else. */
static int
tail_check(const struct reader *r, struct err *err)
{
	size_t i;

	for (i = 0; i < r->dropped.size; i++)
		if (!is_blank(r->dropped.data[i]) &&
		    r->dropped.data[i] != '\n')
			return err_set(err, EINVAL, "line %u: something stands "
			    "behind the form", r->line + 1);
	return 0;
}

int
agreement_read(struct slice dropped, struct slice terms,
    enum agreement_part part, enum agreement_answer *answer,
    struct agreement_form *form, struct err *err)
{
	struct reader r = { .dropped = dropped, .part = part, .to = form };
	struct slice wanted;
	size_t head;

	memset(form, 0, sizeof(*form));
	*answer = FORM_UNTOUCHED;
	if (slice_equal(dropped, terms))
		return 0;
	if (!form_find(terms, &r.form, &r.line))
		return err_set(err, EINVAL, "the terms in force have no form");
	head = (size_t)(r.form.data - terms.data);
	if (head_check(dropped, (struct slice){ terms.data, head }, err) == -1)
		return -1;
	r.dropped.data += head;
	r.dropped.size -= head;
	while (slice_take_line(&r.form, &wanted)) {
		r.line++;
		if (line_read(&r, wanted, err) == -1)
			return -1;
	}
	if (tail_check(&r, err) == -1)
		return -1;
	*answer = FORM_FILLED;
	return 0;
}

int
agreement_form_check(const char *where, struct slice terms, struct err *err)
{
	struct slice form, line;
	unsigned number;
	size_t next = 0;

	if (!form_find(terms, &form, &number))
		return err_set(err, EINVAL, "%s: wanted a line \"" FORM "\" "
		    "and the form behind it (REG-6.3.4-10A)", where);
	while (next < FIELDS && slice_take_line(&form, &line))
		next += is_field(line, &fields[next]);
	if (next == FIELDS)
		return 0;
	return err_set(err, EINVAL, "%s: wanted the line \"%s:\" in part %s "
	    "of the form, with nothing behind it (%s)", where,
	    fields[next].label, fields[next].part == OF_SUBSCRIBER ? "one" :
	    "two", fields[next].part == OF_SUBSCRIBER ? "REG-6.3.4-10A" :
	    "REG-6.3.4-11A");
}
