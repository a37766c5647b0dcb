/*
 * Is a store's schema the one that this program makes?  SQLite keeps the text
 * of each table, index and trigger as it was made, so that two schemas are the
 * same when their texts are.
 */
#include <errno.h>
#include <string.h>

#include "store_schema.h"

/* What a schema consists of, in the order of names; no rows beside it. */
static struct query *
objects(struct sql *s)
{
	return query_new(s, "SELECT name, type, sql FROM sqlite_schema"
	    " WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
	    " ORDER BY name");
}

struct object {
	bool		 is_there;
	char		 name[128], type[16];
	struct slice	 sql;	/* until the query goes on */
};

static void
next_object(struct query *q, struct object *o)
{
	o->is_there = query_next(q) == 1;
	if (!o->is_there)
		return;
	take_text(q, o->name, sizeof(o->name));
	take_text(q, o->type, sizeof(o->type));
	o->sql = take_blob(q);
}

/* Both lists go by name: who is behind lacks what the other has. */
static int
compare(struct query *ours, struct query *theirs, struct err *err)
{
	struct object made, found;
	int order;

	do {
		next_object(ours, &made);
		next_object(theirs, &found);
		if (!made.is_there && !found.is_there)
			return 0;
		order = !made.is_there ? 1 : !found.is_there ? -1 :
		    strcmp(made.name, found.name);
	} while (order == 0 && slice_equal(made.sql, found.sql));
	return err_set(err, EINVAL, "the store is not as this program makes "
	    "it: %s %s %s; it was made by another build, or altered",
	    order <= 0 ? made.type : found.type,
	    order <= 0 ? made.name : found.name,
	    order < 0 ? "is missing" : order > 0 ? "is not known" : "differs");
}

int
store_schema_compare(struct sql *fresh, struct sql *s, struct err *err)
{
	struct query *ours = objects(fresh), *theirs = objects(s);
	int result = compare(ours, theirs, err);

	query_done(theirs);
	query_done(ours);
	return result;
}
