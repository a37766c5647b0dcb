/*
 * Who waits for which application.  One lock, held for a few instructions;
 * `done` functions are called without it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "waiting.h"

#define BUCKETS	1024

struct waiting {
	pthread_mutex_t		 lock;
	struct waiting_entry	*buckets[BUCKETS];
	size_t			 count;
};

struct waiting *
waiting_new(void)
{
	struct waiting	*waiting;

	if ((waiting = calloc(1, sizeof(*waiting))) == NULL)
		die("out of memory");
	pthread_mutex_init(&waiting->lock, NULL);
	return waiting;
}

void
waiting_free(struct waiting *waiting)
{
	if (waiting == NULL)
		return;
	pthread_mutex_destroy(&waiting->lock);
	free(waiting);
}

void
waiting_key(struct waiting_entry *entry, int64_t box, const char *slot,
    const char *sha256)
{
	snprintf(entry->key, sizeof(entry->key), "%lld/%s/%s", (long long)box,
	    sha256, slot);
}

/* FNV-1a; the keys hold a digest already. */
static size_t
bucket_of(const char *key)
{
	uint32_t	h = 2166136261u;

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 16777619u;
	return h % BUCKETS;
}

static void
answer_all(struct waiter *waiter)
{
	struct waiter	*next;

	for (; waiter != NULL; waiter = next) {
		next = waiter->next;
		waiter->done(waiter->arg,
		    waiter->fault.code != 0 ? &waiter->fault : NULL);
		free(waiter);
	}
}

static struct waiter *
waiter_new(drop_done *done, void *arg, usec_t wait, bool gates_only)
{
	struct waiter	*waiter;

	if (done == NULL)
		return NULL;
	if ((waiter = calloc(1, sizeof(*waiter))) == NULL)
		die("out of memory");
	waiter->done = done;
	waiter->arg = arg;
	waiter->deadline = clock_steady() + wait;
	waiter->gates_only = gates_only;
	return waiter;
}

bool
waiting_enter(struct waiting *waiting, struct waiting_entry *entry,
    drop_done *done, void *arg, usec_t wait, bool gates_only)
{
	struct waiter		*waiter, *satisfied = NULL;
	struct waiting_entry	*other;
	size_t			 b = bucket_of(entry->key);

	waiter = waiter_new(done, arg, wait, gates_only);
	pthread_mutex_lock(&waiting->lock);
	for (other = waiting->buckets[b]; other != NULL; other = other->next)
		if (strcmp(other->key, entry->key) == 0)
			break;
	if (other == NULL) {
		entry->waiters = waiter;
		entry->next = waiting->buckets[b];
		waiting->buckets[b] = entry;
		waiting->count++;
	} else if (waiter != NULL && gates_only && other->registered) {
		satisfied = waiter;
		satisfied->fault = other->decided;
	} else if (waiter != NULL) {
		waiter->next = other->waiters;
		other->waiters = waiter;
	}
	pthread_mutex_unlock(&waiting->lock);
	answer_all(satisfied);
	return other == NULL;
}

/* With the lock held: takes out those that need not wait any longer. */
static struct waiter *
take_satisfied(struct waiting_entry *entry, usec_t now)
{
	struct waiter	**at, *waiter, *satisfied = NULL;

	for (at = &entry->waiters; (waiter = *at) != NULL;) {
		if (waiter->deadline > now &&
		    !(waiter->gates_only && entry->registered)) {
			at = &waiter->next;
			continue;
		}
		*at = waiter->next;
		waiter->fault = entry->registered ? entry->decided :
		    entry->give_up;
		waiter->next = satisfied;
		satisfied = waiter;
	}
	return satisfied;
}

void
waiting_registered(struct waiting *waiting, struct waiting_entry *entry,
    const struct err *refusal)
{
	struct waiter	*satisfied;

	pthread_mutex_lock(&waiting->lock);
	entry->registered = true;
	if (refusal != NULL)
		entry->decided = *refusal;
	satisfied = take_satisfied(entry, clock_steady());
	pthread_mutex_unlock(&waiting->lock);
	answer_all(satisfied);
}

void
waiting_finish(struct waiting *waiting, struct waiting_entry *entry,
    const struct err *fault)
{
	struct waiting_entry	**at;
	struct waiter		 *waiter, *waiters;

	pthread_mutex_lock(&waiting->lock);
	for (at = &waiting->buckets[bucket_of(entry->key)]; *at != NULL;
	    at = &(*at)->next)
		if (*at == entry) {
			*at = entry->next;
			waiting->count--;
			break;
		}
	waiters = entry->waiters;
	entry->waiters = NULL;
	pthread_mutex_unlock(&waiting->lock);
	for (waiter = waiters; fault != NULL && waiter != NULL;
	    waiter = waiter->next)
		waiter->fault = *fault;
	answer_all(waiters);
}

/* With the lock held: puts one list in front of another. */
static struct waiter *
join(struct waiter *front, struct waiter *rest)
{
	struct waiter	**at;

	for (at = &front; *at != NULL; at = &(*at)->next)
		;
	*at = rest;
	return front;
}

usec_t
waiting_expire(struct waiting *waiting, usec_t now)
{
	struct waiting_entry	*entry;
	struct waiter		*waiter, *satisfied = NULL;
	usec_t			 next = 0;
	size_t			 b;

	pthread_mutex_lock(&waiting->lock);
	for (b = 0; waiting->count > 0 && b < BUCKETS; b++)
		for (entry = waiting->buckets[b]; entry != NULL;
		    entry = entry->next) {
			if (!entry->registered && entry->give_up.code == 0)
				continue;
			satisfied = join(take_satisfied(entry, now),
			    satisfied);
			for (waiter = entry->waiters; waiter != NULL;
			    waiter = waiter->next)
				if (next == 0 || waiter->deadline < next)
					next = waiter->deadline;
		}
	pthread_mutex_unlock(&waiting->lock);
	answer_all(satisfied);
	return next;
}

size_t
waiting_count(struct waiting *waiting)
{
	size_t	count;

	pthread_mutex_lock(&waiting->lock);
	count = waiting->count;
	pthread_mutex_unlock(&waiting->lock);
	return count;
}
