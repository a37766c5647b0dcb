/*
 * Main: see main_process.h.  The order at start is what keeps a crash from
 * leaving a dead mount: the lock of the home, then the detacher and the herald
 * (who never have /dev/fuse), then the mount, then signer and core.
 *
 * Main has one thread and never looks into its own mount: it would wait for
 * itself.  Whoever waits for the tree (the parent of a `mount` without -f)
 * looks instead.
 */
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ca/stop.h"
#include "confine.h"
#include "control.h"
#include "main_process.h"
#include "main_state.h"
#include "mount.h"
#include "unfinished.h"

#define LOOK_MS		300
#define TIMEOUT_SYSCTL	"/proc/sys/fs/fuse/default_request_timeout"

/* --- what main waits for ------------------------------------------------- */

static int
open_signals(struct keeper *k, struct err *err)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	k->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (k->signals == -1)
		return err_set(err, errno, "signalfd: %s", strerror(errno));
	return 0;
}

/* Without these two a change is seen at the next reload only. */
static void
open_watches(struct keeper *k)
{
	k->databases = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (k->databases != -1)
		(void)inotify_add_watch(k->databases, "/etc",
		    IN_CLOSE_WRITE | IN_MOVED_TO);
	k->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
}

static void
warn_of_timeout(void)
{
	unsigned seconds = 0;
	FILE *f;

	if ((f = fopen(TIMEOUT_SYSCTL, "re")) == NULL)
		return;
	if (fscanf(f, "%u", &seconds) == 1 && seconds != 0)
		log_line("fs.fuse.default_request_timeout is %u s: one "
		    "request unanswered for so long ends the mount for all",
		    seconds);
	fclose(f);
}

static void
on_signals(struct keeper *k)
{
	struct signalfd_siginfo info;

	while (read(k->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
			k->leave = true;
		else if (info.ssi_signo == SIGHUP && k->was_ready)
			keeper_reload(k);
	}
}

static void
on_people(struct keeper *k)
{
	union {
		struct inotify_event align;
		char	room[4096];
	} u;
	const struct inotify_event *e;
	bool changed = false;
	struct err err;
	ssize_t n, at;

	while ((n = read(k->databases, &u, sizeof(u))) > 0)
		for (at = 0; at < n; at += (ssize_t)(sizeof(*e) + e->len)) {
			e = (const void *)(u.room + at);
			if (e->len > 0 && (strcmp(e->name, "passwd") == 0 ||
			    strcmp(e->name, "group") == 0))
				changed = true;
		}
	if (changed && keeper_people(k, &err) == -1)
		log_line("people stay as they were: %s", err.text);
}

/* Unmounted by somebody: what is open is served on, then it ends. */
static void
on_mounts(struct keeper *k)
{
	if (k->fuse != -1 && !keeper_is_mounted(k)) {
		log_line("%s was unmounted", k->mountpoint);
		k->leave = true;
	}
}

/* These only listen: the end of the socket, or a word, means they are lost. */
static void
on_child(struct keeper *k, int which)
{
	struct child *c = &k->children[which];
	char octet;

	if (recv(c->control, &octet, 1, MSG_DONTWAIT) != -1)
		child_lost(c);
}

enum { ON_SIGNALS, ON_CORE, ON_SOCKET, ON_PEOPLE, ON_MOUNTS, ON_HERALD,
       ON_SIGNER, ON_DETACHER, ON_DOOR, ON_ALL };

/* To whom a responder's connection can be handed over. */
static bool
can_hand_over(const struct keeper *k)
{
	return k->ready && k->children[CORE].control != -1;
}

static void
wait_once(struct keeper *k, int ms)
{
	struct pollfd fds[ON_ALL] = {
		[ON_SIGNALS] = { k->signals, POLLIN, 0 },
		[ON_CORE] = { k->children[CORE].control, POLLIN, 0 },
		[ON_SOCKET] = { k->socket, POLLIN, 0 },
		[ON_DOOR] = { can_hand_over(k) ? k->door : -1, POLLIN, 0 },
		[ON_PEOPLE] = { k->databases, POLLIN, 0 },
		[ON_MOUNTS] = { k->mounts, POLLPRI, 0 },
		[ON_HERALD] = { k->children[HERALD].control, POLLIN, 0 },
		[ON_SIGNER] = { k->children[SIGNER].control, POLLIN, 0 },
		[ON_DETACHER] = { k->children[DETACHER].control, POLLIN, 0 }
	};

	/* A core that is half dead is noticed by looking (child_give_up). */
	if (ms == -1 || ms > LOOK_MS)
		ms = LOOK_MS;
	if (poll(fds, ON_ALL, ms) <= 0)
		return;
	if (fds[ON_HERALD].revents != 0)
		on_child(k, HERALD);
	if (fds[ON_SIGNER].revents != 0)
		on_child(k, SIGNER);
	if (fds[ON_DETACHER].revents != 0)
		on_child(k, DETACHER);
	if (fds[ON_CORE].revents != 0)
		keeper_on_core(k);
	if (fds[ON_MOUNTS].revents != 0)
		on_mounts(k);
	if (fds[ON_PEOPLE].revents != 0)
		on_people(k);
	if (fds[ON_SIGNALS].revents != 0)
		on_signals(k);
	if (fds[ON_DOOR].revents != 0 && can_hand_over(k))
		keeper_on_door(k);
	if (fds[ON_SOCKET].revents != 0 && !k->leave)
		keeper_on_socket(k);
}

static void
keep(struct keeper *k)
{
	int ms;

	while (!k->leave) {
		keeper_reap(k);
		ms = keeper_start_due(k);
		if (!k->leave)
			wait_once(k, ms);
	}
}

/* --- starting ------------------------------------------------------------ */

static int
read_home(struct keeper *k, struct err *err)
{
	if ((k->config = config_read(k->home, err)) == NULL)
		return -1;
	if (keeper_people(k, err) == -1)
		return -1;
	return people_check(k->people, k->config, err) == -1 ? -1 :
	    teller_check(k->config, err);
}

static int
start_fresh(struct keeper *k, struct err *err)
{
	if (unfinished_check(k->home, err) == -1 ||
	    keeper_lock(k, err) == -1 || read_home(k, err) == -1 ||
	    mount_clear(k->home, k->mountpoint, err) == -1 ||
	    keeper_sign_lock(k, err) == -1 ||
	    keeper_listen(k, err) == -1 ||
	    keeper_open_door(k, err) == -1 ||
	    keeper_start(k, DETACHER, err) == -1 ||
	    keeper_start(k, HERALD, err) == -1 ||
	    keeper_mount(k, err) == -1)
		return -1;
	if (control_send_text(k->children[DETACHER].control, CONTROL_MOUNTED,
	    k->mountpoint, err) == -1 ||
	    control_send_text(k->children[HERALD].control, CONTROL_MOUNTED,
	    k->mountpoint, err) == -1)
		return -1;
	return keeper_start(k, SIGNER, err) == -1 ||
	    keeper_start(k, CORE, err) == -1 ? -1 : 0;
}

static int
start_resumed(struct keeper *k, int state, struct err *err)
{
	if (keeper_resume(k, state, err) == -1)
		return -1;
	k->was_ready = true;
	if (read_home(k, err) == -1 || keeper_open_door(k, err) == -1)
		return -1;
	return keeper_start(k, HERALD, err) == -1 ||
	    keeper_start(k, SIGNER, err) == -1 ||
	    keeper_start(k, CORE, err) == -1 ? -1 : 0;
}

static int
run(struct keeper *k, int state)
{
	struct err err;
	int rc;

	stop_open();
	log_name("main");
	if ((rc = open_signals(k, &err)) == 0 &&
	    (rc = confine_main(&err)) == 0) {
		open_watches(k);
		rc = state == -1 ? start_fresh(k, &err) :
		    start_resumed(k, state, &err);
	}
	if (rc == -1) {
		if (k->waiter == -1)
			log_line("%s", err.text);
		keeper_tell(k, err.text);
		k->status = 1;
	} else {
		warn_of_timeout();
		keep(k);
	}
	keeper_end(k);
	return k->status;
}

/* --- mount --------------------------------------------------------------- */

/* Our own file, also when a new version has taken its name. */
static int
find_program(char program[PATH_MAX], struct err *err)
{
	static const char gone[] = " (deleted)";
	ssize_t n = readlink("/proc/self/exe", program, PATH_MAX - 1);

	if (n <= 0)
		return err_set(err, errno, "/proc/self/exe: %s",
		    strerror(errno));
	program[n] = '\0';
	if ((size_t)n > sizeof(gone) &&
	    strcmp(program + n - sizeof(gone) + 1, gone) == 0)
		program[n - (ssize_t)sizeof(gone) + 1] = '\0';
	return 0;
}

/* The daemon: its log is HOME/run/log, its folder and terminal are none. */
static void
become_daemon(struct keeper *k)
{
	char path[PATH_MAX];
	int null, log;

	(void)setsid();
	if (chdir("/") == -1)
		log_line("chdir: %s", strerror(errno));
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (snprintf(path, sizeof(path), "%s/run/log", k->home) >=
	    (int)sizeof(path))
		path[0] = '\0';
	log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	(void)dup2(null, 0);
	(void)dup2(null, 1);
	(void)dup2(log != -1 ? log : null, 2);
	if (null > 2)
		close(null);
	if (log > 2)
		close(log);
}

/*
 * The parent: until the tree can be read, which it tries itself.  Where main
 * gave up it has ended when this returns: the next try finds the home free.
 */
static int
wait_for_tree(const struct keeper *k, int from, pid_t main_pid)
{
	struct control_message m;
	char text[500];
	struct stat st;
	struct err err;
	bool serves;
	int rc;

	rc = control_receive(from, "rf", &m, &err);
	if (rc == 0)
		err_set(&err, EIO, "main ended; see %s/run/log", k->home);
	serves = rc == 1 && m.type == CONTROL_READY;
	if (serves) {
		control_clear(&m);
		if (stat(k->mountpoint, &st) == 0)
			return 0;
		err_set(&err, errno, "%s: %s", k->mountpoint,
		    strerror(errno));
	} else if (rc == 1) {
		if (control_text_get(SLICE(&m.body), text, sizeof(text),
		    &err) == 0)
			err_set(&err, EIO, "%s", text);
		control_clear(&m);
	}
	fprintf(stderr, "pkifs: %s\n", err.text);
	if (!serves)
		(void)waitpid(main_pid, NULL, 0);
	return 1;
}

static int
run_in_background(struct keeper *k)
{
	struct err err;
	int pair[2], rc;
	pid_t pid;

	if (control_pair(pair, &err) == -1) {
		fprintf(stderr, "pkifs: %s\n", err.text);
		return 1;
	}
	fflush(NULL);
	if ((pid = fork()) == -1) {
		fprintf(stderr, "pkifs: fork: %s\n", strerror(errno));
		return 1;
	}
	if (pid == 0) {
		close(pair[0]);
		become_daemon(k);
		k->waiter = pair[1];
		return run(k, -1);
	}
	close(pair[1]);
	rc = wait_for_tree(k, pair[0], pid);
	close(pair[0]);
	return rc;
}

static struct keeper keeper = {
	.lock = -1, .fuse = -1, .slab = -1, .socket = -1, .databases = -1,
	.door = -1, .documents = -1,
	.mounts = -1, .signals = -1, .waiter = -1, .client = -1,
	.children = { CHILD_NONE, CHILD_NONE, CHILD_NONE, CHILD_NONE }
};

static bool
is_inside(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 &&
	    (path[n] == '/' || path[n] == '\0');
}

/* Mounted over its own home, core would wait for itself. */
static int
stand_apart(const char *home, const char *mountpoint, struct err *err)
{
	if (is_inside(home, mountpoint) || is_inside(mountpoint, home))
		return err_set(err, EINVAL, "%s and %s: the mount point and "
		    "the home have to stand apart", mountpoint, home);
	return 0;
}

/*
 * What lies there already is hidden and comes back; as mount(8) does it, but
 * said.  Refused it would keep a CA down for a file that strayed there while
 * it was down.
 */
static void
warn_of_hidden(const char *mountpoint)
{
	const struct dirent *entry;
	struct mount_entry mounted;
	DIR *dir;

	if (mount_find(mountpoint, &mounted) ||
	    (dir = opendir(mountpoint)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			break;
	if (entry != NULL)
		fprintf(stderr, "pkifs: %s is not empty: %s and what else "
		    "lies in it is hidden while the CA is mounted there\n",
		    mountpoint, entry->d_name);
	closedir(dir);
}

int
verb_mount(int argc, char **argv)
{
	static const char resume[] = "--resume=";
	const char *place[2] = { NULL, NULL };
	bool foreground = false;
	int i, n = 0, state = -1;
	struct err err;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "-f") == 0)
			foreground = true;
		else if (strncmp(argv[i], resume, sizeof(resume) - 1) == 0)
			state = atoi(argv[i] + sizeof(resume) - 1);
		else if (argv[i][0] == '-' || n == 2)
			return 2;
		else
			place[n++] = argv[i];
	if (n != 2)
		return 2;
	if (state > 2)
		return run(&keeper, state);
	if (realpath(place[0], keeper.home) == NULL) {
		fprintf(stderr, "pkifs: %s: %s\n", place[0], strerror(errno));
		return 1;
	}
	if (mount_path(place[1], keeper.mountpoint, &err) == -1 ||
	    stand_apart(keeper.home, keeper.mountpoint, &err) == -1 ||
	    find_program(keeper.program, &err) == -1) {
		fprintf(stderr, "pkifs: %s\n", err.text);
		return 1;
	}
	warn_of_hidden(keeper.mountpoint);
	return foreground ? run(&keeper, -1) : run_in_background(&keeper);
}
