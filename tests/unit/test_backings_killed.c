/*
 * Core killed at each instruction of an open and of a release: it is led
 * through both by ptrace, and at every stop what the next core would make of
 * the memory is tried on a copy.  A count is never too low, or a file would be
 * open in two ways; and too high for a handful of instructions only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/backings.h"

#define FILE_INO	7
#define NO_PTRACE	77

/* Uniques; the first stays open all the time. */
enum { OPEN_OF_ANOTHER = 2, OPEN_IT = 4, RELEASE_IT = 6 };

/* What the kernel knows: it sends again what stands open. */
enum phase { OPEN_IS_SENT, IS_OPEN, RELEASE_IS_SENT, IS_RELEASED };

struct shared {
	struct backing_memory memory;
	_Atomic int	phase;
	uint64_t	fh;
};
static struct shared *shared;

static int
ask(uint64_t ino, const char *sha256)
{
	return -1;		/* all goes the plain way: it is the counts */
}

static void
drop(uint32_t id)
{
}

static struct backings *
core_on(struct backing_memory *memory)
{
	const struct backing_plan plan = { .memory = memory, .ask = ask,
	    .drop = drop };

	return backings_new(&plan);
}

static uint64_t
open_it(struct backings *b, uint64_t unique)
{
	const struct backing_open open = { .ino = FILE_INO, .unique = unique,
	    .sha256 = "" };
	uint64_t fh;
	uint32_t id;

	backings_open(b, &open, &fh, &id);
	return fh;
}

static _Noreturn void
be_core(struct backings *b)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1)
		_exit(NO_PTRACE);
	raise(SIGSTOP);
	shared->fh = open_it(b, OPEN_IT);
	shared->phase = IS_OPEN;
	backings_answered(b, shared->fh, OPEN_IT, true);
	shared->phase = RELEASE_IS_SENT;
	backings_release(b, FILE_INO, shared->fh, RELEASE_IT);
	shared->phase = IS_RELEASED;
	backings_answered(b, shared->fh, RELEASE_IT, true);
	_exit(0);
}

/* By how much the count is too high, were core killed now. */
static int
try_the_next_core(void)
{
	static struct backing_memory copy;
	struct backings *b;
	int opens, is_open = 1;

	memcpy(&copy, &shared->memory, sizeof(copy));
	b = core_on(&copy);
	if (shared->phase == OPEN_IS_SENT)
		backings_answered(b, open_it(b, OPEN_IT), OPEN_IT, true);
	if (shared->phase == RELEASE_IS_SENT) {
		backings_release(b, FILE_INO, shared->fh, RELEASE_IT);
		backings_answered(b, shared->fh, RELEASE_IT, true);
	}
	if (shared->phase == OPEN_IS_SENT || shared->phase == IS_OPEN)
		is_open = 2;
	backings_free(b);
	opens = (int)copy.row[0].opens;
	if (opens < is_open)
		fail_msg("%d opens, and %d are known in phase %d", is_open,
		    opens, shared->phase);
	return opens - is_open;
}

static void
killed_at_each_instruction(void **state)
{
	struct backings *b = core_on(&shared->memory);
	int status, steps = 0, too_high = 0;
	pid_t pid;

	backings_answered(b, open_it(b, OPEN_OF_ANOTHER), OPEN_OF_ANOTHER,
	    true);
	if ((pid = fork()) == 0)
		be_core(b);
	assert_int_not_equal(pid, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	while (WIFSTOPPED(status)) {
		steps++;
		too_high += try_the_next_core() > 0;
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL),
		    0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	backings_free(b);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_PTRACE)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(shared->phase, IS_RELEASED);
	assert_int_equal(shared->memory.row[0].opens, 1);
	print_message("%d instructions, %d of them leave it too high\n",
	    steps, too_high);
	assert_true(steps > 1000);
	assert_true(too_high * 20 < steps);
}

static int
share(void **state)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -1 : 0;
}

static int
unshare_it(void **state)
{
	return munmap(shared, sizeof(*shared));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed_at_each_instruction,
		    share, unshare_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
