/*
 * Whole files, read and written at once: what a home is made of.
 */
#ifndef CA_FILE_H
#define CA_FILE_H

#include <sys/types.h>

#include "bytes.h"
#include "err.h"

/* A regular file of at most `most` octets; 0 or -1 with errno's code. */
int	file_read(const char *path, size_t most, struct bytes *to,
	    struct err *);
/* All of it, to a descriptor that blocks; 0, or -1 and errno. */
int	file_write_all(int fd, struct slice);
/* A new file, synced; -1 EEXIST when it is there. */
int	file_write(const char *path, struct slice, mode_t, struct err *);
/* Names in a directory that end in `suffix`, in order of version (1, 2, 10). */
typedef int file_each(void *arg, const char *name, struct err *);
int	file_list(const char *dir, const char *suffix, file_each *, void *arg,
	    struct err *);

#endif
