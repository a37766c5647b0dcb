/*
 * The ledger: what was put is found, through growth, reopening and a full
 * disk; what is no ledger is said to be none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "hsm/ledger.h"
#include "hsm_home.h"

static char path[300];

static int
setup(void **state)
{
	snprintf(path, sizeof(path), "/tmp/pkifs-ledger-%d", (int)getpid());
	unlink(path);
	return 0;
}

static int
teardown(void **state)
{
	unlink(path);
	return 0;
}

static void
key_of(unsigned char key[LEDGER_KEY], uint64_t i)
{
	ledger_key(key, "test", (struct slice){ (const void *)&i, sizeof(i) });
}

static void
put(struct ledger *l, uint64_t i)
{
	unsigned char key[LEDGER_KEY];
	struct err err;

	key_of(key, i);
	must(ledger_room(l, 1, &err), &err);
	ledger_put(l, key, &(struct ledger_value){ i, i + 1 });
}

static bool
has(struct ledger *l, uint64_t i)
{
	unsigned char key[LEDGER_KEY];
	struct ledger_value v;

	key_of(key, i);
	return ledger_find(l, key, &v) && v.begin == i && v.end == i + 1;
}

static off_t
file_size(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static struct ledger *
create(void)
{
	struct ledger *l;
	struct err err;

	if ((l = ledger_create(path, &err)) == NULL)
		die("%s", err.text);
	return l;
}

static struct ledger *
open_again(void)
{
	struct ledger *l;
	struct err err;

	if ((l = ledger_open(path, &err)) == NULL)
		die("%s", err.text);
	return l;
}

static void
finds_what_was_put(void **state)
{
	struct journal_mark mark = { 0 };
	struct ledger *l = create();
	uint64_t i, n = 50000;
	struct err err;
	off_t size;

	for (i = 0; i < n; i++)
		put(l, i);
	size = file_size();
	for (i = 0; i < n; i++)
		put(l, 7);	/* again: no second entry */
	assert_int_equal(file_size(), size);
	/* It grew: until a checkpoint it is not to be relied on. */
	assert_true(ledger_wants_checkpoint(l));
	ledger_close(l);
	assert_null(ledger_open(path, &err));
	l = create();
	for (i = 0; i < n; i++)
		put(l, i);
	must(ledger_checkpoint(l, &mark, &err), &err);
	assert_false(ledger_wants_checkpoint(l));
	ledger_close(l);
	l = open_again();
	for (i = 0; i < n; i++)
		assert_true(has(l, i));
	assert_false(has(l, n));
	ledger_close(l);
}

static void
keeps_its_mark(void **state)
{
	struct journal_mark mark = { 1000, 17, { 1, 2, 3 } }, found;
	struct ledger *l = create();
	struct err err;

	assert_false(ledger_mark(l, &found));
	must(ledger_checkpoint(l, &mark, &err), &err);
	ledger_set_synced(l, 2000);
	ledger_set_synced(l, 1500);
	ledger_close(l);
	l = open_again();
	assert_true(ledger_mark(l, &found));
	assert_memory_equal(&mark, &found, sizeof(mark));
	assert_int_equal(ledger_synced(l), 2000);
	ledger_close(l);
}

/* Each row spoils a ledger in one way. */
static void
knows_what_is_none(void **state)
{
	static const struct {
		off_t	at, size;	/* an octet changed, or cut there */
		int	code;
	} rows[] = {
		{ 0, 0, EBADMSG },	/* magic */
		{ 8, 0, EBADMSG },	/* slots */
		{ 33, 0, EBADMSG },	/* mark */
		{ -1, 100, EBADMSG }, { -1, 4096, EBADMSG },
		{ -1, 4096 + 32, EBADMSG },
	};
	struct ledger *l;
	struct err err;
	char octet;
	size_t i;
	int fd;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		l = create();
		ledger_close(l);
		if ((fd = open(path, O_RDWR)) == -1)
			die("%s: %m", path);
		if (rows[i].at >= 0) {
			assert_int_equal(pread(fd, &octet, 1, rows[i].at), 1);
			octet ^= 0x40;
			assert_int_equal(pwrite(fd, &octet, 1, rows[i].at), 1);
		} else
			assert_int_equal(ftruncate(fd, rows[i].size), 0);
		close(fd);
		assert_null(ledger_open(path, &err));
		assert_int_equal(err.code, rows[i].code);
		unlink(path);
	}
	assert_null(ledger_open(path, &err));
	assert_int_equal(err.code, ENOENT);
}

/* When it cannot grow it fills further, then says so; nothing is lost. */
static void
fills_when_it_cannot_grow(void **state)
{
	struct rlimit limit = { 300 * 1024, 300 * 1024 }, before;
	struct ledger *l = create();
	struct err err;
	uint64_t i, n = 0;

	getrlimit(RLIMIT_FSIZE, &before);
	limit.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_IGN);
	while (ledger_room(l, 1, &err) == 0)
		put(l, n++);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_in_range(n, 8192 * 7 / 8 - 1, 8192 * 7 / 8 + 1);
	put(l, n++);
	for (i = 0; i < n; i++)
		assert_true(has(l, i));
	ledger_close(l);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(finds_what_was_put),
		TEST(keeps_its_mark),
		TEST(knows_what_is_none),
		TEST(fills_when_it_cannot_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
