/*
 * The mark of a home that is not finished: see unfinished.h.  It is the first
 * file that `init` makes and the last that it removes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../ca/bytes.h"
#include "../ca/file.h"
#include "unfinished.h"

#define NAME	"unfinished"

static const char words[] =
    "`pkifs init` is making a CA in this folder.  If it is no longer running\n"
    "it was ended before the CA was there: nothing was signed for anybody.\n"
    "Remove the folder with all that is in it and run `pkifs init` again.\n";

static int
path_of(char to[PATH_MAX], const char *home, struct err *err)
{
	if (snprintf(to, PATH_MAX, "%s/" NAME, home) >= PATH_MAX)
		return err_set(err, ENAMETOOLONG, "%s: the path is too long",
		    home);
	return 0;
}

int
unfinished_mark(const char *home, struct err *err)
{
	char path[PATH_MAX];

	if (path_of(path, home, err) == -1)
		return -1;
	return file_write(path, slice_text(words), 0644, err);
}

int
unfinished_clear(const char *home, struct err *err)
{
	char path[PATH_MAX];
	int fd, ret = 0;

	if (path_of(path, home, err) == -1)
		return -1;
	/* What the mark vouches for comes first. */
	if ((fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return err_set(err, errno, "%s: %s", home, strerror(errno));
	if (syncfs(fd) == -1 || unlink(path) == -1 || fsync(fd) == -1)
		ret = err_set(err, errno, "%s: %s", path, strerror(errno));
	close(fd);
	return ret;
}

int
unfinished_check(const char *home, struct err *err)
{
	char path[PATH_MAX];

	if (path_of(path, home, err) == -1)
		return -1;
	if (access(path, F_OK) == -1)
		return 0;
	return err_set(err, EBUSY, "%s: `pkifs init` has not finished this "
	    "home; when it is no longer running, remove it (rm -r %s) and run "
	    "init again", home, home);
}
