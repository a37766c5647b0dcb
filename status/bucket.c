/*
 * A bucket of tokens.
 */
#include "bucket.h"

void
bucket_set(struct bucket *b, int64_t price, int64_t burst)
{
	b->price = price;
	b->level = b->most = burst * b->price;
	b->filled = clock_steady();
}

size_t
bucket_take(struct bucket *b, size_t most)
{
	usec_t now = clock_steady();
	size_t count = 0;

	if (b->price == 0)
		return 0;
	b->level += now - b->filled;
	b->filled = now;
	if (b->level > b->most)
		b->level = b->most;
	while (count < most && b->level >= b->price) {
		b->level -= b->price;
		count++;
	}
	return count;
}
