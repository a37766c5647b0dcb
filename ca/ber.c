/*
 * Where an element of BER ends: see ber.h.
 */
#include "ber.h"

#define DEPTH_MAX	16
#define PARTS_MAX	100000

struct walk {
	unsigned	parts;
};

static int	extent(struct walk *, struct slice, unsigned depth, size_t *);

/* Parts up to the end-of-contents octets (X.690 8.1.5). */
static int
indefinite(struct walk *w, struct slice s, unsigned depth, size_t *total)
{
	size_t at = 2, one;
	int got;

	for (;;) {
		if (s.size - at < 2)
			return 0;
		if (s.data[at] == 0 && s.data[at + 1] == 0) {
			*total = at + 2;
			return 1;
		}
		got = extent(w, (struct slice){ s.data + at, s.size - at },
		    depth + 1, &one);
		if (got != 1)
			return got;
		at += one;
	}
}

static int
definite(struct slice s, size_t *total)
{
	size_t octets = s.data[1] & 0x7f, length = 0, i;

	if (s.data[1] < 0x80) {
		*total = 2 + octets;
		return *total <= s.size;
	}
	if (octets > 4)
		return -1;
	if (s.size < 2 + octets)
		return 0;
	for (i = 0; i < octets; i++)
		length = length << 8 | s.data[2 + i];
	*total = 2 + octets + length;
	return *total <= s.size;
}

static int
extent(struct walk *w, struct slice s, unsigned depth, size_t *total)
{
	if (depth > DEPTH_MAX || ++w->parts > PARTS_MAX)
		return -1;
	if (s.size < 2)
		return s.size == 1 && (s.data[0] & 0x1f) == 0x1f ? -1 : 0;
	/* Tags of several octets stand in nothing that is read here. */
	if ((s.data[0] & 0x1f) == 0x1f)
		return -1;
	if (s.data[1] != 0x80)
		return definite(s, total);
	return (s.data[0] & 0x20) == 0 ? -1 : indefinite(w, s, depth, total);
}

int
ber_extent(struct slice s, size_t *total)
{
	struct walk w = { 0 };

	*total = 0;
	return extent(&w, s, 0, total);
}
