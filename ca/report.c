/*
 * Problem reports: see report.h.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "blocks.h"
#include "conf.h"
#include "report.h"

#define BEGIN_DOCUMENT	"-----BEGIN DOCUMENT-----"
#define NAME_MOST	100
#define BLANKS		" \t\r"

/* --- lines ---------------------------------------------------------------- */

/* The next line without blanks at both ends; false behind the last. */
static bool
take_line(struct slice *s, struct slice *line)
{
	if (!slice_take_line(s, line))
		return false;
	while (line->size > 0 && strchr(BLANKS, line->data[0]) != NULL)
		line->data++, line->size--;
	while (line->size > 0 &&
	    strchr(BLANKS, line->data[line->size - 1]) != NULL)
		line->size--;
	return true;
}

/* Of "name: value", either case; the value fits, or it is none. */
static bool
is_line_of(struct slice line, const char *name, char *value, size_t room)
{
	size_t n = strlen(name);

	if (line.size <= n || line.data[n] != ':' ||
	    strncasecmp((const char *)line.data, name, n) != 0)
		return false;
	for (n++; n < line.size &&
	    strchr(BLANKS, line.data[n]) != NULL; n++)
		continue;
	if (line.size - n >= room)
		n = line.size;
	memcpy(value, line.data + n, line.size - n);
	value[line.size - n] = '\0';
	return true;
}

/* --- what it names -------------------------------------------------------- */

/* Hexadecimal, without the colons and blanks between; -1: it is none. */
static int
read_digits(const char *text, bool upper, char *to, size_t room)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (n > 0 && (*text == ':' || *text == ' '))
			continue;
		if (!isxdigit((unsigned char)*text) || n + 1 == room)
			return -1;
		to[n++] = (char)(upper ? toupper((unsigned char)*text) :
		    tolower((unsigned char)*text));
	}
	to[n] = '\0';
	return n == 0 ? -1 : 0;
}

/* Once each. */
static void
add(char *list, size_t room, size_t *count, const char *digits)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (strcmp(list + i * room, digits) == 0)
			return;
	if (*count < REPORT_NAMED)
		memcpy(list + room * (*count)++, digits, strlen(digits) + 1);
}

/* True: the line was meant to name something. */
static bool
read_named(struct slice line, struct report_named *to)
{
	char value[128], digits[128];

	if (is_line_of(line, "serial", value, sizeof(value))) {
		if (read_digits(value, true, digits, REPORT_SERIAL) == 0)
			add(to->serial[0], sizeof(to->serial[0]),
			    &to->serials, digits);
		else
			to->unreadable++;
		return true;
	}
	if (!is_line_of(line, "key", value, sizeof(value)))
		return false;
	if (read_digits(value, false, digits, sizeof(to->key[0])) == 0 &&
	    strlen(digits) == 64)
		add(to->key[0], sizeof(to->key[0]), &to->keys, digits);
	else
		to->unreadable++;
	return true;
}

static void
read_all_named(struct slice text, struct report_named *to)
{
	struct slice line;

	while (take_line(&text, &line))
		(void)read_named(line, to);
}

/* --- a report ------------------------------------------------------------- */

/* How it came, before the first empty line. */
static void
read_head(struct slice text, struct report *r)
{
	struct slice line;
	char value[32];

	while (take_line(&text, &line) && line.size > 0) {
		if (r->received == 0 &&
		    is_line_of(line, "received", value, sizeof(value)) &&
		    clock_parse(value, &r->received) == -1)
			r->received = 0;
		if (r->via[0] == '\0' &&
		    is_line_of(line, "via", value, sizeof(r->via)))
			memcpy(r->via, value, strlen(value) + 1);
	}
	if (r->via[strspn(r->via, "abcdefghijklmnopqrstuvwxyz")] != '\0')
		r->via[0] = '\0';
}

/* Where the block DOCUMENT begins, or the end. */
static size_t
find_document(struct slice in)
{
	struct slice rest = in, line;
	size_t at = 0;

	while (take_line(&rest, &line)) {
		if (line.size == strlen(BEGIN_DOCUMENT) &&
		    memcmp(line.data, BEGIN_DOCUMENT, line.size) == 0)
			return at;
		at = in.size - rest.size;
	}
	return in.size;
}

static bool
is_blank(struct slice s)
{
	size_t i;

	for (i = 0; i < s.size; i++)
		if (s.data[i] > ' ')
			return false;
	return true;
}

static int
read_document(struct slice s, struct report *r, struct err *err)
{
	struct block b;
	int got = block_take("the report", &s, &b, err);

	if (got == 1 && block_decode("the report", &b, &r->document,
	    err) == -1)
		return -1;
	if (got == 1 && !is_blank(s))
		return err_set(err, EINVAL, "nothing stands behind the block "
		    "DOCUMENT of a report");
	return got == -1 ? -1 : 0;
}

static int
read_report(struct slice in, struct report *r, struct err *err)
{
	size_t end = find_document(in);
	struct slice text = { in.data, end };
	struct slice document = { in.data + end, in.size - end };

	if (in.size > REPORT_MOST || text.size > REPORT_TEXT)
		return err_set(err, EFBIG, "a report has at most %zu octets of "
		    "text, and %zu with what lies in it", REPORT_TEXT,
		    REPORT_MOST);
	if (is_blank(text))
		return err_set(err, EINVAL, "the report says nothing: write "
		    "what happened, and \"serial: SERIAL\" in a line of its "
		    "own");
	if (conf_text_check("the report", text, err) == -1)
		return -1;
	bytes_copy(&r->text, text);
	read_head(text, r);
	read_all_named(text, &r->named);
	return read_document(document, r, err);
}

int
report_parse(struct slice in, struct report *r, struct err *err)
{
	memset(r, 0, sizeof(*r));
	if (in.size > 0 && read_report(in, r, err) == 0)
		return 0;
	if (in.size == 0)
		err_set(err, EINVAL, "the report is empty");
	report_free(r);
	return -1;
}

void
report_free(struct report *r)
{
	bytes_free(&r->text);
	bytes_free(&r->document);
}

int
report_name_check(const char *name, struct err *err)
{
	size_t size = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
	    "qrstuvwxyz0123456789._-");

	if (name[0] != '.' && name[size] == '\0' && size > 4 &&
	    size <= NAME_MOST + 4 && (strcmp(name + size - 4, ".txt") == 0 ||
	    strcmp(name + size - 4, ".p7m") == 0))
		return 0;
	return err_set(err, EPERM, "wanted a name of 1 to %d letters, digits, "
	    "\".\", \"_\" and \"-\", then .txt for a report, .p7m for a signed "
	    "request of a registration authority", NAME_MOST);
}

/* --- the decision --------------------------------------------------------- */

int
report_reason_parse(struct slice text, char act[REPORT_ACT],
    struct report_named *named, struct err *err)
{
	struct slice line;

	memset(named, 0, sizeof(*named));
	act[0] = '\0';
	while (act[0] == '\0' && take_line(&text, &line)) {
		if (line.size >= REPORT_ACT ||
		    memchr(line.data, '\0', line.size) != NULL)
			return err_set(err, EINVAL, "reason.txt: its first "
			    "line is text of at most %d octets",
			    REPORT_ACT - 1);
		memcpy(act, line.data, line.size);
		act[line.size] = '\0';
	}
	if (act[0] == '\0')
		return err_set(err, EINVAL, "reason.txt says nothing: write "
		    "the reason into its first line, as into revoke/SERIAL");
	read_all_named(text, named);
	return named->unreadable == 0 ? 0 : err_set(err, EINVAL, "reason.txt: "
	    "a line serial: or key: names no serial number and no SHA-256");
}

/* As one line. */
static void
fold(struct slice text, char *to, size_t room)
{
	size_t i, n = 0;

	for (i = 0; i < text.size && n + 1 < room; i++)
		if (text.data[i] > ' ' && text.data[i] != 0x7f)
			to[n++] = (char)text.data[i];
		else if (n > 0 && to[n - 1] != ' ')
			to[n++] = ' ';
	while (n > 0 && to[n - 1] == ' ')
		n--;
	to[n] = '\0';
}

int
report_confirmation_parse(struct slice text, bool *exception,
    char why[REPORT_WHY], struct err *err)
{
	static const char *const words[] = { "confirmed", "exception" };
	char line[REPORT_WHY + 16];
	size_t i, n;

	if (conf_text_check("confirmation.txt", text, err) == -1)
		return -1;
	fold(text, line, sizeof(line));
	for (i = 0; i < 2; i++) {
		n = strlen(words[i]);
		if (strncasecmp(line, words[i], n) != 0 ||
		    isalnum((unsigned char)line[n]))
			continue;
		n += strspn(line + n, " :,;.-");
		if (line[n] == '\0')
			break;
		*exception = i == 1;
		snprintf(why, REPORT_WHY, "%.*s", REPORT_WHY - 1, line + n);
		return 0;
	}
	return err_set(err, EINVAL, "confirmation.txt: wanted the word "
	    "confirmed or exception, and behind it how it was confirmed, or "
	    "why it could not be (REV-6.2.4-03BA)");
}
