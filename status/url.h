/*
 * What the path of an HTTP request asks for: an OCSP request in base64 (RFC
 * 6960 A.1), percent-encoded or not, or a file of status/ or ca/ by its name.
 * What stands in front of these is whatever prefix the world is told
 * (`pkifs init --url`).  Text alone: no file is looked for here.
 */
#ifndef STATUS_URL_H
#define STATUS_URL_H

#include "../ca/bytes.h"

enum url_kind {
	URL_OCSP,	/* `to` is what was decoded, perhaps no request */
	URL_FILE,	/* `to` is a clean path: status/... or ca/... */
	URL_NONE,	/* nothing that could be here */
	URL_BAD		/* a broken escape or an octet no path holds */
};
#define URL_PATH_MOST	255	/* octets of a file's path */

enum url_kind	url_read(const char *path, struct bytes *to);

/* The content type by a file's suffix and folder; NULL: such files are not served. */
const char	*url_content_type(const char *path);

#endif
