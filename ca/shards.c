/*
 * Shards of the CRL.  See shards.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "profile.h"
#include "shards.h"
#include "store_events.h"

#define ISSUER	"issuing"

struct shards {
	size_t		count, room;
	struct shard	*list;
};

/* What the change of a configuration finds, and what it does about it. */
struct change {
	struct tx	*tx;
	const struct config *config;
	struct shards	 all;
	int64_t		 wanted, kept, added, again, retired;
};

static int
add(void *arg, const struct shard *s)
{
	struct shards *to = arg;

	if (to->count == to->room) {
		to->room = 2 * to->room + 16;
		to->list = realloc(to->list, to->room * sizeof(*to->list));
		if (to->list == NULL)
			die("out of memory");
	}
	to->list[to->count++] = *s;
	return 0;
}

static bool
is_at(const struct shard *s, const char *base)
{
	size_t n = strlen(base);

	return strncmp(s->url, base, n) == 0 &&
	    strncmp(s->url + n, "/status/crl/", strlen("/status/crl/")) == 0;
}

/* When the last of what may name one that was in use until now has ended. */
static usec_t
end_of_longest(const struct config *config)
{
	usec_t end, now = clock_now();
	int days = 0;

	for (size_t i = 0; i < config->profile_count; i++)
		if (config->profiles[i].days > days)
			days = config->profiles[i].days;
	/* A day more for what was judged and is not signed yet. */
	end = now + (days + 1) * USEC_DAY;
	return end < config->issuing_not_after ? end :
	    config->issuing_not_after;
}

/* One of those there are: the first so many at this URL are in use. */
static int
settle(struct change *c, const struct shard *s, struct err *err)
{
	bool wanted = c->kept < c->wanted && is_at(s, c->config->url);

	if (wanted)
		c->kept++;
	if (wanted == (s->until == 0))
		return 0;
	if (wanted)
		c->again++;
	else
		c->retired++;
	return shard_set_until(c->tx, s->id, wanted ? 0 :
	    end_of_longest(c->config), err);
}

static int
tell(struct change *c, struct err *err)
{
	struct event *event;
	int rc;

	event = event_new("crl-shards-changed", REVOCATION_STATUS);
	event_actor_self(event);
	event_requirement(event, "OVR-6.6.2-01");
	event_outcome(event, "done");
	event_detail_number(event, "in-use", c->wanted);
	event_detail_number(event, "added", c->added);
	event_detail_number(event, "in-use-again", c->again);
	event_detail_number(event, "out-of-use", c->retired);
	rc = events_append(c->tx, event, NULL, err);
	event_free(event);
	return rc;
}

int
shards_record(struct tx *tx, const struct config *config, struct err *err)
{
	struct change c = { .tx = tx, .config = config,
	    .wanted = config->shards };
	struct shard fresh = { .issuer = ISSUER };
	int rc = -1;

	shards_list(tx_view(tx), ISSUER, INT64_MIN, add, &c.all);
	for (size_t i = 0; i < c.all.count; i++)
		if (settle(&c, &c.all.list[i], err) == -1)
			goto out;
	for (; c.kept < c.wanted; c.kept++, c.added++)
		if (shard_add(tx, &fresh, config->url, err) == -1)
			goto out;
	rc = c.added + c.again + c.retired == 0 ? 0 : tell(&c, err);
out:
	free(c.all.list);
	return rc;
}

struct shards *
shards_new(struct view *v, const struct config *config)
{
	struct shards *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		die("out of memory");
	if (config->shards > 0)
		shards_list(v, ISSUER, INT64_MAX, add, s);
	return s;
}

void
shards_free(struct shards *s)
{

	if (s == NULL)
		return;
	free(s->list);
	free(s);
}

const struct shard *
shards_choose(const struct shards *s)
{
	uint64_t chance;

	if (s == NULL || s->count == 0)
		return NULL;
	/* Of 64 bits the remainder favours nobody by anything. */
	chance_octets(&chance, sizeof(chance));
	return &s->list[chance % s->count];
}
