/*
 * Opens of files with a backing file, against a model of the kernel: it
 * refuses an open that goes another way than those there are (EIO for whoever
 * opens), sends again what was not answered, and closes in any order, while
 * core is killed at every step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/backings.h"
#include "set_clock.h"

#define DIGEST	"0123456789abcdef0123456789abcdef" \
		"0123456789abcdef0123456789abcdef"
#define REQUESTS	64
#define LATER		(600 * USEC)

enum kind { NOTHING, OPENING, ANNOUNCING, RELEASING };

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
static struct backings *core;
static struct request requests[REQUESTS];
static struct opened opened[2 * BACKING_ROWS];
static uint64_t last_unique, asked[REQUESTS], drops;
static size_t asks;
static uint32_t last_id, ids_live;
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

/* --- main ---------------------------------------------------------------- */

static int
ask(uint64_t ino, const char *sha256)
{
	assert_string_equal(sha256, DIGEST);
	if (asks == REQUESTS)
		return -1;
	asked[asks++] = ino;
	return 0;
}

static void
drop(uint32_t id)
{
	size_t i;

	assert_true(live[id]);
	live[id] = 0;
	ids_live--;
	drops++;
	for (i = 0; i < sizeof(opened) / sizeof(opened[0]); i++)
		if (opened[i].ino != 0 && opened[i].id == id)
			fail_msg("an id was dropped that is in use");
}

static uint32_t
new_id(void)
{
	live[++last_id] = 1;
	ids_live++;
	return last_id;
}

static void
main_answers(size_t which, bool has)
{
	uint64_t ino = asked[which];

	asked[which] = asked[--asks];
	backings_told(core, ino, has ? new_id() : 0);
}

/* --- core ---------------------------------------------------------------- */

static bool killed_before_answer, killed_after_answer, killed;

static void
kernel_has_it(struct request *r, uint64_t fh, uint32_t id)
{
	kernel_opens(r->ino, fh, id);
	r->kind = NOTHING;
}

/* What ops_backings.c does with an answer; core may be killed around it. */
static void
answer(void *req, uint64_t unique, uint64_t fh, uint32_t id)
{
	struct request *r = req;

	if (killed || killed_before_answer) {
		killed = true;
		return;
	}
	kernel_has_it(r, fh, id);
	if (killed_after_answer)
		killed = true;
	else
		backings_answered(core, fh, unique, true);
}

static void
begin_core(void)
{
	static const struct backing_plan plan = { .memory = &memory,
	    .ask = ask, .drop = drop, .answer = answer };
	size_t i;

	core = backings_new(&plan);
	for (i = 0; i < REQUESTS; i++)
		requests[i].handed = false;
}

/* With SIGKILL: only the memory stays, and what main was asked. */
static void
kill_core(void)
{
	backings_free(core);
	begin_core();
	killed = killed_before_answer = killed_after_answer = false;
}

static void
handle_open(struct request *r)
{
	struct backing_open open = { .ino = r->ino, .unique = r->unique,
	    .published = published, .req = r,
	    .sha256 = r->kind == OPENING ? DIGEST : NULL };
	uint64_t fh;
	uint32_t id;

	switch (backings_open(core, &open, &fh, &id)) {
	case BACKING_NOW:
		answer(r, r->unique, fh, id);
		break;
	case BACKING_BUSY:
		assert_int_equal(r->kind, ANNOUNCING);
		r->kind = NOTHING;
		break;
	case BACKING_LATER:
		assert_int_equal(r->kind, OPENING);
		break;
	}
}

static void
handle_release(struct request *r)
{
	uint64_t fh = r->fh, unique = r->unique;

	backings_release(core, fh, unique);
	if (killed_before_answer) {
		killed = true;
		return;
	}
	r->kind = NOTHING;
	if (killed_after_answer)
		killed = true;
	else
		backings_answered(core, fh, unique, true);
}

static void
handle(struct request *r)
{
	r->handed = true;
	if (r->kind == RELEASING)
		handle_release(r);
	else
		handle_open(r);
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
	while (asks > 0)
		main_answers(0, true);
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
	asks = drops = last_unique = last_id = ids_live = 0;
	set_clock(LATER);
	published = 0;
	begin_core();
	return 0;
}

static int
tear_down(void **state)
{
	backings_free(core);
	core = NULL;
	return 0;
}

/* Opens it to read, and main has an id or none; the id it was opened with. */
static uint32_t
open_one(uint64_t ino)
{
	struct request *r = new_request(OPENING, ino);
	size_t i, last = 0;

	handle(r);
	while (asks > 0)
		main_answers(0, true);
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
	close_all();
	assert_int_equal(open_one(7), 0);
	handle(new_request(ANNOUNCING, 7));
	assert_int_equal(open_one(7), 0);	/* the way of those there are */
	close_all();
	assert_int_not_equal(open_one(7), 0);
	/* Once more, while it is read: the herald is told. */
	handle(new_request(ANNOUNCING, 7));
	assert_int_equal(count_opened(), 1);
	close_all();
	handle(new_request(ANNOUNCING, 7));
	assert_int_equal(count_opened(), 1);
	assert_int_equal(drops, 1);
	close_all();

	assert_int_equal(open_one(8), 0);
	close_all();
	set_clock(clock_now() + 6 * USEC);
	assert_int_not_equal(open_one(8), 0);
	close_all();
}

static void
the_herald_comes_while_main_is_asked(void **state)
{
	handle(new_request(OPENING, 7));
	handle(new_request(OPENING, 7));
	assert_int_equal(asks, 1);
	handle(new_request(ANNOUNCING, 7));
	main_answers(0, true);
	assert_int_equal(count_opened(), 3);
	assert_int_equal(ids_live, 0);
	close_all();
}

static void
main_has_none(void **state)
{
	handle(new_request(OPENING, 7));
	main_answers(0, false);
	assert_int_equal(count_opened(), 1);
	handle(new_request(OPENING, 8));
	assert_int_equal(asks, 0);		/* not so soon again */
	assert_int_equal(count_opened(), 2);
	close_all();
}

/* The request was given up: nothing was opened. */
static void
an_answer_nobody_takes_counts_nothing(void **state)
{
	struct backing_open open = { .ino = 7, .unique = 2, .sha256 = NULL };
	uint64_t fh;
	uint32_t id;

	assert_int_equal(backings_open(core, &open, &fh, &id), BACKING_NOW);
	backings_answered(core, fh, 2, false);
	assert_int_not_equal(open_one(7), 0);
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

static void
random_step(void)
{
	static const enum kind kinds[] = { OPENING, OPENING, OPENING,
	    ANNOUNCING };
	long dice = random() % 100;

	killed_before_answer = random() % 40 == 0;
	killed_after_answer = random() % 40 == 0;
	if (dice < 40)
		(void)new_request(kinds[random() % 4],
		    1 + (uint64_t)(random() % 6));
	else if (dice < 75)
		close_one((size_t)(random() % 64));
	else if (dice < 85 && asks > 0)
		main_answers((size_t)random() % asks, random() % 300 != 0);
	else if (dice < 87)
		set_clock(clock_now() + 20 * USEC);
}

static void
handle_some(void)
{
	size_t i, first = (size_t)random() % REQUESTS, at;

	for (i = 0; i < REQUESTS && !killed; i++) {
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

	for (walk = 1; walk <= 300; walk++) {
		tear_down(state);
		set_up(state);
		srandom(walk);
		for (step = 0; step < 300; step++) {
			random_step();
			handle_some();
			if (killed || random() % 60 == 0)
				kill_core();
		}
		kill_core();
		handle_all();
		close_all();
		/* Each that was counted was counted once. */
		for (i = 0; i < BACKING_ROWS; i++)
			assert_int_equal(memory.row[i].opens, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
		TEST(an_id_stays_for_the_next_open),
		TEST(a_file_is_announced_before_it_is_passed),
		TEST(the_herald_comes_while_main_is_asked),
		TEST(main_has_none),
		TEST(an_answer_nobody_takes_counts_nothing),
		TEST(many_are_kept_and_the_oldest_goes),
		TEST(what_is_in_no_row_ends_it),
		TEST(whatever_happens_nobody_gets_EIO),
	};

	set_clock_first(LATER);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
