/*
 * The certificate of the delegated OCSP responder.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/own_certificates.h"
#include "responder.h"

#define LOOK_EVERY	(60 * USEC)
#define RETRY_FIRST	(1 * USEC)
#define RETRY_MOST	(60 * USEC)
#define COMMON_NAME	65		/* ub-common-name, and a NUL */

/* What a certificate being issued leaves; outlives a publisher that closed. */
struct renewal {
	pthread_mutex_t	 mutex;
	struct bell	*bell;		/* NULL: nobody waits any more */
	int		 references;
	bool		 under_way, failed, issued;
	struct err	 fault;
};

struct responder {
	const struct desk *desk;
	const struct profile *profile;
	const struct ca_key *key;
	struct renewal	*renewal;
	struct signatory *current;
	int64_t		 certificate;	/* its id */
	usec_t		 look;		/* steady: when to look again */
	usec_t		 retry, retry_at;
};

/* The internal profile with the purpose of RFC 6960 4.2.2.2. */
static const struct profile *
find_profile(const struct config *config)
{
	const struct profile *profile;

	for (size_t i = 0; i < config->profile_count; i++) {
		profile = &config->profiles[i];
		if (profile->internal && strcmp(
		    profile->extended_key_usage[0], "OCSPSigning") == 0)
			return profile;
	}
	return NULL;
}

static void
renewal_release(struct renewal *r)
{
	bool last;

	pthread_mutex_lock(&r->mutex);
	last = --r->references == 0;
	pthread_mutex_unlock(&r->mutex);
	if (!last)
		return;
	pthread_mutex_destroy(&r->mutex);
	free(r);
}

struct responder *
responder_new(const struct desk *desk, struct bell *bell)
{
	struct responder *r = calloc(1, sizeof *r);

	if (r == NULL || (r->renewal = calloc(1, sizeof *r->renewal)) == NULL)
		die("out of memory");
	if (pthread_mutex_init(&r->renewal->mutex, NULL) != 0)
		die("cannot make a mutex");
	r->renewal->bell = bell;
	r->renewal->references = 1;
	r->desk = desk;
	r->profile = find_profile(desk->parts->config);
	r->key = config_key(desk->parts->config, "ocsp");
	return r;
}

void
responder_free(struct responder *r)
{
	if (r == NULL)
		return;
	pthread_mutex_lock(&r->renewal->mutex);
	r->renewal->bell = NULL;
	pthread_mutex_unlock(&r->renewal->mutex);
	renewal_release(r->renewal);
	signatory_free(r->current);
	free(r);
}

const struct signatory *
responder_current(const struct responder *r)
{
	return r->current;
}

/* --- what the store has -------------------------------------------------- */

static void
load(struct responder *r)
{
	struct view *view = view_take(r->desk->parts->store);
	struct certificate best;
	struct bytes der = { 0 };
	struct signatory *fresh;
	struct err err;

	own_certificate_find(view, r->desk->parts->config, "ocsp", &best);
	if (best.id != r->certificate) {
		signatory_free(r->current);
		r->current = NULL;
		r->certificate = 0;
	}
	if (best.id != 0 && best.id != r->certificate &&
	    certificate_der(view, best.id, &der) == 1) {
		if ((fresh = signatory_new(SLICE(&der), &err)) != NULL) {
			r->current = fresh;
			r->certificate = best.id;
		} else
			log_line("the OCSP responder's certificate: %s",
			    err.text);
	}
	bytes_free(&der);
	view_put(view);
}

/* --- another ------------------------------------------------------------- */

static void
issued(void *arg, int64_t certificate, const struct err *fault)
{
	struct renewal *renewal = arg;

	pthread_mutex_lock(&renewal->mutex);
	renewal->under_way = false;
	renewal->issued = fault == NULL;
	renewal->failed = fault != NULL;
	if (fault != NULL)
		renewal->fault = *fault;
	if (renewal->bell != NULL)
		bell_ring(renewal->bell);
	pthread_mutex_unlock(&renewal->mutex);
	renewal_release(renewal);
}

static void
ask(struct responder *r)
{
	char name[160], subject[COMMON_NAME];

	snprintf(name, sizeof name, "%s OCSP responder",
	    r->desk->parts->config->name);
	if (strlen(name) >= sizeof subject)	/* its issuer says whose */
		snprintf(name, sizeof name, "OCSP responder");
	memcpy(subject, name, strlen(name) + 1);
	pthread_mutex_lock(&r->renewal->mutex);
	r->renewal->references++;
	r->renewal->under_way = true;
	pthread_mutex_unlock(&r->renewal->mutex);
	authority_issue_internal(r->desk->authority, r->profile->name,
	    subject, SLICE(&r->key->spki), issued, r->renewal);
}

/* Takes what became of the last one; true while one is under way. */
static bool
is_under_way(struct responder *r)
{
	struct renewal *renewal = r->renewal;
	struct err fault = { 0 };
	bool under_way, failed;

	pthread_mutex_lock(&renewal->mutex);
	under_way = renewal->under_way;
	failed = renewal->failed;
	fault = renewal->fault;
	if (renewal->issued)
		r->look = r->retry = r->retry_at = 0;
	renewal->issued = renewal->failed = false;
	pthread_mutex_unlock(&renewal->mutex);
	if (!failed)
		return under_way;
	r->retry = r->retry == 0 ? RETRY_FIRST : 2 * r->retry;
	if (r->retry > RETRY_MOST)
		r->retry = RETRY_MOST;
	r->retry_at = clock_steady() + r->retry;
	health_set(r->desk->health, HEALTH_RESPONDER,
	    r->current == NULL ? HEALTH_FAIL : HEALTH_WARN,
	    "no certificate for the OCSP responder: %s", fault.text);
	return under_way;
}

static bool
is_due(const struct responder *r)
{
	if (r->current == NULL)
		return true;
	return clock_now() >= signatory_not_before(r->current) / 2 +
	    signatory_not_after(r->current) / 2;
}

static void
tell_health(struct responder *r)
{
	char text[CLOCK_TEXT];

	if (r->current == NULL) {
		health_set(r->desk->health, HEALTH_RESPONDER, HEALTH_FAIL,
		    "the OCSP responder has no certificate yet");
		return;
	}
	clock_text_seconds(text, signatory_not_after(r->current));
	health_set(r->desk->health, HEALTH_RESPONDER, HEALTH_OK,
	    "valid until %s, renewed at half", text);
}

void
responder_refresh(struct responder *r)
{
	bool under_way = is_under_way(r);
	usec_t now = clock_steady();

	if (r->profile == NULL || r->key == NULL) {
		health_set(r->desk->health, HEALTH_RESPONDER, HEALTH_FAIL,
		    "no internal profile has the purpose OCSPSigning");
		return;
	}
	if (now >= r->look) {
		load(r);
		r->look = now + LOOK_EVERY;
		if (r->retry == 0)
			tell_health(r);
	}
	if (is_due(r) && !under_way && now >= r->retry_at)
		ask(r);
}
