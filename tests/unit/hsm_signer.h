/*
 * A signer in a process of its own, started and killed as main would, and
 * orders through a client; for the tests of client and signer.
 */
#ifndef TESTS_HSM_SIGNER_H
#define TESTS_HSM_SIGNER_H

#include <pthread.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "hsm/client.h"
#include "hsm/signer.h"
#include "hsm_home.h"
#include "stops.h"

struct signer_process {
	pid_t	pid;
	int	control;
};

UNUSED static void
signer_start(struct signer_process *s, const struct hsm_home *h)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		die("socketpair: %m");
	if ((s->pid = fork()) == 0) {
		close(pair[0]);
		log_name("signer");
		stop_open();
		_exit(signer_run(h->signer, pair[1]));
	}
	close(pair[1]);
	s->control = pair[0];
}

/* As main does: 'c' and the descriptor. */
UNUSED static void
signer_send(struct signer_process *s, int fd)
{
	union {
		char		room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr	align;
	} control = { 0 };
	char octet = 'c';
	struct iovec v = { &octet, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof(control.room) };

	control.align.cmsg_level = SOL_SOCKET;
	control.align.cmsg_type = SCM_RIGHTS;
	control.align.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.align), &fd, sizeof(int));
	if (sendmsg(s->control, &m, 0) != 1)
		die("sendmsg: %m");
}

UNUSED static void
signer_connect(struct signer_process *s, struct client *c)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		die("socketpair: %m");
	signer_send(s, pair[1]);
	close(pair[1]);
	client_connect(c, pair[0]);
}

UNUSED static int
signer_wait(struct signer_process *s)
{
	int status;

	waitpid(s->pid, &status, 0);
	close(s->control);
	return status;
}

UNUSED static int
signer_end(struct signer_process *s)
{
	shutdown(s->control, SHUT_RDWR);
	return signer_wait(s);
}

UNUSED static void
signer_kill(struct signer_process *s)
{
	kill(s->pid, SIGKILL);
	signer_wait(s);
}

/* --- orders -------------------------------------------------------------- */

struct test_order {
	struct sign_order order;	/* first */
	struct sign_answer answer;
	struct bytes	 signature;
	int		 calls;
};

static pthread_mutex_t orders_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t orders_told = PTHREAD_COND_INITIALIZER;

UNUSED static void
order_done(struct sign_order *o, const struct sign_answer *a)
{
	struct test_order *t = (struct test_order *)o;

	pthread_mutex_lock(&orders_lock);
	t->answer = *a;
	bytes_copy(&t->signature, a->signature);
	t->calls++;
	pthread_cond_broadcast(&orders_told);
	pthread_mutex_unlock(&orders_lock);
}

UNUSED static void
order_init(struct test_order *t, enum sign_kind kind, const char *key)
{
	static int64_t intent;

	memset(t, 0, sizeof(*t));
	t->order.kind = kind;
	snprintf(t->order.key, sizeof(t->order.key), "%s", key);
	t->order.intent = ++intent;
	t->order.done = order_done;
}

/* A large one goes in a file. */
UNUSED static void
order_to_file(struct test_order *t)
{
	struct slice head = { t->order.tbs.data, 100 };
	struct err err;

	if ((t->order.file = memory_file_new(&err)) == NULL)
		die("%s", err.text);
	bytes_put(memory_file_tail(t->order.file), t->order.tbs.data + 100,
	    t->order.tbs.size - 100);
	if (memory_file_flush(t->order.file, &err) != 0 ||
	    memory_file_seal(t->order.file, head, &err) != 0)
		die("%s", err.text);
}

UNUSED static void
order_free(struct test_order *t)
{
	memory_file_free(t->order.file);
	bytes_free(&t->order.tbs);
	bytes_free(&t->signature);
}

UNUSED static void
order_submit(struct client *c, struct test_order *t)
{
	struct signing *s = client_signing(c);

	t->calls = 0;
	s->submit(s, &t->order);
}

/* True when all were answered within the seconds. */
UNUSED static bool
orders_wait(struct test_order *t, size_t count, int seconds)
{
	struct timespec until;
	size_t i, left;
	int ret = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&orders_lock);
	do {
		for (left = 0, i = 0; i < count; i++)
			left += t[i].calls == 0;
	} while (left > 0 && (ret = pthread_cond_timedwait(&orders_told,
	    &orders_lock, &until)) == 0);
	pthread_mutex_unlock(&orders_lock);
	return left == 0;
}

UNUSED static bool
key_within(struct client *c, const char *key, bool ready, int seconds)
{
	struct signing *s = client_signing(c);
	int i;

	for (i = 0; i < seconds * 100; i++) {
		if (s->ready(s, key) == ready)
			return true;
		usleep(10000);
	}
	return false;
}

/* --- the shim ------------------------------------------------------------- */

/* The shim beside the tests, counting into a file of the home. */
UNUSED static void
shim_use(struct hsm_home *h, char file[400])
{
	char exe[512], shim[600];
	ssize_t n;
	int fd;

	if ((n = readlink("/proc/self/exe", exe, sizeof(exe) - 1)) == -1)
		die("readlink: %m");
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	snprintf(shim, sizeof(shim), "%s/../p11shim.so", exe);
	if (access(shim, R_OK) == -1)
		die("%s is missing: make it first", shim);
	home_set_module(h, shim);
	snprintf(file, 400, "%s/signed", h->path);
	if ((fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0666)) == -1)
		die("%s: %m", file);
	close(fd);
	setenv("PKIFS_SHIM_FILE", file, 1);
}

/* Of those before the first empty one, where a journal ends. */
UNUSED static size_t
lines_of(const char *path, const char *with)
{
	char line[4096];
	size_t count = 0;
	FILE *f;

	if ((f = fopen(path, "r")) == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL && line[0] != '\n')
		count += strstr(line, with) != NULL;
	fclose(f);
	return count;
}

#endif
