/*
 * Frames, DER and base64 from anywhere: nothing is read past the end, and a
 * reader that refuses takes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "../../ca/der.h"
#include "../../ca/text.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
read_frames(struct slice in)
{
	struct slice blob, was;
	char text[16];
	uint64_t u64;
	uint32_t u32;
	uint8_t u8;
	int taken = 0;

	while (taken != -1 && in.size > 0) {
		was = in;
		switch (in.data[0] % 5) {
		case 0: taken = get_u8(&in, &u8); break;
		case 1: taken = get_u32(&in, &u32); break;
		case 2: taken = get_u64(&in, &u64); break;
		case 3: taken = get_blob(&in, &blob); break;
		case 4: taken = get_text(&in, text, sizeof text); break;
		}
		if (taken == -1 ? !slice_equal(in, was) : in.size >= was.size)
			abort();
		if (taken == 0 && was.data[0] % 5 == 4 &&
		    memchr(text, '\0', sizeof text) == NULL)
			abort();
	}
}

static void
read_der(struct slice in, int depth)
{
	struct der_extension x;
	struct slice copy, content;
	unsigned char tag;
	char name[DER_OID_TEXT];
	unsigned small;
	usec_t t;

	while (in.size > 0) {
		copy = in;
		(void)der_get_time(&copy, &t);
		copy = in;
		(void)der_get_small(&copy, &small);
		copy = in;
		(void)der_get_bits(&copy, &content);
		copy = in;
		(void)der_get_extension(&copy, &x);
		if (der_get_any(&in, &tag, &content) == -1)
			return;
		if (tag == DER_OID && content.size < 64)
			der_oid_name(content, name);
		if ((tag & 0x20) != 0 && depth < 20)
			read_der(content, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct slice in = { data, size };
	struct bytes octets = { 0 }, text = { 0 }, again = { 0 };

	read_frames(in);
	read_der(in, 0);
	if (base64_decode(&octets, (const char *)data, size) == 0) {
		base64_encode(&text, SLICE(&octets));
		if (base64_decode(&again, (const char *)text.data,
		    text.size) == -1 ||
		    !slice_equal(SLICE(&again), SLICE(&octets)))
			abort();
	}
	bytes_free(&octets);
	bytes_free(&text);
	bytes_free(&again);
	return 0;
}
