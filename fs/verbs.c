/*
 * The small verbs; see verbs.h.
 */
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../ca/clock.h"
#include "../ca/stop.h"
#include "../ca/verify.h"
#include "../hsm/signer.h"
#include "confine.h"
#include "control.h"
#include "mount.h"
#include "sandbox.h"
#include "verbs.h"

#define END_WAIT	(15 * USEC)	/* open files have 5 s of it */
#define RELOAD_SECONDS	120

static int
failed(const char *text)
{
	fprintf(stderr, "pkifs: %s\n", text);
	return 1;
}

/* Until main has let go of its home, so that the next mount finds it free. */
static void
wait_for_end(const char *home)
{
	usec_t until = clock_steady() + END_WAIT;
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/run/lock", home) >=
	    (int)sizeof(path) ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return;
	while (flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK &&
	    clock_steady() < until)
		usleep(20000);
	close(fd);
}

int
verb_umount(int argc, char **argv)
{
	struct mount_entry entry;
	char path[PATH_MAX];
	struct err err;

	if (argc != 2 || argv[1][0] == '-')
		return 2;
	if (mount_path(argv[1], path, &err) == -1)
		return failed(err.text);
	if (!mount_find(path, &entry) || strcmp(entry.type, MOUNT_TYPE) != 0) {
		fprintf(stderr, "pkifs: nothing of ours is mounted on %s\n",
		    path);
		return 1;
	}
	if (mount_detach(path, &err) == -1)
		return failed(err.text);
	wait_for_end(entry.source);
	return 0;
}

static int
connect_to_main(const char *home, struct err *err)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX,
	    .sun_path = "socket" };
	struct timeval patience = { .tv_sec = RELOAD_SECONDS };
	int fd;

	if (chdir(home) == -1 || chdir("run") == -1)
		return err_set(err, errno, "%s/run: %s", home,
		    strerror(errno));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return err_set(err, errno, "socket: %s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == -1) {
		err_set(err, errno, errno == ENOENT || errno == ECONNREFUSED ?
		    "%s is not mounted" : "%s/run/socket: %s", home,
		    strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

int
verb_reload(int argc, char **argv)
{
	struct control_message m;
	char text[500];
	struct err err;
	int fd, rc;

	if (argc != 2 || argv[1][0] == '-')
		return 2;
	if ((fd = connect_to_main(argv[1], &err)) == -1)
		return failed(err.text);
	if (control_send(fd, CONTROL_RELOAD, (struct slice){ NULL, 0 }, NULL,
	    0, &err) == -1)
		return failed(err.text);
	rc = control_receive(fd, "rf", &m, &err);
	close(fd);
	if (rc == 0)
		return failed("main ended");
	if (rc == -1)
		return failed(err.text);
	if (m.type == CONTROL_FAILED)
		rc = failed(control_text_get(SLICE(&m.body), text,
		    sizeof(text), &err) == 0 ? text : err.text);
	else
		rc = 0;
	control_clear(&m);
	return rc;
}

static void
say(void *arg, enum verify_kind kind, const char *sentence)
{
	static const char *const words[] = {
		[VERIFY_NOTE] = "note", [VERIFY_FAULT] = "FAULT",
		[VERIFY_UNKNOWN] = "unknown"
	};

	printf("%s: %s\n", words[kind], sentence);
}

int
verb_verify(int argc, char **argv)
{
	struct verify_summary sum;
	int rc;

	if (argc != 2 || argv[1][0] == '-')
		return 2;
	rc = verify_directory(argv[1], say, NULL, &sum);
	printf("%lld events (%lld to %lld), %lld documents, %lld withheld: "
	    "%s\n", (long long)sum.events, (long long)sum.first,
	    (long long)sum.last, (long long)sum.documents,
	    (long long)sum.withheld, rc == 0 ? "intact" :
	    rc == 1 ? "NOT intact" : "could not tell");
	if (sum.events > 0)
		printf("last event: sha256 %s\n", sum.last_sha256);
	return rc;
}

/*
 * HOME may lie below a folder that only its owner can enter, as /home/NAME on
 * Debian: root goes in, and the signer's own user has only what is below.
 */
int
verb_signer(int argc, char **argv)
{
	char path[PATH_MAX];
	const char *home;
	struct err err;

	stop_open();
	log_name("signer");
	if (argc != 4)
		return 2;
	home = sandbox_is_root() && chdir(argv[1]) == 0 ? "." : argv[1];
	if (confine_signer(home, argv[2], argv[3], &err) == -1) {
		log_line("%s", err.text);
		return 1;
	}
	(void)snprintf(path, sizeof(path), "%s/signer", home);
	return signer_run(path, CONTROL_FD);
}
