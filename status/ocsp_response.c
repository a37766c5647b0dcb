/*
 * An OCSP answer.
 *
 *	OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED,
 *	    responseBytes [0] EXPLICIT SEQUENCE { OID id-pkix-ocsp-basic,
 *	    OCTET STRING { BasicOCSPResponse } } OPTIONAL }
 *	BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm,
 *	    signature BIT STRING, certs [0] EXPLICIT SEQUENCE OF Certificate }
 *	ResponseData ::= SEQUENCE { responderID byKey [2] OCTET STRING,
 *	    producedAt, responses SEQUENCE OF SEQUENCE { certID, certStatus
 *	    CHOICE { good [0] NULL, revoked [1] { time, [0] reason } },
 *	    thisUpdate, nextUpdate [0], singleExtensions [1] OPTIONAL },
 *	    responseExtensions [1] OPTIONAL }
 */
#include <errno.h>
#include <string.h>

#include "../ca/crl_reason.h"
#include "../ca/der.h"
#include "ocsp_response.h"
#include "publisher.h"

static const unsigned char oid_basic[] = {	/* 1.3.6.1.5.5.7.48.1.1 */
	0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01
};
/* The last octets of id-pkix-ocsp-nonce, -archive-cutoff, -extended-revoke. */
enum { X_NONCE = 2, X_ARCHIVE_CUTOFF = 6, X_EXTENDED_REVOKE = 9 };

/* --- writing ------------------------------------------------------------- */

static void
put_status(struct bytes *b, const struct ocsp_single *single)
{
	size_t from = b->size;

	int why = single->never ? REASON_HOLD : single->reason;

	if (single->revoked == 0 && !single->never) {
		der_put_header(b, DER_IMPLICIT(0), 0);
		return;
	}
	der_put_generalized_time(b, single->never ? 0 : single->revoked);
	if (why != REASON_UNSPECIFIED) {	/* RFC 5280 5.3.1 */
		size_t reason = b->size;

		der_put_number(b, DER_ENUMERATED, why);
		der_wrap(b, DER_CONTEXT(0), reason);
	}
	der_wrap(b, DER_CONTEXT(1), from);
}

/* An extension whose value is what stands from `from` on; not critical. */
static void
wrap_extension(struct bytes *b, unsigned char last, size_t from)
{
	unsigned char oid[sizeof oid_basic];
	struct bytes value = { 0 };

	memcpy(oid, oid_basic, sizeof oid);
	oid[sizeof oid - 1] = last;
	bytes_put(&value, b->data + from, b->size - from);
	bytes_resize(b, from);
	der_put(b, DER_OID, (struct slice){ oid, sizeof oid });
	der_put(b, DER_OCTET_STRING, SLICE(&value));
	der_wrap(b, DER_SEQUENCE, from);
	bytes_free(&value);
}

static void
put_extensions(struct bytes *b, const struct ocsp_frame *frame, bool never)
{
	size_t from = b->size, one;

	if (frame->nonce.size > 0) {
		one = b->size;
		der_put(b, DER_OCTET_STRING, frame->nonce);
		wrap_extension(b, X_NONCE, one);
	}
	if (never) {
		one = b->size;
		der_put_header(b, DER_NULL, 0);
		wrap_extension(b, X_EXTENDED_REVOKE, one);
	}
	if (b->size > from) {
		der_wrap(b, DER_SEQUENCE, from);
		der_wrap(b, DER_CONTEXT(1), from);
	}
}

static void
put_single(struct bytes *b, const struct ocsp_frame *frame,
    const struct ocsp_single *single)
{
	size_t from = b->size, next;

	bytes_put(b, single->cert_id.data, single->cert_id.size);
	put_status(b, single);
	der_put_generalized_time(b, frame->this_update);
	next = b->size;
	der_put_generalized_time(b, frame->next_update);
	der_wrap(b, DER_CONTEXT(0), next);
	/* The only extension here: no reasonCode (RFC 6960 4.4.4, BR 7.3). */
	if (frame->archive_cutoff != 0 && !single->never) {
		next = b->size;
		der_put_generalized_time(b, frame->archive_cutoff);
		wrap_extension(b, X_ARCHIVE_CUTOFF, next);
		der_wrap(b, DER_SEQUENCE, next);
		der_wrap(b, DER_CONTEXT(1), next);
	}
	der_wrap(b, DER_SEQUENCE, from);
}

void
ocsp_put_data(struct bytes *tbs, const struct ocsp_frame *frame,
    const struct ocsp_single *singles, size_t count)
{
	unsigned char hash[20];
	bool never = false;
	size_t from;

	bytes_clear(tbs);
	digest_sha1(hash, signatory_key_bits(frame->responder));
	der_put(tbs, DER_OCTET_STRING, (struct slice){ hash, sizeof hash });
	der_wrap(tbs, DER_CONTEXT(2), 0);
	der_put_generalized_time(tbs, frame->this_update);
	from = tbs->size;
	for (size_t i = 0; i < count; i++) {
		put_single(tbs, frame, &singles[i]);
		never = never || singles[i].never;
	}
	der_wrap(tbs, DER_SEQUENCE, from);
	put_extensions(tbs, frame, never);
	der_wrap(tbs, DER_SEQUENCE, 0);
}

void
ocsp_assemble(struct bytes *der, struct slice tbs,
    const struct signatory *responder, struct slice signature)
{
	struct slice part = signatory_algorithm(responder);
	struct bytes basic = { 0 };
	size_t from;

	bytes_put(&basic, tbs.data, tbs.size);
	bytes_put(&basic, part.data, part.size);
	der_put_bits(&basic, signature);
	from = basic.size;
	part = signatory_certificate(responder);
	bytes_put(&basic, part.data, part.size);
	der_wrap(&basic, DER_SEQUENCE, from);
	der_wrap(&basic, DER_CONTEXT(0), from);
	der_wrap(&basic, DER_SEQUENCE, 0);

	bytes_clear(der);
	der_put_number(der, DER_ENUMERATED, 0);	/* successful */
	from = der->size;
	der_put(der, DER_OID, (struct slice){ oid_basic, sizeof oid_basic });
	der_put(der, DER_OCTET_STRING, SLICE(&basic));
	der_wrap(der, DER_SEQUENCE, from);
	der_wrap(der, DER_CONTEXT(0), from);
	der_wrap(der, DER_SEQUENCE, 0);
	bytes_free(&basic);
}

/*
 * The unsigned answers: an OCSPResponse of its status alone (RFC 6960 4.2.1).
 */
struct slice
publisher_ocsp_fixed(enum ocsp_file file)
{
	static const unsigned char answers[][5] = {
		[OCSP_UNAUTHORIZED] = { 0x30, 0x03, 0x0a, 0x01, 6 },
		[OCSP_TRY_LATER] = { 0x30, 0x03, 0x0a, 0x01, 3 },
		[OCSP_MALFORMED] = { 0x30, 0x03, 0x0a, 0x01, 1 },
	};

	if (file == OCSP_ANSWER)
		return (struct slice){ NULL, 0 };
	return (struct slice){ answers[file], sizeof answers[file] };
}

/* --- reading ------------------------------------------------------------- */

static int
malformed(struct err *err, const char *what)
{
	return err_set(err, EBADMSG, "the OCSP answer is malformed at %s (RFC "
	    "6960 4.2.1)", what);
}

static int
read_extensions(struct slice *in, struct ocsp_facts *facts)
{
	struct slice wrapped, list;
	struct der_extension x;

	if (in->size == 0)
		return 0;
	if (der_get(in, DER_CONTEXT(1), &wrapped) != 0 ||
	    der_get(&wrapped, DER_SEQUENCE, &list) != 0 ||
	    wrapped.size != 0)
		return -1;
	while (list.size > 0) {
		if (der_get_extension(&list, &x) != 0)
			return -1;
		if (x.oid.size != sizeof oid_basic ||
		    memcmp(x.oid.data, oid_basic, x.oid.size - 1) != 0)
			continue;
		if (x.oid.data[x.oid.size - 1] == X_EXTENDED_REVOKE)
			facts->extended = true;
		if (x.oid.data[x.oid.size - 1] == X_NONCE &&
		    (der_get(&x.value, DER_OCTET_STRING, &facts->nonce) != 0 ||
		    x.value.size != 0))
			return -1;
	}
	return 0;
}

static int
read_data(struct slice tbs, struct ocsp_facts *facts)
{
	struct slice in, id;

	if (der_get(&tbs, DER_SEQUENCE, &in) != 0 || tbs.size != 0 ||
	    der_get(&in, DER_CONTEXT(2), &id) != 0 ||
	    der_get_generalized_time(&in, &facts->produced) != 0 ||
	    der_get(&in, DER_SEQUENCE, &facts->singles) != 0 ||
	    read_extensions(&in, facts) != 0 || in.size != 0)
		return -1;
	return 0;
}

int
ocsp_read(struct slice der, struct ocsp_facts *facts, struct err *err)
{
	struct slice in, wrapped, oid, basic, algorithm;
	int64_t status;

	memset(facts, 0, sizeof *facts);
	if (der_get(&der, DER_SEQUENCE, &in) != 0 || der.size != 0 ||
	    der_get_number(&in, DER_ENUMERATED, &status) != 0)
		return malformed(err, "its beginning");
	if (status != 0)
		return err_set(err, EBADMSG, "the OCSP answer has status %lld",
		    (long long)status);
	if (der_get(&in, DER_CONTEXT(0), &wrapped) != 0 || in.size != 0 ||
	    der_get(&wrapped, DER_SEQUENCE, &in) != 0 ||
	    der_get(&in, DER_OID, &oid) != 0 ||
	    !slice_equal(oid, (struct slice){ oid_basic, sizeof oid_basic }) ||
	    der_get(&in, DER_OCTET_STRING, &wrapped) != 0 || in.size != 0 ||
	    der_get(&wrapped, DER_SEQUENCE, &basic) != 0 || wrapped.size != 0)
		return malformed(err, "responseBytes");
	if (der_get_whole(&basic, DER_SEQUENCE, &facts->tbs) != 0 ||
	    read_data(facts->tbs, facts) != 0)
		return malformed(err, "tbsResponseData");
	if (der_get(&basic, DER_SEQUENCE, &algorithm) != 0 ||
	    der_get_bits(&basic, &facts->signature) != 0)
		return malformed(err, "signature");
	if (der_get(&basic, DER_CONTEXT(0), &wrapped) != 0 ||
	    basic.size != 0 || der_get(&wrapped, DER_SEQUENCE, &in) != 0 ||
	    der_get_whole(&in, DER_SEQUENCE, &facts->certificate) != 0)
		return malformed(err, "certs");
	return 0;
}

static int
get_status(struct slice *in, struct ocsp_single *single)
{
	struct slice content, wrapped;
	int64_t reason;

	single->revoked = 0;
	single->reason = 0;
	single->never = false;
	if (der_next_is(*in, DER_IMPLICIT(0)))
		return der_get(in, DER_IMPLICIT(0), &content);
	if (der_get(in, DER_CONTEXT(1), &content) != 0 ||
	    der_get_generalized_time(&content, &single->revoked) != 0)
		return -1;
	single->never = single->revoked == 0;
	if (content.size == 0)
		return 0;
	if (der_get(&content, DER_CONTEXT(0), &wrapped) != 0 ||
	    der_get_number(&wrapped, DER_ENUMERATED, &reason) != 0 ||
	    reason >= REASONS || wrapped.size != 0 || content.size != 0)
		return -1;
	single->reason = (int)reason;
	return 0;
}

int
ocsp_next_single(struct slice *singles, struct ocsp_single *single,
    usec_t *this_update, usec_t *next_update)
{
	struct slice in, wrapped;

	if (singles->size == 0)
		return 0;
	if (der_get(singles, DER_SEQUENCE, &in) != 0 ||
	    der_get_whole(&in, DER_SEQUENCE, &single->cert_id) != 0 ||
	    get_status(&in, single) != 0 ||
	    der_get_generalized_time(&in, this_update) != 0 ||
	    der_get(&in, DER_CONTEXT(0), &wrapped) != 0 ||
	    der_get_generalized_time(&wrapped, next_update) != 0 ||
	    wrapped.size != 0)
		return -1;
	return 1;
}

int
ocsp_reread(struct slice der, struct slice tbs,
    const struct signatory *responder, struct err *err)
{
	struct ocsp_facts facts;

	if (ocsp_read(der, &facts, err) != 0)
		return -1;
	if (!slice_equal(facts.tbs, tbs))
		return err_set(err, EBADMSG,
		    "the OCSP answer is not what was to be signed");
	if (!slice_equal(facts.certificate, signatory_certificate(responder)))
		return err_set(err, EBADMSG, "the OCSP answer carries another "
		    "certificate than the responder's");
	return signatory_verify(responder, tbs, facts.signature, err);
}
