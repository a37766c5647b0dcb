/*
 * DER (X.690), as far as X.509 needs it.  The reader is strict: definite
 * lengths in their shortest form, tags of one octet.  Reading takes from the
 * front of a slice and borrows; writing appends, and what is opened is closed
 * in reverse order.
 */
#ifndef CA_DER_H
#define CA_DER_H

#include "bytes.h"
#include "clock.h"
#include "text.h"

enum der_tag {
	DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04, DER_NULL = 0x05, DER_OID = 0x06,
	DER_ENUMERATED = 0x0a, DER_UTF8 = 0x0c, DER_PRINTABLE = 0x13,
	DER_UTC_TIME = 0x17, DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30, DER_SET = 0x31
};
#define DER_IMPLICIT(n)	(0x80 | (n))
#define DER_CONTEXT(n)	(0xa0 | (n))	/* constructed */
#define DER_OID_TEXT	96

/* Octets of the element in front: 1; not known yet: 0; no DER: -1. */
int	der_extent(struct slice, size_t *);
/* The same, but -1 also when it is longer than `most` in all. */
int	der_size(struct slice, size_t most, size_t *);
bool	der_next_is(struct slice, unsigned char tag);

/* Each takes one element from the front; 0, or -1 and nothing is taken. */
int	der_get(struct slice *, unsigned char tag, struct slice *content);
int	der_get_whole(struct slice *, unsigned char tag, struct slice *whole);
int	der_get_any(struct slice *, unsigned char *tag, struct slice *content);
/* The header alone: of its content the slice may have a part. */
int	der_get_header(struct slice *, unsigned char tag, size_t *content);
int	der_get_small(struct slice *, unsigned *);	/* INTEGER >= 0 */
/* BIT STRING of whole octets. */
int	der_get_bits(struct slice *, struct slice *octets);
/* INTEGER or ENUMERATED, not negative and below 2^63. */
int	der_get_number(struct slice *, unsigned char tag, int64_t *);
int	der_number(struct slice content, int64_t *);
/* INTEGER, not negative, of up to 20 octets, as upper-case digits. */
int	der_get_serial(struct slice *, char to[SERIAL_TEXT]);
/* A Time as RFC 5280, 4.1.2.5 wants it: -1 also for the wrong form of it. */
int	der_get_time(struct slice *, usec_t *);
int	der_get_generalized_time(struct slice *, usec_t *);	/* any year */

struct der_extension {
	struct slice	oid, value;	/* value: inside the OCTET STRING */
	bool		critical;
};
int	der_get_extension(struct slice *, struct der_extension *);

size_t	der_open(struct bytes *, unsigned char tag);
void	der_close(struct bytes *, size_t opened);
/* What stands from `from` to the end becomes the content of one element. */
void	der_wrap(struct bytes *, unsigned char tag, size_t from);
void	der_put_header(struct bytes *, unsigned char tag, size_t content);
void	der_put(struct bytes *, unsigned char tag, struct slice content);
void	der_put_number(struct bytes *, unsigned char tag, int64_t);
/* INTEGER from hexadecimal digits, an even number of them, up to 40. */
void	der_put_serial(struct bytes *, const char *hex);
void	der_put_small(struct bytes *, unsigned char);	/* 0..127 */
void	der_put_bits(struct bytes *, struct slice octets);
/* -1 when it is no dotted object identifier. */
int	der_put_oid_text(struct bytes *, const char *dotted);
void	der_put_time(struct bytes *, usec_t);
void	der_put_generalized_time(struct bytes *, usec_t);

/* The short name OpenSSL knows, else dotted. */
void	der_oid_name(struct slice oid, char to[DER_OID_TEXT]);

#endif
