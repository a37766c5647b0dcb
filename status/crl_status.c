/*
 * What CRLs say.  See crl_status.h.
 */
#include <errno.h>

#include "../ca/crl_reason.h"
#include "crl_status.h"

static int
check_list(const struct crl_question *q, struct slice der,
    struct crl_facts *facts, struct err *err)
{
	if (crl_read(der, facts, err) != 0)
		return -1;
	if (!slice_equal(facts->issuer, signatory_name(q->issuer)))
		return err_set(err, EXDEV, "it is of another issuer (RFC 5280 "
		    "6.3.3 b)");
	if (facts->key_id.size > 0 &&
	    !slice_equal(facts->key_id, signatory_key_id(q->issuer)))
		return err_set(err, EXDEV, "it is signed by another key of the "
		    "issuer (RFC 5280 5.2.1)");
	if (facts->this_update > q->now)
		return err_set(err, ESTALE, "it is not valid yet (RFC 5280 "
		    "5.1.2.4)");
	if (facts->next_update <= q->now)
		return err_set(err, ESTALE, "the next one was due (RFC 5280 "
		    "5.1.2.5)");
	return signatory_verify(q->issuer, facts->tbs, facts->signature, err);
}

/* A point of its own is for the certificates that name it. */
static int
check_scope(const struct crl_question *q, const struct crl_facts *list,
    struct err *err)
{
	if (list->base != 0)
		return err_set(err, EXDEV, "it is a delta, not a complete list "
		    "(RFC 5280 5.2.4)");
	if (list->point.size > 0 && !slice_equal(list->point, q->point))
		return err_set(err, EXDEV, "it is of another distribution "
		    "point than the certificate names (RFC 5280 6.3.3 b)");
	return 0;
}

static int
check_delta(const struct crl_facts *list, const struct crl_facts *delta,
    struct err *err)
{
	if (delta->base == 0)
		return err_set(err, EXDEV, "the delta is none (RFC 5280 "
		    "5.2.4)");
	if (!slice_equal(delta->point, list->point))
		return err_set(err, EXDEV, "the delta is of another "
		    "distribution point (RFC 5280 6.3.3 c)");
	if (list->number < delta->base || list->number > delta->number)
		return err_set(err, EXDEV, "the delta is not of this list, "
		    "whose number is %lld (RFC 5280 5.2.4)",
		    (long long)list->number);
	return 0;
}

/* 1: listed; 0; -1. */
static int
find(struct slice entries, struct slice serial, struct crl_entry *entry,
    struct err *err)
{
	int got;

	while ((got = crl_next_entry(&entries, entry)) == 1)
		if (slice_equal(entry->serial, serial))
			return 1;
	return got == 0 ? 0 : err_set(err, EBADMSG, "an entry is malformed "
	    "(RFC 5280 5.1)");
}

int
crl_says(const struct crl_question *q, struct slice der, struct slice fresh,
    struct crl_entry *entry, struct err *err)
{
	struct crl_facts list, delta;
	struct crl_entry newer;
	int listed;

	if (check_list(q, der, &list, err) != 0 ||
	    check_scope(q, &list, err) != 0)
		return -1;
	listed = find(list.entries, q->serial, entry, err);
	if (listed == -1 || fresh.size == 0)
		return listed;
	if (check_list(q, fresh, &delta, err) != 0 ||
	    check_delta(&list, &delta, err) != 0)
		return err_in(err, "the delta");
	switch (find(delta.entries, q->serial, &newer, err)) {
	case -1:
		return err_in(err, "the delta");
	case 0:
		return listed;
	}
	*entry = newer;
	return newer.reason != REASON_REINSTATED;
}
