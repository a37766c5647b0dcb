/*
 * What is taken of a signer.  OpenSSL verifies whatever it can: that SHA-1 is
 * no longer enough has to be said here, and of an ECDSA signature it does not
 * even look at the signatureAlgorithm.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509v3.h>

#include "cms_signer.h"

#define SECURITY_BITS	112	/* RSA 2048, P-224 */
#define STRONG		"SHA-2 or SHA-3 of at least 256 bits"

static const int digests[] = {
	NID_sha256, NID_sha384, NID_sha512,
	NID_sha3_256, NID_sha3_384, NID_sha3_512
};

static const int signatures[] = {
	/* These go with the digest that the signer named. */
	NID_rsaEncryption, NID_rsassaPss, NID_ED25519,
	NID_sha256WithRSAEncryption, NID_sha384WithRSAEncryption,
	NID_sha512WithRSAEncryption,
	NID_RSA_SHA3_256, NID_RSA_SHA3_384, NID_RSA_SHA3_512,
	NID_ecdsa_with_SHA256, NID_ecdsa_with_SHA384, NID_ecdsa_with_SHA512,
	NID_ecdsa_with_SHA3_256, NID_ecdsa_with_SHA3_384,
	NID_ecdsa_with_SHA3_512
};

static bool
is_among(const int *list, size_t count, int nid)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i] == nid)
			return true;
	return false;
}

#define IS_AMONG(list, nid) \
	is_among(list, sizeof(list) / sizeof((list)[0]), nid)

CMS_SignerInfo *
cms_signer_only(CMS_ContentInfo *cms, struct err *err)
{
	STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(cms);
	int count = all == NULL ? 0 : sk_CMS_SignerInfo_num(all);
	X509_ALGOR *digest = NULL, *signature = NULL;
	CMS_SignerInfo *signer;
	int nid;

	if (count != 1) {
		err_set(err, EKEYREJECTED, "it has %d signers; wanted one",
		    count);
		return NULL;
	}
	signer = sk_CMS_SignerInfo_value(all, 0);
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, &signature);
	nid = OBJ_obj2nid(digest->algorithm);
	if (!IS_AMONG(digests, nid)) {
		err_set(err, EKEYREJECTED, "it is made with the digest %s; "
		    "wanted " STRONG, OBJ_nid2sn(nid));
		return NULL;
	}
	nid = OBJ_obj2nid(signature->algorithm);
	if (!IS_AMONG(signatures, nid)) {
		err_set(err, EKEYREJECTED, "it is made with %s; wanted RSA, "
		    "ECDSA or Ed25519 with " STRONG, OBJ_nid2sn(nid));
		return NULL;
	}
	return signer;
}

int
cms_signer_check_certificate(X509 *x, struct err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(x);

	if (key == NULL || EVP_PKEY_get_security_bits(key) < SECURITY_BITS)
		return err_set(err, EKEYREJECTED, "the key that signs is too "
		    "weak");
	if ((X509_get_key_usage(x) &
	    (X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION)) == 0)
		return err_set(err, EKEYREJECTED, "the certificate that "
		    "signs is not for signatures (keyUsage)");
	return 0;
}
