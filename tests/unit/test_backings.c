/*
 * Opens of files with a backing file, against a model of the kernel: it
 * refuses an open that goes another way than those there are (EIO for whoever
 * opens), sends again what was not answered, and closes in any order, while
 * core is killed wherever it calls somebody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "fs/backings.h"
#include "set_clock.h"

#define DIGEST	"0123456789abcdef0123456789abcdef" \
		"0123456789abcdef0123456789abcdef"
#define REQUESTS	64
#define LATER		(600 * USEC)

enum kind { NOTHING, OPENING, RELEASING };

/* What the kernel waits for, or has open. */
struct request {
	enum kind	kind;
	bool		handed;		/* to the core that runs */
	uint64_t	unique, ino, fh;
};
struct opened {
	uint64_t	ino, fh;	/* ino 0: none */
	uint32_t	id;
};

static struct backing_memory memory;
static struct backings *core, *killed_cores[4096];
static size_t kills;
static struct request requests[REQUESTS];
static struct opened opened[2 * BACKING_ROWS];
static uint64_t last_unique, drops;
static uint32_t last_id;
static unsigned char live[1 << 16];		/* ids the kernel has */
static usec_t published;

/* --- the kernel ---------------------------------------------------------- */

static void
kernel_opens(uint64_t ino, uint64_t fh, uint32_t id)
{
	struct opened *place = NULL;
	size_t i;

	if (id != 0 && !live[id])
		fail_msg("an id that the kernel does not have");
	for (i = 0; i < sizeof(opened) / sizeof(opened[0]); i++) {
		if (opened[i].ino == ino && opened[i].id != id)
			fail_msg("EIO: %u where others have %u", id,
			    opened[i].id);
		if (opened[i].ino == 0 && place == NULL)
			place = &opened[i];
	}
	assert_non_null(place);
	*place = (struct opened){ ino, fh, id };
}

static size_t
count_opened(void)
{
	size_t i, n = 0;

	for (i = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
		n += opened[i].ino != 0;
	return n;
}

static size_t
count_live(void)
{
	size_t i, n = 0;

	for (i = 0; i < sizeof(live); i++)
		n += live[i];
	return n;
}

/* --- main: a thread of its own, which answers or is too late -------------- */

static enum { MAIN_GIVES, MAIN_HAS_NONE, MAIN_HAS_NOT_THIS, MAIN_IS_SLOW }
    main_mood;
static pthread_t main_thread;
static bool main_runs;
static atomic_int asked;
static uint64_t main_asked;

static uint32_t
new_id(void)
{
	live[++last_id] = 1;
	return last_id;
}

static uint32_t
what_main_says(void)
{
	switch (main_mood) {
	case MAIN_GIVES:
		return new_id();
	case MAIN_HAS_NONE:
		return BACKING_NONE;
	default:
		return BACKING_NOT_THIS;
	}
}

static void *
answer_core(void *arg)
{
	backings_told(core, main_asked, what_main_says());
	return NULL;
}

static void
wait_for_main_thread(void)
{
	if (main_runs)
		pthread_join(main_thread, NULL);
	main_runs = false;
}

/* --- core, which may be killed wherever it leaves its own code ------------ */

enum place { NOWHERE, IN_ASK, IN_DROP_BEFORE, IN_DROP_BEHIND, BEFORE_ANSWER,
    BEHIND_ANSWER, PLACES };

static enum place killed_at;
static jmp_buf killed;
static pthread_t handler;		/* the only thread that can be killed */

static void
die_at(enum place place)
{
	if (killed_at == place && pthread_equal(pthread_self(), handler))
		longjmp(killed, 1);
}

static int
ask(uint64_t ino, const char *sha256)
{
	assert_string_equal(sha256, DIGEST);
	die_at(IN_ASK);
	atomic_fetch_add(&asked, 1);
	if (main_mood == MAIN_IS_SLOW)
		return 0;
	wait_for_main_thread();
	main_asked = ino;
	main_runs = true;
	return pthread_create(&main_thread, NULL, answer_core, NULL);
}

static void
drop(uint32_t id)
{
	size_t i;

	die_at(IN_DROP_BEFORE);
	assert_true(live[id]);
	live[id] = 0;
	drops++;
	for (i = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
		if (opened[i].ino != 0 && opened[i].id == id)
			fail_msg("an id was dropped that is in use");
	die_at(IN_DROP_BEHIND);
}

/* Main asks a new core which ids it knows of: the others are given back. */
static void
begin_core(void)
{
	static const struct backing_plan plan = { .memory = &memory,
	    .ask = ask, .drop = drop };
	unsigned char known[sizeof(live)] = { 0 };
	uint32_t ids[BACKING_ROWS];
	size_t i, count;

	core = backings_new(&plan);
	count = backings_ids(core, ids);
	for (i = 0; i < count; i++) {
		assert_true(live[ids[i]]);
		known[ids[i]] = 1;
	}
	for (i = 0; i < sizeof(live); i++)
		if (live[i] && !known[i]) {
			killed_at = NOWHERE;
			drop((uint32_t)i);
		}
	for (i = 0; i < REQUESTS; i++)
		requests[i].handed = false;
}

/* With SIGKILL: only the memory stays; a lock may be held for ever. */
static void
kill_core(void)
{
	wait_for_main_thread();
	killed_at = NOWHERE;
	assert_true(kills < sizeof(killed_cores) / sizeof(killed_cores[0]));
	killed_cores[kills++] = core;
	begin_core();
}

static void
handle_open(struct request *r)
{
	struct backing_open open = { .ino = r->ino, .unique = r->unique,
	    .published = published, .sha256 = DIGEST };
	uint64_t fh;
	uint32_t id;

	backings_open(core, &open, &fh, &id);
	die_at(BEFORE_ANSWER);
	kernel_opens(r->ino, fh, id);
	r->kind = NOTHING;
	die_at(BEHIND_ANSWER);
	backings_answered(core, fh, r->unique, true);
}

static void
handle_release(struct request *r)
{
	backings_release(core, r->ino, r->fh, r->unique);
	die_at(BEFORE_ANSWER);
	r->kind = NOTHING;
	die_at(BEHIND_ANSWER);
	backings_answered(core, r->fh, r->unique, true);
}

static void
handle(struct request *r)
{
	if (setjmp(killed) != 0) {
		kill_core();
		return;
	}
	r->handed = true;
	if (r->kind == RELEASING)
		handle_release(r);
	else
		handle_open(r);
	wait_for_main_thread();
}

static struct request *
new_request(enum kind kind, uint64_t ino)
{
	size_t i;

	for (i = 0; i < REQUESTS; i++)
		if (requests[i].kind == NOTHING)
			break;
	if (i == REQUESTS)
		return NULL;
	requests[i] = (struct request){ .kind = kind, .ino = ino,
	    .unique = last_unique += 2 };
	return &requests[i];
}

/* The kernel lets go at once; core hears of it later. */
static void
close_one(size_t i)
{
	struct request *r;

	if (opened[i].ino == 0 ||
	    (r = new_request(RELEASING, opened[i].ino)) == NULL)
		return;
	r->fh = opened[i].fh;
	opened[i].ino = 0;
}

static void
handle_all(void)
{
	size_t i;

	for (i = 0; i < REQUESTS; i++)
		if (requests[i].kind != NOTHING && !requests[i].handed)
			handle(&requests[i]);
}

static void
close_all(void)
{
	size_t i;

	for (i = 0; i < sizeof(opened) / sizeof(opened[0]); i++) {
		close_one(i);
		handle_all();
	}
	assert_int_equal(count_opened(), 0);
}

static int
set_up(void **state)
{
	memset(&memory, 0, sizeof(memory));
	memset(requests, 0, sizeof(requests));
	memset(opened, 0, sizeof(opened));
	memset(live, 0, sizeof(live));
	drops = last_unique = last_id = 0;
	main_mood = MAIN_GIVES;
	asked = 0;
	killed_at = NOWHERE;
	set_clock(LATER);
	published = 0;
	begin_core();
	return 0;
}

/* Those that were killed hold locks, and are only forgotten. */
static int
tear_down(void **state)
{
	wait_for_main_thread();
	backings_free(core);
	while (kills > 0)
		free(killed_cores[--kills]);
	return 0;
}

/* Opens it to read; the id it was opened with. */
static uint32_t
open_one(uint64_t ino)
{
	size_t i, last = 0;

	handle(new_request(OPENING, ino));
	for (i = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
		if (opened[i].ino == ino)
			last = i;
	return opened[last].id;
}

/* --- tests --------------------------------------------------------------- */

static void
an_id_stays_for_the_next_open(void **state)
{
	uint32_t id = open_one(7);

	assert_int_not_equal(id, 0);
	assert_int_equal(open_one(7), id);
	close_all();
	kill_core();
	assert_int_equal(open_one(7), id);
	assert_int_equal(last_id, 1);
	assert_int_equal(drops, 0);
	close_all();
}

static void
a_file_is_announced_before_it_is_passed(void **state)
{
	published = clock_now();
	assert_int_equal(open_one(7), 0);	/* the herald may still come */
	backings_announced(core, 7);
	assert_int_equal(open_one(7), 0);	/* the way of those there are */
	close_all();
	assert_int_not_equal(open_one(7), 0);
	close_all();
	backings_announced(core, 8);
	assert_int_not_equal(open_one(8), 0);
	assert_int_equal(open_one(9), 0);
	close_all();
	set_clock(clock_now() + 6 * USEC);
	assert_int_not_equal(open_one(9), 0);
	close_all();
}

static void
main_has_none(void **state)
{
	main_mood = MAIN_HAS_NOT_THIS;
	assert_int_equal(open_one(7), 0);
	main_mood = MAIN_GIVES;
	assert_int_equal(open_one(7), 0);	/* the way of those there are */
	assert_int_not_equal(open_one(8), 0);
	main_mood = MAIN_HAS_NONE;
	assert_int_equal(open_one(9), 0);
	main_mood = MAIN_GIVES;
	assert_int_equal(open_one(10), 0);	/* not so soon again */
	close_all();
}

/* It is waited for once; an id that comes later is given back. */
static void
main_is_slow(void **state)
{
	main_mood = MAIN_IS_SLOW;
	assert_int_equal(open_one(7), 0);
	main_mood = MAIN_GIVES;
	assert_int_equal(open_one(8), 0);
	backings_told(core, 7, what_main_says());
	assert_int_equal(drops, 1);
	assert_int_equal(count_live(), 0);
	assert_int_equal(open_one(7), 0);
	close_all();
}

struct reader {
	pthread_t	thread;
	uint64_t	ino, unique, fh;
	uint32_t	id;
};

static void *
read_one(void *arg)
{
	struct reader *r = arg;
	struct backing_open open = { .ino = r->ino, .unique = r->unique,
	    .sha256 = DIGEST };

	backings_open(core, &open, &r->fh, &r->id);
	return NULL;
}

/* While one waits another goes the plain way: so do both. */
static void
an_answer_that_is_too_late_for_the_file(void **state)
{
	struct reader r = { .ino = 7, .unique = 2 };

	last_unique = 2;
	main_mood = MAIN_IS_SLOW;
	assert_int_equal(pthread_create(&r.thread, NULL, read_one, &r), 0);
	while (atomic_load(&asked) == 0)
		sched_yield();
	backings_told(core, 8, BACKING_NONE);
	assert_int_equal(open_one(7), 0);
	backings_told(core, 7, new_id());
	pthread_join(r.thread, NULL);
	kernel_opens(7, r.fh, r.id);
	backings_answered(core, r.fh, r.unique, true);
	assert_int_equal(count_live(), 0);
	close_all();
}

/* Others come and go meanwhile: the row of who waits stays. */
static void
who_waits_keeps_the_row(void **state)
{
	struct reader r = { .ino = 7, .unique = 2 };
	uint64_t ino;

	main_mood = MAIN_IS_SLOW;
	assert_int_equal(pthread_create(&r.thread, NULL, read_one, &r), 0);
	while (atomic_load(&asked) == 0)
		sched_yield();
	for (ino = 100; ino < 110 + BACKING_IDLE; ino++)
		backings_announced(core, ino);
	backings_told(core, 7, new_id());
	pthread_join(r.thread, NULL);
	assert_int_equal(r.id, 1);
	assert_int_equal(drops, 0);
}

/* The same answer for all who wait for it; main is asked once. */
static void
many_wait_for_main(void **state)
{
	struct reader readers[12];
	size_t i;

	main_mood = MAIN_IS_SLOW;

	for (i = 0; i < 12; i++) {
		readers[i] = (struct reader){ .ino = 7, .unique = 2 * i + 2 };
		assert_int_equal(pthread_create(&readers[i].thread, NULL,
		    read_one, &readers[i]), 0);
	}
	while (atomic_load(&asked) == 0)
		sched_yield();
	backings_told(core, 7, new_id());
	for (i = 0; i < 12; i++) {
		pthread_join(readers[i].thread, NULL);
		kernel_opens(7, readers[i].fh, readers[i].id);
		assert_int_equal(readers[i].id, 1);
		backings_answered(core, readers[i].fh, readers[i].unique,
		    true);
	}
	last_unique = 24;
	assert_int_equal(asked, 1);
	close_all();
}

/* The request was given up: nothing was opened. */
static void
an_answer_nobody_takes_counts_nothing(void **state)
{
	struct backing_open open = { .ino = 7, .unique = 2,
	    .published = LATER, .sha256 = DIGEST };
	uint64_t fh;
	uint32_t id;

	last_unique = 2;
	backings_open(core, &open, &fh, &id);
	assert_int_equal(id, 0);
	backings_answered(core, fh, 2, false);
	backings_announced(core, 7);
	assert_int_not_equal(open_one(7), 0);
	/* Nor does a release of what is not that file. */
	backings_release(core, 8, fh, 100);
	assert_int_equal(memory.row[fh - 1].opens, 1);
	close_all();
}

static void
many_are_kept_and_the_oldest_goes(void **state)
{
	uint64_t ino;

	for (ino = 1; ino <= BACKING_IDLE + 10; ino++) {
		assert_int_not_equal(open_one(ino), 0);
		close_all();
	}
	assert_int_equal(drops, 10);
	assert_int_equal(open_one(BACKING_IDLE), BACKING_IDLE);
	assert_int_equal(open_one(1), BACKING_IDLE + 11);
	close_all();
}

/* Whatever it was doing when the oldest had to go. */
static void
killed_while_the_oldest_goes(void **state)
{
	static const enum place places[] = { IN_DROP_BEFORE, IN_DROP_BEHIND };
	uint64_t ino;
	uint32_t id;
	size_t i;

	for (ino = 1; ino <= BACKING_IDLE; ino++) {
		assert_int_not_equal(open_one(ino), 0);
		close_all();
	}
	for (i = 0; i < 2; i++, ino++) {
		killed_at = places[i];
		handle(new_request(OPENING, ino));
		assert_int_equal(kills, i + 1);
		handle_all();
		close_all();
		/* What had to go is asked for anew. */
		id = open_one(i + 1);
		assert_int_equal(id, last_id);
		close_all();
	}
	assert_int_equal(count_live(), BACKING_IDLE);
}

/* More than there are rows: nobody knows who has what, so no new ids. */
static void
what_is_in_no_row_ends_it(void **state)
{
	uint64_t ino;

	for (ino = 1; ino <= BACKING_ROWS; ino++)
		assert_int_not_equal(open_one(ino), 0);
	assert_int_equal(open_one(ino), 0);
	close_one(0);
	handle_all();
	assert_int_equal(open_one(ino), 0);
	assert_int_equal(open_one(ino + 1), 0);
	assert_int_not_equal(open_one(2), 0);
	close_all();
}

/* Never too low; what the kernel let go of may not be counted down yet. */
static void
check_counts(void)
{
	size_t row, i, n;

	for (row = 0; row < memory.rows; row++) {
		for (i = n = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
			n += opened[i].ino != 0 &&
			    opened[i].ino == memory.row[row].ino;
		if (n > memory.row[row].opens)
			fail_msg("%zu opens, and %u are known", n,
			    memory.row[row].opens);
	}
}

static void
random_step(void)
{
	long dice = random() % 100;

	killed_at = random() % 20 == 0 ?
	    (enum place)(random() % PLACES) : NOWHERE;
	main_mood = random() % 20 == 0 ? MAIN_HAS_NOT_THIS : MAIN_GIVES;
	if (dice < 40)
		(void)new_request(OPENING, 1 + (uint64_t)(random() % 6));
	else if (dice < 80)
		close_one((size_t)(random() % 64));
	else if (dice < 85)
		backings_announced(core, 1 + (uint64_t)(random() % 6));
	else if (dice < 87)
		set_clock(clock_now() + 20 * USEC);
	else if (dice < 89)
		published = clock_now();
}

static void
handle_some(void)
{
	size_t i, first = (size_t)random() % REQUESTS, at;

	for (i = 0; i < REQUESTS; i++) {
		at = (first + i) % REQUESTS;
		if (requests[at].kind != NOTHING && !requests[at].handed &&
		    random() % 3 != 0)
			handle(&requests[at]);
	}
}

static void
whatever_happens_nobody_gets_EIO(void **state)
{
	unsigned walk;
	size_t i;
	int step;

	for (walk = 1; walk <= 100; walk++) {
		tear_down(state);
		set_up(state);
		srandom(walk);
		for (step = 0; step < 300; step++) {
			random_step();
			handle_some();
			if (random() % 60 == 0)
				kill_core();
			check_counts();
		}
		kill_core();
		handle_all();
		close_all();
		/* Each that was counted was counted once, and ids are known. */
		for (i = 0; i < BACKING_ROWS; i++)
			assert_int_equal(memory.row[i].opens, 0);
		kill_core();
		for (i = 0; i < BACKING_ROWS; i++)
			if (memory.row[i].way == BACKING_PASSED)
				live[memory.row[i].id] = 0;
		assert_int_equal(count_live(), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
		TEST(an_id_stays_for_the_next_open),
		TEST(a_file_is_announced_before_it_is_passed),
		TEST(main_has_none),
		TEST(main_is_slow),
		TEST(an_answer_that_is_too_late_for_the_file),
		TEST(who_waits_keeps_the_row),
		TEST(many_wait_for_main),
		TEST(an_answer_nobody_takes_counts_nothing),
		TEST(many_are_kept_and_the_oldest_goes),
		TEST(killed_while_the_oldest_goes),
		TEST(what_is_in_no_row_ends_it),
		TEST(whatever_happens_nobody_gets_EIO),
	};

	handler = pthread_self();
	set_clock_first(LATER);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
