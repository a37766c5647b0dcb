/*
 * Whatever somebody drops into revoke/batch/ is refused with a sentence, or is
 * as many lines as were counted, read from the beginning or from any of them.
 */
#include <stdint.h>
#include <string.h>

#include "ca/batch_line.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { data, size };
	struct batch_line line, again;
	struct err err = { 0 };
	size_t at = 0, number = 0, from, before, lines, count = 0;

	if (batch_check(text, &lines, &err) != 0) {
		if (err.code == 0 || err.text[0] == '\0')
			die("refused without a word");
		return 0;
	}
	for (;;) {
		from = at;
		before = number;
		if (batch_line_next(text, &at, &number, &line) == 0)
			break;
		count++;
		if (at > size || line.number != number ||
		    line.act < line.text ||
		    line.act > line.text + strlen(line.text))
			die("not understood: %s", line.text);
		if (batch_line_next(text, &from, &before, &again) != 1 ||
		    strcmp(again.text, line.text) != 0 || from != at)
			die("another line from there");
	}
	if (count != lines)
		die("%zu lines, counted %zu", count, lines);
	return 0;
}
