/*
 * Strict DER (X.690 clause 10): see der.h.
 */
#include <string.h>

#include "der.h"

static int
get_length(struct slice *s, size_t *length)
{
	size_t n, i;

	if (s->size < 1)
		return -1;
	n = s->data[0];
	s->data++, s->size--;
	if (n < 0x80) {
		*length = n;
		return 0;
	}
	n &= 0x7f;
	/* 0x80 is the indefinite form; four octets are more than we take. */
	if (n == 0 || n > 4 || s->size < n || s->data[0] == 0)
		return -1;
	*length = 0;
	for (i = 0; i < n; i++)
		*length = *length << 8 | s->data[i];
	s->data += n, s->size -= n;
	return *length < 0x80 ? -1 : 0;
}

int
der_get(struct slice *from, struct der *d)
{
	struct slice s = *from;
	size_t length;

	if (s.size < 2 || (s.data[0] & 0x1f) == 0x1f)
		return -1;
	d->tag = s.data[0];
	d->whole.data = s.data;
	s.data++, s.size--;
	if (get_length(&s, &length) == -1 || length > s.size)
		return -1;
	d->content = (struct slice){ s.data, length };
	d->whole.size = (size_t)(s.data - d->whole.data) + length;
	from->data = s.data + length;
	from->size = s.size - length;
	return 0;
}

bool
der_next_is(struct slice s, unsigned tag)
{
	return s.size > 0 && s.data[0] == tag;
}

int
der_take(struct slice *from, unsigned tag, struct slice *content)
{
	struct der d;

	if (!der_next_is(*from, tag) || der_get(from, &d) == -1)
		return -1;
	if (content != NULL)
		*content = d.content;
	return 0;
}

int
der_take_whole(struct slice *from, unsigned tag, struct slice *whole)
{
	struct der d;

	if (!der_next_is(*from, tag) || der_get(from, &d) == -1)
		return -1;
	*whole = d.whole;
	return 0;
}

int
der_number(struct slice s, uint64_t *n)
{
	size_t i;

	if (s.size < 1 || s.size > 8 || (s.data[0] & 0x80) != 0)
		return -1;
	if (s.size > 1 && s.data[0] == 0 && (s.data[1] & 0x80) == 0)
		return -1;
	*n = 0;
	for (i = 0; i < s.size; i++)
		*n = *n << 8 | s.data[i];
	return 0;
}

static int
two_digits(const unsigned char *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 +
	    day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

static int
days_in(int year, int month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	if (month == 2 && year % 4 == 0 &&
	    (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

int
der_take_time(struct slice *from, usec_t *t)
{
	int part[6], year, i;
	const unsigned char *p;
	struct slice s = *from;
	struct der d;

	if (der_get(&s, &d) == -1)
		return -1;
	p = d.content.data;
	if (d.tag == DER_UTC_TIME && d.content.size == 13) {
		if ((year = two_digits(p)) == -1)
			return -1;
		year += year < 50 ? 2000 : 1900;
		p += 2;
	} else if (d.tag == DER_GENERAL_TIME && d.content.size == 15) {
		int century = two_digits(p), rest = two_digits(p + 2);

		if (century < 16 || rest == -1)
			return -1;
		year = century * 100 + rest;
		p += 4;
	} else
		return -1;
	for (i = 1; i < 6; i++, p += 2)
		if ((part[i] = two_digits(p)) == -1)
			return -1;
	if (*p != 'Z' || part[1] < 1 || part[1] > 12 || part[2] < 1 ||
	    part[2] > days_in(year, part[1]) || part[3] > 23 ||
	    part[4] > 59 || part[5] > 59)
		return -1;
	*t = (((days_of(year, part[1], part[2]) * 24 + part[3]) * 60 +
	    part[4]) * 60 + part[5]) * USEC;
	*from = s;
	return 0;
}

int
der_octets_of_bits(struct slice s, struct slice *octets)
{
	if (s.size < 1 || s.data[0] != 0)
		return -1;
	*octets = (struct slice){ s.data + 1, s.size - 1 };
	return 0;
}

void
der_put(struct bytes *to, unsigned tag, struct slice content)
{
	size_t n = content.size;
	int octets = 0, i;

	put_u8(to, (uint8_t)tag);
	if (n < 0x80)
		put_u8(to, (uint8_t)n);
	else {
		while (octets < 4 && n >> (8 * octets) != 0)
			octets++;
		put_u8(to, (uint8_t)(0x80 | octets));
		for (i = octets - 1; i >= 0; i--)
			put_u8(to, (uint8_t)(n >> (8 * i)));
	}
	bytes_put(to, content.data, content.size);
}

void
der_put_bits(struct bytes *to, struct slice octets)
{
	struct bytes content = { 0 };

	put_u8(&content, 0);
	bytes_put(&content, octets.data, octets.size);
	der_put(to, DER_BIT_STRING, SLICE(&content));
	bytes_free(&content);
}
