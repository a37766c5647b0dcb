/*
 * The path of an HTTP request of any kind.  What is a file is clean: it goes
 * nowhere but down, and its type is known; what is a request comes out whole
 * when it is asked for again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ca/text.h"
#include "status/url.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_file(const char *path)
{
	if (path[0] == '/' || path[0] == '.' || strstr(path, "..") == path ||
	    strstr(path, "/.") != NULL || strstr(path, "//") != NULL ||
	    strlen(path) > URL_PATH_MOST || url_content_type(path) == NULL ||
	    (strncmp(path, "status/", 7) != 0 && strncmp(path, "ca/", 3) != 0))
		abort();
}

static void
check_request(struct slice der)
{
	struct bytes path = { 0 }, again = { 0 };

	bytes_put_text(&path, "/ocsp/");
	base64_encode(&path, der);
	if (url_read(bytes_text(&path), &again) != URL_OCSP ||
	    !slice_equal(SLICE(&again), der))
		abort();
	bytes_free(&path);
	bytes_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes path = { 0 }, to = { 0 };

	bytes_put(&path, data, size);
	switch (url_read(bytes_text(&path), &to)) {
	case URL_FILE:
		check_file(bytes_text(&to));
		break;
	case URL_OCSP:
		if (to.size > 0)
			check_request(SLICE(&to));
		break;
	default:
		break;
	}
	bytes_free(&path);
	bytes_free(&to);
	return 0;
}
