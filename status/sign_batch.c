/*
 * A batch of orders to the signer.  It is shared by the thread that waits and
 * the client that answers; the last of the two frees it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ca/err.h"
#include "sign_batch.h"

#define LOOK	(100000)	/* microseconds between looks at the bell */

struct item {
	struct sign_order  order;	/* first: the order is the item */
	struct sign_batch *batch;
	struct sign_answer answer;
	struct bytes	   signature;
};

struct sign_batch {
	struct signing	*signing;
	pthread_mutex_t	 mutex;
	pthread_cond_t	 answered;
	size_t		 count, most, out;
	bool		 given_up;
	struct item	 items[];
};

struct sign_batch *
sign_batch_new(struct signing *signing, size_t most)
{
	struct sign_batch *b;

	if ((b = calloc(1, sizeof *b + most * sizeof *b->items)) == NULL)
		die("out of memory");
	if (pthread_mutex_init(&b->mutex, NULL) != 0)
		die("cannot make a mutex");
	steady_cond_init(&b->answered);
	b->signing = signing;
	b->most = most;
	return b;
}

static void
destroy(struct sign_batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		bytes_free(&b->items[i].order.tbs);
		memory_file_free(b->items[i].order.file);
		bytes_free(&b->items[i].signature);
	}
	pthread_cond_destroy(&b->answered);
	pthread_mutex_destroy(&b->mutex);
	free(b);
}

void
sign_batch_free(struct sign_batch *b)
{
	bool last;

	if (b == NULL)
		return;
	pthread_mutex_lock(&b->mutex);
	b->given_up = true;
	last = b->out == 0;
	pthread_mutex_unlock(&b->mutex);
	if (last)
		destroy(b);
}

static void
take_answer(struct sign_order *order, const struct sign_answer *answer)
{
	struct item *item = (struct item *)order;
	struct sign_batch *b = item->batch;
	bool last;

	pthread_mutex_lock(&b->mutex);
	item->answer = *answer;
	bytes_copy(&item->signature, answer->signature);
	item->answer.signature = SLICE(&item->signature);
	b->out--;
	last = b->out == 0 && b->given_up;
	pthread_cond_signal(&b->answered);
	pthread_mutex_unlock(&b->mutex);
	if (last)
		destroy(b);
}

static struct sign_order *
add(struct sign_batch *b, enum sign_kind kind, const char *key,
    int64_t intent)
{
	struct item *item;

	if (b->count == b->most)
		die("a batch of more than %zu orders", b->most);
	item = &b->items[b->count++];
	item->batch = b;
	item->order.kind = kind;
	snprintf(item->order.key, sizeof item->order.key, "%s", key);
	item->order.intent = intent;
	item->order.done = take_answer;
	return &item->order;
}

size_t
sign_batch_add(struct sign_batch *b, enum sign_kind kind, const char *key,
    int64_t intent, struct bytes *tbs)
{
	bytes_take(&add(b, kind, key, intent)->tbs, tbs);
	return b->count - 1;
}

size_t
sign_batch_add_file(struct sign_batch *b, enum sign_kind kind,
    const char *key, int64_t intent, struct memory_file *file)
{
	add(b, kind, key, intent)->file = file;
	return b->count - 1;
}

size_t
sign_batch_ask(struct sign_batch *b, enum sign_kind kind, const char *key,
    int64_t intent, const char *tbs_sha256)
{
	struct sign_order *order = add(b, kind, key, intent);

	order->recover = true;
	snprintf(order->tbs_sha256, sizeof order->tbs_sha256, "%s",
	    tbs_sha256);
	return b->count - 1;
}

void
sign_batch_submit(struct sign_batch *b)
{
	b->out = b->count;
	for (size_t i = 0; i < b->count; i++)
		b->signing->submit(b->signing, &b->items[i].order);
}

int
sign_batch_wait(struct sign_batch *b, struct bell *bell)
{
	int ret = 0;

	pthread_mutex_lock(&b->mutex);
	while (b->out > 0 && ret == 0) {
		steady_cond_wait(&b->answered, &b->mutex,
		    clock_steady() + LOOK);
		if (b->out > 0 && bell_closed(bell))
			ret = -1;
	}
	pthread_mutex_unlock(&b->mutex);
	return ret;
}

int
sign_batch_run(struct sign_batch *b, struct bell *bell)
{
	sign_batch_submit(b);
	return sign_batch_wait(b, bell);
}

bool
sign_batch_answered(struct sign_batch *b)
{
	bool answered;

	pthread_mutex_lock(&b->mutex);
	answered = b->out == 0;
	pthread_mutex_unlock(&b->mutex);
	return answered;
}

const struct sign_answer *
sign_batch_answer(struct sign_batch *b, size_t i)
{
	return &b->items[i].answer;
}

struct slice
sign_batch_tbs(struct sign_batch *b, size_t i)
{
	return sign_order_tbs(&b->items[i].order);
}
