/*
 * What is registered of a subscriber.  See registered.h.
 */
#include <stdlib.h>
#include <string.h>

#include "registered.h"

#define STEP	8

static int
add(void *arg, const struct attribute *a)
{
	struct registered *r = arg;
	struct attribute *more;

	if (r->count % STEP == 0) {
		more = realloc(r->attributes, (r->count + STEP) *
		    sizeof(*more));
		if (more == NULL)
			die("registered: out of memory");
		r->attributes = more;
	}
	r->attributes[r->count++] = *a;
	return 0;
}

void
registered_load(struct registered *r, struct view *v, int64_t subscriber)
{

	registered_free(r);
	r->is_known = registration_in_force(v, subscriber, &r->version) == 1;
	attributes_of(v, subscriber, add, r);
}

void
registered_free(struct registered *r)
{

	free(r->attributes);
	memset(r, 0, sizeof(*r));
}

const struct attribute *
registered_find(const struct registered *r, const char *type)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (strcmp(r->attributes[i].type, type) == 0)
			return &r->attributes[i];
	return NULL;
}
