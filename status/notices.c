/*
 * Notices on their way.  A timer looks what is new and what is due; what main
 * has is in flight, in memory only: another core begins again with all that is
 * due, and main knows a notice that it is telling already by its number.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/paths.h"
#include "../ca/registered.h"
#include "../ca/stop.h"
#include "../ca/store_certificates.h"
#include "../ca/store_events.h"
#include "bell.h"
#include "case_text.h"
#include "notice_text.h"
#include "notices.h"

#define AT_ONCE		4		/* in flight: main's places, too */
#define ANNOUNCED	256		/* of the newest, at one look */
#define LOOK		(30 * USEC)
#define SOON		USEC		/* main was busy */
#define RETRY_MOST	(6 * 3600 * USEC)
#define LOST		(60 * USEC)	/* over the timeout: no answer comes */

struct flight {
	int64_t	 id;			/* 0: free */
	usec_t	 sent, since;		/* by the clock; steady */
	bool	 answered;
};

struct record;				/* what became of one */

struct notices {
	const struct desk *desk;
	const struct notice_rules *rules;
	struct timer	 timer;
	pthread_mutex_t	 mutex;		/* of what is below */
	pthread_cond_t	 idle;
	struct flight	 flights[AT_ONCE];
	int64_t		 announced;	/* the newest; the timer's alone */
	size_t		 recording;
	struct record	*unrecorded;	/* there was no room; kept */
	bool		 closing;
};

struct record {
	struct job	 job;		/* first: the job is the record */
	struct notices	*all;
	struct letter_outcome outcome;
	usec_t		 sent;
	char		 serial[SERIAL_TEXT];	/* of what was delivered */
	struct record	*next;			/* unrecorded */
};

#define OF_TIMER(t)	((struct notices *)(void *)((char *)(t) - \
			    offsetof(struct notices, timer)))

/* --- announcing ---------------------------------------------------------- */

struct crier {
	struct view	*view;
	char		 paths[2 * ANNOUNCED][PATH_TEXT];
	size_t		 count;
	int64_t		 last;
};

static int
cry(void *arg, const struct notice *n)
{
	struct crier *c = arg;
	struct certificate row;
	struct request request;
	struct slot slot;
	char box[PATH_TEXT];

	c->last = n->id;
	if (certificate_get(c->view, n->certificate, &row) != 1)
		return 0;
	path_serial(box, row.serial);
	snprintf(c->paths[c->count++], PATH_TEXT, "%.400snotice", box);
	if (request_get(c->view, row.request, &request) == 1 &&
	    slot_get(c->view, request.slot, &slot) == 1 &&
	    slot.certificate == row.id && slot.sha256[0] != '\0') {
		path_box(box, c->view, slot.box);
		path_slot(c->paths[c->count++], box, slot.name, ".notice");
	}
	return 0;
}

/* Of a mass revocation the newest are enough: who watches looks. */
static void
announce(struct notices *all, struct view *view)
{
	struct publication_sink *sink = all->desk->parts->sink;
	struct crier *c;
	const char *names[2 * ANNOUNCED];
	int64_t last = notices_last(view);

	if (last <= all->announced)
		return;
	if ((c = malloc(sizeof *c)) == NULL)
		die("out of memory");
	c->view = view;
	c->count = 0;
	notices_since(view, last - all->announced > ANNOUNCED ?
	    last - ANNOUNCED : all->announced, cry, c);
	all->announced = last;
	for (size_t i = 0; i < c->count; i++)
		names[i] = c->paths[i];
	if (c->count > 0)
		sink->changed(sink, names, c->count, NULL, NULL);
	free(c);
}

/* --- handing over -------------------------------------------------------- */

/* REG-6.2.2-21: what the subscriber left for such news. */
static void
find_contact(struct view *view, int64_t subscriber, char to[256])
{
	struct registration_version version;
	struct registration *r = NULL;
	struct bytes text = { 0 };
	struct err err;

	to[0] = '\0';
	if (registration_in_force(view, subscriber, &version) == 1 &&
	    documents_read(view, version.sha256, &text) == 1)
		r = registration_parse("registration.conf", SLICE(&text),
		    &err);
	if (r != NULL)
		memcpy(to, r->contact, sizeof r->contact);
	registration_free(r);
	bytes_free(&text);
}

static int
write_letter(struct view *view, const struct notice *n, struct letter *l,
    struct bytes *text)
{
	struct subscriber subscriber;
	struct certificate c;

	if (certificate_get(view, n->certificate, &c) != 1)
		return 0;
	*l = (struct letter){ .id = (uint64_t)n->id };
	snprintf(l->what, sizeof l->what, "%s", notice_what(n));
	snprintf(l->serial, sizeof l->serial, "%s", c.serial);
	snprintf(l->profile, sizeof l->profile, "%s", c.profile);
	snprintf(l->subject, sizeof l->subject, "%s", c.common_name);
	if (subscriber_get(view, c.subscriber, &subscriber) == 1)
		snprintf(l->subscriber, sizeof l->subscriber, "%s",
		    subscriber.name);
	find_contact(view, c.subscriber, l->contact);
	notice_text(n, &c, text);
	l->text = SLICE(text);
	return 1;
}

/* A place for it; NULL: none, or it has one. */
static struct flight *
take_place(struct notices *all, int64_t id)
{
	struct flight *place = NULL;

	for (size_t i = 0; i < AT_ONCE; i++) {
		if (all->flights[i].id == id)
			return NULL;
		if (all->flights[i].id == 0)
			place = &all->flights[i];
	}
	return place;
}

struct sending {
	struct notices	*all;
	struct view	*view;
	bool		 failed;
};

static int
send_one(void *arg, const struct notice_due *due)
{
	struct sending *s = arg;
	struct notices *all = s->all;
	struct flight *place;
	struct bytes text = { 0 };
	struct letter letter;
	struct err err;

	pthread_mutex_lock(&all->mutex);
	if ((place = take_place(all, due->notice.id)) != NULL)
		*place = (struct flight){ .id = due->notice.id,
		    .sent = clock_now(), .since = clock_steady() };
	pthread_mutex_unlock(&all->mutex);
	if (place == NULL)
		return 0;
	if (write_letter(s->view, &due->notice, &letter, &text) != 1 ||
	    all->desk->parts->tell(&letter, &err) != 0) {
		pthread_mutex_lock(&all->mutex);
		place->id = 0;
		pthread_mutex_unlock(&all->mutex);
		s->failed = true;
	} else
		stop_at("core.notice-sent");
	bytes_free(&text);
	return s->failed;
}

/* What main never answered is due as before. */
static void
forget_lost(struct notices *all)
{
	usec_t now = clock_steady();

	pthread_mutex_lock(&all->mutex);
	for (size_t i = 0; i < AT_ONCE; i++)
		if (all->flights[i].id != 0 && !all->flights[i].answered &&
		    now - all->flights[i].since > all->rules->timeout + LOST)
			all->flights[i].id = 0;
	pthread_mutex_unlock(&all->mutex);
}

static bool
is_full(struct notices *all)
{
	bool full = true;

	pthread_mutex_lock(&all->mutex);
	for (size_t i = 0; i < AT_ONCE; i++)
		full = full && all->flights[i].id != 0;
	pthread_mutex_unlock(&all->mutex);
	return full;
}

/* How long until there is something to do again. */
static usec_t
hand_over(struct notices *all, struct view *view)
{
	struct sending s = { .all = all, .view = view };
	usec_t now = clock_now(), next;

	forget_lost(all);
	if (is_full(all))
		return LOOK;
	notices_due(view, now, now + 2 * RETRY_MOST, 2 * AT_ONCE, send_one,
	    &s);
	if (s.failed)
		return SOON;
	next = notices_next_after(view, now);
	return next != 0 && next - now < LOOK ? next - now : LOOK;
}

static void
say(struct notices *all, struct view *view)
{
	int64_t failing = notices_waiting(view, 1);

	if (all->rules->command[0] == '\0')
		health_set(all->desk->health, HEALTH_NOTICES, HEALTH_OK,
		    "notices are files beside the certificates; no command is "
		    "configured");
	else if (failing == 0)
		health_set(all->desk->health, HEALTH_NOTICES, HEALTH_OK,
		    "notices are told by %s", all->rules->command);
	else
		health_set(all->desk->health, HEALTH_NOTICES, HEALTH_WARN,
		    "%lld notices could not be told by %s and are tried again "
		    "(REV-6.3.9-03)", (long long)failing,
		    all->rules->command);
}

/* Once more, what there was no room for. */
static void
record_again(struct notices *all)
{
	struct record *r, *next;

	pthread_mutex_lock(&all->mutex);
	r = all->closing ? NULL : all->unrecorded;
	if (r != NULL)
		all->unrecorded = NULL;
	for (next = r; next != NULL; next = next->next)
		all->recording++;
	pthread_mutex_unlock(&all->mutex);
	for (; r != NULL; r = next) {
		next = r->next;
		commit_submit(all->desk->parts->committer, &r->job);
	}
}

static void
fire(struct timer *timer)
{
	struct notices *all = OF_TIMER(timer);
	struct view *view = view_take(all->desk->parts->store);
	usec_t wait = LOOK;

	record_again(all);

	announce(all, view);
	if (all->rules->command[0] != '\0' && all->desk->parts->tell != NULL)
		wait = hand_over(all, view);
	say(all, view);
	view_put(view);
	pthread_mutex_lock(&all->mutex);
	if (!all->closing && !all->timer.set)
		timers_set(all->desk->timers, timer, wait);
	pthread_mutex_unlock(&all->mutex);
}

/* --- what became of it --------------------------------------------------- */

static bool
is_delivered(const struct letter_outcome *o)
{
	return o->end == LETTER_EXITED && o->number == 0;
}

static void
say_end(char to[80], const struct letter_outcome *o)
{
	if (o->end == LETTER_EXITED)
		snprintf(to, 80, "exit status %u", (unsigned)o->number);
	else if (o->end == LETTER_KILLED)
		snprintf(to, 80, "signal %u", (unsigned)o->number);
	else
		snprintf(to, 80, "ended at its timeout");
}

static int
append_event(const struct record *r, struct tx *tx,
    const struct notice_due *due, const struct certificate *c,
    struct err *err)
{
	bool delivered = is_delivered(&r->outcome);
	struct event *event = event_new(delivered ? "notice-delivered" :
	    "notice-failed", REVOCATION_MANAGEMENT);
	char text[80];

	event_actor_self(event);
	event_certificate(event, c->id, c->serial, c->sha256,
	    c->spki_sha256, NULL);
	event_requirements(event, "REV-6.3.9-03");
	event_outcome(event, delivered ? "delivered" : due->next == 0 ?
	    "given up" : "failed");
	event_detail(event, "channel", "command");
	event_detail(event, "command", r->all->rules->command);
	event_detail(event, "what", notice_what(&due->notice));
	event_detail_number(event, "notice", due->notice.id);
	event_detail_number(event, "try", due->tries);
	say_end(text, &r->outcome);
	event_detail(event, "ended-with", text);
	clock_text(text, r->sent);
	event_detail(event, "begun", text);
	if (due->next != 0) {
		clock_text(text, due->next);
		event_detail(event, "next-try", text);
	}
	return desk_append(tx, event, err);
}

/* In the case, when it is of what stands there. */
static int
mark_case(struct tx *tx, const struct notice_due *due,
    const struct certificate *c, struct err *err)
{
	struct revocation row;
	struct notice newest;
	char time[CLOCK_TEXT], text[128];

	if (revocation_find(tx_view(tx), c->serial, &row) != 1 ||
	    notice_newest(tx_view(tx), c->id, &newest) != 1 ||
	    newest.id != due->notice.id)
		return 0;
	clock_text(time, clock_now());
	snprintf(text, sizeof text, "%s (%s) by the command, try %u", time,
	    notice_what(&due->notice), due->tries);
	if (case_put_notified(tx, &row, text, err) != 0)
		return -1;
	return revocation_update(tx, &row, err);
}

static usec_t
next_try(const struct notice_rules *rules, unsigned tries)
{
	usec_t wait = rules->retry;

	if (tries >= (unsigned)rules->tries)
		return 0;
	while (--tries > 0 && wait < RETRY_MOST)
		wait *= 2;
	return clock_now() + (wait < RETRY_MOST ? wait : RETRY_MOST);
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct record *r = (struct record *)job;
	struct notice_due due;
	struct certificate c;
	int ret;

	/* Told twice, by two cores: the first answer counted. */
	if (notice_due(tx_view(tx), (int64_t)r->outcome.id, &due) != 1 ||
	    certificate_get(tx_view(tx), due.notice.certificate, &c) != 1)
		return 0;
	due.tries++;
	due.next = is_delivered(&r->outcome) ? 0 :
	    next_try(r->all->rules, due.tries);
	ret = due.next == 0 ? notice_close(tx, due.notice.id, err) :
	    notice_try_again(tx, &due, err);
	if (ret == 0)
		ret = append_event(r, tx, &due, &c, err);
	if (ret == 0 && is_delivered(&r->outcome)) {
		memcpy(r->serial, c.serial, sizeof r->serial);
		ret = mark_case(tx, &due, &c, err);
	}
	return ret;
}

static void
tell_case(struct notices *all, const char *serial)
{
	struct publication_sink *sink = all->desk->parts->sink;
	char paths[2][PATH_TEXT];
	const char *names[2] = { paths[0], paths[1] };

	snprintf(paths[0], PATH_TEXT, "revoke/%s", serial);
	snprintf(paths[1], PATH_TEXT, "issued/by-serial/%s/status", serial);
	sink->changed(sink, names, 2, NULL, NULL);
}

static void
land(struct notices *all, int64_t id)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		if (all->flights[i].id == id)
			all->flights[i].id = 0;
}

/*
 * With the lock held.  It is recorded later, and its place is taken until
 * then: what was told is not told again and again because a disk is full.
 */
static void
keep(struct notices *all, struct record *r, const struct err *fault)
{
	if (all->unrecorded == NULL)
		log_line("what became of a notice is not recorded yet: %s",
		    fault->text);
	r->next = all->unrecorded;
	all->unrecorded = r;
}

static void
applied(struct job *job, const struct err *fault)
{
	struct record *r = (struct record *)job;
	struct notices *all = r->all;

	if (fault == NULL) {
		stop_at("core.notice-recorded");
		if (r->serial[0] != '\0')
			tell_case(all, r->serial);
	}
	pthread_mutex_lock(&all->mutex);
	if (fault != NULL)
		keep(all, r, fault);
	else
		land(all, (int64_t)r->outcome.id);
	all->recording--;
	if (!all->closing)
		timers_set(all->desk->timers, &all->timer, fault != NULL ?
		    SOON : 0);
	pthread_cond_signal(&all->idle);
	pthread_mutex_unlock(&all->mutex);
	if (fault == NULL)
		free(r);
}

/* The flight that this answers; false: nobody waits for it. */
static bool
answer(struct notices *all, const struct letter_outcome *outcome,
    usec_t *sent)
{
	for (size_t i = 0; i < AT_ONCE; i++) {
		struct flight *f = &all->flights[i];

		if (f->id != (int64_t)outcome->id || f->answered)
			continue;
		*sent = f->sent;
		f->answered = true;
		return true;
	}
	return false;
}

void
notices_told(struct notices *all, const struct letter_outcome *outcome)
{
	struct record *r = calloc(1, sizeof *r);
	bool known;

	if (r == NULL)
		die("out of memory");
	r->all = all;
	r->outcome = *outcome;
	r->job.apply = apply;
	r->job.done = applied;
	pthread_mutex_lock(&all->mutex);
	known = !all->closing && answer(all, outcome, &r->sent);
	if (known && outcome->end == LETTER_BUSY) {
		land(all, (int64_t)outcome->id);
		timers_set(all->desk->timers, &all->timer, SOON);
		known = false;
	}
	all->recording += known;
	pthread_mutex_unlock(&all->mutex);
	if (known)
		commit_submit(all->desk->parts->committer, &r->job);
	else
		free(r);
}

/* --- from outside -------------------------------------------------------- */

struct notices *
notices_new(const struct desk *desk)
{
	struct notices *all = calloc(1, sizeof *all);
	struct view *view;

	if (all == NULL)
		die("out of memory");
	if (pthread_mutex_init(&all->mutex, NULL) != 0)
		die("cannot make a mutex");
	steady_cond_init(&all->idle);
	all->desk = desk;
	all->rules = &desk->parts->config->notices;
	all->timer.fire = fire;
	view = view_take(desk->parts->store);
	all->announced = notices_last(view);
	say(all, view);
	view_put(view);
	timers_set(desk->timers, &all->timer, 0);
	return all;
}

void
notices_free(struct notices *all)
{
	struct record *r;

	if (all == NULL)
		return;
	pthread_mutex_lock(&all->mutex);
	all->closing = true;
	while (all->recording > 0)
		pthread_cond_wait(&all->idle, &all->mutex);
	pthread_mutex_unlock(&all->mutex);
	timers_cancel(all->desk->timers, &all->timer);
	while ((r = all->unrecorded) != NULL) {
		all->unrecorded = r->next;
		free(r);
	}
	pthread_cond_destroy(&all->idle);
	pthread_mutex_destroy(&all->mutex);
	free(all);
}

void
notices_ring(struct notices *all)
{
	pthread_mutex_lock(&all->mutex);
	if (!all->closing)
		timers_set(all->desk->timers, &all->timer, 0);
	pthread_mutex_unlock(&all->mutex);
}
