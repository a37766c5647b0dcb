/*
 * A package of an external RA on its way: see handover.h.
 *
 *	handover_begin    taken apart; known bytes are answered from the store
 *	take_key          the signer unwrapped its key: opened
 *	check_...         signer, recognition, text, time, scope, id
 *	next              an application with the request that was inside
 *
 * Until the signature of a recognised RA was found right, all that is wrong
 * inside has one sentence, so that nobody learns from changed octets.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority_draft.h"
#include "authority_own.h"
#include "csr_cache.h"
#include "handover.h"
#include "own_certificates.h"
#include "store_events.h"
#include "text.h"

bool
handover_is_package(const char *file_name)
{
	const char *dot = strrchr(file_name, '.');

	return dot != NULL && strcmp(dot, ".p7m") == 0;
}

void
handover_free(struct handover *h)
{
	if (h == NULL)
		return;
	bytes_free(&h->dropped);
	sealed_free(&h->sealed);
	signed_free(&h->signature);
	package_free(&h->package);
	external_ra_free(&h->ra);
	free(h);
}

static struct handover *
handover_new(void)
{
	struct handover *h = calloc(1, sizeof(*h));

	if (h == NULL)
		die("out of memory");
	h->gate.ra = &h->ra;
	h->gate.authority = h->version.name;
	return h;
}

/* --- what the gates see --------------------------------------------------- */

/* What the RA may say anything about, asked again at each judgement. */
static int
check_scope(const struct external_ra *ra, const char *subscriber,
    const char *profile, const struct csr *csr, struct err *err)
{
	size_t i;

	if (!external_ra_has_subscriber(ra, subscriber))
		return err_set(err, EACCES, "the RA is not recognised for this "
		    "subscriber");
	if (profile[0] != '\0' && !external_ra_has_profile(ra, profile))
		return err_set(err, EACCES, "the RA is not recognised for the "
		    "profile %s", profile);
	for (i = 0; i < csr->name_count; i++) {
		if (external_ra_has_name(ra, csr->names[i].kind,
		    csr->names[i].text))
			continue;
		if (strcmp(csr->names[i].kind, "dns") == 0)
			return err_set(err, EACCES, "the name %.200s is not "
			    "inside what the RA is recognised for",
			    csr->names[i].text);
		return err_set(err, EACCES, "a name of kind %s is not inside "
		    "what the RA is recognised for", csr->names[i].kind);
	}
	return 0;
}

/* A later version of the recognition counts for what it handed over before. */
static int
find_recognition(struct handover *h, struct view *v, struct err *err)
{
	struct authority_version newest;
	struct external_ra ra;

	if (authority_newest(v, h->version.authority, &newest) != 1)
		return err_set(err, EACCES, "the RA is not recognised");
	if (newest.id != h->version.id) {
		if (authority_read(v, &newest, &ra, err) == -1)
			return -1;
		external_ra_free(&h->ra);
		h->ra = ra;
		h->version = newest;
	}
	return authority_holds(&h->ra, clock_now(), err);
}

void
handover_judge(struct application *app, struct view *v)
{
	struct handover *h = app->handover;
	struct err *fault = &h->gate.fault;

	memset(fault, 0, sizeof(*fault));
	if (find_recognition(h, v, fault) == -1) {
		h->gate.by_user = false;
		return;
	}
	h->gate.by_user = authority_is_user(app->authority, &h->ra, app->uid);
	(void)check_scope(&h->ra, app->subscriber.name,
	    app->profile != NULL ? app->profile->name : "", app->csr->csr,
	    fault);
}

int
handover_load(struct application *app, struct view *v,
    const struct request *request, struct err *err)
{
	struct package_row row;
	struct subscriber subscriber;
	struct handover *h;

	if (package_of_request(v, request->id, &row) != 1)
		return 0;
	h = handover_new();
	h->row = row;
	memcpy(h->sha256, row.sha256, sizeof(h->sha256));
	memcpy(h->package.profile, request->profile,
	    sizeof(h->package.profile));
	if (subscriber_get(v, request->subscriber, &subscriber) == 1)
		memcpy(h->package.subscriber, subscriber.name,
		    sizeof(h->package.subscriber));
	if (authority_get(v, row.version_id, &h->version) != 1 ||
	    authority_read(v, &h->version, &h->ra, err) == -1) {
		handover_free(h);
		return err_set(err, EIO, "the external RA of request %lld is "
		    "gone", (long long)request->id);
	}
	handover_free(app->handover);
	app->handover = h;
	return 0;
}

/* --- what it says --------------------------------------------------------- */

static int
check_text(struct handover *h, struct err *err)
{
	if (package_parse(SLICE(&h->signature.content), &h->package,
	    err) == -1 ||
	    package_check(&h->package, h->version.name, clock_now(),
	    err) == -1)
		return -1;
	return h->package.revocation.size == 0 ? 0 : err_set(err, EINVAL,
	    "package: what asks for a revocation is signed, not encrypted, "
	    "and goes into revoke/reports/");
}

static int
check_place(struct application *app, struct view *v, struct err *err)
{
	const struct package *p = &app->handover->package;
	struct subscriber s;

	if (app->where.subscriber != 0 &&
	    (subscriber_get(v, app->where.subscriber, &s) != 1 ||
	    strcmp(s.name, p->subscriber) != 0))
		return err_set(err, EACCES, "it is for another subscriber than "
		    "the box it was dropped in");
	if (subscriber_find(v, p->subscriber, &s) != 1)
		return err_set(err, EACCES, "it is for a subscriber who is not "
		    "registered");
	if (app->where.profile[0] != '\0' && p->profile[0] != '\0' &&
	    strcmp(app->where.profile, p->profile) != 0)
		return err_set(err, EACCES, "it is for another profile than "
		    "the box it was dropped in");
	return check_scope(&app->handover->ra, p->subscriber,
	    app->where.profile[0] != '\0' ? app->where.profile :
	    p->profile[0] != '\0' ? p->profile : s.profiles[0],
	    app->csr->csr, err);
}

/* An id is accepted once; the same bytes in the same place are the same. */
static int
check_id(struct application *app, struct view *v, struct err *err)
{
	struct handover *h = app->handover;
	struct package_row row;

	if (package_find(v, h->version.authority, h->package.id, &row) != 1)
		return 0;
	if (strcmp(row.sha256, h->sha256) == 0 && row.box == app->box &&
	    strcmp(row.slot, app->slot_name) == 0) {
		h->row = row;
		return 0;
	}
	return err_set(err, EEXIST, "a package with its id was accepted from "
	    "this RA before");
}

/* The request that was inside takes the place of the package. */
static int
take_request(struct application *app, struct err *err)
{
	struct handover *h = app->handover;

	csr_cache_put(app->authority->cache, app->csr);
	app->csr = csr_cache_take(app->authority->cache,
	    SLICE(&h->package.request));
	bytes_copy(&app->dropped, SLICE(&h->package.request));
	app->unreadable = app->csr->csr == NULL;
	memset(&app->fault, 0, sizeof(app->fault));
	if (!app->unreadable)
		return 0;
	*err = app->csr->fault;
	return err_in(err, "the request in it");
}

static int
check_all(struct application *app, struct view *v, struct err *err)
{
	struct handover *h = app->handover;

	if (authority_recognise(v, &h->signature, &h->version, &h->ra,
	    err) == -1 || check_text(h, err) == -1)
		return -1;
	if (take_request(app, err) == -1)
		return -1;
	application_find(app, v);
	return check_place(app, v, err) == -1 ? -1 : check_id(app, v, err);
}

/* --- opening -------------------------------------------------------------- */

static void
go_on(struct application *app, const struct err *fault)
{
	if (fault != NULL) {
		app->unreadable = true;
		app->fault = *fault;
	}
	app->handover_next(app);
}

static int
open_it(struct application *app, const struct sign_answer *answer,
    struct err *err)
{
	struct handover *h = app->handover;
	struct bytes content = { 0 };
	int ret = -1;

	h->journal = answer->journal;
	if (answer->outcome == REFUSED)
		return sealed_refuse(err);
	if (answer->outcome != SIGNED) {
		h->lost = true;
		return err_set(err, EAGAIN, "it could not be opened just now: "
		    "drop it again");
	}
	if (sealed_open(&h->sealed, answer->signature, &content, err) == -1)
		goto out;
	ret = signed_read(SLICE(&content), &h->signature, err);
	/*
	 * Changed octets of CBC get so far when the padding stays right, which
	 * nobody shall learn; those of GCM never do.
	 */
	if (ret == -1 && (err->code == EBADMSG ||
	    (err->code == EILSEQ && !h->sealed.authenticated)))
		sealed_refuse(err);
	if (ret == -1 && err->code == EILSEQ)
		err->code = EKEYREJECTED;
out:
	bytes_wipe(&content);
	return ret;
}

static void
take_key(struct sign_order *order, const struct sign_answer *answer)
{
	struct application *app = application_of_order(order);
	struct err err = { 0 };
	struct view *v;
	int ret;

	if (app->authority->closed)
		return;
	bytes_free(&app->order.tbs);
	ret = open_it(app, answer, &err);
	if (ret == 0) {
		v = view_take(app->authority->parts->store);
		application_find(app, v);
		ret = check_all(app, v, &err);
		view_put(v);
	}
	go_on(app, ret == -1 ? &err : NULL);
}

struct recipient {
	struct view	*v;
	const struct config *config;
	const struct certificate *current;
};

/* Any certificate that the key handover ever had. */
static bool
has_serial(void *arg, const char *serial)
{
	const struct recipient *r = arg;
	struct certificate c;

	return certificate_find(r->v, serial, &c) == 1 &&
	    strcmp(c.spki_sha256, r->current->spki_sha256) == 0;
}

/* From the certificate: issuer and subjectKeyIdentifier. */
static int
take_apart(struct application *app, struct view *v, struct err *err)
{
	struct handover *h = app->handover;
	struct certificate current;
	struct recipient r = { v, app->authority->config, &current };
	struct sealed_recipient us = { .has_serial = has_serial, .arg = &r };
	struct bytes der = { 0 }, ber = { 0 };
	int ret = -1;

	if (own_certificate_find(v, r.config, "handover", &current) != 1 ||
	    certificate_der(v, current.id, &der) != 1 ||
	    sealed_recipient_of(SLICE(&der), &us) == -1) {
		err_set(err, EAGAIN, "ca/handover.pem is not there yet, so "
		    "nothing can be encrypted to it");
		goto out;
	}
	if (sealed_whole(SLICE(&h->dropped), &ber, err) == 1)
		ret = sealed_read(SLICE(&ber), &us, &h->sealed, err);
out:
	bytes_free(&ber);
	bytes_free(&der);
	return ret;
}

/* The same package in the same place: what is known of it counts. */
static bool
is_known(struct application *app, struct view *v)
{
	struct request request;
	struct err err;

	application_find(app, v);
	if (app->slot.request == 0 ||
	    strcmp(app->slot.sha256, app->handover->sha256) != 0 ||
	    request_get(v, app->slot.request, &request) != 1 ||
	    handover_load(app, v, &request, &err) == -1 ||
	    app->handover->row.id == 0)
		return false;
	bytes_clear(&app->dropped);
	if (documents_read(v, request.sha256, &app->dropped) != 1)
		return false;
	csr_cache_put(app->authority->cache, app->csr);
	app->csr = csr_cache_take(app->authority->cache,
	    SLICE(&app->dropped));
	app->unreadable = app->csr->csr == NULL;
	return true;
}

static void
ask_signer(struct application *app)
{
	struct signing *signing = app->authority->parts->signing;
	struct sign_order *order = &app->order;

	order->kind = SIGN_HANDOVER;
	snprintf(order->key, sizeof(order->key), "handover");
	order->intent = 0;
	order->recover = false;
	order->done = take_key;
	order->next = NULL;
	handover_key_put(&order->tbs, &app->handover->sealed.key);
	sha256_text(app->handover->key_sha256, SLICE(&order->tbs));
	signing->submit(signing, order);
}

void
handover_begin(struct application *app, void (*next)(struct application *))
{
	struct handover *h = handover_new();
	struct err err = { 0 };
	struct view *v;
	bool known;
	int ret = 0;

	app->handover = h;
	app->handover_next = next;
	bytes_copy(&h->dropped, SLICE(&app->dropped));
	memcpy(h->sha256, app->csr->sha256, sizeof(h->sha256));
	v = view_take(app->authority->parts->store);
	known = is_known(app, v);
	if (!known)
		ret = take_apart(app, v, &err);
	view_put(v);
	if (ret == -1 && err.code == EAGAIN)
		application_finish(app, &err);
	else if (known || ret == -1)
		go_on(app, known ? NULL : &err);
	else
		ask_signer(app);
}
