/*
 * What an act changes, inside one transaction.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/slot_status.h"
#include "../ca/store_certificates.h"
#include "../ca/store_deadlines.h"
#include "../ca/store_events.h"
#include "../ca/store_notices.h"
#include "../ca/text.h"
#include "case_text.h"
#include "revocation_change.h"

static bool
is_final(int reason)
{
	return reason != REASON_HOLD && reason != REASON_REINSTATED;
}

/* --- the event ----------------------------------------------------------- */

struct event *
revocation_event(const struct act_order *o, const char *name)
{
	const struct certificate *c = &o->certificate;
	struct event *event = event_new(name, REVOCATION_MANAGEMENT);
	const struct profile *profile;
	char text[CLOCK_TEXT];

	if (o->by_itself)
		event_actor_self(event);
	else
		event_actor(event, o->uid, o->role);
	if (c->id != 0)
		event_certificate(event, c->id, c->serial, c->sha256,
		    c->spki_sha256, NULL);
	profile = config_profile(o->desk->parts->config, c->profile);
	if (profile != NULL)
		event_policy(event, profile->name, profile->policy_oid,
		    profile->base_policy);
	clock_text(text, o->received);
	event_detail(event, "received", text);
	event_requirements(event, "REV-6.2.4-08 REV-6.2.4-09 REV-6.4.5-09 "
	    "CSS-6.5.5-06");
	return event;
}

static void
detail_time(struct event *event, const char *name, usec_t time)
{
	char text[CLOCK_TEXT];

	if (time == 0)
		return;
	clock_text(text, time);
	event_detail(event, name, text);
}

void
revocation_event_facts(struct event *event, const struct act_order *o,
    usec_t decided)
{
	static const char *const how[] = {
		[BY_CA] = "the CA itself", [BY_LOGIN] = "login",
		[BY_PROOF] = "proof with the certificate's key",
		[BY_RA] = "a recognised RA", [BY_REPORT] = "report",
	};

	event_rule(event, "authorised", "yes", o->role);
	event_detail(event, "authenticated", how[o->how]);
	event_detail(event, "confirmation", o->exception[0] != '\0' ?
	    "exception" : "confirmed");
	if (o->exception[0] != '\0') {
		event_requirements(event, "REV-6.2.4-03BA REV-6.2.4-03BB");
		event_detail(event, "exception", o->exception);
	}
	detail_time(event, "decided", decided);
	detail_time(event, "at", o->words.at);
	detail_time(event, "invalidity", o->words.invalidity);
	detail_time(event, "until", o->words.until);
}

/* REV-6.3.9-03: the file is there with the change, the command is called. */
static void
event_notice(struct event *event, const struct config *config)
{
	event_requirements(event, "REV-6.3.9-03");
	event_detail(event, "notice", config->notices.command[0] == '\0' ?
	    "file" : "file, command");
}

/* `before`: what stood, or -1. */
static int
append_event(const struct act_order *o, const char *name,
    const char *outcome, int before, usec_t decided, struct tx *tx,
    struct err *err)
{
	struct slice line = slice_text(o->line);
	struct event *event;
	char digest[SHA256_TEXT], proof[SHA256_TEXT];

	if ((line.size > 0 && documents_put(tx, line, digest, err) != 0) ||
	    (o->proof.size > 0 &&
	    documents_put(tx, o->proof, proof, err) != 0))
		return -1;
	event = revocation_event(o, name);
	event_requirements(event, "REV-6.3.9-01 REV-6.3.9-04");
	if (decided != 0 && o->words.at == 0 && o->certificate.subscriber != 0)
		event_notice(event, o->desk->parts->config);
	if (line.size > 0)
		event_input(event, "revocation-request", line.size, digest);
	if (o->proof.size > 0)
		event_input(event, "proof-of-possession", o->proof.size,
		    proof);
	event_outcome(event, outcome);
	revocation_event_facts(event, o, decided);
	if (o->words.reason != REASON_REINSTATED) {
		event_rule(event, "reason", "yes",
		    reason_name(o->words.reason));
		event_detail(event, "reason", reason_name(o->words.reason));
	}
	if (before >= 0)
		event_detail(event, "reason-before", reason_name(before));
	if (o->words.reason == REASON_KEY_COMPROMISE)
		event_detail(event, "key", "blocked for ever");
	return desk_append(tx, event, err);
}

/* --- rows ---------------------------------------------------------------- */

static void
fill_row(const struct act_order *o, struct revocation *r, usec_t now)
{
	if (r->id == 0) {
		*r = (struct revocation){ .certificate = o->certificate.id };
		memcpy(r->serial, o->certificate.serial, sizeof r->serial);
		memcpy(r->issuer, o->certificate.issuer, sizeof r->issuer);
	}
	if (r->id == 0 || !is_final(r->reason)) {
		r->how = o->how;
		r->received = o->received;
		r->authenticated = o->authenticated != 0 ?
		    o->authenticated : o->received;
		r->decided = o->decided != 0 ? o->decided : now;
		/* It was invalid since it was suspended: X.509 8.5.2.1. */
		if (r->id == 0 || r->reason != REASON_HOLD)
			r->effective = o->effective != 0 ? o->effective :
			    now;
		r->until = o->words.until;
	}
	if (o->words.invalidity != 0)
		r->invalidity = o->words.invalidity;
	r->confirmation = o->exception[0] != '\0' ? CONFIRM_EXCEPTION :
	    CONFIRMED;
	r->confirmed = o->confirmed != 0 ? o->confirmed : now;
	memcpy(r->act, o->act, sizeof r->act);
	memcpy(r->role, o->role, sizeof r->role);
	event_person(o->uid, r->person);
	r->reason = o->words.reason;
	r->uid = o->uid;
	r->on_crl = r->on_ocsp = r->crl_number = 0;
}

static void
say_reinstated(char to[160], const char *since,
    const struct act_standing *before)
{
	char at[CLOCK_TEXT];
	int n;

	n = snprintf(to, 160, "reinstated, was suspended since %s", since);
	if (!before->planned)
		return;
	clock_text_seconds(at, before->plan.effective);
	snprintf(to + n, 160 - (size_t)n, "; still to be revoked at %s", at);
}

/* The words of the case about a change; `before` is the row until now. */
static void
say_change(char to[160], const struct act_order *o,
    const struct act_standing *before)
{
	const struct revocation *r = &before->row;
	char since[CLOCK_TEXT];

	clock_text_seconds(since, r->effective);
	if (o->words.reason == REASON_HOLD)
		snprintf(to, 160, "suspended");
	else if (o->words.reason == REASON_REINSTATED)
		say_reinstated(to, since, before);
	else if (!before->revoked || r->reason == REASON_REINSTATED)
		snprintf(to, 160, "revoked%s, reason %s (%d)", o->by_itself ?
		    " as scheduled" : "",
		    reason_name(o->words.reason), o->words.reason);
	else
		snprintf(to, 160, "reason %s (%d), was %s since %s",
		    reason_name(o->words.reason), o->words.reason,
		    reason_name(r->reason), since);
}

/*
 * From receipt, or from the day that was named (REV-6.2.4-05A), until all see
 * it.
 */
static int
put_deadline(const struct act_order *o, struct tx *tx,
    const struct revocation *row, struct err *err)
{
	struct deadline d = { .kind = DEADLINE_REVOCATION, .object = row->id };

	d.start = o->effective != 0 ? o->effective : o->received;
	d.due = d.start + revocation_deadline(
	    &o->desk->parts->config->revocation, row->reason);
	return deadline_put(tx, &d, err);
}

/* Of the CA's own certificates nobody else is told. */
static int
put_notice(const struct act_order *o, struct tx *tx,
    const struct revocation *row, struct err *err)
{
	struct notice notice = {
		.certificate = o->certificate.id, .reason = row->reason,
		.time = clock_now(), .effective = row->effective,
		.until = row->until
	};

	if (o->certificate.subscriber == 0)
		return 0;
	return notice_put(tx, &notice,
	    o->desk->parts->config->notices.command[0] != '\0', err);
}

static int
was_asked(void *arg, struct slice ids)
{
	*(bool *)arg = true;
	return 1;
}

/*
 * From this commit on OCSP says nothing but revoked of what nobody asked about
 * (ocsp_service.c): that needs no version of the case for itself, and there is
 * no answer to withdraw.
 */
static usec_t
find_on_ocsp(struct view *view, const char *serial, usec_t now)
{
	bool asked = false;

	ocsp_asked(view, serial, was_asked, &asked);
	return asked ? 0 : now;
}

static int
put_row(const struct act_order *o, struct tx *tx,
    const struct act_standing *before, struct revocation *row,
    struct err *err)
{
	struct case_act act = {
		.role = o->by_itself ? NULL : o->role,
		.profile = o->certificate.profile,
		.text = o->words.text, .received = o->received,
		.time = clock_now(), .uid = o->uid,
		.exception = o->exception
	};
	char what[160];

	*row = before->revoked ? before->row : (struct revocation){ 0 };
	say_change(what, o, before);
	act.what = what;
	fill_row(o, row, act.time);
	if (before->planned && before->plan.version > row->version)
		row->version = before->plan.version;
	row->on_ocsp = find_on_ocsp(tx_view(tx), row->serial, act.time);
	if (case_put(tx, row, &act, err) != 0)
		return -1;
	if ((row->id == 0 ? revocation_put(tx, row, err) :
	    revocation_update(tx, row, err)) != 0)
		return -1;
	if (put_notice(o, tx, row, err) != 0)
		return -1;
	return put_deadline(o, tx, row, err);
}

static int
say_in_slot(const struct act_order *o, struct tx *tx, int before,
    const struct revocation *row, struct err *err)
{
	const struct certificate *c = &o->certificate;

	if (is_final(o->words.reason) && (before == -1 || !is_final(before)))
		return 0;
	if (is_final(o->words.reason))
		return slot_status_revoked(tx, c,
		    reason_name(o->words.reason), row->decided, err);
	return slot_status_suspended(tx, c,
	    o->words.reason == REASON_HOLD ? row->effective : 0, err);
}

/* --- one certificate ----------------------------------------------------- */

static int
apply_now(const struct act_order *o, struct tx *tx,
    const struct act_standing *before, struct revocation *row,
    struct err *err)
{
	const char *name = "certificate-revoked", *outcome = "revoked";
	int reason = before->revoked ? before->row.reason : -1;

	if (o->words.reason == REASON_HOLD) {
		name = "certificate-suspended";
		outcome = "suspended";
	} else if (o->words.reason == REASON_REINSTATED) {
		name = "certificate-reinstated";
		outcome = "reinstated";
	} else if (reason != -1 && is_final(reason))
		name = "revocation-changed";
	if (put_row(o, tx, before, row, err) != 0 ||
	    (row->on_ocsp == 0 &&
	    ocsp_withdraw(tx, row->serial, err) != 0) ||
	    say_in_slot(o, tx, reason, row, err) != 0)
		return -1;
	if (before->planned && is_final(o->words.reason) &&
	    scheduled_close(tx, before->plan.id, clock_now(), err) != 0)
		return -1;
	if (o->words.reason == REASON_KEY_COMPROMISE &&
	    key_block(tx, o->certificate.spki_sha256, err) != 0)
		return -1;
	return append_event(o, name, outcome, reason, row->decided, tx, err);
}

static void
fill_plan(const struct act_order *o, const struct act_standing *before,
    struct scheduled *plan, usec_t now)
{
	*plan = before->planned ? before->plan : (struct scheduled){
	    .certificate = o->certificate.id, .how = o->how,
	    .received = o->received, .decided = now };
	memcpy(plan->serial, o->certificate.serial, sizeof plan->serial);
	plan->reason = o->words.reason;
	plan->uid = o->uid;
	plan->effective = o->words.at;
	if (o->words.invalidity != 0)
		plan->invalidity = o->words.invalidity;
	memcpy(plan->role, o->role, sizeof plan->role);
	event_person(o->uid, plan->person);
	memcpy(plan->act, o->act, sizeof plan->act);
}

/* Decided, and not in force: the certificate stays as it is until then. */
static int
apply_later(const struct act_order *o, struct tx *tx,
    struct act_standing *before, struct err *err)
{
	struct revocation *row = before->revoked ? &before->row : NULL;
	struct case_act act = {
		.role = o->role, .text = o->words.text,
		.profile = o->certificate.profile,
		.received = o->received, .time = clock_now(), .uid = o->uid
	};
	char what[160], time[CLOCK_TEXT];
	struct scheduled plan;

	fill_plan(o, before, &plan, act.time);
	clock_text_seconds(time, plan.effective);
	snprintf(what, sizeof what, "to be revoked at %s, reason %s (%d)",
	    time, reason_name(plan.reason), plan.reason);
	act.what = what;
	if (case_put_plan(tx, &plan, row, &act, err) != 0 ||
	    (row != NULL && revocation_update(tx, row, err) != 0) ||
	    (before->planned ? scheduled_update(tx, &plan, err) :
	    scheduled_put(tx, &plan, err)) != 0)
		return -1;
	return append_event(o, "revocation-scheduled", "scheduled",
	    before->planned ? before->plan.reason : -1, act.time, tx, err);
}

int
revocation_change(const struct act_order *o, struct tx *tx,
    struct revocation *row, struct err *err)
{
	struct act_standing before;
	const struct act_question question = {
		.words = &o->words, .certificate = &o->certificate,
		.standing = &before, .officer = o->officer,
		.profile = config_profile(o->desk->parts->config,
		    o->certificate.profile),
		.now = o->now != 0 ? o->now : o->received
	};

	row->id = 0;
	act_standing(tx_view(tx), o->certificate.serial, &before);
	if (act_is_known(&before, o->act)) {
		if (before.revoked)
			*row = before.row;
		return 0;
	}
	if (act_allowed(&question, err) != 0)
		return -1;
	return o->words.at != 0 ? apply_later(o, tx, &before, err) :
	    apply_now(o, tx, &before, row, err);
}
