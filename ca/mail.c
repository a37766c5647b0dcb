/*
 * Mails and forms.  See mail.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "err.h"
#include "mail.h"
#include "mail_codes.h"

#define DEPTH	4		/* of parts in parts */
#define PARTS	64		/* looked at in all */

/* --- a header ------------------------------------------------------------- */

/* Without the CR before its end, too; false behind the last. */
static bool
take_line(struct slice *s, struct slice *line)
{
	if (!slice_take_line(s, line))
		return false;
	if (line->size > 0 && line->data[line->size - 1] == '\r')
		line->size--;
	return true;
}

/*
 * The next field, its lines as one (RFC 5322 2.2.3); false behind the header,
 * and *s is the body then.
 */
static bool
take_field(struct slice *s, struct bytes *to)
{
	struct slice line;

	bytes_clear(to);
	if (!take_line(s, &line) || line.size == 0)
		return false;
	bytes_put(to, line.data, line.size);
	while (s->size > 0 && (s->data[0] == ' ' || s->data[0] == '\t') &&
	    take_line(s, &line))
		bytes_put(to, line.data, line.size);
	return true;
}

/* Behind "name:", or NULL: it is another. */
static const char *
value_of(struct bytes *field, const char *name)
{
	const char *text = bytes_text(field);
	size_t n = strlen(name);

	if (strncasecmp(text, name, n) != 0 || text[n] != ':')
		return NULL;
	text += n + 1;
	return text + strspn(text, " \t");
}

int
mail_date(const char *text, usec_t *to)
{
	struct tm tm = { 0 };
	const char *comma = strchr(text, ','), *end;
	int hours = 0, minutes = 0;
	char sign = '+';
	time_t t;

	text = comma == NULL ? text : comma + 1;
	text += strspn(text, " \t");
	end = strptime(text, "%d %b %Y %H:%M:%S", &tm);
	if (end == NULL)
		end = strptime(text, "%d %b %Y %H:%M", &tm);
	if (end == NULL)
		return -1;
	end += strspn(end, " \t");
	if ((*end == '+' || *end == '-') && (sscanf(end, "%c%2d%2d", &sign,
	    &hours, &minutes) != 3 || hours < 0 || minutes < 0))
		return -1;
	t = timegm(&tm) - (sign == '-' ? -1 : 1) *
	    (hours * 3600 + minutes * 60);
	if (t <= 0)
		return -1;
	*to = (usec_t)t * USEC;
	return 0;
}

/* --- a part --------------------------------------------------------------- */

struct part {
	char	type[64], charset[32], boundary[80], encoding[24];
	struct slice body;
};

/* "name=value" or "name="value"" behind the type; "" when it is not there. */
static void
read_parameter(const char *text, const char *name, char *to, size_t room)
{
	size_t n = strlen(name), size;
	const char *end;

	to[0] = '\0';
	while ((text = strchr(text, ';')) != NULL) {
		text++;
		text += strspn(text, " \t");
		if (strncasecmp(text, name, n) != 0 || text[n] != '=')
			continue;
		text += n + 1;
		if (*text == '"')
			end = strchr(++text, '"');
		else
			end = text + strcspn(text, "; \t");
		size = end == NULL ? 0 : (size_t)(end - text);
		if (size < room)
			snprintf(to, room, "%.*s", (int)size, text);
		return;
	}
}

/* A word up to a blank or semicolon, in lower case. */
static void
read_word(const char *text, char *to, size_t room)
{
	size_t i, n = strcspn(text, "; \t");

	for (i = 0; i < n && i + 1 < room; i++)
		to[i] = (char)tolower((unsigned char)text[i]);
	to[i] = '\0';
}

static void
read_part(struct slice s, struct part *p)
{
	struct bytes field = { 0 };
	const char *value;

	memset(p, 0, sizeof(*p));
	snprintf(p->type, sizeof(p->type), "text/plain");
	while (take_field(&s, &field)) {
		if ((value = value_of(&field, "Content-Type")) != NULL) {
			read_word(value, p->type, sizeof(p->type));
			read_parameter(value, "charset", p->charset,
			    sizeof(p->charset));
			read_parameter(value, "boundary", p->boundary,
			    sizeof(p->boundary));
		} else if ((value = value_of(&field,
		    "Content-Transfer-Encoding")) != NULL)
			read_word(value, p->encoding, sizeof(p->encoding));
	}
	p->body = s;
	bytes_free(&field);
}

static bool
is_boundary(struct slice line, const char *boundary, bool *last)
{
	size_t n = strlen(boundary);

	if (line.size < n + 2 || memcmp(line.data, "--", 2) != 0 ||
	    memcmp(line.data + 2, boundary, n) != 0)
		return false;
	*last = line.size >= n + 4 && memcmp(line.data + n + 2, "--", 2) == 0;
	return true;
}

/* The next part between two boundaries (RFC 2046 5.1.1). */
static bool
take_part(struct slice *s, const char *boundary, struct slice *to)
{
	struct slice line;
	bool last = false;

	*to = (struct slice){ s->data, 0 };
	while (take_line(s, &line)) {
		if (is_boundary(line, boundary, &last))
			return true;
		to->size = (size_t)(s->data - to->data);
	}
	return to->size > 0;
}

struct search {
	int		 looked;
	struct part	 found;		/* type "": nothing yet */
};

/* text/plain before other text, which is taken when there is nothing else. */
static void
find_text(struct slice s, int depth, struct search *search)
{
	struct part p;
	struct slice inside;
	bool first = true;

	if (search->looked++ >= PARTS || depth > DEPTH)
		return;
	read_part(s, &p);
	if (strncmp(p.type, "multipart/", 10) == 0 && p.boundary[0] != '\0') {
		while (strcmp(search->found.type, "text/plain") != 0 &&
		    take_part(&p.body, p.boundary, &inside)) {
			if (!first)
				find_text(inside, depth + 1, search);
			first = false;	/* what stands in front is none */
		}
		return;
	}
	if (strncmp(p.type, "text/", 5) == 0 &&
	    (search->found.type[0] == '\0' ||
	    (strcmp(p.type, "text/plain") == 0 &&
	    strcmp(search->found.type, "text/plain") != 0)))
		search->found = p;
}

static void
put_part(const struct part *p, struct mail *to)
{
	struct bytes raw = { 0 };

	if (strcmp(p->encoding, "base64") == 0)
		mail_base64(p->body, &raw);
	else if (strcmp(p->encoding, "quoted-printable") == 0)
		mail_quoted_printable(p->body, &raw);
	else
		bytes_copy(&raw, p->body);
	if (strcmp(p->type, "text/html") == 0)
		mail_strip_tags(&raw);
	to->cut = mail_show(SLICE(&raw), p->charset, MAIL_TEXT, &to->text);
	bytes_free(&raw);
}

/* --- a message ------------------------------------------------------------ */

/* A value on one line. */
static void
keep_line(const char *value, char to[MAIL_LINE])
{
	struct bytes shown = { 0 };
	size_t size;

	if (value == NULL || to[0] != '\0')
		return;
	(void)mail_show(slice_text(value), "", MAIL_LINE - 8, &shown);
	size = strcspn(bytes_text(&shown), "\n");
	snprintf(to, MAIL_LINE, "%.*s", (int)size, bytes_text(&shown));
	bytes_free(&shown);
}

static void
read_head(struct slice s, struct mail *to)
{
	struct bytes field = { 0 };
	const char *value;
	bool stamped = false;

	while (take_field(&s, &field)) {
		keep_line(value_of(&field, "From"), to->from);
		keep_line(value_of(&field, "Subject"), to->subject);
		value = value_of(&field, "Received");
		if (value == NULL || stamped)
			continue;
		stamped = true;
		value = strrchr(value, ';');
		if (value != NULL && mail_date(value + 1 +
		    strspn(value + 1, " \t"), &to->received) == -1)
			to->received = 0;
	}
	bytes_free(&field);
}

/* "From sender date": how mbox begins, and some servers hand over. */
static void
pass_envelope(struct slice *s)
{
	struct slice line;

	if (s->size > 5 && memcmp(s->data, "From ", 5) == 0)
		(void)take_line(s, &line);
}

void
mail_read(struct slice in, struct mail *to)
{
	struct search *search = calloc(1, sizeof(*search));

	if (search == NULL)
		die("out of memory");
	memset(to, 0, sizeof(*to));
	pass_envelope(&in);
	read_head(in, to);
	find_text(in, 0, search);
	if (search->found.type[0] != '\0')
		put_part(&search->found, to);
	free(search);
}

/* --- a form --------------------------------------------------------------- */

static struct slice
take_until(struct slice *s, char c)
{
	const unsigned char *end = memchr(s->data, c, s->size);
	struct slice got = { s->data,
	    end == NULL ? s->size : (size_t)(end - s->data) };

	s->data += got.size + (end != NULL);
	s->size -= got.size + (end != NULL);
	return got;
}

void
form_read(struct slice in, struct mail *to)
{
	struct bytes lines = { 0 };
	struct slice field, name;

	memset(to, 0, sizeof(*to));
	while (in.size > 0) {
		field = take_until(&in, '&');
		if (field.size == 0)
			continue;
		name = take_until(&field, '=');
		form_decode(name, &lines);
		bytes_put_text(&lines, ": ");
		form_decode(field, &lines);
		put_u8(&lines, '\n');
	}
	to->cut = mail_show(SLICE(&lines), "", MAIL_TEXT, &to->text);
	bytes_free(&lines);
}

void
mail_free(struct mail *m)
{
	bytes_free(&m->text);
}
