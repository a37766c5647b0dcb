/*
 * What was published, as files; see served.h.
 */
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "served.h"

#define ANSWERS	"ocsp-by-serial"

struct served {
	int	top;		/* with status/ and ca/ in it; -1: only status */
	int	status;
	bool	home;
	char	path[PATH_MAX], run[PATH_MAX];
};

static int
open_folder(int at, const char *name)
{
	return openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/*
 * DIR/published/status, DIR/status, or DIR itself; a home has nothing for the
 * world but what lies in published/.
 */
static int
open_places(struct served *s, const char *path)
{
	int dir, published;

	if ((dir = open_folder(AT_FDCWD, path)) == -1)
		return -1;
	s->home = faccessat(dir, "pkifs.conf", F_OK, 0) == 0;
	published = open_folder(dir, "published");
	s->top = published != -1 ? published : dir;
	if (published != -1)
		close(dir);
	else if (s->home) {
		close(dir);
		s->top = -1;
		return 0;
	}
	s->status = open_folder(s->top, "status");
	if (s->status == -1 && published == -1) {
		s->status = s->top;
		s->top = -1;
	}
	return 0;
}

/* A home has a place for the socket, whether or not a mount is there now. */
static int
find_run(struct served *s, const char *path)
{
	char run[PATH_MAX];

	if (snprintf(run, sizeof run, "%s/run", path) >= (int)sizeof run)
		return -1;
	if (s->home && realpath(run, s->run) == NULL)
		s->run[0] = '\0';
	return 0;
}

/* What /proc says a folder is called; "" when there is none. */
static void
find_path(struct served *s)
{
	char proc[64];
	ssize_t n;

	snprintf(proc, sizeof proc, "/proc/self/fd/%d",
	    s->top != -1 ? s->top : s->status);
	if ((n = readlink(proc, s->path, sizeof s->path - 1)) < 0)
		n = 0;
	s->path[n] = '\0';
}

struct served *
served_open(const char *path, struct err *err)
{
	struct served *s = calloc(1, sizeof *s);

	if (s == NULL)
		die("out of memory");
	s->top = s->status = -1;
	if (open_places(s, path) != 0 || find_run(s, path) != 0) {
		err_set(err, errno, "%s: %s", path, strerror(errno));
		served_close(s);
		return NULL;
	}
	find_path(s);
	return s;
}

void
served_close(struct served *s)
{
	if (s == NULL)
		return;
	if (s->status != -1 && s->status != s->top)
		close(s->status);
	if (s->top != -1)
		close(s->top);
	free(s);
}

const char *
served_top(const struct served *s)
{
	return s->path;
}

const char *
served_run(const struct served *s)
{
	return s->run[0] != '\0' ? s->run : NULL;
}

/* --- answers ------------------------------------------------------------- */

/* status/ may be made after us: a home that nothing was published in yet. */
static int
at_status(const struct served *s, const char *name, char path[PATH_MAX])
{
	if (s->status != -1)
		snprintf(path, PATH_MAX, "%s", name);
	else
		snprintf(path, PATH_MAX, "status/%s", name);
	return s->status != -1 ? s->status : s->top;
}

int
served_look(const struct served *s, const struct ocsp_id *id,
    char name[SERVED_NAME], struct stat *st)
{
	char path[PATH_MAX];
	int at;

	if (id->hash == OCSP_OTHER_HASH)
		return 0;
	snprintf(name, SERVED_NAME, ANSWERS "/%s%s.der", id->serial,
	    id->hash == OCSP_SHA256 ? ".sha256" : "");
	if ((at = at_status(s, name, path)) == -1)
		return 0;
	return fstatat(at, path, st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st->st_mode) && st->st_size > 0 &&
	    st->st_size <= SERVED_FILE_MOST;
}

bool
served_is_same(const struct kept *k, const struct stat *st)
{
	return k->inode == st->st_ino && k->size == st->st_size &&
	    k->mtime_sec == st->st_mtim.tv_sec &&
	    k->mtime_nsec == st->st_mtim.tv_nsec;
}

static int
read_whole(int fd, struct stat *st, struct bytes *to)
{
	if (fstat(fd, st) == -1 || !S_ISREG(st->st_mode) ||
	    st->st_size <= 0 || st->st_size > SERVED_FILE_MOST)
		return -1;
	bytes_resize(to, (size_t)st->st_size);
	return pread(fd, to->data, to->size, 0) == st->st_size ? 0 : -1;
}

int
served_read(const struct served *s, const struct ocsp_ids *ids,
    const char *name, struct slice key, struct kept **to)
{
	struct bytes der = { 0 };
	char path[PATH_MAX];
	struct stat st;
	int at, fd;

	at = at_status(s, name, path);
	if ((fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK)) == -1)
		return 0;
	*to = NULL;
	if (read_whole(fd, &st, &der) == 0 &&
	    (*to = kept_new(key, ids, SLICE(&der))) != NULL) {
		(*to)->inode = st.st_ino;
		(*to)->size = st.st_size;
		(*to)->mtime_sec = st.st_mtim.tv_sec;
		(*to)->mtime_nsec = st.st_mtim.tv_nsec;
	}
	close(fd);
	bytes_free(&der);
	return *to != NULL;
}

/* --- files --------------------------------------------------------------- */

/* Links inside are followed (current.txt), to the outside never. */
int
served_file(const struct served *s, const char *path, struct stat *st)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS
	};
	const char *below = path;
	int at = s->top, fd;

	if (strncmp(path, "status/", 7) == 0 && s->status != -1) {
		at = s->status;
		below = path + 7;
	}
	if (at == -1)
		return -1;
	fd = (int)syscall(SYS_openat2, at, below, &how, sizeof how);
	if (fd != -1 && (fstat(fd, st) == -1 || !S_ISREG(st->st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}
