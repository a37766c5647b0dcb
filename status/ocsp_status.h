/*
 * What OCSP says of a certificate: from the store, never from a CRL, so that
 * it says good only of what was issued (RFC 6960 2.2, OVR-6.6.3-02).
 */
#ifndef STATUS_OCSP_STATUS_H
#define STATUS_OCSP_STATUS_H

#include "../ca/store_status.h"
#include "ocsp_request.h"
#include "ocsp_response.h"
#include "signatory.h"

/* The hashes under which our CA is asked for. */
struct ocsp_issuer {
	unsigned char	name_sha1[20], key_sha1[20];
	unsigned char	name_sha256[32], key_sha256[32];
};
void	ocsp_issuer_set(struct ocsp_issuer *, const struct signatory *);
/* What our CA is asked with about this serial (upper-case digits). */
void	ocsp_issuer_question(const struct ocsp_issuer *, const char *serial,
	    enum ocsp_hash, struct bytes *cert_id);
/* Are all of them asked of our CA? */
bool	ocsp_issuer_is_asked(const struct ocsp_issuer *,
	    const struct ocsp_ids *);

/* 1, or 0: never issued.  An abandoned serial is revoked. */
int	ocsp_status(struct view *, const struct ocsp_id *,
	    struct ocsp_single *);
/* It begins later than now: the clock was ahead when it was signed. */
bool	ocsp_is_later(const struct ocsp_answer *, usec_t now);
/*
 * The kept answer to these, if it may still be given at `now`; 1/0.  `fresh`:
 * it has not lived half of its life.
 */
int	ocsp_kept(struct view *, const struct ocsp_ids *, struct slice joined,
	    usec_t now, int64_t *id, bool *fresh);

#endif
