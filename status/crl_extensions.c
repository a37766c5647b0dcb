/*
 * The extensions of a CRL.  See crl_extensions.h.  A row for each, with its
 * writer and its reader; written in the order of the rows.
 */
#include "../ca/der.h"
#include "../ca/oids.h"
#include "crl_extensions.h"

/* A writer leaves nothing behind when the list does not have it. */
struct row {
	struct slice	oid;
	bool		critical;
	void		(*put)(struct bytes *, const struct crl_frame *);
	int		(*get)(struct slice value, struct crl_facts *);
};

/* --- whose, and which number --------------------------------------------- */

static void
put_key_id(struct bytes *b, const struct crl_frame *frame)
{
	size_t from = b->size;

	der_put(b, DER_IMPLICIT(0), signatory_key_id(frame->issuer));
	der_wrap(b, DER_SEQUENCE, from);
}

static int
get_key_id(struct slice value, struct crl_facts *facts)
{
	struct slice list;

	if (der_get(&value, DER_SEQUENCE, &list) != 0 || value.size != 0)
		return -1;
	/* By issuer and serial alone it may be another's. */
	if (!der_next_is(list, DER_IMPLICIT(0)))
		return 0;
	return der_get(&list, DER_IMPLICIT(0), &facts->key_id);
}

static void
put_number(struct bytes *b, const struct crl_frame *frame)
{
	der_put_number(b, DER_INTEGER, frame->number);
}

static int
get_number(struct slice value, struct crl_facts *facts)
{
	return der_get_number(&value, DER_INTEGER, &facts->number) != 0 ||
	    value.size != 0 ? -1 : 0;
}

static void
put_base(struct bytes *b, const struct crl_frame *frame)
{
	if (frame->base != 0)
		der_put_number(b, DER_INTEGER, frame->base);
}

static int
get_base(struct slice value, struct crl_facts *facts)
{
	return der_get_number(&value, DER_INTEGER, &facts->base) != 0 ||
	    value.size != 0 || facts->base == 0 ? -1 : 0;
}

/* --- where --------------------------------------------------------------- */

/* DistributionPoint and IssuingDistributionPoint are alike as far as this. */
static void
put_uri(struct bytes *b, struct slice uri)
{
	size_t from = b->size;

	if (uri.size == 0)
		return;
	der_put(b, DER_IMPLICIT(6), uri);
	der_wrap(b, DER_CONTEXT(0), from);	/* fullName */
	der_wrap(b, DER_CONTEXT(0), from);	/* distributionPoint */
	der_wrap(b, DER_SEQUENCE, from);
}

/* One URI as fullName, and nothing else: no indirect, no partial list. */
static int
get_uri(struct slice in, struct slice *uri)
{
	struct slice one, name, full;

	if (der_get(&in, DER_SEQUENCE, &one) != 0 || in.size != 0 ||
	    der_get(&one, DER_CONTEXT(0), &name) != 0 || one.size != 0 ||
	    der_get(&name, DER_CONTEXT(0), &full) != 0 || name.size != 0 ||
	    der_get(&full, DER_IMPLICIT(6), uri) != 0 || full.size != 0 ||
	    uri->size == 0)
		return -1;
	return 0;
}

static void
put_point(struct bytes *b, const struct crl_frame *frame)
{
	put_uri(b, frame->point);
}

static int
get_point(struct slice value, struct crl_facts *facts)
{
	return get_uri(value, &facts->point);
}

static void
put_freshest(struct bytes *b, const struct crl_frame *frame)
{
	size_t from = b->size;

	put_uri(b, frame->freshest);
	if (b->size > from)
		der_wrap(b, DER_SEQUENCE, from);
}

static int
get_freshest(struct slice value, struct crl_facts *facts)
{
	struct slice list;

	if (der_get(&value, DER_SEQUENCE, &list) != 0 || value.size != 0)
		return -1;
	return get_uri(list, &facts->freshest);
}

/* --- since when ---------------------------------------------------------- */

static void
put_expired(struct bytes *b, const struct crl_frame *frame)
{
	if (frame->expired_on != 0)
		der_put_generalized_time(b, frame->expired_on);
}

static int
get_expired(struct slice value, struct crl_facts *facts)
{
	return der_get_generalized_time(&value, &facts->expired_on) != 0 ||
	    value.size != 0 || facts->expired_on == 0 ? -1 : 0;
}

/* --- all of them --------------------------------------------------------- */

#define ROWS	6
#define EACH_ROW(rows) \
	const struct row rows[ROWS] = {					\
		{ OID_AUTHORITY_KEY_ID, false, put_key_id, get_key_id },\
		{ OID_CRL_NUMBER, false, put_number, get_number },	\
		{ OID_DELTA_INDICATOR, true, put_base, get_base },	\
		{ OID_ISSUING_POINT, true, put_point, get_point },	\
		{ OID_FRESHEST_CRL, false, put_freshest, get_freshest },\
		{ OID_EXPIRED_ON_CRL, false, put_expired, get_expired },\
	}

#define CRITICAL_TRUE \
	((struct slice){ (const unsigned char *)"\xff", 1 })

static void
put_one(struct bytes *b, const struct row *row, const struct crl_frame *frame)
{
	size_t from = b->size, value;

	der_put(b, DER_OID, row->oid);
	if (row->critical)
		der_put(b, DER_BOOLEAN, CRITICAL_TRUE);
	value = b->size;
	row->put(b, frame);
	if (b->size == value) {
		bytes_resize(b, from);
		return;
	}
	der_wrap(b, DER_OCTET_STRING, value);
	der_wrap(b, DER_SEQUENCE, from);
}

void
crl_put_extensions(struct bytes *b, const struct crl_frame *frame)
{
	EACH_ROW(rows);
	size_t from = b->size;

	for (size_t i = 0; i < ROWS; i++)
		put_one(b, &rows[i], frame);
	der_wrap(b, DER_SEQUENCE, from);
	der_wrap(b, DER_CONTEXT(0), from);
}

/* `seen` has a bit for each row. */
static int
get_one(const struct der_extension *x, struct crl_facts *facts,
    unsigned *seen)
{
	EACH_ROW(rows);
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (slice_equal(x->oid, rows[i].oid))
			break;
	if (i == ROWS)
		return x->critical ? -1 : 0;
	if ((*seen & 1u << i) != 0 || x->critical != rows[i].critical)
		return -1;
	*seen |= 1u << i;
	return rows[i].get(x->value, facts);
}

int
crl_read_extensions(struct slice in, struct crl_facts *facts)
{
	struct der_extension x;
	unsigned seen = 0;
	struct slice list;

	if (in.size == 0)
		return 0;
	if (der_get(&in, DER_CONTEXT(0), &list) != 0 || in.size != 0 ||
	    der_get(&list, DER_SEQUENCE, &in) != 0 || list.size != 0)
		return -1;
	while (in.size > 0)
		if (der_get_extension(&in, &x) != 0 ||
		    get_one(&x, facts, &seen) != 0)
			return -1;
	return 0;
}
