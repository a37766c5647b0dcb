/*
 * Children of main: they start with nothing but what is meant for them, and
 * are started again later and later.  Mount points as people write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/child.h"
#include "fs/control.h"
#include "fs/mount.h"

static int
status_of(struct child *child)
{
	int i, status;

	for (i = 0; i < 1000; i++) {
		if (child_reap(child, &status))
			return status;
		usleep(10000);
	}
	fail_msg("it never ended");
	return -1;
}

static int
run(const char *script, int lock)
{
	char *argv[] = { "sh", "-c", (char *)(uintptr_t)script, NULL };
	struct child child = CHILD_NONE;
	struct err err;

	assert_int_equal(child_start(&child, "/bin/sh", argv, lock, &err), 0);
	return status_of(&child);
}

static void
a_child_has_its_socket_and_the_lock(void **state)
{
	/* Not close-on-exec: what must not be inherited all the same. */
	int stray = open("/dev/null", O_RDONLY);
	int lock = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const char *all = "for f in 0 1 2 3 4; do [ -e /proc/$$/fd/$f ] || "
	    "exit 1; done; for f in 5 6 7 8 9; do [ ! -e /proc/$$/fd/$f ] || "
	    "exit 2; done; [ -S /proc/$$/fd/3 ] || exit 3; "
	    "[ -c /proc/$$/fd/4 ] || exit 4";
	const char *no_lock = "[ -S /proc/$$/fd/3 ] && [ ! -e /proc/$$/fd/4 ]";

	assert_true(stray != -1 && lock != -1);
	assert_int_equal(run(all, lock), 0);
	assert_int_equal(run(no_lock, -1), 0);
	close(stray);
	close(lock);
}

static void
an_end_is_told_as_it_was(void **state)
{
	char *argv[] = { "nothing", NULL };
	struct child child = CHILD_NONE;
	struct err err;

	assert_int_equal(WEXITSTATUS(run("exit 3", -1)), 3);
	assert_int_equal(WTERMSIG(run("kill -9 $$", -1)), 9);
	assert_int_equal(child_start(&child, "/no/such/program", argv, -1,
	    &err), 0);
	assert_int_equal(WEXITSTATUS(status_of(&child)), 127);
	assert_int_equal(child.control, -1);
}

static void
who_does_not_leave_is_killed(void **state)
{
	char *argv[] = { "sleep", "1000", NULL };
	struct child child = CHILD_NONE;
	usec_t start = clock_steady();
	struct err err;

	assert_int_equal(child_start(&child, "/bin/sleep", argv, -1, &err),
	    0);
	child_stop(&child, USEC / 10);
	assert_int_equal(child.pid, 0);
	assert_true(clock_steady() - start < 2 * USEC);
}

static void *
stay(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

static void *
stay_a_while(void *arg)
{
	char octet;

	(void)!recv(CONTROL_FD, &octet, 1, 0);
	return NULL;
}

/*
 * Its first thread ends, another stays, in the kernel as it were, and one more
 * until it is told: no wait status, no end of file.
 */
static int
play_half_dead(void)
{
	pthread_t one, other;

	if (pthread_create(&one, NULL, stay, NULL) != 0 ||
	    pthread_setname_np(one, CHILD_LINGERS) != 0 ||
	    pthread_create(&other, NULL, stay_a_while, NULL) != 0)
		_exit(1);
	pthread_exit(NULL);
}

static void
one_that_cannot_be_reaped_is_given_up(void **state)
{
	char self[] = "/proc/self/exe";
	char *argv[] = { self, "half-dead", NULL };
	struct child child = CHILD_NONE;
	struct err err;
	usec_t start;
	int status;
	pid_t pid;

	assert_int_equal(child_start(&child, self, argv, -1, &err), 0);
	pid = child.pid;
	for (start = clock_steady(); child.leaderless == 0; usleep(10000)) {
		assert_false(child_give_up(&child));
		assert_true(clock_steady() - start < 10 * USEC);
	}
	/* Not while it may hold something: as long as another one is there. */
	child.leaderless -= 10 * USEC;
	assert_false(child_give_up(&child));
	assert_int_equal(send(child.control, "x", 1, 0), 1);
	start = clock_steady();
	while (!child_give_up(&child)) {
		assert_false(child_reap(&child, &status));
		assert_true(clock_steady() - start < 10 * USEC);
		usleep(10000);
	}
	assert_int_equal(child.pid, 0);
	/* Reaped behind the next one's back, once it can be. */
	assert_int_equal(kill(pid, SIGKILL), 0);
	for (start = clock_steady(); kill(pid, 0) == 0; usleep(10000)) {
		assert_true(clock_steady() - start < 10 * USEC);
		child_reap(&child, &status);
	}
}

/* Over a reload main is another program, and they are still its children. */
static void
who_was_given_up_is_handed_over(void **state)
{
	struct bytes one = { 0 }, none = { 0 }, many = { 0 };
	usec_t start = clock_steady();
	struct slice from;
	pid_t pid;

	assert_true((pid = fork()) != -1);
	if (pid == 0) {
		pause();
		_exit(0);
	}
	assert_true(child_set_aside(pid));
	assert_false(child_has_no_strays());
	child_strays_put(&one);
	assert_int_equal(kill(pid, SIGKILL), 0);
	while (!child_has_no_strays()) {
		assert_true(clock_steady() - start < 10 * USEC);
		usleep(10000);
	}
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	child_strays_put(&none);
	assert_int_equal(one.size, none.size + sizeof(uint32_t));
	from = SLICE(&one);
	assert_int_equal(child_strays_get(&from), 0);
	assert_int_equal(from.size, 0);
	assert_true(child_has_no_strays());
	put_u32(&many, 1000);
	from = SLICE(&many);
	assert_int_equal(child_strays_get(&from), -1);
	bytes_free(&one);
	bytes_free(&none);
	bytes_free(&many);
}

static void
starts_come_later_and_later(void **state)
{
	struct child child = CHILD_NONE;
	usec_t wait, before = -1;
	int i;

	for (i = 0; i < 12; i++) {
		child.started = clock_steady();
		child_again(&child);
		wait = child.again - child.started;
		if (i == 0)
			assert_true(wait < USEC / 100);
		assert_true(wait <= 5 * USEC + USEC / 100);
		assert_true(wait + USEC / 100 > before);
		before = wait;
	}
	assert_true(before > 4 * USEC);
	/* One that worked comes back soon, but not in a tight loop. */
	child_is_well(&child);
	child.started = clock_steady();
	child_again(&child);
	wait = child.again - child.started;
	assert_true(wait > 0 && wait < USEC / 2);
	/* One that worked for long is as new. */
	child.started = clock_steady() - 60 * USEC;
	child_again(&child);
	assert_true(child.again - clock_steady() <= 0);
}

static void
a_mount_point_is_found_without_looking_at_it(void **state)
{
	static const struct {
		const char *written, *meant;
	} rows[] = {
		{ "/", "/" },
		{ "/tmp", "/tmp" },
		{ "/tmp///", "/tmp" },
		{ "tmp", "/tmp" },
		{ "./tmp", "/tmp" },
		{ "/tmp/not-there", "/tmp/not-there" },
		{ "/tmp/.", "/tmp" },
		{ "/usr/..", "/" },
		{ "/tmp/../tmp/x/", "/tmp/x" }
	};
	struct mount_entry entry;
	char path[PATH_MAX];
	struct err err;
	size_t i;

	assert_int_equal(chdir("/"), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(mount_path(rows[i].written, path, &err), 0);
		assert_string_equal(path, rows[i].meant);
	}
	assert_int_equal(mount_path("/no/such/folder", path, &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_int_equal(mount_path("", path, &err), -1);
	assert_int_equal(mount_find("/proc", &entry), 1);
	assert_string_equal(entry.type, "proc");
	assert_int_equal(mount_find("/no/such/folder", &entry), 0);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "half-dead") == 0)
		return play_half_dead();

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_has_its_socket_and_the_lock),
		cmocka_unit_test(an_end_is_told_as_it_was),
		cmocka_unit_test(who_does_not_leave_is_killed),
		cmocka_unit_test(one_that_cannot_be_reaped_is_given_up),
		cmocka_unit_test(who_was_given_up_is_handed_over),
		cmocka_unit_test(starts_come_later_and_later),
		cmocka_unit_test(a_mount_point_is_found_without_looking_at_it)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
