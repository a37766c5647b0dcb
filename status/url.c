/*
 * What the path of an HTTP request asks for (RFC 6960 A.1); see url.h.
 */
#include <string.h>

#include "../ca/der.h"
#include "../ca/text.h"
#include "url.h"

#define SERVICE	"/ocsp"

static const struct {
	const char	*suffix, *type, *folder;
} types[] = {			/* RFC 5280 4.2.1.13, RFC 2585 4 */
	{ ".crl", "application/pkix-crl" },
	{ ".der", "application/ocsp-response", "status/ocsp-by-serial/" },
	{ ".der", "application/pkix-cert" },
	{ ".cer", "application/pkix-cert" },
	{ ".pem", "application/x-pem-file" },
	{ ".txt", "text/plain; charset=utf-8" },
	{ ".html", "text/html; charset=utf-8" },
	{ ".prom", "text/plain; version=0.0.4" },
};

const char *
url_content_type(const char *path)
{
	size_t size = strlen(path), n;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (types[i].folder != NULL && strncmp(path, types[i].folder,
		    strlen(types[i].folder)) != 0)
			continue;
		n = strlen(types[i].suffix);
		if (size > n && strcmp(path + size - n, types[i].suffix) == 0)
			return types[i].type;
	}
	return NULL;
}

/* Percent-decoding (RFC 3986 2.1): -1 for half an escape or a NUL. */
static int
unescape(const char *path, struct bytes *to)
{
	unsigned char octet;
	char digits[3] = "";

	bytes_clear(to);
	for (; *path != '\0'; path++) {
		octet = (unsigned char)*path;
		if (octet == '%') {
			digits[0] = path[1];
			digits[1] = path[1] == '\0' ? '\0' : path[2];
			if (hex_decode(&octet, 1, digits) != 0 || octet == 0)
				return -1;
			path += 2;
		}
		if (octet < 0x20 || octet == 0x7f)
			return -1;
		put_u8(to, octet);
	}
	return 0;
}

/* --- files --------------------------------------------------------------- */

/* Components of plain letters: no dot in front, so nothing goes upwards. */
static bool
is_clean(const char *path)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_~.";
	size_t n;

	if (strlen(path) > URL_PATH_MOST)
		return false;
	for (;; path += n + 1) {
		n = strspn(path, letters);
		if (n == 0 || path[0] == '.')
			return false;
		if (path[n] == '\0')
			return true;
		if (path[n] != '/')
			return false;
	}
}

static enum url_kind
read_file(struct bytes *text)
{
	static const char *const tops[] = { "/status/", "/ca/" };
	const char *path = bytes_text(text), *from = NULL, *at;
	struct bytes found = { 0 };

	for (size_t i = 0; i < 2; i++)
		if ((at = strstr(path, tops[i])) != NULL &&
		    (from == NULL || at < from))
			from = at;
	if (from == NULL) {		/* the folder itself is the service */
		bytes_put_text(&found, "status");
		from = path;
	} else
		from++;
	bytes_put_text(&found, from);
	bytes_take(text, &found);
	path = bytes_text(text);
	return is_clean(path) && url_content_type(path) != NULL ? URL_FILE :
	    URL_NONE;
}

/* --- OCSP ---------------------------------------------------------------- */

/* Octets that begin like a request; what follows the decoder judges. */
static bool
decode(const char *text, struct bytes *to)
{
	text += strspn(text, "/");
	bytes_clear(to);
	return base64_decode(to, text, strlen(text)) == 0 && to->size > 0 &&
	    to->data[0] == DER_SEQUENCE;
}

/* The first ".../ocsp" that ends a component. */
static const char *
find_service(const char *path)
{
	const char *at = path, *behind;

	while ((at = strstr(at, SERVICE)) != NULL) {
		behind = at + strlen(SERVICE);
		if (*behind == '/' || *behind == '\0')
			return behind;
		at = behind;
	}
	return NULL;
}

static enum url_kind
read_ocsp(struct bytes *text)
{
	const char *path = bytes_text(text), *service = find_service(path);
	struct bytes der = { 0 };
	bool found;

	found = (service != NULL && decode(service, &der)) ||
	    decode(path, &der);
	if (!found)
		bytes_clear(&der);
	bytes_take(text, &der);
	return found || service != NULL ? URL_OCSP : URL_NONE;
}

enum url_kind
url_read(const char *path, struct bytes *to)
{
	if (path[0] != '/' || unescape(path, to) != 0)
		return URL_BAD;
	/* No digit of base64 is a dot. */
	if (strchr(bytes_text(to), '.') != NULL)
		return read_file(to);
	return read_ocsp(to);
}
