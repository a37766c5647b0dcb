/*
 * The OCSP service: one thread that signs, in this order, what a revocation
 * withdrew, what is asked, and what is asked for one question alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/counters.h"
#include "answers.h"
#include "leftovers.h"
#include "ocsp_ahead.h"
#include "ocsp_service.h"
#include "ocsp_status.h"
#include "questions.h"
#include "responder.h"

#define AT_ONCE		16		/* questions: issuance goes on */
#define LOOK_SOON	(20000)		/* while somebody waits for a key */
#define LOOK_FOR_KEY	(200000)
#define RETRY		(1 * USEC)

struct ocsp_service {
	const struct desk *desk;
	struct pending	*pending;
	struct questions *questions;
	struct responder *responder;
	struct ocsp_issuer issuer;
	struct ocsp_ahead *ahead;
	struct bell	 bell;
	pthread_t	 thread;
	struct fresh	*fresh;
	pthread_mutex_t	 watching;
	void		(*changed)(void *arg, const char *serial);
	void		*changed_arg;
	bool		 rung;		/* since the last round */
	bool		 leftovers;	/* there may be open intents */
	bool		 blocked;	/* something waits for a key */
	usec_t		 retry_at;	/* steady; after a failure */
};

/* --- after a revocation -------------------------------------------------- */

/* Revocations that OCSP does not carry yet, and what was answered of them. */
struct withdrawn {
	struct ocsp_service *service;
	struct view	*view;
	bool		 can_sign, waits;
	struct answer_list list;
	struct answer_order orders[ANSWERS_MOST];
	struct answer_mark marks[ANSWERS_MOST];
};

static int
add_asked(void *arg, struct slice ids)
{
	struct withdrawn *w = arg;

	if (w->list.order_count < ANSWERS_MOST)
		bytes_copy(&w->orders[w->list.order_count++].ids, ids);
	return 0;
}

/* Who keeps answers of ours may not give them any more. */
static void
tell_changed(struct ocsp_service *s, const char *serial)
{
	pthread_mutex_lock(&s->watching);
	if (s->changed != NULL)
		s->changed(s->changed_arg, serial);
	pthread_mutex_unlock(&s->watching);
}

/*
 * Those nobody asked about need no signature: from its commit on OCSP says
 * nothing but revoked of them.
 */
static int
add_revocation(void *arg, const struct revocation *r)
{
	struct withdrawn *w = arg;
	size_t before = w->list.order_count;

	if (r->on_ocsp != 0)
		return 0;
	if (w->service->rung)
		tell_changed(w->service, r->serial);
	ocsp_asked(w->view, r->serial, add_asked, w);
	if (w->list.order_count > before && !w->can_sign) {
		while (w->list.order_count > before)
			bytes_free(&w->orders[--w->list.order_count].ids);
		w->waits = true;
		return 0;
	}
	w->marks[w->list.mark_count++] =
	    (struct answer_mark){ r->id, r->reason };
	return w->list.mark_count == ANSWERS_MOST ||
	    w->list.order_count > ANSWERS_MOST / 2;
}

static bool
can_sign(struct ocsp_service *s)
{
	struct signing *signing = s->desk->parts->signing;

	return responder_current(s->responder) != NULL && !s->leftovers &&
	    signing->ready(signing, "ocsp");
}

static void
failed(struct ocsp_service *s, const struct err *err)
{
	if (bell_closed(&s->bell))
		return;
	if (err->code == EAGAIN)
		s->leftovers = true;
	s->retry_at = clock_steady() + RETRY;
	log_line("no OCSP answer: %s", err->text);
	health_set(s->desk->health, HEALTH_OCSP, HEALTH_FAIL, "%s",
	    err->text);
}

static void
make(struct ocsp_service *s, struct answer_list *list)
{
	struct err err = { 0 };

	if (answers_make(s->desk, responder_current(s->responder), list,
	    &s->bell, &err) != 0 || err.code != 0)
		failed(s, &err);
	else if (list->order_count > 0)
		health_set(s->desk->health, HEALTH_OCSP, HEALTH_OK,
		    "answers are signed");
}

/* True when there was something that could be done. */
static bool
serve_revocations(struct ocsp_service *s)
{
	struct withdrawn w = { .service = s, .can_sign = can_sign(s) };

	w.view = view_take(s->desk->parts->store);
	revocations_not_on_ocsp(w.view, add_revocation, &w);
	view_put(w.view);
	w.list.orders = w.orders;
	w.list.marks = w.marks;
	w.list.essential = true;
	s->blocked = s->blocked || w.waits;
	if (w.list.mark_count > 0)
		make(s, &w.list);
	for (size_t i = 0; i < w.list.order_count; i++)
		bytes_free(&w.orders[i].ids);
	return w.list.mark_count > 0;
}

/* --- who asks ------------------------------------------------------------ */

static bool
serve_fresh(struct ocsp_service *s)
{
	struct answer_order orders[FRESH_AT_ONCE];
	struct answer_list list = { .orders = orders };

	fresh_expire(s->fresh);
	if (!can_sign(s)) {
		s->blocked = s->blocked || fresh_wait(s->fresh);
		return false;
	}
	if ((list.order_count = fresh_take(s->fresh, orders)) == 0)
		return false;
	make(s, &list);
	fresh_answer(s->fresh, orders, list.order_count);
	return true;
}

static bool
serve_questions(struct ocsp_service *s)
{
	struct answer_order orders[AT_ONCE] = { 0 };
	struct answer_list list = { .orders = orders };

	if (!can_sign(s)) {
		s->blocked = s->blocked || questions_wait(s->questions);
		return false;
	}
	list.order_count = questions_take(s->questions, AT_ONCE, orders);
	if (list.order_count == 0) {
		s->blocked = s->blocked || questions_wait(s->questions);
		return false;
	}
	make(s, &list);
	questions_answer(s->questions, orders, list.order_count);
	return true;
}

enum ocsp_known
ocsp_service_knows(struct ocsp_service *s, const struct ocsp_ids *ids)
{
	struct ocsp_single single;
	struct view *view;
	size_t known = 0;

	if (!ocsp_issuer_is_asked(&s->issuer, ids))
		return OCSP_NOT_OURS;
	view = view_take(s->desk->parts->store);
	while (known < ids->count &&
	    ocsp_status(view, &ids->id[known], &single) == 1)
		known++;
	view_put(view);
	return known == ids->count ? OCSP_KNOWN : OCSP_NEVER_ISSUED;
}

void
ocsp_service_ask_once(struct ocsp_service *s, const struct ocsp_ids *ids,
    fresh_done *done, void *arg)
{
	counter_add(COUNT_OCSP_TO_SIGN, 1);
	if (fresh_add(s->fresh, ids, done, arg) == 0)
		bell_ring(&s->bell);
	else
		done(arg, OCSP_TRY_LATER, (struct slice){ NULL, 0 }, 0);
}

void
ocsp_service_ask(struct ocsp_service *s, struct slice request,
    ocsp_done *done, void *arg)
{
	enum ocsp_file file = OCSP_UNAUTHORIZED;
	struct bytes joined = { 0 };
	struct ocsp_single single;
	struct ocsp_ids ids;
	struct view *view;
	int64_t answer = 0;
	bool asked, fresh = false;
	size_t known = 0;

	if (ocsp_request_decode(request, &ids) != 0) {
		counter_add(COUNT_OCSP_MALFORMED, 1);
		done(arg, OCSP_MALFORMED, 0);
		return;
	}
	view = view_take(s->desk->parts->store);
	if ((asked = !ids.critical && ocsp_issuer_is_asked(&s->issuer, &ids)))
		while (known < ids.count &&
		    ocsp_status(view, &ids.id[known], &single) == 1)
			known++;
	if (known == ids.count) {
		ocsp_ids_join(&ids, &joined);
		if (ocsp_kept(view, &ids, SLICE(&joined), clock_now(),
		    &answer, &fresh) == 1 && fresh)
			file = OCSP_ANSWER;
		else
			file = OCSP_TRY_LATER;
	}
	view_put(view);
	bytes_free(&joined);
	if (asked && known < ids.count)
		counter_add(COUNT_OCSP_UNKNOWN, 1);
	counter_add(file == OCSP_ANSWER ? COUNT_OCSP_KEPT :
	    file == OCSP_TRY_LATER ? COUNT_OCSP_TO_SIGN :
	    COUNT_OCSP_UNAUTHORISED, 1);
	/* Not while asking holds a view: the deadline takes one too. */
	if (file == OCSP_TRY_LATER &&
	    questions_add(s->questions, &ids, done, arg) == 0)
		bell_ring(&s->bell);
	else
		done(arg, file, answer);
}

/* --- ahead --------------------------------------------------------------- */

static bool
serve_ahead(struct ocsp_service *s)
{
	struct answer_order orders[AT_ONCE] = { 0 };
	struct answer_list list = { .orders = orders };

	list.order_count = ocsp_ahead_take(s->ahead, orders, can_sign(s) ?
	    AT_ONCE : 0);
	if (list.order_count > 0)
		make(s, &list);
	for (size_t i = 0; i < list.order_count; i++)
		bytes_free(&orders[i].ids);
	return list.order_count > 0;
}

/* --- the thread ---------------------------------------------------------- */

static void
close_leftovers(struct ocsp_service *s)
{
	struct signing *signing = s->desk->parts->signing;
	struct err err;

	if (!s->leftovers || !signing->ready(signing, "ocsp"))
		return;
	if (leftovers_close(s->desk, SIGN_OCSP, &s->bell, &err) == 0)
		s->leftovers = false;
	else
		failed(s, &err);
}

static void *
run(void *arg)
{
	struct ocsp_service *s = arg;
	bool worked;

	while (!bell_closed(&s->bell)) {
		s->blocked = false;
		responder_refresh(s->responder);
		close_leftovers(s);
		worked = serve_revocations(s);
		pending_settle(s->pending);
		s->rung = false;
		worked = serve_questions(s) || worked;
		worked = serve_fresh(s) || worked;
		worked = (!worked && serve_ahead(s)) || worked;
		if (s->retry_at > clock_steady()) {
			bell_sleep(&s->bell, s->retry_at - clock_steady());
			continue;
		}
		/* Rung while it worked: perhaps. */
		s->rung = worked || bell_wait(&s->bell, s->blocked ?
		    LOOK_SOON : s->leftovers ? LOOK_FOR_KEY :
		    ocsp_ahead_wait(s->ahead));
	}
	return NULL;
}

struct ocsp_service *
ocsp_service_new(const struct desk *desk, struct pending *pending)
{
	struct ocsp_service *s = calloc(1, sizeof *s);

	if (s == NULL)
		die("out of memory");
	s->desk = desk;
	s->pending = pending;
	s->leftovers = true;
	ocsp_issuer_set(&s->issuer, desk->issuing);
	s->ahead = ocsp_ahead_new(desk, &s->issuer);
	bell_init(&s->bell);
	pthread_mutex_init(&s->watching, NULL);
	s->questions = questions_new(desk);
	s->fresh = fresh_new(desk);
	s->rung = true;
	s->responder = responder_new(desk, &s->bell);
	if (pthread_create(&s->thread, NULL, run, s) != 0)
		die("cannot start the thread of the OCSP service");
	return s;
}

void
ocsp_service_free(struct ocsp_service *s)
{
	if (s == NULL)
		return;
	bell_close(&s->bell);
	pthread_join(s->thread, NULL);
	responder_free(s->responder);
	questions_free(s->questions);
	fresh_free(s->fresh);
	pthread_mutex_destroy(&s->watching);
	ocsp_ahead_free(s->ahead);
	bell_destroy(&s->bell);
	free(s);
}

void
ocsp_service_ring(struct ocsp_service *s)
{
	bell_ring(&s->bell);
}

const struct ocsp_issuer *
ocsp_service_issuer(const struct ocsp_service *s)
{
	return &s->issuer;
}

void
ocsp_service_watch(struct ocsp_service *s,
    void (*changed)(void *arg, const char *serial), void *arg)
{
	pthread_mutex_lock(&s->watching);
	s->changed = changed;
	s->changed_arg = arg;
	pthread_mutex_unlock(&s->watching);
}
