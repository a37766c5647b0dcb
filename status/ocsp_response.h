/*
 * An OCSP answer (RFC 6960 4.2): a BasicOCSPResponse of the delegated
 * responder, by key, with its certificate.  Without a nonce unless one was asked
 * for, so that one answer serves all who ask (RFC 9919).
 */
#ifndef STATUS_OCSP_RESPONSE_H
#define STATUS_OCSP_RESPONSE_H

#include "../ca/bytes.h"
#include "../ca/clock.h"
#include "../ca/err.h"
#include "signatory.h"

struct ocsp_single {
	struct slice	cert_id;	/* DER, as asked */
	usec_t		revoked;	/* 0: good, unless `never` */
	int		reason;		/* CRLReason, 0: left out */
	/*
	 * Never issued, and said so in the one recognisable way: revoked in
	 * 1970, on hold, with extended-revoke (RFC 6960 2.2, OVR-6.6.3-02).
	 */
	bool		never;
};
struct ocsp_frame {
	const struct signatory *responder;
	usec_t	this_update, next_update;	/* producedAt: this_update */
	struct slice nonce;			/* echoed; empty: none */
	usec_t	archive_cutoff;			/* RFC 6960 4.4.4; 0: none */
};

/* ResponseData, what is signed. */
void	ocsp_put_data(struct bytes *tbs, const struct ocsp_frame *,
	    const struct ocsp_single *, size_t count);
void	ocsp_assemble(struct bytes *der, struct slice tbs,
	    const struct signatory *responder, struct slice signature);
/* It parses, its data are these very octets, the signature verifies. */
int	ocsp_reread(struct slice der, struct slice tbs,
	    const struct signatory *responder, struct err *);

struct ocsp_facts {
	struct slice	tbs, singles, signature, certificate;
	usec_t		produced;
	struct slice	nonce;		/* empty: none */
	bool		extended;	/* extended-revoke */
};
int	ocsp_read(struct slice der, struct ocsp_facts *, struct err *);
/* Takes one SingleResponse from facts.singles: 1, 0 none left, -1. */
int	ocsp_next_single(struct slice *singles, struct ocsp_single *,
	    usec_t *this_update, usec_t *next_update);

#endif
