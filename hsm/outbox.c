/*
 * What waits to go to the signer; see outbox.h.
 */
#include <stdlib.h>

#include "outbox.h"

void
outbox_init(struct outbox *o)
{
	int i;

	for (i = 0; i < OUTBOX_QUEUES; i++)
		o->queue[i] = (struct outbox_queue){
		    .last = &o->queue[i].first };
}

void
outbox_clear(struct outbox *o)
{
	int i;

	for (i = 0; i < OUTBOX_QUEUES; i++)
		while (o->queue[i].first != NULL)
			free(outbox_take(&o->queue[i]));
}

bool
outbox_is_empty(const struct outbox *o)
{
	int i;

	for (i = 0; i < OUTBOX_QUEUES; i++)
		if (o->queue[i].first != NULL)
			return false;
	return true;
}

static struct outbox_queue *
queue_of(struct outbox *o, const struct sign_order *order)
{
	static const int of_kind[] = {
		[SIGN_CERTIFICATE] = OUTBOX_CERTIFICATE,
		[SIGN_CRL] = OUTBOX_CRL, [SIGN_OCSP] = OUTBOX_OCSP,
		[SIGN_EVIDENCE] = OUTBOX_EVIDENCE,
		[SIGN_HANDOVER] = OUTBOX_HANDOVER
	};

	return &o->queue[order->recover ? OUTBOX_RECOVER :
	    of_kind[order->kind]];
}

void
outbox_put(struct outbox *o, struct outbox_entry *e)
{
	struct outbox_queue *q = queue_of(o, e->order);

	e->next = NULL;
	*q->last = e;
	q->last = &e->next;
}

struct outbox_queue *
outbox_put_back(struct outbox *o, struct outbox_entry *e)
{
	struct outbox_queue *q = queue_of(o, e->order);
	struct outbox_entry **p;

	for (p = &q->first; *p != NULL && (*p)->id < e->id; p = &(*p)->next)
		;
	e->next = *p;
	*p = e;
	if (e->next == NULL)
		q->last = &e->next;
	return q;
}

struct outbox_entry *
outbox_take(struct outbox_queue *q)
{
	struct outbox_entry *e = q->first;

	if ((q->first = e->next) == NULL)
		q->last = &q->first;
	return e;
}

usec_t
outbox_pause_ends(const struct outbox *o, usec_t now)
{
	const struct outbox_queue *q;
	usec_t first = 0;

	for (q = o->queue; q < o->queue + OUTBOX_QUEUES; q++)
		if (q->first != NULL && q->pause > now &&
		    (first == 0 || q->pause < first))
			first = q->pause;
	return first;
}
