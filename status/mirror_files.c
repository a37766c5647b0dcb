/*
 * The files of publish_dir.  See mirror_files.h.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../ca/file.h"
#include "mirror_files.h"

#define ASIDE	".pkifs-aside"	/* in the directory itself, one at a time */

static int
fault(struct err *err, const char *path)
{
	return err_set(err, errno, "publish_dir: %s: %s", path,
	    strerror(errno));
}

static struct timespec
timespec_of(usec_t time)
{
	return (struct timespec){ .tv_sec = time / USEC,
	    .tv_nsec = time % USEC * 1000 };
}

static bool
has_time(const struct stat *st, usec_t time)
{
	return (usec_t)st->st_mtim.tv_sec * USEC +
	    st->st_mtim.tv_nsec / 1000 == time;
}

bool
mirror_has(int dir, const char *path, size_t size, usec_t time)
{
	struct stat st;

	return fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (size_t)st.st_size == size && has_time(&st, time);
}

bool
mirror_is(int dir, const char *path, usec_t time, struct slice octets)
{
	unsigned char there[4096];
	size_t at = 0, room;
	ssize_t n = 0;
	int fd;

	if (!mirror_has(dir, path, octets.size, time))
		return false;
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	while (fd != -1 && at < octets.size) {
		room = octets.size - at;
		n = read(fd, there, room < sizeof there ? room : sizeof there);
		if (n <= 0 || memcmp(there, octets.data + at, (size_t)n) != 0)
			break;
		at += (size_t)n;
	}
	if (fd != -1)
		close(fd);
	return fd != -1 && at == octets.size;
}

static int
make_folders(int dir, const char *path, struct err *err)
{
	char folder[PATH_MAX];
	const char *slash = path;

	while ((slash = strchr(slash, '/')) != NULL) {
		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path),
		    path);
		if (mkdirat(dir, folder, 0755) == 0) {
			/* whatever the umask */
			if (fchmodat(dir, folder, 0755, 0) == -1)
				return fault(err, folder);
		} else if (errno != EEXIST)
			return fault(err, folder);
		slash++;
	}
	return 0;
}

static int
put_in_place(int dir, const char *path, struct err *err)
{
	if (make_folders(dir, path, err) != 0)
		return -1;
	if (renameat(dir, ASIDE, dir, path) == -1)
		return fault(err, path);
	return 0;
}

int
mirror_begin(struct mirror_file *file, int dir, struct err *err)
{
	file->dir = dir;
	(void)unlinkat(dir, ASIDE, 0);	/* left by a crash */
	file->fd = openat(dir, ASIDE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, 0644);
	return file->fd == -1 ? fault(err, ASIDE) : 0;
}

int
mirror_add(struct mirror_file *file, struct slice octets, struct err *err)
{

	return file_write_all(file->fd, octets) == 0 ? 0 : fault(err, ASIDE);
}

void
mirror_give_up(struct mirror_file *file)
{
	if (file->fd == -1)
		return;
	close(file->fd);
	file->fd = -1;
	(void)unlinkat(file->dir, ASIDE, 0);
}

int
mirror_end(struct mirror_file *file, const char *path, usec_t time,
    struct err *err)
{
	struct timespec times[2] = { timespec_of(time), timespec_of(time) };
	int result = 0;

	if (fchmod(file->fd, 0444) == -1 ||
	    futimens(file->fd, times) == -1 || fdatasync(file->fd) == -1)
		result = fault(err, path);
	if (result == 0)
		result = put_in_place(file->dir, path, err);
	if (result != 0) {
		mirror_give_up(file);
		return -1;
	}
	close(file->fd);
	file->fd = -1;
	return 0;
}

int
mirror_link(int dir, const char *path, const char *target, usec_t time,
    struct err *err)
{
	struct timespec times[2] = { timespec_of(time), timespec_of(time) };

	(void)unlinkat(dir, ASIDE, 0);
	if (symlinkat(target, dir, ASIDE) == -1 ||
	    utimensat(dir, ASIDE, times, AT_SYMLINK_NOFOLLOW) == -1)
		return fault(err, path);
	return put_in_place(dir, path, err);
}

/*
 * rename(2) between two names of one file does nothing and leaves both: then
 * the second name is there already.
 */
int
mirror_also(int dir, const char *path, const char *second, struct err *err)
{
	int result;

	(void)unlinkat(dir, ASIDE, 0);
	if (linkat(dir, path, dir, ASIDE, 0) == -1)
		return fault(err, path);
	result = put_in_place(dir, second, err);
	(void)unlinkat(dir, ASIDE, 0);
	return result;
}

void
mirror_remove(int dir, const char *path)
{
	char folder[PATH_MAX];
	char *slash;

	(void)unlinkat(dir, path, 0);
	snprintf(folder, sizeof folder, "%s", path);
	while ((slash = strrchr(folder, '/')) != NULL) {
		*slash = '\0';
		if (strchr(folder, '/') == NULL ||
		    unlinkat(dir, folder, AT_REMOVEDIR) == -1)
			break;
	}
}

void
mirror_list(int dir, const char *folder, mirror_each *each, void *arg)
{
	struct dirent *entry;
	DIR *list;
	int fd;

	fd = openat(dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
	    O_NOFOLLOW);
	if (fd == -1 || (list = fdopendir(fd)) == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	while ((entry = readdir(list)) != NULL)
		if (entry->d_name[0] != '.')
			each(arg, entry->d_name);
	closedir(list);
}
