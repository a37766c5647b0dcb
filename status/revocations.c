/*
 * The act of revoking.  What is checked before is checked again inside the
 * transaction, where nothing can change any more; a refusal is an event and a
 * sentence too (REV-6.4.5-09), recorded before it is answered, but no more of
 * them a second than the log can bear.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/access_log.h"
#include "../ca/paths.h"
#include "../ca/proof.h"
#include "../ca/stop.h"
#include "../ca/store_certificates.h"
#include "../ca/store_registry.h"
#include "../ca/store_reports.h"
#include "bell.h"
#include "case_text.h"
#include "refusals.h"
#include "revocation_key.h"
#include "revocations.h"

#define REFUSALS_SECOND	10	/* of one user, recorded; */
#define OF_OFFICERS	100	/* of an officer */

struct revocations {
	const struct desk *desk;
	struct pending	*pending;
	struct schedule	*schedule;
	void		(*committed)(void *);
	void		*committed_arg;
	pthread_mutex_t	 mutex;
	pthread_cond_t	 idle;
	size_t		 under_way;
	struct refusal_count refusals[REFUSED_USERS];
	struct access_log access_log;
};

struct act {
	struct job	 job;		/* first: the job is the act */
	struct revocations *all;
	struct revocation_act act;
	bool		 decided;	/* ordered, or by the CA itself */
	struct act_order order;
	drop_done	*done;
	void		*arg;
	struct revocation row;
	struct err	 fault;		/* of a refusal */
};

struct revocations *
revocations_new(const struct desk *desk, struct pending *pending,
    struct schedule *schedule, void (*committed)(void *), void *arg)
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
	all->schedule = schedule;
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
finish(struct revocations *all)
{
	pthread_mutex_lock(&all->mutex);
	if (--all->under_way == 0)
		pthread_cond_signal(&all->idle);
	pthread_mutex_unlock(&all->mutex);
}

/* --- what is asked before ------------------------------------------------ */

static int
find_certificate(struct view *view, const char *serial,
    struct certificate *certificate, struct err *err)
{
	if (act_still_open(view, err) != 0)
		return -1;
	if (certificate_find(view, serial, certificate) == 1)
		return 0;
	return err_set(err, ENOENT, "no certificate has the serial number %s",
	    serial);
}

/* What [revocation] who says of those who are known by their login. */
static int
may_role(const struct act *a, unsigned roles, struct err *err)
{
	const struct revocation_rules *rules =
	    &a->all->desk->parts->config->revocation;

	if (a->decided || a->act.how > BY_LOGIN ||
	    (roles & ROLE_REVOCATION) != 0 ||
	    revocation_asked_by(rules, "subscriber"))
		return 0;
	return err_set(err, EACCES, "here subscribers do not revoke by "
	    "themselves: ask a revocation officer (pkifs.conf [revocation] "
	    "who)");
}

/* And of the reasons; what the CA decided by itself is no request. */
static int
check_reason(const struct act *a, struct err *err)
{
	const struct act_words *w = &a->order.words;

	if (a->decided || w->reason == REASON_REINSTATED ||
	    revocation_for_reason(&a->all->desk->parts->config->revocation,
	    w->reason))
		return 0;
	return err_set(err, EINVAL, "%s is no reason here (pkifs.conf "
	    "[revocation] reasons; the CPS, 4.9.4)", reason_name(w->reason));
}

/*
 * Made with the certificate's own key, over its sentence; whose login brings
 * it is nothing, but that an officer's mistakes are recorded as all of theirs.
 */
static int
check_proof(struct act *a, struct view *view, const struct certificate *c,
    struct err *err)
{
	struct bytes der = { 0 };
	int ret = -1;

	a->order.officer = (a->all->desk->parts->roles_of(a->act.uid) &
	    ROLE_REVOCATION) != 0;
	if (!revocation_asked_by(&a->all->desk->parts->config->revocation,
	    "holder"))
		return err_set(err, EACCES, "here nobody revokes by a proof of "
		    "the key (pkifs.conf [revocation] who)");
	if (certificate_der(view, c->id, &der) != 1)
		err_set(err, EIO, "the certificate is not in the store");
	else
		ret = proof_verify(a->act.proof, SLICE(&der), c->serial, err);
	bytes_free(&der);
	return ret;
}

/* Whoever decided had the role then, and it is on disk. */
static int
take_role(struct act *a, struct view *view, const struct certificate *c,
    struct err *err)
{
	struct act_order *o = &a->order;
	unsigned roles = a->all->desk->parts->roles_of(a->act.uid);
	const char *role = a->act.role;

	if (a->decided)
		role = a->act.how == BY_CA ? "the CA itself" : o->role;
	else if (a->act.how <= BY_LOGIN)
		role = act_role(view, roles, a->act.uid, c, err);
	if (role == NULL || may_role(a, roles, err) != 0)
		return -1;
	if (role != o->role)
		snprintf(o->role, sizeof o->role, "%s", role);
	o->officer = a->decided || (roles & ROLE_REVOCATION) != 0;
	return 0;
}

static int
check_one(struct act *a, struct view *view, struct err *err)
{
	struct act_order *o = &a->order;
	struct act_standing standing;
	struct act_question q = {
		.words = &o->words, .certificate = &o->certificate,
		.standing = &standing, .now = o->now
	};

	if (find_certificate(view, a->act.serial, &o->certificate, err) != 0 ||
	    (a->act.how == BY_PROOF &&
	    check_proof(a, view, &o->certificate, err) != 0) ||
	    take_role(a, view, &o->certificate, err) != 0 ||
	    act_parse(a->act.line, &o->words, err) != 0 ||
	    check_reason(a, err) != 0)
		return -1;
	if (o->certificate.not_after < clock_now())
		o->now = clock_now();
	act_standing(view, a->act.serial, &standing);
	if (act_is_known(&standing, o->act))
		return 0;
	q.officer = o->officer;
	q.profile = config_profile(a->all->desk->parts->config,
	    o->certificate.profile);
	return act_allowed(&q, err);
}

/* --- a key --------------------------------------------------------------- */

struct of_key {
	struct act	*act;
	struct view	*view;
	struct err	*err;
	int64_t		 count, refused;
};

static int
look_at(void *arg, const struct certificate *c)
{
	struct of_key *k = arg;

	if (c->not_after < k->act->order.received)
		return 0;
	k->count++;
	if (take_role(k->act, k->view, c, k->err) != 0)
		k->refused++;
	return 0;
}

/* An officer, or who may revoke each of the certificates with it. */
static int
may_key(struct act *a, struct view *view, struct err *err)
{
	struct of_key k = { .act = a, .view = view, .err = err };
	struct certificate nobody = { 0 };
	struct key key;

	if (keys_find(view, a->act.key, &key) == 1)
		certificates_of_key(view, key.id, 0, look_at, &k);
	if (k.count == 0 || k.refused > 0) {
		if (take_role(a, view, &nobody, err) == 0)
			return 0;
		return err_set(err, EACCES, "uid %lu is no revocation officer,"
		    " and not all certificates with this key are of a "
		    "subscriber it is a user of (REV-6.2.4-09)",
		    (unsigned long)a->act.uid);
	}
	return 0;
}

static int
check_key(struct act *a, struct view *view, struct err *err)
{
	if (!a->decided && !revocation_asked_how(
	    &a->all->desk->parts->config->revocation, "key"))
		return err_set(err, EACCES, "here nobody revokes by key "
		    "(pkifs.conf [revocation] how)");
	if (act_still_open(view, err) != 0 ||
	    may_key(a, view, err) != 0 ||
	    act_parse(a->act.line, &a->order.words, err) != 0 ||
	    check_reason(a, err) != 0)
		return -1;
	return revocation_key_allowed(view, &a->order, a->act.key, err);
}

static int
check(struct act *a, struct err *err)
{
	struct view *view = view_take(a->all->desk->parts->store);
	int ret;

	ret = a->act.key[0] != '\0' ? check_key(a, view, err) :
	    check_one(a, view, err);
	view_put(view);
	return ret;
}

/* --- the transaction ----------------------------------------------------- */

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct act *a = (struct act *)job;

	if (a->act.key[0] != '\0')
		return revocation_change_key(&a->order, a->act.key, tx,
		    &a->row, err);
	return revocation_change_with_key(&a->order, tx, &a->row, err);
}

/* It is in revoke/ from now on, though nothing is to be published. */
static void
tell_case(const struct act *a)
{
	struct publication_sink *sink = a->all->desk->parts->sink;
	char paths[2][PATH_TEXT];
	const char *names[2] = { paths[0], paths[1] };

	snprintf(paths[0], PATH_TEXT, "revoke/%s", a->act.serial);
	snprintf(paths[1], PATH_TEXT, "issued/by-serial/%s/status",
	    a->act.serial);
	sink->changed(sink, names, 2, NULL, NULL);
}

static void refuse(struct act *, const struct err *);

static void
applied(struct job *job, const struct err *fault)
{
	struct act *a = (struct act *)job;
	struct revocations *all = a->all;

	if (fault != NULL) {
		refuse(a, fault);
		finish(all);
		return;
	}
	stop_at("core.revocation-committed");
	if (a->row.id != 0)
		pending_add(all->pending, &a->row, clock_now(), a->done,
		    a->arg);
	else
		a->done(a->arg, NULL);
	if (a->order.words.at != 0)
		tell_case(a);
	all->committed(all->committed_arg);
	schedule_ring(all->schedule);
	free(a);
	finish(all);
}

/* --- a refusal ----------------------------------------------------------- */

static const char *
name_of(const struct act *a)
{
	return a->act.key[0] != '\0' ? a->act.key : a->act.serial;
}

static int
apply_refusal(struct job *job, struct tx *tx, struct err *err)
{
	struct act *a = (struct act *)job;
	struct refusal refusal = {
		.uid = a->act.uid, .about = name_of(a),
		.role = a->order.role, .certificate = &a->order.certificate,
		.sentence = a->fault.text, .time = clock_now()
	};
	struct event *event;

	event = revocation_event(&a->order, "revocation-refused");
	event_outcome(event, "refused");
	event_detail(event, a->act.key[0] != '\0' ? "key-sha256" : "serial",
	    name_of(a));
	event_detail(event, "reason", a->fault.text);
	if (desk_append(tx, event, err) != 0)
		return -1;
	return refusal_put(tx, &refusal, err);
}

static bool
is_recorded(struct revocations *all, uid_t uid, bool officer)
{
	bool recorded;

	pthread_mutex_lock(&all->mutex);
	recorded = refusal_counts(all->refusals, uid, officer ?
	    OF_OFFICERS : REFUSALS_SECOND);
	pthread_mutex_unlock(&all->mutex);
	return recorded;
}

/* Whoever acts for a subscriber, of one or of several. */
static bool
is_of_subscriber(struct revocations *all, uid_t uid)
{
	struct view *view = view_take(all->desk->parts->store);
	struct subscriber subscriber;
	bool is = subscriber_of_user(view, uid, &subscriber) > 0;

	view_put(view);
	return is;
}

/*
 * Who tries the door: an event, as with the boxes of requests/.  Who belongs
 * here and mistypes a serial number finds a sentence each time.
 */
static void
record_attempt(struct act *a)
{
	struct revocations *all = a->all;
	bool officer = (all->desk->parts->roles_of(a->act.uid) &
	    ROLE_REVOCATION) != 0;
	struct err err;

	if (!(officer || is_of_subscriber(all, a->act.uid) ?
	    is_recorded(all, a->act.uid, officer) :
	    access_log_due(&all->access_log, a->act.uid, clock_steady())))
		return;
	if (officer && a->order.role[0] == '\0')
		snprintf(a->order.role, sizeof a->order.role, "%s",
		    "revocation officer");
	a->job.apply = apply_refusal;
	if (commit_wait(all->desk->parts->committer, &a->job, &err) != 0)
		log_line("a refused revocation is not recorded: %s", err.text);
}

static void
refused(struct job *job, const struct err *fault)
{
	struct act *a = (struct act *)job;
	struct revocations *all = a->all;

	if (fault != NULL)
		log_line("a refused revocation is not recorded: %s",
		    fault->text);
	a->done(a->arg, &a->fault);
	free(a);
	finish(all);
}

/* Recorded, then answered: who reads the sentence at once finds it. */
static void
refuse(struct act *a, const struct err *fault)
{
	a->fault = *fault;
	if (!is_recorded(a->all, a->act.uid, a->order.officer)) {
		a->done(a->arg, &a->fault);
		free(a);
		return;
	}
	a->job.apply = apply_refusal;
	a->job.done = refused;
	a->job.essential = false;
	submit(a);
}

/* --- the door ------------------------------------------------------------ */

/* What was ordered was decided then: its dates are judged as of then. */
static void
take_order(struct act *a, const struct revocation_order *order)
{
	struct act_order *o = &a->order;

	a->decided = true;
	o->how = order->how;
	o->authenticated = order->authenticated;
	o->confirmed = order->confirmed;
	o->decided = order->decided;
	if (order->decided != 0)
		o->now = order->decided;
	snprintf(o->exception, sizeof o->exception, "%s", order->exception);
	snprintf(o->role, sizeof o->role, "%s", order->role);
	a->act.order = NULL;	/* the caller's */
}

static void
act_prepare(struct act *a, struct revocations *all,
    const struct revocation_act *act)
{
	size_t size;

	a->all = all;
	a->act = *act;
	size = strlen(a->act.line);
	while (size > 0 && strchr("\r\n", a->act.line[size - 1]) != NULL)
		a->act.line[--size] = '\0';
	a->order = (struct act_order){
		.desk = all->desk, .uid = act->uid, .line = a->act.line,
		.how = act->how == BY_CA ? BY_LOGIN : act->how,
		.received = act->received != 0 ? act->received : clock_now(),
		.now = clock_now(), .proof = act->proof
	};
	memcpy(a->order.act, act->act, sizeof a->order.act);
	if (act->order != NULL)
		take_order(a, act->order);
}

int
revocations_may(struct revocations *all, const struct revocation_act *act,
    struct err *err)
{
	struct view *view = view_take(all->desk->parts->store);
	struct act a = { .done = NULL };
	int ret;

	act_prepare(&a, all, act);
	if (act->key[0] != '\0')
		ret = may_key(&a, view, err);
	else if ((ret = find_certificate(view, act->serial,
	    &a.order.certificate, err)) == 0)
		ret = take_role(&a, view, &a.order.certificate, err);
	view_put(view);
	if (ret != 0) {
		a.fault = *err;
		record_attempt(&a);
	}
	return ret;
}

void
revocations_refused(struct revocations *all,
    const struct revocation_act *act, const struct err *fault)
{
	struct act a = { .fault = *fault };

	act_prepare(&a, all, act);
	record_attempt(&a);
}

void
revocations_act(struct revocations *all, const struct revocation_act *act,
    drop_done *done, void *arg)
{
	struct act *a = calloc(1, sizeof *a);
	struct err fault;

	if (a == NULL)
		die("out of memory");
	act_prepare(a, all, act);
	a->done = done;
	a->arg = arg;
	if (check(a, &fault) != 0) {
		refuse(a, &fault);
		return;
	}
	a->job.apply = apply;
	a->job.done = applied;
	a->job.essential = true;
	submit(a);
}

static void
ordered_done(void *arg, const struct err *fault)
{
	if (fault != NULL)
		log_line("a revocation that was ordered: %s", fault->text);
}

/* Of a successor there is no order in the store; it is known by its words. */
static void
order_name(char to[65], const struct revocation_order *order)
{
	if (order->how == BY_CA)
		snprintf(to, 65, "successor");
	else
		snprintf(to, 65, "order %lld", (long long)order->id);
}

void
revocations_ordered(struct revocations *all,
    const struct revocation_order *order, drop_done *done, void *arg)
{
	struct revocation_act act = { .uid = order->uid, .how = order->how,
	    .order = order, .received = order->received };

	order_name(act.act, order);
	memcpy(act.serial, order->serial, sizeof act.serial);
	memcpy(act.key, order->key, sizeof act.key);
	memcpy(act.line, order->line, sizeof act.line);
	revocations_act(all, &act, done != NULL ? done : ordered_done, arg);
}
