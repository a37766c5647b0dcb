/*
 * Opening and closing the authority, and the certificates of the CA itself.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "authority_own.h"
#include "csr_cache.h"
#include "duties.h"
#include "facts.h"
#include "issuance.h"
#include "own_certificates.h"
#include "receipts.h"
#include "recovery.h"
#include "retries.h"
#include "shards.h"
#include "starting.h"
#include "subject.h"
#include "take_up.h"
#include "text.h"
#include "waiting.h"

#define CSR_CACHE	256		/* a few KiB each */
#define CLOSE_WAIT	(3 * USEC)

/* Closed while something waited for the signer: see authority_close. */
static struct authority	*left;

static void
authority_free(struct authority *authority)
{
	csr_cache_free(authority->cache);
	take_up_free(authority->take_up);
	waiting_free(authority->waiting);
	retries_free(authority->retries);
	shards_free(authority->shards);
	own_certificates_free(authority->own);
	receipts_free(authority->receipts);
	pthread_mutex_destroy(&authority->access_log.lock);
	pthread_mutex_destroy(&authority->desk_log.lock);
	free(authority);
}

struct authority *
authority_open(const struct authority_parts *parts, struct err *e)
{
	struct authority	*authority;

	if ((authority = calloc(1, sizeof(*authority))) == NULL)
		die("out of memory");
	authority->parts = parts;
	authority->config = parts->config;
	authority->cache = csr_cache_new(CSR_CACHE);
	authority->waiting = waiting_new();
	authority->retries = retries_new();
	authority->own = own_certificates_new(authority);
	authority->receipts = receipts_new(authority);
	pthread_mutex_init(&authority->access_log.lock, NULL);
	pthread_mutex_init(&authority->desk_log.lock, NULL);
	/* With a full disk reading goes on, and this is tried again. */
	starting_record(authority);
	if (recovery_run(authority, e) == -1) {
		authority_free(authority);
		return NULL;
	}
	authority->take_up = take_up_start(authority);
	authority->duties = duties_start(authority);
	take_up_undone(authority->take_up);
	return authority;
}

static bool
is_busy(struct authority *authority)
{
	return waiting_count(authority->waiting) > 0 ||
	    take_up_is_telling(authority->take_up) ||
	    atomic_load(&authority->at_desk) > 0;
}

/*
 * What waits for a signer that is away ends with the process, and the next
 * one takes it up; its memory is left to it until then.
 */
void
authority_close(struct authority *authority)
{
	const struct timespec	pause = { .tv_nsec = 5000000 };
	usec_t			until = clock_steady() + CLOSE_WAIT;

	if (authority == NULL)
		return;
	authority->closing = true;
	while (is_busy(authority) && clock_steady() < until)
		nanosleep(&pause, NULL);
	take_up_stop(authority->take_up);
	duties_stop(authority->duties);
	authority->duties = NULL;
	stopping_record(authority);
	authority->closed = true;
	if (!is_busy(authority)) {
		authority_free(authority);
		return;
	}
	authority->next_left = left;
	left = authority;
}

void
authority_issue_internal(struct authority *authority, const char *profile,
    const char *subject_cn, struct slice spki, internal_done *done, void *arg)
{
	struct application	*app;
	const struct profile	*known;
	struct view		*v;
	struct err		 e = { 0 };
	char			 name[32];
	int			 rc;

	app = application_new(authority);
	app->internal = true;
	app->internal_done = done;
	app->internal_arg = arg;
	app->received = clock_now();
	snprintf(app->profile_name, sizeof(app->profile_name), "%s", profile);
	subject_make_own(&app->subject, subject_cn);
	dn_digest(&app->subject, app->subject_sha256);
	bytes_copy(&app->spki, spki);
	sha256_text(app->spki_sha256, spki);
	snprintf(name, sizeof(name), "own-%ld",
	    atomic_fetch_add(&authority->internal, 1));
	waiting_key(&app->entry, 0, name, app->spki_sha256);
	waiting_enter(authority->waiting, &app->entry, NULL, NULL, 0, false);
	known = config_profile(authority->config, profile);
	v = view_take(authority->parts->store);
	app->standing_approval = known == NULL ? 0 : facts_approval(v, known);
	rc = application_judge(app, v, &e);
	view_put(v);
	if (rc == -1)
		application_finish(app, &e);
	else
		issuance_decide(app);
}
