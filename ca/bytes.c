/*
 * Growing buffers and the framing of pipes and records.  See bytes.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "bytes.h"
#include "err.h"

struct slice
slice_text(const char *s)
{
	return (struct slice){ (const unsigned char *)s, strlen(s) };
}

bool
slice_equal(struct slice a, struct slice b)
{
	return a.size == b.size &&
	    (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool
slice_begins(struct slice s, const char *text)
{
	size_t n = strlen(text);

	return s.size >= n && memcmp(s.data, text, n) == 0;
}

bool
slice_take_line(struct slice *from, struct slice *line)
{
	const unsigned char *end;
	size_t size;

	if (from->size == 0)
		return false;
	end = memchr(from->data, '\n', from->size);
	size = end == NULL ? from->size : (size_t)(end - from->data);
	*line = (struct slice){ from->data, size };
	size += end != NULL;
	from->data += size;
	from->size -= size;
	return true;
}

void
bytes_free(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){ NULL, 0, 0 };
}

void
bytes_wipe(struct bytes *b)
{
	if (b->data != NULL)
		OPENSSL_cleanse(b->data, b->room);
	bytes_free(b);
}

void
bytes_clear(struct bytes *b)
{
	b->size = 0;
}

static void
grow(struct bytes *b, size_t more)
{
	unsigned char *p;
	size_t need, room;

	if (more > SIZE_MAX / 2 - b->size)
		die("out of memory: %zu octets more asked", more);
	need = b->size + more + 1;
	room = b->room < 128 ? 128 : b->room;
	while (room < need)
		room *= 2;
	if ((p = realloc(b->data, room)) == NULL)
		die("out of memory: %zu octets asked", room);
	b->data = p;
	b->room = room;
}

/* Room for `more` octets behind the last, and a NUL behind those. */
static inline void
reserve(struct bytes *b, size_t more)
{
	if (more >= b->room - b->size)
		grow(b, more);
}

void
bytes_resize(struct bytes *b, size_t size)
{
	if (size > b->size) {
		reserve(b, size - b->size);
		memset(b->data + b->size, 0, size - b->size);
	}
	b->size = size;
}

unsigned char *
bytes_room(struct bytes *b, size_t size)
{
	reserve(b, size);
	return b->data + b->size;
}

void
bytes_put(struct bytes *b, const void *data, size_t size)
{
	reserve(b, size);
	if (size > 0)
		memcpy(b->data + b->size, data, size);
	b->size += size;
}

void
bytes_put_text(struct bytes *b, const char *s)
{
	bytes_put(b, s, strlen(s));
}

void
bytes_printf(struct bytes *b, const char *fmt, ...)
{
	va_list ap;
	size_t room;
	int n;

	reserve(b, 128);
	for (;;) {
		room = b->room - b->size;
		va_start(ap, fmt);
		n = vsnprintf((char *)b->data + b->size, room, fmt, ap);
		va_end(ap);
		if (n < 0)
			die("bytes_printf: a format fails");
		if ((size_t)n < room)
			break;
		reserve(b, (size_t)n);
	}
	b->size += (size_t)n;
}

void
bytes_copy(struct bytes *b, struct slice s)
{
	bytes_clear(b);
	bytes_put(b, s.data, s.size);
}

void
bytes_take(struct bytes *to, struct bytes *from)
{
	bytes_free(to);
	*to = *from;
	*from = (struct bytes){ NULL, 0, 0 };
}

const char *
bytes_text(struct bytes *b)
{
	reserve(b, 0);
	b->data[b->size] = '\0';
	return (const char *)b->data;
}

/* Framing: a writer and its reader stand side by side. */

static void
put_number(struct bytes *b, uint64_t v, int octets)
{
	unsigned char o[8];
	int i;

	for (i = octets - 1; i >= 0; i--, v >>= 8)
		o[i] = v & 0xff;
	bytes_put(b, o, (size_t)octets);
}

static int
get_number(struct slice *s, uint64_t *v, size_t octets)
{
	size_t i;

	if (s->size < octets)
		return -1;
	for (*v = 0, i = 0; i < octets; i++)
		*v = *v << 8 | s->data[i];
	s->data += octets;
	s->size -= octets;
	return 0;
}

void
put_u8(struct bytes *b, uint8_t v)
{
	*bytes_room(b, 1) = v;
	b->size++;
}

int
get_u8(struct slice *s, uint8_t *v)
{
	uint64_t n;

	if (get_number(s, &n, 1) == -1)
		return -1;
	*v = (uint8_t)n;
	return 0;
}

void
put_u32(struct bytes *b, uint32_t v)
{
	put_number(b, v, 4);
}

int
get_u32(struct slice *s, uint32_t *v)
{
	uint64_t n;

	if (get_number(s, &n, 4) == -1)
		return -1;
	*v = (uint32_t)n;
	return 0;
}

void
put_u64(struct bytes *b, uint64_t v)
{
	put_number(b, v, 8);
}

int
get_u64(struct slice *s, uint64_t *v)
{
	return get_number(s, v, 8);
}

void
put_blob(struct bytes *b, struct slice s)
{
	if (s.size > UINT32_MAX)
		die("a blob of %zu octets does not fit a frame", s.size);
	put_u32(b, (uint32_t)s.size);
	bytes_put(b, s.data, s.size);
}

int
get_blob(struct slice *s, struct slice *blob)
{
	struct slice rest = *s;
	uint32_t size;

	if (get_u32(&rest, &size) == -1 || rest.size < size)
		return -1;
	*blob = (struct slice){ rest.data, size };
	*s = (struct slice){ rest.data + size, rest.size - size };
	return 0;
}

void
put_text(struct bytes *b, const char *s)
{
	put_blob(b, slice_text(s));
}

int
get_text(struct slice *s, char *to, size_t room)
{
	struct slice rest = *s, text;

	if (get_blob(&rest, &text) == -1 || text.size >= room ||
	    (text.size > 0 && memchr(text.data, '\0', text.size) != NULL))
		return -1;
	if (text.size > 0)
		memcpy(to, text.data, text.size);
	to[text.size] = '\0';
	*s = rest;
	return 0;
}
