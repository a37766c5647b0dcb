/*
 * Intents left open, closed by the signer's journal.
 */
#include <errno.h>
#include <stdlib.h>

#include "../ca/store_status.h"
#include "leftovers.h"
#include "sign_batch.h"

#define AT_ONCE	64

struct leftovers {
	struct job	   job;		/* first: the job is the whole */
	enum sign_kind	   kind;
	struct intent	   intents[AT_ONCE];
	size_t		   count;
	struct sign_batch *batch;
};

/* How each answer of the journal closes an intent. */
static const struct {
	const char	*event, *how, *outcome;
} endings[] = {
	[SIGNED] = { "signature-unpublished", "unpublished",
	    "signed, not published" },
	[REFUSED] = { "signature-refused", "refused", "refused" },
	[ABANDONED] = { "signature-abandoned", "abandoned", "abandoned" },
	[NEVER_BEGUN] = { "signature-never-begun", "burned", "burned" },
};

static int
collect(void *arg, const struct intent *intent)
{
	struct leftovers *l = arg;

	if (intent->kind == l->kind && l->count < AT_ONCE)
		l->intents[l->count++] = *intent;
	return l->count == AT_ONCE;
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct leftovers *l = (struct leftovers *)job;
	struct signature_event event = { 0 };
	enum sign_outcome outcome;

	for (size_t i = 0; i < l->count; i++) {
		event.intent = &l->intents[i];
		event.answer = sign_batch_answer(l->batch, i);
		outcome = event.answer->outcome;
		event.name = endings[outcome].event;
		event.outcome = endings[outcome].outcome;
		event.requirements = "REV-6.4.5-09";
		if (intent_close(tx, l->intents[i].id, endings[outcome].how,
		    err) != 0 || signature_event(tx, &event, err) != 0)
			return -1;
	}
	return 0;
}

/* The first of them: 1 closed, 0 none is left, -1. */
static int
close_some(const struct desk *desk, enum sign_kind kind, struct bell *bell,
    struct err *err)
{
	struct leftovers l = { .kind = kind, .job.apply = apply };
	struct view *view;
	int ret = -1;

	l.job.essential = true;
	view = view_take(desk->parts->store);
	intents_open(view, 0, collect, &l);
	view_put(view);
	l.batch = sign_batch_new(desk->parts->signing, AT_ONCE);
	for (size_t i = 0; i < l.count; i++)
		sign_batch_ask(l.batch, kind, l.intents[i].key,
		    l.intents[i].id, l.intents[i].tbs_sha256);
	if (l.count == 0)
		ret = 0;
	else if (sign_batch_run(l.batch, bell) != 0)
		err_set(err, EAGAIN, "interrupted");
	else if (commit_wait(desk->parts->committer, &l.job, err) == 0)
		ret = 1;
	sign_batch_free(l.batch);
	return ret;
}

int
leftovers_close(const struct desk *desk, enum sign_kind kind,
    struct bell *bell, struct err *err)
{
	int ret;

	while ((ret = close_some(desk, kind, bell, err)) == 1)
		continue;
	return ret;
}
