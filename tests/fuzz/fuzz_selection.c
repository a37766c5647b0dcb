/*
 * Whatever `pkifs select` is given, "OPTION=VALUE" in each line, is set or
 * refused with a sentence; and no certificate that it reads ends it.
 */
#include <stdint.h>
#include <string.h>

#include "ca/selection.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
set(struct selection *s, char *line)
{
	struct err err = { 0 };
	char *value = strchr(line, '=');

	if (value == NULL)
		return;
	*value++ = '\0';
	if (selection_set(s, line, value, &err) != 0 &&
	    (err.code == 0 || err.text[0] == '\0'))
		die("refused without a word");
}

/* Lines, an empty one, and a certificate behind it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct selection s = { .issued_after = 0 };
	struct slice der = { data, size };
	struct err err = { 0 };
	const uint8_t *end;
	char line[600];
	size_t length;

	while ((end = memchr(der.data, '\n', der.size)) != NULL) {
		length = (size_t)(end - der.data);
		der.data += length + 1;
		der.size -= length + 1;
		if (length == 0)
			break;
		if (length >= sizeof(line))
			continue;
		memcpy(line, end - length, length);
		line[length] = '\0';
		set(&s, line);
	}
	if (selection_has(&s, der, "tls-server", &err) == -1 &&
	    err.code == 0)
		die("refused without a word");
	return 0;
}
