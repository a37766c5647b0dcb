/*
 * Octets as text and back: hexadecimal, base64, UTF-8, and digests; and the
 * lines that files of status and decisions are made of.
 */
#ifndef CA_TEXT_H
#define CA_TEXT_H

#include "bytes.h"
#include "clock.h"

#define SHA256_OCTETS	32
#define SHA256_TEXT	65	/* lower case and a NUL */
#define SERIAL_TEXT	41	/* 20 octets at most, upper case, and a NUL */
#define PERSON_TEXT	40	/* a pseudonym (person.h) and a NUL */

/* `to` has room for 2 * size + 1. */
void	hex_lower(char *to, const void *, size_t);
void	hex_upper(char *to, const void *, size_t);
/* The whole string, either case, exactly `size` octets; 0 or -1. */
int	hex_decode(unsigned char *to, size_t size, const char *);

/* Base64 without newlines; decoding is strict (RFC 4648, padding optional). */
void	base64_encode(struct bytes *to, struct slice);
int	base64_decode(struct bytes *to, const char *, size_t);

/*
 * How many octets the character in front has, well-formed UTF-8 (RFC 3629), and
 * its code point; 0: there is none.
 */
size_t	utf8_character(struct slice, uint32_t *point);

void	sha256(unsigned char to[SHA256_OCTETS], struct slice);
void	sha256_text(char to[SHA256_TEXT], struct slice);

/* "name: value"; nothing when there is no value ("" or NULL, 0). */
void	text_put_line(struct bytes *to, const char *name, const char *value);
void	text_put_time(struct bytes *to, const char *name, usec_t);

/* PEM with 64-column lines; `label` as in "CERTIFICATE".  Appends. */
void	pem_encode(struct bytes *to, const char *label, struct slice der);
size_t	pem_size(const char *label, size_t der);
/*
 * A piece of the PEM of `der` octets, `size` octets from `offset` on (less at
 * its end), appended: which octets it needs, and then with these.
 */
struct pem_piece {
	const char	*label;
	size_t		 der, offset, size;
	size_t		 from, count;	/* of the DER, by pem_piece_begin */
};
void	pem_piece_begin(struct pem_piece *);
void	pem_piece_end(const struct pem_piece *, struct slice der,
	    struct bytes *to);

#endif
