/*
 * A line of a probe's log comes from another machine: refused with a word, or
 * written again it is read as the same.
 */
#include <stdint.h>
#include <string.h>

#include "status/probe_line.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { data, size };
	struct probe_line line, again;
	struct bytes written = { 0 };
	struct err err = { 0 };

	if (probe_line_get(text, &line, &err) != 0) {
		if (err.text[0] == '\0')
			die("refused without a word");
		return 0;
	}
	probe_line_put(&written, &line);
	written.size--;
	if (written.size < PROBE_LINE_MOST &&
	    (probe_line_get(SLICE(&written), &again, &err) != 0 ||
	    memcmp(&line, &again, sizeof line) != 0))
		die("another line: %s", err.text);
	bytes_free(&written);
	return 0;
}
