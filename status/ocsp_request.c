/*
 * What is asked of the OCSP responder.
 *
 *	OCSPRequest ::= SEQUENCE { tbsRequest SEQUENCE { version [0] DEFAULT
 *	    v1, requestorName [1] OPTIONAL, requestList SEQUENCE OF SEQUENCE {
 *	    reqCert CertID, singleRequestExtensions [0] OPTIONAL },
 *	    requestExtensions [2] OPTIONAL }, optionalSignature [0] OPTIONAL }
 *	CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash OCTET STRING,
 *	    issuerKeyHash OCTET STRING, serialNumber INTEGER }
 *
 * A CertID is by SHA-1 or by SHA-256 (RFC 9919).  A nonce has 1 to 128 octets
 * (RFC 9654), else the request is malformed (RFC 9654 2.1).  Who asks is of no
 * interest, and a signature is not looked at (412-2 GEN-4.4.1-7).
 */
#include <string.h>

#include "../ca/der.h"
#include "ocsp_request.h"
#include "publisher.h"

static const unsigned char oid_sha1[] = { 0x2b, 0x0e, 0x03, 0x02, 0x1a };
static const unsigned char oid_sha256[] = {
	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01
};
static const unsigned char oid_nonce[] = {	/* 1.3.6.1.5.5.7.48.1.2 */
	0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02
};
static const struct {
	struct slice	oid;
	size_t		size;		/* of the hashes */
} hashes[] = {
	[OCSP_SHA1] = { { oid_sha1, sizeof oid_sha1 }, 20 },
	[OCSP_SHA256] = { { oid_sha256, sizeof oid_sha256 }, 32 },
};

/* Another hash is no fault of form: it only finds no issuer of ours. */
static int
get_hash(struct slice *in, struct ocsp_id *id)
{
	struct slice algorithm, oid, none;

	if (der_get(in, DER_SEQUENCE, &algorithm) != 0 ||
	    der_get(&algorithm, DER_OID, &oid) != 0)
		return -1;
	id->hash = OCSP_SHA1;
	while (id->hash < OCSP_OTHER_HASH &&
	    !slice_equal(oid, hashes[id->hash].oid))
		id->hash++;
	if (id->hash == OCSP_OTHER_HASH || algorithm.size == 0)
		return 0;
	/* Parameters are NULL or absent (RFC 3370 2.1). */
	if (der_get(&algorithm, DER_NULL, &none) != 0 || none.size != 0 ||
	    algorithm.size != 0)
		return -1;
	return 0;
}

static int
get_id(struct slice *in, struct ocsp_id *id)
{
	struct slice one, whole;

	memset(id, 0, sizeof *id);
	if (der_get_whole(in, DER_SEQUENCE, &id->whole) != 0)
		return -1;
	whole = id->whole;
	if (der_get(&whole, DER_SEQUENCE, &one) != 0 ||
	    get_hash(&one, id) != 0 ||
	    der_get(&one, DER_OCTET_STRING, &id->name_hash) != 0 ||
	    der_get(&one, DER_OCTET_STRING, &id->key_hash) != 0 ||
	    der_get_serial(&one, id->serial) != 0 || one.size != 0)
		return -1;
	if (id->hash != OCSP_OTHER_HASH &&
	    (id->name_hash.size != hashes[id->hash].size ||
	    id->key_hash.size != hashes[id->hash].size))
		return -1;
	return 0;
}

/* Once, and within its bounds; what is echoed is the inside. */
static int
get_nonce(struct slice value, struct ocsp_ids *ids)
{
	if (ids->nonce.size != 0 ||
	    der_get(&value, DER_OCTET_STRING, &ids->nonce) != 0 ||
	    value.size != 0 || ids->nonce.size == 0 ||
	    ids->nonce.size > OCSP_NONCE_MOST)
		return -1;
	return 0;
}

/*
 * Extensions behind an explicit tag, when they are there.  A nonce counts in
 * those of the whole request only; one that is critical and unknown may be a
 * condition that nobody here would keep (RFC 6960 4.4).
 */
static int
get_extensions(struct slice *in, unsigned tag, struct ocsp_ids *ids)
{
	struct der_extension x;
	struct slice wrapped, list;

	if (!der_next_is(*in, tag))
		return 0;
	if (der_get(in, tag, &wrapped) != 0 ||
	    der_get(&wrapped, DER_SEQUENCE, &list) != 0 ||
	    wrapped.size != 0 || list.size == 0)
		return -1;
	while (list.size > 0) {
		if (der_get_extension(&list, &x) != 0)
			return -1;
		if (tag == DER_CONTEXT(2) && slice_equal(x.oid, (struct slice)
		    { oid_nonce, sizeof oid_nonce })) {
			if (get_nonce(x.value, ids) != 0)
				return -1;
		} else
			ids->critical = ids->critical || x.critical;
	}
	return 0;
}

static int
get_list(struct slice list, struct ocsp_ids *ids)
{
	struct slice one;

	ids->count = 0;
	while (list.size > 0) {
		if (ids->count == OCSP_IDS_MOST ||
		    der_get(&list, DER_SEQUENCE, &one) != 0 ||
		    get_id(&one, &ids->id[ids->count]) != 0 ||
		    get_extensions(&one, DER_CONTEXT(0), ids) != 0 ||
		    one.size != 0)
			return -1;
		ids->count++;
	}
	return ids->count == 0 ? -1 : 0;
}

/* Version v1 is the default and DER leaves it out; some write it all the
 * same, and it changes nothing. */
static int
skip_version(struct slice *in)
{
	struct slice wrapped;
	int64_t version;

	if (!der_next_is(*in, DER_CONTEXT(0)))
		return 0;
	if (der_get(in, DER_CONTEXT(0), &wrapped) != 0 ||
	    der_get_number(&wrapped, DER_INTEGER, &version) != 0 ||
	    version != 0 || wrapped.size != 0)
		return -1;
	return 0;
}

/* Who asks: one GeneralName. */
static int
skip_requestor(struct slice *in)
{
	struct slice wrapped, name;
	unsigned char tag;

	if (!der_next_is(*in, DER_CONTEXT(1)))
		return 0;
	if (der_get(in, DER_CONTEXT(1), &wrapped) != 0 ||
	    der_get_any(&wrapped, &tag, &name) != 0 || wrapped.size != 0 ||
	    (tag & 0xc0) != 0x80)
		return -1;
	return 0;
}

/* Signature ::= SEQUENCE { AlgorithmIdentifier, BIT STRING, [0] certs }. */
static int
skip_signature(struct slice *in)
{
	struct slice wrapped, signature, part, one;

	if (!der_next_is(*in, DER_CONTEXT(0)))
		return 0;
	if (der_get(in, DER_CONTEXT(0), &wrapped) != 0 ||
	    der_get(&wrapped, DER_SEQUENCE, &signature) != 0 ||
	    wrapped.size != 0 ||
	    der_get(&signature, DER_SEQUENCE, &part) != 0 ||
	    der_get(&part, DER_OID, &one) != 0 ||
	    der_get_bits(&signature, &part) != 0)
		return -1;
	if (signature.size == 0)
		return 0;
	if (der_get(&signature, DER_CONTEXT(0), &wrapped) != 0 ||
	    signature.size != 0 ||
	    der_get(&wrapped, DER_SEQUENCE, &part) != 0 || wrapped.size != 0)
		return -1;
	while (part.size > 0)
		if (der_get(&part, DER_SEQUENCE, &one) != 0)
			return -1;
	return 0;
}

int
ocsp_request_decode(struct slice der, struct ocsp_ids *ids)
{
	struct slice request, tbs, list;

	ids->count = 0;
	ids->nonce = (struct slice){ NULL, 0 };
	ids->critical = false;
	if (der.size > OCSP_REQUEST_MOST ||
	    der_get(&der, DER_SEQUENCE, &request) != 0 || der.size != 0 ||
	    der_get(&request, DER_SEQUENCE, &tbs) != 0 ||
	    skip_version(&tbs) != 0 ||
	    skip_requestor(&tbs) != 0 ||
	    der_get(&tbs, DER_SEQUENCE, &list) != 0 ||
	    get_list(list, ids) != 0 ||
	    get_extensions(&tbs, DER_CONTEXT(2), ids) != 0 || tbs.size != 0 ||
	    skip_signature(&request) != 0 ||
	    request.size != 0)
		return -1;
	return 0;
}

int
ocsp_ids_decode(struct slice in, struct ocsp_ids *ids)
{
	ids->count = 0;
	ids->nonce = (struct slice){ NULL, 0 };
	ids->critical = false;
	while (in.size > 0) {
		if (ids->count == OCSP_IDS_MOST ||
		    get_id(&in, &ids->id[ids->count]) != 0)
			return -1;
		ids->count++;
	}
	return ids->count == 0 ? -1 : 0;
}

void
ocsp_ids_join(const struct ocsp_ids *ids, struct bytes *to)
{
	bytes_clear(to);
	for (size_t i = 0; i < ids->count; i++)
		bytes_put(to, ids->id[i].whole.data, ids->id[i].whole.size);
}

void
ocsp_id_put(struct bytes *to, const struct ocsp_id *id)
{
	size_t whole = der_open(to, DER_SEQUENCE), algorithm;

	algorithm = der_open(to, DER_SEQUENCE);
	der_put(to, DER_OID, hashes[id->hash].oid);
	der_put(to, DER_NULL, (struct slice){ NULL, 0 });
	der_close(to, algorithm);
	der_put(to, DER_OCTET_STRING, id->name_hash);
	der_put(to, DER_OCTET_STRING, id->key_hash);
	der_put_serial(to, id->serial);
	der_close(to, whole);
}

bool
ocsp_ids_is_usual(const struct ocsp_ids *ids)
{
	struct bytes usual = { 0 };
	bool same;

	if (ids->count != 1 || ids->id[0].hash == OCSP_OTHER_HASH)
		return false;
	ocsp_id_put(&usual, &ids->id[0]);
	same = slice_equal(SLICE(&usual), ids->id[0].whole);
	bytes_free(&usual);
	return same;
}

void
ocsp_request_put(struct bytes *to, struct slice cert_id)
{
	size_t opened[4];

	for (size_t i = 0; i < 4; i++)	/* request, tbs, list, single */
		opened[i] = der_open(to, DER_SEQUENCE);
	bytes_put(to, cert_id.data, cert_id.size);
	for (size_t i = 4; i-- > 0;)
		der_close(to, opened[i]);
}

/*
 * A prefix may still become a request while its header, and the header of the
 * tbsRequest in it, agree with what is there: names of any other kind under
 * status/ocsp/ are no folders.
 */
int
publisher_ocsp_is_complete(struct slice in)
{
	struct slice inner;
	size_t size, inner_size, header;

	if (in.size > 0 && in.data[0] != DER_SEQUENCE)
		return -1;
	switch (der_size(in, OCSP_REQUEST_MOST, &size)) {
	case 0:
		return 0;
	case -1:
		return -1;
	}
	if (in.size > size)
		return -1;
	header = 2 + (in.data[1] & 0x80 ? in.data[1] & 0x7f : 0);
	inner = (struct slice){ in.data + header, in.size - header };
	if (in.size == size)
		return 1;
	if (inner.size > 0 && inner.data[0] != DER_SEQUENCE)
		return -1;
	if (der_size(inner, size - header, &inner_size) == -1)
		return -1;
	return 0;
}
