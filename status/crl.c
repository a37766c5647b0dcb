/*
 * A certificate revocation list, streamed.  See crl.h.
 *
 *	CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm,
 *	    signatureValue BIT STRING }
 *	TBSCertList ::= SEQUENCE { version INTEGER (1), signature, issuer,
 *	    thisUpdate, nextUpdate, revokedCertificates SEQUENCE OF SEQUENCE {
 *	    userCertificate, revocationDate, crlEntryExtensions OPTIONAL }
 *	    OPTIONAL, crlExtensions [0] EXPLICIT OPTIONAL }
 */
#include <errno.h>
#include <string.h>

#include "../ca/der.h"
#include "crl.h"
#include "crl_extensions.h"

#define SECONDS(t)	((t) / USEC)

static const unsigned char oid_reason[] = { 0x55, 0x1d, 0x15 };
static const unsigned char oid_invalidity[] = { 0x55, 0x1d, 0x18 };

#define OID(o)	((struct slice){ (o), sizeof (o) })

/* --- writing ------------------------------------------------------------- */

/* Extension with `value` as the content of its OCTET STRING, not critical. */
static void
put_extension(struct bytes *b, struct slice oid, struct slice value)
{
	size_t from = b->size;

	der_put(b, DER_OID, oid);
	der_put(b, DER_OCTET_STRING, value);
	der_wrap(b, DER_SEQUENCE, from);
}

static void
put_invalidity(struct bytes *b, usec_t invalidity)
{
	size_t from = b->size, value;

	der_put(b, DER_OID, OID(oid_invalidity));
	value = b->size;
	der_put_generalized_time(b, invalidity);
	der_wrap(b, DER_OCTET_STRING, value);
	der_wrap(b, DER_SEQUENCE, from);
}

void
crl_put_entry(struct bytes *entries, const struct crl_entry *entry)
{
	unsigned char reason[3] = { DER_ENUMERATED, 1,
	    (unsigned char)entry->reason };
	size_t from = entries->size, extensions;

	der_put_serial(entries, entry->serial);
	der_put_time(entries, entry->revoked);
	extensions = entries->size;
	if (entry->reason != 0)
		put_extension(entries, OID(oid_reason),
		    (struct slice){ reason, sizeof reason });
	if (entry->invalidity != 0)
		put_invalidity(entries, entry->invalidity);
	if (entries->size > extensions)
		der_wrap(entries, DER_SEQUENCE, extensions);
	der_wrap(entries, DER_SEQUENCE, from);
}

/* Everything of the TBSCertList that stands before its entries. */
static void
put_head(struct bytes *b, const struct crl_frame *frame)
{
	struct slice part;

	der_put_number(b, DER_INTEGER, 1);	/* v2 */
	part = signatory_algorithm(frame->issuer);
	bytes_put(b, part.data, part.size);
	part = signatory_name(frame->issuer);
	bytes_put(b, part.data, part.size);
	der_put_time(b, frame->this_update);
	der_put_time(b, frame->next_update);
}

/*
 * The head's size decides where the entries must stand, and theirs stands in
 * the head: both are known now, so one move is enough.
 */
void
crl_finish_tbs(struct bytes *entries, const struct crl_frame *frame)
{
	struct bytes head = { 0 }, list = { 0 }, whole = { 0 };
	struct bytes extensions = { 0 };
	size_t size = entries->size, front;

	put_head(&head, frame);
	crl_put_extensions(&extensions, frame);
	if (size > 0)	/* absent when empty: RFC 5280 5.1.2.6 */
		der_put_header(&list, DER_SEQUENCE, size);
	der_put_header(&whole, DER_SEQUENCE,
	    head.size + list.size + size + extensions.size);
	bytes_put(&whole, head.data, head.size);
	bytes_put(&whole, list.data, list.size);

	front = whole.size;
	bytes_resize(entries, front + size);
	if (size > 0)
		memmove(entries->data + front, entries->data, size);
	memcpy(entries->data, whole.data, front);
	bytes_put(entries, extensions.data, extensions.size);
	bytes_free(&head);
	bytes_free(&list);
	bytes_free(&whole);
	bytes_free(&extensions);
}

void
crl_assemble(struct bytes *der, struct slice tbs,
    const struct signatory *issuer, struct slice signature)
{
	struct bytes tail = { 0 };
	struct slice algorithm = signatory_algorithm(issuer);

	bytes_put(&tail, algorithm.data, algorithm.size);
	der_put_bits(&tail, signature);
	bytes_clear(der);
	der_put_header(der, DER_SEQUENCE, tbs.size + tail.size);
	bytes_put(der, tbs.data, tbs.size);
	bytes_put(der, tail.data, tail.size);
	bytes_free(&tail);
}

/* --- reading ------------------------------------------------------------- */

static int
malformed(struct err *err, const char *what)
{
	return err_set(err, EBADMSG, "the CRL is malformed at %s (RFC 5280 "
	    "5.1)", what);
}

static int
read_tbs(struct slice tbs, struct crl_facts *facts, struct slice *algorithm,
    struct err *err)
{
	struct slice in;
	int64_t version;

	facts->tbs = tbs;
	facts->number = -1;
	if (der_get(&tbs, DER_SEQUENCE, &in) != 0 || tbs.size != 0)
		return malformed(err, "tbsCertList");
	if (der_get_number(&in, DER_INTEGER, &version) != 0 || version != 1)
		return malformed(err, "version");
	if (der_get_whole(&in, DER_SEQUENCE, algorithm) != 0)
		return malformed(err, "signature");
	if (der_get_whole(&in, DER_SEQUENCE, &facts->issuer) != 0)
		return malformed(err, "issuer");
	if (der_get_time(&in, &facts->this_update) != 0)
		return malformed(err, "thisUpdate");
	if ((der_next_is(in, DER_UTC_TIME) ||
	    der_next_is(in, DER_GENERALIZED_TIME)) &&
	    der_get_time(&in, &facts->next_update) != 0)
		return malformed(err, "nextUpdate");
	if (der_next_is(in, DER_SEQUENCE) &&
	    (der_get(&in, DER_SEQUENCE, &facts->entries) != 0 ||
	    facts->entries.size == 0))
		return malformed(err, "revokedCertificates");
	if (crl_read_extensions(in, facts) != 0)
		return malformed(err, "crlExtensions");
	return 0;
}

int
crl_read(struct slice der, struct crl_facts *facts, struct err *err)
{
	struct slice in, tbs, inner, outer;

	memset(facts, 0, sizeof *facts);
	if (der_get(&der, DER_SEQUENCE, &in) != 0 || der.size != 0 ||
	    der_get_whole(&in, DER_SEQUENCE, &tbs) != 0)
		return malformed(err, "its beginning");
	if (der_get_whole(&in, DER_SEQUENCE, &outer) != 0 ||
	    der_get_bits(&in, &facts->signature) != 0 || in.size != 0)
		return malformed(err, "signatureValue");
	if (read_tbs(tbs, facts, &inner, err) != 0)
		return -1;
	if (!slice_equal(inner, outer))
		return malformed(err, "signatureAlgorithm (5.1.1.2)");
	return 0;
}

static int
get_reason(struct slice value, int *reason)
{
	int64_t number;

	if (*reason != 0 ||
	    der_get_number(&value, DER_ENUMERATED, &number) != 0 ||
	    value.size != 0 || number < 1 || number > 10)
		return -1;
	*reason = (int)number;
	return 0;
}

/* Of an entry, each at most once; an absent reason is unspecified. */
static int
get_entry_extensions(struct slice in, struct crl_entry *entry)
{
	struct der_extension x;

	while (in.size > 0) {
		if (der_get_extension(&in, &x) != 0)
			return -1;
		if (slice_equal(x.oid, OID(oid_reason)) &&
		    get_reason(x.value, &entry->reason) != 0)
			return -1;
		if (slice_equal(x.oid, OID(oid_invalidity)) &&
		    (entry->invalidity != 0 ||
		    der_get_generalized_time(&x.value,
		    &entry->invalidity) != 0 || x.value.size != 0))
			return -1;
	}
	return 0;
}

int
crl_next_entry(struct slice *entries, struct crl_entry *entry)
{
	struct slice one, extensions;

	if (entries->size == 0)
		return 0;
	entry->reason = 0;
	entry->invalidity = 0;
	if (der_get(entries, DER_SEQUENCE, &one) != 0 ||
	    der_get_serial(&one, entry->serial) != 0 ||
	    der_get_time(&one, &entry->revoked) != 0)
		return -1;
	if (one.size == 0)
		return 1;
	if (der_get(&one, DER_SEQUENCE, &extensions) != 0 || one.size != 0 ||
	    get_entry_extensions(extensions, entry) != 0)
		return -1;
	return 1;
}

/* --- checking ------------------------------------------------------------ */

/* Serials are whole octets, so of one length they order as numbers do. */
static int
check_entries(struct slice in, int64_t entries, struct err *err)
{
	struct crl_entry entry;
	char last[41] = "";
	int64_t count = 0;
	int got;

	while ((got = crl_next_entry(&in, &entry)) == 1) {
		if (entry.reason == 7 || entry.reason == 8)
			return err_set(err, EBADMSG, "the CRL lists %s with "
			    "reason %d (RFC 5280 5.3.1)", entry.serial,
			    entry.reason);
		if (entry.invalidity > entry.revoked)
			return err_set(err, EBADMSG, "the CRL says that %s "
			    "was invalid only after it was revoked (RFC 5280 "
			    "5.3.2)", entry.serial);
		if (strlen(entry.serial) < strlen(last) ||
		    (strlen(entry.serial) == strlen(last) &&
		    strcmp(entry.serial, last) <= 0))
			return err_set(err, EBADMSG, "the CRL lists %s twice "
			    "or out of order", entry.serial);
		memcpy(last, entry.serial, sizeof last);
		count++;
	}
	if (got == -1)
		return malformed(err, "revokedCertificates");
	if (count != entries)
		return err_set(err, EBADMSG, "the CRL lists %lld "
		    "certificates, %lld are revoked", (long long)count,
		    (long long)entries);
	return 0;
}

int
crl_check(struct slice tbs, const struct crl_frame *frame, int64_t entries,
    struct err *err)
{
	struct crl_facts facts = { 0 };
	struct slice algorithm;

	if (read_tbs(tbs, &facts, &algorithm, err) != 0)
		return -1;
	if (!slice_equal(algorithm, signatory_algorithm(frame->issuer)))
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
	if (facts.number != frame->number || facts.number < 0)
		return err_set(err, EBADMSG, "the cRLNumber of the CRL is "
		    "not %lld (RFC 5280 5.2.3)", (long long)frame->number);
	if (!slice_equal(facts.key_id, signatory_key_id(frame->issuer)))
		return err_set(err, EBADMSG, "the authorityKeyIdentifier of "
		    "the CRL is not the CA's (RFC 5280 5.2.1)");
	return check_entries(facts.entries, entries, err);
}

int
crl_reread(struct slice der, struct slice tbs,
    const struct signatory *issuer, struct err *err)
{
	struct crl_facts facts;

	if (crl_read(der, &facts, err) != 0)
		return -1;
	if (!slice_equal(facts.tbs, tbs))
		return err_set(err, EBADMSG,
		    "the CRL is not what was to be signed");
	return signatory_verify(issuer, tbs, facts.signature, err);
}
