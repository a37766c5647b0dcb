/*
 * Is a CRL to be signed, and was it?  What was written is read back with the
 * rules of RFC 5280 section 5; see crl.h.
 */
#include <errno.h>
#include <string.h>

#include "../ca/crl_reason.h"
#include "../ca/der.h"
#include "../ca/text.h"
#include "crl.h"

#define SECONDS(t)	((t) / USEC)

/* --- before it is signed ------------------------------------------------- */

static int
refuse_entry(const struct crl_entry *entry, const char *why, struct err *err)
{
	char serial[SERIAL_TEXT];

	hex_upper(serial, entry->serial.data, entry->serial.size);
	return err_set(err, EBADMSG, "the CRL lists %s %s", serial, why);
}

/* A delta alone takes back what it or an older one said (RFC 5280 5.3.1). */
static int
check_entry(const struct crl_entry *entry, bool is_delta, struct slice last,
    struct err *err)
{
	if (reason_name(entry->reason) == NULL ||
	    (entry->reason == REASON_REINSTATED && !is_delta))
		return refuse_entry(entry, "with a reason that is none here "
		    "(RFC 5280 5.3.1)", err);
	if (entry->invalidity > entry->revoked)
		return refuse_entry(entry, "as invalid only after it was "
		    "revoked (RFC 5280 5.3.2)", err);
	if (last.size > 0 && crl_order(last, entry->serial) >= 0)
		return refuse_entry(entry, "twice or out of order", err);
	return 0;
}

static int
check_entries(struct slice in, const struct crl_frame *frame,
    int64_t entries, struct err *err)
{
	struct slice last = { NULL, 0 };
	struct crl_entry entry;
	int64_t count = 0;
	int got;

	while ((got = crl_next_entry(&in, &entry)) == 1) {
		if (check_entry(&entry, frame->base != 0, last, err) != 0)
			return -1;
		last = entry.serial;
		count++;
	}
	if (got == -1)
		return err_set(err, EBADMSG, "an entry of the CRL is "
		    "malformed (RFC 5280 5.1)");
	if (count != entries)
		return err_set(err, EBADMSG, "the CRL lists %lld "
		    "certificates, %lld are revoked", (long long)count,
		    (long long)entries);
	return 0;
}

/* What it says of itself, and which certificates it is about. */
static int
check_extensions(const struct crl_facts *facts, const struct crl_frame *frame,
    struct err *err)
{
	if (facts->number != frame->number || facts->number < 0)
		return err_set(err, EBADMSG, "the cRLNumber of the CRL is "
		    "not %lld (RFC 5280 5.2.3)", (long long)frame->number);
	if (!slice_equal(facts->key_id, signatory_key_id(frame->issuer)))
		return err_set(err, EBADMSG, "the authorityKeyIdentifier of "
		    "the CRL is not the CA's (RFC 5280 5.2.1)");
	if (facts->base != frame->base || facts->base > facts->number)
		return err_set(err, EBADMSG, "the deltaCRLIndicator of the "
		    "CRL is not %lld (RFC 5280 5.2.4)",
		    (long long)frame->base);
	if (!slice_equal(facts->point, frame->point))
		return err_set(err, EBADMSG, "the issuingDistributionPoint of "
		    "the CRL is not what its certificates name (RFC 5280 "
		    "5.2.5)");
	if (!slice_equal(facts->freshest, frame->freshest))
		return err_set(err, EBADMSG, "the freshestCRL of the CRL is "
		    "not the delta's URL (RFC 5280 5.2.6)");
	if (SECONDS(facts->expired_on) != SECONDS(frame->expired_on))
		return err_set(err, EBADMSG, "the expiredCertsOnCRL of the "
		    "CRL is not as intended (X.509)");
	return 0;
}

int
crl_check(struct slice tbs, const struct crl_frame *frame, int64_t entries,
    struct err *err)
{
	struct crl_facts facts = { 0 };

	if (crl_read_tbs(tbs, &facts, err) != 0)
		return -1;
	if (!slice_equal(facts.algorithm, signatory_algorithm(frame->issuer)))
		return err_set(err, EBADMSG, "the CRL names another "
		    "algorithm than the CA signs with");
	if (!slice_equal(facts.issuer, signatory_name(frame->issuer)))
		return err_set(err, EBADMSG, "the CRL names another issuer "
		    "than the CA (RFC 5280 5.1.2.3)");
	if (SECONDS(facts.this_update) != SECONDS(frame->this_update) ||
	    SECONDS(facts.next_update) != SECONDS(frame->next_update) ||
	    facts.next_update <= facts.this_update)
		return err_set(err, EBADMSG, "thisUpdate and nextUpdate of "
		    "the CRL are not as intended (RFC 5280 5.1.2.5)");
	if (check_extensions(&facts, frame, err) != 0)
		return -1;
	return check_entries(facts.entries, frame, entries, err);
}

/* --- when it is signed --------------------------------------------------- */

int
crl_reread(struct slice front, struct slice tbs, struct slice behind,
    const struct signatory *issuer, struct err *err)
{
	struct slice in = behind, algorithm, signature;
	size_t whole;

	if (front.size == 0 || front.data[0] != DER_SEQUENCE ||
	    der_extent(front, &whole) != 1 ||
	    whole != front.size + tbs.size + behind.size)
		return err_set(err, EBADMSG, "the CRL is malformed at its "
		    "beginning (RFC 5280 5.1)");
	if (der_get_whole(&in, DER_SEQUENCE, &algorithm) != 0 ||
	    !slice_equal(algorithm, signatory_algorithm(issuer)) ||
	    der_get_bits(&in, &signature) != 0 || in.size != 0)
		return err_set(err, EBADMSG, "the CRL is malformed at its "
		    "signature (RFC 5280 5.1.1)");
	return signatory_verify(issuer, tbs, signature, err);
}
