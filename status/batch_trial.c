/*
 * The dry run of a batch of revocations: a view for each portion, so that
 * nothing has to wait for the end of a large one; then one transaction.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../ca/dossier.h"
#include "../ca/stop.h"
#include "../ca/store_desk.h"
#include "../ca/store_events.h"
#include "batch_lines.h"
#include "batch_trial.h"

#define AT_ONCE		1000		/* lines in a view */

struct trial {
	struct job	 job;		/* first: the job is the trial */
	struct batch_doing doing;
	struct batch	 batch;		/* as it will be */
	struct bytes	 result;
	int64_t		*subscribers;	/* each once */
	size_t		 count, room;
};

/* --- line by line -------------------------------------------------------- */

static void
note_subscriber(struct trial *t, int64_t subscriber)
{
	if (subscriber == 0)
		return;
	for (size_t i = t->count; i > 0; i--)
		if (t->subscribers[i - 1] == subscriber)
			return;
	if (t->count == t->room) {
		t->room = 2 * t->room + 16;
		t->subscribers = realloc(t->subscribers,
		    t->room * sizeof *t->subscribers);
		if (t->subscribers == NULL)
			die("out of memory");
	}
	t->subscribers[t->count++] = subscriber;
}

/* False when it has to end. */
static bool
try_lines(struct trial *t, struct slice text, struct bell *bell)
{
	size_t at = 0, number = 0;
	struct batch_line line;
	struct view *view;
	int more = 1;

	while (more == 1 && !bell_closed(bell)) {
		view = view_take(t->doing.desk->parts->store);
		for (int i = 0; i < AT_ONCE && (more = batch_line_next(text,
		    &at, &number, &line)) == 1; i++)
			note_subscriber(t, batch_line_try(&t->doing, view,
			    &line));
		view_put(view);
	}
	return more == 0;
}

/* --- what it comes to ---------------------------------------------------- */

static void
put_result(struct trial *t)
{
	const struct batch_doing *d = &t->doing;
	struct bytes *to = &t->result;
	char time[CLOCK_TEXT];

	bytes_clear(to);
	bytes_printf(to, "state: waits for a second officer\nsha256: %s\n"
	    "asked-by: uid %lu\n", t->batch.sha256,
	    (unsigned long)t->batch.uid);
	clock_text(time, t->batch.received);
	bytes_printf(to, "received: %s\ndossier: ra/pending/%lld\n"
	    "lines: %lld\nwould-be-done: %lld\nwould-be-refused: %lld\n\n",
	    time, (long long)t->batch.dossier, (long long)t->batch.lines,
	    (long long)d->done, (long long)d->refused);
	bytes_put(to, d->verdicts.data, d->verdicts.size);
}

static int
open_dossier(struct trial *t, struct tx *tx, struct err *err)
{
	const struct batch_doing *d = &t->doing;
	struct bytes checks = { 0 }, subscribers = { 0 };
	struct batch_trial texts;
	int ret;

	bytes_printf(&checks, "%s: a dry run of %lld lines: %lld would be "
	    "done, %lld refused\n", d->refused == 0 ? "passed" : "failed",
	    (long long)t->batch.lines, (long long)d->done,
	    (long long)d->refused);
	for (size_t i = 0; i < t->count; i++)
		bytes_printf(&subscribers, "%lld\n",
		    (long long)t->subscribers[i]);
	texts = (struct batch_trial){ SLICE(&checks), SLICE(&d->verdicts),
	    SLICE(&subscribers) };
	ret = dossier_open_batch(tx, &t->batch, &texts, err);
	bytes_free(&checks);
	bytes_free(&subscribers);
	return ret;
}

static int
append_event(struct trial *t, struct tx *tx, struct err *err)
{
	struct event *event = event_new("revocation-batch-tried",
	    REVOCATION_MANAGEMENT);
	char digest[SHA256_TEXT];

	event_actor(event, t->batch.uid, "author of the batch");
	event_requirements(event, "REV-6.2.4-08 REV-6.2.4-09 REQ-7.4.1-11");
	event_outcome(event, "waits for a second officer");
	event_detail_number(event, "dossier", t->batch.dossier);
	event_detail_number(event, "lines", t->batch.lines);
	event_detail_number(event, "would-be-done", t->doing.done);
	event_detail_number(event, "would-be-refused", t->doing.refused);
	if (documents_put(tx, SLICE(&t->result), digest, err) != 0) {
		event_free(event);
		return -1;
	}
	event_input(event, "result", t->result.size, digest);
	return desk_append(tx, event, err);
}

/* Nothing, when it was withdrawn while it was tried. */
static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct trial *t = (struct trial *)job;
	char name[sizeof t->batch.name + 8];

	if (batch_get(tx_view(tx), t->doing.batch->id, &t->batch) != 1 ||
	    t->batch.state != BATCH_TO_TRY)
		return 0;
	t->batch.state = BATCH_WAITS;
	if (open_dossier(t, tx, err) != 0 ||
	    batch_update(tx, &t->batch, err) != 0)
		return -1;
	put_result(t);
	snprintf(name, sizeof name, "%s" BATCH_RESULT, t->batch.name);
	if (desk_file_write_for(tx, DESK_FOLDER(DESK_BATCH, 1), name,
	    t->batch.uid, SLICE(&t->result), err) != 0)
		return -1;
	return append_event(t, tx, err);
}

static void
tell(const struct trial *t)
{
	struct publication_sink *sink = t->doing.desk->parts->sink;
	char paths[2][sizeof t->batch.name + 32];
	const char *names[] = { paths[0], paths[1] };

	if (t->batch.state != BATCH_WAITS || sink == NULL)
		return;
	snprintf(paths[0], sizeof paths[0], "revoke/batch/%s" BATCH_RESULT,
	    t->batch.name);
	snprintf(paths[1], sizeof paths[1], "ra/pending/%lld/",
	    (long long)t->batch.dossier);
	sink->changed(sink, names, 2, NULL, NULL);
}

int
batch_try(const struct desk *desk, const struct batch *batch,
    struct slice text, struct bell *bell, struct err *err)
{
	struct trial t = { .job.apply = apply, .job.essential = true,
	    .doing = { .desk = desk, .batch = batch } };
	int ret = 0;

	if (try_lines(&t, text, bell))
		ret = commit_wait(desk->parts->committer, &t.job, err) == 0 ?
		    1 : -1;
	if (ret == 1) {
		stop_at("core.batch-tried");
		tell(&t);
	}
	bytes_free(&t.doing.verdicts);
	bytes_free(&t.result);
	free(t.subscribers);
	return ret;
}
