/*
 * Whatever anybody reports is refused with a sentence, or names serial numbers
 * and keys in their one form; and so do the files that decide on it.
 */
#include <stdint.h>
#include <string.h>

#include "ca/report.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_named(const struct report_named *named)
{
	if (named->serials > REPORT_NAMED || named->keys > REPORT_NAMED)
		die("too many");
	for (size_t i = 0; i < named->serials; i++)
		if (named->serial[i][0] == '\0' ||
		    strspn(named->serial[i], "0123456789ABCDEF") !=
		    strlen(named->serial[i]))
			die("a serial number: %s", named->serial[i]);
	for (size_t i = 0; i < named->keys; i++)
		if (strspn(named->key[i], "0123456789abcdef") != 64 ||
		    strlen(named->key[i]) != 64)
			die("a key: %s", named->key[i]);
}

static void
check_refused(const struct err *err)
{
	if (err->code == 0 || err->text[0] == '\0')
		die("refused without a word");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = { data, size };
	struct report r;
	struct report_named named;
	struct err err = { 0 };
	char act[REPORT_ACT], why[REPORT_WHY];
	bool exception;

	if (report_parse(in, &r, &err) == 0) {
		check_named(&r.named);
		if (r.text.size == 0 || r.text.size > size ||
		    memcmp(r.text.data, data, r.text.size) != 0)
			die("another text");
		report_free(&r);
	} else
		check_refused(&err);
	if (report_reason_parse(in, act, &named, &err) == 0) {
		check_named(&named);
		if (act[0] == '\0' || strchr(act, '\n') != NULL)
			die("no line: %s", act);
	}
	err = (struct err){ 0 };
	if (report_confirmation_parse(in, &exception, why, &err) == -1)
		check_refused(&err);
	else if (why[0] == '\0' || strchr(why, '\n') != NULL)
		die("no reason");
	return 0;
}
