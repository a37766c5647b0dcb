/*
 * Whatever lies in a row of the store, it is a text of the size it says or is
 * refused: octets 0 to 3 are the size, 4 and 5 the dictionary's, which follows,
 * then the block.
 */
#include <stdint.h>
#include <string.h>

#include "ca/store_packed.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = { data, size }, dictionary;
	struct packed packed = { .dictionary = 1 };
	struct bytes text = { 0 };
	uint32_t wanted;
	uint8_t high, low;

	if (get_u32(&in, &wanted) == -1 || get_u8(&in, &high) == -1 ||
	    get_u8(&in, &low) == -1)
		return 0;
	dictionary = in;
	dictionary.size = (size_t)(high << 8 | low);
	if (dictionary.size > in.size)
		dictionary.size = in.size;
	packed.octets = (struct slice){ in.data + dictionary.size,
	    in.size - dictionary.size };
	if (text_unpack(&packed, dictionary, wanted, &text) &&
	    text.size != wanted)
		die("a text of another size");
	bytes_free(&text);
	return 0;
}
