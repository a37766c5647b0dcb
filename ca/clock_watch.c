/*
 * Changes of the clock are events.
 */
#include <stdlib.h>

#include "clock_watch.h"
#include "event.h"
#include "store_events.h"

#define STEP	(2 * USEC)	/* less is drift or a slow machine */
#define KEEP	(600 * USEC)	/* how exactly it is kept */

/* When it was synchronised last, or first looked at; what was told of it. */
#define LAST	"clock-synchronised"
#define TOLD	"clock-alone-told"

struct change {
	struct job	 job;
	const char	*what;
	usec_t		 step;
};

static int
record(struct tx *tx, const char *what, usec_t step, struct err *e)
{
	struct event	*event;
	int		 rc;

	event = event_new("clock-changed", OPERATION);
	event_actor_self(event);
	event_requirement(event, "REV-6.2.4-07");
	event_requirement(event, "REQ-7.10-05");
	event_outcome(event, "noted");
	event_detail(event, "what", what);
	event_detail_number(event, "microseconds", step);
	rc = events_append(tx, event, NULL, e);
	event_free(event);
	return rc;
}

static int
change_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct change	*change = (struct change *)job;

	return record(tx, change->what, change->step, e);
}

/* --- a day without synchronisation --------------------------------------- */

usec_t
clock_alone_since(struct view *view, bool synchronised)
{
	usec_t	now = clock_now();
	usec_t	last = meta_number(view, LAST, now);

	if (synchronised)
		return 0;
	return last < now ? last : now;
}

struct alone {
	struct job	 job;
	bool		 synchronised;
};

static int
alone_tell(struct tx *tx, usec_t since, struct err *e)
{
	struct event	*event;
	char		 text[CLOCK_TEXT];
	int		 rc;

	clock_text(text, since);
	event = event_new("clock-not-synchronised", OPERATION);
	event_actor_self(event);
	event_requirement(event, "REV-6.2.4-07");
	event_requirement(event, "REQ-7.10-06");
	event_outcome(event, "failed");
	event_detail(event, "since", text);
	rc = events_append(tx, event, NULL, e);
	event_free(event);
	return rc == -1 ? -1 : meta_set_number(tx, TOLD, since, e);
}

static int
alone_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct alone	*alone = (struct alone *)job;
	usec_t		 now = clock_now();
	usec_t		 last = meta_number(tx_view(tx), LAST, 0);

	if (alone->synchronised || last == 0 || last > now)
		return meta_set_number(tx, LAST, now, e);
	if (meta_number(tx_view(tx), TOLD, 0) == last)
		return 0;
	return alone_tell(tx, last, e);
}

/* Is there something to write down? */
static bool
alone_is_due(struct view *view, bool synchronised)
{
	usec_t	now = clock_now();
	usec_t	last = meta_number(view, LAST, 0);

	if (last == 0 || last > now)
		return true;
	if (synchronised)
		return now - last >= KEEP;
	return now - last >= CLOCK_ALONE &&
	    meta_number(view, TOLD, 0) != last;
}

static void
alone_look(struct store *store, struct committer *committer,
    bool synchronised)
{
	struct alone	 alone = { .job.apply = alone_apply,
			    .synchronised = synchronised };
	struct view	*view = view_take(store);
	struct err	 e = { 0 };
	bool		 due = alone_is_due(view, synchronised);

	view_put(view);
	if (due && commit_wait(committer, &alone.job, &e) == -1)
		log_line("synchronisation of the clock: %s", e.text);
}

/* --- changes ------------------------------------------------------------- */

void
clock_watch_look(struct clock_watch *watch, struct store *store,
    struct committer *committer)
{
	struct change		change = { .job.apply = change_apply };
	struct clock_state	state;
	struct err		e = { 0 };
	usec_t			now = clock_now();
	usec_t			offset = now - clock_steady();

	clock_state(&state);
	alone_look(store, committer, state.synchronised);
	/* A clock that stands still was fixed by a test. */
	if (watch->known && now != watch->last) {
		change.step = offset - watch->offset;
		if (llabs(change.step) >= STEP)
			change.what = "the clock was set";
		else if (state.synchronised != watch->synchronised)
			change.what = state.synchronised ?
			    "the clock is synchronised" :
			    "the clock is no longer synchronised";
	}
	if (change.what != NULL &&
	    commit_wait(committer, &change.job, &e) == -1) {
		log_line("%s: %s", change.what, e.text);
		return;
	}
	watch->known = true;
	watch->last = now;
	watch->synchronised = state.synchronised;
	/* Drift adds up over days; only steps are told. */
	watch->offset = offset;
}

int
clock_watch_start(struct tx *tx, struct err *e)
{
	struct event_row	row;
	int64_t			last = events_last(tx_view(tx));
	usec_t			now = clock_now();

	if (last == 0 || events_get(tx_view(tx), last, &row) != 1 ||
	    row.time <= now + STEP)
		return 0;
	return record(tx, "the clock is earlier than the last event",
	    now - row.time, e);
}
