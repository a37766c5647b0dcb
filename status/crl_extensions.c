/*
 * The extensions of a CRL.  See crl_extensions.h.
 */
#include "../ca/der.h"
#include "crl_extensions.h"

static const unsigned char oid_number[] = { 0x55, 0x1d, 0x14 };
static const unsigned char oid_key_id[] = { 0x55, 0x1d, 0x23 };

#define OID(o)	((struct slice){ (o), sizeof (o) })

/* Extension with `value` as the content of its OCTET STRING, not critical. */
static void
put_extension(struct bytes *b, struct slice oid, struct slice value)
{
	size_t from = b->size;

	der_put(b, DER_OID, oid);
	der_put(b, DER_OCTET_STRING, value);
	der_wrap(b, DER_SEQUENCE, from);
}

void
crl_put_extensions(struct bytes *b, const struct crl_frame *frame)
{
	struct bytes value = { 0 };
	size_t from = b->size;

	der_put(&value, DER_IMPLICIT(0), signatory_key_id(frame->issuer));
	der_wrap(&value, DER_SEQUENCE, 0);
	put_extension(b, OID(oid_key_id), SLICE(&value));
	bytes_clear(&value);
	der_put_number(&value, DER_INTEGER, frame->number);
	put_extension(b, OID(oid_number), SLICE(&value));
	der_wrap(b, DER_SEQUENCE, from);
	der_wrap(b, DER_CONTEXT(0), from);
	bytes_free(&value);
}

int
crl_read_extensions(struct slice in, struct crl_facts *facts)
{
	struct der_extension x;
	struct slice list, key;

	if (in.size == 0)
		return 0;
	if (der_get(&in, DER_CONTEXT(0), &list) != 0 || in.size != 0 ||
	    der_get(&list, DER_SEQUENCE, &in) != 0 || list.size != 0)
		return -1;
	while (in.size > 0) {
		if (der_get_extension(&in, &x) != 0)
			return -1;
		if (slice_equal(x.oid, OID(oid_number)) &&
		    der_get_number(&x.value, DER_INTEGER,
		    &facts->number) != 0)
			return -1;
		if (slice_equal(x.oid, OID(oid_key_id)) &&
		    (der_get(&x.value, DER_SEQUENCE, &key) != 0 ||
		    (der_next_is(key, DER_IMPLICIT(0)) &&
		    der_get(&key, DER_IMPLICIT(0), &facts->key_id) != 0)))
			return -1;
	}
	return 0;
}
