/*
 * PEM (RFC 7468) or DER, told apart by the first octets: DER of a request
 * begins 0x30 0x81..0x83, or (Ed25519) 0x30, a length, 0x30, a length and the
 * version, which no text does.  A PEM file may have text in
 * front of its one block (`openssl req -text`), any ends of lines, and white
 * space behind it; nothing else.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "der.h"
#include "dropped.h"
#include "text.h"

#define BEGIN		"-----BEGIN "
#define END		"-----END "
#define DASHES		"-----"
#define LABEL_MAX	64

static const char *const labels[] = {
	"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"
};

static bool
is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' ||
	    c == '\v';
}

static struct slice
skip(struct slice s, size_t n)
{
	return (struct slice){ s.data + n, s.size - n };
}

/* A line without its end; both kinds of end. */
static struct slice
get_line(struct slice *s)
{
	struct slice line = { s->data, 0 };

	while (line.size < s->size && s->data[line.size] != '\n' &&
	    s->data[line.size] != '\r')
		line.size++;
	*s = skip(*s, line.size < s->size ? line.size + 1 : line.size);
	while (line.size > 0 && is_space(line.data[line.size - 1]))
		line.size--;
	return line;
}

/* One SEQUENCE and nothing behind it. */
static int
check_der(struct slice der, struct err *err)
{
	size_t total;
	int answer;

	answer = der.size > 0 && der.data[0] != DER_SEQUENCE ? -1 :
	    der_extent(der, &total);
	if (answer == -1)
		return err_set(err, EBADMSG, "it is no DER SEQUENCE (RFC 2986, "
		    "4.2)");
	if (answer == 0 || der.size < total) {
		err_set(err, EBADMSG, "it is not complete: the DER ends early "
		    "after %zu octets", der.size);
		return 0;
	}
	if (der.size > total)
		return err_set(err, EBADMSG, "%zu octets follow the request, "
		    "which ends after %zu", der.size - total, total);
	return 1;
}

static int
refuse_label(const char *label, struct err *err)
{
	if (strstr(label, "PRIVATE KEY") != NULL)
		return err_set(err, EBADMSG, "it holds a %s: a private key "
		    "never leaves its owner; only the CERTIFICATE REQUEST is "
		    "wanted, and this key should not be used any more", label);
	return err_set(err, EBADMSG, "it holds a %s; one CERTIFICATE REQUEST "
	    "is wanted (RFC 7468, 7)", label);
}

/* The label of a BEGIN line: 1; 0 when the line may still grow. */
static int
check_label(struct slice line, bool whole, char label[LABEL_MAX],
    struct err *err)
{
	size_t i, n;

	line = skip(line, strlen(BEGIN));
	n = strlen(DASHES);
	if (line.size < n ||
	    memcmp(line.data + line.size - n, DASHES, n) != 0) {
		if (!whole && line.size < LABEL_MAX) {
			err_set(err, EBADMSG, "it is not complete: it ends in "
			    "its BEGIN line");
			return 0;
		}
		return err_set(err, EBADMSG, "its BEGIN line does not end in "
		    "five hyphens (RFC 7468, 3)");
	}
	n = line.size - n < LABEL_MAX ? line.size - n : LABEL_MAX - 1;
	memcpy(label, line.data, n);
	label[n] = '\0';
	for (i = 0; i < sizeof labels / sizeof labels[0]; i++)
		if (strcmp(label, labels[i]) == 0)
			return 1;
	return refuse_label(label, err);
}

/* The text up to the BEGIN line, and that line. */
static int
find_begin(struct slice *in, char label[LABEL_MAX], struct err *err)
{
	struct slice line, rest = *in;

	if (slice_begins(rest, "\xef\xbb\xbf"))	/* a byte order mark */
		rest = skip(rest, 3);
	while (rest.size > 0) {
		line = get_line(&rest);
		if (line.size > 0 && memchr(line.data, '\0', line.size) != NULL)
			return err_set(err, EBADMSG, "it is neither PEM nor "
			    "DER: it has NUL octets (UTF-16 is not read)");
		if (!slice_begins(line, BEGIN))
			continue;
		*in = rest;
		return check_label(line, rest.size > 0, label, err);
	}
	err_set(err, EBADMSG, "it is not complete: no BEGIN line of a "
	    "certification request, nor DER");
	return 0;
}

static int
check_end(struct slice line, struct slice rest, const char *label,
    struct err *err)
{
	char want[LABEL_MAX + 16];

	snprintf(want, sizeof want, END "%s" DASHES, label);
	if (!slice_equal(line, slice_text(want))) {
		if (rest.size == 0 && line.size < strlen(want) &&
		    memcmp(line.data, want, line.size) == 0) {
			err_set(err, EBADMSG, "it is not complete: it ends in "
			    "its END line");
			return 0;
		}
		return err_set(err, EBADMSG, "its END line is not '%s' (RFC "
		    "7468, 3)", want);
	}
	for (; rest.size > 0; rest = skip(rest, 1))
		if (!is_space(rest.data[0]))
			return err_set(err, EBADMSG, "something follows the "
			    "END line; a file holds one request and nothing "
			    "behind it");
	return 1;
}

/* All of a line but its white space. */
static void
put_digits(struct bytes *digits, struct slice line)
{
	size_t n;

	while (line.size > 0) {
		for (n = 0; n < line.size && !is_space(line.data[n]); n++)
			continue;
		bytes_put(digits, line.data, n);
		line = skip(line, n < line.size ? n + 1 : n);
	}
}

static int
read_pem(struct slice in, struct bytes *der, struct err *err)
{
	struct bytes digits = { 0 };
	struct slice line;
	char label[LABEL_MAX];
	int answer;

	if ((answer = find_begin(&in, label, err)) != 1)
		return answer;
	err_set(err, EBADMSG, "it is not complete: it has no END line");
	answer = 0;
	while (in.size > 0) {
		line = get_line(&in);
		if (slice_begins(line, "-")) {
			answer = check_end(line, in, label, err);
			break;
		}
		put_digits(&digits, line);
	}
	if (answer == 1) {
		bytes_clear(der);
		if (base64_decode(der, (const char *)digits.data,
		    digits.size) == -1)
			answer = err_set(err, EBADMSG, "what stands between "
			    "BEGIN and END is no base64 (RFC 7468, 3)");
	}
	bytes_free(&digits);
	return answer;
}

static bool
is_der(struct slice in)
{
	if (in.size < 2 || in.data[0] != DER_SEQUENCE)
		return false;
	if (in.data[1] >= 0x80)
		return in.data[1] <= 0x84;
	return in.size >= 7 && in.data[2] == DER_SEQUENCE &&
	    memcmp(in.data + 4, "\x02\x01\x00", 3) == 0;
}

int
dropped_read(struct slice in, struct bytes *der, struct err *err)
{
	int answer;

	bytes_clear(der);
	if (is_der(in)) {
		if ((answer = check_der(in, err)) == 1)
			bytes_copy(der, in);
		return answer;
	}
	if ((answer = read_pem(in, der, err)) != 1)
		return answer;
	/* Base64 with its END line will not grow any more. */
	return check_der(SLICE(der), err) == 1 ? 1 : -1;
}
