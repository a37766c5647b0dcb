/*
 * May this TBSCertList be signed by the issuing key?  RFC 5280 5.1; a list of
 * a million entries is walked through and not copied.
 */
#include <inttypes.h>
#include <stdio.h>

#include "rules_parts.h"

static int
judge_times(struct judging *j, struct slice *s)
{
	usec_t this_update, next_update, now = j->order->now;

	if (der_get_time(s, &this_update) == -1)
		return refuse(j, "thisUpdate is malformed (RFC 5280 5.1.2.4)");
	if (der_get_time(s, &next_update) == -1)
		return refuse(j, "nextUpdate is missing (RFC 5280 5.1.2.5)");
	if (this_update > now + CLOCK_LEEWAY)
		return refuse(j, "thisUpdate lies in the future");
	if (next_update <= this_update || next_update <= now)
		return refuse(j, "nextUpdate has passed already");
	if (next_update - this_update > j->row->lifetime_max)
		return refuse(j, "nextUpdate is more than %d days after "
		    "thisUpdate", (int)(j->row->lifetime_max / USEC_DAY));
	return 0;
}

/* A reason that may stand in a full CRL (RFC 5280 5.3.1). */
static bool
is_reason(struct slice value)
{
	int64_t number;

	return der_get_number(&value, DER_ENUMERATED, &number) == 0 &&
	    value.size == 0 && number >= 1 && number <= 10 && number != 7 &&
	    number != 8;
}

static bool
is_invalidity(struct slice value)
{
	usec_t time;

	return der_get_generalized_time(&value, &time) == 0 &&
	    value.size == 0;
}

/* reasonCode, invalidityDate, each once, not critical (5.3). */
static bool
are_entry_extensions(struct slice list)
{
	bool reason = false, invalidity = false;
	struct der_extension e;
	int got;

	while ((got = next_extension(&list, &e)) == 1) {
		if (slice_equal(e.oid, OID_REASON) && !reason &&
		    is_reason(e.value))
			reason = true;
		else if (slice_equal(e.oid, OID_INVALIDITY) && !invalidity &&
		    is_invalidity(e.value))
			invalidity = true;
		else
			return false;
		if (e.critical)
			return false;
	}
	return got == 0 && (reason || invalidity);
}

static int
judge_entries(struct judging *j, struct slice *s)
{
	struct slice list, entry, serial, date, rest;
	unsigned char tag;

	if (!der_next_is(*s, DER_SEQUENCE))
		return 0;		/* OPTIONAL: nothing is revoked */
	if (der_get(s, DER_SEQUENCE, &list) == -1 || list.size == 0)
		return refuse(j, "revokedCertificates is empty or malformed "
		    "(RFC 5280 5.1.2.6)");
	while (list.size > 0) {
		rest.size = 0;
		if (der_get(&list, DER_SEQUENCE, &entry) == -1 ||
		    der_get(&entry, DER_INTEGER, &serial) == -1 ||
		    serial.size == 0 || serial.size > 20 ||
		    der_get_any(&entry, &tag, &date) == -1 ||
		    (tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME) ||
		    (entry.size > 0 &&
		    (der_get(&entry, DER_SEQUENCE, &rest) == -1 ||
		    entry.size > 0)))
			return refuse(j, "an entry of revokedCertificates is "
			    "malformed (RFC 5280 5.1)");
		if (rest.size > 0 && !are_entry_extensions(rest))
			return refuse(j, "an entry's extensions are not a "
			    "reason and an invalidityDate (RFC 5280 5.3)");
	}
	return 0;
}

static int
judge_number(struct judging *j, struct slice value)
{
	int64_t last = j->past->crl_number(j->past->arg, j->row->key);
	int64_t number;

	if (der_get_number(&value, DER_INTEGER, &number) == -1 ||
	    value.size != 0)
		return refuse(j, "the cRLNumber is malformed (RFC 5280 5.2.3)");
	snprintf(j->what, 48, "number=%" PRId64, number);
	if (number <= last)
		return refuse(j, "the cRLNumber %" PRId64 " is not above %"
		    PRId64 ", the last one (RFC 5280 5.2.3)", number, last);
	return 0;
}

static int
judge_extensions(struct judging *j, struct slice s)
{
	bool authority = false, number = false, point = false;
	struct slice inner, list;
	struct der_extension e;
	int got;

	if (der_get(&s, DER_CONTEXT(0), &inner) == -1 || s.size != 0 ||
	    der_get(&inner, DER_SEQUENCE, &list) == -1 || inner.size != 0)
		return refuse(j, "crlExtensions is missing or malformed (RFC "
		    "5280 5.2)");
	while ((got = next_extension(&list, &e)) == 1) {
		if (slice_equal(e.oid, OID_AUTHORITY_KEY_ID) && !authority) {
			authority = true;
			if (judge_authority_key(j, e.value) == -1)
				return -1;
		} else if (slice_equal(e.oid, OID_CRL_NUMBER) && !number) {
			number = true;
			if (judge_number(j, e.value) == -1)
				return -1;
		} else if (slice_equal(e.oid, OID_ISSUING_POINT) && !point) {
			point = true;	/* issuingDistributionPoint */
		} else
			return refuse(j, "a CRL extension is not among those "
			    "the issuing key signs, or stands twice");
	}
	if (got == -1)
		return refuse(j, "a CRL extension is malformed");
	if (!authority || !number)
		return refuse(j, "authorityKeyIdentifier or cRLNumber is "
		    "missing (RFC 5280 5.2)");
	return 0;
}

int
judge_crl(struct judging *j, struct slice s)
{
	struct slice version;

	if (der_get(&s, DER_INTEGER, &version) == -1 || version.size != 1 ||
	    version.data[0] != 1)
		return refuse(j, "this is no version 2 CRL to be signed (RFC "
		    "5280 5.1.2.1)");
	if (judge_algorithm(j, &s) == -1 || judge_issuer(j, &s) == -1 ||
	    judge_times(j, &s) == -1 || judge_entries(j, &s) == -1)
		return -1;
	return judge_extensions(j, s);
}
