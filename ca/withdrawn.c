/*
 * Withdrawn attributes and the certificates that carry them.  See withdrawn.h.
 *
 * A name of a subjectAltName is carried when something withdrawn covered it
 * and nothing that stands now does; an attribute of the subject when it has
 * that value; what stands in no certificate (an affiliation, an approval) when
 * the certificate has the attribute that rests on it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crl_reason.h"
#include "dn.h"
#include "dossier.h"
#include "names.h"
#include "oids.h"
#include "registration_types.h"
#include "tbs.h"
#include "withdrawn.h"

/* --- what is withdrawn --------------------------------------------------- */

static bool
stands(const struct registration *r, const struct attribute *a)
{
	size_t i;

	for (i = 0; i < r->attribute_count; i++)
		if (strcmp(r->attributes[i].type, a->type) == 0 &&
		    strcmp(r->attributes[i].value, a->value) == 0)
			return true;
	return false;
}

static bool
is_covered(const struct registration *r, const char *kind, const char *name)
{
	size_t i;

	for (i = 0; i < r->attribute_count; i++)
		if (strcmp(r->attributes[i].type, kind) == 0 &&
		    name_is_inside(kind, name, r->attributes[i].value))
			return true;
	return false;
}

/* --- a certificate ------------------------------------------------------- */

struct carrier {
	const struct withdrawn	*w;
	struct dn		 subject;
	struct slice		 names;		/* GeneralNames' content */
	struct bytes		*why;
	bool			 of_affiliation;
	size_t			 count;
};

static int
carrier_read(struct carrier *c, struct slice der, struct err *err)
{
	struct slice tbs_der, algorithm, signature, value;
	struct der_extension x;
	struct tbs tbs;

	if (certificate_split(der, &tbs_der, &algorithm, &signature) == -1)
		return err_set(err, EIO, "a certificate in the store does not "
		    "read (RFC 5280, 4.1)");
	if (tbs_parse(&tbs, tbs_der, err) == -1 ||
	    dn_parse(&c->subject, tbs.subject, err) == -1) {
		err->code = EIO;
		return -1;
	}
	c->names = (struct slice){ NULL, 0 };
	if (tbs_extension(&tbs, OID_SUBJECT_ALT_NAME, &x) == -1)
		return 0;
	value = x.value;
	if (der_get(&value, DER_SEQUENCE, &c->names) == -1)
		return err_set(err, EIO, "a certificate in the store has a "
		    "malformed subjectAltName (RFC 5280, 4.2.1.6)");
	return 0;
}

static bool
carries_name(const struct carrier *c, const struct attribute *gone)
{
	struct slice names = c->names, value;
	const char *kind;
	unsigned char tag;
	char name[256];

	while (names.size > 0 && der_get_any(&names, &tag, &value) == 0)
		if (tbs_name_text(tag, value, &kind, name) &&
		    strcmp(kind, gone->type) == 0 &&
		    name_is_inside(kind, name, gone->value) &&
		    !is_covered(c->w->after, kind, name))
			return true;
	return false;
}

static bool
carries(const struct carrier *c, const struct attribute *gone,
    const struct attribute_type *type)
{
	const char *value;
	size_t i;

	if (type->place == IN_ALTERNATIVE_NAME)
		return carries_name(c, gone);
	if (type->place == IN_SUBJECT) {
		value = dn_value(&c->subject, gone->type);
		return value != NULL && dn_value_is_like(value, gone->value);
	}
	if (type->carried_as != NULL &&
	    dn_value(&c->subject, type->carried_as) != NULL)
		return true;
	for (i = 0; i < c->subject.count; i++)
		if (dn_value_is_like(c->subject.attribute[i].value,
		    gone->value))
			return true;
	return false;
}

int
withdrawn_from(const struct withdrawn *w, struct slice der,
    struct bytes *why, int *reason, struct err *err)
{
	struct carrier c = { .w = w, .why = why };
	const struct attribute_type *type;
	const struct attribute *gone;
	size_t i;

	if (carrier_read(&c, der, err) == -1)
		return -1;
	for (i = 0; i < w->before->count; i++) {
		gone = &w->before->attributes[i];
		type = attribute_type_find(gone->type);
		if (type == NULL || stands(w->after, gone) ||
		    !carries(&c, gone, type))
			continue;
		bytes_printf(why, "withdrawn: %s %s\n", gone->type,
		    gone->value);
		c.of_affiliation |= type->of_affiliation;
		c.count++;
	}
	*reason = c.of_affiliation ? REASON_AFFILIATION_CHANGED :
	    REASON_PRIVILEGE_WITHDRAWN;
	return c.count > 0;
}

/* --- all of a subscriber ------------------------------------------------- */

struct list {
	int64_t	*ids;
	size_t	 count;
};

/* What is revoked for good needs no case. */
static int
list_add(void *arg, const struct certificate *c)
{
	struct list *list = arg;
	int64_t *ids;

	if (c->revoked != 0 && c->reason != REASON_HOLD)
		return 0;
	ids = realloc(list->ids, (list->count + 1) * sizeof(*ids));
	if (ids == NULL)
		die("withdrawn: out of memory");
	list->ids = ids;
	ids[list->count++] = c->id;
	return 0;
}

static int
open_case(struct tx *tx, const struct withdrawn *w, int64_t id,
    size_t *cases, struct err *err)
{
	struct bytes der = { 0 }, why = { 0 };
	int reason, carried, result = -1;

	if (certificate_der(tx_view(tx), id, &der) != 1) {
		err_set(err, EIO, "certificate %lld is not in the store",
		    (long long)id);
		goto out;
	}
	carried = withdrawn_from(w, SLICE(&der), &why, &reason, err);
	if (carried == 1) {
		carried = dossier_open_revocation(tx, id, w->subscriber,
		    w->author, reason, SLICE(&why), err);
		*cases += carried == 0;
	}
	result = carried == -1 ? -1 : 0;
out:
	bytes_free(&der);
	bytes_free(&why);
	return result;
}

int
withdrawn_open_cases(struct tx *tx, const struct withdrawn *w, size_t *cases,
    struct err *err)
{
	struct list list = { 0 };
	size_t i;
	bool any = false;
	int result = 0;

	*cases = 0;
	for (i = 0; i < w->before->count && !any; i++)
		any = !stands(w->after, &w->before->attributes[i]);
	if (!any)
		return 0;
	certificates_of_subscriber(tx_view(tx), w->subscriber, w->now,
	    list_add, &list);
	for (i = 0; i < list.count && result == 0; i++)
		result = open_case(tx, w, list.ids[i], cases, err);
	free(list.ids);
	return result;
}
