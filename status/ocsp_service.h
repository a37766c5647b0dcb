/*
 * The OCSP service: answers to those who ask, from the store while they are
 * fresh, signed anew else; after a revocation the answers already given are
 * signed first.
 */
#ifndef STATUS_OCSP_SERVICE_H
#define STATUS_OCSP_SERVICE_H

#include "desk.h"
#include "pending.h"
#include "publisher.h"

struct ocsp_service;

struct ocsp_service *ocsp_service_new(const struct desk *, struct pending *);
void	ocsp_service_free(struct ocsp_service *);
/* A revocation was committed. */
void	ocsp_service_ring(struct ocsp_service *);
void	ocsp_service_ask(struct ocsp_service *, struct slice request,
	    ocsp_done *, void *arg);

#endif
