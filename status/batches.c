/*
 * Batches of revocations: one thread, one batch at a time, in the order in
 * which they were taken.  A batch is its author's act: each line is asked with
 * his rights, as if he had written it into revoke/<serial>.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/batch_line.h"
#include "../ca/desk_meanings.h"
#include "../ca/stop.h"
#include "../ca/store_batches.h"
#include "../ca/store_certificates.h"
#include "../ca/store_events.h"
#include "batches.h"
#include "bell.h"
#include "case_text.h"
#include "revocation_change.h"

#define AT_ONCE		512
#define RETRY		(1 * USEC)
#define LOOK		(60 * USEC)
#define FAILED		(-2)		/* beside 0 and -1, a refusal */

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
	bool		 careful;	/* a way back for each line */
};

/* --- one line ------------------------------------------------------------ */

/* What [revocation] of pkifs.conf says of who asks, and why. */
static int
check_rules(const struct batches *all, const struct act_order *o,
    struct err *err)
{
	const struct revocation_rules *rules =
	    &all->desk->parts->config->revocation;

	if (!o->officer && !revocation_asked_by(rules, "subscriber"))
		return err_set(err, EACCES, "here subscribers do not revoke "
		    "by themselves: ask a revocation officer (pkifs.conf "
		    "[revocation] who)");
	if (o->words.reason != REASON_REINSTATED &&
	    !revocation_for_reason(rules, o->words.reason))
		return err_set(err, EINVAL, "%s is no reason here (pkifs.conf "
		    "[revocation] reasons; the CPS, 4.9.4)",
		    reason_name(o->words.reason));
	return 0;
}

/* The act a line is; its fault is what the verdict says. */
static int
fill_order(struct batches *all, struct tx *tx,
    const struct batch_line *line, struct act_order *o, struct err *err)
{
	const struct batch *b = &all->batch;
	unsigned roles = all->desk->parts->roles_of(b->uid);
	const char *role;

	*o = (struct act_order){ .desk = all->desk, .how = BY_LOGIN,
	    .uid = b->uid, .received = b->received, .line = line->act };
	snprintf(o->act, sizeof o->act, "batch %lld line %zu",
	    (long long)b->id, line->number);
	if (line->serial[0] == '\0')
		return err_set(err, EINVAL, "a serial number is wanted "
		    "first");
	if (certificate_find(tx_view(tx), line->serial,
	    &o->certificate) != 1)
		return err_set(err, ENOENT, "no certificate has this serial "
		    "number");
	if ((role = act_role(tx_view(tx), roles, b->uid, &o->certificate,
	    err)) == NULL || act_parse(line->act, &o->words, err) != 0)
		return -1;
	snprintf(o->role, sizeof o->role, "%s", role);
	o->officer = (roles & ROLE_REVOCATION) != 0;
	return check_rules(all, o, err);
}

static bool
is_of_disk(int code)
{
	return code == ENOSPC || code == EROFS || code == EIO;
}

static void
put_verdict(struct bytes *to, const struct batch_line *line,
    const struct act_order *o, const struct err *fault)
{
	char at[CLOCK_TEXT];

	if (line->serial[0] != '\0')
		bytes_printf(to, "%s: ", line->serial);
	else
		bytes_printf(to, "line %zu: ", line->number);
	if (fault != NULL)
		bytes_printf(to, "refused: %s\n", fault->text);
	else if (o->words.reason == REASON_REINSTATED)
		bytes_put_text(to, "reinstated\n");
	else if (o->words.at != 0) {
		clock_text_seconds(at, o->words.at);
		bytes_printf(to, "to be revoked at %s, %s\n", at,
		    reason_name(o->words.reason));
	} else
		bytes_printf(to, "%s, %s\n", o->words.reason == REASON_HOLD ?
		    "suspended" : "revoked", reason_name(o->words.reason));
}

/*
 * A refusal comes before anything is written, so a line needs no way back,
 * which costs a copy of each page it writes; where that is not so, all lines
 * are done again with one.
 */
static int
change(struct batches *all, struct tx *tx, const struct act_order *o,
    struct err *why, struct err *err)
{
	struct revocation row;
	int64_t written = tx_written(tx);
	int ret;

	if (!all->careful) {
		ret = revocation_change(o, tx, &row, why);
		if (ret == 0 || tx_written(tx) == written)
			return ret;
		*err = *why;
		return FAILED;
	}
	if (tx_savepoint(tx, err) != 0)
		return FAILED;
	ret = revocation_change(o, tx, &row, why);
	return (ret == 0 ? tx_release(tx, err) :
	    tx_rollback_to(tx, err)) == 0 ? ret : FAILED;
}

/* -1: not even a refusal, the disk failed. */
static int
do_line(struct batches *all, struct tx *tx, const struct batch_line *line,
    struct bytes *verdicts, struct err *err)
{
	struct batch *next = &all->next;
	struct act_order o;
	struct err why = { 0 };
	int ret;

	if ((ret = fill_order(all, tx, line, &o, &why)) == 0)
		ret = change(all, tx, &o, &why, err);
	if (ret == FAILED)
		return -1;
	if (ret != 0 && is_of_disk(why.code)) {
		*err = why;
		return -1;
	}
	put_verdict(verdicts, line, &o, ret == 0 ? NULL : &why);
	if (ret == 0)
		next->done++;
	else
		next->refused++;
	return 0;
}

/* --- a transaction ------------------------------------------------------- */

static int
apply_lines(struct job *job, struct tx *tx, struct err *err)
{
	struct batches *all = (struct batches *)job;
	struct batch_line line;
	struct bytes verdicts = { 0 };
	size_t at = (size_t)all->batch.at, number = (size_t)all->batch.line;
	int ret = 0;

	all->next = all->batch;
	for (int i = 0; i < AT_ONCE && ret == 0 && batch_line_next(
	    SLICE(&all->text), &at, &number, &line) == 1; i++)
		ret = do_line(all, tx, &line, &verdicts, err);
	all->next.at = (int64_t)at;
	all->next.line = (int64_t)number;
	if (ret == 0 && (batch_verdicts_put(tx, all->batch.id,
	    SLICE(&verdicts), err) != 0 ||
	    batch_update(tx, &all->next, err) != 0))
		ret = -1;
	bytes_free(&verdicts);
	return ret;
}

static void
put_result(const struct batch *b, struct view *view, struct bytes *to)
{
	char time[CLOCK_TEXT];

	bytes_printf(to, "state: done\nsha256: %s\nasked-by: uid %lu\n",
	    b->sha256, (unsigned long)b->uid);
	clock_text(time, b->received);
	bytes_printf(to, "received: %s\n", time);
	clock_text(time, b->finished);
	bytes_printf(to, "decided: %s\nlines: %lld\ndone: %lld\n"
	    "refused: %lld\n\n", time, (long long)b->lines,
	    (long long)b->done, (long long)b->refused);
	batch_verdicts(view, b->id, to);
}

static int
append_event(const struct batch *b, struct slice result, struct tx *tx,
    struct err *err)
{
	struct event *event = event_new("revocation-batch-done",
	    REVOCATION_MANAGEMENT);
	char digest[65], time[CLOCK_TEXT];

	event_actor(event, b->uid, "author of the batch");
	event_requirements(event, "REV-6.2.4-08 REV-6.2.4-09 REV-6.4.5-09");
	event_outcome(event, b->refused == 0 ? "done" : b->done == 0 ?
	    "refused" : "done in part");
	clock_text(time, b->received);
	event_detail(event, "received", time);
	event_detail_number(event, "lines", b->lines);
	event_detail_number(event, "done", b->done);
	event_detail_number(event, "refused", b->refused);
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
	put_result(b, tx_view(tx), &text);
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

/* 1 done, 0 there is none to do, -1. */
static int
do_batch(struct batches *all, struct err *err)
{
	struct view *view = view_take(all->desk->parts->store);
	int there;

	bytes_clear(&all->text);
	there = batch_first_open(view, &all->batch);
	if (there == 1 && documents_read(view, all->batch.sha256,
	    &all->text) != 1)
		there = err_set(err, EIO, "the text of a batch is gone");
	view_put(view);
	if (there != 1)
		return there;
	while (all->batch.done + all->batch.refused < all->batch.lines) {
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

static void *
run(void *arg)
{
	struct batches *all = arg;
	struct err err;
	int done;

	while (!bell_closed(&all->bell)) {
		see_waiters(all);
		if ((done = do_batch(all, &err)) == 1) {
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
	bytes_free(&all->text);
	free(all);
}
