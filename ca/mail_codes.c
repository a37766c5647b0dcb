/*
 * How text travels.  See mail_codes.h.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "mail_codes.h"
#include "text.h"

static int
hex_value(unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(digits, tolower(c));

	return c == '\0' || at == NULL ? -1 : (int)(at - digits);
}

void
mail_base64(struct slice s, struct bytes *to)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
	    "mnopqrstuvwxyz0123456789+/";
	const char *at;
	unsigned value = 0;
	size_t i, bits = 0;

	for (i = 0; i < s.size && s.data[i] != '='; i++) {
		at = s.data[i] == '\0' ? NULL : strchr(digits, s.data[i]);
		if (at == NULL)
			continue;
		value = value << 6 | (unsigned)(at - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			put_u8(to, (uint8_t)(value >> bits));
			value &= (1u << bits) - 1;
		}
	}
}

/* "=XX", "=" at the end of a line, or "%XX"; how many octets it takes. */
static size_t
take_escape(struct slice s, size_t i, bool lines, struct bytes *to)
{
	int high, low;

	if (lines && i + 1 < s.size && s.data[i + 1] == '\n')
		return 2;
	if (lines && i + 2 < s.size && s.data[i + 1] == '\r' &&
	    s.data[i + 2] == '\n')
		return 3;
	if (i + 2 < s.size && (high = hex_value(s.data[i + 1])) != -1 &&
	    (low = hex_value(s.data[i + 2])) != -1) {
		put_u8(to, (uint8_t)(high * 16 + low));
		return 3;
	}
	put_u8(to, s.data[i]);
	return 1;
}

void
mail_quoted_printable(struct slice s, struct bytes *to)
{
	size_t i = 0;

	while (i < s.size)
		if (s.data[i] == '=')
			i += take_escape(s, i, true, to);
		else
			put_u8(to, s.data[i++]);
}

void
form_decode(struct slice s, struct bytes *to)
{
	size_t i = 0;

	while (i < s.size)
		if (s.data[i] == '%')
			i += take_escape(s, i, false, to);
		else {
			put_u8(to, s.data[i] == '+' ? ' ' : s.data[i]);
			i++;
		}
}

/* --- HTML ----------------------------------------------------------------- */

/* Behind which a new line begins. */
static bool
ends_line(const unsigned char *tag, size_t size)
{
	static const char *const tags[] = { "br", "/p", "/div", "/tr", "/li",
		"/h1", "/h2", "/h3", "/title" };
	size_t i, n;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		n = strlen(tags[i]);
		if (size >= n && strncasecmp((const char *)tag, tags[i],
		    n) == 0 && (size == n || !isalnum(tag[n])))
			return true;
	}
	return false;
}

void
mail_strip_tags(struct bytes *text)
{
	struct bytes out = { 0 };
	size_t i, begin;

	for (i = 0; i < text->size; i++) {
		if (text->data[i] != '<') {
			put_u8(&out, text->data[i]);
			continue;
		}
		for (begin = ++i; i < text->size &&
		    text->data[i] != '>'; i++)
			continue;
		if (ends_line(text->data + begin, i - begin))
			put_u8(&out, '\n');
	}
	bytes_take(text, &out);
	bytes_free(&out);
}

/* --- as it is shown ------------------------------------------------------- */

static bool
is_latin1(const char *charset)
{
	return strncasecmp(charset, "iso-8859-1", 10) == 0 ||
	    strcasecmp(charset, "windows-1252") == 0;
}

/* One character; how many octets it took. */
static size_t
show_one(struct slice s, bool latin1, struct bytes *to)
{
	unsigned char c = s.data[0];
	uint32_t point;
	size_t n;

	if (c == '\n' || c == '\t' || (c >= ' ' && c < 0x7f)) {
		put_u8(to, c);
		return 1;
	}
	if (c < 0x80)
		return 1;
	if (latin1 && c >= 0xa0) {
		put_u8(to, (uint8_t)(0xc0 | c >> 6));
		put_u8(to, (uint8_t)(0x80 | (c & 0x3f)));
		return 1;
	}
	n = latin1 ? 0 : utf8_character(s, &point);
	if (n == 0)
		put_u8(to, '?');
	bytes_put(to, s.data, n);
	return n == 0 ? 1 : n;
}

bool
mail_show(struct slice s, const char *charset, size_t most, struct bytes *to)
{
	bool latin1 = is_latin1(charset);
	size_t n;

	while (s.size > 0 && to->size + 4 < most) {
		n = show_one(s, latin1, to);
		s.data += n;
		s.size -= n;
	}
	if (to->size > 0 && to->data[to->size - 1] != '\n')
		put_u8(to, '\n');
	return s.size > 0;
}
