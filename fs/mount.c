/*
 * Making, finding and ending the mount; see mount.h.  libfuse mounts and then
 * gives its descriptor away: main keeps it, core has the session.
 */
#define FUSE_USE_VERSION 312
#include <fuse_lowlevel.h>

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mount.h"

#define INIT_ROOM	(64 * 1024)
#define DEAD_TRIES	20		/* of 50 ms, for one that is dying */

int
mount_path(const char *mountpoint, char to[PATH_MAX], struct err *err)
{
	char path[PATH_MAX], parent[PATH_MAX];
	const char *last, *above = ".";
	size_t n = strlen(mountpoint);
	char *slash;

	while (n > 1 && mountpoint[n - 1] == '/')
		n--;
	if (n == 0 || n >= sizeof(path))
		return err_set(err, EINVAL, "no such mount point");
	memcpy(path, mountpoint, n);
	path[n] = '\0';
	slash = strrchr(path, '/');
	last = slash == NULL ? path : slash + 1;
	if (*last == '\0' || strcmp(last, ".") == 0 ||
	    strcmp(last, "..") == 0) {
		if (realpath(path, to) == NULL)
			goto fail;
		return 0;
	}
	if (slash == path)
		above = "/";
	else if (slash != NULL) {
		*slash = '\0';
		above = path;
	}
	if (realpath(above, parent) == NULL)
		goto fail;
	if (snprintf(to, PATH_MAX, "%s/%s", strcmp(parent, "/") == 0 ? "" :
	    parent, last) < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
fail:
	return err_set(err, errno, "%s: %s", mountpoint, strerror(errno));
}

int
mount_find(const char *path, struct mount_entry *entry)
{
	struct mntent *m, room;
	char line[2 * PATH_MAX];
	FILE *f;
	int found = 0;

	if ((f = setmntent("/proc/self/mounts", "re")) == NULL)
		return 0;
	while ((m = getmntent_r(f, &room, line, sizeof(line))) != NULL) {
		if (strcmp(m->mnt_dir, path) != 0)
			continue;
		snprintf(entry->type, sizeof(entry->type), "%s", m->mnt_type);
		snprintf(entry->source, sizeof(entry->source), "%s",
		    m->mnt_fsname);
		found = 1;	/* the last one is on top */
	}
	endmntent(f);
	return found;
}

static int
options_for(const char *home, char **options)
{
	char *source;
	int rc = -1;

	if (asprintf(&source, "fsname=%s", home) == -1)
		return -1;
	if (fuse_opt_add_opt(options, "default_permissions,noatime") == 0 &&
	    fuse_opt_add_opt(options, "subtype=pkifs") == 0 &&
	    fuse_opt_add_opt_escaped(options, source) == 0 &&
	    (geteuid() != 0 || fuse_opt_add_opt(options, "allow_other") == 0))
		rc = 0;
	free(source);
	return rc;
}

/* libfuse's session only mounts; its descriptor goes on without it. */
static int
attach(char *options, const char *path, struct err *err)
{
	static const struct fuse_lowlevel_ops none;
	char *argv[] = { "pkifs", "-o", options, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);
	struct fuse_session *se;
	int fd = -1;

	se = fuse_session_new(&args, &none, sizeof(none), NULL);
	if (se == NULL)
		return err_set(err, EINVAL, "libfuse makes no session");
	if (fuse_session_mount(se, path) != 0)
		err_set(err, EIO, "cannot mount on %s%s", path,
		    access("/dev/fuse", R_OK | W_OK) == -1 ?
		    " (no access to /dev/fuse)" : "");
	else if ((fd = fcntl(fuse_session_fd(se), F_DUPFD_CLOEXEC, 3)) == -1)
		err_set(err, errno, "/dev/fuse: %s", strerror(errno));
	fuse_session_destroy(se);
	fuse_opt_free_args(&args);
	return fd;
}

static int
read_init(int fd, struct bytes *init, struct err *err)
{
	ssize_t n;

	bytes_resize(init, INIT_ROOM);
	do
		n = read(fd, init->data, init->size);
	while (n == -1 && (errno == EINTR || errno == ENOENT));
	if (n == -1)
		return err_set(err, errno, "FUSE_INIT: %s", strerror(errno));
	bytes_resize(init, (size_t)n);
	return 0;
}

int
mount_attach(const char *home, const char *path, int *fd, struct bytes *init,
    struct err *err)
{
	char *options = NULL;
	struct stat st;

	*fd = -1;
	if (stat(path, &st) == -1)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ENOTDIR, "%s is not a directory", path);
	if (options_for(home, &options) == -1)
		die("out of memory");
	*fd = attach(options, path, err);
	free(options);
	if (*fd == -1)
		return -1;
	if (read_init(*fd, init, err) == -1) {
		(void)mount_detach(path, err);
		close(*fd);
		*fd = -1;
		return -1;
	}
	return 0;
}

static int
fusermount(const char *path, struct err *err)
{
	pid_t pid;
	int status;

	if ((pid = fork()) == -1)
		return err_set(err, errno, "fork: %s", strerror(errno));
	if (pid == 0) {
		execlp("fusermount3", "fusermount3", "-u", "-z", "-q", "--",
		    path, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return err_set(err, errno, "waitpid: %s",
			    strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, EPERM, "fusermount3 does not unmount %s",
		    path);
	return 0;
}

int
mount_detach(const char *path, struct err *err)
{
	if (geteuid() != 0)
		return fusermount(path, err);
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == -1)
		return err_set(err, errno, "umount %s: %s", path,
		    strerror(errno));
	return 0;
}

int
mount_abort(const char *path, struct err *err)
{
	/* When it is busy, those who wait have got ECONNABORTED all the same. */
	if (geteuid() == 0 && umount2(path, MNT_FORCE | UMOUNT_NOFOLLOW) == 0)
		return 0;
	return mount_detach(path, err);
}

/*
 * A dead mount answers ENOTCONN at once.  A living one could let us wait, so
 * another process asks and has two seconds.
 */
static bool
is_dead(const char *path)
{
	struct stat st;
	int status, i;
	pid_t pid;

	if ((pid = fork()) == -1)
		return false;
	if (pid == 0)
		_exit(stat(path, &st) == -1 && (errno == ENOTCONN ||
		    errno == ECONNABORTED) ? 0 : 1);
	for (i = 0; i < 200; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) && WEXITSTATUS(status) == 0;
		usleep(10000);
	}
	kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return false;
}

int
mount_clear(const char *home, const char *path, struct err *err)
{
	struct mount_entry entry;
	int i;

	for (i = 0; mount_find(path, &entry) &&
	    strcmp(entry.type, MOUNT_TYPE) == 0; i++) {
		/* We hold the lock: what is of this home has lost its main. */
		if (strcmp(entry.source, home) == 0 || is_dead(path)) {
			if (mount_abort(path, err) == -1 && i > DEAD_TRIES)
				return -1;
		} else if (i > DEAD_TRIES)
			return err_set(err, EBUSY, "%s is mounted already, "
			    "from %s", path, entry.source);
		usleep(50000);
	}
	return 0;
}
