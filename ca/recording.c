/*
 * The transaction of a decision.  What it writes follows from the outcome:
 *
 *	approved   document, request, slot, status, event, intent
 *	pending    document, request, slot, status, event
 *	refused    document, request, status, event; the slot only when nothing
 *	           is registered in it: a refused overwrite destroys nothing
 *	refused for form, or by somebody without a right here: an event, and
 *	           for the former a status
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "authentication.h"
#include "authority_own.h"
#include "dossier.h"
#include "event.h"
#include "handover.h"
#include "recording.h"
#include "status_text.h"
#include "store_consents.h"
#include "store_events.h"
#include "subject.h"
#include "text.h"

void
record_requirements(struct event *event, const char *list)
{
	char		 one[64];
	const char	*end;
	size_t		 size;

	while (*list != '\0') {
		end = strchrnul(list, ' ');
		size = (size_t)(end - list);
		if (size >= sizeof(one))
			size = sizeof(one) - 1;
		memcpy(one, list, size);
		one[size] = '\0';
		if (size > 0)
			event_requirement(event, one);
		list = *end == ' ' ? end + 1 : end;
	}
}

void
record_slot(struct event *event, int64_t request, const struct box *box,
    int64_t slot)
{
	char	text[96], name[32] = "";

	if (slot != 0)
		snprintf(name, sizeof(name), "slot-%lld", (long long)slot);
	if (box->subscriber == 0)
		snprintf(text, sizeof(text), "requests/%s", name);
	else
		snprintf(text, sizeof(text), "requests/subscriber-%lld/%s",
		    (long long)box->subscriber, name);
	event_request(event, request, text);
}

struct event *
record_event(const struct application *app, const char *name,
    enum component component)
{
	const struct profile	*profile = app->profile;
	struct event		*event;

	event = event_new(name, component);
	if (!app->internal)
		record_slot(event, app->request.id, &app->where,
		    app->slot.id);
	if (profile != NULL)
		event_policy(event, profile->name, profile->policy_oid,
		    profile->base_policy);
	return event;
}

int
record_append(struct application *app, struct tx *tx, struct event *event,
    bool announce, struct err *e)
{
	int64_t	seq = 0;
	int	rc;

	rc = events_append(tx, event, &seq, e);
	if (rc == 0 && announce) {
		app->event_seq = seq;
		app->event_time = clock_now();
		snprintf(app->event_name, sizeof(app->event_name), "%s",
		    event_name(event));
	}
	event_free(event);
	return rc;
}

/* --- the status text ------------------------------------------------------ */

static void
status_facts(const struct application *app, enum request_state state,
    struct status_facts *f)
{
	const struct csr	*csr = app->csr == NULL ? NULL : app->csr->csr;

	memset(f, 0, sizeof(*f));
	f->state = state;
	f->box_path = app->box_path;
	f->slot = &app->slot;
	f->request = app->request.id;
	f->dossier = app->dossier;
	f->path = app->request.path;
	f->subscriber = app->subscriber.name;
	f->profile = app->profile != NULL ? app->profile->name : "";
	f->key_type = csr != NULL ? csr->key_type : "";
	f->predecessor = app->predecessor.id != 0 ?
	    app->predecessor.serial : "";
	f->received = app->received;
	f->decided = app->request.decided;
	f->sandbox = app->authority->config->sandbox;
	f->ignored = csr != NULL ? csr->ignored : "";
	f->registered = csr != NULL && csr->common_name[0] != '\0' &&
	    app->profile != NULL && app->profile->subject[0][0] != '\0' &&
	    !app->profile->subject_from_first_name;
	if (!app->unreadable && (app->verdict.complete ||
	    app->verdict.finding_count > 0)) {
		f->verdict = &app->verdict;
		f->gates = SLICE(&app->gates);
	}
	if (state == ISSUED) {
		f->serial = app->certificate.serial;
		f->not_before = app->certificate.not_before;
		f->not_after = app->certificate.not_after;
		f->renew_after = f->not_after - (app->profile == NULL ? 0 :
		    app->profile->renew_days * USEC_DAY);
	}
	if (state == REJECTED)
		f->fault = f->verdict == NULL || app->reason[0] != '\0' ?
		    app->fault.text : "";
}

/* NULL where the profile does not ask for it. */
static const char *
acceptance_line(const struct application *app, struct view *v, char said[80])
{
	struct acceptance	a;

	if (app->profile == NULL || !app->profile->acceptance)
		return NULL;
	snprintf(said, 80, "awaited; write accept into its folder in issued/");
	if (acceptance_get(v, app->certificate.id, &a) == 1)
		status_text_acceptance(said, a.time, a.uid);
	return said;
}

int
record_status(struct application *app, struct tx *tx,
    enum request_state state, struct err *e)
{
	struct certificate	kept;
	struct status_facts	facts;
	struct bytes		old = { 0 }, text = { 0 };
	char			said[80];
	int			rc;

	status_facts(app, state, &facts);
	/* Judged before a restart: the gates' answers stand in the old text. */
	if (facts.verdict == NULL && app->taken_up && app->slot.status != 0 &&
	    status_text(tx_view(tx), app->slot.status, &old) == 1) {
		facts.gates = status_text_gates(SLICE(&old));
		if (facts.gates.size > 0) {
			facts.ignored = "";
			facts.registered = false;
		}
	}
	if (state == REJECTED && app->slot.certificate != 0 &&
	    certificate_get(tx_view(tx), app->slot.certificate, &kept) == 1)
		facts.kept = kept.serial;
	if (state == ISSUED)
		facts.acceptance = acceptance_line(app, tx_view(tx), said);
	status_text_render(&facts, &text);
	rc = status_put(tx, &app->slot, clock_now(), SLICE(&text),
	    status_text_answers(SLICE(&text)), e);
	bytes_free(&text);
	bytes_free(&old);
	return rc;
}

/* --- the slot ------------------------------------------------------------- */

/* Is something registered in it that a refusal must leave alone? */
static bool
slot_is_live(struct view *v, const struct slot *slot)
{
	struct request	request;

	return slot->id != 0 && slot->sha256[0] != '\0' &&
	    slot->request != 0 &&
	    request_get(v, slot->request, &request) == 1 &&
	    (request.state == PENDING || request.state == APPROVED ||
	    request.state == ISSUED);
}

/* As it stands now; EEXIST when its name is in use with another suffix. */
static int
slot_read(struct application *app, struct view *v, struct err *e)
{
	memset(&app->slot, 0, sizeof(app->slot));
	if (slot_find(v, app->box, app->slot_name, &app->slot) != 1) {
		memset(&app->slot, 0, sizeof(app->slot));
		app->slot.box = app->box;
		snprintf(app->slot.name, sizeof(app->slot.name), "%s",
		    app->slot_name);
	}
	app->names_known = app->slot.id != 0;
	if (!app->taken_up && app->slot.sha256[0] != '\0' &&
	    strcmp(app->slot.file_name, app->file_name) != 0)
		return err_set(e, EEXIST, "%s is in use for %s",
		    app->slot.name, app->slot.file_name);
	return 0;
}

/* The file as it was dropped takes the slot. */
static void
slot_take(struct application *app)
{
	struct slot	*slot = &app->slot;

	if (app->taken_up)
		return;
	snprintf(slot->file_name, sizeof(slot->file_name), "%s",
	    app->file_name);
	snprintf(slot->sha256, sizeof(slot->sha256), "%s",
	    application_sha256(app));
	if (app->subscriber.id != 0)
		slot->subscriber = app->subscriber.id;
	slot->file = app->file;
	slot->uid = app->uid;
	slot->mtime = app->mtime;
	slot->size = app->handover != NULL && !app->taken_up ?
	    app->handover->dropped.size : app->dropped.size;
}

/* A request of this slot that waited for a person is withdrawn by this one. */
static int
supersede(struct application *app, struct tx *tx, struct err *e)
{
	struct request	 old;
	struct event	*event;

	if (app->slot.request == 0 || app->slot.request == app->request.id ||
	    request_get(tx_view(tx), app->slot.request, &old) != 1 ||
	    old.state != PENDING)
		return 0;
	old.state = WITHDRAWN;
	if (request_put(tx, &old, e) == -1 ||
	    dossier_close_request(tx, old.id, true, "its owner dropped other "
	    "octets in its place", e) == -1)
		return -1;
	event = event_new("request-withdrawn", REGISTRATION);
	event_actor(event, app->uid, "subscriber");
	record_slot(event, old.id, &app->where, app->slot.id);
	record_requirements(event, "REG-6.4.5-03");
	event_outcome(event, "withdrawn");
	event_detail(event, "why", "other bytes were dropped into its slot");
	return record_append(app, tx, event, false, e);
}

/* --- request and event ---------------------------------------------------- */

static const enum request_state state_of[] = {
	[OUTCOME_REFUSED] = REJECTED, [OUTCOME_PENDING] = PENDING,
	[OUTCOME_APPROVED] = APPROVED
};
static const char *const word_of[] = {
	[OUTCOME_REFUSED] = "refused", [OUTCOME_PENDING] = "pending",
	[OUTCOME_APPROVED] = "approved"
};

static int
put_request(struct application *app, struct tx *tx, struct err *e)
{
	struct request	*request = &app->request;

	request->state = state_of[app->outcome];
	request->decided = clock_now();
	request->predecessor = app->predecessor.id;
	snprintf(request->path, sizeof(request->path), "%s",
	    succession_name(app->succession));
	snprintf(request->profile, sizeof(request->profile), "%s",
	    app->profile != NULL ? app->profile->name : "");
	if (request->id == 0) {
		request->slot = app->slot.id;
		request->subscriber = app->subscriber.id;
		request->uid = app->uid;
		request->received = app->received;
		memcpy(request->sha256, app->csr->sha256,
		    sizeof(request->sha256));
		memcpy(request->spki_sha256, app->csr->csr->spki_sha256,
		    sizeof(request->spki_sha256));
	}
	return request_put(tx, request, e);
}

static void
event_verdict(struct event *event, const struct verdict *verdict)
{
	size_t	i;

	for (i = 0; i < verdict->passed_count; i++) {
		event_rule(event, verdict->passed[i].rule, "passed",
		    verdict->passed[i].text);
		record_requirements(event, verdict->passed[i].requirements);
	}
	for (i = 0; i < verdict->finding_count; i++) {
		event_rule(event, verdict->findings[i].rule,
		    verdict->findings[i].kind == FINDING_NO ? "no" : "wait",
		    verdict->findings[i].text);
		record_requirements(event, verdict->findings[i].requirements);
	}
}

/*
 * What is asked and for whom, as one object.  Names that may be a person's
 * stand in the document alone.
 */
static void
event_application(struct event *event, const struct application *app)
{
	const struct registration_version	*r = &app->registered.version;

	if (app->subscriber.id != 0)
		event_detail_number(event, "subscriber", app->subscriber.id);
	if (app->registered.is_known) {
		event_detail(event, "subject-kind",
		    subject_kind_name(r->kind));
		event_detail(event, "subject", r->subject_is_subscriber ?
		    "the subscriber" : "another one");
		event_detail_number(event, "registration-version",
		    r->version);
	}
	if (!app->is_judged || app->internal)
		return;
	event_detail_number(event, "names", (int64_t)app->name_count);
	if (app->profile != NULL)
		event_detail_number(event, "validity-days",
		    app->profile->days);
	if (app->standing_approval != 0)
		event_detail_number(event, "approved-in-dossier",
		    app->standing_approval);
}

/* What change it is, of what, and who says so (REG-6.3.6-02). */
static void
event_change(struct event *event, const struct application *app)
{
	char	said[AUTHENTICATION];

	event_detail(event, "path", succession_name(app->succession));
	if (app->predecessor.id == 0)
		return;
	event_detail(event, "predecessor", app->predecessor.serial);
	event_detail(event, "predecessor-was",
	    authentication_state(&app->predecessor, app->judged));
	authentication_text(app, said);
	event_detail(event, "authenticated-by", said);
}

/* All of it but the request's number, which it may not have yet. */
static struct event *
decision_event(const struct application *app)
{
	struct event	*event;

	event = record_event(app, app->outcome == OUTCOME_REFUSED ?
	    "request-refused" : "request-decided", app->internal ?
	    KEY_MANAGEMENT : REGISTRATION);
	if (app->internal)
		event_actor_self(event);
	else
		event_actor(event, app->uid, "subscriber");
	if (app->csr != NULL)
		event_input(event, "request", app->dropped.size,
		    app->csr->sha256);
	event_outcome(event, word_of[app->outcome]);
	event_verdict(event, &app->verdict);
	if (app->unreadable)
		event_rule(event, app->fault.code == EKEYREJECTED ?
		    "proof-of-possession" : "request-form", "no",
		    app->fault.text);
	record_requirements(event, app->unreadable ?
	    "REG-6.3.2-00B REG-6.4.5-03" : "REG-6.4.5-03");
	if (app->is_judged && !app->internal)
		event_change(event, app);
	if (app->outcome == OUTCOME_APPROVED)
		event_detail(event, "intended-serial", app->serial);
	event_application(event, app);
	return event;
}

void
record_prepare(struct application *app)
{
	if (!app->verdict.complete)
		return;
	event_free(app->decision);
	app->decision = decision_event(app);
	bytes_clear(&app->gates);
	status_text_put_gates(&app->verdict, &app->gates);
}

static int
put_decided(struct application *app, struct tx *tx, struct err *e)
{
	struct event	*event = app->decision;
	int		 rc;

	if (event == NULL)
		event = decision_event(app);
	app->decision = NULL;
	if (!app->internal)
		record_slot(event, app->request.id, &app->where,
		    app->slot.id);
	rc = record_append(app, tx, event, true, e);
	if (rc == 0)
		app->decided_seq = app->event_seq;
	return rc;
}

/* One certificate more on this registration (REG-6.3.1-00E). */
static int
count_use(const struct application *app, struct tx *tx, struct err *e)
{
	const struct registered	*r = &app->registered;

	if (!r->is_known)
		return 0;
	return registration_count_use(tx, r->version.id,
	    app->profile->reuse_count > 0, e);
}

static int
put_intent(struct application *app, struct tx *tx, struct err *e)
{
	struct intent	*intent = &app->intent;

	memset(intent, 0, sizeof(*intent));
	intent->kind = SIGN_CERTIFICATE;
	snprintf(intent->key, sizeof(intent->key), "%s",
	    app->profile->issuer_key);
	memcpy(intent->serial, app->serial, sizeof(intent->serial));
	intent->request = app->request.id;
	intent->shard = app->shard != NULL ? app->shard->id : 0;
	snprintf(intent->profile, sizeof(intent->profile), "%s",
	    app->profile->name);
	memcpy(intent->tbs_sha256, app->tbs_sha256,
	    sizeof(intent->tbs_sha256));
	intent->time = clock_now();
	if (intent_put(tx, intent, SLICE(&app->tbs), e) == -1)
		return -1;
	/* What is begun may exist, so from here on the subject is taken. */
	if (app->subject_sha256[0] == '\0' || app->basis.subject != 0)
		return 0;
	return subject_put(tx, app->subject_sha256, app->internal ?
	    SUBJECT_OF_CA : app->subscriber.id, e);
}

/* --- the transactions ----------------------------------------------------- */

static int
put_document(struct application *app, struct tx *tx, struct err *e)
{
	char	sha256[SHA256_TEXT];

	return app->taken_up ? 0 :
	    documents_put(tx, SLICE(&app->dropped), sha256, e);
}

/* Who waits for a person waits in a dossier; who does not, in none. */
static int
put_dossier(struct application *app, struct tx *tx, struct err *e)
{
	if (app->outcome == OUTCOME_PENDING)
		return dossier_open_request(app, tx, e);
	if (app->basis.dossier == 0)
		return 0;
	return dossier_close_request(tx, app->request.id, false,
	    app->outcome == OUTCOME_REFUSED ? "the request was refused by a "
	    "gate" : "nobody is needed any more: every gate was passed", e);
}

/* A judged request: it has a row of its own, also when it is refused. */
static int
record_judged(struct application *app, struct tx *tx, struct err *e)
{
	bool	keep;

	keep = app->outcome == OUTCOME_REFUSED && app->request.id == 0 &&
	    slot_is_live(tx_view(tx), &app->slot);
	if (put_document(app, tx, e) == -1)
		return -1;
	if (!keep && supersede(app, tx, e) == -1)
		return -1;
	if (!keep)
		slot_take(app);
	if (app->slot.id == 0 && slot_put(tx, &app->slot, e) == -1)
		return -1;
	if (put_request(app, tx, e) == -1 || put_decided(app, tx, e) == -1)
		return -1;
	if (app->outcome == OUTCOME_APPROVED && (count_use(app, tx, e) == -1 ||
	    put_intent(app, tx, e) == -1))
		return -1;
	if (!keep)
		app->slot.request = app->request.id;
	if (put_dossier(app, tx, e) == -1 ||
	    record_status(app, tx, app->request.state, e) == -1)
		return -1;
	return slot_put(tx, &app->slot, e);
}

/* Not a request at all, or without proof of possession: no row of its own. */
static int
record_unreadable(struct application *app, struct tx *tx, struct err *e)
{
	bool	live = slot_is_live(tx_view(tx), &app->slot);

	if (put_document(app, tx, e) == -1)
		return -1;
	if (!live)
		slot_take(app);
	if (app->slot.id == 0 && slot_put(tx, &app->slot, e) == -1)
		return -1;
	if (put_decided(app, tx, e) == -1)
		return -1;
	if (!live)
		app->slot.request = 0;
	if (record_status(app, tx, REJECTED, e) == -1)
		return -1;
	return slot_put(tx, &app->slot, e);
}

/* The CA's own: no slot, no request; the approval is a standing one. */
static int
record_own(struct application *app, struct tx *tx, struct err *e)
{
	if (put_decided(app, tx, e) == -1)
		return -1;
	return app->outcome == OUTCOME_APPROVED ? put_intent(app, tx, e) : 0;
}

bool
record_status_is(const struct application *app, struct view *v,
    enum request_state state)
{
	struct bytes	text = { 0 };
	char		line[64];
	bool		same;

	snprintf(line, sizeof(line), "state: %s\n",
	    request_state_name(state));
	same = app->slot.status != 0 &&
	    status_text(v, app->slot.status, &text) == 1 &&
	    strncmp(bytes_text(&text), line, strlen(line)) == 0;
	bytes_free(&text);
	return same;
}

int
record_retaken(struct application *app, struct tx *tx, struct err *e)
{
	bool	other;

	if (slot_read(app, tx_view(tx), e) == -1 ||
	    supersede(app, tx, e) == -1)
		return -1;
	other = app->slot.request != app->request.id;
	slot_take(app);
	app->slot.request = app->request.id;
	if (app->request.state == ISSUED)
		app->slot.certificate = app->certificate.id;
	/* Its own last text, with the gates' answers, may stand there still. */
	if ((other || !record_status_is(app, tx_view(tx),
	    app->request.state)) &&
	    record_status(app, tx, app->request.state, e) == -1)
		return -1;
	return slot_put(tx, &app->slot, e);
}

bool
record_pending_moved(const struct application *app, struct view *v)
{
	struct status_facts	facts;
	struct bytes		old = { 0 }, new = { 0 };
	bool			moved;

	if (!dossier_is_current(app, v))
		return true;
	status_facts(app, PENDING, &facts);
	status_text_render(&facts, &new);
	moved = app->slot.status == 0 ||
	    status_text(v, app->slot.status, &old) != 1 ||
	    !slice_equal(status_text_gates(SLICE(&old)),
	    status_text_gates(SLICE(&new)));
	bytes_free(&old);
	bytes_free(&new);
	return moved;
}

/* What does not read was not judged, so this gate was not asked. */
static bool
slot_is_of_another(const struct application *app)
{
	return app->unreadable && app->slot.subscriber != 0 &&
	    app->slot.subscriber != app->subscriber.id;
}

static int
record_outcome(struct application *app, struct tx *tx, struct err *e)
{
	/* Without a right to this box there is nothing to write in it. */
	if (app->subscriber.id == 0 || slot_is_of_another(app) ||
	    (!app->unreadable && app->outcome == OUTCOME_REFUSED &&
	    !app->verdict.complete && app->request.id == 0))
		return put_document(app, tx, e) == -1 ? -1 :
		    put_decided(app, tx, e);
	if (app->unreadable)
		return record_unreadable(app, tx, e);
	return record_judged(app, tx, e);
}

int
record_decision(struct application *app, struct tx *tx, struct err *e)
{
	if (app->internal)
		return record_own(app, tx, e);
	if (app->box_path[0] == '\0')
		application_find(app, tx_view(tx));
	if (slot_read(app, tx_view(tx), e) == -1 ||
	    record_outcome(app, tx, e) == -1)
		return -1;
	return app->handover == NULL ? 0 :
	    handover_record(app, tx, !app->unreadable, e);
}
