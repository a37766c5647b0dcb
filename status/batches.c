/*
 * Batches of revocations: one thread, one batch at a time, what may be done
 * before what is to be tried, each in the order in which it was taken.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/stop.h"
#include "../ca/store_desk.h"
#include "../ca/store_events.h"
#include "batch_lines.h"
#include "batch_order.h"
#include "batch_trial.h"
#include "batches.h"
#include "bell.h"

#define MEMORY		(24 << 20)	/* for the pages of a transaction */
#define AT_ONCE		8192		/* lines in it, begun */
#define TOGETHER	(1 * USEC)	/* in this time, or when somebody */
#define AWAITED		(100 * USEC / 1000)	/* waits for it in this */
#define RETRY		(1 * USEC)
#define LOOK		(60 * USEC)

struct batch_waiter {
	struct timer	 timer;		/* first: the timer is the waiter */
	struct batches	*all;
	struct batch_waiter *next;
	int64_t		 file;
	drop_done	*done;		/* NULL: answered */
	void		*arg;
	bool		 seen;		/* before the store was looked at */
};

struct batches {
	struct job	 job;		/* first: the job is the batches */
	const struct desk *desk;
	void		(*finished)(void *);
	void		*arg;
	struct bell	 bell;
	pthread_t	 thread;
	pthread_mutex_t	 mutex;		/* of the waiters */
	struct batch_waiter *waiters;
	struct batch	 batch, next;	/* on disk; as it will be */
	struct bytes	 text;		/* of it */
	struct batch_order order;
	bool		 careful;	/* a way back for each line */
};

/* --- a transaction ------------------------------------------------------- */

/*
 * As many as are begun in a moment, for each page that several lines touch is
 * written once; a shorter moment when somebody else has something to commit.
 */
static bool
may_go_on(const struct batches *all, struct tx *tx, usec_t begun)
{
	usec_t since = clock_steady() - begun;

	return tx_memory(tx) < MEMORY && (since < AWAITED ||
	    (since < TOGETHER &&
	    !commit_is_awaited(all->desk->parts->committer)));
}

static int
apply_lines(struct job *job, struct tx *tx, struct err *err)
{
	struct batches *all = (struct batches *)job;
	struct batch_doing d = { .desk = all->desk, .batch = &all->batch,
	    .careful = all->careful };
	size_t i = (size_t)(all->batch.done + all->batch.refused);
	size_t end = i + AT_ONCE;
	usec_t begun = clock_steady();
	struct batch_line line;
	int ret = 0;

	if (end > all->order.count)
		end = all->order.count;
	for (; i < end && ret == 0 && may_go_on(all, tx, begun); i++) {
		batch_order_line(&all->order, i, &line);
		ret = batch_line_do(&d, tx, &line, err);
	}
	all->next = all->batch;
	all->next.done += d.done;
	all->next.refused += d.refused;
	if (ret == 0 && (batch_verdicts_put(tx, all->batch.id,
	    SLICE(&d.verdicts), err) != 0 ||
	    batch_update(tx, &all->next, err) != 0))
		ret = -1;
	bytes_free(&d.verdicts);
	return ret;
}

static void
put_result(struct batches *all, struct view *view, struct bytes *to)
{
	const struct batch *b = &all->next;
	struct bytes verdicts = { 0 };
	char time[CLOCK_TEXT];

	bytes_printf(to, "state: done\nsha256: %s\nasked-by: uid %lu\n",
	    b->sha256, (unsigned long)b->uid);
	clock_text(time, b->received);
	bytes_printf(to, "received: %s\n", time);
	clock_text(time, b->finished);
	bytes_printf(to, "decided: %s\nlines: %lld\ndone: %lld\n"
	    "refused: %lld\n\n", time, (long long)b->lines,
	    (long long)b->done, (long long)b->refused);
	batch_verdicts(view, b->id, &verdicts);
	batch_order_put_back(&all->order, SLICE(&verdicts), to);
	bytes_free(&verdicts);
}

static int
append_event(const struct batch *b, struct slice result, struct tx *tx,
    struct err *err)
{
	struct event *event = event_new("revocation-batch-done",
	    REVOCATION_MANAGEMENT);
	char digest[SHA256_TEXT], time[CLOCK_TEXT];

	event_actor(event, b->uid, "author of the batch");
	event_requirements(event, "REV-6.2.4-08 REV-6.2.4-09 REV-6.4.5-09");
	event_outcome(event, b->refused == 0 ? "done" : b->done == 0 ?
	    "refused" : "done in part");
	clock_text(time, b->received);
	event_detail(event, "received", time);
	event_detail_number(event, "lines", b->lines);
	event_detail_number(event, "done", b->done);
	event_detail_number(event, "refused", b->refused);
	if (b->dossier != 0) {
		event_detail_number(event, "dossier", b->dossier);
		clock_text(time, b->decided);
		event_detail(event, "approved", time);
	}
	if (documents_put(tx, result, digest, err) != 0) {
		event_free(event);
		return -1;
	}
	event_input(event, "result", result.size, digest);
	return desk_append(tx, event, err);
}

static int
apply_end(struct job *job, struct tx *tx, struct err *err)
{
	struct batches *all = (struct batches *)job;
	struct batch *b = &all->next;
	struct bytes text = { 0 };
	char name[sizeof b->name + 8];
	int ret = -1;

	*b = all->batch;
	b->finished = clock_now();
	snprintf(name, sizeof name, "%s" BATCH_RESULT, b->name);
	put_result(all, tx_view(tx), &text);
	if (desk_file_write_for(tx, DESK_FOLDER(DESK_BATCH, 1), name, b->uid,
	    SLICE(&text), err) == 0 &&
	    append_event(b, SLICE(&text), tx, err) == 0 &&
	    batch_verdicts_clear(tx, b->id, err) == 0)
		ret = batch_update(tx, b, err);
	bytes_free(&text);
	return ret;
}

/* --- who waits ----------------------------------------------------------- */

/* The first seen who waits for this file (0: for any), taken out. */
static struct batch_waiter *
take_waiter(struct batches *all, int64_t file)
{
	struct batch_waiter **at = &all->waiters, *w;

	pthread_mutex_lock(&all->mutex);
	while ((w = *at) != NULL && (!w->seen ||
	    (file != 0 && w->file != file)))
		at = &w->next;
	if (w != NULL)
		*at = w->next;
	pthread_mutex_unlock(&all->mutex);
	return w;
}

/* What they wait for is in the store already, open or done. */
static void
see_waiters(struct batches *all)
{
	pthread_mutex_lock(&all->mutex);
	for (struct batch_waiter *w = all->waiters; w != NULL; w = w->next)
		w->seen = true;
	pthread_mutex_unlock(&all->mutex);
}

static void
answer(struct batches *all, struct batch_waiter *w)
{
	drop_done *done;

	pthread_mutex_lock(&all->mutex);
	done = w->done;
	w->done = NULL;
	pthread_mutex_unlock(&all->mutex);
	if (done != NULL)
		done(w->arg, NULL);
}

static void
answer_all(struct batches *all, int64_t file)
{
	struct batch_waiter *w;

	while ((w = take_waiter(all, file)) != NULL) {
		timers_cancel(all->desk->timers, &w->timer);
		answer(all, w);
		free(w);
	}
}

/* It was taken, and goes on. */
static void
give_up(struct timer *timer)
{
	struct batch_waiter *w = (struct batch_waiter *)timer;

	answer(w->all, w);
}

void
batches_wait(struct batches *all, int64_t file, drop_done *done, void *arg)
{
	struct batch_waiter *w;

	if (done == NULL) {
		bell_ring(&all->bell);
		return;
	}
	if ((w = calloc(1, sizeof *w)) == NULL)
		die("out of memory");
	w->all = all;
	w->file = file;
	w->done = done;
	w->arg = arg;
	w->timer.fire = give_up;
	pthread_mutex_lock(&all->mutex);
	w->next = all->waiters;
	all->waiters = w;
	timers_set(all->desk->timers, &w->timer,
	    all->desk->parts->config->wait);
	pthread_mutex_unlock(&all->mutex);
	bell_ring(&all->bell);
}

/* --- the thread ---------------------------------------------------------- */

static void
tell_result(struct batches *all)
{
	struct publication_sink *sink = all->desk->parts->sink;
	char path[sizeof all->batch.name + 32];
	const char *names[] = { path };

	snprintf(path, sizeof path, "revoke/batch/%s" BATCH_RESULT,
	    all->batch.name);
	if (sink != NULL)
		sink->changed(sink, names, 1, NULL, NULL);
}

static int
commit(struct batches *all, int (*apply)(struct job *, struct tx *,
    struct err *), struct err *err)
{
	all->job.apply = apply;
	all->job.essential = all->job.repeatable = true;
	if (commit_wait(all->desk->parts->committer, &all->job, err) != 0)
		return -1;
	all->batch = all->next;
	return 0;
}

static int
do_lines(struct batches *all, struct err *err)
{
	int ret = commit(all, apply_lines, err);

	if (ret == 0)
		return 0;
	all->careful = true;
	ret = commit(all, apply_lines, err);
	all->careful = false;
	return ret;
}

/* Whose turn it is, and its text; 1, 0 there is none, -1. */
static int
take_batch(struct batches *all, struct err *err)
{
	struct view *view = view_take(all->desk->parts->store);
	int there;

	bytes_clear(&all->text);
	there = batch_first_open(view, &all->batch);
	if (there == 1 && documents_read(view, all->batch.sha256,
	    &all->text) != 1)
		there = err_set(err, EIO, "the text of a batch is gone");
	view_put(view);
	return there;
}

/* 1, 0 when it has to end, -1. */
static int
do_batch(struct batches *all, struct err *err)
{
	batch_order_make(&all->order, all->desk->parts->store, &all->batch,
	    SLICE(&all->text));
	while (all->batch.done + all->batch.refused <
	    (int64_t)all->order.count) {
		if (do_lines(all, err) != 0)
			return -1;
		stop_at("core.batch-part-committed");
		if (bell_closed(&all->bell))
			return 0;
	}
	if (commit(all, apply_end, err) != 0)
		return -1;
	stop_at("core.batch-committed");
	tell_result(all);
	return 1;
}

/* A batch, or what it would do; 1 done, 0 there is none, -1. */
static int
do_next(struct batches *all, struct err *err)
{
	int there = take_batch(all, err);

	if (there != 1)
		return there;
	if (all->batch.state == BATCH_TO_DO)
		return do_batch(all, err);
	return batch_try(all->desk, &all->batch, SLICE(&all->text),
	    &all->bell, err);
}

static void *
run(void *arg)
{
	struct batches *all = arg;
	struct err err;
	int done;

	while (!bell_closed(&all->bell)) {
		see_waiters(all);
		if ((done = do_next(all, &err)) == 1) {
			all->finished(all->arg);
			answer_all(all, all->batch.file);
		} else if (done == 0) {
			answer_all(all, 0);
			bell_wait(&all->bell, LOOK);
		} else {
			log_line("a batch of revocations waits: %s",
			    err.text);
			bell_sleep(&all->bell, RETRY);
		}
	}
	return NULL;
}

struct batches *
batches_new(const struct desk *desk, void (*finished)(void *), void *arg)
{
	struct batches *all = calloc(1, sizeof *all);

	if (all == NULL)
		die("out of memory");
	if (pthread_mutex_init(&all->mutex, NULL) != 0)
		die("cannot make a mutex");
	all->desk = desk;
	all->finished = finished;
	all->arg = arg;
	bell_init(&all->bell);
	if (pthread_create(&all->thread, NULL, run, all) != 0)
		die("cannot start the thread of the batches");
	return all;
}

void
batches_ring(struct batches *all)
{
	bell_ring(&all->bell);
}

void
batches_free(struct batches *all)
{
	if (all == NULL)
		return;
	bell_close(&all->bell);
	pthread_join(all->thread, NULL);
	see_waiters(all);
	answer_all(all, 0);
	bell_destroy(&all->bell);
	pthread_mutex_destroy(&all->mutex);
	batch_order_free(&all->order);
	bytes_free(&all->text);
	free(all);
}
