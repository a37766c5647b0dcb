/*
 * The publisher: its parts, put together.  The act of revoking commits and
 * rings both makers; the CRL's and the answers' threads publish, each settles
 * what both have published.
 *
 * CRLs and OCSP both say what is revoked, to everybody (CSS-6.3.10-01, -05, -06,
 * -10).
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/store_events.h"
#include "batches.h"
#include "crl_maker.h"
#include "deadlines.h"
#include "desk.h"
#include "door.h"
#include "metrics.h"
#include "mirror.h"
#include "notices.h"
#include "ocsp_service.h"
#include "ocsp_status.h"
#include "page.h"
#include "pending.h"
#include "probes.h"
#include "publisher.h"
#include "revocations.h"
#include "root_alarm.h"
#include "root_crl.h"
#include "schedule.h"

/* What was published is heard of by publish_dir, too. */
struct passing {
	struct publication_sink	 sink;	/* first: parts->sink is this */
	struct publication_sink	*behind;
	pthread_mutex_t		 lock;
	struct mirror		*mirror;	/* NULL: not there (any more) */
};

struct publisher {
	struct desk		 desk;
	struct passing		 passing;
	struct pending		*pending;
	struct crl_past		*past;
	struct deadlines	*deadlines;
	struct crl_maker	*crl_maker;
	struct ocsp_service	*ocsp;
	struct door		*door;
	struct schedule		*schedule;
	struct revocations	*revocations;
	struct batches		*batches;
	struct notices		*notices;
	struct root_alarm	*root_alarm;
	struct tallies		*tallies;
	struct reader		*reader;
	struct live		*live;
	struct mirror		*mirror;
	struct probes		*probes;
};

/*
 * Something was revoked: by an act, or by the authority itself.  The thread of
 * the CRL looks what.
 */
static void
ring(void *arg)
{
	struct publisher *p = arg;

	crl_maker_ring(p->crl_maker);
	ocsp_service_ring(p->ocsp);
	notices_ring(p->notices);
	if (p->batches != NULL)
		batches_ring(p->batches);
	mirror_ring(p->mirror);
}

static bool
is_published(const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(paths[i], "status/", 7) == 0 ||
		    strncmp(paths[i], "ca/", 3) == 0)
			return true;
	return false;
}

static void
pass_on(struct publication_sink *sink, const char *const *paths, size_t count,
    void (*done)(void *), void *arg)
{
	struct passing *passing = (struct passing *)sink;

	if (is_published(paths, count)) {
		pthread_mutex_lock(&passing->lock);
		mirror_ring(passing->mirror);
		pthread_mutex_unlock(&passing->lock);
	}
	passing->behind->changed(passing->behind, paths, count, done, arg);
}

static void
pass_on_forget(struct publication_sink *sink, const char *const *folders,
    size_t count, void (*done)(void *), void *arg)
{
	struct passing *passing = (struct passing *)sink;

	if (passing->behind->forget != NULL)
		passing->behind->forget(passing->behind, folders, count, done,
		    arg);
	else if (done != NULL)
		done(arg);
}

/* Before any thread that publishes, */
static void
passing_begin(struct passing *passing, struct authority_parts *parts)
{
	pthread_mutex_init(&passing->lock, NULL);
	passing->sink.changed = pass_on;
	passing->sink.forget = pass_on_forget;
	passing->behind = parts->sink;
	if (parts->sink != NULL)
		parts->sink = &passing->sink;
}

static void
passing_mirror(struct passing *passing, struct mirror *mirror)
{
	pthread_mutex_lock(&passing->lock);
	passing->mirror = mirror;
	pthread_mutex_unlock(&passing->lock);
}

/* and after them. */
static void
passing_end(struct passing *passing, struct authority_parts *parts)
{
	parts->sink = passing->behind;
	pthread_mutex_destroy(&passing->lock);
}

/* From the authority: it was ordered, or a successor stands. */
static void
revoke(void *arg, const struct revocation_order *order, drop_done *done,
    void *done_arg)
{
	struct publisher *p = arg;

	revocations_ordered(p->revocations, order, done, done_arg);
}

static void
render(void *arg, enum live_file file, struct view *view, struct bytes *to)
{
	static void (*const renders[LIVE_FILES])(const struct readings *,
	    struct bytes *) = {
		[LIVE_METRICS] = metrics_render, [LIVE_PAGE] = page_render,
	};
	struct publisher *p = arg;
	struct readings *readings = malloc(sizeof *readings);

	if (readings == NULL)
		die("out of memory");
	readings_take(p->reader, view, readings);
	renders[file](readings, to);
	readings_clear(readings);
	free(readings);
}

/* Above what the core before this one numbered, as far as time tells. */
static void
open_live(struct publisher *p)
{
	struct view *view = view_take(p->desk.parts->store);
	struct event_row last = { 0 };

	events_get(view, events_last(view), &last);
	view_put(view);
	p->tallies = tallies_new(&p->desk);
	p->reader = reader_new(&p->desk, p->pending, p->deadlines,
	    p->tallies, p->probes);
	p->live = live_new(render, p, last.time);
}

struct publisher *
publisher_open(struct authority *authority, struct authority_parts *parts,
    struct err *err)
{
	struct publisher *p = calloc(1, sizeof *p);

	if (p == NULL)
		die("out of memory");
	p->desk.authority = authority;
	p->desk.parts = parts;
	passing_begin(&p->passing, parts);
	p->desk.issuing = signatory_new(SLICE(&parts->config->issuing_der),
	    err);
	if (p->desk.issuing == NULL) {
		err_in(err, "the issuing certificate");
		publisher_close(p);
		return NULL;
	}
	p->desk.timers = timers_new();
	p->desk.health = health_new(parts, p->desk.timers);
	p->past = crl_past_new(&p->desk);
	p->pending = pending_new(&p->desk);
	health_watch(p->desk.health, pending_oldest, p->pending);
	p->deadlines = deadlines_new(&p->desk);
	p->notices = notices_new(&p->desk);
	root_crl_import(&p->desk);
	p->root_alarm = root_alarm_new(&p->desk);
	if (parts->probe_dir > 0)
		p->probes = probes_new(&p->desk, parts->probe_dir);
	open_live(p);
	if (parts->publish_dir > 0)
		p->mirror = mirror_new(&p->desk, p->live, p->past,
		    parts->publish_dir);
	passing_mirror(&p->passing, p->mirror);
	p->crl_maker = crl_maker_new(&p->desk, p->pending, p->past);
	p->ocsp = ocsp_service_new(&p->desk, p->pending);
	p->door = door_new(&p->desk, p->ocsp);
	p->schedule = schedule_new(&p->desk, ring, p);
	p->revocations = revocations_new(&p->desk, p->pending, p->schedule,
	    ring, p);
	p->batches = batches_new(&p->desk, ring, p);
	parts->revoked_arg = p;
	parts->revoked = ring;
	parts->revoke = revoke;
	/* What the authority revoked before it could say so. */
	ring(p);
	authority_revoke_decided(authority);
	return p;
}

void
publisher_close(struct publisher *p)
{
	if (p == NULL)
		return;
	p->desk.parts->revoked = NULL;
	p->desk.parts->revoke = NULL;
	authority_revoke_end(p->desk.authority);
	passing_mirror(&p->passing, NULL);
	mirror_free(p->mirror);
	live_free(p->live);
	reader_free(p->reader);
	probes_free(p->probes);
	tallies_free(p->tallies);
	/* These ring the batches, too. */
	revocations_free(p->revocations);
	schedule_free(p->schedule);
	batches_free(p->batches);
	crl_maker_free(p->crl_maker);
	door_free(p->door);
	ocsp_service_free(p->ocsp);
	notices_free(p->notices);
	root_alarm_free(p->root_alarm);
	deadlines_free(p->deadlines);
	health_free(p->desk.health);
	crl_past_free(p->past);
	pending_free(p->pending);
	timers_free(p->desk.timers);
	signatory_free(p->desk.issuing);
	passing_end(&p->passing, p->desk.parts);
	free(p);
}

void
publisher_wait_for_past(struct publisher *p, usec_t at_most)
{
	crl_past_wait(p->past, at_most);
}

int
publisher_may_revoke(struct publisher *p, const struct revocation_act *act,
    struct err *err)
{
	return revocations_may(p->revocations, act, err);
}

void
publisher_refused(struct publisher *p, const struct revocation_act *act,
    const struct err *fault)
{
	revocations_refused(p->revocations, act, fault);
}

void
publisher_revoke(struct publisher *p, const struct revocation_act *act,
    drop_done *done, void *arg)
{
	revocations_act(p->revocations, act, done, arg);
}

void
publisher_batch(struct publisher *p, int64_t file, drop_done *done, void *arg)
{
	batches_wait(p->batches, file, done, arg);
}

void
publisher_told(struct publisher *p, const struct letter_outcome *outcome)
{
	notices_told(p->notices, outcome);
}

void
publisher_ocsp(struct publisher *p, struct slice request, ocsp_done *done,
    void *arg)
{
	ocsp_service_ask(p->ocsp, request, done, arg);
}

struct live *
publisher_live(struct publisher *p)
{
	return p->live;
}

void
publisher_ocsp_request(struct publisher *p, const char *serial, bool hash256,
    struct bytes *request)
{
	struct bytes cert_id = { 0 };
	struct ocsp_issuer issuer;

	ocsp_issuer_set(&issuer, p->desk.issuing);
	ocsp_issuer_question(&issuer, serial, hash256 ? OCSP_SHA256 :
	    OCSP_SHA1, &cert_id);
	ocsp_request_put(request, SLICE(&cert_id));
	bytes_free(&cert_id);
}

void
publisher_responder(struct publisher *p, int fd)
{
	door_enter(p->door, fd);
}
