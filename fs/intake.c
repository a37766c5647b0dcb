/*
 * pkifs intake.  See intake.h.  Whatever cannot be filed now is tried again by
 * the mail server, so that nothing is lost that somebody sent.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>

#include "../ca/clock.h"
#include "../ca/file.h"
#include "../ca/mail.h"
#include "../ca/report.h"
#include "../ca/text.h"
#include "intake.h"
#include "mount.h"

#define MESSAGE_MOST	((size_t)1 << 20)	/* base64 is a third more */
#define FORM		"application/x-www-form-urlencoded"

struct intake {
	const char	*mountpoint;
	bool		 form;		/* CGI (RFC 3875), else a mail */
	struct bytes	 came;		/* whole */
	struct mail	 mail;
	struct bytes	 report;
	char		 name[64];
	struct err	 err;
};

/* --- what came ------------------------------------------------------------ */

/* More than may be is read, not kept: a mail server does not like EPIPE. */
static int
read_all(struct intake *in, size_t most)
{
	unsigned char buffer[65536];
	size_t whole = 0;
	ssize_t n;

	while ((n = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0) {
		whole += (size_t)n;
		if (in->came.size + (size_t)n <= most)
			bytes_put(&in->came, buffer, (size_t)n);
	}
	if (n == -1) {
		err_set(&in->err, errno, "standard input: %s",
		    strerror(errno));
		return EX_TEMPFAIL;
	}
	if (whole <= most && whole > 0)
		return EX_OK;
	err_set(&in->err, whole == 0 ? EINVAL : EFBIG, whole == 0 ?
	    "nothing was sent" : "at most %zu octets are taken",
	    MESSAGE_MOST);
	return EX_DATAERR;
}

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value == NULL ? "" : value;
}

/* What CGI says of it; the web server closes its end, or not. */
static int
read_form(struct intake *in)
{
	const char *type = environment("CONTENT_TYPE");
	unsigned long size;
	char *end;

	if (strcmp(environment("REQUEST_METHOD"), "POST") != 0 ||
	    strncasecmp(type, FORM, strlen(FORM)) != 0 ||
	    strchr("; \t", type[strlen(FORM)]) == NULL) {
		err_set(&in->err, EINVAL, "wanted POST of " FORM);
		return EX_DATAERR;
	}
	size = strtoul(environment("CONTENT_LENGTH"), &end, 10);
	if (*end != '\0' || size == 0 || size > MESSAGE_MOST) {
		err_set(&in->err, EFBIG, "wanted CONTENT_LENGTH from 1 to "
		    "%zu", MESSAGE_MOST);
		return EX_DATAERR;
	}
	while (in->came.size < size) {
		unsigned char *room = bytes_room(&in->came,
		    size - in->came.size);
		ssize_t n = read(STDIN_FILENO, room, size - in->came.size);

		if (n <= 0) {
			err_set(&in->err, EBADMSG, "the form ends before its "
			    "CONTENT_LENGTH");
			return EX_DATAERR;
		}
		in->came.size += (size_t)n;
	}
	form_read(SLICE(&in->came), &in->mail);
	return EX_OK;
}

/* --- the report ----------------------------------------------------------- */

static void
put_line(struct bytes *to, const char *name, const char *value)
{
	if (value[0] != '\0')
		bytes_printf(to, "%s: %s\n", name, value);
}

/* What looks like the whole message behind it is not. */
static void
put_body(struct bytes *to, struct bytes *text)
{
	const char *line = bytes_text(text), *end;

	for (; *line != '\0'; line = end + 1) {
		end = strchrnul(line, '\n');
		if (strncmp(line, "-----BEGIN DOCUMENT", 19) == 0)
			bytes_put_text(to, "> ");
		bytes_put(to, line, (size_t)(end - line));
		put_u8(to, '\n');
		if (*end == '\0')
			return;
	}
}

static void
render(struct intake *in)
{
	struct bytes *to = &in->report, digits = { 0 };
	char time[CLOCK_TEXT];
	size_t at, n;

	clock_text_seconds(time, in->mail.received);
	bytes_printf(to, "received: %s\nvia: %s\n\n", time,
	    in->form ? "form" : "mail");
	put_line(to, "From", in->mail.from);
	put_line(to, "Subject", in->mail.subject);
	put_u8(to, '\n');
	put_body(to, &in->mail.text);
	if (in->mail.text.size == 0)
		bytes_put_text(to, "[No text was found in it.]\n");
	if (in->mail.cut)
		bytes_put_text(to, "[There is more; all of it lies in "
		    "documents/.]\n");
	bytes_put_text(to, "-----BEGIN DOCUMENT-----\n");
	base64_encode(&digits, SLICE(&in->came));
	for (at = 0; at < digits.size; at += n) {
		n = digits.size - at < 64 ? digits.size - at : 64;
		bytes_put(to, digits.data + at, n);
		put_u8(to, '\n');
	}
	bytes_put_text(to, "-----END DOCUMENT-----\n");
	bytes_free(&digits);
}

/* --- filing --------------------------------------------------------------- */

/* A folder that the CA is not mounted on would swallow it. */
static int
find_mount(struct intake *in, char path[PATH_MAX])
{
	struct mount_entry entry;

	if (mount_path(in->mountpoint, path, &in->err) == -1)
		return -1;
	if (mount_find(path, &entry) && strcmp(entry.type, MOUNT_TYPE) == 0)
		return 0;
	return err_set(&in->err, ENOENT, "no CA is mounted on %s", path);
}

static int
file_report(struct intake *in)
{
	unsigned char chance[8];
	char path[PATH_MAX], file[PATH_MAX + 100], hex[17], now[CLOCK_TEXT];
	int fd, ret;

	if (find_mount(in, path) == -1)
		return -1;
	chance_octets(chance, sizeof(chance));
	hex_lower(hex, chance, sizeof(chance));
	clock_text_asn1(now, clock_now());
	snprintf(in->name, sizeof(in->name), "%s-%s-%s.txt",
	    in->form ? "form" : "mail", now, hex);
	snprintf(file, sizeof(file), "%s/revoke/reports/%s", path, in->name);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return err_set(&in->err, errno, "%s: %s", file,
		    strerror(errno));
	ret = file_write_all(fd, SLICE(&in->report));
	/* The verdict is that of close, where it is registered. */
	if (ret == -1)
		err_set(&in->err, errno, "%s: %s", file, strerror(errno));
	if (close(fd) == -1 && ret == 0)
		ret = err_set(&in->err, errno, "%s: %s", file,
		    strerror(errno));
	return ret;
}

/* --- the answer ----------------------------------------------------------- */

static int
say_to_form(const struct intake *in, int code)
{
	static const char head[] = "Content-Type: text/plain; charset=utf-8\r\n"
	    "Cache-Control: no-store\r\n\r\n";

	if (code == EX_OK)
		printf("Status: 200 OK\r\n%sYour report was received as %s. A "
		    "revocation officer decides on it.\n", head, in->name);
	else if (code == EX_TEMPFAIL)
		printf("Status: 503 Service Unavailable\r\nRetry-After: "
		    "300\r\n%sYour report could not be filed just now. Please "
		    "send it again.\n", head);
	else
		printf("Status: %s\r\n%sThis is no report: %s.\n",
		    in->err.code == EFBIG ? "413 Content Too Large" :
		    "400 Bad Request", head, in->err.text);
	return fflush(stdout) == 0 ? code : EX_TEMPFAIL;
}

/* What will never be filed is said so; all else is tried again. */
static int
verdict(const struct intake *in)
{
	return in->err.code == EINVAL || in->err.code == EFBIG ?
	    EX_DATAERR : EX_TEMPFAIL;
}

static int
take(struct intake *in)
{
	int code;

	if (in->form)
		code = read_form(in);
	else if ((code = read_all(in, MESSAGE_MOST)) == EX_OK)
		mail_read(SLICE(&in->came), &in->mail);
	if (code != EX_OK)
		return code;
	if (in->mail.received == 0)
		in->mail.received = clock_now();
	render(in);
	return file_report(in) == -1 ? verdict(in) : EX_OK;
}

int
verb_intake(int argc, char **argv)
{
	struct intake in = { .form = getenv("GATEWAY_INTERFACE") != NULL };
	int code;

	if (argc != 2 || argv[1][0] == '-')
		return 2;
	in.mountpoint = argv[1];
	code = take(&in);
	if (code != EX_OK)
		fprintf(stderr, "pkifs: intake: %s\n", in.err.text);
	if (in.form)
		code = say_to_form(&in, code);
	bytes_free(&in.came);
	bytes_free(&in.report);
	mail_free(&in.mail);
	return code;
}
