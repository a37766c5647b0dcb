/*
 * A package: see package.h.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "blocks.h"
#include "conf.h"
#include "der.h"
#include "package.h"

#define AGE_MAX		(7 * USEC_DAY)		/* docs/FORMAT.package */
#define AHEAD_MAX	(5 * 60 * USEC)		/* of the RA's clock */

#define AT(type, field)	offsetof(struct type, field)
#define ROOM(type, field) sizeof(((struct type *)0)->field)

/* --- forms ---------------------------------------------------------------- */

static int
check_id(const char *text, struct err *err)
{
	size_t n = strlen(text);

	if (n >= 8 && n < PACKAGE_ID && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWX"
	    "YZabcdefghijklmnopqrstuvwxyz0123456789._-") == n)
		return 0;
	return err_set(err, EINVAL, "wanted 8 to 64 of A-Z, a-z, 0-9, \".\", "
	    "\"_\" and \"-\", never used before");
}

/* "2026-11-22T10:00:00Z" */
static int
read_time(const char *text, usec_t *to)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	unsigned char der[17] = { DER_GENERALIZED_TIME, 15 };
	struct slice s = { der, sizeof(der) };
	size_t i, n = 2;

	if (strlen(text) != sizeof(form) - 1)
		return -1;
	for (i = 0; form[i] != '\0'; i++) {
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' :
		    text[i] != form[i])
			return -1;
		if (form[i] == 'd')
			der[n++] = (unsigned char)text[i];
	}
	der[16] = 'Z';
	return der_get_generalized_time(&s, to);
}

static int
check_time(const char *text, struct err *err)
{
	usec_t ignored;

	return read_time(text, &ignored) == 0 ? 0 : err_set(err, EINVAL,
	    "wanted a time like 2026-11-22T10:00:00Z");
}

/* --- a package ------------------------------------------------------------ */

struct package_keys {
	char	id[PACKAGE_ID + 64], time[32];
	char	authority[64], subscriber[64], profile[32];
};
#define KEY(name) "package", #name, CONF_TEXT, AT(package_keys, name), \
	ROOM(package_keys, name)
static const struct conf_key package_keys[] = {
	{ KEY(id), .check = check_id },
	{ KEY(authority) },
	{ KEY(time), .check = check_time },
	{ KEY(subscriber) },
	{ KEY(profile), .absent = "", .may_be_empty = true },
};
#undef KEY

static int
add_block(struct package *p, const struct block *b, struct err *err)
{
	static const char where[] = "package";

	if (strcmp(b->label, "CERTIFICATE REQUEST") == 0 ||
	    strcmp(b->label, "NEW CERTIFICATE REQUEST") == 0) {
		if (p->request.size > 0)
			return err_set(err, EINVAL, "%s: wanted one request, "
			    "found a second", where);
		bytes_copy(&p->request, b->whole);
		return 0;
	}
	if (strcmp(b->label, "REVOCATION") == 0) {
		if (p->revocation.size > 0)
			return err_set(err, EINVAL, "%s: wanted one block "
			    "REVOCATION, found a second", where);
		bytes_copy(&p->revocation, b->inside);
		return 0;
	}
	if (strcmp(b->label, "REGISTRATION") == 0) {
		if (p->registration.size > 0)
			return err_set(err, EINVAL, "%s: wanted one block "
			    "REGISTRATION, found a second", where);
		bytes_copy(&p->registration, b->inside);
		return 0;
	}
	if (strcmp(b->label, "DOCUMENT") != 0)
		return err_set(err, EINVAL, "%s: wanted the blocks CERTIFICATE "
		    "REQUEST, REGISTRATION and DOCUMENT, found another",
		    where);
	if (p->documents == PACKAGE_DOCUMENTS)
		return err_set(err, EINVAL, "%s: more than %d documents",
		    where, PACKAGE_DOCUMENTS);
	return block_decode(where, b, &p->document[p->documents++], err);
}

static int
read_package(struct slice s, struct package *p, struct err *err)
{
	struct package_keys k = { 0 };
	struct block b;
	int got;

	if (conf_read("package", blocks_keys(&s), package_keys,
	    sizeof(package_keys) / sizeof(package_keys[0]), &k, err) == -1)
		return -1;
	memcpy(p->id, k.id, sizeof(p->id));
	memcpy(p->authority, k.authority, sizeof(p->authority));
	memcpy(p->subscriber, k.subscriber, sizeof(p->subscriber));
	memcpy(p->profile, k.profile, sizeof(p->profile));
	if (read_time(k.time, &p->time) == -1)
		return err_set(err, EINVAL, "package: the time is none");
	while ((got = block_take("package", &s, &b, err)) == 1)
		if (add_block(p, &b, err) == -1)
			return -1;
	if (got == 0 && p->request.size == 0 && p->revocation.size == 0)
		return err_set(err, EINVAL, "package: it holds no CERTIFICATE "
		    "REQUEST and no REVOCATION");
	if (got == 0 && p->revocation.size > 0 && (p->request.size > 0 ||
	    p->registration.size > 0 || p->documents > 0))
		return err_set(err, EINVAL, "package: a REVOCATION stands "
		    "alone");
	return got;
}

int
package_parse(struct slice in, struct package *p, struct err *err)
{
	struct bytes text = { 0 };
	int ret = -1;

	memset(p, 0, sizeof(*p));
	if (blocks_text(in, &text, err) == 0)
		ret = read_package(SLICE(&text), p, err);
	bytes_wipe(&text);
	if (ret == -1)
		package_free(p);
	return ret;
}

int
package_check(const struct package *p, const char *authority, usec_t now,
    struct err *err)
{
	if (strcmp(p->authority, authority) != 0)
		return err_set(err, EACCES, "it is signed by the RA %s and "
		    "says it is from another", authority);
	if (p->time > now + AHEAD_MAX)
		return err_set(err, ETIME, "its time lies ahead of ours");
	if (p->time < now - AGE_MAX)
		return err_set(err, ETIME, "it was made more than %d days ago",
		    (int)(AGE_MAX / USEC_DAY));
	return 0;
}

void
package_free(struct package *p)
{
	size_t i;

	bytes_free(&p->request);
	bytes_free(&p->revocation);
	bytes_wipe(&p->registration);
	for (i = 0; i < PACKAGE_DOCUMENTS; i++)
		bytes_wipe(&p->document[i]);
	memset(p, 0, sizeof(*p));
}
