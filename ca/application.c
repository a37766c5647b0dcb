/*
 * One application on its way: found, judged, and given its to-be-signed
 * certificate.  Judging reads one view and writes nothing, so the same
 * function serves the caller's thread and, when the ground moved in between,
 * the committer's transaction.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "application.h"
#include "authentication.h"
#include "authority_own.h"
#include "crl_reason.h"
#include "handover.h"
#include "key.h"
#include "lint.h"
#include "paths.h"
#include "permit.h"
#include "stop.h"
#include "store_events.h"
#include "subject.h"
#include "succession.h"
#include "text.h"
#include "twin.h"

struct application *
application_new(struct authority *authority)
{
	struct application	*app;

	if ((app = calloc(1, sizeof(*app))) == NULL)
		die("out of memory");
	app->authority = authority;
	return app;
}

void
application_free(struct application *app)
{
	if (app == NULL)
		return;
	csr_cache_put(app->authority->cache, app->csr);
	registered_free(&app->registered);
	event_free(app->decision);
	bytes_free(&app->dropped);
	bytes_free(&app->gates);
	bytes_free(&app->spki);
	bytes_free(&app->tbs);
	bytes_free(&app->der);
	bytes_free(&app->order.tbs);
	handover_free(app->handover);
	free(app);
}

struct application *
application_of_order(struct sign_order *order)
{
	return (struct application *)(void *)((char *)order -
	    offsetof(struct application, order));
}

struct application *
application_of_retry(struct retry *retry)
{
	return (struct application *)(void *)((char *)retry -
	    offsetof(struct application, retry));
}

/* "www" of "www.csr": what is left of the suffix. */
static void
name_slot(char to[SLOT_NAME + 1], const char *file_name)
{
	const char	*dot = strrchr(file_name, '.');
	size_t		 size;

	size = dot == NULL ? strlen(file_name) : (size_t)(dot - file_name);
	if (size > SLOT_NAME)
		size = SLOT_NAME;
	memcpy(to, file_name, size);
	to[size] = '\0';
}

void
application_drop(struct application *app, const struct drop *drop)
{
	app->box = drop->box;
	app->file = drop->file;
	app->uid = drop->uid;
	app->mtime = drop->mtime;
	app->received = clock_now();
	snprintf(app->file_name, sizeof(app->file_name), "%s",
	    drop->file_name);
	name_slot(app->slot_name, drop->file_name);
	bytes_copy(&app->dropped, drop->bytes);
	app->csr = csr_cache_take(app->authority->cache, drop->bytes);
	app->unreadable = app->csr->csr == NULL;
	app->fault = app->csr->fault;
	waiting_key(&app->entry, app->box, app->slot_name, app->csr->sha256);
}

/* The decision that approved it, newest last. */
static int
find_decision(void *arg, const struct event_row *row)
{
	struct application	*app = arg;

	if (strcmp(row->name, "request-decided") == 0)
		app->decided_seq = row->seq;
	return 0;
}

int
application_load(struct application *app, struct view *v,
    const struct request *request, struct err *e)
{
	struct slot	slot;

	if (slot_get(v, request->slot, &slot) != 1)
		return err_set(e, EIO, "the slot of request %lld is gone",
		    (long long)request->id);
	if (documents_read(v, request->sha256, &app->dropped) != 1)
		return err_set(e, EIO, "the document of request %lld is gone",
		    (long long)request->id);
	app->taken_up = true;
	app->request = *request;
	app->box = slot.box;
	app->file = slot.file;
	app->uid = request->uid;
	app->mtime = slot.mtime;
	app->received = request->received;
	memcpy(app->file_name, slot.file_name, sizeof(app->file_name));
	memcpy(app->slot_name, slot.name, sizeof(app->slot_name));
	app->csr = csr_cache_take(app->authority->cache,
	    SLICE(&app->dropped));
	if (request->predecessor != 0)
		certificate_get(v, request->predecessor, &app->predecessor);
	events_of_request(v, request->id, 0, find_decision, app);
	if (handover_is_package(app->file_name) &&
	    handover_load(app, v, request, e) == -1)
		return -1;
	waiting_key(&app->entry, app->box, app->slot_name,
	    application_sha256(app));
	if (app->csr->csr == NULL)
		return err_set(e, EIO, "request %lld no longer reads: %.300s",
		    (long long)request->id, app->csr->fault.text);
	return 0;
}

/*
 * Whose it is: of a named box the box's, else the one subscriber of the uid;
 * what was taken up stays with the slot's, whatever uid lists are by now.
 */
static void
find_subscriber(struct application *app, struct view *v)
{
	int	found;

	if (app->where.subscriber != 0)
		found = subscriber_get(v, app->where.subscriber,
		    &app->subscriber);
	else if (app->taken_up && app->slot.subscriber != 0)
		found = subscriber_get(v, app->slot.subscriber,
		    &app->subscriber);
	else if (app->handover != NULL &&
	    app->handover->package.subscriber[0] != '\0')
		found = subscriber_find(v, app->handover->package.subscriber,
		    &app->subscriber);
	else
		found = subscriber_of_user(v, app->uid, &app->subscriber);
	if (found != 1)
		app->subscriber.id = 0;
	app->subscribers = found;
}

void
application_find(struct application *app, struct view *v)
{
	char	path[PATH_TEXT];

	memset(&app->subscriber, 0, sizeof(app->subscriber));
	if (slot_find(v, app->box, app->slot_name, &app->slot) != 1)
		memset(&app->slot, 0, sizeof(app->slot));
	if (box_get(v, app->box, &app->where) != 1)
		memset(&app->where, 0, sizeof(app->where));
	path_box(path, v, app->box);
	snprintf(app->box_path, sizeof(app->box_path), "%.199s", path);
	find_subscriber(app, v);
	registered_load(&app->registered, v, app->subscriber.id);
}

/*
 * A CN that reads like a DNS name stands for one, but only where the profile
 * takes those.
 */
void
application_find_names(struct application *app)
{
	const struct csr	*csr = app->csr->csr;

	app->names = csr->names;
	app->name_count = csr->name_count;
	if (csr->names_from_subject && app->profile != NULL &&
	    !profile_takes_names(app->profile, "dns"))
		app->name_count = 0;
}

/* The subject as it would be certified: it decides whose follower this is. */
static void
find_subject(struct application *app, struct view *v, usec_t now)
{
	struct subject_case	c = {
		.profile = app->profile, .registered = &app->registered,
		.names = app->names, .name_count = app->name_count,
		.now = now
	};

	subject_make(&c, &app->subject, &app->subject_fault);
	dn_digest(&app->subject, app->subject_sha256);
	app->basis.subject = app->subject_sha256[0] == '\0' ? 0 :
	    subject_owner(v, app->subject_sha256);
}

/* What the slot holds now, when it still counts, and the change to it. */
static int
find_predecessor(struct application *app, struct view *v, usec_t now,
    struct err *e)
{
	struct wanted	wanted = {
		app->profile, app->csr->csr->spki_sha256, &app->subject,
		app->names, app->name_count
	};
	struct bytes	der = { 0 };
	int		rc;

	app->succession = NEW_APPLICATION;
	app->predecessor.id = 0;
	if (app->slot.certificate == 0 ||
	    certificate_get(v, app->slot.certificate,
	    &app->predecessor) != 1)
		return 0;
	/* What is suspended stays what it is about: a gate refuses. */
	if ((app->predecessor.revoked != 0 &&
	    app->predecessor.reason != REASON_HOLD) ||
	    app->predecessor.not_after <= now ||
	    app->predecessor.subscriber != app->subscriber.id) {
		app->predecessor.id = 0;
		return 0;
	}
	if (certificate_der(v, app->predecessor.id, &der) != 1)
		return err_set(e, EIO, "certificate %s is not in the store",
		    app->predecessor.serial);
	rc = succession_compare(SLICE(&der), &wanted, &app->succession, e);
	if (app->succession == NEW_APPLICATION)
		app->predecessor.id = 0;
	bytes_free(&der);
	return rc;
}

static void
add_finding(struct verdict *verdict, const char *rule,
    const char *requirements, const struct err *why)
{
	struct finding	*finding;

	if (verdict->finding_count == VERDICT_MAX)
		return;
	finding = &verdict->findings[verdict->finding_count++];
	finding->rule = rule;
	finding->requirements = requirements;
	finding->kind = FINDING_NO;
	finding->code = why->code != 0 ? why->code : EINVAL;
	snprintf(finding->text, sizeof(finding->text), "%.299s", why->text);
}

static void
add_passed(struct verdict *verdict, const char *rule,
    const char *requirements, const char *text)
{
	struct passed_rule	*passed;

	if (verdict->passed_count == VERDICT_MAX)
		return;
	passed = &verdict->passed[verdict->passed_count++];
	passed->rule = rule;
	passed->requirements = requirements;
	snprintf(passed->text, sizeof(passed->text), "%s", text);
}

/* What the findings come to. */
static void
conclude(struct application *app)
{
	const struct finding	*finding;
	size_t			 i;

	app->outcome = app->verdict.finding_count == 0 &&
	    app->verdict.complete ? OUTCOME_APPROVED : OUTCOME_PENDING;
	memset(&app->fault, 0, sizeof(app->fault));
	for (i = 0; i < app->verdict.finding_count; i++) {
		finding = &app->verdict.findings[i];
		if (finding->kind != FINDING_NO)
			continue;
		app->outcome = OUTCOME_REFUSED;
		err_set(&app->fault, finding->code, "%s", finding->text);
		return;
	}
}

static void
judged_fill(struct judged *judged, const struct application *app)
{
	judged->profile = app->profile;
	judged->spki = app->internal ? app->spki : app->csr->csr->spki;
	snprintf(judged->key_type, sizeof(judged->key_type), "%s",
	    app->internal ? app->key_type : app->csr->csr->key_type);
	judged->subject = app->subject;
	judged->names = app->names;
	judged->name_count = app->name_count;
	judged->crl_point = app->shard != NULL ? app->shard->url : NULL;
	if (app->succession == RE_KEY && !profile_re_key_may(app->profile,
	    "expiry"))
		judged->end = app->predecessor.not_after;
}

/*
 * From an empty verdict to what will be signed.  What the lint finds is a
 * finding like any other.
 */
static int
make_certificate(struct application *app, usec_t now, struct err *e)
{
	static const char	lint[] = "pre-issuance-lint";
	static const char	clauses[] = "GEN-6.6.1-01 GEN-6.6.1-02";
	struct judged		judged = { 0 };
	struct permit		*permit;
	struct err		why = { 0 };
	int			rc;

	app->shard = app->profile->ocsp_nocheck ? NULL :
	    shards_choose(app->authority->shards);
	judged_fill(&judged, app);
	if ((permit = permit_make(&app->verdict, &judged)) == NULL)
		return err_set(e, EIO, "a verdict without findings made no "
		    "permit");
	stop_at("core.permitted");
	bytes_clear(&app->tbs);
	rc = permit_spend(permit, app->authority->config, now, app->serial,
	    &app->tbs, e);
	permit_free(permit);
	if (rc == -1)
		return -1;
	stop_at("core.tbs-built");
	sha256_text(app->tbs_sha256, SLICE(&app->tbs));
	if (tbs_lint(SLICE(&app->tbs), app->profile, app->authority->config,
	    judged.crl_point, &why) == -1)
		add_finding(&app->verdict, lint, clauses, &why);
	else
		add_passed(&app->verdict, lint, clauses,
		    "the certificate to be signed conforms");
	stop_at("core.linted");
	return 0;
}

/* What an approval of this would bind, and the approval there is. */
static void
find_approval(struct application *app, struct view *v)
{
	const struct csr	*csr = app->csr->csr;
	struct dossier_basis	*today = &app->today;

	memset(today, 0, sizeof(*today));
	memset(&app->approval, 0, sizeof(app->approval));
	if (app->registered.is_known)
		memcpy(today->registration_sha256,
		    app->registered.version.sha256,
		    sizeof(today->registration_sha256));
	memcpy(today->spki_sha256, csr->spki_sha256,
	    sizeof(today->spki_sha256));
	if (app->profile != NULL)
		memcpy(today->profile_sha256, app->profile->sha256,
		    sizeof(today->profile_sha256));
	names_digest(app->names, app->name_count, app->subject_sha256,
	    today->names_sha256);
	memcpy(today->content_sha256, app->csr->sha256,
	    sizeof(today->content_sha256));
	if (app->request.id == 0 || approval_of_request(v, app->request.id,
	    &app->approval) != 1)
		app->approval.dossier = 0;
}

/*
 * The key's newest certificate, where it matters what else was issued for the
 * key (ca/twin.h); else 0.
 */
static usec_t
newest_of_key(const struct application *app, struct view *v)
{
	struct key	key;

	if (app->internal || app->profile == NULL ||
	    (app->profile->renewal && app->profile->modification) ||
	    keys_find(v, app->csr->csr->spki_sha256, &key) != 1)
		return 0;
	return key.newest;
}

static int
judge_request(struct application *app, struct view *v, usec_t now,
    struct err *e)
{
	const struct csr	*csr = app->csr->csr;
	struct gate_case	 c = { .config = app->authority->config };
	const char		*profile;

	c.subscribers = app->subscribers;
	profile = app->where.profile[0] != '\0' ? app->where.profile :
	    app->handover != NULL &&
	    app->handover->package.profile[0] != '\0' ?
	    app->handover->package.profile : app->subscriber.profiles[0];
	app->profile = config_profile(c.config, profile);
	app->basis.key = newest_of_key(app, v);
	application_find_names(app);
	find_subject(app, v, now);
	if (find_predecessor(app, v, now, e) == -1 ||
	    twin_find(app, v, now, e) == -1)
		return -1;
	c.now = app->judged = now;
	c.uid = app->uid;
	c.box = &app->where;
	c.slot = &app->slot;
	c.subscriber = app->subscriber.id != 0 ? &app->subscriber : NULL;
	c.profile_name = profile;
	c.profile = app->profile;
	c.key = csr->key;
	c.key_fault = &app->csr->key_fault;
	c.key_type = csr->key_type;
	c.spki_sha256 = csr->spki_sha256;
	c.registered = &app->registered;
	c.subject = &app->subject;
	c.subject_fault = &app->subject_fault;
	c.subject_owner = app->basis.subject;
	c.names = app->names;
	c.name_count = app->name_count;
	c.succession = app->succession;
	c.predecessor = app->predecessor.id != 0 ? &app->predecessor : NULL;
	c.twin = app->twin.certificate.id != 0 ? &app->twin : NULL;
	c.issuer_end = c.config->issuing_not_after;
	if (app->handover != NULL) {
		handover_judge(app, v);
		c.handed_over = &app->handover->gate;
	}
	authentication_find(app, v);
	c.signed_by = app->signed_by.serial != NULL ? &app->signed_by : NULL;
	find_approval(app, v);
	c.approved = app->approval.dossier != 0 ? &app->approval : NULL;
	c.basis = &app->today;
	app->standing_approval = gate_approval(&c) != NULL ?
	    app->approval.dossier : 0;
	return gates_judge(v, &c, &app->verdict, e);
}

static int
judge_own(struct application *app, struct view *v, usec_t now, struct err *e)
{
	struct gate_case	 c = { .config = app->authority->config };
	struct err		 key_fault = { 0 };
	EVP_PKEY		*key;
	char			 type[KEY_TYPE] = "";
	int			 rc;

	key = key_from_spki(SLICE(&app->spki), type, &key_fault);
	if (key != NULL)
		key_check(key, &key_fault);
	snprintf(app->key_type, sizeof(app->key_type), "%s", type);
	app->profile = config_profile(c.config, app->profile_name);
	c.now = now;
	c.profile_name = app->profile_name;
	c.profile = app->profile;
	c.key = key;
	c.key_fault = &key_fault;
	c.key_type = app->key_type;
	c.spki_sha256 = app->spki_sha256;
	c.subject = &app->subject;
	c.issuer_end = c.config->issuing_not_after;
	c.approval = app->standing_approval;
	rc = gates_judge(v, &c, &app->verdict, e);
	key_give_back(key);
	return rc;
}

static void
basis_take(struct basis *basis, const struct application *app,
    const struct slot *slot, struct view *v)
{
	struct dossier	dossier;

	memset(basis, 0, sizeof(*basis));
	basis->policy_seq = store_policy(v);
	if (app->subject_sha256[0] != '\0')
		basis->subject = subject_owner(v, app->subject_sha256);
	if (slot->request != 0 && dossier_of(v, DOSSIER_REQUEST, slot->request,
	    &dossier) == 1) {
		basis->dossier = dossier.id;
		basis->decided = dossier.moved;
	}
	basis->key = newest_of_key(app, v);
	basis->slot = slot->id;
	basis->request = slot->request;
	basis->certificate = slot->certificate;
}

bool
application_is_as_judged(const struct application *app, struct view *v)
{
	struct slot	slot;
	struct basis	now;

	if (app->internal ||
	    slot_find(v, app->box, app->slot_name, &slot) != 1)
		memset(&slot, 0, sizeof(slot));
	basis_take(&now, app, &slot, v);
	return memcmp(&now, &app->basis, sizeof(now)) == 0;
}

/* No policy has this number. */
void
application_forget_judgement(struct application *app)
{
	memset(&app->basis, 0, sizeof(app->basis));
	app->basis.policy_seq = -1;
}

int
application_judge_found(struct application *app, struct view *v,
    struct err *e)
{
	usec_t	now = clock_now();

	basis_take(&app->basis, app, &app->slot, v);
	event_free(app->decision);
	app->decision = NULL;
	bytes_clear(&app->gates);
	if ((app->internal ? judge_own(app, v, now, e) :
	    judge_request(app, v, now, e)) == -1)
		return -1;
	conclude(app);
	app->is_judged = true;
	if (app->outcome != OUTCOME_APPROVED)
		return 0;
	if (make_certificate(app, now, e) == -1)
		return -1;
	conclude(app);
	return 0;
}

/*
 * Taken up again after a crash, the intent's octets are what says the subject:
 * the registration may have moved since.
 */
void
application_approved(const struct application *app, struct approved *approved)
{
	approved->subject = app->is_judged ? &app->subject : NULL;
	approved->names = app->names;
	approved->name_count = app->name_count;
	approved->spki_sha256 = app->internal ? app->spki_sha256 :
	    app->csr->csr->spki_sha256;
}

int
application_judge(struct application *app, struct view *v, struct err *e)
{
	if (!app->internal)
		application_find(app, v);
	return application_judge_found(app, v, e);
}

void
application_expect(struct application *app, bool soon)
{
	if (app->expected != soon)
		commit_expect(app->authority->parts->committer,
		    soon ? 1 : -1);
	app->expected = soon;
}

void
application_finish(struct application *app, const struct err *fault)
{
	if (app->internal_done != NULL)
		app->internal_done(app->internal_arg,
		    fault == NULL ? app->certificate.id : 0, fault);
	application_expect(app, false);
	waiting_finish(app->authority->waiting, &app->entry, fault);
	application_free(app);
}

const char *
application_sha256(const struct application *app)
{
	return app->handover != NULL ? app->handover->sha256 :
	    app->csr->sha256;
}
