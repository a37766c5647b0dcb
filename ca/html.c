/*
 * Text inside HTML.  See html.h.
 */
#include "html.h"

static void
put_octet(struct bytes *to, unsigned char c)
{
	switch (c) {
	case '&':
		bytes_put_text(to, "&amp;");
		return;
	case '<':
		bytes_put_text(to, "&lt;");
		return;
	case '>':
		bytes_put_text(to, "&gt;");
		return;
	case '"':
		bytes_put_text(to, "&quot;");
		return;
	case '\'':
		bytes_put_text(to, "&#39;");
		return;
	default:
		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			bytes_put_text(to, "&#65533;");
		else
			put_u8(to, c);
	}
}

void
html_put(struct bytes *to, struct slice text)
{
	size_t	i;

	for (i = 0; i < text.size; i++)
		put_octet(to, text.data[i]);
}

void
html_put_text(struct bytes *to, const char *text)
{
	html_put(to, slice_text(text));
}
