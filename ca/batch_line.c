/*
 * The lines of a batch of revocations.
 */
#include <errno.h>
#include <string.h>

#include "batch_line.h"

/* The serial number a word is, in upper case; -1: it is none. */
static int
read_serial(const char *word, size_t size, char to[BATCH_SERIAL])
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		char c = word[i];

		if (c == ':' && n > 0 && n % 2 == 0 && i + 1 < size &&
		    word[i + 1] != ':')
			continue;
		if (c >= 'a' && c <= 'f')
			c = (char)(c - 'a' + 'A');
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F')) ||
		    n + 1 == BATCH_SERIAL)
			return -1;
		to[n++] = c;
	}
	to[n] = '\0';
	return n == 0 ? -1 : 0;
}

static size_t
line_size(struct slice text, size_t at)
{
	const unsigned char *end = memchr(text.data + at, '\n',
	    text.size - at);

	return end == NULL ? text.size - at :
	    (size_t)(end - (text.data + at));
}

/* Without blanks at both ends and the CR of a text made elsewhere. */
static void
trim(const char **line, size_t *size)
{
	while (*size > 0 && ((*line)[0] == ' ' || (*line)[0] == '\t')) {
		(*line)++;
		(*size)--;
	}
	while (*size > 0 && strchr(" \t\r", (*line)[*size - 1]) != NULL)
		(*size)--;
}

static void
split(const char *line, size_t size, struct batch_line *to)
{
	size_t word;

	memcpy(to->text, line, size);
	to->text[size] = '\0';
	word = strcspn(to->text, " \t");
	if (read_serial(to->text, word, to->serial) != 0)
		to->serial[0] = '\0';
	to->act = to->text + word + strspn(to->text + word, " \t");
}

int
batch_line_next(struct slice text, size_t *at, size_t *number,
    struct batch_line *to)
{
	while (*at < text.size) {
		const char *line = (const char *)text.data + *at;
		size_t size = line_size(text, *at);

		*at += size < text.size - *at ? size + 1 : size;
		++*number;
		trim(&line, &size);
		if (size == 0 || line[0] == '#' || size >= BATCH_LINE)
			continue;
		to->number = *number;
		split(line, size, to);
		return 1;
	}
	return 0;
}

static int
check_line(const unsigned char *line, size_t size, size_t number,
    struct err *err)
{
	if (size >= BATCH_LINE)
		return err_set(err, EINVAL, "line %zu has more than %d octets",
		    number, BATCH_LINE - 1);
	for (size_t i = 0; i < size; i++)
		if ((line[i] < ' ' && line[i] != '\t' && line[i] != '\r') ||
		    line[i] == 0x7f)
			return err_set(err, EINVAL, "line %zu is no text: a "
			    "serial number and a reason are wanted in each "
			    "line", number);
	return 0;
}

int
batch_check(struct slice text, size_t *lines, struct err *err)
{
	struct batch_line line;
	size_t at = 0, number = 0, size;

	*lines = 0;
	while (at < text.size) {
		size = line_size(text, at);
		if (check_line(text.data + at, size, ++number, err) != 0)
			return -1;
		at += size + 1;
	}
	for (at = number = 0; batch_line_next(text, &at, &number, &line);)
		++*lines;
	if (*lines == 0)
		return err_set(err, EINVAL, "no line names a certificate: a "
		    "serial number and a reason are wanted in each");
	return *lines <= BATCH_LINES ? 0 : err_set(err, EINVAL, "it has %zu "
	    "lines; %zu are taken at once", *lines, BATCH_LINES);
}
