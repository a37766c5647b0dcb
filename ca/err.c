/*
 * Faults as sentences, and the log.  See err.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "err.h"

static char process_name[32] = "main";

static void	log_vline(const char *fmt, va_list)
		    __attribute__((format(printf, 1, 0)));

/* One line of what a sentence may not hold: a status file is read by eye. */
static void
flatten(char *text)
{
	unsigned char *p;

	for (p = (unsigned char *)text; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = ' ';
}

int
err_vset(struct err *err, int code, const char *fmt, va_list ap)
{
	err->code = code;
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	flatten(err->text);
	return -1;
}

int
err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, code, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_in(struct err *err, const char *fmt, ...)
{
	char was[sizeof err->text];
	va_list ap;
	size_t n;

	memcpy(was, err->text, sizeof was);
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof err->text - n, ": %s", was);
	flatten(err->text);
	return -1;
}

int
err_openssl(struct err *err, int code, const char *fmt, ...)
{
	const char *reason;
	unsigned long e;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	err_vset(err, code, fmt, ap);
	va_end(ap);
	e = ERR_peek_last_error();
	reason = e == 0 ? NULL : ERR_reason_error_string(e);
	if (reason != NULL) {
		n = strlen(err->text);
		snprintf(err->text + n, sizeof err->text - n, " (%s)", reason);
	}
	ERR_clear_error();
	return -1;
}

void
log_name(const char *name)
{
	snprintf(process_name, sizeof process_name, "%s", name);
}

/* One write per line, so that lines of several processes do not mix. */
static void
log_vline(const char *fmt, va_list ap)
{
	char text[1024], line[1100];

	vsnprintf(text, sizeof text, fmt, ap);
	flatten(text);
	snprintf(line, sizeof line, "pkifs[%s]: %s\n", process_name, text);
	fputs(line, stderr);
	fflush(stderr);
}

void
log_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vline(fmt, ap);
	va_end(ap);
}

void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vline(fmt, ap);
	va_end(ap);
	abort();
}
