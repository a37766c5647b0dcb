/*
 * Requests verified once.  Entries are counted: one that is in use when it
 * leaves the cache goes with its last user.  An entry is found by the beginning
 * of its digest; in the order of their use the head is the newest.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "csr_cache.h"
#include "text.h"

#define BUCKETS	512

struct node {
	struct csr_entry entry;		/* first: users hold its address */
	unsigned char	 digest[SHA256_OCTETS];
	unsigned	 users;
	bool		 cached;
	struct node	*newer, *older;
	struct node	*next;		/* in its bucket */
};

struct csr_cache {
	pthread_mutex_t	 lock;
	struct node	*head, *tail;	/* the newest and the oldest */
	struct node	*buckets[BUCKETS];
	size_t		 count, max;
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

/* With the lock held, as all of these. */
static struct node **
bucket_of(struct csr_cache *cache, const unsigned char *digest)
{
	return &cache->buckets[(digest[0] << 8 | digest[1]) % BUCKETS];
}

static void
order_remove(struct csr_cache *cache, struct node *node)
{
	*(node->newer != NULL ? &node->newer->older : &cache->head) =
	    node->older;
	*(node->older != NULL ? &node->older->newer : &cache->tail) =
	    node->newer;
}

static void
order_put(struct csr_cache *cache, struct node *node)
{
	node->newer = NULL;
	node->older = cache->head;
	*(cache->head != NULL ? &cache->head->newer : &cache->tail) = node;
	cache->head = node;
}

/* Found and moved to the front, or NULL. */
static struct node *
cache_find(struct csr_cache *cache, const unsigned char *digest)
{
	struct node	*node = *bucket_of(cache, digest);

	while (node != NULL &&
	    memcmp(node->digest, digest, SHA256_OCTETS) != 0)
		node = node->next;
	if (node == NULL)
		return NULL;
	order_remove(cache, node);
	order_put(cache, node);
	node->users++;
	return node;
}

static void
cache_add(struct csr_cache *cache, struct node *node)
{
	struct node	**bucket = bucket_of(cache, node->digest);

	node->cached = true;
	node->next = *bucket;
	*bucket = node;
	order_put(cache, node);
	cache->count++;
}

/* The oldest leaves; gives back what may be freed. */
static struct node *
cache_shrink(struct csr_cache *cache)
{
	struct node	**at, *node = cache->tail;

	if (cache->count <= cache->max)
		return NULL;
	order_remove(cache, node);
	for (at = bucket_of(cache, node->digest); *at != node;
	    at = &(*at)->next)
		continue;
	*at = node->next;
	cache->count--;
	node->cached = false;
	return node->users == 0 ? node : NULL;
}

/* The request, or the one inside what an old certificate signed. */
static void
parse(struct csr_entry *entry, struct slice bytes)
{
	struct bytes	request = { 0 };

	if (!signed_request_begins(bytes))
		entry->csr = csr_parse(bytes, &entry->fault);
	else if (signed_request_read(bytes, &request, &entry->signer,
	    &entry->fault) == 0)
		entry->csr = csr_parse(SLICE(&request), &entry->fault);
	bytes_free(&request);
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
	parse(&node->entry, bytes);
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
	/* Two may have parsed the same at once: the first one stays. */
	if ((node = cache_find(cache, digest)) == NULL) {
		node = made;
		made = NULL;
		cache_add(cache, node);
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

void
csr_cache_free(struct csr_cache *cache)
{
	struct node	*node;

	if (cache == NULL)
		return;
	while ((node = cache->head) != NULL) {
		cache->head = node->older;
		node_free(node);
	}
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}
