/*
 * Key algorithms: see algorithm.h.  RFC 5480, RFC 5758, RFC 4055.
 */
#include <string.h>

#include "../ca/der.h"
#include "algorithm.h"

#define OCTETS(...) { (const unsigned char []){ __VA_ARGS__ }, \
	sizeof((const unsigned char []){ __VA_ARGS__ }) }

#define ID_EC		0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01
#define ID_P256		0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, \
			0x07
#define ID_P384		0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22

static const struct algorithm rows[] = {
	{ "ec:P-256", OCTETS(0x30, 0x13, ID_EC, ID_P256),
	    OCTETS(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04,
		0x03, 0x02), "ecdsa-with-SHA256", EVP_sha256,
	    "P-256", OCTETS(ID_P256), 0 },
	{ "ec:P-384", OCTETS(0x30, 0x10, ID_EC, ID_P384),
	    OCTETS(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04,
		0x03, 0x03), "ecdsa-with-SHA384", EVP_sha384,
	    "P-384", OCTETS(ID_P384), 0 },
	{ "rsa:3072", OCTETS(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
		0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00),
	    OCTETS(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x0b, 0x05, 0x00), "sha256WithRSAEncryption",
	    EVP_sha256, NULL, { NULL, 0 }, 3072 },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

const struct algorithm *
algorithm_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* Bits of the modulus in an RSAPublicKey (RFC 8017 A.1.1); 0: malformed. */
static size_t
modulus_bits(struct slice key)
{
	struct slice content, n;

	if (der_get(&key, DER_SEQUENCE, &content) == -1 ||
	    der_get(&content, DER_INTEGER, &n) == -1)
		return 0;
	while (n.size > 0 && n.data[0] == 0)
		n.data++, n.size--;
	return n.size * 8;
}

const struct algorithm *
algorithm_of_spki(struct slice spki, struct slice *key_bits)
{
	struct slice s = spki, content, id;
	size_t i;

	if (der_get(&s, DER_SEQUENCE, &content) == -1 || s.size != 0 ||
	    der_get_whole(&content, DER_SEQUENCE, &id) == -1 ||
	    der_get_bits(&content, key_bits) == -1 || content.size != 0)
		return NULL;
	for (i = 0; i < ROWS; i++)
		if (slice_equal(rows[i].key, id) && (rows[i].bits == 0 ||
		    modulus_bits(*key_bits) >= rows[i].bits))
			return &rows[i];
	return NULL;
}
