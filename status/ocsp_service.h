/*
 * The OCSP service: answers to those who ask, from the store while they are
 * fresh, signed anew else; after a revocation the answers already given are
 * signed first.
 */
#ifndef STATUS_OCSP_SERVICE_H
#define STATUS_OCSP_SERVICE_H

#include "desk.h"
#include "fresh.h"
#include "ocsp_status.h"
#include "pending.h"
#include "publisher.h"

struct ocsp_service;

struct ocsp_service *ocsp_service_new(const struct desk *, struct pending *);
void	ocsp_service_free(struct ocsp_service *);
/* A revocation was committed. */
void	ocsp_service_ring(struct ocsp_service *);
void	ocsp_service_ask(struct ocsp_service *, struct slice request,
	    ocsp_done *, void *arg);
/* Are they of our CA, and was each of them issued? */
enum ocsp_known { OCSP_KNOWN, OCSP_NEVER_ISSUED, OCSP_NOT_OURS };
enum ocsp_known	ocsp_service_knows(struct ocsp_service *,
	    const struct ocsp_ids *);
/* An answer for this question alone, with the nonce that is in `ids`. */
void	ocsp_service_ask_once(struct ocsp_service *, const struct ocsp_ids *,
	    fresh_done *, void *arg);
/* Whose hashes a CertID has that is asked of us. */
const struct ocsp_issuer *ocsp_service_issuer(const struct ocsp_service *);
/*
 * From now on `changed` is called for each certificate whose status changed,
 * before the answer that says so is signed; NULL: nobody is.
 */
void	ocsp_service_watch(struct ocsp_service *,
	    void (*changed)(void *arg, const char *serial), void *arg);

#endif
