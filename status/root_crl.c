/*
 * The root's CRL, imported.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../ca/crl_reason.h"
#include "../ca/store_closing.h"
#include "../ca/store_crls.h"
#include "../ca/store_events.h"
#include "../ca/store_status.h"
#include "../ca/text.h"
#include "crl.h"
#include "root_crl.h"

#define YEAR	(366 * USEC_DAY)	/* CSS-6.3.9-12 */

struct import {
	struct job	job;		/* first: the job is the import */
	struct slice	der;
	struct bytes	pem;
	struct crl	crl;
	struct crl_entry issuing;	/* its entry; revoked 0: none */
	struct err	fault;		/* code 0: it is sound */
};

/* How many there are, and whether the issuing CA is one of them. */
static int
read_entries(struct import *import, const struct signatory *issuing,
    struct slice entries)
{
	struct slice serial = signatory_serial(issuing);
	struct crl_entry entry;
	int got;

	while ((got = crl_next_entry(&entries, &entry)) == 1) {
		if (slice_equal(entry.serial, serial))
			import->issuing = entry;
		import->crl.entries++;
	}
	return got;
}

static int
check_facts(const struct crl_facts *facts, const struct signatory *root,
    struct err *err)
{
	if (!slice_equal(facts->issuer, signatory_name(root)) ||
	    !slice_equal(facts->key_id, signatory_key_id(root)))
		return err_set(err, EBADMSG,
		    "its issuer is not the root (RFC 5280 5.1.2.3, 5.2.1)");
	if (facts->number < 0)
		return err_set(err, EBADMSG,
		    "it has no cRLNumber (RFC 5280 5.2.3)");
	if (facts->base != 0 || facts->point.size > 0)
		return err_set(err, EBADMSG, "it is a delta, or of a part of "
		    "the certificates only (RFC 5280 5.2.4, 5.2.5)");
	if (facts->next_update <= facts->this_update ||
	    facts->next_update - facts->this_update > YEAR)
		return err_set(err, EBADMSG, "its nextUpdate is not within a "
		    "year of its thisUpdate (CSS-6.3.9-12)");
	return signatory_verify(root, facts->tbs, facts->signature, err);
}

/* Reads it into import->crl; -1 with what is wrong with it. */
static int
check(struct import *import, const struct desk *desk, struct err *err)
{
	const struct config *config = desk->parts->config;
	struct signatory *root;
	struct crl_facts facts;
	int ret = -1;

	if ((root = signatory_new(SLICE(&config->root_der), err)) == NULL)
		return err_in(err, "the root's certificate");
	if (crl_read(import->der, &facts, err) != 0 ||
	    check_facts(&facts, root, err) != 0)
		goto out;
	snprintf(import->crl.issuer, sizeof import->crl.issuer, "root");
	import->crl.number = facts.number;
	import->crl.this_update = facts.this_update;
	import->crl.next_update = facts.next_update;
	if (read_entries(import, desk->issuing, facts.entries) != 0) {
		err_set(err, EBADMSG, "its entries are malformed");
		goto out;
	}
	sha256_text(import->crl.sha256, import->der);
	ret = 0;
out:
	signatory_free(root);
	return ret;
}

static int
put_file(struct tx *tx, const char *name, struct slice bytes, struct err *err)
{
	struct publication file = { .dir = "status" };

	snprintf(file.name, sizeof file.name, "%s", name);
	file.time = clock_now();
	file.size = bytes.size;
	return publication_put(tx, &file, bytes, err);
}

static struct event *
make_event(const struct import *import)
{
	bool sound = import->fault.code == 0;
	char digest[SHA256_TEXT], text[CLOCK_TEXT];
	struct event *event;

	event = event_new(sound ? "root-crl-published" : "root-crl-refused",
	    REVOCATION_STATUS);
	event_actor_self(event);
	event_requirements(event, "CSS-6.3.9-12 OVR-6.6.2-01");
	sha256_text(digest, import->der);
	event_input(event, "root.crl", import->der.size, digest);
	event_outcome(event, sound ? "published" : "refused");
	if (!sound) {
		event_detail(event, "reason", import->fault.text);
		return event;
	}
	clock_text_seconds(text, import->crl.next_update);
	event_detail(event, "nextUpdate", text);
	event_detail_number(event, "crl-number", import->crl.number);
	event_detail_number(event, "entries", import->crl.entries);
	return event;
}

/* There is no way back: what it signed may be anybody's. */
static int
put_revoked(const struct import *import, struct tx *tx, struct err *err)
{
	const char *reason = reason_name(import->issuing.reason);
	char text[CLOCK_TEXT];
	struct event *event;

	if (import->issuing.revoked == 0 ||
	    closing_revoked(tx_view(tx)) != 0)
		return 0;
	if (closing_set_revoked(tx, import->issuing.revoked, err) != 0)
		return -1;
	event = event_new("issuing-ca-revoked", REVOCATION_STATUS);
	event_actor_self(event);
	event_requirements(event, "CSS-6.3.9-13 OVR-6.4.8-13");
	event_outcome(event, "nothing is issued any more");
	clock_text_seconds(text, import->issuing.revoked);
	event_detail(event, "since", text);
	event_detail(event, "reason", reason == NULL ? "?" : reason);
	event_detail_number(event, "crl-number", import->crl.number);
	return desk_append(tx, event, err);
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct import *import = (struct import *)job;
	char digest[SHA256_TEXT];

	if (documents_put(tx, import->der, digest, err) != 0 ||
	    desk_append(tx, make_event(import), err) != 0)
		return -1;
	if (import->fault.code != 0)
		return 0;
	if (crl_put(tx, &import->crl, err) != 0 ||
	    put_revoked(import, tx, err) != 0 ||
	    put_file(tx, "root.crl", import->der, err) != 0)
		return -1;
	return put_file(tx, "root.crl.pem", SLICE(&import->pem), err);
}

static void
tell(const struct desk *desk, const struct import *import)
{
	static const char *const paths[] = {
		"status/root.crl", "status/root.crl.pem"
	};
	struct publication_sink *sink = desk->parts->sink;

	if (import->fault.code != 0) {
		health_set(desk->health, HEALTH_ROOT_CRL, HEALTH_FAIL,
		    "root.crl is not published: %s", import->fault.text);
		return;
	}
	health_crl(desk->health, HEALTH_ROOT_CRL, import->crl.number,
	    import->crl.next_update);
	sink->changed(sink, paths, 2, NULL, NULL);
}

/* Whatever list there is now. */
static void
tell_issuing(const struct desk *desk, const struct import *import)
{
	const char *reason = reason_name(import->issuing.reason);
	char text[CLOCK_TEXT];
	struct view *view;
	usec_t since;

	view = view_take(desk->parts->store);
	since = closing_revoked(view);
	view_put(view);
	if (since == 0) {
		health_set(desk->health, HEALTH_ISSUING_CA, HEALTH_OK,
		    "the root's CRL does not list it");
		return;
	}
	clock_text_seconds(text, since);
	health_set(desk->health, HEALTH_ISSUING_CA, HEALTH_FAIL, "the root "
	    "revoked it at %s (%s): nothing is issued, status is signed still, "
	    "and what its key signed may be invalid (OVR-6.4.8-13)", text,
	    import->issuing.revoked != 0 && reason != NULL ? reason :
	    "see the root's CRL");
}

void
root_crl_import(const struct desk *desk)
{
	const struct config *config = desk->parts->config;
	struct import import = { .der = SLICE(&config->root_crl_der) };
	struct crl newest = { 0 };
	struct view *view;
	struct err err;
	usec_t revoked;
	int found;

	view = view_take(desk->parts->store);
	found = crl_newest(view, "root", CRL_COMPLETE, &newest);
	revoked = closing_revoked(view);
	view_put(view);
	if (check(&import, desk, &import.fault) != 0)
		err_in(&import.fault, "root.crl");
	else if (found == 1 && strcmp(newest.sha256, import.crl.sha256) == 0)
		goto known;
	else if (found == 1 && import.crl.number <= newest.number)
		err_set(&import.fault, EEXIST, "its number %lld is not above "
		    "the last one, %lld (RFC 5280 5.2.3)",
		    (long long)import.crl.number, (long long)newest.number);
	else if (revoked != 0 && import.issuing.revoked == 0)
		err_set(&import.fault, EKEYREVOKED, "it does not list the "
		    "issuing CA any more, which is revoked (CSS-6.3.9-13)");
	pem_encode(&import.pem, "X509 CRL", import.der);
	import.job.apply = apply;
	import.job.essential = true;
	if (commit_wait(desk->parts->committer, &import.job, &err) != 0)
		import.fault = err;
	tell(desk, &import);
	tell_issuing(desk, &import);
	bytes_free(&import.pem);
	return;
known:
	health_crl(desk->health, HEALTH_ROOT_CRL, newest.number,
	    newest.next_update);
	tell_issuing(desk, &import);
}
