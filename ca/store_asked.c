/*
 * Answers about people and agreements that were read before, kept in memory:
 * they are asked for a dozen times an issuance and change once a month.
 *
 * Whatever changes one raises "policy-seq" in the same transaction, so each is
 * true for a moment whose number is the one it was read with, and for no
 * other: what a view asks is kept with the number this very view shows.  All
 * that is kept has one number, the highest that was seen.  The writer's view
 * takes no part: it may show a number that is never committed, and given again
 * with something else behind it.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store_private.h"

#define PLACES	512

struct asked_place {
	enum question_kind	kind;
	int64_t		a, b;		/* what was asked about */
	int		answer;
	unsigned char	row[ASKED_ROW];
	bool		is_there;
};

struct asked {
	pthread_mutex_t		lock;
	int64_t			policy;
	struct asked_place	place[PLACES];
};

struct asked *
asked_new(void)
{
	struct asked *asked;

	if ((asked = calloc(1, sizeof(*asked))) == NULL)
		die("store: out of memory");
	pthread_mutex_init(&asked->lock, NULL);
	return asked;
}

void
asked_free(struct asked *asked)
{
	if (asked == NULL)
		return;
	pthread_mutex_destroy(&asked->lock);
	free(asked);
}

int64_t
store_policy(struct view *v)
{
	if (v == &v->store->tx.view)
		return meta_number(v, "policy-seq", 0);
	if (!v->policy_is_read)
		v->policy = meta_number(v, "policy-seq", 0);
	v->policy_is_read = true;
	return v->policy;
}

static struct asked_place *
place_of(struct asked *asked, enum question_kind kind, int64_t a, int64_t b)
{
	uint64_t hash = (uint64_t)kind;

	hash = hash * 1000003 + (uint64_t)a;
	hash = hash * 1000003 + (uint64_t)b;
	return &asked->place[hash % PLACES];
}

bool
asked_find(struct view *v, const struct question *q, int *answer,
    void *row)
{
	struct asked *asked = v->store->asked;
	const struct asked_place *k;
	int64_t policy;
	bool found;

	if (v == &v->store->tx.view)
		return false;
	policy = store_policy(v);
	pthread_mutex_lock(&asked->lock);
	k = place_of(asked, q->kind, q->a, q->b);
	found = asked->policy == policy && k->is_there && k->kind == q->kind &&
	    k->a == q->a && k->b == q->b;
	if (found) {
		*answer = k->answer;
		if (q->size > 0)
			memcpy(row, k->row, q->size);
	}
	pthread_mutex_unlock(&asked->lock);
	return found;
}

void
asked_put(struct view *v, const struct question *q, int answer,
    const void *row)
{
	struct asked *asked = v->store->asked;
	struct asked_place *k;
	int64_t policy;

	if (v == &v->store->tx.view || q->size > ASKED_ROW)
		return;
	policy = store_policy(v);
	pthread_mutex_lock(&asked->lock);
	if (policy > asked->policy) {
		memset(asked->place, 0, sizeof(asked->place));
		asked->policy = policy;
	}
	if (policy == asked->policy) {
		k = place_of(asked, q->kind, q->a, q->b);
		k->kind = q->kind;
		k->a = q->a;
		k->b = q->b;
		k->answer = answer;
		if (q->size > 0)
			memcpy(k->row, row, q->size);
		k->is_there = true;
	}
	pthread_mutex_unlock(&asked->lock);
}
