/*
 * Configuration text of any kind: as a profile, and as a template of a paper.
 * What is read without a fault has to be text that can be written out again.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ca/clock.h"
#include "ca/papers.h"
#include "ca/profile.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { data, size };
	struct paper_values values = { 0 };
	struct bytes to = { 0 };
	struct profile p;
	struct err err;

	if (profile_parse(&p, "fuzz", text, &err) == 0)
		profile_render(&p, &to);
	values_add_text(&values, "a", PAPER_CPS, "text");
	values_add_duration(&values, "b", PAPER_CPS, 12 * 3600 * USEC);
	values_add_size(&values, "c", 0, 1024);
	(void)paper_render(&values, PAPER_CPS, "fuzz", text, &to, &err);
	values_free(&values);
	bytes_free(&to);
	return 0;
}
