/*
 * The end of a CA.  See closing.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authority_own.h"
#include "closing.h"
#include "recording.h"
#include "store_closing.h"
#include "store_events.h"

#define MAY_ASK	(ROLE_REVOCATION | ROLE_OPERATOR | ROLE_SECURITY)

int
closing_may(struct authority *authority, struct view *v, int64_t object,
    const char *name, uid_t uid, struct err *e)
{
	if ((authority->parts->roles_of(uid) & MAY_ASK) == 0)
		return err_set(e, EACCES, "uid %lu is neither revocation "
		    "officer nor operator nor security officer: they ask for "
		    "the last CRL", (unsigned long)uid);
	if (closing_state(v) != CLOSING_NOT)
		return err_set(e, EPERM, "the end of this CA was decided "
		    "already");
	return 0;
}

/* What people see of what stands in the way, and what is refused for it. */
struct obstacles {
	char	first[SERIAL_TEXT];
	int64_t	count;
};

/* The CA's own are revoked with the decision. */
static int
count_one(void *arg, const struct certificate *c)
{
	struct obstacles *o = arg;

	if (c->request == 0 && c->subscriber == 0)
		return 0;
	if (o->count++ == 0)
		memcpy(o->first, c->serial, sizeof(o->first));
	return 0;
}

static int
ask_certificates(struct view *v, struct err *e)
{
	struct obstacles o = { .count = 0 };

	closing_unrevoked(v, clock_now(), count_one, &o);
	if (o.count > 0)
		return err_set(e, EPERM, "%lld certificates have not ended and "
		    "are not revoked, one is %s: the last CRL would leave them "
		    "without a status (CSS-6.3.9-06)", (long long)o.count,
		    o.first);
	if (closing_is_signing(v))
		return err_set(e, EPERM, "a certificate is being signed: the "
		    "last CRL comes behind it");
	return 0;
}

int
closing_means(struct desk_act *act, struct tx *tx, struct err *e)
{
	struct bytes why = { 0 };
	struct err obstacle;
	int rc;

	if (act->write->bytes.size == 0)
		return 0;
	bytes_put(&why, act->write->bytes.data, act->write->bytes.size);
	if (why.data[why.size - 1] != '\n')
		bytes_put_text(&why, "\n");
	if (ask_certificates(tx_view(tx), &obstacle) == -1)
		bytes_printf(&why, "\nNot yet: %s.\n", obstacle.text);
	rc = dossier_open_closing(tx, act->write->uid, SLICE(&why), e);
	bytes_free(&why);
	return rc;
}

int
closing_decided(struct authority *authority, struct tx *tx,
    const struct dossier *d, const struct decision *decision, struct err *e)
{
	struct event *event;
	int rc;

	if (decision->to != PLACE_APPROVED)
		return 0;
	if (ask_certificates(tx_view(tx), e) == -1 ||
	    closing_set(tx, CLOSING_DECIDED, e) == -1)
		return -1;
	event = event_new("last-crl-decided", REVOCATION_STATUS);
	event_actor(event, decision->uid, decision->role);
	record_requirements(event, "CSS-6.3.9-05 CSS-6.3.9-06");
	event_outcome(event, "decided");
	event_detail_number(event, "dossier", d->id);
	rc = events_append(tx, event, NULL, e);
	event_free(event);
	return rc;
}
