/*
 * Dossiers: opened when a person is needed, closed when nobody is any more.
 * All of it runs in the transaction of what it follows from, so there is no
 * pending request without its dossier.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authority_own.h"
#include "crl_reason.h"
#include "dossier.h"
#include "dossier_folder.h"
#include "event.h"
#include "recording.h"
#include "store_events.h"
#include "text.h"

/* --- what is wanted ------------------------------------------------------- */

static const struct profile *
profile_of(const struct config *config, struct view *v,
    const struct dossier *d)
{
	struct request	request;

	return d->kind == DOSSIER_REQUEST &&
	    request_get(v, d->object, &request) == 1 ?
	    config_profile(config, request.profile) : NULL;
}

void
dossier_wanted(const struct config *config, struct view *v,
    const struct dossier *d, int *officers, bool *is_signed)
{
	const struct profile	*profile = profile_of(config, v, d);

	*officers = d->kind == DOSSIER_CLOSING ||
	    (profile != NULL && profile->officers > 1) ? 2 : 1;
	*is_signed = config->signed_decisions ||
	    (profile != NULL && profile->signed_decision);
}

/* --- evidence ------------------------------------------------------------- */

struct event *
dossier_event(struct view *v, const char *name, const struct dossier *d)
{
	struct event	*event = event_new(name,
			    dossier_is_of_revocation(d->kind) ?
			    REVOCATION_MANAGEMENT : REGISTRATION);
	struct certificate c;
	struct request	 request;
	struct slot	 slot;
	struct box	 box = { 0 };

	event_detail_number(event, "dossier", d->id);
	event_detail(event, "kind", dossier_kind_name(d->kind));
	if (d->subscriber != 0)
		event_detail_number(event, "subscriber", d->subscriber);
	if (d->kind == DOSSIER_REVOCATION &&
	    certificate_get(v, d->object, &c) == 1)
		event_certificate(event, c.id, c.serial, c.sha256,
		    c.spki_sha256, "");
	if (d->kind != DOSSIER_REQUEST ||
	    request_get(v, d->object, &request) != 1 ||
	    slot_get(v, request.slot, &slot) != 1)
		return event;
	box_get(v, slot.box, &box);
	record_slot(event, request.id, &box, slot.id);
	return event;
}

static int
append(struct tx *tx, struct event *event, struct err *e)
{
	int	rc = events_append(tx, event, NULL, e);

	event_free(event);
	return rc;
}

static void
event_basis(struct event *event, const struct dossier_basis *b)
{
	event_detail(event, "registration-sha256", b->registration_sha256);
	event_detail(event, "spki-sha256", b->spki_sha256);
	event_detail(event, "profile-sha256", b->profile_sha256);
	event_detail(event, "content-sha256", b->content_sha256);
}

static int
put_opened(struct tx *tx, const struct dossier *d, const char *why,
    struct err *e)
{
	struct event	*event;

	event = dossier_event(tx_view(tx), "dossier-opened", d);
	event_actor_self(event);
	record_requirements(event, "REG-6.4.5-03 GEN-6.3.2-00A");
	event_outcome(event, "pending");
	event_detail(event, "why", why);
	event_detail(event, "decision-sha256", d->decision_sha256);
	event_basis(event, &d->basis);
	return append(tx, event, e);
}

/* --- opening -------------------------------------------------------------- */

static bool
is_undecided(const struct dossier *d)
{
	return d->place <= PLACE_COUNTERSIGN && !d->withdrawn;
}

static int
close_one(struct tx *tx, struct dossier *d, const char *why, struct err *e)
{
	struct event	*event;

	if (d->place <= PLACE_COUNTERSIGN)
		d->place = PLACE_REJECTED;
	d->withdrawn = true;
	if (dossier_put(tx, d, e) == -1 ||
	    dossier_folder_state(tx, d, why, e) == -1)
		return -1;
	event = dossier_event(tx_view(tx), "dossier-closed", d);
	event_actor_self(event);
	record_requirements(event, "REG-6.4.5-03");
	event_outcome(event, "withdrawn");
	event_detail(event, "why", why);
	return append(tx, event, e);
}

/* Evidence goes along when a decision has to be taken anew. */
static int
open_after(struct application *app, struct tx *tx, const struct dossier *old,
    const char *why, struct err *e)
{
	struct dossier	new = { .kind = DOSSIER_REQUEST,
		.place = PLACE_PENDING, .object = app->request.id,
		.subscriber = app->subscriber.id,
		.author = app->request.uid, .basis = app->today };

	if (dossier_put(tx, &new, e) == -1 ||
	    (old != NULL && dossier_folder_copy(tx,
	    DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, old->id), NULL,
	    new.id, e) == -1) ||
	    dossier_folder_request(app, tx, &new, NULL, e) == -1 ||
	    dossier_put(tx, &new, e) == -1)
		return -1;
	app->dossier = new.id;
	app->dossier_is_new = true;
	return put_opened(tx, &new, why, e);
}

/* One that waits: its texts say what is so now, or it begins again. */
static int
open_again(struct application *app, struct tx *tx, struct dossier *d,
    struct err *e)
{
	const char	*other = approval_differs(&d->basis, &app->today);

	app->dossier = d->id;
	if (other != NULL && d->place == PLACE_COUNTERSIGN) {
		if (close_one(tx, d, "what the first officer approved is not "
		    "what is asked any more", e) == -1)
			return -1;
		return open_after(app, tx, d, "what was to be countersigned "
		    "changed", e);
	}
	d->basis = app->today;
	if (dossier_folder_request(app, tx, d, NULL, e) == -1)
		return -1;
	return dossier_put(tx, d, e);
}

int
dossier_open_request(struct application *app, struct tx *tx, struct err *e)
{
	struct dossier	d;

	app->dossier_is_new = false;
	if (dossier_of(tx_view(tx), DOSSIER_REQUEST, app->request.id,
	    &d) != 1)
		return open_after(app, tx, NULL, "a gate waits for a person",
		    e);
	app->dossier = d.id;
	if (is_undecided(&d))
		return open_again(app, tx, &d, e);
	if (d.place == PLACE_APPROVED && !d.withdrawn &&
	    approval_differs(&d.basis, &app->today) == NULL)
		return 0;
	return open_after(app, tx, &d, "what was decided is not what is asked "
	    "any more", e);
}

bool
dossier_is_current(const struct application *app, struct view *v)
{
	struct dossier	d;

	return dossier_of(v, DOSSIER_REQUEST, app->request.id, &d) == 1 &&
	    !d.withdrawn && d.place != PLACE_REJECTED &&
	    approval_differs(&d.basis, &app->today) == NULL;
}

int
dossier_close_request(struct tx *tx, int64_t request, bool withdrawn,
    const char *why, struct err *e)
{
	struct dossier	d;

	if (dossier_of(tx_view(tx), DOSSIER_REQUEST, request, &d) != 1 ||
	    d.withdrawn || d.place == PLACE_REJECTED)
		return 0;
	/* Approved and issued is where it belongs. */
	if (d.place == PLACE_APPROVED && !withdrawn)
		return 0;
	return close_one(tx, &d, why, e);
}

/* --- drafts --------------------------------------------------------------- */

/* Already open, or already decided, with these very octets and documents? */
static bool
is_same(const struct dossier *d, const struct dossier_basis *basis)
{
	return strcmp(d->basis.content_sha256, basis->content_sha256) == 0 &&
	    (d->place == PLACE_APPROVED || (is_undecided(d) &&
	    strcmp(d->basis.documents_sha256,
	    basis->documents_sha256) == 0));
}

static int
fill_draft(struct authority *authority, struct tx *tx,
    const struct dossier_draft *wanted, struct dossier *d, struct err *e)
{
	int64_t		from = wanted->draft->id;
	struct bytes	content = { 0 };
	int		rc = -1;

	if (documents_read(tx_view(tx), wanted->content_sha256,
	    &content) != 1) {
		err_set(e, EIO, "the document of a draft is gone");
		goto out;
	}
	if (desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER, d->id),
	    wanted->file_name, SLICE(&content), e) == -1 ||
	    desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER, d->id),
	    "changes.txt", wanted->changes, e) == -1 ||
	    desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER_OWN, d->id),
	    "checks", wanted->checks, e) == -1 ||
	    dossier_folder_copy(tx, DESK_FOLDER(DESK_DRAFT, from),
	    wanted->file_name, d->id, e) == -1 ||
	    dossier_folder_copy(tx, DESK_FOLDER(DESK_DRAFT_DOCUMENTS, from),
	    NULL, d->id, e) == -1)
		goto out;
	rc = dossier_folder_write(authority->config, tx, d, NULL, e);
out:
	bytes_free(&content);
	return rc;
}

int
dossier_open_draft(struct authority *authority, struct tx *tx,
    const struct dossier_draft *wanted, int64_t *id, struct err *e)
{
	struct dossier	old, new = { .kind = wanted->kind,
		.place = PLACE_PENDING, .object = wanted->draft->id,
		.subscriber = wanted->subscriber, .author = wanted->author };

	memcpy(new.basis.content_sha256, wanted->content_sha256,
	    sizeof(new.basis.content_sha256));
	dossier_folder_digest(tx_view(tx), wanted->draft->id,
	    wanted->file_name, new.basis.documents_sha256);
	if (dossier_of(tx_view(tx), wanted->kind, wanted->draft->id,
	    &old) == 1) {
		*id = old.id;
		if (is_same(&old, &new.basis))
			return 0;
		if (is_undecided(&old) && close_one(tx, &old, "the draft was "
		    "changed: a new dossier has it", e) == -1)
			return -1;
	}
	if (dossier_put(tx, &new, e) == -1 ||
	    fill_draft(authority, tx, wanted, &new, e) == -1 ||
	    dossier_put(tx, &new, e) == -1)
		return -1;
	*id = new.id;
	return put_opened(tx, &new, "a draft is complete", e);
}

int
dossier_close_draft(struct tx *tx, enum dossier_kind kind, int64_t draft,
    const char *why, struct err *e)
{
	struct dossier	d;

	return dossier_of(tx_view(tx), kind, draft, &d) == 1 &&
	    is_undecided(&d) ? close_one(tx, &d, why, e) : 0;
}

/* --- revocation ----------------------------------------------------------- */

int
dossier_open_revocation(struct tx *tx, int64_t certificate,
    int64_t subscriber, uid_t author, int reason, struct slice why,
    struct err *e)
{
	struct dossier	old, d = { .kind = DOSSIER_REVOCATION,
		.place = PLACE_PENDING, .object = certificate,
		.subscriber = subscriber, .author = author,
		.reason = reason };
	struct certificate	c;

	if (certificate_get(tx_view(tx), certificate, &c) != 1)
		return err_set(e, ENOENT, "there is no such certificate");
	/* A suspended one would come back with what is not true any more. */
	if (c.revoked != 0 && c.reason != REASON_HOLD)
		return 0;
	if (dossier_of(tx_view(tx), DOSSIER_REVOCATION, certificate,
	    &old) == 1 && is_undecided(&old))
		return 0;
	memcpy(d.basis.content_sha256, c.sha256,
	    sizeof(d.basis.content_sha256));
	memcpy(d.basis.spki_sha256, c.spki_sha256,
	    sizeof(d.basis.spki_sha256));
	if (dossier_put(tx, &d, e) == -1 ||
	    desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER_OWN, d.id),
	    "checks", why, e) == -1 ||
	    desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER, d.id),
	    "request.txt", why, e) == -1 ||
	    dossier_folder_write(NULL, tx, &d, NULL, e) == -1 ||
	    dossier_put(tx, &d, e) == -1)
		return -1;
	return put_opened(tx, &d, "what the certificate says may not be true "
	    "any more", e);
}

/* --- batches of revocations ----------------------------------------------- */

/* What it is about, as it was written, and what a dry run of it said. */
static int
fill_batch(struct tx *tx, const struct batch *b,
    const struct batch_trial *trial, struct dossier *d, struct err *e)
{
	int64_t		own = DESK_FOLDER(DESK_DOSSIER_OWN, d->id);
	int64_t		folder = DESK_FOLDER(DESK_DOSSIER, d->id);
	struct bytes	text = { 0 };
	int		rc = -1;

	if (documents_read(tx_view(tx), b->sha256, &text) != 1)
		err_set(e, EIO, "the text of a batch is gone");
	else if (desk_file_write(tx, own, "checks", trial->checks,
	    e) == 0 && desk_file_write(tx, own, BATCH_SUBSCRIBERS,
	    trial->subscribers, e) == 0 &&
	    desk_file_write(tx, folder, "batch.txt", SLICE(&text), e) == 0 &&
	    desk_file_write(tx, folder, BATCH_DRY_RUN, trial->verdicts,
	    e) == 0)
		rc = dossier_folder_write(NULL, tx, d, NULL, e);
	bytes_free(&text);
	return rc;
}

int
dossier_open_batch(struct tx *tx, struct batch *b,
    const struct batch_trial *trial, struct err *e)
{
	struct dossier	d = { .kind = DOSSIER_BATCH, .place = PLACE_PENDING,
		.object = b->id, .author = b->uid };

	memcpy(d.basis.content_sha256, b->sha256,
	    sizeof(d.basis.content_sha256));
	if (dossier_put(tx, &d, e) == -1 ||
	    fill_batch(tx, b, trial, &d, e) == -1 ||
	    dossier_put(tx, &d, e) == -1)
		return -1;
	b->dossier = d.id;
	return put_opened(tx, &d, "a batch of revocations has more lines than "
	    "one officer decides on alone", e);
}

/* --- the end of the CA ---------------------------------------------------- */

int
dossier_open_closing(struct tx *tx, uid_t author, struct slice why,
    struct err *e)
{
	struct dossier	old, d = { .kind = DOSSIER_CLOSING,
		.place = PLACE_PENDING, .object = 1, .author = author };

	sha256_text(d.basis.content_sha256, why);
	if (dossier_of(tx_view(tx), DOSSIER_CLOSING, d.object, &old) == 1 &&
	    is_undecided(&old)) {
		if (strcmp(old.basis.content_sha256,
		    d.basis.content_sha256) == 0)
			return 0;
		if (close_one(tx, &old, "it was asked for anew", e) == -1)
			return -1;
	}
	if (dossier_put(tx, &d, e) == -1 ||
	    desk_file_write(tx, DESK_FOLDER(DESK_DOSSIER, d.id),
	    "request.txt", why, e) == -1 ||
	    dossier_folder_write(NULL, tx, &d, NULL, e) == -1 ||
	    dossier_put(tx, &d, e) == -1)
		return -1;
	return put_opened(tx, &d, "the last CRL was asked for", e);
}

/* --- texts ---------------------------------------------------------------- */

static int
refresh_request(struct authority *authority, struct tx *tx,
    struct dossier *d, const char *refused, struct err *e)
{
	struct application	*app = application_new(authority);
	struct request		 request;
	int			 rc = -1;

	if (request_get(tx_view(tx), d->object, &request) != 1)
		err_set(e, EIO, "the request of a dossier is gone");
	else if (application_load(app, tx_view(tx), &request, e) == 0 &&
	    application_judge(app, tx_view(tx), e) == 0) {
		if (d->place == PLACE_PENDING)
			d->basis = app->today;
		rc = dossier_folder_request(app, tx, d, refused, e);
	}
	application_free(app);
	return rc;
}

int
dossier_refresh(struct authority *authority, struct tx *tx,
    struct dossier *d, const char *refused, struct err *e)
{
	int	rc;

	/* Why it was withdrawn stays to be read. */
	if (d->withdrawn)
		return 0;
	if (!is_undecided(d))
		return dossier_folder_state(tx, d, refused, e);
	rc = d->kind == DOSSIER_REQUEST ?
	    refresh_request(authority, tx, d, refused, e) :
	    dossier_folder_write(authority->config, tx, d, refused, e);
	return rc == -1 ? -1 : dossier_put(tx, d, e);
}
