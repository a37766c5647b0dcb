/*
 * Confinement (OVR-6.5.7-01..-05): each row is tried in a process of its own,
 * confined as it would be, and must end as the row says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/herald.h"
#include "fs/sandbox.h"

static char folder[] = "/tmp/pkifs-sandbox.XXXXXX";

/* What a process tries; its exit status is the errno. */
static int
try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) == -1 ? errno : 0;
}

static int
try_exec(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static void *
thread(void *arg)
{
	return arg;
}

static int
try_thread(void)
{
	pthread_t t;
	int rc = pthread_create(&t, NULL, thread, NULL);

	return rc != 0 ? rc : pthread_join(t, NULL);
}

static int
try_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? errno : 0;
}

static int
try_own_files(void)
{
	return unshare(CLONE_FILES) == -1 ? errno : 0;
}

static int
try_namespace(void)
{
	return unshare(CLONE_FILES | CLONE_NEWNS) == -1 ? errno : 0;
}

static int
try_listen(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return listen(fd, 1) == -1 ? errno : 0;
}

static int
try_signal(void)
{
	return kill(getppid(), 0) == -1 ? errno : 0;
}

static int
try_file(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/in/new", folder);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	return fd == -1 || write(fd, "x", 1) != 1 || fsync(fd) == -1 ||
	    unlink(path) == -1 ? errno : 0;
}

static int
try_outside(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/out/secret", folder);
	return open(path, O_RDONLY) == -1 ? errno : 0;
}

static int
try_unix_listen(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd == -1 ? 1 : listen(fd, 1) == -1 ? errno : 0;
}

static int
in_a_process(enum sandbox_process process, bool places, int (*try)(void),
    int *signal_number)
{
	struct sandbox_place place = { NULL, SANDBOX_WRITE };
	char path[64];
	struct err err;
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		snprintf(path, sizeof(path), "%s/in", folder);
		place.path = path;
		prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
		sandbox_keep_secrets();
		if (places)
			switch (sandbox_places(&place, 1, SANDBOX_NO_NETWORK |
			    SANDBOX_NO_SIGNALS, &err)) {
			case 0:
				_exit(255);	/* no Landlock here */
			case -1:
				_exit(254);
			}
		if (sandbox_calls(process, &err) == -1)
			_exit(254);
		_exit(try());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	*signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
each_process_keeps_what_it_needs(void **state)
{
	static const struct {
		const char *what;
		enum sandbox_process process;
		bool	places;
		int	(*try)(void);
		int	status, signal;
	} rows[] = {
		{ "core opens no socket", SANDBOX_CORE, false, try_socket,
		    ENOSYS, 0 },
		{ "core that runs a program dies", SANDBOX_CORE, false,
		    try_exec, -1, SIGSYS },
		{ "core has threads", SANDBOX_CORE, false, try_thread, 0, 0 },
		{ "core's thread has files of its own", SANDBOX_CORE, false,
		    try_own_files, 0, 0 },
		{ "core that makes a namespace dies", SANDBOX_CORE, false,
		    try_namespace, -1, SIGSYS },
		{ "herald that makes a namespace dies", SANDBOX_HERALD, false,
		    try_namespace, -1, SIGSYS },
		{ "the signer makes no namespace", SANDBOX_SIGNER, false,
		    try_namespace, EPERM, 0 },
		{ "core makes no process", SANDBOX_CORE, false, try_process,
		    ENOSYS, 0 },
		{ "core writes files of the store", SANDBOX_CORE, true,
		    try_file, 0, 0 },
		{ "core reaches nothing else", SANDBOX_CORE, true,
		    try_outside, EACCES, 0 },
		{ "herald makes no file by open", SANDBOX_HERALD, false,
		    try_file, ENOSYS, 0 },
		{ "herald that runs a program dies", SANDBOX_HERALD, false,
		    try_exec, -1, SIGSYS },
		{ "detacher that runs a program dies", SANDBOX_DETACHER,
		    false, try_exec, -1, SIGSYS },
		{ "the responder makes no socket of the network",
		    SANDBOX_RESPONDER, false, try_socket, ENOSYS, 0 },
		{ "the responder listens nowhere else", SANDBOX_RESPONDER,
		    false, try_unix_listen, -1, SIGSYS },
		{ "the responder that runs a program dies",
		    SANDBOX_RESPONDER, false, try_exec, -1, SIGSYS },
		{ "the responder has threads", SANDBOX_RESPONDER, false,
		    try_thread, 0, 0 },
		{ "the responder reaches nothing else", SANDBOX_RESPONDER,
		    true, try_outside, EACCES, 0 },
		{ "the signer may have a socket (an HSM's)", SANDBOX_SIGNER,
		    false, try_socket, 0, 0 },
		{ "the signer serves nobody", SANDBOX_SIGNER, false,
		    try_listen, EPERM, 0 },
		{ "the signer runs nothing", SANDBOX_SIGNER, false, try_exec,
		    EPERM, 0 },
		{ "the signer sees no other folder", SANDBOX_SIGNER, true,
		    try_outside, EACCES, 0 }
	};
	int signal_number, status;
	size_t i;

	if (SANDBOX_SANITIZED)
		skip();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		status = in_a_process(rows[i].process, rows[i].places,
		    rows[i].try, &signal_number);
		if (status == 255)
			continue;
		if (status != rows[i].status ||
		    signal_number != rows[i].signal)
			fail_msg("%s: status %d (%s), signal %d",
			    rows[i].what, status, strerror(status),
			    signal_number);
	}
}

/* ABI 6 and later; else it is allowed, and modes of /proc remain. */
static void
no_signal_leaves_the_sandbox(void **state)
{
	int signal_number, status;

	status = in_a_process(SANDBOX_SIGNER, true, try_signal,
	    &signal_number);
	assert_true(status == EPERM || status == 0 || status == 255);
}

static void
become_has_no_way_back(void **state)
{
	struct sandbox_person who = { .user = "nobody" };
	struct err err;
	int status;
	pid_t pid;

	if (!sandbox_is_root())
		skip();
	if ((pid = fork()) == 0) {
		if (sandbox_become(&who, &err) == -1 || getuid() == 0 ||
		    setuid(0) == 0 || chroot("/") == 0)
			_exit(1);
		_exit(prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) == 1 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
somebody_unknown_is_named(void **state)
{
	struct sandbox_person who = { .user = "no-such-person" };
	struct err err;
	int status;
	pid_t pid;

	if (!sandbox_is_root())
		skip();
	if ((pid = fork()) == 0)
		_exit(sandbox_become(&who, &err) == -1 &&
		    strstr(err.text, "no-such-person") != NULL ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The herald's own call stays inside, whatever it is told. */
static void
announcements_stay_below_the_mount(void **state)
{
	static const char *const bad[] = { "../out/new", "/tmp/pkifs-new",
	    "link/new", "", "../", "..", "a/../../out/new" };
	struct stat st;
	char path[64];
	size_t i;
	int root;

	snprintf(path, sizeof(path), "%s/in", folder);
	root = open(path, O_PATH | O_DIRECTORY);
	assert_true(root != -1);
	assert_int_equal(symlinkat("../out", root, "link"), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		herald_announce(root, bad[i]);
	snprintf(path, sizeof(path), "%s/out/new", folder);
	assert_int_equal(stat(path, &st), -1);
	assert_int_equal(stat("/tmp/pkifs-new", &st), -1);
	herald_announce(root, "file");
	assert_int_equal(fstatat(root, "file", &st, 0), 0);
	assert_true(S_ISREG(st.st_mode));
	herald_announce(root, "file");		/* known: opened again */
	herald_announce(root, "folder/");
	assert_int_equal(fstatat(root, "folder", &st, 0), 0);
	assert_true(S_ISDIR(st.st_mode));
	herald_announce(root, "folder/file");
	assert_int_equal(fstatat(root, "folder/file", &st, 0), 0);
	close(root);
}

static int
make_folder(void **state)
{
	char path[64];
	int fd;

	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/in", folder);
	if (mkdir(path, 0700) == -1)
		return -1;
	snprintf(path, sizeof(path), "%s/out", folder);
	if (mkdir(path, 0700) == -1)
		return -1;
	snprintf(path, sizeof(path), "%s/out/secret", folder);
	if ((fd = open(path, O_CREAT | O_WRONLY, 0600)) == -1)
		return -1;
	return close(fd);
}

static int
remove_folder(void **state)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_process_keeps_what_it_needs),
		cmocka_unit_test(no_signal_leaves_the_sandbox),
		cmocka_unit_test(become_has_no_way_back),
		cmocka_unit_test(somebody_unknown_is_named),
		cmocka_unit_test(announcements_stay_below_the_mount)
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
