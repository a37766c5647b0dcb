/*
 * The event `certificate-expired`.  The store remembers until when it was
 * recorded ("expired-until"); a round that a crash cut short is done again,
 * and finds the events it made already.
 */
#include <stdlib.h>
#include <string.h>

#include "authority_own.h"
#include "event.h"
#include "expiry.h"
#include "store_certificates.h"
#include "store_events.h"

#define EXPIRED	"certificate-expired"
#define BATCH	100

struct batch {
	struct job		 job;
	usec_t			 since, until;
	struct certificate	*list;
	size_t			 count;
	int64_t			 last;		/* id looked at */
	bool			 final;		/* nothing is left behind */
};

static int
expire_one(struct tx *tx, const struct certificate *c, struct err *e)
{
	struct event	*event;
	int		 rc;

	if (events_has(tx_view(tx), c->id, EXPIRED))
		return 0;
	event = event_new(EXPIRED, DISSEMINATION);
	event_actor_self(event);
	event_certificate(event, c->id, c->serial, c->sha256, c->spki_sha256,
	    "");
	event_requirement(event, "OVR-6.4.5-07A");
	event_outcome(event, "expired");
	rc = events_append(tx, event, NULL, e);
	event_free(event);
	return rc;
}

static int
batch_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct batch	*batch = (struct batch *)job;
	size_t		 i;

	for (i = 0; i < batch->count; i++)
		if (expire_one(tx, &batch->list[i], e) == -1)
			return -1;
	return batch->final ? meta_set_number(tx, "expired-until",
	    batch->until, e) : 0;
}

static int
batch_add(void *arg, const struct certificate *c)
{
	struct batch	*batch = arg;

	batch->last = c->id;
	if (c->not_after > batch->since && c->not_after <= batch->until)
		batch->list[batch->count++] = *c;
	return batch->count == BATCH;
}

static int
expire_day(struct authority *authority, struct batch *batch, int64_t day,
    struct err *e)
{
	struct view	*v;

	batch->last = 0;
	do {
		batch->count = 0;
		v = view_take(authority->parts->store);
		certificates_expiring(v, day, batch->last, batch_add, batch);
		view_put(v);
		if (batch->count > 0 && commit_wait(
		    authority->parts->committer, &batch->job, e) == -1)
			return -1;
	} while (batch->count == BATCH && !authority->closing);
	return 0;
}

static int64_t
next_day(struct authority *authority, int64_t day)
{
	struct view	*v;

	v = view_take(authority->parts->store);
	day = certificates_next_expiry(v, day);
	view_put(v);
	return day;
}

void
expiry_record(struct authority *authority)
{
	struct batch	 batch = { .job.apply = batch_apply };
	struct err	 e = { 0 };
	struct view	*v;
	int64_t		 day;
	int		 rc = 0;

	v = view_take(authority->parts->store);
	batch.since = meta_number(v, "expired-until", 0);
	view_put(v);
	batch.until = clock_now();
	if ((batch.list = calloc(BATCH, sizeof(batch.list[0]))) == NULL)
		die("out of memory");
	day = next_day(authority, batch.since / USEC_DAY);
	while (rc == 0 && day != -1 && day <= batch.until / USEC_DAY &&
	    !authority->closing) {
		rc = expire_day(authority, &batch, day, &e);
		day = next_day(authority, day + 1);
	}
	if (rc == 0 && !authority->closing) {
		batch.count = 0;
		batch.final = true;
		rc = commit_wait(authority->parts->committer, &batch.job, &e);
	}
	if (rc == -1)
		log_line("expired certificates: %s", e.text);
	free(batch.list);
}
