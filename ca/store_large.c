/*
 * Contents too large for the database: files whose name is their digest.  A
 * file is complete and synced, with its folder, before the transaction that
 * refers to it can commit; one that nothing refers to (the transaction failed)
 * is harmless and is written again when the same content comes again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "store_private.h"

static void
large_path(struct store *s, char to[PATH_MAX], const char *folder,
    const char *name)
{
	snprintf(to, PATH_MAX, "%s/%s/%s", s->dir, folder, name);
}

static int
sync_folder(struct store *s, const char *folder)
{
	char path[PATH_MAX];
	int fd, code;

	store_path(s, path, folder);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	code = fsync(fd);
	close(fd);
	return code;
}

#define NEW_FILE (O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW)

static int
write_file(const char *path, struct slice content)
{
	int fd, code;

	fd = open(path, O_WRONLY | NEW_FILE, 0600);
	if (fd < 0)
		return -1;
	code = file_write_all(fd, content) == 0 && fsync(fd) == 0 ? 0 : errno;
	close(fd);
	if (code == 0)
		return 0;
	unlink(path);
	errno = code;
	return -1;
}

static int
cannot_keep(const char *where, struct err *err)
{
	int code = errno == EDQUOT ? ENOSPC : errno;

	return err_set(err, code, "cannot keep a content in %s/: %s", where,
	    strerror(code));
}

int
large_begin(struct store *s, const char *sha256, struct slice content,
    char name[96], struct err *err)
{
	static atomic_uint number;	/* the same content by two hands */
	char path[PATH_MAX];

	snprintf(name, 96, "%s-%u", sha256, atomic_fetch_add(&number, 1));
	large_path(s, path, "unfinished", name);
	if (write_file(path, content) == 0)
		return 0;
	name[0] = '\0';
	return cannot_keep("unfinished", err);
}

int
large_open(struct store *s, const char *name)
{
	char path[PATH_MAX];

	large_path(s, path, "unfinished", name);
	return open(path, O_RDWR | NEW_FILE, 0600);
}

int
large_finish(struct store *s, const char *folder, const char *sha256,
    const char *name, struct err *err)
{
	char path[PATH_MAX], unfinished[PATH_MAX];

	large_path(s, path, folder, sha256);
	large_path(s, unfinished, "unfinished", name);
	if (rename(unfinished, path) == 0 && sync_folder(s, folder) == 0)
		return 0;
	return cannot_keep(folder, err);
}

void
large_abandon(struct store *s, const char *name)
{
	char path[PATH_MAX];

	large_path(s, path, "unfinished", name);
	unlink(path);
}

int
large_put(struct store *s, const char *folder, const char *sha256,
    struct slice content, struct err *err)
{
	char name[96];

	if (large_begin(s, sha256, content, name, err) != 0)
		return -1;
	if (large_finish(s, folder, sha256, name, err) == 0)
		return 0;
	large_abandon(s, name);
	return -1;
}

/* Returns the octets read, or -1; no more than there is room for. */
static ssize_t
read_file(const char *path, uint64_t offset, unsigned char *to, size_t room)
{
	size_t size = 0;
	ssize_t n = 0;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	while (size < room) {
		n = pread(fd, to + size, room - size, (off_t)(offset + size));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		size += (size_t)n;
	}
	close(fd);
	return n < 0 ? -1 : (ssize_t)size;
}

int
large_read_part(struct store *s, const char *folder, const char *sha256,
    uint64_t offset, size_t size, struct bytes *to)
{
	char path[PATH_MAX];
	ssize_t n;

	large_path(s, path, folder, sha256);
	bytes_clear(to);
	bytes_resize(to, size);
	n = read_file(path, offset, to->data, size);
	if (n == (ssize_t)size)
		return 1;
	log_line("store: cannot read %s: %s", path,
	    n < 0 ? strerror(errno) : "it is shorter than it was");
	bytes_clear(to);
	return 0;
}

void
large_remove(struct store *s, const char *folder, const char *sha256)
{
	char path[PATH_MAX];

	large_path(s, path, folder, sha256);
	if (unlink(path) != 0 && errno != ENOENT)
		log_line("store: cannot remove %s: %s", path,
		    strerror(errno));
}

/* What a crash left unfinished; nothing refers to it. */
static int
empty_folder(struct store *s, const char *folder, struct err *err)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	store_path(s, path, folder);
	dir = opendir(path);
	if (dir == NULL)
		return err_set(err, errno, "cannot read %s: %s", path,
		    strerror(errno));
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			large_remove(s, folder, entry->d_name);
	closedir(dir);
	return 0;
}

int
large_prepare(struct store *s, struct err *err)
{
	static const char *const folders[] = {
		"documents", "large", "unfinished"
	};
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		store_path(s, path, folders[i]);
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return err_set(err, errno, "cannot make %s: %s", path,
			    strerror(errno));
	}
	return empty_folder(s, "unfinished", err);
}
