/*
 * What a package leaves: its documents, its row with the id that is used up,
 * the text of its receipt and its event, in the transaction of the decision.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authority_own.h"
#include "dossier.h"
#include "event.h"
#include "handover.h"
#include "recording.h"
#include "store_events.h"
#include "text.h"

#define UNWRAPPING	"ECDH, X9.63 KDF, AES-256 key wrap"

struct recorded {
	char	registration[SHA256_TEXT];
	char	document[PACKAGE_DOCUMENTS][SHA256_TEXT];
};

static int
put_documents(const struct handover *h, struct tx *tx, struct recorded *r,
    struct err *e)
{
	const struct package *p = &h->package;
	char ignored[SHA256_TEXT];
	size_t i;

	memset(r, 0, sizeof(*r));
	if (documents_put(tx, SLICE(&h->dropped), ignored, e) == -1)
		return -1;
	if (p->registration.size > 0 && documents_put(tx,
	    SLICE(&p->registration), r->registration, e) == -1)
		return -1;
	for (i = 0; i < p->documents; i++)
		if (documents_put(tx, SLICE(&p->document[i]), r->document[i],
		    e) == -1)
			return -1;
	return 0;
}

/* --- the dossier ---------------------------------------------------------- */

static int
put_file(struct application *app, struct tx *tx, const char *name,
    struct slice bytes, const char *sha256, struct err *e)
{
	struct desk_file file = {
		.folder = DESK_FOLDER(DESK_DOSSIER_DOCUMENTS, app->dossier),
		.uid = app->uid, .time = clock_now(), .size = bytes.size
	};

	file.mtime = file.time;
	snprintf(file.name, sizeof(file.name), "%s", name);
	memcpy(file.sha256, sha256, sizeof(file.sha256));
	return desk_file_put(tx, &file, e);
}

/* Registration data and documents lie in the dossier that waits. */
static int
put_in_dossier(struct application *app, struct tx *tx,
    const struct recorded *r, struct err *e)
{
	const struct package *p = &app->handover->package;
	struct dossier dossier;
	char name[64];
	size_t i;

	if (app->dossier == 0 || (p->registration.size == 0 &&
	    p->documents == 0))
		return 0;
	if (p->registration.size > 0 && put_file(app, tx,
	    "external-ra-registration.txt", SLICE(&p->registration),
	    r->registration, e) == -1)
		return -1;
	for (i = 0; i < p->documents; i++) {
		snprintf(name, sizeof(name), "external-ra-document-%zu",
		    i + 1);
		if (put_file(app, tx, name, SLICE(&p->document[i]),
		    r->document[i], e) == -1)
			return -1;
	}
	if (dossier_get(tx_view(tx), app->dossier, &dossier) != 1)
		return 0;
	return dossier_refresh(app->authority, tx, &dossier, NULL, e);
}

/* --- the receipt's text --------------------------------------------------- */

static void
receipt_text(const struct application *app, const struct recorded *r,
    struct bytes *to)
{
	const struct handover *h = app->handover;
	char when[CLOCK_TEXT];
	size_t i;

	bytes_printf(to, "RECEIPT FOR A PACKAGE\n\nca: %s\n%sauthority: %s\n"
	    "package: %s\npackage-sha256: %s\n",
	    app->authority->config->name, app->authority->config->sandbox ?
	    "sandbox: yes\n" : "", h->version.name, h->package.id, h->sha256);
	clock_text_seconds(when, h->package.time);
	bytes_printf(to, "made: %s\n", when);
	clock_text_seconds(when, app->received);
	bytes_printf(to, "received: %s\n", when);
	bytes_printf(to, "request: %lld\nrequest-sha256: %s\n",
	    (long long)app->request.id, app->csr->sha256);
	if (r->registration[0] != '\0')
		bytes_printf(to, "registration-sha256: %s\n",
		    r->registration);
	for (i = 0; i < h->package.documents; i++)
		bytes_printf(to, "document-%zu-sha256: %s\n", i + 1,
		    r->document[i]);
	bytes_printf(to, "outcome: %s\nevent: %lld\n",
	    app->outcome == OUTCOME_REFUSED ? "refused" :
	    app->outcome == OUTCOME_PENDING ? "waits for a decision" :
	    "approved", (long long)app->decided_seq);
}

static int
put_row(struct application *app, struct tx *tx, const struct recorded *r,
    struct err *e)
{
	struct handover *h = app->handover;
	struct package_row *row = &h->row;
	struct bytes text = { 0 };
	int rc;

	*row = (struct package_row){ .authority = h->version.authority,
	    .version_id = h->version.id, .box = app->box, .uid = app->uid,
	    .request = app->request.id, .time = h->package.time,
	    .received = app->received };
	memcpy(row->package, h->package.id, sizeof(row->package));
	memcpy(row->sha256, h->sha256, sizeof(row->sha256));
	snprintf(row->slot, sizeof(row->slot), "%s", app->slot_name);
	receipt_text(app, r, &text);
	rc = documents_put(tx, SLICE(&text), row->receipt_text_sha256, e);
	bytes_free(&text);
	return rc == -1 ? -1 : package_put(tx, row, e);
}

/* --- the event ------------------------------------------------------------ */

static void
event_authority(struct event *event, const struct handover *h)
{
	if (h->signature.certificate_sha256[0] != '\0')
		event_detail(event, "certificate_sha256",
		    h->signature.certificate_sha256);
	if (h->version.id == 0)
		return;
	event_detail_number(event, "authority", h->version.authority);
	event_detail_number(event, "version", h->version.version);
	if (h->package.id[0] != '\0')
		event_detail(event, "package", h->package.id);
}

/* What is wrong with the text may repeat what stands in it. */
static const char *
sentence(const struct application *app)
{
	const struct handover *h = app->handover;

	if (app->fault.code != EINVAL)
		return app->fault.text;
	return h->version.id != 0 && h->package.id[0] == '\0' ?
	    "the signed text of the package is not of the form wanted" :
	    "what is in the package is not of the form wanted";
}

static int
put_event(struct application *app, struct tx *tx, bool accepted,
    const struct recorded *r, struct err *e)
{
	const struct handover *h = app->handover;
	struct event *event;
	char name[32];
	size_t i;

	event = record_event(app, accepted ? "handover-received" :
	    "handover-refused", REGISTRATION);
	event_actor(event, app->uid, "external-ra");
	record_requirements(event, "REG-6.3.2-02 REG-6.4.5-03");
	event_input(event, "package", h->dropped.size, h->sha256);
	if (r->registration[0] != '\0')
		event_input(event, "registration", h->package.registration.size,
		    r->registration);
	for (i = 0; i < h->package.documents; i++) {
		snprintf(name, sizeof(name), "document %zu", i + 1);
		event_input(event, name, h->package.document[i].size,
		    r->document[i]);
	}
	if (h->key_sha256[0] != '\0')
		event_signing(event, h->key_sha256, "handover", UNWRAPPING,
		    h->journal, 0);
	event_authority(event, h);
	event_rule(event, "external-ra", accepted ? "passed" : "no",
	    accepted ? "encrypted to us, signed by a recognised external RA, "
	    "in its scope, with an id never used before" : sentence(app));
	event_outcome(event, accepted ? "received" : h->lost ? "abandoned" :
	    "refused");
	return record_append(app, tx, event, false, e);
}

/* --- all of it ------------------------------------------------------------ */

void
handover_recheck(struct application *app, struct view *v)
{
	struct handover *h = app->handover;
	struct package_row row;

	if (app->unreadable || h->row.id != 0 || package_find(v,
	    h->version.authority, h->package.id, &row) != 1)
		return;
	app->unreadable = true;
	app->outcome = OUTCOME_REFUSED;
	memset(&app->verdict, 0, sizeof(app->verdict));
	err_set(&app->fault, EEXIST, "a package with its id was accepted from "
	    "this RA before");
}

int
handover_record(struct application *app, struct tx *tx, bool accepted,
    struct err *e)
{
	struct handover *h = app->handover;
	struct recorded recorded;

	/* Judged again, or seen before: it stands there already. */
	if (h->row.id != 0 || app->taken_up)
		return 0;
	if (put_documents(h, tx, &recorded, e) == -1)
		return -1;
	if (accepted && (put_row(app, tx, &recorded, e) == -1 ||
	    put_in_dossier(app, tx, &recorded, e) == -1))
		return -1;
	return put_event(app, tx, accepted, &recorded, e);
}
