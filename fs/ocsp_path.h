/*
 * The names below status/ocsp/: the base64 of an OCSP request, whose `/` are
 * path components.  While its DER is incomplete a name is a folder, kept in a
 * bounded table; the rest is text and numbers, no file system in sight.
 */
#ifndef FS_OCSP_PATH_H
#define FS_OCSP_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "../ca/bytes.h"

enum ocsp_text { OCSP_TEXT_NEVER, OCSP_TEXT_PART, OCSP_TEXT_REQUEST };

/* Was a serial issued that lies between these two (both are meant)? */
typedef bool ocsp_issued(void *arg, const char *low, const char *high);

/*
 * What this text is so far; `der` holds the request when it is one.  Slashes
 * that were lost on the way (of `//` one arrives) are put back where a request
 * comes out.  A text that may as well be the beginning of a longer one about
 * a certificate that was issued is taken for that.
 */
enum ocsp_text	ocsp_text_read(const char *text, ocsp_issued *, void *arg,
		    struct bytes *der);

#define OCSP_PATHS	1024		/* folders remembered */
#define OCSP_TEXT_MOST	6000		/* octets of a path */

struct ocsp_paths;

struct ocsp_path {			/* a folder: row and generation */
	uint64_t	row, generation;
};

struct ocsp_paths *ocsp_paths_new(void);
void	ocsp_paths_free(struct ocsp_paths *);
/* The folder of a text, the same as long as it is remembered. */
struct ocsp_path ocsp_paths_put(struct ocsp_paths *, const char *text);
/* Its text; false when it is forgotten (ESTALE: the kernel walks again). */
bool	ocsp_paths_get(struct ocsp_paths *, struct ocsp_path,
	    struct bytes *to);

#endif
