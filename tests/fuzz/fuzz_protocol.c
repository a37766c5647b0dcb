/*
 * Messages between core and signer, both ways: what is taken apart without a
 * fault comes out the same when it is put together again.
 */
#include <stdlib.h>
#include <string.h>

#include "hsm/protocol.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
orders(uint32_t count, struct slice items)
{
	struct bytes again = { 0 };
	struct slice before;
	struct wire_order o;

	for (; count > 0; count--) {
		before = items;
		if (wire_order_get(&items, &o) == -1)
			break;
		bytes_clear(&again);
		wire_order_put(&again, &o);
		before.size -= items.size;
		if (!slice_equal(before, SLICE(&again)))
			abort();
	}
	bytes_free(&again);
}

static void
answers(uint32_t count, struct slice items)
{
	struct wire_answer a;

	for (; count > 0; count--)
		if (wire_answer_get(&items, &a) == -1 ||
		    memchr(a.reason, '\0', sizeof(a.reason)) == NULL)
			break;
}

static void
keys(uint32_t count, struct slice items)
{
	struct wire_key k;

	for (; count > 0; count--)
		if (wire_key_get(&items, &k) == -1)
			break;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct slice s = { data, size }, items;
	enum message_type type;
	struct err err;
	uint32_t count;

	while (message_get(&s, &type, &count, &items, &err) == 1) {
		if (type == MESSAGE_ORDERS)
			orders(count, items);
		else if (type == MESSAGE_ANSWERS)
			answers(count, items);
		else
			keys(count, items);
	}
	return 0;
}
