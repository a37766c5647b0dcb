/*
 * The files of publish_dir: written aside and renamed, so that a web server
 * never reads half of one.  Paths are below the directory and without `..`;
 * folders on the way are made.  Times are the file's, in microseconds.
 */
#ifndef STATUS_MIRROR_FILES_H
#define STATUS_MIRROR_FILES_H

#include <stdbool.h>

#include "../ca/bytes.h"
#include "../ca/clock.h"
#include "../ca/err.h"

/* One being written; only one at a time in a directory. */
struct mirror_file {
	int	dir, fd;
};

/*
 * A file with this size and time: enough where versions are microseconds
 * apart; or with these very octets.
 */
bool	mirror_has(int dir, const char *path, size_t size, usec_t time);
bool	mirror_is(int dir, const char *path, usec_t time, struct slice);

int	mirror_begin(struct mirror_file *, int dir, struct err *);
int	mirror_add(struct mirror_file *, struct slice, struct err *);
/* Synced, with its time, under its name.  Ends it, whatever comes of it. */
int	mirror_end(struct mirror_file *, const char *path, usec_t time,
	    struct err *);
void	mirror_give_up(struct mirror_file *);

/* A symbolic link; the same file under a second name. */
int	mirror_link(int dir, const char *path, const char *target, usec_t time,
	    struct err *);
int	mirror_also(int dir, const char *path, const char *second,
	    struct err *);
/* Gone, and folders that are empty then; nothing there is no fault. */
void	mirror_remove(int dir, const char *path);

/* Names of the files in a folder; what is not there has none. */
typedef void mirror_each(void *arg, const char *name);
void	mirror_list(int dir, const char *folder, mirror_each *, void *arg);

#endif
