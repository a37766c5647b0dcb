/*
 * Reload: main becomes the new program and nobody sees.  The new program is
 * first asked whether it would start with the configuration as it is now; a
 * "no" goes back to who asked, and what runs goes on.  Then core, signer and
 * herald leave (requests wait in the kernel), and main executes the program
 * with everything that must live on in a memory file and in open descriptors:
 * lock, /dev/fuse, slab, the detacher, the asking client, and who was given up.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/stop.h"
#include "control.h"
#include "core_process.h"
#include "main_process.h"
#include "main_state.h"
#include "sandbox.h"
#include "slab.h"

#define STATE_VERSION	4	/* of what lives on, the store too; slab aside */
#define STATE_MOST	(1024 * 1024)
#define CHECK_MS	20000
#define CLIENT_SECONDS	2

int
keeper_listen(struct keeper *k, struct err *err)
{
	static const struct keeper_socket reload = { "socket", SOCK_SEQPACKET,
	    0600, 4 };

	return keeper_bind(k, &reload, &k->socket, err);
}

/* Only root, or whoever runs the CA, and one at a time. */
static bool
may_reload(const struct keeper *k, int fd, const char **why)
{
	struct ucred who;
	socklen_t size = sizeof(who);

	*why = "permission denied";
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == -1 ||
	    (who.uid != 0 && who.uid != geteuid()))
		return false;
	*why = "another reload is under way";
	if (k->client != -1)
		return false;
	*why = "the CA is still starting";
	return k->was_ready;
}

void
keeper_on_socket(struct keeper *k)
{
	struct timeval patience = { .tv_sec = CLIENT_SECONDS };
	struct control_message m;
	const char *why;
	struct err err;
	int fd;

	if ((fd = accept4(k->socket, NULL, NULL, SOCK_CLOEXEC)) == -1)
		return;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	if (control_receive(fd, "H", &m, &err) != 1) {
		close(fd);
		return;
	}
	control_clear(&m);
	if (!may_reload(k, fd, &why)) {
		(void)control_send_text(fd, CONTROL_FAILED, why, &err);
		close(fd);
		return;
	}
	k->client = fd;
	keeper_reload(k);
}

/* --- would it start? ----------------------------------------------------- */

static int
check(const struct config *config, struct err *err)
{
	struct people *people;
	int rc, fd;

	if ((people = people_build(config, err)) == NULL)
		return -1;
	rc = people_check(people, config, err);
	people_free(people);
	if (rc == -1 || teller_check(config, err) == -1 ||
	    core_open_published(config, &fd, err) == -1)
		return -1;
	if (fd > 0)
		close(fd);
	if (sandbox_is_root() && (getpwnam(config->user) == NULL ||
	    getpwnam(config->signer_user) == NULL))
		return err_set(err, ENOENT, "user or signer_user of "
		    "pkifs.conf does not exist");
	return 0;
}

/* What runs is another version: it hands over in another way, or not all. */
static int
can_take_over(const char *version, struct err *err)
{
	if (strtol(version, NULL, 10) == STATE_VERSION)
		return slab_fits(CHILD_OTHER, err);
	return err_set(err, EINVAL, SLAB_IS_ANOTHER);
}

/*
 * check HOME STATE_VERSION; one that runs since before there was the second
 * argument does not name it, and one of then does not take it.
 */
int
verb_check(int argc, char **argv)
{
	struct config *config;
	struct err err, ignored;
	int rc = -1;

	stop_open();
	log_name("check");
	if (argc != 2 && argc != 3)
		return 2;
	if ((config = config_read(argv[1], &err)) != NULL &&
	    can_take_over(argc == 3 ? argv[2] : "", &err) == 0)
		rc = check(config, &err);
	config_free(config);
	if (rc == 0)
		rc = control_send(CONTROL_FD, CONTROL_READY,
		    (struct slice){ NULL, 0 }, NULL, 0, &err);
	else
		(void)control_send_text(CONTROL_FD, CONTROL_FAILED, err.text,
		    &ignored);
	return rc == 0 ? 0 : 1;
}

static int
read_answer(int fd, struct err *err)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	struct control_message m;
	char text[500];
	int rc = -1;

	if (poll(&wait, 1, CHECK_MS) != 1)
		return err_set(err, ETIMEDOUT, "the new program does not "
		    "answer");
	if (control_receive(fd, "rf", &m, err) != 1)
		return err_set(err, ENOEXEC, "the new program does not start "
		    "here; if it is another version: unmount, and mount with "
		    "it");
	if (m.type == CONTROL_READY)
		rc = 0;
	else if (control_text_get(SLICE(&m.body), text, sizeof(text), err) ==
	    0)
		err_set(err, EINVAL, "%s", text);
	control_clear(&m);
	return rc;
}

static int
ask_new_program(struct keeper *k, struct err *err)
{
	char version[16];
	char *argv[] = { (char *)"pkifs", (char *)"check", k->home, version,
	    NULL };
	struct child child = CHILD_NONE;
	int rc;

	snprintf(version, sizeof(version), "%d", STATE_VERSION);
	if (child_start(&child, k->program, argv, k->slab, err) == -1)
		return -1;
	rc = read_answer(child.control, err);
	child_stop(&child, USEC);
	return rc;
}

/* --- handing over -------------------------------------------------------- */

/* What lives on; a writer and its reader side by side. */
static void
state_put(const struct keeper *k, struct bytes *to)
{
	const struct child *detacher = &k->children[DETACHER];

	put_u32(to, STATE_VERSION);
	put_text(to, k->home);
	put_text(to, k->mountpoint);
	put_text(to, k->program);
	put_blob(to, SLICE(&k->init));
	put_u8(to, k->first);
	put_u32(to, (uint32_t)k->lock);
	put_u32(to, (uint32_t)k->fuse);
	put_u32(to, (uint32_t)k->slab);
	put_u32(to, (uint32_t)k->socket);
	put_u32(to, (uint32_t)k->client);
	put_u32(to, (uint32_t)detacher->control);
	put_u32(to, (uint32_t)detacher->pid);
	child_strays_put(to);
	control_keep_put(to, k->backings, k->backing_count);
}

static int
state_get(struct keeper *k, struct slice from, struct err *err)
{
	uint32_t version, n[7];
	struct slice init;
	uint8_t first;
	size_t i;

	if (get_u32(&from, &version) == -1 || version != STATE_VERSION ||
	    get_text(&from, k->home, sizeof(k->home)) == -1 ||
	    get_text(&from, k->mountpoint, sizeof(k->mountpoint)) == -1 ||
	    get_text(&from, k->program, sizeof(k->program)) == -1 ||
	    get_blob(&from, &init) == -1 || get_u8(&from, &first) == -1)
		return err_set(err, EBADMSG, "state of another version");
	for (i = 0; i < 7; i++)
		if (get_u32(&from, &n[i]) == -1)
			return err_set(err, EBADMSG, "state of another "
			    "version");
	if (child_strays_get(&from) == -1)
		return err_set(err, EBADMSG, "state of another version");
	if (control_keep_get(from, k->backings, &k->backing_count, err) == -1)
		return -1;
	bytes_copy(&k->init, init);
	k->first = first != 0;
	k->lock = (int)n[0];
	k->fuse = (int)n[1];
	k->slab = (int)n[2];
	k->socket = (int)n[3];
	k->client = (int)n[4];
	k->children[DETACHER].control = (int)n[5];
	k->children[DETACHER].pid = (pid_t)n[6];
	return 0;
}

/* Kept over exec, or not. */
static void
keep_open(const struct keeper *k, bool keep)
{
	const int fds[] = { k->lock, k->fuse, k->slab, k->socket, k->client,
	    k->children[DETACHER].control };
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] != -1)
			(void)fcntl(fds[i], F_SETFD, keep ? 0 : FD_CLOEXEC);
}

/* Returns only when the program cannot be executed. */
static void
become(struct keeper *k, struct err *err)
{
	struct bytes state = { 0 };
	char option[32];
	char *argv[] = { (char *)"pkifs", (char *)"mount", k->home,
	    k->mountpoint, option, NULL };
	ssize_t n;
	int fd;

	state_put(k, &state);
	if ((fd = memfd_create("pkifs-state", 0)) == -1) {
		err_set(err, errno, "memfd_create: %s", strerror(errno));
		bytes_free(&state);
		return;
	}
	n = pwrite(fd, state.data, state.size, 0);
	if (n == (ssize_t)state.size) {
		snprintf(option, sizeof(option), "--resume=%d", fd);
		keep_open(k, true);
		execv(k->program, argv);
		keep_open(k, false);
	}
	err_set(err, errno, "%s: %s", k->program, strerror(errno));
	bytes_free(&state);
	close(fd);
}

void
keeper_reload(struct keeper *k)
{
	struct err err;
	int i;

	if (ask_new_program(k, &err) == -1) {
		log_line("not reloaded: %s", err.text);
		keeper_tell(k, err.text);
		return;
	}
	log_line("reloading %s", k->program);
	keeper_stop_children(k);
	become(k, &err);
	log_line("not reloaded: %s", err.text);
	keeper_tell(k, err.text);
	for (i = HERALD; i <= CORE; i++)
		k->children[i].again = clock_steady();
}

int
keeper_resume(struct keeper *k, int fd, struct err *err)
{
	struct bytes state = { 0 };
	struct stat st;
	int rc = -1;

	if (fstat(fd, &st) == -1 || st.st_size <= 0 ||
	    st.st_size > STATE_MOST) {
		err_set(err, EBADMSG, "there is no state to resume");
		goto out;
	}
	bytes_resize(&state, (size_t)st.st_size);
	if (pread(fd, state.data, state.size, 0) != (ssize_t)state.size) {
		err_set(err, EBADMSG, "the state cannot be read");
		goto out;
	}
	rc = state_get(k, SLICE(&state), err);
	keep_open(k, false);
out:
	close(fd);
	bytes_free(&state);
	return rc;
}
