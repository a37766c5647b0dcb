/*
 * Group commit: order, one job failing alone, a commit failing for all, the
 * reserve for what is essential, and what is left when the process is killed.
 */
#include <pthread.h>
#include <sys/wait.h>

#include "ca/commit.h"
#include "ca/counters.h"
#include "ca/store_counts.h"
#include "store.h"

static struct committer *committer;

static int
setup(void **state)
{
	store_make();
	committer = committer_new(test_store);
	return 0;
}

static int
teardown(void **state)
{
	fault_arm("none", 0);
	stop_disarm();
	committer_free(committer);
	store_unmake();
	return 0;
}

/* A job that counts, and may fail, or hold the committer up. */
struct counting {
	struct job	 job;
	int64_t		 value;
	int		 fail;		/* errno of its own failure */
	int		 applied;
	struct err	 fault;
	bool		 failed, over;
	pthread_mutex_t	*gate;		/* waits for it, then applies */
	_Atomic bool	 entered;	/* it is in the transaction */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static int64_t order[1000];
static int order_count;

static int
counting_apply(struct job *job, struct tx *tx, struct err *err)
{
	struct counting *c = (struct counting *)job;
	struct event *e = event_new("counted", OPERATION);
	char name[32];
	int64_t seq;
	int result;

	c->entered = true;
	if (c->gate != NULL) {
		pthread_mutex_lock(c->gate);
		pthread_mutex_unlock(c->gate);
	}
	c->applied++;
	snprintf(name, sizeof(name), "job%d", (int)c->value);
	result = events_append(tx, e, &seq, err);
	event_free(e);
	if (result == 0)
		result = meta_set_number(tx, name, c->value, err);
	if (result == 0 && c->fail != 0)
		result = err_set(err, c->fail, "job %d does not want to",
		    (int)c->value);
	return result;
}

static void
counting_done(struct job *job, const struct err *fault)
{
	struct counting *c = (struct counting *)job;

	pthread_mutex_lock(&lock);
	c->failed = fault != NULL;
	if (fault != NULL)
		c->fault = *fault;
	c->over = true;
	order[order_count++] = c->value;
	pthread_cond_broadcast(&ended);
	pthread_mutex_unlock(&lock);
}

static void
submit(struct counting *c, int64_t value)
{
	c->job.apply = counting_apply;
	c->job.done = counting_done;
	c->value = value;
	commit_submit(committer, &c->job);
}

/* Submit and wait until it is in a transaction, alone: it waits at its gate. */
static void
submit_alone(struct counting *c, int64_t value)
{
	submit(c, value);
	while (!c->entered)
		usleep(1000);
}

static void
wait_for(struct counting *c)
{
	pthread_mutex_lock(&lock);
	while (!c->over)
		pthread_cond_wait(&ended, &lock);
	pthread_mutex_unlock(&lock);
}

/*
 * Submits the first so that the next has come when it is written: then it is
 * synced by a thread of its own.  `point` is armed when it is known to be in a
 * transaction; NULL: none.
 */
static void
submit_followed(struct counting *first, int64_t value, struct job *next,
    const char *point)
{
	static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&gate);
	first->gate = &gate;
	submit_alone(first, value);
	if (point != NULL)
		stop_arm(point);
	commit_submit(committer, next);
	pthread_mutex_unlock(&gate);
}

/*
 * Submits `count` jobs so that they are one batch: the first job, of a batch
 * of its own, holds the committer until all are queued.
 */
static void
submit_together(struct counting *jobs, size_t count)
{
	static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	struct counting first = { .gate = &gate };
	size_t i;

	order_count = 0;
	pthread_mutex_lock(&gate);
	submit_alone(&first, 999);
	for (i = 0; i < count; i++)
		submit(&jobs[i], (int64_t)i);
	pthread_mutex_unlock(&gate);
	for (i = 0; i < count; i++)
		wait_for(&jobs[i]);
	wait_for(&first);
}

static int64_t
stored(int n)
{
	struct view *v = view_take(test_store);
	char name[32];
	int64_t value;

	snprintf(name, sizeof(name), "job%d", n);
	value = meta_number(v, name, -1);
	view_put(v);
	return value;
}

static void
many_jobs_are_one_commit_in_order(void **state)
{
	struct counting jobs[100] = { 0 };
	unsigned long before = commit_count(committer);
	int i;

	submit_together(jobs, 100);
	assert_int_equal(commit_count(committer) - before, 2);
	assert_int_equal(order_count, 101);
	for (i = 0; i < 100; i++) {
		assert_int_equal(order[i + 1], i);
		assert_false(jobs[i].failed);
		assert_int_equal(stored(i), i);
	}
}

static void
one_that_fails_is_rolled_back_alone(void **state)
{
	struct counting jobs[3] = { { .fail = 0 }, { .fail = EKEYREVOKED } };
	struct view *v;

	submit_together(jobs, 3);
	assert_false(jobs[0].failed);
	assert_true(jobs[1].failed);
	assert_int_equal(jobs[1].fault.code, EKEYREVOKED);
	assert_non_null(strstr(jobs[1].fault.text, "does not want"));
	assert_false(jobs[2].failed);
	assert_int_equal(stored(0), 0);
	assert_int_equal(stored(1), -1);
	assert_int_equal(stored(2), 2);
	v = view_take(test_store);
	assert_int_equal(events_last(v), 3);
	view_put(v);
}

static void
what_can_be_repeated_is_when_one_fails(void **state)
{
	struct counting jobs[4] = { [1] = { .fail = EKEYREVOKED } };
	struct view *v;
	int i, round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < 4; i++) {
			jobs[i].job.repeatable = true;
			jobs[i].applied = 0;
			jobs[i].over = false;
		}
		submit_together(jobs, 4);
		for (i = 0; i < 4; i++) {
			assert_int_equal(jobs[i].failed, jobs[i].fail != 0);
			assert_int_equal(stored(i), jobs[i].fail != 0 ? -1 :
			    i);
		}
		v = view_take(test_store);
		assert_int_equal(events_last(v), round == 0 ? 4 : 9);
		view_put(v);
		/* Those in front of it twice, nobody when all goes well. */
		assert_int_equal(jobs[0].applied, round == 0 ? 2 : 1);
		assert_int_equal(jobs[1].applied, round == 0 ? 2 : 1);
		assert_int_equal(jobs[3].applied, 1);
		jobs[1].fail = 0;
	}
}

static void
one_that_cannot_be_repeated_goes_with_others(void **state)
{
	struct counting jobs[3] = { [1] = { .fail = EKEYREVOKED } };

	jobs[1].job.repeatable = jobs[2].job.repeatable = true;
	submit_together(jobs, 3);
	assert_int_equal(jobs[0].applied, 1);
	assert_false(jobs[0].failed);
	assert_true(jobs[1].failed);
	assert_int_equal(stored(1), -1);
	assert_int_equal(stored(2), 2);
}

static void
one_alone_that_fails(void **state)
{
	struct counting job = { .job.apply = counting_apply, .fail = EACCES };
	unsigned long before = commit_count(committer);

	assert_refused(commit_wait(committer, &job.job, &test_err), EACCES);
	assert_int_equal(commit_count(committer), before);
	assert_int_equal(stored(0), -1);
	job.fail = 0;
	assert_done(commit_wait(committer, &job.job, &test_err));
	assert_int_equal(stored(0), 0);
}

/*
 * While one is being synced the next is applied, if it had come; nobody is told
 * of either, and no reader sees what is not on the disk.
 */
static void
the_next_is_applied_during_a_sync(void **state)
{
	struct counting first = { 0 }, third = { 0 };
	struct counting second = { .value = 2, .job.apply = counting_apply,
	    .job.done = counting_done };
	struct view *of_before;

	order_count = 0;
	/* A reader of before, for while it is being synced. */
	assert_int_equal(stored(1), -1);
	submit_followed(&first, 1, &second.job, "core.commit-written");
	assert_true(stop_reached(60));
	while (!second.entered)
		usleep(1000);
	submit(&third, 3);
	while (!third.entered)
		usleep(1000);
	assert_false(first.over || second.over || third.over);
	of_before = view_take(test_store);
	assert_int_equal(meta_number(of_before, "job1", -1), -1);
	stop_disarm();
	wait_for(&first);
	assert_int_equal(stored(1), 1);
	wait_for(&third);
	assert_int_equal(stored(2), 2);
	assert_int_equal(stored(3), 3);
	assert_int_equal(meta_number(of_before, "job1", -1), -1);
	view_put(of_before);
	assert_int_equal(order[0], 1);
	assert_true(second.over && !second.failed && !third.failed);
	assert_int_equal(commit_count(committer), 2);
}

/* Says what it was told before the other was applied. */
struct heeding {
	struct counting	 job;
	struct counting	*other;
	bool		 other_entered;
};

static void
heeding_done(struct job *job, const struct err *fault)
{
	struct heeding *h = (struct heeding *)job;

	h->other_entered = h->other->entered;
	counting_done(job, fault);
}

/* When none had come its jobs are told before the next one is applied. */
static void
one_alone_waits_for_no_other(void **state)
{
	struct counting second = { 0 };
	struct heeding first = { .other = &second };

	stop_arm("core.commit-written");
	first.job.job.apply = counting_apply;
	first.job.job.done = heeding_done;
	first.job.value = 1;
	commit_submit(committer, &first.job.job);
	assert_true(stop_reached(60));
	submit(&second, 2);
	stop_disarm();
	wait_for(&second);
	assert_true(first.job.over);
	assert_false(first.other_entered);
	assert_int_equal(stored(1), 1);
	assert_int_equal(stored(2), 2);
	assert_int_equal(commit_count(committer), 2);
}

/* Asks in its transaction whether somebody waits for its end. */
struct asking {
	struct job	 job;
	struct counting	*comes;		/* meanwhile; or NULL */
	bool		 before, after;
	_Atomic bool	 over;
};

static int
asking_apply(struct job *job, struct tx *tx, struct err *err)
{
	struct asking *a = (struct asking *)job;

	a->before = commit_is_awaited(committer);
	if (a->comes != NULL)
		submit(a->comes, 1);
	a->after = commit_is_awaited(committer);
	a->over = true;
	return 0;
}

static void
a_long_one_knows_who_waits_for_its_end(void **state)
{
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	struct counting comes = { 0 }, flies = { 0 }, goes = { 0 };
	struct counting holds = { .fail = EACCES };	/* none flies behind it */
	struct asking with = { .job.apply = asking_apply };
	struct asking alone = { .job.apply = asking_apply };
	struct asking joined = { .job.apply = asking_apply,
	    .comes = &comes };
	struct asking behind = { .job.apply = asking_apply };

	assert_done(commit_wait(committer, &alone.job, &test_err));
	assert_false(alone.before || alone.after);
	assert_done(commit_wait(committer, &joined.job, &test_err));
	assert_false(joined.before);
	assert_true(joined.after);
	wait_for(&comes);
	/* One that goes with it waits, too. */
	pthread_mutex_lock(&gate);
	holds.gate = &gate;
	submit_alone(&holds, 3);
	submit(&goes, 4);
	commit_submit(committer, &with.job);
	pthread_mutex_unlock(&gate);
	wait_for(&goes);
	assert_done(commit_wait(committer, &alone.job, &test_err));
	assert_true(with.before && with.after);
	/* Who is not on the disk yet is told behind it. */
	submit_followed(&flies, 2, &behind.job, "core.commit-written");
	assert_true(stop_reached(60));
	while (!behind.over)
		usleep(1000);
	assert_false(flies.over);
	stop_disarm();
	wait_for(&flies);
	assert_done(commit_wait(committer, &alone.job, &test_err));
	assert_true(behind.before && behind.after);
}

struct taker {
	pthread_t	 thread;
	struct view	*view[24];
	_Atomic int	 taken;
};

static void *
take_many(void *arg)
{
	struct taker *t = arg;
	size_t i;

	for (i = 0; i < sizeof(t->view) / sizeof(t->view[0]); i++) {
		t->view[i] = view_take(test_store);
		t->taken++;
	}
	return NULL;
}

static void
take_during_a_sync(struct counting *job, int64_t value)
{
	struct taker t = { 0 };
	char name[32];
	size_t i, old = 0;

	snprintf(name, sizeof(name), "job%d", (int)value);
	assert_true(stop_reached(60));
	pthread_create(&t.thread, NULL, take_many, &t);
	while (t.taken == 0)
		usleep(1000);
	stop_disarm();
	pthread_join(t.thread, NULL);
	for (i = 0; i < sizeof(t.view) / sizeof(t.view[0]); i++) {
		old += meta_number(t.view[i], name, -1) == -1;
		view_put(t.view[i]);
	}
	/* The first was of before, and those that had to wait were not. */
	assert_in_range(old, 1, 12);
	wait_for(job);
}

/*
 * More readers than there are of the moment before wait for the sync, whoever
 * does it.
 */
static void
a_view_waits_rather_than_shows_too_much(void **state)
{
	struct counting alone = { 0 }, followed = { 0 };
	struct counting next = { .value = 9, .job.apply = counting_apply,
	    .job.done = counting_done };

	assert_int_equal(stored(7), -1);
	stop_arm("core.commit-written");
	submit(&alone, 7);
	take_during_a_sync(&alone, 7);
	assert_int_equal(stored(8), -1);
	submit_followed(&followed, 8, &next.job, "core.commit-written");
	take_during_a_sync(&followed, 8);
	wait_for(&next);
}

/*
 * Closes the store and opens it again in a child, which runs `run` with a pipe
 * to write to; *from is its other end.
 */
static pid_t
in_a_child(void (*run)(int to), int *from)
{
	int pipes[2];
	struct err err;
	pid_t pid;

	committer_free(committer);
	committer = NULL;
	store_close(test_store);
	test_store = NULL;
	assert_int_equal(pipe(pipes), 0);
	if ((pid = fork()) == 0) {
		test_store = store_open(test_dir, &err);
		committer = committer_new(test_store);
		run(pipes[1]);
		_exit(0);
	}
	close(pipes[1]);
	*from = pipes[0];
	return pid;
}

static void
open_again(void)
{
	test_store = store_open(test_dir, &test_err);
	assert_non_null(test_store);
	committer = committer_new(test_store);
}

static void
commit_one(int to)
{
	struct counting job = { .job.apply = counting_apply };
	struct err err;

	fault_arm("sync-eio", 1);
	commit_wait(committer, &job.job, &err);
	(void)!write(to, "x", 1);
}

static void
commit_two(int to)
{
	struct counting first = { 0 };
	struct counting next = { .value = 2, .job.apply = counting_apply,
	    .job.done = counting_done };

	fault_arm("sync-eio", 1);
	submit_followed(&first, 1, &next.job, NULL);
	wait_for(&first);
	(void)!write(to, "x", 1);
}

/* Nobody is told yes or no by a process that cannot know. */
static void
a_failed_sync_ends_the_process(void **state)
{
	void (*const commits[])(int) = { commit_one, commit_two };
	int from, status;
	size_t i;
	pid_t pid;
	char told;

	for (i = 0; i < 2; i++) {
		pid = in_a_child(commits[i], &from);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(read(from, &told, 1), 0);
		close(from);
		assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		fault_arm("none", 0);
		open_again();
		assert_int_equal(stored(2), -1);
	}
}

static void
a_failed_commit_fails_all(void **state)
{
	static const struct {
		const char	*fault;
		int		 code;
	} rows[] = {
		{ "commit-enospc", ENOSPC }, { "commit-erofs", EROFS },
		{ "commit-eio", EIO }
	};
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
		struct counting first = { .gate = &gate };
		struct counting jobs[3] = { 0 };

		order_count = 0;
		pthread_mutex_lock(&gate);
		submit_alone(&first, 999);
		for (k = 0; k < 3; k++)
			submit(&jobs[k], (int64_t)k);
		/* For the first job's commit and the three others'. */
		fault_arm(rows[i].fault, 2);
		pthread_mutex_unlock(&gate);
		for (k = 0; k < 3; k++) {
			wait_for(&jobs[k]);
			assert_true(jobs[k].failed);
			assert_int_equal(jobs[k].fault.code, rows[i].code);
			assert_int_equal(jobs[k].applied, 1);
			assert_int_equal(stored((int)k), -1);
		}
		wait_for(&first);
	}
	assert_true(store_reserve_whole(test_store));
}

static void
without_evidence_nothing_is_decided(void **state)
{
	struct counting job = { .job.apply = counting_apply };

	fault_arm("evidence-fail", 1);
	assert_refused(commit_wait(committer, &job.job, &test_err), EROFS);
	assert_int_equal(stored(0), -1);
}

/*
 * The disk is full: the revocation goes through from the reserve, the rest of
 * its batch does not.
 */
static void
what_is_essential_uses_the_reserve(void **state)
{
	static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	struct counting first = { .gate = &gate };
	struct counting jobs[3] = { [1] = { .job.essential = true } };
	size_t k;

	pthread_mutex_lock(&gate);
	submit_alone(&first, 999);
	for (k = 0; k < 3; k++)
		submit(&jobs[k], (int64_t)k);
	fault_arm("commit-enospc", 2);
	pthread_mutex_unlock(&gate);
	for (k = 0; k < 3; k++)
		wait_for(&jobs[k]);
	wait_for(&first);
	assert_true(jobs[0].failed && jobs[2].failed);
	assert_int_equal(jobs[0].fault.code, ENOSPC);
	assert_false(jobs[1].failed);
	assert_int_equal(jobs[1].applied, 2);
	assert_int_equal(stored(0), -1);
	assert_int_equal(stored(1), 1);
	/* There is room here, so the next batch takes the reserve back. */
	assert_false(store_reserve_whole(test_store));
	jobs[0] = (struct counting){ .job.apply = counting_apply };
	assert_done(commit_wait(committer, &jobs[0].job, &test_err));
	assert_true(store_reserve_whole(test_store));
}

/* While there is room in those that were given; none is taken back here. */
static void
no_slice_is_given_but_for_room(void **state)
{
	struct counting job = { .job.apply = counting_apply,
	    .job.essential = true };

	for (int i = 0; i < 10; i++)
		store_reserve_open(test_store);
	limit_files(8 << 20);
	for (job.value = 0; job.value < 3; job.value++)
		assert_done(commit_wait(committer, &job.job, &test_err));
	assert_int_equal(reserve_size(), 6 << 20);
	fault_arm("commit-enospc", 1);
	assert_done(commit_wait(committer, &job.job, &test_err));
	assert_int_equal(reserve_size(), 5 << 20);
	limit_files(0);
}

/* Nobody submits while nothing can be issued: it must not need a job. */
static void
the_reserve_comes_back_by_itself(void **state)
{
	struct counting job = { .job.apply = counting_apply,
	    .job.essential = true };
	int i;

	fault_arm("commit-enospc", 1);
	assert_done(commit_wait(committer, &job.job, &test_err));
	assert_false(store_reserve_whole(test_store));
	for (i = 0; i < 100 && !store_reserve_whole(test_store); i++)
		usleep(50000);
	assert_true(store_reserve_whole(test_store));
}

static void *
writer(void *arg)
{
	struct counting job = { .job.apply = counting_apply };
	struct err err;
	int i;

	for (i = 0; i < 200; i++) {
		job.value = (int64_t)(intptr_t)arg * 1000 + i;
		job.fail = i % 10 == 3 ? EPERM : 0;
		if (commit_wait(committer, &job.job, &err) !=
		    (job.fail != 0 ? -1 : 0))
			return arg;
	}
	return NULL;
}

static void
many_threads_wait(void **state)
{
	pthread_t threads[8];
	void *fault;
	intptr_t i;

	for (i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, writer, (void *)(i + 1));
	for (i = 0; i < 8; i++) {
		pthread_join(threads[i], &fault);
		assert_null(fault);
	}
	assert_int_equal(number_in_db("SELECT count(*) FROM meta"),
	    8 * 180);
	assert_int_equal(number_in_db("SELECT max(seq) FROM events"),
	    8 * 180);
}

/* --- readers that stay in the WAL ----------------------------------------- */

#define HEAP_OCTETS	60000

static int
heaping_apply(struct job *job, struct tx *tx, struct err *err)
{
	struct counting *c = (struct counting *)job;
	static unsigned char octets[HEAP_OCTETS];
	char sha256[65];

	memcpy(octets, &c->value, sizeof(c->value));
	if (documents_put(tx, (struct slice){ octets, sizeof(octets) },
	    sha256, err) != 0)
		return -1;
	return meta_set_number(tx, "heap", c->value, err);
}

static int64_t
seen_by(struct view *v)
{
	return meta_number(v, "heap", -1);
}

#define HEAPS		1000
#define LOG_MOST	((int64_t)48 << 20)

static int64_t
log_size(void)
{
	struct store_sizes sizes;

	store_measure(test_store, &sizes);
	return sizes.log;
}

/*
 * 80 MB go through it.  Idle readers keep their place in it until something is
 * committed, and one in use keeps its own; neither stops it from beginning
 * again, and each new view sees the newest commit.
 */
static void
heap_beside_readers(void)
{
	struct counting job = { .job.apply = heaping_apply };
	struct view *first, *second, *used = NULL;

	for (job.value = 0; job.value < HEAPS; job.value++) {
		assert_done(commit_wait(committer, &job.job, &test_err));
		first = view_take(test_store);
		second = view_take(test_store);
		assert_int_equal(seen_by(first), job.value);
		assert_int_equal(seen_by(second), job.value);
		if (job.value % 8 == 3) {
			used = view_take(test_store);
			assert_int_equal(seen_by(used), job.value);
		} else if (job.value % 8 == 6) {
			assert_int_equal(seen_by(used), job.value - 3);
			view_put(used);
		}
		view_put(first);
		view_put(second);
	}
	assert_true(log_size() < LOG_MOST);
}

static void
the_wal_begins_again_beside_readers(void **state)
{
	heap_beside_readers();
}

/* Commits in a thread of its own, as many as it is allowed to. */
struct heaper {
	pthread_t	thread;
	_Atomic int64_t	allowed, committed;
	bool		failed;
};

static void *
heap_all(void *arg)
{
	struct counting job = { .job.apply = heaping_apply };
	struct heaper *h = arg;
	struct err err;

	for (job.value = 0; job.value < HEAPS; job.value++) {
		while (job.value >= h->allowed)
			usleep(100);
		h->failed |= commit_wait(committer, &job.job, &err) != 0;
		h->committed = job.value + 1;
	}
	return NULL;
}

static void
heaper_end(struct heaper *h)
{
	struct view *v;

	h->allowed = HEAPS;
	pthread_join(h->thread, NULL);
	assert_false(h->failed);
	assert_true(log_size() < LOG_MOST);
	v = view_take(test_store);
	assert_int_equal(seen_by(v), HEAPS - 1);
	view_put(v);
}

/* The thread that brings the WAL home is held up: the writer waits for it. */
static void
the_wal_does_not_outgrow_a_slow_thread(void **state)
{
	int64_t before = counter_get(COUNT_LOG_WAITS);
	struct heaper h = { .allowed = HEAPS };

	stop_arm("core.wal-goes-home");
	pthread_create(&h.thread, NULL, heap_all, &h);
	assert_true(stop_reached(60));
	while (h.committed < HEAPS && counter_get(COUNT_LOG_WAITS) == before)
		usleep(1000);
	assert_true(h.committed < HEAPS);
	assert_true(log_size() < LOG_MOST);
	stop_disarm();
	heaper_end(&h);
}

/* It never brings anything home: the writer does all of it. */
static void
the_wal_is_brought_home_by_the_writer_alone(void **state)
{
	fault_arm("wal-stays", INT32_MAX);
	heap_beside_readers();
	assert_true(fault_left() < INT32_MAX);
}

/*
 * One reader or another is always in the WAL, each longer than a commit waits
 * for it at first: the one behind it comes before it goes.
 */
static void
the_wal_does_not_outgrow_readers_that_overlap(void **state)
{
	struct heaper h = { .allowed = 0 };
	struct view *old, *new;
	int i;

	old = view_take(test_store);
	seen_by(old);
	pthread_create(&h.thread, NULL, heap_all, &h);
	while (h.committed < HEAPS) {
		h.allowed += 5;
		for (i = 0; i < 75 && h.committed < h.allowed; i++)
			usleep(1000);
		new = view_take(test_store);
		seen_by(new);
		view_put(old);
		old = new;
	}
	view_put(old);
	heaper_end(&h);
}

/* --- an index of the WAL that finds no room ------------------------------- */

/* SQLite's own VFS, but that the index does not grow so many times. */
static _Atomic int growths_refused;
static sqlite3_vfs *usual;
static sqlite3_io_methods usual_methods, narrow_methods;

static int
narrow_map(sqlite3_file *file, int piece, int octets, int extend,
    void volatile **at)
{
	if (piece > 0 && extend && growths_refused > 0) {
		growths_refused--;
		errno = 0;
		return SQLITE_IOERR_SHMSIZE;
	}
	return usual_methods.xShmMap(file, piece, octets, extend, at);
}

static int
narrow_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
    int flags, int *flags_out)
{
	int result = usual->xOpen(usual, name, file, flags, flags_out);

	(void)vfs;
	if (result == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
		usual_methods = narrow_methods = *file->pMethods;
		narrow_methods.xShmMap = narrow_map;
		file->pMethods = &narrow_methods;
	}
	return result;
}

/* Before the first store is opened: it takes the usual one to build upon. */
static int
narrow_register(void **state)
{
	static sqlite3_vfs narrow;

	(void)state;
	usual = sqlite3_vfs_find(NULL);
	narrow = *usual;
	narrow.zName = "narrow";
	narrow.xOpen = narrow_open;
	return sqlite3_vfs_register(&narrow, 1) == SQLITE_OK ? 0 : -1;
}

/* More than the first piece of an index knows of, in one transaction. */
static int
overflowing_apply(struct job *job, struct tx *tx, struct err *err)
{
	struct counting part = { .job = *job };

	for (part.value = 0; part.value < 300; part.value++)
		if (heaping_apply(&part.job, tx, err) != 0)
			return -1;
	growths_refused = 1;
	return 0;
}

static void
commit_overflowing(int to)
{
	struct job job = { .apply = overflowing_apply, .essential = true };
	struct err err;

	commit_wait(committer, &job, &err);
	(void)!write(to, "x", 1);
}

/*
 * It is in the WAL when the index is found to have no room: who said that it
 * had failed would see it come back.  The next process finds it, with room from
 * the reserve for the index.
 */
static void
a_commit_behind_its_writing_is_not_called_failed(void **state)
{
	int from, status;
	pid_t pid = in_a_child(commit_overflowing, &from);
	struct view *v;
	char told;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(read(from, &told, 1), 0);
	close(from);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	growths_refused = 3;
	test_store = store_open(test_dir, &test_err);
	assert_non_null(test_store);
	assert_int_equal(growths_refused, 0);
	assert_true(reserve_size() < 16 << 20);
	committer = committer_new(test_store);
	v = view_take(test_store);
	assert_int_equal(seen_by(v), 299);
	view_put(v);
}

static void
commit_for_ever(int to)
{
	struct counting job = { .job.apply = counting_apply };
	struct err err;
	int value;

	for (value = 0;; value++) {
		job.value = value;
		if (commit_wait(committer, &job.job, &err) != 0 ||
		    write(to, &value, sizeof(value)) < 0)
			_exit(1);
	}
}

/* What done has told is there; the WAL has been home several times. */
static void
killed_amidst_nothing_told_is_lost(void **state)
{
	int from, status, told = 0, value;
	pid_t pid = in_a_child(commit_for_ever, &from);

	while (told < 1500 && read(from, &value, sizeof(value)) ==
	    sizeof(value))
		told = value;
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	while (read(from, &value, sizeof(value)) == sizeof(value))
		told = value;
	close(from);
	open_again();
	assert_int_equal(stored(told), told);
	value = (int)number_in_db("SELECT count(*) FROM meta");
	assert_true(value == told + 1 || value == told + 2);
	assert_int_equal(number_in_db("SELECT max(seq) FROM events"), value);
	assert_int_equal(number_in_db("SELECT count(*) FROM event_bytes"),
	    value);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(many_jobs_are_one_commit_in_order),
		TEST(one_that_fails_is_rolled_back_alone),
		TEST(what_can_be_repeated_is_when_one_fails),
		TEST(one_that_cannot_be_repeated_goes_with_others),
		TEST(one_alone_that_fails),
		TEST(the_next_is_applied_during_a_sync),
		TEST(one_alone_waits_for_no_other),
		TEST(a_long_one_knows_who_waits_for_its_end),
		TEST(a_view_waits_rather_than_shows_too_much),
		TEST(a_failed_sync_ends_the_process),
		TEST(a_failed_commit_fails_all),
		TEST(without_evidence_nothing_is_decided),
		TEST(what_is_essential_uses_the_reserve),
		TEST(no_slice_is_given_but_for_room),
		TEST(the_reserve_comes_back_by_itself),
		TEST(many_threads_wait),
		TEST(the_wal_begins_again_beside_readers),
		TEST(the_wal_does_not_outgrow_a_slow_thread),
		TEST(the_wal_is_brought_home_by_the_writer_alone),
		TEST(the_wal_does_not_outgrow_readers_that_overlap),
		TEST(a_commit_behind_its_writing_is_not_called_failed),
		TEST(killed_amidst_nothing_told_is_lost),
	};

	return cmocka_run_group_tests(tests, narrow_register, NULL);
}
