/*
 * The encrypted key of a package: see handover_key.h.
 */
#include <string.h>

#include "der.h"
#include "handover_key.h"

#define UKM_MAX		64
#define POINT_LEAST	65
#define POINT_MOST	97	/* P-384 */

static const struct {
	unsigned char	 oid[9];	/* 2.16.840.1.101.3.4.2.n */
	const EVP_MD	*(*hash)(void);
} hashes[] = {
	{ { 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1 }, EVP_sha256 },
	{ { 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2 }, EVP_sha384 },
	{ { 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3 }, EVP_sha512 },
};

const EVP_MD *
handover_hash(struct slice oid)
{
	size_t i;

	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (slice_equal(oid, (struct slice){ hashes[i].oid,
		    sizeof(hashes[i].oid) }))
			return hashes[i].hash();
	return NULL;
}

void
handover_key_put(struct bytes *to, const struct handover_key *k)
{
	size_t at = der_open(to, DER_SEQUENCE);

	der_put(to, DER_OID, k->kdf_hash);
	der_put(to, DER_OCTET_STRING, k->ephemeral);
	if (k->has_ukm)
		der_put(to, DER_IMPLICIT(0), k->ukm);
	der_put(to, DER_OCTET_STRING, k->wrapped);
	der_close(to, at);
}

int
handover_key_get(struct slice s, struct handover_key *k)
{
	struct slice in;

	memset(k, 0, sizeof(*k));
	if (der_get(&s, DER_SEQUENCE, &in) == -1 || s.size != 0 ||
	    der_get(&in, DER_OID, &k->kdf_hash) == -1 ||
	    handover_hash(k->kdf_hash) == NULL ||
	    der_get(&in, DER_OCTET_STRING, &k->ephemeral) == -1 ||
	    k->ephemeral.size < POINT_LEAST ||
	    k->ephemeral.size > POINT_MOST || k->ephemeral.data[0] != 4)
		return -1;
	k->has_ukm = der_next_is(in, DER_IMPLICIT(0));
	if (k->has_ukm && (der_get(&in, DER_IMPLICIT(0), &k->ukm) == -1 ||
	    k->ukm.size > UKM_MAX))
		return -1;
	if (der_get(&in, DER_OCTET_STRING, &k->wrapped) == -1 ||
	    in.size != 0 || k->wrapped.size != HANDOVER_WRAPPED)
		return -1;
	return 0;
}
