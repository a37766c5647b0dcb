/*
 * Whatever arrives on a control socket is a message or is refused, and a body
 * of any type parses or is refused.
 */
#include <stdint.h>
#include <string.h>

#include "ca/letter.h"
#include "fs/control.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
letters(struct slice body)
{
	struct letter_outcome outcome;
	struct bytes again = { 0 };
	struct letter letter;
	struct err err;

	if (letter_get(body, &letter, &err) == 0)
		letter_put(&again, &letter);
	else if (letter_outcome_get(body, &outcome, &err) == 0)
		letter_outcome_put(&again, &outcome);
	else
		return;
	if (!slice_equal(SLICE(&again), body))
		die("a letter that is written otherwise");
	bytes_free(&again);
}

static void
backings(struct slice body)
{
	struct bytes again = { 0 };
	char sha256[65];
	struct err err;
	uint32_t ids[CONTROL_IDS], id;
	size_t count;
	uint64_t ino;

	(void)control_keep_get(body, ids, &count, &err);
	if (control_backing_get(body, &ino, sha256, &err) == 0)
		control_backing_put(&again, ino, sha256);
	else if (control_backed_get(body, &ino, &id, &err) == 0)
		control_backed_put(&again, ino, id);
	else
		return;
	if (!slice_equal(SLICE(&again), body))
		die("a backing file that is written otherwise");
	bytes_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice message = { data, size }, body;
	struct control_start start;
	struct bytes again = { 0 };
	struct err err;
	char text[512];
	size_t fds;
	pid_t pid;

	for (fds = 0; fds <= CONTROL_FDS + 1; fds++)
		(void)control_check(message, fds, &err);
	if (size == 0)
		return 0;
	body = (struct slice){ data + 1, size - 1 };
	if (control_text_get(body, text, sizeof(text), &err) == 0 &&
	    strlen(text) != body.size)
		die("a text of another length");
	letters(body);
	backings(body);
	(void)control_herald_get(body, &pid, &err);
	if (control_start_get(body, &start, &err) == 0) {
		control_start_put(&again, &start);
		if (!slice_equal(SLICE(&again), body))
			die("a start that is written otherwise");
		bytes_free(&again);
	}
	return 0;
}
