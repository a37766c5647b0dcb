/*
 * What is asked of the OCSP responder (RFC 6960 4.1), decoded strictly and
 * bounded: it comes from anybody.  Of the extensions the nonce has a meaning
 * here (RFC 9654); the others, a name of who asks and a signature are checked
 * for their form and ignored (GEN-4.4.1-7).
 */
#ifndef STATUS_OCSP_REQUEST_H
#define STATUS_OCSP_REQUEST_H

#include "../ca/bytes.h"
#include "../ca/text.h"

#define OCSP_REQUEST_MOST	4096	/* octets */
#define OCSP_IDS_MOST		8	/* certificates asked for at once */
#define OCSP_NONCE_MOST		128	/* octets, at least 1 (RFC 9654 2.1) */

enum ocsp_hash { OCSP_SHA1, OCSP_SHA256, OCSP_OTHER_HASH };

struct ocsp_id {		/* slices point into what was decoded */
	struct slice	whole;		/* the CertID, as asked */
	enum ocsp_hash	hash;
	struct slice	name_hash, key_hash;
	char		serial[SERIAL_TEXT];	/* upper-case digits */
};
struct ocsp_ids {
	struct ocsp_id	id[OCSP_IDS_MOST];
	size_t		count;
	struct slice	nonce;		/* what is inside; empty: none */
	bool		critical;	/* an extension nobody here knows is */
};

/* 0, or -1: malformedRequest, also for a nonce of another length. */
int	ocsp_request_decode(struct slice, struct ocsp_ids *);
/* CertIDs one behind the other: what answers are kept by. */
int	ocsp_ids_decode(struct slice, struct ocsp_ids *);
void	ocsp_ids_join(const struct ocsp_ids *, struct bytes *to);
/* The CertID of these fields (not `whole`), as most write it; hash known. */
void	ocsp_id_put(struct bytes *, const struct ocsp_id *);
/* Is it one such CertID? */
bool	ocsp_ids_is_usual(const struct ocsp_ids *);
/* The request for one CertID that has nothing else in it. */
void	ocsp_request_put(struct bytes *, struct slice cert_id);

#endif
