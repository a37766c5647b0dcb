/*
 * The completeness of terms; see terms.h.  A heading is a line of its own: a
 * number, a full stop, and the words of the table.  Which number and in which
 * order is the author's business, and so is every section more.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "agreement.h"
#include "terms.h"

static const struct heading {
	const char	*words, *requirements;
} headings[] = {
	{ "What these terms are", "REQ-6.2-02" },
	{ "Acceptance of these terms", "REG-6.3.4-08" },
	{ "Acceptance of a certificate", "OVR-6.3.4-01" },
	{ "Limits of use", "REQ-6.2-02" },
	{ "Duties of the subscriber", "OVR-6.9.4-01" },
	{ "Duties of the subject", "OVR-6.9.4-01, OVR-6.3.5-02" },
	{ "Relying parties", "OVR-6.9.4-01, OVR-6.3.5-03" },
	{ "Publication", "DIS-6.1-01B" },
	{ "Records and how long they are kept", "OVR-6.9.4-01, REQ-6.2-02" },
	{ "Difference from the policies of EN 319 411-1", "OVR-6.9.4-01" },
	{ "Conformity", "REQ-6.2-02" },
	{ "Availability", "REQ-6.2-02" },
	{ "Liability", "REQ-6.2-02" },
	{ "Law", "REQ-6.2-02" },
	{ "Complaints and disputes", "REQ-6.2-02" },
	{ "Contact", "REQ-6.2-02" },
};
#define HEADINGS	(sizeof(headings) / sizeof(headings[0]))

/* The words of a heading, or an empty slice. */
static struct slice
heading_words(struct slice line)
{
	static const struct slice none = { NULL, 0 };
	size_t digits = 0;

	while (digits < line.size && isdigit(line.data[digits]))
		digits++;
	if (digits == 0 || line.size < digits + 3 ||
	    memcmp(line.data + digits, ". ", 2) != 0)
		return none;
	return (struct slice){ line.data + digits + 2,
	    line.size - digits - 2 };
}

static bool
is_blank_line(struct slice line)
{
	size_t i;

	for (i = 0; i < line.size; i++)
		if (!isspace(line.data[i]))
			return false;
	return true;
}

enum section { ABSENT, EMPTY, STATED };

/* Has any section of these words something in it? */
static enum section
section_find(struct slice text, const char *words)
{
	enum section found = ABSENT;
	bool inside = false;
	struct slice line, title;

	while (slice_take_line(&text, &line)) {
		title = heading_words(line);
		if (title.size > 0 || slice_equal(line, slice_text("FORM")))
			inside = slice_equal(title, slice_text(words));
		else if (inside && !is_blank_line(line))
			return STATED;
		if (inside)
			found = EMPTY;
	}
	return found;
}

int
terms_check(const char *where, struct slice rendered, struct err *err)
{
	enum section found;
	size_t i;

	for (i = 0; i < HEADINGS; i++) {
		found = section_find(rendered, headings[i].words);
		if (found == STATED)
			continue;
		return err_set(err, EINVAL, "%s: wanted a section \"N. %s\" "
		    "(%s), %s", where, headings[i].words,
		    headings[i].requirements, found == EMPTY ?
		    "found nothing below its heading" : "found none");
	}
	return agreement_form_check(where, rendered, err);
}
