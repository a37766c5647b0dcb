/*
 * Files of examples/home and examples/tree inside the program, so that `init`
 * needs nothing but itself.  The table is written by ca/embed.sh at build.
 */
#ifndef CA_EMBEDDED_H
#define CA_EMBEDDED_H

#include "bytes.h"

struct embedded {
	const char	*path;		/* "home/pkifs.conf" */
	struct slice	 bytes;
};

extern const struct embedded embedded_files[];
extern const size_t	embedded_count;

/* The file of this path; ends the process when the build has none. */
struct slice	embedded_find(const char *path);

#endif
