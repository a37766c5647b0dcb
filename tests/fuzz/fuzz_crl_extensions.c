/*
 * Anything as the extensions of a CRL: what is read lies inside it, and the
 * same octets are read the same way again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "status/crl_extensions.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must_lie_inside(struct slice part, const uint8_t *data, size_t size)
{
	if (part.size > 0 && (part.data < data ||
	    part.data + part.size > data + size))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct crl_facts one = { .number = -1 }, two = { .number = -1 };
	struct slice in = { data, size };
	int got = crl_read_extensions(in, &one);

	if (crl_read_extensions(in, &two) != got ||
	    memcmp(&one, &two, sizeof one) != 0)
		abort();
	must_lie_inside(one.key_id, data, size);
	must_lie_inside(one.point, data, size);
	must_lie_inside(one.freshest, data, size);
	if (got == 0 && (one.base < 0 || one.number < -1))
		abort();
	return 0;
}
