/*
 * Groups to tell in the store.  See store_regroupings.h.
 */
#include <inttypes.h>
#include <stdio.h>

#include "store_private.h"
#include "store_regroupings.h"

/* In meta, one row for each subscriber; END is behind all of them. */
#define NAME	"group-to-tell-"
#define END	"group-to-tell."

#define NAME_ROOM	(sizeof(NAME) + 20)

static void
put_name(char to[NAME_ROOM], int64_t subscriber)
{
	snprintf(to, NAME_ROOM, NAME "%" PRId64, subscriber);
}

int
regrouping_put(struct tx *tx, int64_t subscriber, struct err *err)
{
	char	name[NAME_ROOM];
	int64_t	before;

	put_name(name, subscriber);
	return meta_take_numbers(tx, name, 1, &before, err);
}

int
regrouping_first(struct view *v, struct regrouping *r)
{
	struct query	*q;
	int		 found;

	q = query_new(v->sql, "SELECT CAST(substr(name, length(?1) + 1)"
	    " AS INTEGER), value FROM meta WHERE name > ?1 AND name < ?2"
	    " ORDER BY name LIMIT 1");
	bind_text(q, NAME);
	bind_text(q, END);
	if ((found = query_next(q)) == 1) {
		r->subscriber = take_number(q);
		r->change = take_number(q);
	}
	query_done(q);
	return found;
}

int
regrouping_end(struct tx *tx, const struct regrouping *r, struct err *err)
{
	struct query	*q;
	char		 name[NAME_ROOM];

	put_name(name, r->subscriber);
	q = query_new(tx->view.sql,
	    "DELETE FROM meta WHERE name = ? AND value = ?");
	bind_text(q, name);
	bind_number(q, r->change);
	return query_write(q, err);
}
