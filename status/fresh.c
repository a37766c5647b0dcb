/*
 * Questions that need an answer of their own; see fresh.h.  A list in the
 * order they came; those being signed are its first.
 */
#include <stdlib.h>
#include <string.h>

#include "bucket.h"
#include "fresh.h"

#define FRESH_MOST	256		/* that wait */
#define PATIENCE	(1 * USEC)	/* for a key */
#define BURST_SECONDS	10

struct one {
	struct one	*next;
	struct bytes	 ids;		/* joined */
	struct bytes	 nonce;
	usec_t		 until;		/* steady */
	fresh_done	*done;
	void		*arg;
};

struct fresh {
	const struct desk *desk;
	pthread_mutex_t	 mutex;
	struct one	*first;
	size_t		 count;
	struct bucket	 rate;
};

struct fresh *
fresh_new(const struct desk *desk)
{
	int rate = desk->parts->config->ocsp_fresh_rate;
	struct fresh *f = calloc(1, sizeof *f);

	if (f == NULL || pthread_mutex_init(&f->mutex, NULL) != 0)
		die("out of memory");
	f->desk = desk;
	if (rate > 0)
		bucket_set(&f->rate, USEC / rate, BURST_SECONDS * rate);
	return f;
}

static void
end(struct one *one, enum ocsp_file file, struct slice der, usec_t until)
{
	one->done(one->arg, file, der, until);
	bytes_free(&one->ids);
	bytes_free(&one->nonce);
	free(one);
}

void
fresh_free(struct fresh *f)
{
	struct one *one;

	if (f == NULL)
		return;
	while ((one = f->first) != NULL) {
		f->first = one->next;
		end(one, OCSP_TRY_LATER, (struct slice){ NULL, 0 }, 0);
	}
	pthread_mutex_destroy(&f->mutex);
	free(f);
}

int
fresh_add(struct fresh *f, const struct ocsp_ids *ids, fresh_done *done,
    void *arg)
{
	struct one *one = NULL, **at;

	pthread_mutex_lock(&f->mutex);
	if (f->count < FRESH_MOST && bucket_take(&f->rate, 1) == 1) {
		if ((one = calloc(1, sizeof *one)) == NULL)
			die("out of memory");
		ocsp_ids_join(ids, &one->ids);
		bytes_copy(&one->nonce, ids->nonce);
		one->until = clock_steady() + PATIENCE;
		one->done = done;
		one->arg = arg;
		for (at = &f->first; *at != NULL; at = &(*at)->next)
			;
		*at = one;
		f->count++;
	}
	pthread_mutex_unlock(&f->mutex);
	return one != NULL ? 0 : -1;
}

bool
fresh_wait(struct fresh *f)
{
	bool wait;

	pthread_mutex_lock(&f->mutex);
	wait = f->first != NULL;
	pthread_mutex_unlock(&f->mutex);
	return wait;
}

/* The first of the list when it is over; it came first, so it ends first. */
static struct one *
cut_late(struct fresh *f)
{
	struct one *one;

	pthread_mutex_lock(&f->mutex);
	one = f->first;
	if (one != NULL && one->until <= clock_steady()) {
		f->first = one->next;
		f->count--;
	} else
		one = NULL;
	pthread_mutex_unlock(&f->mutex);
	return one;
}

void
fresh_expire(struct fresh *f)
{
	struct one *one;

	while ((one = cut_late(f)) != NULL)
		end(one, OCSP_TRY_LATER, (struct slice){ NULL, 0 }, 0);
}

/* Only the thread that signs takes and answers, so the first stay first. */
size_t
fresh_take(struct fresh *f, struct answer_order *orders)
{
	struct one *one;
	size_t n = 0;

	pthread_mutex_lock(&f->mutex);
	for (one = f->first; one != NULL && n < FRESH_AT_ONCE;
	    one = one->next, n++) {
		orders[n] = (struct answer_order){ .once = true,
		    .unknown = f->desk->parts->config->ocsp_unknown_revoked,
		    .nonce = SLICE(&one->nonce) };
		bytes_copy(&orders[n].ids, SLICE(&one->ids));
	}
	pthread_mutex_unlock(&f->mutex);
	return n;
}

/* What was outdated by a revocation meanwhile is asked for again: tryLater. */
void
fresh_answer(struct fresh *f, struct answer_order *orders, size_t count)
{
	struct one *one;

	for (size_t i = 0; i < count; i++) {
		pthread_mutex_lock(&f->mutex);
		one = f->first;
		f->first = one->next;
		f->count--;
		pthread_mutex_unlock(&f->mutex);
		end(one, orders[i].der.size > 0 ? OCSP_ANSWER :
		    OCSP_TRY_LATER, SLICE(&orders[i].der),
		    orders[i].next_update);
		bytes_free(&orders[i].ids);
		bytes_free(&orders[i].der);
	}
}
