/*
 * Requests verified once.  Entries are counted: one that is in use when it
 * leaves the cache goes with its last user.  The table is small enough to be
 * searched in order; the head is the newest.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "csr_cache.h"
#include "text.h"

struct node {
	struct csr_entry entry;		/* first: users hold its address */
	unsigned char	 digest[SHA256_OCTETS];
	unsigned	 users;
	bool		 cached;
	struct node	*next;
};

struct csr_cache {
	pthread_mutex_t	 lock;
	struct node	*head;
	size_t		 count, max;
	unsigned long	 misses;
};

struct csr_cache *
csr_cache_new(size_t entries)
{
	struct csr_cache	*cache;

	if ((cache = calloc(1, sizeof(*cache))) == NULL)
		die("out of memory");
	pthread_mutex_init(&cache->lock, NULL);
	cache->max = entries;
	return cache;
}

static void
node_free(struct node *node)
{
	csr_free(node->entry.csr);
	free(node);
}

/* With the lock held: found and moved to the front, or NULL. */
static struct node *
cache_find(struct csr_cache *cache, const unsigned char *digest)
{
	struct node	**at, *node;

	for (at = &cache->head; (node = *at) != NULL; at = &node->next)
		if (memcmp(node->digest, digest, SHA256_OCTETS) == 0) {
			*at = node->next;
			node->next = cache->head;
			cache->head = node;
			node->users++;
			return node;
		}
	return NULL;
}

/* With the lock held: the oldest leaves; gives back what may be freed. */
static struct node *
cache_shrink(struct csr_cache *cache)
{
	struct node	**at, *node;

	if (cache->count <= cache->max)
		return NULL;
	for (at = &cache->head; (*at)->next != NULL; at = &(*at)->next)
		;
	node = *at;
	*at = NULL;
	cache->count--;
	node->cached = false;
	return node->users == 0 ? node : NULL;
}

static struct node *
node_make(struct slice bytes, const unsigned char *digest)
{
	struct node	*node;

	if ((node = calloc(1, sizeof(*node))) == NULL)
		die("out of memory");
	memcpy(node->digest, digest, SHA256_OCTETS);
	hex_lower(node->entry.sha256, digest, SHA256_OCTETS);
	node->users = 1;
	node->entry.csr = csr_parse(bytes, &node->entry.fault);
	/* A fault counts only where there is one: parsers try things. */
	if (node->entry.csr != NULL)
		memset(&node->entry.fault, 0, sizeof(node->entry.fault));
	if (node->entry.csr != NULL)
		key_check(node->entry.csr->key, &node->entry.key_fault);
	return node;
}

const struct csr_entry *
csr_cache_take(struct csr_cache *cache, struct slice bytes)
{
	unsigned char	 digest[SHA256_OCTETS];
	struct node	*node, *made, *old = NULL;

	sha256(digest, bytes);
	pthread_mutex_lock(&cache->lock);
	node = cache_find(cache, digest);
	pthread_mutex_unlock(&cache->lock);
	if (node != NULL)
		return &node->entry;
	made = node_make(bytes, digest);
	pthread_mutex_lock(&cache->lock);
	cache->misses++;
	/* Two may have parsed the same at once: the first one stays. */
	if ((node = cache_find(cache, digest)) == NULL) {
		node = made;
		made = NULL;
		node->cached = true;
		node->next = cache->head;
		cache->head = node;
		cache->count++;
		old = cache_shrink(cache);
	}
	pthread_mutex_unlock(&cache->lock);
	if (made != NULL)
		node_free(made);
	if (old != NULL)
		node_free(old);
	return &node->entry;
}

void
csr_cache_put(struct csr_cache *cache, const struct csr_entry *entry)
{
	struct node	*node = (struct node *)(uintptr_t)entry;
	bool		 last;

	if (entry == NULL)
		return;
	pthread_mutex_lock(&cache->lock);
	last = --node->users == 0 && !node->cached;
	pthread_mutex_unlock(&cache->lock);
	if (last)
		node_free(node);
}

unsigned long
csr_cache_misses(struct csr_cache *cache)
{
	unsigned long	misses;

	pthread_mutex_lock(&cache->lock);
	misses = cache->misses;
	pthread_mutex_unlock(&cache->lock);
	return misses;
}

void
csr_cache_free(struct csr_cache *cache)
{
	struct node	*node;

	if (cache == NULL)
		return;
	while ((node = cache->head) != NULL) {
		cache->head = node->next;
		node_free(node);
	}
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}
