/*
 * The act of revoking.  What is checked before is checked again inside the
 * transaction, where nothing can change any more; a refusal is an event too
 * (REV-6.4.5-09), but no more of them a second than the log can bear.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/access_log.h"
#include "../ca/slot_status.h"
#include "../ca/stop.h"
#include "../ca/store_certificates.h"
#include "../ca/store_events.h"
#include "../ca/text.h"
#include "bell.h"
#include "case_text.h"
#include "revocation_act.h"
#include "revocations.h"

#define KEY_COMPROMISE	1
#define REFUSALS_SECOND	10	/* recorded */

struct revocations {
	const struct desk *desk;
	struct pending	*pending;
	void		(*committed)(void *);
	void		*committed_arg;
	pthread_mutex_t	 mutex;
	pthread_cond_t	 idle;
	size_t		 under_way;
	usec_t		 refusals_since;	/* steady */
	int		 refusals;
	struct access_log access_log;
};

struct act {
	struct job	 job;		/* first: the job is the act */
	struct revocations *all;
	struct revocation_act act;
	int		 reason;
	bool		 decided;	/* by an officer, on a dossier */
	const char	*text;		/* in act.line */
	const char	*role;
	usec_t		 received;
	drop_done	*done;
	void		*arg;
	struct certificate certificate;
	struct revocation row;
	struct err	 fault;		/* of a refusal */
};

struct revocations *
revocations_new(const struct desk *desk, struct pending *pending,
    void (*committed)(void *), void *arg)
{
	struct revocations *all = calloc(1, sizeof *all);

	if (all == NULL)
		die("out of memory");
	if (pthread_mutex_init(&all->mutex, NULL) != 0 ||
	    pthread_mutex_init(&all->access_log.lock, NULL) != 0)
		die("cannot make a mutex");
	steady_cond_init(&all->idle);
	all->desk = desk;
	all->pending = pending;
	all->committed = committed;
	all->committed_arg = arg;
	return all;
}

void
revocations_free(struct revocations *all)
{
	if (all == NULL)
		return;
	pthread_mutex_lock(&all->mutex);
	while (all->under_way > 0)
		pthread_cond_wait(&all->idle, &all->mutex);
	pthread_mutex_unlock(&all->mutex);
	pthread_cond_destroy(&all->idle);
	pthread_mutex_destroy(&all->access_log.lock);
	pthread_mutex_destroy(&all->mutex);
	free(all);
}

static void
submit(struct act *a)
{
	struct revocations *all = a->all;

	pthread_mutex_lock(&all->mutex);
	all->under_way++;
	pthread_mutex_unlock(&all->mutex);
	commit_submit(all->desk->parts->committer, &a->job);
}

static void
finish(struct act *a)
{
	struct revocations *all = a->all;

	pthread_mutex_lock(&all->mutex);
	if (--all->under_way == 0)
		pthread_cond_signal(&all->idle);
	pthread_mutex_unlock(&all->mutex);
	free(a);
}

/* --- what is asked before ------------------------------------------------ */

static int
find_certificate(struct view *view, const char *serial,
    struct certificate *certificate, struct err *err)
{
	if (certificate_find(view, serial, certificate) == 1)
		return 0;
	return err_set(err, ENOENT, "no certificate has the serial number %s",
	    serial);
}

/* 0 also for an act that is known already. */
static int
check_row(struct view *view, struct act *a, bool *known, struct err *err)
{
	*known = false;
	if (revocation_find(view, a->act.serial, &a->row) != 1)
		return act_applies(&a->certificate, a->received, err);
	if (a->act.act[0] != '\0' && strcmp(a->row.act, a->act.act) == 0) {
		*known = true;
		return 0;
	}
	return act_changes(&a->row, a->reason, err);
}

static int
check(struct act *a, struct err *err)
{
	const struct authority_parts *parts = a->all->desk->parts;
	struct view *view = view_take(parts->store);
	bool known;
	int ret = -1;

	if (find_certificate(view, a->act.serial, &a->certificate, err) != 0)
		goto out;
	/* Whoever decided had the role then, and it is on disk. */
	a->role = a->decided ? "revocation officer" : act_role(view,
	    parts->roles_of(a->act.uid), a->act.uid, &a->certificate, err);
	if (a->role == NULL ||
	    act_parse(a->act.line, &a->reason, &a->text, err) != 0)
		goto out;
	ret = check_row(view, a, &known, err);
out:
	view_put(view);
	return ret;
}

/* --- the event ----------------------------------------------------------- */

static struct event *
make_event(const struct act *a, const char *name)
{
	const struct certificate *c = &a->certificate;
	struct event *event = event_new(name, REVOCATION_MANAGEMENT);
	const struct profile *profile;
	char text[CLOCK_TEXT];

	event_actor(event, a->act.uid, a->role != NULL ? a->role : "");
	if (c->id != 0)
		event_certificate(event, c->id, c->serial, c->sha256,
		    c->spki_sha256, NULL);
	profile = config_profile(a->all->desk->parts->config, c->profile);
	if (profile != NULL)
		event_policy(event, profile->name, profile->policy_oid,
		    profile->base_policy);
	clock_text(text, a->received);
	event_detail(event, "received", text);
	event_requirements(event, "REV-6.2.4-08 REV-6.2.4-09 REV-6.4.5-09 "
	    "CSS-6.5.5-06");
	return event;
}

static int
append_event(struct act *a, struct tx *tx, int before, struct err *err)
{
	struct slice line = slice_text(a->act.line);
	char digest[SHA256_TEXT], text[CLOCK_TEXT];
	struct event *event;

	if (documents_put(tx, line, digest, err) != 0)
		return -1;
	event = make_event(a, before < 0 ? "certificate-revoked" :
	    "revocation-changed");
	event_requirements(event, "REV-6.3.9-01 REV-6.3.9-04");
	event_input(event, "revocation-request", line.size, digest);
	event_outcome(event, "revoked");
	event_rule(event, "authorised", "yes", a->role);
	event_rule(event, "reason", "yes", reason_name(a->reason));
	event_detail(event, "reason", reason_name(a->reason));
	if (before >= 0)
		event_detail(event, "reason-before", reason_name(before));
	clock_text(text, a->row.decided);
	event_detail(event, "decided", text);
	if (a->reason == KEY_COMPROMISE)
		event_detail(event, "key", "blocked for ever");
	return desk_append(tx, event, err);
}

/* --- the transaction ----------------------------------------------------- */

static int
put_row(struct act *a, struct tx *tx, const struct case_act *act,
    struct err *err)
{
	struct revocation *r = &a->row;

	*r = (struct revocation){ .certificate = a->certificate.id };
	memcpy(r->serial, a->act.serial, sizeof r->serial);
	memcpy(r->issuer, a->certificate.issuer, sizeof r->issuer);
	memcpy(r->act, a->act.act, sizeof r->act);
	r->reason = a->reason;
	r->uid = a->act.uid;
	r->received = a->received;
	r->decided = act->time;
	if (case_put_new(tx, r, act, err) != 0)
		return -1;
	return revocation_put(tx, r, err);
}

/* The date stays: it was invalid from the first revocation on. */
static int
change_row(struct act *a, struct tx *tx, const struct case_act *act,
    struct err *err)
{
	struct revocation *r = &a->row;

	if (case_put_change(tx, r, act, err) != 0)
		return -1;
	memcpy(r->act, a->act.act, sizeof r->act);
	r->reason = a->reason;
	r->uid = a->act.uid;
	r->on_crl = r->on_ocsp = r->crl_number = 0;
	return revocation_update(tx, r, err);
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct act *a = (struct act *)job;
	struct case_act act = {
		.role = a->role, .text = a->text, .time = clock_now(),
		.uid = a->act.uid, .reason = a->reason
	};
	struct view *view = tx_view(tx);
	int before = -1, ret;
	bool known;

	if (check_row(view, a, &known, err) != 0)
		return -1;
	if (known)
		return 0;
	if (revocation_find(view, a->act.serial, &a->row) == 1)
		before = a->row.reason;
	ret = before < 0 ? put_row(a, tx, &act, err) :
	    change_row(a, tx, &act, err);
	if (ret != 0 || ocsp_withdraw(tx, a->act.serial, err) != 0 ||
	    slot_status_revoked(tx, &a->certificate, reason_name(a->reason),
	    a->row.decided, err) != 0)
		return -1;
	if (a->reason == KEY_COMPROMISE &&
	    key_block(tx, a->certificate.spki_sha256, err) != 0)
		return -1;
	return append_event(a, tx, before, err);
}

static void
applied(struct job *job, const struct err *fault)
{
	struct act *a = (struct act *)job;
	struct revocations *all = a->all;

	if (fault != NULL) {
		a->done(a->arg, fault);
		finish(a);
		return;
	}
	stop_at("core.revocation-committed");
	pending_add(all->pending, &a->row, clock_now(), a->done, a->arg);
	all->committed(all->committed_arg);
	finish(a);
}

/* --- a refusal ----------------------------------------------------------- */

static int
apply_refusal(struct job *job, struct tx *tx, struct err *err)
{
	struct act *a = (struct act *)job;
	struct event *event = make_event(a, "revocation-refused");

	event_outcome(event, "refused");
	event_detail(event, "serial", a->act.serial);
	event_detail(event, "reason", a->fault.text);
	return desk_append(tx, event, err);
}

/* Who tries the door: an event, as with the boxes of requests/. */
static void
record_attempt(struct act *a)
{
	struct revocations *all = a->all;
	struct err err;

	if (!access_log_due(&all->access_log, a->act.uid, clock_steady()))
		return;
	a->job.apply = apply_refusal;
	if (commit_wait(all->desk->parts->committer, &a->job, &err) != 0)
		log_line("a refused revocation is not recorded: %s", err.text);
}

int
revocations_may(struct revocations *all, const char *serial, uid_t uid,
    struct err *err)
{
	struct view *view = view_take(all->desk->parts->store);
	struct act a = { .all = all, .act.uid = uid,
	    .received = clock_now() };
	int ret = -1;

	snprintf(a.act.serial, sizeof a.act.serial, "%s", serial);
	if (find_certificate(view, serial, &a.certificate, err) == 0) {
		a.role = act_role(view, all->desk->parts->roles_of(uid), uid,
		    &a.certificate, err);
		ret = a.role != NULL ? 0 : -1;
	}
	view_put(view);
	if (ret != 0 && err->code == EACCES) {
		a.fault = *err;
		record_attempt(&a);
	}
	return ret;
}

static void
refused(struct job *job, const struct err *fault)
{
	struct act *a = (struct act *)job;

	if (fault != NULL)
		log_line("a refused revocation is not recorded: %s",
		    fault->text);
	finish(a);
}

static bool
is_recorded(struct revocations *all)
{
	usec_t now = clock_steady();
	bool recorded;

	pthread_mutex_lock(&all->mutex);
	if (now - all->refusals_since >= USEC) {
		all->refusals_since = now;
		all->refusals = 0;
	}
	recorded = all->refusals++ < REFUSALS_SECOND;
	pthread_mutex_unlock(&all->mutex);
	return recorded;
}

static void
refuse(struct act *a)
{
	a->done(a->arg, &a->fault);
	if (!is_recorded(a->all)) {
		free(a);
		return;
	}
	a->job.apply = apply_refusal;
	a->job.done = refused;
	submit(a);
}

static void
act_begin(struct revocations *all, const struct revocation_act *act,
    bool decided, drop_done *done, void *arg)
{
	struct act *a = calloc(1, sizeof *a);
	size_t size;

	if (a == NULL)
		die("out of memory");
	a->all = all;
	a->act = *act;
	a->decided = decided;
	a->received = clock_now();
	a->done = done;
	a->arg = arg;
	size = strlen(a->act.line);
	while (size > 0 && strchr("\r\n", a->act.line[size - 1]) != NULL)
		a->act.line[--size] = '\0';
	if (check(a, &a->fault) != 0) {
		refuse(a);
		return;
	}
	a->job.apply = apply;
	a->job.done = applied;
	a->job.essential = true;
	submit(a);
}

void
revocations_act(struct revocations *all, const struct revocation_act *act,
    drop_done *done, void *arg)
{
	act_begin(all, act, false, done, arg);
}

static void
decided_done(void *arg, const struct err *fault)
{
	if (fault != NULL)
		log_line("a revocation that was decided: %s", fault->text);
}

void
revocations_decided(struct revocations *all, const char *serial, int reason,
    uid_t uid)
{
	struct revocation_act act = { .uid = uid, .act = "dossier" };

	snprintf(act.serial, sizeof act.serial, "%s", serial);
	snprintf(act.line, sizeof act.line, "%s decided on a dossier",
	    reason_name(reason));
	act_begin(all, &act, true, decided_done, NULL);
}
