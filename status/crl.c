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

#include "../ca/crl_reason.h"
#include "../ca/der.h"
#include "../ca/oids.h"
#include "crl.h"
#include "crl_extensions.h"

#define ENTRY_MOST	129	/* octets of one, as ours are */

/* --- writing ------------------------------------------------------------- */

/*
 * An entry is less than 128 octets, and so is all in it: a length is one
 * octet, to be set when what is in it is there.
 */
struct small {
	unsigned char	octets[128];
	size_t		size;
};

static size_t
open_small(struct small *s, unsigned char tag)
{
	s->octets[s->size++] = tag;
	return s->size++;
}

static void
close_small(struct small *s, size_t opened)
{
	s->octets[opened] = (unsigned char)(s->size - opened - 1);
}

static void
add_small(struct small *s, struct slice octets)
{
	memcpy(s->octets + s->size, octets.data, octets.size);
	s->size += octets.size;
}

static void
add_serial(struct small *s, struct slice serial)
{
	size_t opened = open_small(s, DER_INTEGER);

	if (serial.size == 0 || serial.size > 20)
		die("a serial of %zu octets", serial.size);
	if (serial.data[0] >= 0x80)
		s->octets[s->size++] = 0;
	add_small(s, serial);
	close_small(s, opened);
}

/* UTCTime up to 2049 (RFC 5280 5.1.2.6). */
static void
add_time(struct small *s, usec_t time)
{
	char text[CLOCK_TEXT];
	bool is_utc;
	size_t opened;

	clock_text_asn1(text, time);
	is_utc = strcmp(text, "2050") < 0 && strcmp(text, "1950") >= 0;
	opened = open_small(s, is_utc ? DER_UTC_TIME : DER_GENERALIZED_TIME);
	add_small(s, slice_text(is_utc ? text + 2 : text));
	close_small(s, opened);
}

static void
add_reason(struct small *s, int reason)
{
	size_t extension = open_small(s, DER_SEQUENCE), value;

	s->octets[s->size++] = DER_OID;
	s->octets[s->size++] = (unsigned char)OID_REASON.size;
	add_small(s, OID_REASON);
	value = open_small(s, DER_OCTET_STRING);
	s->octets[s->size++] = DER_ENUMERATED;
	s->octets[s->size++] = 1;
	s->octets[s->size++] = (unsigned char)reason;
	close_small(s, value);
	close_small(s, extension);
}

static void
add_invalidity(struct small *s, usec_t invalidity)
{
	size_t extension = open_small(s, DER_SEQUENCE), value, time;
	char text[CLOCK_TEXT];

	s->octets[s->size++] = DER_OID;
	s->octets[s->size++] = (unsigned char)OID_INVALIDITY.size;
	add_small(s, OID_INVALIDITY);
	value = open_small(s, DER_OCTET_STRING);
	time = open_small(s, DER_GENERALIZED_TIME);
	clock_text_asn1(text, invalidity);
	add_small(s, slice_text(text));
	close_small(s, time);
	close_small(s, value);
	close_small(s, extension);
}

void
crl_put_entry(struct bytes *entries, const struct crl_entry *entry)
{
	struct small s = { .size = 0 };
	size_t whole = open_small(&s, DER_SEQUENCE), extensions;

	add_serial(&s, entry->serial);
	add_time(&s, entry->revoked);
	if (entry->reason != 0 || entry->invalidity != 0) {
		extensions = open_small(&s, DER_SEQUENCE);
		if (entry->reason != 0)
			add_reason(&s, entry->reason);
		if (entry->invalidity != 0)
			add_invalidity(&s, entry->invalidity);
		close_small(&s, extensions);
	}
	close_small(&s, whole);
	bytes_put(entries, s.octets, s.size);
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

void
crl_put_frame(const struct crl_frame *frame, size_t entries,
    struct bytes *front, struct bytes *behind)
{
	struct bytes head = { 0 }, list = { 0 };
	size_t extensions = behind->size;

	put_head(&head, frame);
	crl_put_extensions(behind, frame);
	extensions = behind->size - extensions;
	if (entries > 0)	/* absent when empty: RFC 5280 5.1.2.6 */
		der_put_header(&list, DER_SEQUENCE, entries);
	der_put_header(front, DER_SEQUENCE,
	    head.size + list.size + entries + extensions);
	bytes_put(front, head.data, head.size);
	bytes_put(front, list.data, list.size);
	bytes_free(&head);
	bytes_free(&list);
}

void
crl_put_signature(size_t tbs, const struct signatory *issuer,
    struct slice signature, struct bytes *front, struct bytes *behind)
{
	struct slice algorithm = signatory_algorithm(issuer);
	size_t size = behind->size;

	bytes_put(behind, algorithm.data, algorithm.size);
	der_put_bits(behind, signature);
	der_put_header(front, DER_SEQUENCE, tbs + behind->size - size);
}

/* --- reading ------------------------------------------------------------- */

static int
malformed(struct err *err, const char *what)
{
	return err_set(err, EBADMSG, "the CRL is malformed at %s (RFC 5280 "
	    "5.1)", what);
}

int
crl_read_tbs(struct slice tbs, struct crl_facts *facts, struct err *err)
{
	struct slice in, from;
	int64_t version;

	facts->tbs = tbs;
	facts->number = -1;
	if (der_get(&tbs, DER_SEQUENCE, &in) != 0 || tbs.size != 0)
		return malformed(err, "tbsCertList");
	from = in;
	if (der_get_number(&in, DER_INTEGER, &version) != 0 || version != 1)
		return malformed(err, "version");
	if (der_get_whole(&in, DER_SEQUENCE, &facts->algorithm) != 0)
		return malformed(err, "signature");
	if (der_get_whole(&in, DER_SEQUENCE, &facts->issuer) != 0)
		return malformed(err, "issuer");
	if (der_get_time(&in, &facts->this_update) != 0)
		return malformed(err, "thisUpdate");
	if ((der_next_is(in, DER_UTC_TIME) ||
	    der_next_is(in, DER_GENERALIZED_TIME)) &&
	    der_get_time(&in, &facts->next_update) != 0)
		return malformed(err, "nextUpdate");
	facts->head = (struct slice){ from.data, from.size - in.size };
	if (der_next_is(in, DER_SEQUENCE) &&
	    (der_get(&in, DER_SEQUENCE, &facts->entries) != 0 ||
	    facts->entries.size == 0))
		return malformed(err, "revokedCertificates");
	facts->extensions = in;
	if (crl_read_extensions(in, facts) != 0)
		return malformed(err, "crlExtensions");
	return 0;
}

int
crl_read(struct slice der, struct crl_facts *facts, struct err *err)
{
	struct slice in, tbs, outer;

	memset(facts, 0, sizeof *facts);
	if (der_get(&der, DER_SEQUENCE, &in) != 0 || der.size != 0 ||
	    der_get_whole(&in, DER_SEQUENCE, &tbs) != 0)
		return malformed(err, "its beginning");
	if (der_get_whole(&in, DER_SEQUENCE, &outer) != 0 ||
	    der_get_bits(&in, &facts->signature) != 0 || in.size != 0)
		return malformed(err, "signatureValue");
	if (crl_read_tbs(tbs, facts, err) != 0)
		return -1;
	if (!slice_equal(facts->algorithm, outer))
		return malformed(err, "signatureAlgorithm (5.1.1.2)");
	return 0;
}

static int
get_reason(struct slice value, int *reason)
{
	int64_t number;

	if (*reason != 0 ||
	    der_get_number(&value, DER_ENUMERATED, &number) != 0 ||
	    value.size != 0 || number < 1 || number >= REASONS)
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
		if (slice_equal(x.oid, OID_REASON) &&
		    get_reason(x.value, &entry->reason) != 0)
			return -1;
		if (slice_equal(x.oid, OID_INVALIDITY) &&
		    (entry->invalidity != 0 ||
		    der_get_generalized_time(&x.value,
		    &entry->invalidity) != 0 || x.value.size != 0))
			return -1;
	}
	return 0;
}

/* In its shortest form, not negative, of up to 20 octets (RFC 5280 4.1.2.2). */
static int
get_serial(struct slice *in, struct slice *serial)
{
	if (der_get(in, DER_INTEGER, serial) != 0 || serial->size == 0 ||
	    serial->data[0] >= 0x80)
		return -1;
	if (serial->size > 1 && serial->data[0] == 0) {
		serial->data++;
		serial->size--;
		if (serial->data[0] < 0x80)
			return -1;
	}
	return serial->size > 20 ? -1 : 0;
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
	    get_serial(&one, &entry->serial) != 0 ||
	    der_get_time(&one, &entry->revoked) != 0)
		return -1;
	if (one.size == 0)
		return 1;
	if (der_get(&one, DER_SEQUENCE, &extensions) != 0 || one.size != 0 ||
	    get_entry_extensions(extensions, entry) != 0)
		return -1;
	return 1;
}

int
crl_next_octets(struct slice *entries, struct slice *entry,
    struct slice *serial)
{
	struct slice whole, in;
	size_t size;
	int got;

	if ((got = der_size(*entries, ENTRY_MOST, &size)) != 1)
		return got;
	if (size > entries->size)
		return 0;
	if (der_get_whole(entries, DER_SEQUENCE, entry) != 0)
		return -1;
	whole = *entry;
	if (der_get(&whole, DER_SEQUENCE, &in) != 0 ||
	    get_serial(&in, serial) != 0)
		return -1;
	return 1;
}

int
crl_find_entries(struct slice front, size_t *begin, size_t *size)
{
	struct slice in = front, part;
	size_t whole;
	usec_t time;

	if (der_get_header(&in, DER_SEQUENCE, &whole) != 0 ||
	    der_get_header(&in, DER_SEQUENCE, &whole) != 0 ||
	    der_get(&in, DER_INTEGER, &part) != 0 ||
	    der_get(&in, DER_SEQUENCE, &part) != 0 ||
	    der_get(&in, DER_SEQUENCE, &part) != 0 ||
	    der_get_time(&in, &time) != 0 || der_get_time(&in, &time) != 0)
		return -1;
	*size = 0;
	if (der_next_is(in, DER_SEQUENCE) &&
	    der_get_header(&in, DER_SEQUENCE, size) != 0)
		return -1;
	*begin = (size_t)(in.data - front.data);
	return 0;
}

int
crl_order(struct slice a, struct slice b)
{
	if (a.size != b.size)
		return a.size < b.size ? -1 : 1;
	return memcmp(a.data, b.data, a.size);
}
