/*
 * Registration files: what reads has the form it promises (every attribute's
 * type and method known, days in order), and completeness, changes and
 * evidence can be asked of it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ca/methods.h"
#include "ca/registration.h"
#include "ca/registration_types.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool
document(void *arg, const char *name)
{
	return strlen(name) % 2 == 0;
}

static bool
user(void *arg, const char *name, uid_t *uid)
{
	*uid = (uid_t)strlen(name);
	return true;
}

static bool
group(void *arg, const char *name, gid_t *gid)
{
	*gid = (gid_t)strlen(name);
	return true;
}

static bool
same(void *arg, uid_t a, uid_t b)
{
	return a == b;
}

static const struct profile *
profile(void *arg, const char *name)
{
	static struct profile p = { .base_policy = "NCP",
	    .subject = { "commonName", "serialNumber" } };

	return &p;
}

static int
see(void *arg, const char *name)
{
	if (name[0] == '.' || strchr(name, '/') != NULL)
		abort();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct registration_questions q = { .document = document,
	    .user = user, .group = group, .same = same, .profile = profile,
	    .now = INT64_C(1795305600) * USEC, .separation = true };
	struct slice text = { data, size };
	struct bytes to = { 0 };
	struct registration *r;
	struct err err, fault;
	size_t i;

	if ((r = registration_parse("fuzz", text, &err)) == NULL)
		return 0;
	for (i = 0; i < r->attribute_count; i++)
		if (attribute_type_find(r->attributes[i].type) == NULL ||
		    method_find(r->attributes[i].method) == NULL ||
		    r->attributes[i].until <= r->attributes[i].validated)
			abort();
	if ((registration_missing(r, &q, &to, &fault) == 0) !=
	    (to.size == 0))
		abort();
	q.before = r;
	registration_missing(r, &q, &to, &fault);
	bytes_clear(&to);
	registration_changes(r, r, &to);
	if (strcmp(bytes_text(&to), "nothing changes\n") != 0)
		abort();
	registration_changes(NULL, r, &to);
	registration_evidence(r, see, NULL);
	registration_free(r);
	bytes_free(&to);
	return 0;
}
