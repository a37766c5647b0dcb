/*
 * What decisions do.  An approved request is judged anew and, when nothing
 * else stands in its way, issued by itself; a rejected one says why in its
 * status.  A registration takes effect at once.  A revocation is the
 * publisher's, once the decision is on disk.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agreement_act.h"
#include "authority_draft.h"
#include "application.h"
#include "authority_own.h"
#include "batch_decision.h"
#include "closing.h"
#include "desk_effects.h"
#include "dossier_report.h"
#include "recording.h"
#include "registration_effect.h"
#include "store_events.h"
#include "store_registry.h"
#include "store_regroupings.h"
#include "take_up.h"

/* --- requests ------------------------------------------------------------- */

/* Of reason.txt, one line of it: the status text holds the sentence. */
static void
read_reason(struct view *v, const struct dossier *d, char to[400])
{
	struct desk_file	file;
	struct bytes		text = { 0 };
	size_t			i, n = 0;

	if (desk_file_find(v, DESK_FOLDER(DESK_DOSSIER, d->id), "reason.txt",
	    &file) == 1)
		documents_read(v, file.sha256, &text);
	for (i = 0; i < text.size && n + 1 < 400; i++) {
		if (text.data[i] > ' ' && text.data[i] != 0x7f)
			to[n++] = (char)text.data[i];
		else if (n > 0 && to[n - 1] != ' ')
			to[n++] = ' ';
	}
	to[n] = '\0';
	bytes_free(&text);
}

static int
reject_request(struct authority *authority, struct tx *tx,
    const struct dossier *d, struct err *e)
{
	struct application	*app = application_new(authority);
	struct request		 request;
	char			 reason[400];
	int			 rc = -1;

	if (request_get(tx_view(tx), d->object, &request) != 1 ||
	    request.state != PENDING) {
		err_set(e, ESTALE, "the request does not wait any more");
		goto out;
	}
	if (application_load(app, tx_view(tx), &request, e) == -1)
		goto out;
	application_find(app, tx_view(tx));
	app->profile = config_profile(authority->config, request.profile);
	read_reason(tx_view(tx), d, reason);
	err_set(&app->fault, EPERM, "the registration authority rejected "
	    "it: %.380s", reason);
	app->request.state = REJECTED;
	app->request.decided = clock_now();
	app->dossier = d->id;
	if (request_put(tx, &app->request, e) == -1)
		goto out;
	rc = 0;
	/* Other bytes may lie in the slot by now; their status is theirs. */
	if (app->slot.request == request.id)
		rc = record_status(app, tx, REJECTED, e) == -1 ? -1 :
		    slot_put(tx, &app->slot, e);
out:
	application_free(app);
	return rc;
}

static int
request_decided(struct authority *authority, struct tx *tx,
    const struct dossier *d, const struct decision *decision, struct err *e)
{
	return decision->to == PLACE_REJECTED ?
	    reject_request(authority, tx, d, e) : 0;
}

static void
request_after(struct authority *authority, const struct dossier *d)
{
	if (d->place == PLACE_APPROVED)
		take_up_request(authority->take_up, d->object);
}

/* --- registrations -------------------------------------------------------- */

/* Who has to agree may be another one now, and the status says who. */
static int
subscriber_decided(struct authority *authority, struct tx *tx,
    const struct dossier *d, const struct decision *decision, struct err *e)
{
	struct subscriber	before, after;
	char			path[PATH_TEXT];
	struct dossier		now;
	bool			known;

	known = d->subscriber != 0 &&
	    subscriber_get(tx_view(tx), d->subscriber, &before) == 1;
	if (registration_decided(authority, tx, d, decision, e) == -1)
		return -1;
	if (known && subscriber_get(tx_view(tx), d->subscriber, &after) == 1 &&
	    after.gid != before.gid &&
	    regrouping_put(tx, d->subscriber, e) == -1)
		return -1;
	if (dossier_get(tx_view(tx), d->id, &now) != 1 || now.subscriber == 0)
		return 0;
	return agreement_status_renew(tx, authority->config, now.subscriber,
	    path, e);
}

static void
registration_after(struct authority *authority, const struct dossier *d)
{
	if (d->place != PLACE_APPROVED)
		return;
	take_up_subscriber(authority->take_up, d->subscriber);
	take_up_groups(authority->take_up);
}

/* --- revocations ---------------------------------------------------------- */

static void
revocation_after(struct authority *authority, const struct dossier *d)
{
	if (d->place == PLACE_APPROVED)
		take_up_revocations(authority->take_up);
}

/* Whatever it handed over and waits is judged by what it may say now. */
static void
authority_after(struct authority *authority, const struct dossier *d)
{
	if (d->place == PLACE_APPROVED)
		authority_take_up(authority, 0);
}

/* The publisher looks what is left to do. */
static void
closing_after(struct authority *authority, const struct dossier *d)
{
	const struct authority_parts	*parts = authority->parts;

	if (d->place == PLACE_APPROVED && parts->revoked != NULL)
		parts->revoked(parts->revoked_arg);
}

const struct dossier_effect *
dossier_effect(enum dossier_kind kind)
{
	static const struct dossier_effect	effects[] = {
		{ DOSSIER_REQUEST, request_decided, request_after },
		{ DOSSIER_REGISTRATION, subscriber_decided,
		    registration_after },
		{ DOSSIER_AUTHORITY, authority_decided, authority_after },
		{ DOSSIER_REVOCATION, revocation_decided, revocation_after },
		{ DOSSIER_REPORT, report_decided, revocation_after },
		{ DOSSIER_BATCH, batch_decided, batch_after },
		{ DOSSIER_CLOSING, closing_decided, closing_after },
	};
	size_t	i;

	for (i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
		if (effects[i].kind == kind)
			return &effects[i];
	return NULL;
}
