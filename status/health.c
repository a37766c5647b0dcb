/*
 * status/health.txt.  See health.h.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/clock_watch.h"
#include "../ca/store_counts.h"
#include "../ca/store_status.h"
#include "bell.h"
#include "health.h"

#define EVERY		(USEC / 2)	/* between two looks */
#define PENDING_LONG	(1 * USEC)	/* a publication takes less */
#define ROOT_WARN	(90 * USEC_DAY)	/* the root's CRL is made by hand */
#define ROOT_FAIL	(7 * USEC_DAY)
#define GIB(n)		((int64_t)(n) << 30)

static const char *const state_names[] = { "ok", "warn", "fail" };
static const char *const check_names[HEALTH_CHECKS] = {
	[HEALTH_SANDBOX] = "sandbox", [HEALTH_ISSUING_CA] = "issuing-ca",
	[HEALTH_PUBLICATION] = "publication",
	[HEALTH_CRL] = "crl", [HEALTH_ROOT_CRL] = "root-crl",
	[HEALTH_OCSP] = "ocsp", [HEALTH_RESPONDER] = "ocsp-certificate",
	[HEALTH_CONSISTENCY] = "crl-and-ocsp",
	[HEALTH_ISSUING_KEY] = "issuing-key", [HEALTH_OCSP_KEY] = "ocsp-key",
	[HEALTH_EVIDENCE_KEY] = "evidence-key", [HEALTH_STORE] = "store",
	[HEALTH_CLOCK] = "clock", [HEALTH_SCHEDULE] = "schedule",
	[HEALTH_DEADLINES] = "deadlines",
	[HEALTH_NOTICES] = "notices", [HEALTH_DISK] = "disk",
	[HEALTH_CHECKPOINT] = "checkpoint", [HEALTH_MIRROR] = "publish-dir",
	[HEALTH_PROBES] = "probes",
};
static const struct {
	enum health_check	check;
	const char		*key, *without;
} keys[] = {
	{ HEALTH_ISSUING_KEY, "issuing",
	  "nothing is issued and no CRL is signed" },
	{ HEALTH_OCSP_KEY, "ocsp", "no OCSP answer is signed" },
	{ HEALTH_EVIDENCE_KEY, "evidence", "no receipt is signed" },
};

struct age {		/* of a CRL */
	int64_t	number;
	usec_t	next_update;
};
struct health {
	const struct authority_parts *parts;
	struct timers	*timers;
	struct timer	 timer;
	pthread_mutex_t	 mutex;
	pthread_cond_t	 idle;
	struct health_line lines[HEALTH_CHECKS];
	struct age	 crl, root_crl;
	usec_t		 (*oldest)(void *);
	void		*oldest_arg;
	struct bytes	 published;	/* the newest text */
	struct bytes	 text;		/* the one being published */
	struct job	 job;
	bool		 busy, closing;
};

static void	set_line(struct health *, enum health_check,
		    enum health_state, const char *, va_list)
		    __attribute__((format(printf, 4, 0)));

static void
set_line(struct health *h, enum health_check check, enum health_state state,
    const char *fmt, va_list ap)
{
	struct health_line *line = &h->lines[check];

	pthread_mutex_lock(&h->mutex);
	line->said++;
	line->state = state;
	vsnprintf(line->text, sizeof line->text, fmt, ap);
	pthread_mutex_unlock(&h->mutex);
}

static struct age *
age_of(struct health *h, enum health_check check)
{
	if (check == HEALTH_CRL)
		return &h->crl;
	return check == HEALTH_ROOT_CRL ? &h->root_crl : NULL;
}

/* What is said of a CRL from outside stays until there is a new one. */
void
health_set(struct health *h, enum health_check check, enum health_state state,
    const char *fmt, ...)
{
	struct age *age = age_of(h, check);
	va_list ap;

	va_start(ap, fmt);
	set_line(h, check, state, fmt, ap);
	va_end(ap);
	if (age == NULL)
		return;
	pthread_mutex_lock(&h->mutex);
	age->next_update = 0;
	pthread_mutex_unlock(&h->mutex);
}

/* The same for the checks that are looked at. */
__attribute__((format(printf, 4, 5))) static void
look_set(struct health *h, enum health_check check, enum health_state state,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_line(h, check, state, fmt, ap);
	va_end(ap);
}

void
health_crl(struct health *h, enum health_check check, int64_t number,
    usec_t next_update)
{
	pthread_mutex_lock(&h->mutex);
	*age_of(h, check) = (struct age){ number, next_update };
	pthread_mutex_unlock(&h->mutex);
}

void
health_watch(struct health *h, usec_t (*oldest)(void *), void *arg)
{
	pthread_mutex_lock(&h->mutex);
	h->oldest = oldest;
	h->oldest_arg = arg;
	pthread_mutex_unlock(&h->mutex);
}

const char *
health_state_name(enum health_state state)
{

	return state_names[state];
}

void
health_lines(struct health *h, struct health_line to[HEALTH_CHECKS])
{
	pthread_mutex_lock(&h->mutex);
	memcpy(to, h->lines, sizeof h->lines);
	pthread_mutex_unlock(&h->mutex);
	for (int i = 0; i < HEALTH_CHECKS; i++)
		to[i].name = check_names[i];
}

void
health_line(struct health *h, enum health_check check, struct health_line *to)
{
	pthread_mutex_lock(&h->mutex);
	*to = h->lines[check];
	pthread_mutex_unlock(&h->mutex);
	to->name = check_names[check];
}

void
health_mend(struct health *h, enum health_check check,
    const struct health_line *was, const char *fmt, ...)
{
	struct health_line *line = &h->lines[check];
	va_list ap;

	va_start(ap, fmt);
	pthread_mutex_lock(&h->mutex);
	if (line->said == was->said) {
		line->said++;
		line->state = HEALTH_OK;
		vsnprintf(line->text, sizeof line->text, fmt, ap);
	}
	pthread_mutex_unlock(&h->mutex);
	va_end(ap);
}

/* --- the checks that are looked at --------------------------------------- */

static void
look_at_keys(struct health *h)
{
	struct signing *signing = h->parts->signing;
	char why[SIGN_REASON];

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		why[0] = '\0';
		if (!signing->ready(signing, keys[i].key))
			signing->why_not(signing, keys[i].key, why);
		if (why[0] == '\0')
			look_set(h, keys[i].check, HEALTH_OK, "activated");
		else
			look_set(h, keys[i].check, HEALTH_FAIL,
			    "%s (not activated: %.230s)", keys[i].without,
			    why);
	}
}

static void
look_at_publication(struct health *h)
{
	usec_t (*oldest)(void *), since;
	char text[CLOCK_TEXT];
	void *arg;

	pthread_mutex_lock(&h->mutex);
	oldest = h->oldest;
	arg = h->oldest_arg;
	pthread_mutex_unlock(&h->mutex);
	since = oldest != NULL ? oldest(arg) : 0;
	if (since == 0 || clock_now() - since < PENDING_LONG) {
		look_set(h, HEALTH_PUBLICATION, HEALTH_OK,
		    "every revocation is published");
		return;
	}
	clock_text_seconds(text, since);
	look_set(h, HEALTH_PUBLICATION, HEALTH_FAIL, "revocations are "
	    "pending since %s (REV-6.2.4-03A: 24 hours at most)", text);
}

/* The issuing CA's is signed anew at half; the root's by a person. */
static void
look_at_age(struct health *h, enum health_check check, struct age age,
    usec_t warn, usec_t fail)
{
	usec_t left = age.next_update - clock_now();
	enum health_state state = HEALTH_OK;
	char text[CLOCK_TEXT];

	if (age.next_update == 0)
		return;
	if (left <= fail)
		state = HEALTH_FAIL;
	else if (left <= warn)
		state = HEALTH_WARN;
	clock_text_seconds(text, age.next_update);
	look_set(h, check, state, "number %lld, the next one is due before "
	    "%s%s", (long long)age.number, text, state != HEALTH_OK &&
	    check == HEALTH_ROOT_CRL ? ": pkifs root-crl makes it "
	    "(CSS-6.3.9-12)" : "");
}

static void
look_at_crls(struct health *h)
{
	usec_t life = h->parts->config->crl_next_update;
	struct age crl, root;

	pthread_mutex_lock(&h->mutex);
	crl = h->crl;
	root = h->root_crl;
	pthread_mutex_unlock(&h->mutex);
	look_at_age(h, HEALTH_CRL, crl, life * 4 / 10, life / 4);
	look_at_age(h, HEALTH_ROOT_CRL, root, ROOT_WARN, ROOT_FAIL);
}

static void
look_at_clock(struct health *h)
{
	struct clock_state clock;
	char text[CLOCK_TEXT];
	struct view *view;
	usec_t since;

	clock_state(&clock);
	if (clock.synchronised) {
		look_set(h, HEALTH_CLOCK, HEALTH_OK, "synchronised");
		return;
	}
	view = view_take(h->parts->store);
	since = clock_alone_since(view, false);
	view_put(view);
	clock_text_seconds(text, since);
	if (clock_now() - since >= CLOCK_ALONE)
		look_set(h, HEALTH_CLOCK, HEALTH_FAIL, "not synchronised "
		    "since %s, 24 h at most (REV-6.2.4-07)", text);
	else
		look_set(h, HEALTH_CLOCK, HEALTH_WARN, "the kernel does not "
		    "say that it is synchronised (REV-6.2.4-07)");
}

/* In words that stay the same while it fills. */
static void
look_at_disk(struct health *h)
{
	static const struct {
		enum health_state state;
		int64_t	percent, octets;	/* one of them is free */
		const char *text;
	} rows[] = {
		{ HEALTH_OK, 10, GIB(10), "at least 10 % or 10 GiB are free" },
		{ HEALTH_WARN, 3, GIB(1), "less than 10 % and 10 GiB are "
		    "free" },
		{ HEALTH_FAIL, 0, 0, "less than 3 % and 1 GiB are free" },
	};
	struct store_sizes sizes;
	size_t i = 0;

	store_measure(h->parts->store, &sizes);
	while (sizes.disk_free < sizes.disk / 100 * rows[i].percent &&
	    sizes.disk_free < rows[i].octets)
		i++;
	look_set(h, HEALTH_DISK, rows[i].state, "%s", rows[i].text);
}

static void
look_at_machine(struct health *h)
{

	if (store_reserve_whole(h->parts->store))
		look_set(h, HEALTH_STORE, HEALTH_OK, "the reserve is whole");
	else
		look_set(h, HEALTH_STORE, HEALTH_FAIL, "the disk is full: "
		    "nothing is issued, the reserve keeps revocation going");
	look_at_disk(h);
	look_at_clock(h);
	if (h->parts->config->sandbox)
		look_set(h, HEALTH_SANDBOX, HEALTH_WARN, "this CA is a "
		    "sandbox: one person may decide alone, nobody should "
		    "rely on it");
	else
		look_set(h, HEALTH_SANDBOX, HEALTH_OK, "no sandbox");
}

static void
look(struct health *h)
{
	look_at_machine(h);
	look_at_publication(h);
	look_at_keys(h);
	look_at_crls(h);
}

/* --- the file ------------------------------------------------------------ */

static void
render(struct health *h, struct bytes *to)
{
	enum health_state worst = HEALTH_OK;

	bytes_clear(to);
	pthread_mutex_lock(&h->mutex);
	for (int i = 0; i < HEALTH_CHECKS; i++)
		if (h->lines[i].state > worst)
			worst = h->lines[i].state;
	bytes_printf(to, "%-4s  %-16s  %s\n", state_names[worst], "all",
	    h->parts->config->name);
	for (int i = 0; i < HEALTH_CHECKS; i++)
		bytes_printf(to, "%-4s  %-16s  %s\n",
		    state_names[h->lines[i].state], check_names[i],
		    h->lines[i].text);
	pthread_mutex_unlock(&h->mutex);
}

static int
apply(struct job *job, struct tx *tx, struct err *err)
{
	struct health *h = (struct health *)((char *)job -
	    offsetof(struct health, job));
	struct publication file = { .dir = "status", .name = "health.txt" };

	file.time = clock_now();
	file.size = h->text.size;
	return publication_put(tx, &file, SLICE(&h->text), err);
}

/* In the committer's thread; a fault is tried again at the next look. */
static void
applied(struct job *job, const struct err *fault)
{
	struct health *h = (struct health *)((char *)job -
	    offsetof(struct health, job));
	const char *path = "status/health.txt";

	if (fault == NULL)
		h->parts->sink->changed(h->parts->sink, &path, 1, NULL, NULL);
	else
		log_line("status/health.txt: %s", fault->text);
	pthread_mutex_lock(&h->mutex);
	if (fault == NULL)
		bytes_take(&h->published, &h->text);
	h->busy = false;
	pthread_cond_broadcast(&h->idle);
	pthread_mutex_unlock(&h->mutex);
}

void
health_look(struct health *h)
{
	struct bytes text = { 0 };
	bool same;

	look(h);
	render(h, &text);
	pthread_mutex_lock(&h->mutex);
	same = h->busy || h->closing ||
	    slice_equal(SLICE(&text), SLICE(&h->published));
	if (!same) {
		h->busy = true;
		bytes_take(&h->text, &text);
	}
	pthread_mutex_unlock(&h->mutex);
	if (!same)
		commit_submit(h->parts->committer, &h->job);
	bytes_free(&text);
}

static void
fire(struct timer *timer)
{
	struct health *h = (struct health *)((char *)timer -
	    offsetof(struct health, timer));
	bool closing;

	health_look(h);
	pthread_mutex_lock(&h->mutex);
	closing = h->closing;
	pthread_mutex_unlock(&h->mutex);
	if (!closing)
		timers_set(h->timers, timer, EVERY);
}

struct health *
health_new(const struct authority_parts *parts, struct timers *timers)
{
	struct health *h = calloc(1, sizeof *h);

	if (h == NULL)
		die("out of memory");
	if (pthread_mutex_init(&h->mutex, NULL) != 0)
		die("cannot make a mutex");
	steady_cond_init(&h->idle);
	h->parts = parts;
	h->timers = timers;
	h->timer.fire = fire;
	h->job.apply = apply;
	h->job.done = applied;
	h->job.essential = true;
	for (int i = 0; i < HEALTH_CHECKS; i++)
		health_set(h, i, HEALTH_OK, "nothing to say yet");
	health_set(h, HEALTH_CHECKPOINT, HEALTH_WARN, "none is signed: "
	    "evidence is proved by its chain alone");
	health_look(h);
	pthread_mutex_lock(&h->mutex);
	while (h->busy)
		pthread_cond_wait(&h->idle, &h->mutex);
	pthread_mutex_unlock(&h->mutex);
	timers_set(timers, &h->timer, EVERY / 4);
	return h;
}

void
health_free(struct health *h)
{
	if (h == NULL)
		return;
	pthread_mutex_lock(&h->mutex);
	h->closing = true;
	while (h->busy)
		pthread_cond_wait(&h->idle, &h->mutex);
	pthread_mutex_unlock(&h->mutex);
	timers_cancel(h->timers, &h->timer);
	bytes_free(&h->published);
	bytes_free(&h->text);
	pthread_cond_destroy(&h->idle);
	pthread_mutex_destroy(&h->mutex);
	free(h);
}
