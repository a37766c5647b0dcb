/*
 * The reader and the writer of DER.  See der.h.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/objects.h>

#include "der.h"
#include "err.h"
#include "text.h"

#define LENGTH_MOST	4	/* octets of a length */
#define HEADER_MOST	(2 + LENGTH_MOST)

/*
 * Tag and length in front: octets of the header and of the content.  Four
 * octets of length hold a CRL of millions; whoever reads what others wrote
 * bounds it by der_size or by what he was given.
 */
static int
get_header(struct slice in, size_t *header, size_t *content)
{
	size_t i, n;

	if (in.size >= 1 && (in.data[0] & 0x1f) == 0x1f)
		return -1;
	if (in.size < 2)
		return 0;
	if (in.data[1] < 0x80) {
		*header = 2;
		*content = in.data[1];
		return 1;
	}
	n = in.data[1] & 0x7f;
	if (n < 1 || n > LENGTH_MOST)
		return -1;
	if (in.size < 2 + n)
		return 0;
	for (*content = 0, i = 0; i < n; i++)
		*content = *content << 8 | in.data[2 + i];
	if (*content < 0x80 || *content >> 8 * (n - 1) == 0)
		return -1;
	*header = 2 + n;
	return 1;
}

int
der_extent(struct slice in, size_t *total)
{
	size_t header, content;
	int answer;

	if ((answer = get_header(in, &header, &content)) == 1)
		*total = header + content;
	return answer;
}

int
der_size(struct slice in, size_t most, size_t *total)
{
	int answer = der_extent(in, total);

	return answer == 1 && *total > most ? -1 : answer;
}

bool
der_next_is(struct slice in, unsigned char tag)
{
	return in.size > 0 && in.data[0] == tag;
}

static int
get_element(struct slice *in, struct slice *whole, struct slice *content)
{
	size_t header, size;

	if (get_header(*in, &header, &size) != 1 || in->size - header < size)
		return -1;
	*whole = (struct slice){ in->data, header + size };
	*content = (struct slice){ in->data + header, size };
	in->data += header + size;
	in->size -= header + size;
	return 0;
}

int
der_get(struct slice *in, unsigned char tag, struct slice *content)
{
	struct slice whole;

	return der_next_is(*in, tag) ? get_element(in, &whole, content) : -1;
}

int
der_get_header(struct slice *in, unsigned char tag, size_t *content)
{
	size_t header;

	if (!der_next_is(*in, tag) || get_header(*in, &header, content) != 1)
		return -1;
	in->data += header;
	in->size -= header;
	return 0;
}

int
der_get_whole(struct slice *in, unsigned char tag, struct slice *whole)
{
	struct slice content;

	return der_next_is(*in, tag) ? get_element(in, whole, &content) : -1;
}

int
der_get_any(struct slice *in, unsigned char *tag, struct slice *content)
{
	struct slice whole;

	if (get_element(in, &whole, content) == -1)
		return -1;
	*tag = whole.data[0];
	return 0;
}

int
der_get_small(struct slice *in, unsigned *v)
{
	struct slice rest = *in, n;

	if (der_get(&rest, DER_INTEGER, &n) == -1 || n.size != 1 ||
	    n.data[0] > 0x7f)
		return -1;
	*v = n.data[0];
	*in = rest;
	return 0;
}

/* Is it an INTEGER's content in its shortest form, and not negative? */
static bool
is_natural(struct slice o)
{
	if (o.size == 0 || (o.data[0] & 0x80) != 0)
		return false;
	return o.size == 1 || o.data[0] != 0 || (o.data[1] & 0x80) != 0;
}

int
der_number(struct slice o, int64_t *number)
{
	size_t i;

	if (!is_natural(o) || o.size > 8)
		return -1;
	for (*number = 0, i = 0; i < o.size; i++)
		*number = *number << 8 | o.data[i];
	return 0;
}

int
der_get_number(struct slice *in, unsigned char tag, int64_t *number)
{
	struct slice rest = *in, o;

	if (der_get(&rest, tag, &o) == -1 || der_number(o, number) == -1)
		return -1;
	*in = rest;
	return 0;
}

int
der_get_serial(struct slice *in, char to[SERIAL_TEXT])
{
	struct slice rest = *in, o;

	if (der_get(&rest, DER_INTEGER, &o) == -1 || !is_natural(o))
		return -1;
	if (o.size > 1 && o.data[0] == 0) {
		o.data++;
		o.size--;
	}
	if (o.size > 20)
		return -1;
	hex_upper(to, o.data, o.size);
	*in = rest;
	return 0;
}

int
der_get_bits(struct slice *in, struct slice *octets)
{
	struct slice rest = *in, bits;

	if (der_get(&rest, DER_BIT_STRING, &bits) == -1 || bits.size < 1 ||
	    bits.data[0] != 0)
		return -1;
	*octets = (struct slice){ bits.data + 1, bits.size - 1 };
	*in = rest;
	return 0;
}

/* Decimal digits; -1 when one is none. */
static int
digits(const unsigned char *p, int count)
{
	int v = 0;

	for (; count > 0; count--, p++) {
		if (*p < '0' || *p > '9')
			return -1;
		v = v * 10 + (*p - '0');
	}
	return v;
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_of_month(int year, int month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31,
	    30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970 of the first day of a month. */
static int64_t
days_before(int year, int month)
{
	static const short before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243,
	    273, 304, 334 };
	int64_t y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 - 719162 +
	    before[month - 1] + (month > 2 && is_leap(year));
}

/*
 * MMDDHHMMSSZ behind the year; a date that does not exist is refused.  A CRL
 * has a million of them, so the C library is not asked.
 */
static int
get_date(int year, const unsigned char *p, usec_t *t)
{
	int month = digits(p, 2), day = digits(p + 2, 2);
	int hour = digits(p + 4, 2), minute = digits(p + 6, 2);
	int second = digits(p + 8, 2);

	if (p[10] != 'Z' || year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > days_of_month(year, month) || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59 || second < 0 || second > 59)
		return -1;
	*t = ((days_before(year, month) + day - 1) * 86400 + hour * 3600 +
	    minute * 60 + second) * USEC;
	return 0;
}

int
der_get_time(struct slice *in, usec_t *t)
{
	struct slice rest = *in, s;
	unsigned char tag;
	int year;

	if (der_get_any(&rest, &tag, &s) == -1)
		return -1;
	if (tag == DER_UTC_TIME && s.size == 13) {
		if ((year = digits(s.data, 2)) == -1)
			return -1;
		year += year < 50 ? 2000 : 1900;
	} else if (tag == DER_GENERALIZED_TIME && s.size == 15) {
		if ((year = digits(s.data, 4)) < 2050)
			return -1;
	} else
		return -1;
	if (get_date(year, s.data + s.size - 11, t) == -1)
		return -1;
	*in = rest;
	return 0;
}

int
der_get_generalized_time(struct slice *in, usec_t *t)
{
	struct slice rest = *in, s;
	int year;

	if (der_get(&rest, DER_GENERALIZED_TIME, &s) == -1 || s.size != 15 ||
	    (year = digits(s.data, 4)) == -1 ||
	    get_date(year, s.data + 4, t) == -1)
		return -1;
	*in = rest;
	return 0;
}

int
der_get_extension(struct slice *in, struct der_extension *x)
{
	struct slice rest = *in, body, flag;

	x->critical = false;
	if (der_get(&rest, DER_SEQUENCE, &body) == -1 ||
	    der_get(&body, DER_OID, &x->oid) == -1)
		return -1;
	if (der_next_is(body, DER_BOOLEAN)) {
		/* DEFAULT FALSE is left out; TRUE is 0xff (X.690, 11). */
		if (der_get(&body, DER_BOOLEAN, &flag) == -1 ||
		    flag.size != 1 || flag.data[0] != 0xff)
			return -1;
		x->critical = true;
	}
	if (der_get(&body, DER_OCTET_STRING, &x->value) == -1 ||
	    body.size != 0)
		return -1;
	*in = rest;
	return 0;
}

static size_t
make_header(unsigned char to[HEADER_MOST], unsigned char tag, size_t content)
{
	size_t octets = 0, rest, i;

	to[0] = tag;
	if (content < 0x80) {
		to[1] = (unsigned char)content;
		return 2;
	}
	for (rest = content; rest > 0; rest >>= 8)
		octets++;
	if (octets > LENGTH_MOST)
		die("%zu octets are too much for DER", content);
	to[1] = (unsigned char)(0x80 | octets);
	for (i = 0; i < octets; i++)
		to[2 + i] = (content >> 8 * (octets - 1 - i)) & 0xff;
	return 2 + octets;
}

void
der_wrap(struct bytes *b, unsigned char tag, size_t from)
{
	unsigned char header[HEADER_MOST];
	size_t content = b->size - from, size;

	size = make_header(header, tag, content);
	bytes_resize(b, b->size + size);
	memmove(b->data + from + size, b->data + from, content);
	memcpy(b->data + from, header, size);
}

/* Tag and one octet of length; more are put between when it is closed. */
size_t
der_open(struct bytes *b, unsigned char tag)
{
	put_u8(b, tag);
	put_u8(b, 0);
	return b->size;
}

void
der_close(struct bytes *b, size_t opened)
{
	unsigned char header[HEADER_MOST];
	size_t content = b->size - opened, size;

	size = make_header(header, b->data[opened - 2], content);
	if (size > 2) {
		bytes_resize(b, b->size + size - 2);
		memmove(b->data + opened + size - 2, b->data + opened,
		    content);
	}
	memcpy(b->data + opened - 2, header, size);
}

void
der_put_header(struct bytes *b, unsigned char tag, size_t content)
{
	unsigned char header[HEADER_MOST];

	bytes_put(b, header, make_header(header, tag, content));
}

void
der_put(struct bytes *b, unsigned char tag, struct slice content)
{
	der_put_header(b, tag, content.size);
	bytes_put(b, content.data, content.size);
}

void
der_put_number(struct bytes *b, unsigned char tag, int64_t number)
{
	unsigned char o[8];
	size_t i, first = 0;

	for (i = 0; i < 8; i++)
		o[i] = ((uint64_t)number >> 8 * (7 - i)) & 0xff;
	while (first < 7 && o[first] == (o[first + 1] & 0x80 ? 0xff : 0))
		first++;
	der_put(b, tag, (struct slice){ o + first, 8 - first });
}

void
der_put_serial(struct bytes *b, const char *hex)
{
	unsigned char o[21] = { 0 };
	size_t size = strlen(hex) / 2, first = 0;

	if (size == 0 || size > 20 || hex_decode(o + 1, size, hex) != 0)
		die("no serial number: %s", hex);
	while (first < size && o[first] == 0 && (o[first + 1] & 0x80) == 0)
		first++;
	der_put(b, DER_INTEGER, (struct slice){ o + first, size + 1 - first });
}

void
der_put_small(struct bytes *b, unsigned char v)
{
	der_put(b, DER_INTEGER, (struct slice){ &v, 1 });
}

void
der_put_bits(struct bytes *b, struct slice octets)
{
	size_t opened;

	opened = der_open(b, DER_BIT_STRING);
	put_u8(b, 0);
	bytes_put(b, octets.data, octets.size);
	der_close(b, opened);
}

int
der_put_oid_text(struct bytes *b, const char *dotted)
{
	unsigned char oid[128];
	int size;

	size = a2d_ASN1_OBJECT(oid, sizeof oid, dotted, -1);
	if (size <= 0)
		return -1;
	der_put(b, DER_OID, (struct slice){ oid, (size_t)size });
	return 0;
}

void
der_put_time(struct bytes *b, usec_t t)
{
	char text[CLOCK_TEXT];

	clock_text_asn1(text, t);
	if (strcmp(text, "2050") < 0 && strcmp(text, "1950") >= 0)
		der_put(b, DER_UTC_TIME, slice_text(text + 2));
	else
		der_put(b, DER_GENERALIZED_TIME, slice_text(text));
}

void
der_put_generalized_time(struct bytes *b, usec_t t)
{
	char text[CLOCK_TEXT];

	clock_text_asn1(text, t);
	der_put(b, DER_GENERALIZED_TIME, slice_text(text));
}

void
der_oid_name(struct slice oid, char to[DER_OID_TEXT])
{
	struct bytes whole = { 0 };
	const unsigned char *p;
	ASN1_OBJECT *object;
	int nid;

	der_put(&whole, DER_OID, oid);
	p = whole.data;
	object = d2i_ASN1_OBJECT(NULL, &p, (long)whole.size);
	nid = object == NULL ? NID_undef : OBJ_obj2nid(object);
	if (nid != NID_undef)
		snprintf(to, DER_OID_TEXT, "%s", OBJ_nid2sn(nid));
	else if (object == NULL ||
	    OBJ_obj2txt(to, DER_OID_TEXT, object, 1) <= 0)
		snprintf(to, DER_OID_TEXT, "an object identifier");
	ASN1_OBJECT_free(object);
	bytes_free(&whole);
}
