/*
 * Whatever somebody writes into revoke/<serial> is understood or refused with
 * a sentence; what is understood has a reason and dates of one spelling.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ca/err.h"
#include "status/case_text.h"
#include "status/revocation_act.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
try_again(const char *name, usec_t time)
{
	struct act_words w;
	char line[96], text[CLOCK_TEXT];
	struct err err;

	clock_text_seconds(text, time);
	snprintf(line, sizeof line, "%s %s=%s",
	    strcmp(name, "until") == 0 ? "6" : "5", name, text);
	if (time <= 0 || time % USEC != 0 || act_parse(line, &w, &err) != 0 ||
	    w.at + w.invalidity + w.until != time)
		die("%s is another time", line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[1024];
	struct act_words w;
	struct err err = { 0 };

	if (size >= sizeof line)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	if (act_parse(line, &w, &err) != 0) {
		if (err.code == 0 || err.text[0] == '\0')
			die("refused without a word");
		return 0;
	}
	if (reason_name(w.reason) == NULL || w.text < line ||
	    w.text > line + strlen(line))
		die("not understood: %s", line);
	if (w.at != 0)
		try_again("at", w.at);
	if (w.invalidity != 0)
		try_again("invalidity", w.invalidity);
	if (w.until != 0)
		try_again("until", w.until);
	return 0;
}
