/*
 * Main's sockets below HOME/run: the one for reload, and the one responders
 * ask core through (docs/PROTOCOL.responder).  Core may open no socket and
 * take no connection, so main does, from those who may ask, and hands each
 * over; while there is no core they wait in the queue.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "main_state.h"

/* sun_path is short, so a socket is made and found from its folder. */
int
keeper_bind(const struct keeper *k, const struct keeper_socket *what, int *to,
    struct err *err)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int here, fd, rc = -1;

	strncpy(name.sun_path, what->name, sizeof(name.sun_path) - 1);
	here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = socket(AF_UNIX, what->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (here == -1 || fd == -1 || chdir(k->home) == -1 ||
	    chdir("run") == -1) {
		err_set(err, errno, "%s/run: %s", k->home, strerror(errno));
		goto out;
	}
	(void)unlink(name.sun_path);
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) == -1 ||
	    chmod(name.sun_path, what->mode) == -1 ||
	    listen(fd, what->queue) == -1) {
		err_set(err, errno, "%s/run/%s: %s", k->home, what->name,
		    strerror(errno));
		goto out;
	}
	*to = fd;
	fd = -1;
	rc = 0;
out:
	if (here != -1) {
		(void)!fchdir(here);
		close(here);
	}
	if (fd != -1)
		close(fd);
	return rc;
}

/* Anybody can connect; who it is decides what becomes of it. */
int
keeper_open_door(struct keeper *k, struct err *err)
{
	static const struct keeper_socket door = { "responder.sock",
	    SOCK_STREAM, 0666, 16 };

	return keeper_bind(k, &door, &k->door, err);
}

static bool
may_ask(const struct keeper *k, int fd)
{
	const struct passwd *pw;
	struct ucred who;
	socklen_t size = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == -1)
		return false;
	if (who.uid == 0 || who.uid == geteuid())
		return true;
	pw = getpwnam(k->config->responder_user);
	return pw != NULL && who.uid == pw->pw_uid;
}

void
keeper_on_door(struct keeper *k)
{
	struct err err;
	int fd;

	if ((fd = accept4(k->door, NULL, NULL, SOCK_CLOEXEC |
	    SOCK_NONBLOCK)) == -1)
		return;
	if (may_ask(k, fd) && control_send(k->children[CORE].control,
	    CONTROL_RESPONDER, (struct slice){ NULL, 0 }, &fd, 1, &err) == -1)
		log_line("a responder: %s", err.text);
	close(fd);
}
