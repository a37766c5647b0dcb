/*
 * Start and stop, as events.  "running" in the store is set by a start and
 * cleared by a stop: who finds it set follows a crash.
 */
#include <stdlib.h>
#include <string.h>

#include "authority_own.h"
#include "clock_watch.h"
#include "event.h"
#include "facts.h"
#include "shards.h"
#include "starting.h"
#include "store_events.h"

#define PATHS_AT_ONCE	16

struct start {
	struct job		 job;
	struct authority	*authority;
	struct facts_change	 change;
};

static struct event *
event_of(const char *name, const char *key, const char *text)
{
	struct event	*event;

	event = event_new(name, OPERATION);
	event_actor_self(event);
	event_requirement(event, "OVR-6.4.5-02");
	event_outcome(event, "done");
	event_detail(event, "program", "pkifs " PKIFS_VERSION);
	event_detail(event, key, text);
	return event;
}

static int
record(struct tx *tx, struct event *event, struct err *e)
{
	int	rc = events_append(tx, event, NULL, e);

	event_free(event);
	return rc;
}

static int
start_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct start	*start = (struct start *)job;
	int64_t		 running;

	free(start->change.paths);
	memset(&start->change, 0, sizeof(start->change));
	running = meta_number(tx_view(tx), "running", 0);
	if (clock_watch_start(tx, e) == -1 ||
	    record(tx, event_of("ca-started", "after", running != 0 ?
	    "a crash of the part that serves" : "a stop"), e) == -1 ||
	    meta_set_number(tx, "running", 1, e) == -1)
		return -1;
	if (shards_record(tx, start->authority->config, e) == -1)
		return -1;
	return facts_record(tx, start->authority->config, &start->change, e);
}

static void
tell(struct publication_sink *sink, const struct facts_change *change)
{
	const char	*paths[PATHS_AT_ONCE];
	size_t		 i, n = 0;

	for (i = 0; sink != NULL && i < change->count; i++) {
		paths[n++] = change->paths[i];
		if (n == PATHS_AT_ONCE || i + 1 == change->count) {
			sink->changed(sink, paths, n, NULL, NULL);
			n = 0;
		}
	}
}

/* Until then (a full disk at the start) certificates name the CRL of all. */
static void
take_shards(struct authority *authority)
{
	struct view	*v = view_take(authority->parts->store);

	authority->shards = shards_new(v, authority->config);
	view_put(v);
}

bool
starting_record(struct authority *authority)
{
	struct start	start = {
		.job.apply = start_apply, .authority = authority
	};
	struct err	e = { 0 };
	int		rc;

	rc = commit_wait(authority->parts->committer, &start.job, &e);
	if (rc == 0) {
		tell(authority->parts->sink, &start.change);
		take_shards(authority);
		authority->recorded = true;
	} else
		log_line("the start cannot be recorded, nothing is decided: "
		    "%s", e.text);
	free(start.change.paths);
	return rc == 0;
}

struct stop {
	struct job		 job;
	struct committer	*committer;
};

static int
stop_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct stop	*stop = (struct stop *)job;
	struct event	*event = event_of("ca-stopped", "how", "in order");

	event_detail_number(event, "commits",
	    (int64_t)commit_count(stop->committer));
	return record(tx, event, e) == -1 ? -1 :
	    meta_set_number(tx, "running", 0, e);
}

void
stopping_record(struct authority *authority)
{
	struct stop	stop = {
		.job.apply = stop_apply,
		.committer = authority->parts->committer
	};
	struct err	e = { 0 };

	if (commit_wait(authority->parts->committer, &stop.job, &e) == -1)
		log_line("the stop cannot be recorded: %s", e.text);
}
