/*
 * What a CA's certificate says of it, and its issuer's CRL: see issuer.h.
 * RFC 5280 4.1, 5.1.
 */
#include <string.h>

#include "../ca/der.h"
#include "../ca/oids.h"
#include "issuer.h"

static int
get_policies(struct issuer_facts *f, struct slice value)
{
	struct slice list, one;

	if (der_get(&value, DER_SEQUENCE, &list) == -1)
		return -1;
	while (list.size > 0) {
		if (f->policy_count == ISSUER_POLICIES ||
		    der_get(&list, DER_SEQUENCE, &one) == -1 ||
		    der_get(&one, DER_OID,
		    &f->policies[f->policy_count++]) == -1)
			return -1;
	}
	return 0;
}

static int
get_extensions(struct issuer_facts *f, struct slice s)
{
	struct der_extension e;
	struct slice list, inner;

	if (der_get(&s, DER_CONTEXT(3), &inner) == -1 ||
	    der_get(&inner, DER_SEQUENCE, &list) == -1)
		return -1;
	while (list.size > 0) {
		if (der_get_extension(&list, &e) == -1)
			return -1;
		if (slice_equal(e.oid, OID_SUBJECT_KEY_ID) &&
		    der_get(&e.value, DER_OCTET_STRING, &f->key_id) == -1)
			return -1;
		if (slice_equal(e.oid, OID_POLICIES) &&
		    get_policies(f, e.value) == -1)
			return -1;
	}
	return f->key_id.size != 0 ? 0 : -1;
}

int
issuer_facts_get(struct issuer_facts *f, struct slice der)
{
	struct slice whole, tbs, validity, skipped;

	memset(f, 0, sizeof(*f));
	if (der_get(&der, DER_SEQUENCE, &whole) == -1 ||
	    der_get(&whole, DER_SEQUENCE, &tbs) == -1 ||
	    der_get(&tbs, DER_CONTEXT(0), &skipped) == -1 ||
	    der_get(&tbs, DER_INTEGER, &f->serial) == -1 ||
	    der_get(&tbs, DER_SEQUENCE, &skipped) == -1 ||
	    der_get(&tbs, DER_SEQUENCE, &skipped) == -1 ||
	    der_get(&tbs, DER_SEQUENCE, &validity) == -1 ||
	    der_get_time(&validity, &f->not_before) == -1 ||
	    der_get_time(&validity, &f->not_after) == -1 ||
	    der_get_whole(&tbs, DER_SEQUENCE, &f->name) == -1 ||
	    der_get_whole(&tbs, DER_SEQUENCE, &f->spki) == -1)
		return -1;
	return get_extensions(f, tbs);
}

int
issuer_revoked(struct slice crl, struct slice *revoked)
{
	struct slice whole, tbs, skipped;
	usec_t time;

	*revoked = (struct slice){ NULL, 0 };
	if (der_get(&crl, DER_SEQUENCE, &whole) == -1 ||
	    der_get(&whole, DER_SEQUENCE, &tbs) == -1 ||
	    der_get(&tbs, DER_INTEGER, &skipped) == -1 ||
	    der_get(&tbs, DER_SEQUENCE, &skipped) == -1 ||
	    der_get(&tbs, DER_SEQUENCE, &skipped) == -1 ||
	    der_get_time(&tbs, &time) == -1 ||
	    der_get_time(&tbs, &time) == -1)
		return -1;
	if (der_next_is(tbs, DER_SEQUENCE))
		return der_get_whole(&tbs, DER_SEQUENCE, revoked);
	return 0;
}

int
issuer_lists(struct slice crl, struct slice serial)
{
	struct slice revoked, list, entry, one;

	if (issuer_revoked(crl, &revoked) == -1)
		return -1;
	if (revoked.size == 0)
		return 0;
	if (der_get(&revoked, DER_SEQUENCE, &list) == -1)
		return -1;
	while (list.size > 0) {
		if (der_get(&list, DER_SEQUENCE, &entry) == -1 ||
		    der_get(&entry, DER_INTEGER, &one) == -1)
			return -1;
		if (slice_equal(one, serial))
			return 1;
	}
	return 0;
}
