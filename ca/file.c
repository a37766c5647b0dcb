/*
 * Whole files.  See file.h.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

static int
fault(struct err *err, const char *path, const char *what)
{
	int code = errno;

	return err_set(err, code, "%s: %s: %s", path, what, strerror(code));
}

int
file_read(const char *path, size_t most, struct bytes *to, struct err *err)
{
	struct stat st;
	ssize_t n;
	size_t size = 0;
	int fd, result = -1;

	bytes_clear(to);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return fault(err, path, "open");
	if (fstat(fd, &st) == -1) {
		fault(err, path, "stat");
		goto out;
	}
	if (!S_ISREG(st.st_mode) || (uintmax_t)st.st_size > most) {
		err_set(err, EINVAL, "%s: wanted a file of at most %zu octets",
		    path, most);
		goto out;
	}
	/* One octet more than its size tells that it is growing. */
	bytes_resize(to, (size_t)st.st_size + 1);
	while ((n = read(fd, to->data + size, to->size - size)) > 0)
		if ((size += (size_t)n) == to->size)
			break;
	if (n == -1) {
		fault(err, path, "read");
		goto out;
	}
	if (size != (size_t)st.st_size) {
		err_set(err, EAGAIN, "%s: changed while it was read", path);
		goto out;
	}
	bytes_resize(to, size);
	result = 0;
out:
	close(fd);
	return result;
}

int
file_write_all(int fd, struct slice s)
{
	ssize_t n;

	while (s.size > 0) {
		n = write(fd, s.data, s.size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EIO;
			return -1;
		}
		s.data += n;
		s.size -= (size_t)n;
	}
	return 0;
}

int
file_write(const char *path, struct slice bytes, mode_t mode, struct err *err)
{
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd == -1)
		return fault(err, path, "create");
	/* The mode is what was asked for, whatever the umask. */
	if (file_write_all(fd, bytes) == -1 || fchmod(fd, mode) == -1 ||
	    fsync(fd) == -1) {
		fault(err, path, "write");
		close(fd);
		return -1;
	}
	if (close(fd) == -1)
		return fault(err, path, "close");
	return 0;
}

static bool
has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	return name[0] != '.' && n > s && strcmp(name + n - s, suffix) == 0;
}

int
file_list(const char *dir, const char *suffix, file_each *each, void *arg,
    struct err *err)
{
	struct dirent **list = NULL;
	int i, count, result = 0;

	if ((count = scandir(dir, &list, NULL, versionsort)) == -1)
		return fault(err, dir, "list");
	for (i = 0; i < count; i++) {
		if (result == 0 && has_suffix(list[i]->d_name, suffix))
			result = each(arg, list[i]->d_name, err);
		free(list[i]);
	}
	free(list);
	return result;
}
