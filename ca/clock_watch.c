/*
 * Changes of the clock are events.
 */
#include <stdlib.h>

#include "clock_watch.h"
#include "event.h"
#include "store_events.h"

#define STEP	(2 * USEC)	/* less is drift or a slow machine */

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

void
clock_watch_look(struct clock_watch *watch, struct committer *committer)
{
	struct change		change = { .job.apply = change_apply };
	struct clock_state	state;
	struct err		e = { 0 };
	usec_t			now = clock_now();
	usec_t			offset = now - clock_steady();

	clock_state(&state);
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
