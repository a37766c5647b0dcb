/*
 * Work in a process of its own: see apart.h.  Through the pipe comes the code
 * of the fault (0: none), its sentence and the result; a child that says
 * nothing has crashed or hung.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../ca/file.h"
#include "apart.h"

#define SECONDS 180		/* an RSA key in a slow token */

static int
become(uid_t uid, gid_t gid, const char *folder, struct err *err)
{
	if (folder != NULL && chdir(folder) == -1)
		return err_set(err, errno, "%s: %m", folder);
	if (geteuid() != 0 || uid == 0)
		return 0;
	if (setgroups(0, NULL) == -1 || setgid(gid) == -1 ||
	    setuid(uid) == -1)
		return err_set(err, errno, "uid %u cannot be taken on: %m",
		    (unsigned)uid);
	return 0;
}

_Noreturn static void
child(int fd, uid_t uid, gid_t gid, const char *folder, apart_work *work,
    void *arg)
{
	struct bytes result = { 0 }, message = { 0 };
	struct err err = { 0 };
	bool failed;

	alarm(SECONDS);
	failed = become(uid, gid, folder, &err) == -1 ||
	    work(arg, &result, &err) == -1;
	put_u32(&message, failed ? (uint32_t)(err.code ? err.code : EIO) : 0);
	put_text(&message, failed ? err.text : "");
	put_blob(&message, SLICE(&result));
	/* No exit handlers: SoftHSM's and OpenSSL's get in each other's way. */
	_exit(file_write_all(fd, SLICE(&message)) == -1);
}

static void
read_all(int fd, struct bytes *to)
{
	size_t old;
	ssize_t n;

	do {
		old = to->size;
		bytes_resize(to, old + 4096);
		n = read(fd, to->data + old, 4096);
		to->size = old + (n > 0 ? (size_t)n : 0);
	} while (n > 0 || (n == -1 && errno == EINTR));
}

static int
take_message(struct slice s, int status, struct bytes *result,
    struct err *err)
{
	struct slice blob;
	char text[sizeof(err->text)];
	uint32_t code;

	if (get_u32(&s, &code) == -1 ||
	    get_text(&s, text, sizeof(text)) == -1 ||
	    get_blob(&s, &blob) == -1 || s.size != 0) {
		if (WIFSIGNALED(status))
			return err_set(err, EIO, "the PKCS#11 module ended "
			    "its process by signal %d", WTERMSIG(status));
		return err_set(err, EIO, "the process with the PKCS#11 "
		    "module said nothing");
	}
	if (code != 0)
		return err_set(err, (int)code, "%s", text);
	bytes_copy(result, blob);
	return 0;
}

int
apart_run(uid_t uid, gid_t gid, const char *folder, apart_work *work,
    void *arg, struct bytes *result, struct err *err)
{
	struct bytes message = { 0 };
	int p[2], status = 0, ret;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) == -1)
		return err_set(err, errno, "no pipe: %m");
	if ((pid = fork()) == -1) {
		close(p[0]);
		close(p[1]);
		return err_set(err, errno, "no process: %m");
	}
	if (pid == 0) {
		close(p[0]);
		child(p[1], uid, gid, folder, work, arg);
	}
	close(p[1]);
	read_all(p[0], &message);
	close(p[0]);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	ret = take_message(SLICE(&message), status, result, err);
	bytes_free(&message);
	return ret;
}
