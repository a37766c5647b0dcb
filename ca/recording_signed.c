/*
 * The transactions that close an intent: with a certificate, or with the word
 * why there is none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority_own.h"
#include "changes.h"
#include "consent.h"
#include "crl_reason.h"
#include "event.h"
#include "paths.h"
#include "recording.h"
#include "store_events.h"
#include "supersession.h"
#include "text.h"

static void
event_signature(struct event *event, const struct application *app)
{
	const struct ca_key	*key;

	key = config_key(app->authority->config, app->intent.key);
	event_signing(event, app->intent.tbs_sha256, app->intent.key,
	    key != NULL ? key->signature : "", app->journal,
	    app->internal ? app->standing_approval : app->decided_seq);
}

static void
event_ours(struct event *event, const struct application *app)
{
	event_certificate(event, app->certificate.id, app->certificate.serial,
	    app->certificate.sha256, app->certificate.spki_sha256,
	    app->predecessor.id != 0 ? app->predecessor.serial : "");
}

/* --- with a certificate --------------------------------------------------- */

static int
put_certificate(struct application *app, struct tx *tx, struct err *e)
{
	const struct csr	*csr = app->csr != NULL ? app->csr->csr : NULL;
	struct certificate	*c = &app->certificate;
	const char		**names = NULL;
	size_t			 i, count = 0;
	int			 rc;

	memset(c, 0, sizeof(*c));
	memcpy(c->serial, app->facts.serial, sizeof(c->serial));
	snprintf(c->issuer, sizeof(c->issuer), "%s", app->intent.key);
	c->request = app->request.id;
	c->subscriber = app->request.subscriber;
	c->shard = app->intent.shard;
	snprintf(c->profile, sizeof(c->profile), "%s", app->intent.profile);
	memcpy(c->sha256, app->facts.sha256, sizeof(c->sha256));
	memcpy(c->spki_sha256, app->facts.spki_sha256,
	    sizeof(c->spki_sha256));
	c->issued = clock_now();
	c->not_before = app->facts.not_before;
	c->not_after = app->facts.not_after;
	c->reason = -1;
	c->der_size = app->der.size;
	if (c->subscriber != 0 && consent_given(tx_view(tx), c->subscriber))
		c->published = c->issued;
	if (csr != NULL && (names = calloc(csr->name_count + 1,
	    sizeof(*names))) == NULL)
		die("out of memory");
	for (i = 0; csr != NULL && i < csr->name_count; i++)
		if (strcmp(csr->names[i].kind, "dns") == 0 ||
		    strcmp(csr->names[i].kind, "ip") == 0)
			names[count++] = csr->names[i].text;
	snprintf(c->common_name, sizeof(c->common_name), "%s",
	    app->facts.common_name[0] != '\0' || count == 0 ?
	    app->facts.common_name : names[0]);
	rc = certificate_put(tx, c, SLICE(&app->der), names, count, e);
	free(names);
	return rc;
}

/* What becomes of the predecessor. */
static void
event_supersession(struct event *event, usec_t due, int reason)
{
	char	text[CLOCK_TEXT];

	if (due == 0) {
		event_detail(event, "predecessor-stands", "until its end");
		return;
	}
	clock_text_seconds(text, due);
	event_detail(event, "predecessor-revoked-at", text);
	event_detail_number(event, "predecessor-reason", reason);
}

/*
 * What follows a certificate: the fields that differ, for what stands in them
 * may be personal (changes.txt has it), and what becomes of the former.
 */
static int
follow(struct event *event, const struct application *app, struct tx *tx,
    struct err *e)
{
	struct view		*v = tx_view(tx);
	struct certified	was = { 0 }, now = { 0 };
	struct bytes		der = { 0 }, fields = { 0 };
	usec_t			due;
	int			reason, rc = -1;

	if (certificate_der(v, app->predecessor.id, &der) != 1) {
		err_set(e, EIO, "certificate %s is not in the store",
		    app->predecessor.serial);
		goto out;
	}
	if (certified_read(&was, SLICE(&der), e) == -1 ||
	    certified_read(&now, SLICE(&app->der), e) == -1)
		goto out;
	changes_fields(&was, &now, &fields);
	event_detail(event, "changed", bytes_text(&fields));
	if (supersession_record(app, tx, &was, &now, &due, &reason, e) == -1)
		goto out;
	event_supersession(event, due, reason);
	record_requirements(event, "REG-6.3.7-01B REG-6.3.8-02");
	rc = 0;
out:
	certified_free(&was);
	certified_free(&now);
	bytes_free(&der);
	bytes_free(&fields);
	return rc;
}

static int
put_issued_event(struct application *app, struct tx *tx, struct err *e)
{
	const struct paper	*terms;
	struct event		*event;
	char			 path[PATH_TEXT];

	event = record_event(app, "certificate-issued",
	    CERTIFICATE_GENERATION);
	event_actor_self(event);
	event_ours(event, app);
	event_signature(event, app);
	if (app->csr != NULL)
		event_input(event, "request", app->dropped.size,
		    app->csr->sha256);
	terms = config_paper(app->authority->config, "terms");
	if (terms != NULL && !app->internal)
		event_input(event, "terms.txt", terms->text.size,
		    terms->sha256);
	record_requirements(event, "GEN-6.3.3-01 GEN-6.3.3-02 GEN-6.3.3-02A "
	    "GEN-6.3.2-00A DIS-6.1-01A DIS-6.1-02A OVR-6.4.5-07A");
	event_outcome(event, "issued");
	event_rule(event, "re-read", "passed", "the certificate holds the "
	    "octets that were to be signed, and its signature verifies");
	if (!app->internal)
		event_detail(event, "path", app->request.path);
	if (app->predecessor.id != 0 &&
	    follow(event, app, tx, e) == -1) {
		event_free(event);
		return -1;
	}
	/* From this commit on its names in issued/ and requests/ are there. */
	path_serial(path, app->certificate.serial);
	event_detail(event, "published", path);
	event_detail(event, "published-to",
	    app->certificate.published != 0 ? "everybody" :
	    "subscriber and registration officers");
	return record_append(app, tx, event, true, e);
}

/* The slot moves on only when this is still its newest request. */
static int
put_issued_slot(struct application *app, struct tx *tx, struct err *e)
{
	if (slot_get(tx_view(tx), app->request.slot, &app->slot) != 1 ||
	    app->slot.request != app->request.id)
		return 0;
	app->names_known = app->slot.certificate != 0;
	app->slot.certificate = app->certificate.id;
	if (record_status(app, tx, ISSUED, e) == -1)
		return -1;
	return slot_put(tx, &app->slot, e);
}

int
record_issued(struct application *app, struct tx *tx, struct err *e)
{
	if (put_certificate(app, tx, e) == -1 ||
	    intent_close(tx, app->intent.id, "done", e) == -1 ||
	    put_issued_event(app, tx, e) == -1)
		return -1;
	if (app->internal)
		return 0;
	if (app->certificate.published != 0 &&
	    consent_record(tx, &app->certificate, e) == -1)
		return -1;
	app->request.state = ISSUED;
	app->request.certificate = app->certificate.id;
	if (request_put(tx, &app->request, e) == -1)
		return -1;
	return put_issued_slot(app, tx, e);
}

/* --- without one ---------------------------------------------------------- */

struct ending {
	const char	*event, *how, *outcome;
	bool		 revoke;
};

static const struct ending endings[] = {
	[REFUSED] = { "signing-refused", "refused", "refused", false },
	[ABANDONED] = { "signing-abandoned", "abandoned", "abandoned", true },
	[NEVER_BEGUN] = { "serial-burned", "burned", "burned", false }
};

static int
put_ending_event(struct application *app, struct tx *tx,
    const struct ending *ending, struct err *e)
{
	struct event	*event;

	event = record_event(app, ending->event, CERTIFICATE_GENERATION);
	event_actor_self(event);
	event_certificate(event, 0, app->intent.serial, "", "", "");
	event_signature(event, app);
	record_requirements(event, "GEN-6.3.3-02 OVR-6.4.5-07A");
	event_outcome(event, ending->outcome);
	if (app->reason[0] != '\0')
		event_detail(event, "why", app->reason);
	return record_append(app, tx, event, true, e);
}

/* A signature may exist that nobody has: its serial is on the CRL. */
static int
put_revocation(struct application *app, struct tx *tx, struct err *e)
{
	struct revocation	 revocation = { 0 };
	struct event		*event;
	struct key		 key;
	const char		*spki;

	spki = app->internal ? app->spki_sha256 : app->request.spki_sha256;
	memcpy(revocation.serial, app->intent.serial,
	    sizeof(revocation.serial));
	snprintf(revocation.issuer, sizeof(revocation.issuer), "%s",
	    app->intent.key);
	revocation.reason = spki[0] != '\0' &&
	    keys_find(tx_view(tx), spki, &key) == 1 && key.blocked ?
	    REASON_KEY_COMPROMISE : REASON_SUPERSEDED;
	revocation.shard = app->intent.shard;
	revocation.received = revocation.decided = clock_now();
	if (revocation_put(tx, &revocation, e) == -1)
		return -1;
	event = record_event(app, "certificate-revoked",
	    REVOCATION_MANAGEMENT);
	event_actor_self(event);
	event_certificate(event, 0, app->intent.serial, "", "", "");
	record_requirements(event, "REV-6.2.4-03A OVR-6.4.5-07A");
	event_outcome(event, "revoked");
	event_detail_number(event, "reason", revocation.reason);
	event_detail(event, "why", "its signing was begun and abandoned");
	return record_append(app, tx, event, false, e);
}

/* What the signer's own rules refuse is refused to who asked. */
static int
put_rejected(struct application *app, struct tx *tx, struct err *e)
{
	err_set(&app->fault, EPERM, "the signer refused: %.400s",
	    app->reason);
	app->outcome = OUTCOME_REFUSED;
	if (app->internal)
		return 0;
	app->request.state = REJECTED;
	app->request.decided = clock_now();
	if (request_put(tx, &app->request, e) == -1)
		return -1;
	if (slot_get(tx_view(tx), app->request.slot, &app->slot) != 1 ||
	    app->slot.request != app->request.id)
		return 0;
	if (record_status(app, tx, REJECTED, e) == -1)
		return -1;
	return slot_put(tx, &app->slot, e);
}

int
record_unsigned(struct application *app, struct tx *tx, struct err *e)
{
	const struct ending	*ending = &endings[app->answer];

	if (intent_close(tx, app->intent.id, ending->how, e) == -1 ||
	    put_ending_event(app, tx, ending, e) == -1)
		return -1;
	if (ending->revoke && put_revocation(app, tx, e) == -1)
		return -1;
	return app->answer == REFUSED ? put_rejected(app, tx, e) : 0;
}
