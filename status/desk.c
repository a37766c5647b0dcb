/*
 * What every part of the publisher works with.
 */
#include <stdio.h>
#include <string.h>

#include "../ca/store_events.h"
#include "../ca/store_status.h"
#include "desk.h"

void
event_requirements(struct event *event, const char *list)
{
	char word[64];
	int used;

	while (sscanf(list, " %63s%n", word, &used) == 1) {
		event_requirement(event, word);
		list += used;
	}
}

int
desk_append(struct tx *tx, struct event *event, struct err *err)
{
	int64_t seq;
	int ret = events_append(tx, event, &seq, err);

	event_free(event);
	return ret;
}

int
signature_event(struct tx *tx, const struct signature_event *s,
    struct err *err)
{
	const struct intent *intent = s->intent;
	struct event *event;

	event = event_new(s->name, REVOCATION_STATUS);
	event_actor_self(event);
	event_signing(event, intent->tbs_sha256, intent->key,
	    s->by != NULL ? signatory_algorithm_name(s->by) : "",
	    s->answer->journal, 0);
	event_requirements(event, s->requirements);
	event_outcome(event, s->outcome);
	event_detail_number(event, "intent", intent->id);
	if (intent->kind == SIGN_CRL)
		event_detail_number(event, "crl-number", intent->number);
	if (s->answer->outcome == REFUSED)
		event_detail(event, "reason", s->answer->reason);
	if (s->fill != NULL)
		s->fill(event, s->arg);
	return desk_append(tx, event, err);
}
