/*
 * Whatever comes by mail or a form is read to its end and gives text that a
 * report may hold, on lines, and no more of it than may be shown.
 */
#include <stdint.h>
#include <string.h>

#include "ca/conf.h"
#include "ca/mail.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(struct mail *m)
{
	struct err err = { 0 };

	if (m->text.size > MAIL_TEXT + 1 || (m->text.size > 0 &&
	    m->text.data[m->text.size - 1] != '\n'))
		die("no lines");
	if (conf_text_check("mail", SLICE(&m->text), &err) == -1)
		die("no text: %s", err.text);
	if (strchr(m->from, '\n') != NULL || strchr(m->subject, '\n') != NULL)
		die("more than a line");
	mail_free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = { data, size };
	struct mail m;

	mail_read(in, &m);
	check(&m);
	form_read(in, &m);
	check(&m);
	return 0;
}
