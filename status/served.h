/*
 * What was published, as files: a home (published/), a copy of it, or a copy
 * of status/ alone.  Nothing is kept here: each look is at the file as it is
 * now, under a folder that was opened at the start.
 */
#ifndef STATUS_SERVED_H
#define STATUS_SERVED_H

#include <sys/stat.h>

#include "../ca/err.h"
#include "kept.h"
#include "ocsp_request.h"

#define SERVED_FILE_MOST	65536	/* octets of an answer's file */

struct served;

/* NULL: `path` is none of these. */
struct served	*served_open(const char *path, struct err *);
void		 served_close(struct served *);

/* The folder all lies under, and HOME/run, NULL when it is no home. */
const char	*served_top(const struct served *);
const char	*served_run(const struct served *);

/*
 * Name and stat of the answer to this: 1, 0 there is none.  Named by serial,
 * and for SHA-256 by `.sha256`.
 */
#define SERVED_NAME	80
int	served_look(const struct served *, const struct ocsp_id *,
	    char name[SERVED_NAME], struct stat *);
/* Reads it: 1, or 0 when it is gone, or no answer about this. */
int	served_read(const struct served *, const struct ocsp_ids *,
	    const char *name, struct slice key, struct kept **);
/* Is it the file this was read from? */
bool	served_is_same(const struct kept *, const struct stat *);

/* Opens status/... or ca/... (url.h): a regular file, or -1. */
int	served_file(const struct served *, const char *path, struct stat *);

#endif
