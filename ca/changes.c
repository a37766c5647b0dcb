/*
 * Differences between two certificates.  See changes.h: a table of fields, each
 * with a function that writes what differs in it, or nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "oids.h"
#include "tbs.h"
#include "text.h"

#define TABLE(t)	(sizeof(t) / sizeof((t)[0]))

/* --- reading -------------------------------------------------------------- */

static int
read_names(struct certified *c, const struct tbs *tbs)
{
	struct der_extension	 x;
	struct csr_name		*name;
	struct slice		 list, value;
	const char		*kind;
	unsigned char		 tag;

	if (tbs_extension(tbs, OID_SUBJECT_ALT_NAME, &x) == -1)
		return 0;
	if (der_get(&x.value, DER_SEQUENCE, &list) == -1)
		return -1;
	/* No GeneralName is shorter than two octets. */
	if ((c->names = calloc(list.size / 2 + 1, sizeof(*c->names))) == NULL)
		die("out of memory");
	while (list.size > 0) {
		name = &c->names[c->name_count];
		if (der_get_any(&list, &tag, &value) == -1)
			return -1;
		if (!tbs_name_text(tag, value, &kind, name->text))
			continue;
		strcpy(name->kind, kind);
		c->name_count++;
	}
	return 0;
}

int
certified_read(struct certified *c, struct slice der, struct err *e)
{
	struct slice	tbs_der, algorithm, signature;
	struct tbs	tbs;

	memset(c, 0, sizeof(*c));
	if (certificate_split(der, &tbs_der, &algorithm, &signature) == -1 ||
	    tbs_parse(&tbs, tbs_der, e) == -1 ||
	    dn_parse(&c->subject, tbs.subject, e) == -1 ||
	    read_names(c, &tbs) == -1)
		return err_set(e, EIO, "a certificate in the store does not "
		    "read (RFC 5280, 4.1)");
	sha256_text(c->spki_sha256, tbs.spki);
	c->not_before = tbs.not_before;
	c->not_after = tbs.not_after;
	return 0;
}

void
certified_free(struct certified *c)
{
	free(c->names);
	c->names = NULL;
	c->name_count = 0;
}

/* --- comparing ------------------------------------------------------------ */

/* NULL: it is not there. */
static void
put_change(struct bytes *to, const char *field, const char *was,
    const char *now)
{
	if (was == NULL && now != NULL)
		bytes_printf(to, "+ %s: %s\n", field, now);
	else if (was != NULL && now == NULL)
		bytes_printf(to, "- %s: %s\n", field, was);
	else if (was != NULL && strcmp(was, now) != 0)
		bytes_printf(to, "~ %s: %s\n    was: %s\n", field, now, was);
}

static void
put_attributes(const struct certified *was, const struct certified *now,
    struct bytes *to)
{
	const struct dn_type	*type;
	size_t			 i;

	for (i = 0; (type = dn_type_row(i)) != NULL; i++)
		put_change(to, type->name, dn_value(&was->subject, type->name),
		    dn_value(&now->subject, type->name));
}

static bool
has_name(const struct certified *c, const struct csr_name *name)
{
	size_t	i;

	for (i = 0; i < c->name_count; i++)
		if (strcmp(c->names[i].kind, name->kind) == 0 &&
		    strcmp(c->names[i].text, name->text) == 0)
			return true;
	return false;
}

static void
put_names(const struct certified *was, const struct certified *now,
    struct bytes *to)
{
	size_t	i;

	for (i = 0; i < now->name_count; i++)
		if (!has_name(was, &now->names[i]))
			put_change(to, now->names[i].kind, NULL,
			    now->names[i].text);
	for (i = 0; i < was->name_count; i++)
		if (!has_name(now, &was->names[i]))
			put_change(to, was->names[i].kind, was->names[i].text,
			    NULL);
}

static void
put_key(const struct certified *was, const struct certified *now,
    struct bytes *to)
{
	put_change(to, "key", was->spki_sha256, now->spki_sha256);
}

static void
put_times(struct bytes *to, const char *field, usec_t was, usec_t now)
{
	char	before[CLOCK_TEXT], after[CLOCK_TEXT];

	if (now == 0)
		return;
	clock_text_seconds(before, was);
	clock_text_seconds(after, now);
	put_change(to, field, before, after);
}

static void
put_not_before(const struct certified *was, const struct certified *now,
    struct bytes *to)
{
	put_times(to, "not-before", was->not_before, now->not_before);
}

static void
put_not_after(const struct certified *was, const struct certified *now,
    struct bytes *to)
{
	put_times(to, "not-after", was->not_after, now->not_after);
}

static const struct {
	const char	*name;
	void		(*put)(const struct certified *,
			    const struct certified *, struct bytes *);
} fields[] = {
	{ "key", put_key }, { "attributes", put_attributes },
	{ "names", put_names }, { "not-before", put_not_before },
	{ "not-after", put_not_after }
};

void
changes_text(const struct certified *was, const struct certified *now,
    struct bytes *to)
{
	size_t	i, before = to->size;

	for (i = 0; i < TABLE(fields); i++)
		fields[i].put(was, now, to);
	if (to->size == before)
		bytes_put_text(to, "nothing changes\n");
}

void
changes_fields(const struct certified *was, const struct certified *now,
    struct bytes *to)
{
	struct bytes	text = { 0 };
	size_t		i, n = 0;

	for (i = 0; i < TABLE(fields); i++) {
		bytes_clear(&text);
		fields[i].put(was, now, &text);
		if (text.size > 0)
			bytes_printf(to, "%s%s", n++ > 0 ? ", " : "",
			    fields[i].name);
	}
	if (n == 0)
		bytes_put_text(to, "nothing");
	bytes_free(&text);
}
