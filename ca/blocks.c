/*
 * Texts of keys and blocks: see blocks.h.
 */
#include <errno.h>
#include <string.h>

#include "blocks.h"
#include "text.h"

#define BEGIN		"-----BEGIN "
#define END		"-----END "
#define DASHES		"-----"

/* What stands between `before` and the dashes; false: not such a line. */
static bool
read_label(struct slice line, const char *before, char label[BLOCK_LABEL])
{
	size_t n = strlen(before), end = n + strlen(DASHES);

	while (line.size > 0 && (line.data[line.size - 1] == ' ' ||
	    line.data[line.size - 1] == '\t'))
		line.size--;
	if (!slice_begins(line, before) || line.size <= end ||
	    line.size - end >= BLOCK_LABEL ||
	    memcmp(line.data + line.size - 5, DASHES, 5) != 0)
		return false;
	memcpy(label, line.data + n, line.size - end);
	label[line.size - end] = '\0';
	return true;
}

int
blocks_text(struct slice in, struct bytes *to, struct err *err)
{
	size_t i;

	for (i = 0; i < in.size; i++)
		if (in.data[i] == '\0')
			return err_set(err, EBADMSG, "what is signed is no "
			    "text");
		else if (in.data[i] != '\r' || i + 1 == in.size ||
		    in.data[i + 1] != '\n')
			put_u8(to, in.data[i]);
	return 0;
}

struct slice
blocks_keys(struct slice *s)
{
	struct slice keys = { s->data, 0 }, line;

	while (s->size > 0 && !slice_begins(*s, BEGIN)) {
		slice_take_line(s, &line);
		keys.size = (size_t)(s->data - keys.data);
	}
	return keys;
}

int
block_take(const char *where, struct slice *s, struct block *b,
    struct err *err)
{
	char label[BLOCK_LABEL];
	struct slice line;

	memset(b, 0, sizeof(*b));
	do {
		b->whole.data = s->data;
		if (!slice_take_line(s, &line))
			return 0;
	} while (line.size == 0);
	if (!read_label(line, BEGIN, b->label))
		return err_set(err, EINVAL, "%s: wanted a BEGIN line behind "
		    "the last block", where);
	b->inside.data = s->data;
	while (slice_take_line(s, &line)) {
		b->inside.size = (size_t)(line.data - b->inside.data);
		if (!slice_begins(line, DASHES))
			continue;
		b->whole.size = (size_t)(s->data - b->whole.data);
		if (read_label(line, END, label) &&
		    strcmp(label, b->label) == 0)
			return 1;
		break;
	}
	return err_set(err, EINVAL, "%s: the block %s has no END line",
	    where, b->label);
}

int
block_decode(const char *where, const struct block *b, struct bytes *to,
    struct err *err)
{
	struct bytes digits = { 0 };
	size_t i;
	int ret;

	for (i = 0; i < b->inside.size; i++)
		if (b->inside.data[i] > ' ')
			put_u8(&digits, b->inside.data[i]);
	bytes_clear(to);
	ret = base64_decode(to, (const char *)digits.data, digits.size);
	bytes_wipe(&digits);
	return ret == 0 ? 0 : err_set(err, EINVAL, "%s: the block %s is no "
	    "base64", where, b->label);
}
