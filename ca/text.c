/*
 * Hexadecimal, base64, PEM and digests.  See text.h.
 */
#include <string.h>

#include <openssl/sha.h>

#include "err.h"
#include "text.h"

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
hex(char *to, const unsigned char *p, size_t size, const char *digits)
{
	size_t i;

	for (i = 0; i < size; i++) {
		*to++ = digits[p[i] >> 4];
		*to++ = digits[p[i] & 15];
	}
	*to = '\0';
}

void
hex_lower(char *to, const void *p, size_t size)
{
	hex(to, p, size, "0123456789abcdef");
}

void
hex_upper(char *to, const void *p, size_t size)
{
	hex(to, p, size, "0123456789ABCDEF");
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
hex_decode(unsigned char *to, size_t size, const char *s)
{
	size_t i;
	int high, low;

	for (i = 0; i < size; i++) {
		if ((high = hex_digit(s[2 * i])) == -1 ||
		    (low = hex_digit(s[2 * i + 1])) == -1)
			return -1;
		to[i] = (unsigned char)(high << 4 | low);
	}
	return s[2 * size] == '\0' ? 0 : -1;
}

void
base64_encode(struct bytes *to, struct slice s)
{
	char quad[4];
	uint32_t v;
	size_t i, n;

	for (i = 0; i < s.size; i += 3) {
		n = s.size - i;
		v = (uint32_t)s.data[i] << 16;
		if (n > 1)
			v |= (uint32_t)s.data[i + 1] << 8;
		if (n > 2)
			v |= s.data[i + 2];
		quad[0] = base64_digits[v >> 18];
		quad[1] = base64_digits[v >> 12 & 63];
		quad[2] = n > 1 ? base64_digits[v >> 6 & 63] : '=';
		quad[3] = n > 2 ? base64_digits[v & 63] : '=';
		bytes_put(to, quad, 4);
	}
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/*
 * Padding is optional, but where it stands it is whole; bits that are cut off
 * are zero (RFC 4648, 3.5), so that no two texts mean the same octets but for
 * their padding.
 */
int
base64_decode(struct bytes *to, const char *text, size_t size)
{
	unsigned char octet;
	uint32_t v = 0;
	size_t i, was = to->size;
	int bits = 0, d;

	if (size > 0 && size % 4 == 0 && text[size - 1] == '=')
		size -= text[size - 2] == '=' ? 2 : 1;
	if (size % 4 == 1)
		return -1;
	for (i = 0; i < size; i++) {
		if ((d = base64_value(text[i])) == -1)
			goto fault;
		v = v << 6 | (uint32_t)d;
		if ((bits += 6) < 8)
			continue;
		bits -= 8;
		octet = v >> bits & 0xff;
		bytes_put(to, &octet, 1);
	}
	if ((v & ((1U << bits) - 1)) == 0)
		return 0;
fault:
	bytes_resize(to, was);
	return -1;
}

void
sha256(unsigned char to[SHA256_OCTETS], struct slice s)
{
	if (SHA256(s.data == NULL ? (const unsigned char *)"" : s.data, s.size,
	    to) == NULL)
		die("SHA-256 fails");
}

void
sha256_text(char to[SHA256_TEXT], struct slice s)
{
	unsigned char digest[SHA256_OCTETS];

	sha256(digest, s);
	hex_lower(to, digest, sizeof digest);
}

void
pem_encode(struct bytes *to, const char *label, struct slice der)
{
	size_t i, n;

	bytes_printf(to, "-----BEGIN %s-----\n", label);
	for (i = 0; i < der.size; i += n) {
		n = der.size - i < 48 ? der.size - i : 48;
		base64_encode(to, (struct slice){ der.data + i, n });
		bytes_put(to, "\n", 1);
	}
	bytes_printf(to, "-----END %s-----\n", label);
}
