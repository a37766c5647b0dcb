/*
 * Readings.  See readings.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/x509.h>

#include "../ca/counters.h"
#include "../ca/store_events.h"
#include "../ca/store_notices.h"
#include "../ca/store_shards.h"
#include "crl_scopes.h"
#include "readings.h"

/* A list that is long to count is counted for a hundredth of the time. */
#define PATIENCE	100

struct reader {
	const struct desk *desk;
	struct pending	*pending;
	struct deadlines *deadlines;
	struct probes	*probes;
	struct tallies	*tallies;
	usec_t		 started;
	char		 root_name[128];
	pthread_mutex_t	 mutex;
	int64_t		 ocsp_kept;
	usec_t		 again;		/* steady: not counted before */
};

/* The common name of a certificate's subject; "" when it has none. */
static void
read_name(struct slice der, char *to, size_t room)
{
	const unsigned char *p = der.data;
	X509 *x = d2i_X509(NULL, &p, (long)der.size);
	unsigned char *text = NULL;
	X509_NAME *name;
	int at;

	to[0] = '\0';
	if (x == NULL)
		return;
	name = X509_get_subject_name(x);
	at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	if (at >= 0 && ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(
	    X509_NAME_get_entry(name, at))) >= 0)
		snprintf(to, room, "%s", text);
	OPENSSL_free(text);
	X509_free(x);
}

struct reader *
reader_new(const struct desk *desk, struct pending *pending,
    struct deadlines *deadlines, struct tallies *tallies,
    struct probes *probes)
{
	struct reader *r = calloc(1, sizeof *r);

	if (r == NULL)
		die("out of memory");
	if (pthread_mutex_init(&r->mutex, NULL) != 0)
		die("cannot make a mutex");
	r->desk = desk;
	r->pending = pending;
	r->deadlines = deadlines;
	r->tallies = tallies;
	r->probes = probes;
	r->started = clock_now();
	read_name(SLICE(&desk->parts->config->root_der), r->root_name,
	    sizeof r->root_name);
	return r;
}

void
reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	pthread_mutex_destroy(&r->mutex);
	free(r);
}

static int64_t
count_ocsp(struct reader *r, struct view *view)
{
	usec_t begun = clock_steady();
	int64_t kept;

	pthread_mutex_lock(&r->mutex);
	if (begun >= r->again) {
		r->ocsp_kept = store_count_ocsp(view);
		r->again = begun + (clock_steady() - begun) * PATIENCE;
	}
	kept = r->ocsp_kept;
	pthread_mutex_unlock(&r->mutex);
	return kept;
}

/* The newest of a list, when there is one. */
static void
take_crl(struct view *view, const char *issuer, int64_t scope,
    const char *list, struct readings *to)
{
	struct crl_reading *row;
	struct crl crl;

	if (crl_newest(view, issuer, scope, &crl) != 1)
		return;
	to->crls = realloc(to->crls, (to->crl_count + 1) * sizeof *to->crls);
	if (to->crls == NULL)
		die("out of memory");
	row = &to->crls[to->crl_count++];
	row->crl = crl;
	snprintf(row->list, sizeof row->list, "%s", list);
}

struct shard_walk {
	struct view	*view;
	struct readings	*to;
};

static int
take_shard(void *arg, const struct shard *shard)
{
	struct shard_walk *walk = arg;
	char list[24];

	snprintf(list, sizeof list, "shard-%" PRId64, shard->id);
	take_crl(walk->view, shard->issuer, shard->id, list, walk->to);
	return 0;
}

static void
take_crls(struct view *view, struct readings *to)
{
	struct shard_walk walk = { view, to };

	take_crl(view, "issuing", CRL_COMPLETE, "full", to);
	take_crl(view, "issuing", CRL_DELTA, "delta", to);
	shards_list(view, "issuing", to->now, take_shard, &walk);
	take_crl(view, "root", CRL_COMPLETE, "full", to);
}

static void
take_config(const struct reader *r, struct readings *to)
{
	const struct config *config = r->desk->parts->config;

	to->sandbox = config->sandbox;
	snprintf(to->name, sizeof to->name, "%s", config->name);
	snprintf(to->root_name, sizeof to->root_name, "%s", r->root_name);
	to->issuing_not_after = config->issuing_not_after;
	to->root_not_after = config->root_not_after;
}

static void
take_keys(const struct reader *r, struct readings *to)
{
	static const char *const names[KEY_READINGS] = {
		"issuing", "ocsp", "evidence", "handover"
	};
	struct signing *signing = r->desk->parts->signing;

	for (size_t i = 0; i < KEY_READINGS; i++) {
		to->keys[i].name = names[i];
		to->keys[i].ready = signing->ready(signing, names[i]);
	}
}

void
readings_take(struct reader *r, struct view *view, struct readings *to)
{
	memset(to, 0, sizeof *to);
	to->now = clock_now();
	to->started = r->started;
	take_config(r, to);
	take_keys(r, to);
	take_crls(view, to);
	to->crl_planned = crl_scheduled(view,
	    r->desk->parts->config->crl_next_update, CRL_COMPLETE);
	health_lines(r->desk->health, to->health);
	store_count(view, &to->counts);
	to->ocsp_kept = count_ocsp(r, view);
	store_measure(r->desk->parts->store, &to->sizes);
	tallies_get(r->tallies, view, &to->tallies);
	deadlines_sight(r->deadlines, &to->deadlines);
	probes_sight(r->probes, &to->probes);
	to->pending_since = pending_oldest(r->pending);
	clock_state(&to->clock);
	to->signer_queue = counter_get(COUNT_SIGNER_WAITING);
	to->notices_failing = notices_waiting(view, 1);
	if (to->counts.events != 0)
		events_get(view, to->counts.events, &to->event);
}

void
readings_clear(struct readings *r)
{
	free(r->crls);
	r->crls = NULL;
	r->crl_count = 0;
}
