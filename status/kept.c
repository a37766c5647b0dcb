/*
 * Answers kept in memory; see kept.h.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/err.h"
#include "../ca/text.h"
#include "desk.h"
#include "kept.h"
#include "ocsp_response.h"

#define PARTS	32		/* each with a lock of its own */
#define HEADS	1024		/* chains in a half */

/* --- one ----------------------------------------------------------------- */

/* Hash, issuer and serial agree; how the hash is written does not matter. */
static bool
is_same_id(struct slice der, const struct ocsp_id *asked)
{
	struct ocsp_ids ids;

	return ocsp_ids_decode(der, &ids) == 0 && ids.count == 1 &&
	    ids.id[0].hash == asked->hash &&
	    slice_equal(ids.id[0].name_hash, asked->name_hash) &&
	    slice_equal(ids.id[0].key_hash, asked->key_hash) &&
	    strcmp(ids.id[0].serial, asked->serial) == 0;
}

static int
read_singles(struct kept *k, const struct ocsp_ids *ids)
{
	usec_t this_update, next_update;
	struct ocsp_single single;
	struct ocsp_facts facts;
	struct err err;
	size_t n = 0;
	int got;

	if (ocsp_read(SLICE(&k->der), &facts, &err) != 0)
		return -1;
	while ((got = ocsp_next_single(&facts.singles, &single, &this_update,
	    &next_update)) == 1) {
		if (n == ids->count || !is_same_id(single.cert_id, &ids->id[n]))
			return -1;
		if (single.revoked == 0 && !single.never)
			k->good = true;
		if (n == 0 || this_update > k->this_update)
			k->this_update = this_update;
		if (n == 0 || next_update < k->next_update)
			k->next_update = next_update;
		n++;
	}
	return got == 0 && n == ids->count ? 0 : -1;
}

struct kept *
kept_new(struct slice key, const struct ocsp_ids *ids, struct slice der)
{
	struct kept *k = calloc(1, sizeof *k);

	if (k == NULL)
		die("out of memory");
	atomic_store(&k->references, 1);
	bytes_copy(&k->key, key);
	bytes_copy(&k->der, der);
	if (read_singles(k, ids) != 0) {
		kept_release(k);
		return NULL;
	}
	k->etag[0] = '"';
	sha256_text(k->etag + 1, der);
	k->etag[SHA256_TEXT] = '"';
	return k;
}

void
kept_release(struct kept *k)
{
	if (k == NULL || atomic_fetch_sub(&k->references, 1) != 1)
		return;
	bytes_free(&k->key);
	bytes_free(&k->der);
	bytes_free(&k->request);
	free(k);
}

bool
kept_is_valid(const struct kept *k, usec_t now)
{
	return now < k->next_update && k->this_update - STEP_BACK <= now;
}

bool
kept_is_ageing(const struct kept *k, usec_t now)
{
	return now >= k->this_update / 2 + k->next_update / 2;
}

/* --- all ----------------------------------------------------------------- */

struct part {
	pthread_mutex_t	mutex;
	struct kept	**young, **old;		/* HEADS each */
	size_t		count;			/* in the young half */
};
struct keep {
	struct part	parts[PARTS];
	size_t		most;			/* in a half */
	uint64_t	seed;
};

static struct kept **
heads_new(void)
{
	struct kept **heads = calloc(HEADS, sizeof *heads);

	if (heads == NULL)
		die("out of memory");
	return heads;
}

static void
heads_clear(struct kept **heads)
{
	struct kept *k;

	for (size_t i = 0; i < HEADS; i++)
		while ((k = heads[i]) != NULL) {
			heads[i] = k->next;
			kept_release(k);
		}
}

struct keep *
keep_new(size_t answers)
{
	struct keep *all = calloc(1, sizeof *all);

	if (all == NULL)
		die("out of memory");
	all->most = answers / PARTS / 2 + 1;
	chance_octets(&all->seed, sizeof all->seed);
	for (size_t i = 0; i < PARTS; i++) {
		pthread_mutex_init(&all->parts[i].mutex, NULL);
		all->parts[i].young = heads_new();
		all->parts[i].old = heads_new();
	}
	return all;
}

void
keep_free(struct keep *all)
{
	if (all == NULL)
		return;
	for (size_t i = 0; i < PARTS; i++) {
		heads_clear(all->parts[i].young);
		heads_clear(all->parts[i].old);
		free(all->parts[i].young);
		free(all->parts[i].old);
		pthread_mutex_destroy(&all->parts[i].mutex);
	}
	free(all);
}

/* FNV-1a from a start nobody knows. */
static uint64_t
hash(const struct keep *all, struct slice key)
{
	uint64_t h = all->seed;

	for (size_t i = 0; i < key.size; i++)
		h = (h ^ key.data[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 31;
}

static struct kept **
find(struct kept **head, struct slice key)
{
	while (*head != NULL && !slice_equal(SLICE(&(*head)->key), key))
		head = &(*head)->next;
	return head;
}

static struct kept *
cut(struct kept **at)
{
	struct kept *k = *at;

	if (k != NULL)
		*at = k->next;
	return k;
}

/* A turn: the old half goes, the young one gets old. */
static void
put_young(struct keep *all, struct part *part, size_t head, struct kept *k)
{
	struct kept **swap;

	if (part->count >= all->most) {
		heads_clear(part->old);
		swap = part->old;
		part->old = part->young;
		part->young = swap;
		part->count = 0;
	}
	k->next = part->young[head];
	part->young[head] = k;
	part->count++;
}

struct kept *
keep_find(struct keep *all, struct slice key)
{
	uint64_t h = hash(all, key);
	struct part *part = &all->parts[h % PARTS];
	size_t head = h / PARTS % HEADS;
	struct kept *k;

	pthread_mutex_lock(&part->mutex);
	if ((k = *find(&part->young[head], key)) == NULL &&
	    (k = cut(find(&part->old[head], key))) != NULL)
		put_young(all, part, head, k);
	if (k != NULL)
		atomic_fetch_add(&k->references, 1);
	pthread_mutex_unlock(&part->mutex);
	return k;
}

static void
drop(struct part *part, size_t head, struct slice key)
{
	struct kept *k;

	if ((k = cut(find(&part->young[head], key))) != NULL) {
		part->count--;
		kept_release(k);
	}
	kept_release(cut(find(&part->old[head], key)));
}

void
keep_put(struct keep *all, struct kept *k)
{
	uint64_t h = hash(all, SLICE(&k->key));
	struct part *part = &all->parts[h % PARTS];
	size_t head = h / PARTS % HEADS;

	atomic_fetch_add(&k->references, 1);
	pthread_mutex_lock(&part->mutex);
	drop(part, head, SLICE(&k->key));
	put_young(all, part, head, k);
	pthread_mutex_unlock(&part->mutex);
}

void
keep_drop_those(struct keep *all, kept_is *is, void *arg)
{
	struct part *part;
	struct kept **at;

	for (size_t i = 0; i < PARTS * HEADS * 2; i++) {
		part = &all->parts[i / 2 / HEADS];
		pthread_mutex_lock(&part->mutex);
		at = (i % 2 == 0 ? part->young : part->old) + i / 2 % HEADS;
		while (*at != NULL) {
			if (!is(arg, *at)) {
				at = &(*at)->next;
				continue;
			}
			if (i % 2 == 0)
				part->count--;
			kept_release(cut(at));
		}
		pthread_mutex_unlock(&part->mutex);
	}
}

size_t
keep_collect(struct keep *all, kept_is *is, void *arg, struct kept **to,
    size_t most)
{
	struct part *part;
	struct kept *k;
	size_t n = 0;

	for (size_t i = 0; i < PARTS * HEADS * 2 && n < most; i++) {
		part = &all->parts[i / 2 / HEADS];
		pthread_mutex_lock(&part->mutex);
		k = (i % 2 == 0 ? part->young : part->old)[i / 2 % HEADS];
		for (; k != NULL && n < most; k = k->next)
			if (is(arg, k)) {
				atomic_fetch_add(&k->references, 1);
				to[n++] = k;
			}
		pthread_mutex_unlock(&part->mutex);
	}
	return n;
}
