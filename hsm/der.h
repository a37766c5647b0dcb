/*
 * DER, read strictly and without copying: definite shortest lengths, low tag
 * numbers, nothing guessed.  The signer reads with it what it is asked to
 * sign, so that a list of a million entries costs no memory.  Faults are -1
 * alone; the caller knows which field it was.
 */
#ifndef HSM_DER_H
#define HSM_DER_H

#include "../ca/bytes.h"
#include "../ca/clock.h"

enum {
	DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04, DER_NULL = 0x05, DER_OID = 0x06,
	DER_ENUMERATED = 0x0a, DER_UTC_TIME = 0x17, DER_GENERAL_TIME = 0x18,
	DER_SEQUENCE = 0x30, DER_SET = 0x31
};
#define DER_CONTEXT(n)		(0xa0 | (n))	/* constructed */
#define DER_CONTEXT_PLAIN(n)	(0x80 | (n))

struct der {
	unsigned	tag;		/* the identifier octet */
	struct slice	content;
	struct slice	whole;		/* with tag and length */
};

/* Takes the next value from the front. */
int	der_get(struct slice *, struct der *);
/* Takes it only when it has this tag; `content` and `whole` may be NULL. */
int	der_take(struct slice *, unsigned tag, struct slice *content);
int	der_take_whole(struct slice *, unsigned tag, struct slice *whole);
bool	der_next_is(struct slice, unsigned tag);
/* Of an INTEGER's content: not negative, shortest form, below 2^63. */
int	der_number(struct slice content, uint64_t *);
/* UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 writes them. */
int	der_take_time(struct slice *, usec_t *);
/* Of a BIT STRING's content without unused bits. */
int	der_octets_of_bits(struct slice content, struct slice *octets);

/* Appends tag, length and content. */
void	der_put(struct bytes *, unsigned tag, struct slice content);
/* Appends a BIT STRING of whole octets. */
void	der_put_bits(struct bytes *, struct slice octets);

#endif
