/*
 * A line of the signer's journal: what is read is written the same again, but
 * for the hash, which is made.
 */
#include <stdlib.h>
#include <string.h>

#include "hsm/journal_line.h"

int	LLVMFuzzerTestOneInput(const unsigned char *, size_t);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	unsigned char hash[SHA256_OCTETS] = { 0 };
	struct slice line = { data, size };
	struct journal_record r, again;
	struct bytes b = { 0 };

	if (journal_line_parse(line, NULL, &r, NULL) == -1)
		return 0;
	/* Numbers and times may have been written otherwise; not twice. */
	journal_line_put(&b, &r, hash);
	memset(hash, 0, sizeof(hash));
	if (journal_line_parse((struct slice){ b.data, b.size - 1 }, hash,
	    &again, hash) == -1 || again.type != r.type || again.seq != r.seq ||
	    again.time != r.time || strcmp(again.text, r.text) != 0 ||
	    memcmp(again.tbs, r.tbs, sizeof(r.tbs)) != 0 ||
	    !slice_equal(SLICE(&again.signature), SLICE(&r.signature)))
		abort();
	bytes_free(&again.signature);
	bytes_free(&r.signature);
	bytes_free(&b);
	return 0;
}
