/*
 * The table of CRLs and when they are due, early when something was revoked
 * (CSS-6.3.9-07).  See crl_scopes.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "closing_watch.h"
#include "crl_number.h"
#include "crl_scopes.h"

#define ISSUER	"issuing"
#define SHARE	10	/* of the time, for what nobody waits for */
/*
 * While the complete one takes long to make, those who hold a base have the
 * delta before.
 */
#define LARGE	20000

struct crl_scopes {
	const struct desk *desk;
	struct crl_scope *rows;		/* the complete one, the delta first */
	size_t		 count, room;
	bool		 behind;	/* the complete one lacks something */
	bool		 ahead;		/* the delta was, when it was asked */
	int64_t		 newest;	/* change of a revocation */
	int64_t		 seen;		/* number that readers may have seen */
	usec_t		 rest;		/* steady: no complete one before */
	struct view	*view;		/* of the look that is under way */
};

/* --- the rows ------------------------------------------------------------ */

usec_t
crl_scheduled(struct view *view, usec_t life, int64_t scope)
{
	struct crl scheduled;

	if (crl_newest_scheduled(view, ISSUER, scope, &scheduled) != 1)
		return 0;
	if (life > scheduled.next_update - scheduled.this_update)
		life = scheduled.next_update - scheduled.this_update;
	return scheduled.this_update +
	    (life / 2 < USEC_DAY ? life / 2 : USEC_DAY);
}

/*
 * A scheduled one is made when half of a life is over since the last that was
 * (of the life the configuration says now, where that is shorter), at least
 * once a day.
 */
static void
read_row(struct crl_scopes *s, struct crl_scope *row)
{
	usec_t life = s->desk->parts->config->crl_next_update;
	struct crl newest;

	row->since = row->ends = row->due = row->change = row->number = 0;
	if (crl_newest(s->view, ISSUER, row->id, &newest) != 1)
		return;
	row->since = newest.this_update;
	row->ends = newest.next_update;
	row->entries = newest.entries;
	row->change = newest.change;
	row->number = newest.number;
	row->due = crl_scheduled(s->view, life, row->id);
}

static struct crl_scope *
add_row(struct crl_scopes *s, int64_t id)
{
	struct crl_scope *row;

	if (s->count == s->room) {
		s->room = 2 * s->room + 16;
		s->rows = realloc(s->rows, s->room * sizeof *s->rows);
		if (s->rows == NULL)
			die("out of memory");
	}
	row = &s->rows[s->count++];
	memset(row, 0, sizeof *row);
	row->id = id;
	read_row(s, row);
	return row;
}

static struct crl_scope *
find_row(struct crl_scopes *s, int64_t id)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->rows[i].id == id)
			return &s->rows[i];
	return NULL;
}

static int
add_shard(void *arg, const struct shard *shard)
{
	struct crl_scopes *s = arg;
	struct crl_scope *row;

	if ((row = find_row(s, shard->id)) == NULL) {
		row = add_row(s, shard->id);
		memcpy(row->url, shard->url, sizeof row->url);
	}
	row->until = shard->until;
	return 0;
}

/* The earliest end of them is when something would be out of date. */
static void
tell_health(const struct crl_scopes *s, int64_t number)
{
	usec_t ends = 0;

	for (size_t i = 0; i < s->count; i++)
		if (s->rows[i].ends != 0 &&
		    (ends == 0 || s->rows[i].ends < ends))
			ends = s->rows[i].ends;
	if (ends != 0)
		health_crl(s->desk->health, HEALTH_CRL, number, ends);
}

struct crl_scopes *
crl_scopes_new(const struct desk *desk)
{
	struct crl_scopes *s = calloc(1, sizeof *s);
	struct crl newest;

	if (s == NULL)
		die("out of memory");
	s->desk = desk;
	s->view = view_take(desk->parts->store);
	add_row(s, CRL_COMPLETE);
	add_row(s, CRL_DELTA);
	shards_list(s->view, ISSUER, 0, add_shard, s);
	if (crl_newest(s->view, ISSUER, CRL_COMPLETE, &newest) == 1) {
		s->behind = newest.change <
		    revocations_newest_change(s->view);
		tell_health(s, newest.number);
	}
	view_put(s->view);
	s->view = NULL;
	return s;
}

void
crl_scopes_free(struct crl_scopes *s)
{
	if (s == NULL)
		return;
	free(s->rows);
	free(s);
}

/* --- what is due --------------------------------------------------------- */

void
crl_scopes_look(struct crl_scopes *s)
{
	s->view = view_take(s->desk->parts->store);
	shards_list(s->view, ISSUER, 0, add_shard, s);
	s->newest = revocations_newest_change(s->view);
	s->seen = crl_number_seen(s->view);
	view_put(s->view);
	s->view = NULL;
	for (size_t i = 0; i < s->count; i++)
		s->rows[i].asked = false;
}

void
crl_scopes_ask(void *arg, int64_t scope)
{
	struct crl_scopes *s = arg;
	struct crl_scope *row = find_row(s, scope);

	if (row != NULL)
		row->asked = true;
	/* What many shards wait for, one delta says. */
	s->rows[1].asked = s->rows[1].change < s->newest;
	s->behind |= s->rows[0].change < s->newest;
}

/* It is older than what readers may have seen. */
static bool
went_back(const struct crl_scopes *s, const struct crl_scope *row)
{
	return row->number != 0 && row->number <= s->seen;
}

bool
crl_scopes_are_anew(const struct crl_scopes *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (went_back(s, &s->rows[i]))
			return false;
	return true;
}

/* Also when the clock went back so far that it is not valid yet. */
static bool
is_due(const struct crl_scopes *s, const struct crl_scope *row, usec_t now)
{
	if (went_back(s, row))
		return true;
	if (row->until != 0 && row->until < now)
		return row->asked;
	return row->asked || now >= row->due ||
	    now < row->since - STEP_BACK;
}

/* May the complete one be made, as nobody waits for it? */
static bool
is_time_for_behind(const struct crl_scopes *s)
{
	return s->behind && clock_steady() >= s->rest;
}

size_t
crl_scopes_due(struct crl_scopes *s, usec_t now,
    struct crl_scope *to[CRLS_TOGETHER])
{
	struct crl_scope *complete = &s->rows[0], *delta = &s->rows[1];
	bool has_base = complete->ends > now, whole;
	size_t count = 0;

	whole = is_due(s, complete, now) || is_time_for_behind(s);
	/* The delta alone, once: it is there sooner. */
	if (whole && complete->asked && complete->entries > LARGE &&
	    !s->ahead && delta->change < s->newest && has_base &&
	    now < complete->due)
		whole = false;
	if (whole)
		to[count++] = complete;
	if (has_base && (whole || is_due(s, delta, now)))
		to[count++] = delta;
	for (size_t i = 2; i < s->count && count < CRLS_TOGETHER; i++)
		if (is_due(s, &s->rows[i], now))
			to[count++] = &s->rows[i];
	return count;
}

size_t
crl_scopes_last(struct crl_scopes *s, struct crl_scope *to[CRLS_TOGETHER])
{
	size_t count = 0;

	for (size_t i = 0; i < s->count && count < CRLS_TOGETHER; i++)
		if (s->rows[i].id != CRL_DELTA && s->rows[i].ends != CRL_NEVER)
			to[count++] = &s->rows[i];
	return count;
}

bool
crl_scopes_nth(const struct crl_scopes *s, size_t n, int64_t *id)
{
	if (n >= s->count)
		return false;
	*id = s->rows[n].id;
	return true;
}

usec_t
crl_scopes_next(const struct crl_scopes *s)
{
	usec_t next = s->rows[0].due;

	for (size_t i = 1; i < s->count; i++)
		if (s->rows[i].due < next && (s->rows[i].until == 0 ||
		    s->rows[i].until >= s->rows[i].due))
			next = s->rows[i].due;
	if (s->behind && clock_now() + s->rest - clock_steady() < next)
		next = clock_now() + s->rest - clock_steady();
	return next;
}

void
crl_scopes_made(struct crl_scopes *s, usec_t took, int64_t number,
    struct crl_scope *const *made, size_t count)
{
	bool whole = false;

	s->view = view_take(s->desk->parts->store);
	for (size_t i = 0; i < count; i++) {
		read_row(s, made[i]);
		whole |= made[i]->id == CRL_COMPLETE;
	}
	s->ahead = !whole && s->rows[0].asked;
	if (whole) {
		s->behind = false;
		s->rest = clock_steady() + (SHARE - 1) * took;
	}
	view_put(s->view);
	s->view = NULL;
	tell_health(s, number);
}
