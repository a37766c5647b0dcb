/*
 * What OCSP says of a certificate.
 */
#include <stdio.h>
#include <string.h>

#include "../ca/text.h"
#include "desk.h"
#include "ocsp_status.h"

#define ISSUER	"issuing"

void
ocsp_issuer_set(struct ocsp_issuer *issuer, const struct signatory *ca)
{
	digest_sha1(issuer->name_sha1, signatory_name(ca));
	digest_sha1(issuer->key_sha1, signatory_key_bits(ca));
	sha256(issuer->name_sha256, signatory_name(ca));
	sha256(issuer->key_sha256, signatory_key_bits(ca));
}

void
ocsp_issuer_question(const struct ocsp_issuer *issuer, const char *serial,
    enum ocsp_hash hash, struct bytes *cert_id)
{
	struct ocsp_id id = { .hash = hash };

	id.name_hash = hash == OCSP_SHA1 ?
	    (struct slice){ issuer->name_sha1, 20 } :
	    (struct slice){ issuer->name_sha256, 32 };
	id.key_hash = hash == OCSP_SHA1 ?
	    (struct slice){ issuer->key_sha1, 20 } :
	    (struct slice){ issuer->key_sha256, 32 };
	snprintf(id.serial, sizeof id.serial, "%s", serial);
	ocsp_id_put(cert_id, &id);
}

bool
ocsp_issuer_is_asked(const struct ocsp_issuer *issuer,
    const struct ocsp_ids *ids)
{
	const struct {
		struct slice name, key;
	} hashes[] = {
		[OCSP_SHA1] = { { issuer->name_sha1, 20 },
		    { issuer->key_sha1, 20 } },
		[OCSP_SHA256] = { { issuer->name_sha256, 32 },
		    { issuer->key_sha256, 32 } },
	};
	const struct ocsp_id *id;

	for (size_t i = 0; i < ids->count; i++) {
		id = &ids->id[i];
		if (id->hash == OCSP_OTHER_HASH ||
		    !slice_equal(id->name_hash, hashes[id->hash].name) ||
		    !slice_equal(id->key_hash, hashes[id->hash].key))
			return false;
	}
	return true;
}

int
ocsp_status(struct view *view, const struct ocsp_id *id,
    struct ocsp_single *single)
{
	struct certificate certificate;
	struct revocation r;

	*single = (struct ocsp_single){ .cert_id = id->whole };
	if (revocation_find(view, id->serial, &r) == 1 &&
	    r.reason != REASON_REINSTATED) {
		if (strcmp(r.issuer, ISSUER) != 0)
			return 0;
		single->revoked = r.effective;
		single->reason = r.reason;
		return 1;
	}
	return certificate_find(view, id->serial, &certificate) == 1 &&
	    strcmp(certificate.issuer, ISSUER) == 0;
}

/*
 * The store withdraws an answer with the revocation of the serial it is kept
 * by, the first; in an answer about several the others are looked at here.
 */
static bool
is_outdated(struct view *view, const struct ocsp_ids *ids,
    const struct ocsp_answer *answer)
{
	struct revocation r;

	for (size_t i = 1; i < ids->count; i++)
		if (revocation_find(view, ids->id[i].serial, &r) == 1 &&
		    (r.on_ocsp == 0 || answer->this_update < r.on_ocsp))
			return true;
	return false;
}

bool
ocsp_is_later(const struct ocsp_answer *answer, usec_t now)
{
	return answer->this_update - STEP_BACK > now;
}

int
ocsp_kept(struct view *view, const struct ocsp_ids *ids, struct slice joined,
    usec_t now, int64_t *id, bool *fresh)
{
	struct ocsp_answer answer;

	if (ocsp_find(view, joined, &answer) != 1 ||
	    answer.next_update <= now || is_outdated(view, ids, &answer) ||
	    ocsp_is_later(&answer, now))
		return 0;
	*id = answer.id;
	*fresh = now < (answer.this_update + answer.next_update) / 2;
	return 1;
}
