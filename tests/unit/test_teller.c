/*
 * The command of [notices] as a process: it gets the notice and nothing of
 * ours, it is ended when its time is over, and so is all that it started.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ca/bytes.h"
#include "ca/file.h"
#include "fs/teller.h"

static char dir[64];
static struct config config = { .name = "Example", .url = "http://x/y",
    .notices = { .user = "nobody", .timeout = 30 * USEC } };

static int
make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/pkifs-teller-XXXXXX");
	if (mkdtemp(dir) == NULL || chmod(dir, 0777) == -1)
		return -1;
	snprintf(config.notices.command, sizeof(config.notices.command),
	    "%s/command", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void
write_command(const char *script)
{
	FILE *f = fopen(config.notices.command, "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\ncd %s || exit 99\n%s\n", dir, script);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(config.notices.command, 0755), 0);
}

static void
start(struct teller *t)
{
	struct letter letter = { .id = 5, .what = "revoked", .serial = "4F",
	    .subject = "two\nlines" };
	struct err err;

	letter.text = slice_text("the notice\n");
	assert_int_equal(teller_start(t, &config, &letter, &err), 0);
}

static struct letter_outcome
wait_end(struct teller *t)
{
	struct letter_outcome outcome;
	int i;

	for (i = 0; i < 2000; i++) {
		if (teller_ended(t, &outcome)) {
			assert_int_equal(outcome.id, 5);
			assert_int_equal(t->pid, 0);
			return outcome;
		}
		usleep(10000);
	}
	fail_msg("it never ended");
	return outcome;
}

static struct letter_outcome
run(const char *script)
{
	struct teller t = { 0 };

	write_command(script);
	start(&t);
	return wait_end(&t);
}

static void
ends_are_told_apart(void **state)
{
	static const struct {
		const char	*script;
		enum letter_end	 end;
		unsigned	 number;
	} rows[] = {
		{ "exit 0", LETTER_EXITED, 0 },
		{ "exit 3", LETTER_EXITED, 3 },
		{ "kill -TERM $$", LETTER_KILLED, SIGTERM },
		{ "[ \"$(cat)\" = 'the notice' ]", LETTER_EXITED, 0 },
		{ "[ \"$PKIFS_WHAT $PKIFS_SERIAL\" = 'revoked 4F' ]",
		    LETTER_EXITED, 0 },
		{ "[ \"$PKIFS_SUBJECT\" = 'two?lines' ]", LETTER_EXITED, 0 },
		{ "[ -z \"$SECRET\" ]", LETTER_EXITED, 0 },
		{ "[ ! -e /proc/$$/fd/42 ]", LETTER_EXITED, 0 },
		{ "echo x 2>/dev/null >&0 && exit 1; exit 0", LETTER_EXITED,
		    0 },
		/* What main ignores and blocks is as usual there. */
		{ "kill -PIPE $$", LETTER_KILLED, SIGPIPE },
		{ "kill -HUP $$", LETTER_KILLED, SIGHUP },
	};
	struct letter_outcome o;
	sigset_t set;
	size_t i;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	setenv("SECRET", "x", 1);
	/* Not close-on-exec: what must not be inherited all the same. */
	assert_int_equal(dup2(1, 42), 42);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		o = run(rows[i].script);
		if (o.end != rows[i].end || o.number != rows[i].number)
			fail_msg("%s: %d %u", rows[i].script, (int)o.end,
			    (unsigned)o.number);
	}
	close(42);
}

static void
what_cannot_be_executed_is_127(void **state)
{
	struct teller t = { 0 };
	struct letter_outcome o;

	(void)state;
	(void)unlink(config.notices.command);
	start(&t);
	o = wait_end(&t);
	assert_int_equal(o.end, LETTER_EXITED);
	assert_int_equal(o.number, 127);
}

static pid_t
read_pid(const char *name)
{
	char path[128];
	int pid = 0, i;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (i = 0; i < 2000 && pid == 0; i++) {
		if ((f = fopen(path, "r")) != NULL) {
			if (fscanf(f, "%d\n", &pid) != 1)
				pid = 0;
			fclose(f);
		}
		usleep(5000);
	}
	assert_true(pid > 0);
	return pid;
}

/* A grandchild is init's: gone, or a zombie nobody has reaped here. */
static bool
is_gone(pid_t pid)
{
	char path[64], text[256] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return true;
	(void)!fgets(text, sizeof(text), f);
	fclose(f);
	return strstr(text, ") Z ") != NULL;
}

static void
assert_gone(pid_t pid)
{
	int i;

	for (i = 0; i < 2000 && !is_gone(pid); i++)
		usleep(5000);
	assert_true(is_gone(pid));
}

static void
its_time_ends_all_of_it(void **state)
{
	struct teller t = { 0 };
	struct letter_outcome o;
	pid_t child, shell, left;

	(void)state;
	config.notices.timeout = USEC / 2;
	o = run("trap '' TERM HUP; sleep 1000 & echo $! >hangs; sleep 1000");
	assert_int_equal(o.end, LETTER_LATE);
	assert_gone(read_pid("hangs"));
	/* One that went leaves nothing behind in its group. */
	config.notices.timeout = 30 * USEC;
	o = run("sleep 1000 & echo $! >left; exit 0");
	assert_int_equal(o.end, LETTER_EXITED);
	assert_gone(read_pid("left"));
	/* And main, when it leaves. */
	write_command("sleep 1000 & echo $! >main; sleep 1000");
	start(&t);
	child = read_pid("main");
	shell = t.pid;
	left = teller_kill(&t);
	assert_int_equal(t.pid, 0);
	assert_gone(child);
	/* Which does not wait for it. */
	assert_true(left == 0 || left == shell);
	if (left != 0)
		assert_int_equal(waitpid(left, NULL, 0), left);
	assert_int_equal(teller_kill(&t), 0);
}

static void
what_cannot_be_run_is_a_sentence(void **state)
{
	struct config c = config;
	struct err err;

	(void)state;
	write_command("exit 0");
	assert_int_equal(teller_check(&c, &err), 0);
	strcpy(c.notices.command, "/no/such/command");
	assert_int_equal(teller_check(&c, &err), -1);
	assert_non_null(strstr(err.text, "[notices] command: /no/such"));
	c.notices.command[0] = '\0';
	assert_int_equal(teller_check(&c, &err), 0);
	if (geteuid() != 0)
		return;
	c = config;
	strcpy(c.notices.user, "root");
	assert_int_equal(teller_check(&c, &err), -1);
	assert_non_null(strstr(err.text, "[notices] user"));
	strcpy(c.notices.user, "nobody");
	strcpy(c.signer_user, "nobody");
	assert_int_equal(teller_check(&c, &err), -1);
	strcpy(c.notices.user, "no-such-user");
	assert_int_equal(teller_check(&c, &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_are_told_apart),
		cmocka_unit_test(what_cannot_be_executed_is_127),
		cmocka_unit_test(its_time_ends_all_of_it),
		cmocka_unit_test(what_cannot_be_run_is_a_sentence)
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
