/*
 * Shards in the store.  See store_shards.h.
 */
#include <errno.h>
#include <stdio.h>

#include "store_private.h"
#include "store_shards.h"

static int64_t
last_id(struct view *v)
{
	struct query *q;
	int64_t id = 0;

	q = query_new(v->sql, "SELECT max(id) FROM shards");
	if (query_next(q))
		id = take_number(q);
	query_done(q);
	return id;
}

int
shard_add(struct tx *tx, struct shard *s, const char *base, struct err *err)
{
	struct query *q;

	s->id = last_id(&tx->view) + 1;
	s->until = 0;
	if ((size_t)snprintf(s->url, sizeof(s->url), "%s/status/crl/%lld.crl",
	    base, (long long)s->id) >= sizeof(s->url))
		return err_set(err, ENAMETOOLONG, "the URL of a shard is too "
		    "long");
	q = query_new(tx->view.sql, "INSERT INTO shards (id, since, issuer,"
	    " url) VALUES (?, ?, ?, ?)");
	bind_number(q, s->id);
	bind_number(q, clock_now());
	bind_text(q, s->issuer);
	bind_text(q, s->url);
	return query_write(q, err);
}

int
shard_set_until(struct tx *tx, int64_t id, usec_t until, struct err *err)
{
	struct query *q;

	q = query_new(tx->view.sql,
	    "UPDATE shards SET until = ? WHERE id = ?");
	bind_reference(q, until);
	bind_number(q, id);
	return query_write(q, err);
}

static void
take_shard(struct query *q, struct shard *s)
{
	s->id = take_number(q);
	take_text(q, s->issuer, sizeof(s->issuer));
	take_text(q, s->url, sizeof(s->url));
	s->until = take_number(q);
}

void
shards_list(struct view *v, const char *issuer, usec_t since,
    shard_each *each, void *arg)
{
	struct query *q;
	struct shard s;

	q = query_new(v->sql, "SELECT id, issuer, url, until FROM shards"
	    " WHERE issuer = ? AND (until IS NULL OR until >= ?)"
	    " ORDER BY id");
	bind_text(q, issuer);
	bind_number(q, since);
	while (query_next(q)) {
		take_shard(q, &s);
		if (each(arg, &s) != 0)
			break;
	}
	query_done(q);
}
