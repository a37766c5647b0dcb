/*
 * The herald; see herald.h.  Core sends it paths, one in a packet.  It creates
 * what the kernel does not know yet (CREATE, OPEN, CLOSE_WRITE), opens and
 * closes what it knows (OPEN, CLOSE_WRITE), and where that is not allowed, or
 * somebody reads it from a backing file, touches it (ATTRIB).  It may wait in
 * the mount for as long as it takes: nobody waits for it.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "../ca/stop.h"
#include "confine.h"
#include "control.h"
#include "herald.h"

/* Inside the mount, whatever the path says. */
static int
open_below(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC | O_NOFOLLOW),
		.mode = mode,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
		    RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV
	};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* The folder that holds it; `name` is set to its last component. */
static int
open_parent(int root, char *path, const char **name)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL) {
		*name = path;
		return open_below(root, ".", O_PATH | O_DIRECTORY, 0);
	}
	*slash = '\0';
	*name = slash + 1;
	return open_below(root, path, O_PATH | O_DIRECTORY, 0);
}

static void
touch(int root, char *path, bool make_folder)
{
	const char *name;
	int fd;

	if ((fd = open_parent(root, path, &name)) == -1)
		return;
	if (*name != '\0' && strcmp(name, "..") != 0 &&
	    (!make_folder || mkdirat(fd, name, 0755) == -1))
		(void)utimensat(fd, name, NULL, AT_SYMLINK_NOFOLLOW);
	close(fd);
}

void
herald_announce(int root, const char *path)
{
	char copy[PATH_MAX];
	size_t size = strlen(path);
	int fd;

	if (size == 0 || size >= sizeof(copy))
		return;
	memcpy(copy, path, size + 1);
	if (copy[size - 1] == '/') {
		copy[size - 1] = '\0';
		touch(root, copy, true);
		return;
	}
	fd = open_below(root, copy, O_CREAT | O_EXCL | O_WRONLY, 0444);
	if (fd == -1 && errno == EEXIST)
		fd = open_below(root, copy, O_WRONLY, 0);
	if (fd != -1)
		close(fd);
	else if (errno == EACCES || errno == EPERM || errno == ELOOP ||
	    errno == EIO)
		touch(root, copy, false);
}

/* Serve one packet from core; -1: it is gone. */
static int
serve(int core, int root)
{
	char path[PATH_MAX];
	ssize_t n;

	do
		n = recv(core, path, sizeof(path) - 1, 0);
	while (n == -1 && errno == EINTR);
	if (n <= 0)
		return -1;
	path[n] = '\0';
	if (strlen(path) == (size_t)n)
		herald_announce(root, path);
	return 0;
}

/* The first message: where the mount is.  Its folder; -1: leave. */
static int
wait_for_mount(struct err *err)
{
	struct control_message m;
	char path[PATH_MAX];
	int rc, root = -1;

	if ((rc = control_receive(CONTROL_FD, "m", &m, err)) != 1) {
		if (rc == 0)
			err->text[0] = '\0';
		return -1;
	}
	if (control_text_get(SLICE(&m.body), path, sizeof(path), err) == 0 &&
	    (root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1)
		err_set(err, errno, "%s: %s", path, strerror(errno));
	control_clear(&m);
	if (root != -1 && confine_herald_to(path, err) == -1) {
		close(root);
		root = -1;
	}
	return root;
}

/* A new connection replaces the last; 0: main is gone. */
static int
take_connection(int *core, struct err *err)
{
	struct control_message m;
	int rc;

	if ((rc = control_receive(CONTROL_FD, "c", &m, err)) != 1)
		return rc;
	if (*core != -1)
		close(*core);
	*core = control_take(&m, 0);
	control_clear(&m);
	return 1;
}

int
verb_herald(int argc, char **argv)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	struct err err;
	int core = -1, rc = -1, root;

	stop_open();
	log_name("herald");
	if (argc != 3)
		return 2;
	if (confine_herald(argv[2], &err) == -1)
		goto out;
	if ((root = wait_for_mount(&err)) == -1) {
		rc = err.text[0] == '\0' ? 0 : -1;
		goto out;
	}
	for (;;) {
		fds[0].fd = CONTROL_FD;
		fds[1].fd = core;
		if (poll(fds, 2, -1) == -1 && errno != EINTR)
			break;
		if (fds[0].revents != 0 &&
		    (rc = take_connection(&core, &err)) != 1)
			break;
		if (fds[0].revents == 0 && fds[1].revents != 0 &&
		    serve(core, root) == -1) {
			close(core);
			core = -1;
		}
	}
out:
	if (rc == -1)
		log_line("%s", err.text);
	return rc == 0 ? 0 : 1;
}
