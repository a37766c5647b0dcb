/*
 * Hexadecimal, base64, UTF-8, PEM and digests.  See text.h.
 */
#include <pthread.h>
#include <string.h>

#include <openssl/evp.h>

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

/* The value of each digit and one more; 0 is none. */
static const unsigned char hex_values[256] = {
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	['A'] = 11, 12, 13, 14, 15, 16,
	['a'] = 11, 12, 13, 14, 15, 16
};

int
hex_decode(unsigned char *to, size_t size, const char *s)
{
	unsigned high, low;
	size_t i;

	for (i = 0; i < size; i++) {
		if ((high = hex_values[(unsigned char)s[2 * i]]) == 0 ||
		    (low = hex_values[(unsigned char)s[2 * i + 1]]) == 0)
			return -1;
		to[i] = (unsigned char)((high - 1) << 4 | (low - 1));
	}
	return s[2 * size] == '\0' ? 0 : -1;
}

void
base64_encode(struct bytes *to, struct slice s)
{
	unsigned char *quad = bytes_room(to, (s.size + 2) / 3 * 4);
	uint32_t v;
	size_t i, n;

	for (i = 0; i < s.size; i += 3, quad += 4) {
		n = s.size - i;
		v = (uint32_t)s.data[i] << 16;
		if (n > 1)
			v |= (uint32_t)s.data[i + 1] << 8;
		if (n > 2)
			v |= s.data[i + 2];
		quad[0] = (unsigned char)base64_digits[v >> 18];
		quad[1] = (unsigned char)base64_digits[v >> 12 & 63];
		quad[2] = n > 1 ?
		    (unsigned char)base64_digits[v >> 6 & 63] : '=';
		quad[3] = n > 2 ? (unsigned char)base64_digits[v & 63] : '=';
	}
	to->size += (s.size + 2) / 3 * 4;
}

/* The value of each digit and one more; 0 is none. */
static const unsigned char base64_values[256] = {
	['+'] = 63, ['/'] = 64,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
	19, 20, 21, 22, 23, 24, 25, 26,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41,
	42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52
};

/*
 * Padding is optional, but where it stands it is whole; bits that are cut off
 * are zero (RFC 4648, 3.5), so that no two texts mean the same octets but for
 * their padding.
 */
int
base64_decode(struct bytes *to, const char *text, size_t size)
{
	unsigned char *octet, value;
	uint32_t v = 0;
	size_t i;
	int bits = 0;

	if (size > 0 && size % 4 == 0 && text[size - 1] == '=')
		size -= text[size - 2] == '=' ? 2 : 1;
	if (size % 4 == 1)
		return -1;
	octet = bytes_room(to, size / 4 * 3 + 2);
	for (i = 0; i < size; i++) {
		if ((value = base64_values[(unsigned char)text[i]]) == 0)
			return -1;
		v = v << 6 | (value - 1U);
		if ((bits += 6) < 8)
			continue;
		bits -= 8;
		*octet++ = v >> bits & 0xff;
	}
	if ((v & ((1U << bits) - 1)) != 0)
		return -1;
	to->size += size * 6 / 8;
	return 0;
}

size_t
utf8_character(struct slice s, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, n;

	if (s.size == 0)
		return 0;
	n = s.data[0] < 0x80 ? 1 : s.data[0] < 0xe0 ? 2 :
	    s.data[0] < 0xf0 ? 3 : 4;
	if ((s.data[0] >= 0x80 && s.data[0] < 0xc2) || s.data[0] > 0xf4 ||
	    n > s.size)
		return 0;
	*point = n == 1 ? s.data[0] : s.data[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((s.data[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (s.data[i] & 0x3f);
	}
	return *point < least[n] || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point <= 0xdfff) ? 0 : n;
}

static EVP_MD *sha256_algorithm;

/* Kept, for OpenSSL would look it up by its name each time. */
static void
fetch_sha256(void)
{
	sha256_algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
}

void
sha256(unsigned char to[SHA256_OCTETS], struct slice s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, fetch_sha256);
	if (EVP_Digest(s.data == NULL ? (const unsigned char *)"" : s.data,
	    s.size, to, NULL, sha256_algorithm, NULL) != 1)
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
text_put_line(struct bytes *to, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	bytes_put_text(to, name);
	bytes_put_text(to, ": ");
	bytes_put_text(to, value);
	bytes_put_text(to, "\n");
}

void
text_put_time(struct bytes *to, const char *name, usec_t time)
{
	char text[CLOCK_TEXT];

	if (time == 0)
		return;
	clock_text_seconds(text, time);
	text_put_line(to, name, text);
}

#define PEM_OCTETS	((size_t)48)	/* in a line */
#define PEM_LINE	((size_t)65)
#define PEM_BEGIN	"-----BEGIN %s-----\n"
#define PEM_END		"-----END %s-----\n"

static void
put_lines(struct bytes *to, struct slice der)
{
	size_t i, n;

	for (i = 0; i < der.size; i += n) {
		n = der.size - i < PEM_OCTETS ? der.size - i : PEM_OCTETS;
		base64_encode(to, (struct slice){ der.data + i, n });
		bytes_put(to, "\n", 1);
	}
}

void
pem_encode(struct bytes *to, const char *label, struct slice der)
{
	bytes_printf(to, PEM_BEGIN, label);
	put_lines(to, der);
	bytes_printf(to, PEM_END, label);
}

/* Octets of the line in front, and so of all that is not base64. */
static size_t
begin_size(const char *label)
{
	return strlen(PEM_BEGIN) - 2 + strlen(label);
}

static size_t
lines_size(size_t der)
{
	return (der + 2) / 3 * 4 + (der + PEM_OCTETS - 1) / PEM_OCTETS;
}

size_t
pem_size(const char *label, size_t der)
{
	return begin_size(label) + lines_size(der) + strlen(PEM_END) - 2 +
	    strlen(label);
}

void
pem_piece_begin(struct pem_piece *p)
{
	size_t whole = pem_size(p->label, p->der), front, end;

	if (p->offset > whole)
		p->offset = whole;
	if (p->size > whole - p->offset)
		p->size = whole - p->offset;
	front = begin_size(p->label);
	end = p->offset + p->size;
	p->from = p->offset < front ? 0 :
	    (p->offset - front) / PEM_LINE * PEM_OCTETS;
	if (p->from > p->der)
		p->from = p->der;
	p->count = end <= front ? 0 :
	    (end - front + PEM_LINE - 1) / PEM_LINE * PEM_OCTETS;
	if (p->count > p->der)
		p->count = p->der;
	p->count = p->count < p->from ? 0 : p->count - p->from;
}

/* The lines the piece lies in, whole, and of them what was asked for. */
void
pem_piece_end(const struct pem_piece *p, struct slice der, struct bytes *to)
{
	struct bytes lines = { 0 };
	size_t at = 0;		/* where `lines` begins */

	if (p->offset < begin_size(p->label))
		bytes_printf(&lines, PEM_BEGIN, p->label);
	else
		at = begin_size(p->label) + p->from / PEM_OCTETS * PEM_LINE;
	if (p->from == p->der && p->offset >= begin_size(p->label))
		at = begin_size(p->label) + lines_size(p->der);
	put_lines(&lines, der);
	if (at + lines.size < p->offset + p->size)
		bytes_printf(&lines, PEM_END, p->label);
	bytes_put(to, lines.data + (p->offset - at), p->size);
	bytes_free(&lines);
}
