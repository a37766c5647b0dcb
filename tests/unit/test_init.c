/*
 * `init`, called as the program calls it: what it refuses, whose and how open
 * what it makes is, that a fault takes away what was made, and that a home it
 * was killed in is known for what it is.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ca/err.h"
#include "fs/init.h"
#include "fs/unfinished.h"
#include "stops.h"

static char dir[64], home[80];

/* --- running it ---------------------------------------------------------- */

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return at->level == 0 ? 0 : remove(path);
}

static void
empty(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* In a process of its own, its words in dir/said; the pid. */
static pid_t
start(char *const argv[])
{
	int argc = 0, fd;
	char said[80];
	pid_t pid;

	while (argv[argc] != NULL)
		argc++;
	fflush(NULL);
	if ((pid = fork()) != 0)
		return pid;
	snprintf(said, sizeof said, "%s/said", dir);
	fd = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	argc = verb_init(argc, (char **)argv);
	fflush(NULL);
	_exit(argc);
}

static int
run(char *const argv[])
{
	int status;

	assert_int_equal(waitpid(start(argv), &status, 0) > 0, 1);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
init(void)
{
	return run((char *[]){ "init", home, NULL });
}

static bool
said(const char *text)
{
	char path[80], all[4096] = "";
	FILE *f;

	snprintf(path, sizeof path, "%s/said", dir);
	if ((f = fopen(path, "r")) == NULL)
		return false;
	if (fread(all, 1, sizeof all - 1, f) == 0)
		all[0] = '\0';
	fclose(f);
	if (strstr(all, text) == NULL)
		print_message("wanted \"%s\", found: %s\n", text, all);
	return strstr(all, text) != NULL;
}

static bool
is_there(const char *name)
{
	char path[200];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", home, name);
	return lstat(path, &st) == 0;
}

static int
count_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return at->level > 0;
}

static bool
is_empty(void)
{
	return nftw(home, count_one, 4, FTW_PHYS) == 0;
}

static int
each_starts_clean(void **state)
{
	empty(dir);
	fault_arm("none", 0);
	stop_disarm();
	return 0;
}

/* --- what it refuses ----------------------------------------------------- */

static void
usage_is_2_and_makes_nothing(void **state)
{
	static char *const rows[][5] = {
		{ "init" },
		{ "init", home, home },
		{ "init", "--frobnicate", home },
		{ "init", "--key", "ec:P-521", home },
		{ "init", "--key", "rsa:2048", home },
		{ "init", "--names", "*.example.org", home },
		{ "init", "--names", "exa mple.org", home },
		{ "init", "--names", "192.0.2.0/33", home },
		{ "init", "--url", "https://pki.example.org", home },
		{ "init", "--url", "ftp://pki.example.org", home },
		{ "init", "--name", "a\nb", home },
		{ "init", "--name", "", home },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(run(rows[i]), 2);
		assert_int_equal(access(home, F_OK), -1);
	}
}

static void
a_folder_in_use_is_left_as_it_is(void **state)
{
	char path[100];

	mkdir(home, 0700);
	snprintf(path, sizeof path, "%s/.mine", home);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	assert_int_equal(init(), 1);
	assert_true(said("not empty (.mine)"));
	assert_true(is_there(".mine"));
	assert_false(is_there("unfinished"));
	unlink(path);
	assert_true(is_empty());
}

static void
what_is_no_folder_is_refused(void **state)
{
	close(open(home, O_WRONLY | O_CREAT, 0600));
	assert_int_equal(init(), 1);
	assert_true(said("no folder"));
	assert_int_equal(access(home, F_OK), 0);
}

static void
an_unknown_user_is_refused(void **state)
{
	assert_int_equal(run((char *[]){ "init", "--user", "no-such-person",
	    home, NULL }), 1);
	assert_true(said("--user"));
	assert_int_equal(access(home, F_OK), -1);
}

/* --- what it makes ------------------------------------------------------- */

enum whose { CALLER, CORE, SIGNER };

static uid_t
uid_of(enum whose whose)
{
	static const char *const names[] = { NULL, "pkifs", "pkifs-signer" };
	const struct passwd *user;

	if (geteuid() != 0 || whose == CALLER)
		return geteuid();
	user = getpwnam(names[whose]);
	assert_non_null(user);
	return user->pw_uid;
}

static void
everything_has_its_owner_and_mode(void **state)
{
	static const struct {
		const char	*path;
		mode_t		 mode;
		enum whose	 whose;
	} rows[] = {
		{ "", 0755, CALLER },
		{ "pkifs.conf", 0644, CALLER },
		{ "README", 0644, CALLER },
		{ "profiles", 0755, CALLER },
		{ "profiles/tls-server.conf", 0644, CALLER },
		{ "terms/1.txt", 0644, CALLER },
		{ "cp/1.txt", 0644, CALLER },
		{ "cps/1.txt", 0644, CALLER },
		{ "run", 0755, CALLER },
		{ "published", 0755, CORE },
		{ "ca", 0755, CALLER },
		{ "ca/root.der", 0644, CALLER },
		{ "ca/issuing.der", 0644, CALLER },
		{ "ca/root.crl", 0644, CALLER },
		{ "ca/ocsp.spki", 0644, CALLER },
		{ "store", 0700, CORE },
		{ "store/db", 0600, CORE },
		{ "signer", 0700, SIGNER },
		{ "signer/tokens", 0700, SIGNER },
		{ "signer/pin-issuing", 0400, SIGNER },
		{ "signer/pin-ocsp", 0400, SIGNER },
		{ "signer/pin-evidence", 0400, SIGNER },
		{ "signer/journal", 0600, SIGNER },
		{ "offline", 0700, CALLER },
		{ "offline/tokens", 0700, CALLER },
		{ "offline/pin-root", 0400, CALLER },
	};
	struct stat st;
	char path[200];

	assert_int_equal(init(), 0);
	assert_true(said("a sandbox"));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", home, rows[i].path);
		if (stat(path, &st) == -1)
			fail_msg("%s is not there", rows[i].path);
		if ((st.st_mode & 07777) != rows[i].mode ||
		    st.st_uid != uid_of(rows[i].whose))
			fail_msg("%s: mode %o of uid %u", rows[i].path,
			    (unsigned)(st.st_mode & 07777),
			    (unsigned)st.st_uid);
	}
	assert_false(is_there("signer/pin-root"));
	assert_false(is_there("unfinished"));
	assert_int_equal(init(), 1);
	assert_true(said("not empty"));
	assert_true(is_there("store/db"));
}

static void
an_empty_folder_will_do(void **state)
{
	mkdir(home, 0700);
	assert_int_equal(init(), 0);
	assert_true(is_there("ca/issuing.der"));
}

/* --- what goes wrong ----------------------------------------------------- */

static void
a_fault_takes_away_what_was_made(void **state)
{
	/* The last of all: the birth cannot be recorded. */
	fault_arm("commit-enospc", 1);
	assert_int_equal(init(), 1);
	assert_int_equal(access(home, F_OK), -1);

	/* A folder that was there before stays, empty. */
	mkdir(home, 0700);
	fault_arm("commit-enospc", 1);
	assert_int_equal(init(), 1);
	assert_true(is_empty());
	assert_int_equal(init(), 0);
}

static void
what_a_kill_leaves_is_known(void **state)
{
	static const char *const points[] = { "init.files-written",
	    "init.keys-made", "init.recorded" };
	struct err err;
	int status;
	pid_t pid;

	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
		stop_arm(points[i]);
		pid = start((char *[]){ "init", home, NULL });
		assert_true(stop_reached(60));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		assert_true(WIFSIGNALED(status));

		assert_int_equal(init(), 1);
		assert_true(said("has not finished this home"));
		assert_true(said("rm -r "));
		assert_true(is_there("pkifs.conf"));
		assert_int_equal(unfinished_check(home, &err), -1);
		empty(home);
		assert_int_equal(unfinished_check(home, &err), 0);
	}
	assert_int_equal(init(), 0);
}

/* --- all ----------------------------------------------------------------- */

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(usage_is_2_and_makes_nothing,
		    each_starts_clean),
		cmocka_unit_test_setup(a_folder_in_use_is_left_as_it_is,
		    each_starts_clean),
		cmocka_unit_test_setup(what_is_no_folder_is_refused,
		    each_starts_clean),
		cmocka_unit_test_setup(an_unknown_user_is_refused,
		    each_starts_clean),
		cmocka_unit_test_setup(everything_has_its_owner_and_mode,
		    each_starts_clean),
		cmocka_unit_test_setup(an_empty_folder_will_do,
		    each_starts_clean),
		cmocka_unit_test_setup(a_fault_takes_away_what_was_made,
		    each_starts_clean),
		cmocka_unit_test_setup(what_a_kill_leaves_is_known,
		    each_starts_clean),
	};
	int failed;

	/* The signer's user makes its keys below it. */
	strcpy(dir, "/tmp/pkifs-init.XXXXXX");
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) == -1)
		die("no folder for the test");
	snprintf(home, sizeof home, "%s/home", dir);
	stops_page();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	empty(dir);
	rmdir(dir);
	return failed;
}
