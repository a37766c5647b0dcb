/*
 * The newest of what a folder of the tree shows, for its mtime, and the list
 * of all requests.  Each is one step in an index.
 */
#include "store_certificates.h"
#include "store_private.h"
#include "store_requests.h"
#include "store_status.h"

static int64_t
number_of(struct query *q)
{
	int64_t	number = query_next(q) ? take_number(q) : 0;

	query_done(q);
	return number;
}

/* None is ever removed, so the last number is the count. */
int
certificates_last(struct view *v, struct certificate *c)
{
	int64_t	last = certificates_count(v);

	return last == 0 ? 0 : certificate_get(v, last, c);
}

bool
certificates_between(struct view *v, const char *low, const char *high)
{
	struct query	*q;
	bool		 there;

	q = query_new(v->sql, "SELECT 1 FROM certificates"
	    " WHERE serial BETWEEN ? AND ? LIMIT 1");
	bind_hex(q, low);
	bind_hex(q, high);
	there = query_next(q);
	query_done(q);
	return there;
}

/*
 * The kernel asks for a box behind each change of it, and the page this is on
 * is another one after each commit: the store keeps what it last committed.
 */
usec_t
statuses_changed(struct view *v)
{
	usec_t	kept = atomic_load(&v->store->newest_status);

	if (kept != 0 && v != &v->store->tx.view)
		return kept;
	return number_of(query_new(v->sql, "SELECT max("
	    " coalesce((SELECT time FROM statuses ORDER BY id DESC LIMIT 1),"
	    "  0), coalesce((SELECT stated FROM revocations"
	    "  ORDER BY change DESC LIMIT 1), 0))"));
}

/* Every change of a case is a new version of its text. */
usec_t
revocations_changed(struct view *v)
{
	return number_of(query_new(v->sql, "SELECT max("
	    " coalesce((SELECT time FROM publications WHERE"
	    "  dir = 'revoke' AND superseded IS NULL"
	    "  ORDER BY seq DESC LIMIT 1), 0),"
	    " coalesce((SELECT time FROM publications WHERE"
	    "  dir = '" PUBLISHED_CASES "' AND superseded IS NULL"
	    "  ORDER BY seq DESC LIMIT 1), 0))"));
}

void
requests_list(struct view *v, int64_t after, request_each *each, void *arg)
{
	struct query	*q;
	struct request	 r;

	q = query_new(v->sql, "SELECT id FROM requests WHERE id > ?"
	    " ORDER BY id");
	bind_number(q, after);
	while (query_next(q))
		if (request_get(v, take_number(q), &r) == 1 &&
		    each(arg, &r) != 0)
			break;
	query_done(q);
}
