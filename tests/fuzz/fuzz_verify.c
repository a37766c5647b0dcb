/*
 * One event's file of any kind, as the verifier reads it.  What it accepts has
 * a name and an hour that are safe in a path, and digests of the right form.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ca/verify.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char hexadecimal[] = "0123456789abcdef";
	struct slice file = { data, size };
	struct verify_event e;
	struct err err;
	size_t i;

	if (verify_event_read(&e, file, &err) == 0) {
		if (e.seq < 1 || e.name[0] == '\0' ||
		    strchr(e.name, '/') != NULL || strlen(e.hour) != 13 ||
		    strspn(e.previous, hexadecimal) != 64)
			abort();
		for (i = 0; i < e.input_count; i++)
			if (strspn(e.inputs[i].sha256, hexadecimal) != 64 ||
			    e.inputs[i].size < 0)
				abort();
	} else if (err.text[0] == '\0')
		abort();
	verify_event_free(&e);
	return 0;
}
