/*
 * Consent and what follows from it; see consent.h.  The row of a subscriber
 * (store_consents.h) says what is so from this moment on; certificates that
 * were issued before follow in batches.  A withdrawal hides all of them at
 * once, for who looks asks the row as well.
 */
#include <stdio.h>
#include <stdlib.h>

#include "consent.h"
#include "event.h"
#include "paths.h"
#include "store_consents.h"
#include "store_events.h"
#include "store_registry.h"

#define BATCH	256		/* certificates in one transaction */

struct batch {
	struct certificate	*list;
	size_t			 count;
};

/* --- who has to agree ---------------------------------------------------- */

bool
consent_wants_subject(const struct registration_version *r)
{
	return !r->subject_is_subscriber && !subject_kind_is_device(r->kind);
}

int
consent_of_subject(struct view *v, int64_t subscriber,
    struct registration_version *r)
{
	return registration_in_force(v, subscriber, r) == 1 &&
	    consent_wants_subject(r);
}

bool
consent_given(struct view *v, int64_t subscriber)
{
	struct consent c;

	return consent_get(v, subscriber, &c) == 1 && c.publish;
}

/* What the newest agreements come to; false: nobody ever spoke. */
static bool
consent_find(struct view *v, int64_t subscriber, struct consent *c)
{
	struct registration_version r;
	struct agreement own, subject;
	bool needed, spoken;

	if (agreement_newest(v, subscriber, OF_SUBSCRIBER, &own) != 1)
		return false;
	c->agreement = own.id;
	c->publish = own.publish;
	c->withdrawn = !own.publish;
	needed = consent_of_subject(v, subscriber, &r) == 1;
	if (needed) {
		/* A former subject's word is none of this one's. */
		spoken = agreement_newest(v, subscriber, OF_SUBJECT,
		    &subject) == 1 && subject.uid == r.subject_uid;
		c->publish = c->publish && spoken && subject.publish;
		c->withdrawn = c->withdrawn || (spoken && !subject.publish);
	}
	if (c->publish && registration_in_force(v, subscriber, &r) == 1)
		c->publish = r.publish;
	return true;
}

/* --- events -------------------------------------------------------------- */

static int
record(struct tx *tx, const char *name, const char *outcome,
    const struct certificate *c, struct err *err)
{
	struct registration_version r;
	struct consent consent = { 0 };
	struct event *event = event_new(name, DISSEMINATION);
	char path[PATH_TEXT];
	int result;

	event_actor_self(event);
	event_certificate(event, c->id, c->serial, c->sha256, c->spki_sha256,
	    "");
	event_requirement(event, "DIS-6.1-01B");
	if (registration_in_force(tx_view(tx), c->subscriber, &r) == 1 &&
	    subject_kind_is_device(r.kind))
		event_requirement(event, "DIS-6.1-01C");
	event_outcome(event, outcome);
	path_public(path, c->serial);
	event_detail(event, "path", path);
	consent_get(tx_view(tx), c->subscriber, &consent);
	event_detail_number(event, "agreement", consent.agreement);
	result = events_append(tx, event, NULL, err);
	event_free(event);
	return result;
}

int
consent_record(struct tx *tx, const struct certificate *c, struct err *err)
{
	return record(tx, "certificate-published", "published", c, err);
}

/* --- certificates there are ---------------------------------------------- */

static int
batch_add(void *arg, const struct certificate *c)
{
	struct batch *batch = arg;

	batch->list[batch->count++] = *c;
	return batch->count == BATCH;
}

static int
change_one(struct tx *tx, struct certificate *c, bool publish,
    struct err *err)
{
	c->published = publish ? clock_now() : 0;
	if (certificate_set_published(tx, c->id, c->published, err) == -1)
		return -1;
	return publish ? consent_record(tx, c, err) : record(tx,
	    "certificate-unpublished", "consent withdrawn", c, err);
}

/* One batch of what is unfinished. */
static int
go_on(struct tx *tx, struct consent *c, struct err *err)
{
	struct batch batch = { .count = 0 };
	int result = 0;
	size_t i;

	if ((batch.list = calloc(BATCH, sizeof(batch.list[0]))) == NULL)
		die("out of memory");
	if (c->publish)
		certificates_publishable(tx_view(tx), c->subscriber,
		    c->unfinished, batch_add, &batch);
	else if (c->withdrawn)
		certificates_published_of(tx_view(tx), c->subscriber,
		    c->unfinished, batch_add, &batch);
	for (i = 0; i < batch.count && result == 0; i++)
		result = change_one(tx, &batch.list[i], c->publish, err);
	if (batch.count < BATCH)
		c->unfinished = 0;
	else
		c->unfinished = batch.list[batch.count - 1].not_after;
	free(batch.list);
	return result == 0 ? consent_put(tx, c, err) : -1;
}

int
consent_refresh(struct tx *tx, int64_t subscriber, struct err *err)
{
	struct consent before = { 0 }, now = { .subscriber = subscriber };

	if (!consent_find(tx_view(tx), subscriber, &now))
		return 0;
	/* Without a row nothing was ever published. */
	if (consent_get(tx_view(tx), subscriber, &before) != 1 &&
	    !now.publish)
		return 0;
	now.changed = now.unfinished = clock_now();
	if (now.withdrawn)
		now.unfinished = 1;	/* the expired ones, too */
	if (!now.publish && !now.withdrawn) {
		now.withdrawn = before.withdrawn;
		now.unfinished = before.withdrawn ? before.unfinished : 0;
	}
	if (consent_put(tx, &now, err) == -1)
		return -1;
	return now.unfinished == 0 ? 0 : go_on(tx, &now, err);
}

/* --- the rest ------------------------------------------------------------ */

struct finish {
	struct job	 job;
	bool		 done;
};

static int
finish_apply(struct job *job, struct tx *tx, struct err *err)
{
	struct finish *finish = (struct finish *)job;
	struct consent c;

	finish->done = consent_unfinished(tx_view(tx), &c) != 1;
	return finish->done ? 0 : go_on(tx, &c, err);
}

static bool
is_unfinished(struct store *store)
{
	struct view *v = view_take(store);
	struct consent c;
	bool there = consent_unfinished(v, &c) == 1;

	view_put(v);
	return there;
}

void
consent_finish(struct store *store, struct committer *committer,
    const _Atomic bool *stop)
{
	struct finish finish = { .job.apply = finish_apply };
	struct err err = { 0 };

	if (!store_reserve_whole(store) || !is_unfinished(store))
		return;
	while (!finish.done && !*stop)
		if (commit_wait(committer, &finish.job, &err) == -1) {
			log_line("publication: %s", err.text);
			return;
		}
}
