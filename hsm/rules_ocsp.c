/*
 * May this ResponseData be signed by the OCSP key (RFC 6960 4.2.1), and this
 * set of signed attributes by the evidence key (RFC 5652 5.3)?
 */
#include <string.h>

#include "rules_parts.h"

#define RESPONSES_MAX	64

/* --- OCSP ---------------------------------------------------------------- */

static bool
octets_are(struct slice s, const unsigned char *octets, size_t size)
{
	return s.size == size && memcmp(s.data, octets, size) == 0;
}

/* CertID: of a certificate of this CA; its serial in digits. */
static int
judge_cert_id(struct judging *j, struct slice *s, char serial[SERIAL_TEXT])
{
	const struct rules *r = j->rules;
	struct slice id, hash, oid, name, key;
	bool ours = false;

	if (der_get(s, DER_SEQUENCE, &id) == -1 ||
	    der_get(&id, DER_SEQUENCE, &hash) == -1 ||
	    der_get(&hash, DER_OID, &oid) == -1 ||
	    der_get(&id, DER_OCTET_STRING, &name) == -1 ||
	    der_get(&id, DER_OCTET_STRING, &key) == -1 ||
	    der_get_serial(&id, serial) == -1 || id.size != 0)
		return refuse(j, "a CertID is malformed (RFC 6960 4.1.1)");
	if (slice_equal(oid, OID_SHA1))
		ours = octets_are(name, r->name_sha1, 20) &&
		    octets_are(key, r->key_sha1, 20);
	else if (slice_equal(oid, OID_SHA256))
		ours = octets_are(name, r->name_sha256, 32) &&
		    octets_are(key, r->key_sha256, 32);
	if (!ours)
		return refuse(j, "a CertID is not of a certificate of this CA, "
		    "by SHA-1 or SHA-256");
	return 0;
}

static int
judge_status(struct judging *j, struct slice *s, const char *serial)
{
	struct slice revoked, good;
	usec_t when;

	if (der_next_is(*s, DER_IMPLICIT(0))) {
		/* OVR-6.6.3-02, BR 4.9.9, BR 4.9.10, RFC 6960 2.2. */
		if (!j->past->has_serial(j->past->arg, serial))
			return refuse(j, "good is said of the serial %s, which "
			    "was never issued", serial);
		if (der_get(s, DER_IMPLICIT(0), &good) == -1 || good.size != 0)
			return refuse(j, "good holds something (RFC 6960 "
			    "4.2.1: NULL)");
		return 0;
	}
	if (der_get(s, DER_CONTEXT(1), &revoked) == -1 ||
	    der_get_generalized_time(&revoked, &when) == -1)
		return refuse(j, "a certStatus is neither good nor revoked");
	/* RFC 6960 2.2, 4.4.8: 1970 marks what was never issued. */
	if (when == 0 && j->past->has_serial(j->past->arg, serial))
		return refuse(j, "the serial %s, which was issued, is said to "
		    "be revoked since 1970", serial);
	return 0;
}

static int
judge_response(struct judging *j, struct slice s)
{
	usec_t this_update, next_update, now = j->order->now;
	struct slice next, rest;
	char serial[SERIAL_TEXT];

	if (judge_cert_id(j, &s, serial) == -1 ||
	    judge_status(j, &s, serial) == -1)
		return -1;
	if (der_get_generalized_time(&s, &this_update) == -1 ||
	    der_get(&s, DER_CONTEXT(0), &next) == -1 ||
	    der_get_generalized_time(&next, &next_update) == -1 || next.size != 0)
		return refuse(j, "thisUpdate or nextUpdate is missing or "
		    "malformed (RFC 6960 4.2.2.1)");
	if (this_update > now + CLOCK_LEEWAY)
		return refuse(j, "thisUpdate lies in the future");
	if (next_update <= this_update || next_update <= now)
		return refuse(j, "nextUpdate has passed already");
	if (next_update - this_update > j->row->lifetime_max)
		return refuse(j, "nextUpdate is more than %d days after "
		    "thisUpdate", (int)(j->row->lifetime_max / USEC_DAY));
	if (s.size > 0 && (der_get(&s, DER_CONTEXT(1), &rest) == -1 ||
	    s.size > 0))
		return refuse(j, "a SingleResponse is malformed");
	return 0;
}

static int
judge_responder(struct judging *j, struct slice *s)
{
	struct slice id, hash;

	if (der_get(s, DER_CONTEXT(2), &id) == -1 ||
	    der_get(&id, DER_OCTET_STRING, &hash) == -1 || id.size != 0 ||
	    !octets_are(hash, j->rules->ocsp_key_sha1, 20))
		return refuse(j, "the responderID is not byKey of the OCSP key "
		    "(RFC 6960 4.2.1)");
	return 0;
}

int
judge_ocsp(struct judging *j, struct slice s)
{
	usec_t produced, now = j->order->now;
	struct slice list, one, rest;
	int count = 0;

	if (der_next_is(s, DER_CONTEXT(0)))
		return refuse(j, "version 1 is not written (RFC 6960 4.2.1)");
	if (judge_responder(j, &s) == -1)
		return -1;
	if (der_get_generalized_time(&s, &produced) == -1 ||
	    produced > now + CLOCK_LEEWAY || produced < now - USEC_DAY)
		return refuse(j, "producedAt is missing or not of today");
	if (der_get(&s, DER_SEQUENCE, &list) == -1 || list.size == 0)
		return refuse(j, "there is no SingleResponse");
	while (list.size > 0) {
		if (der_get(&list, DER_SEQUENCE, &one) == -1 ||
		    ++count > RESPONSES_MAX)
			return refuse(j, "a SingleResponse is malformed, or "
			    "there are too many");
		if (judge_response(j, one) == -1)
			return -1;
	}
	if (s.size > 0 && (der_get(&s, DER_CONTEXT(1), &rest) == -1 ||
	    s.size > 0))
		return refuse(j, "the ResponseData goes on where it should "
		    "end");
	return 0;
}

/* --- evidence ------------------------------------------------------------ */

/*
 * signedAttributes of a CMS, as SET OF: contentType and messageDigest once
 * each; other attributes as they are.
 */
int
judge_evidence(struct judging *j, struct slice s)
{
	const struct algorithm *a = j->rules->algorithm[j->row->index];
	bool type = false, digest = false;
	struct slice one, oid, values, value;

	while (s.size > 0) {
		if (der_get(&s, DER_SEQUENCE, &one) == -1 ||
		    der_get(&one, DER_OID, &oid) == -1 ||
		    der_get(&one, DER_SET, &values) == -1 || one.size != 0)
			return refuse(j, "a signed attribute is malformed (RFC "
			    "5652 5.3)");
		if (slice_equal(oid, OID_CONTENT_TYPE)) {
			/* id-data alone: nothing that has a meaning. */
			if (type || der_get(&values, DER_OID, &value) == -1 ||
			    !slice_equal(value, OID_DATA))
				return refuse(j, "the contentType is not "
				    "id-data, once");
			type = true;
		}
		if (slice_equal(oid, OID_MESSAGE_DIGEST)) {
			if (digest || der_get(&values, DER_OCTET_STRING,
			    &value) == -1 ||
			    value.size != (size_t)EVP_MD_get_size(a->digest()))
				return refuse(j, "the messageDigest is not one "
				    "digest of the key's algorithm");
			digest = true;
		}
	}
	if (!type || !digest)
		return refuse(j, "contentType or messageDigest is missing (RFC "
		    "5652 5.3)");
	return 0;
}
