/*
 * The end of a CA.  See closing_watch.h.
 */
#include <string.h>
#include <unistd.h>

#include "../ca/store_crls.h"
#include "../ca/store_reports.h"
#include "closing_watch.h"

#define AT_ONCE		16

/* What has to be revoked first. */
struct obstacles {
	const struct config *config;
	char	serials[AT_ONCE][SERIAL_TEXT];
	size_t	count;
};

/* A responder's that is not asked about is on no list (RFC 6960 4.2.2.2.1). */
static int
see(void *arg, const struct certificate *c)
{
	struct obstacles *o = arg;
	const struct profile *profile = config_profile(o->config, c->profile);

	if (c->request == 0 && profile != NULL && profile->ocsp_nocheck)
		return 0;
	memcpy(o->serials[o->count++], c->serial, SERIAL_TEXT);
	return o->count == AT_ONCE;
}

static void
revoke_one(struct authority_parts *parts, const char *serial)
{
	struct revocation_order order = { .how = BY_CA, .uid = getuid(),
	    .line = "cessationOfOperation its CA ends: the last CRL was "
		"decided" };

	memcpy(order.serial, serial, sizeof order.serial);
	parts->revoke(parts->revoked_arg, &order, NULL, NULL);
}

bool
closing_is_ready(const struct desk *desk)
{
	struct authority_parts *parts = desk->parts;
	struct obstacles o = { .config = parts->config };
	struct view *view = view_take(parts->store);
	bool signing = closing_is_signing(view);

	closing_unrevoked(view, clock_now(), see, &o);
	view_put(view);
	for (size_t i = 0; i < o.count && parts->revoke != NULL; i++)
		revoke_one(parts, o.serials[i]);
	return o.count == 0 && !signing;
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct event *event;
	struct crl newest;

	if (closing_set(tx, CLOSING_DONE, err) != 0)
		return -1;
	event = event_new("last-crl-published", REVOCATION_STATUS);
	event_actor_self(event);
	event_requirements(event, "CSS-6.3.9-05 CSS-6.3.9-06");
	event_outcome(event, "published");
	if (crl_newest(tx_view(tx), "issuing", CRL_COMPLETE, &newest) == 1)
		event_detail_number(event, "crl-number", newest.number);
	event_detail(event, "nextUpdate", "9999-12-31T23:59:59Z");
	return desk_append(tx, event, err);
}

int
closing_record(const struct desk *desk, struct err *err)
{
	struct job job = { .apply = apply, .essential = true };

	return commit_wait(desk->parts->committer, &job, err);
}
