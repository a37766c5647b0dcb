/*
 * External RAs in the store: every version of each that was decided, and the
 * packages they handed over, whose ids are accepted once, for ever.
 */
#ifndef CA_STORE_HANDOVER_H
#define CA_STORE_HANDOVER_H

#include <sys/types.h>

#include "store.h"
#include "text.h"

struct authority_version {
	int64_t	id;
	int64_t	authority;		/* the same for all its versions */
	int	version;		/* 1, 2 ... */
	char	name[64];		/* of its folder in ra/authorities/ */
	char	conf_sha256[SHA256_TEXT];	/* authority.conf; a document */
	char	certificate_sha256[SHA256_TEXT];
	int64_t	dossier;		/* that decided it */
	usec_t	decided, until;
};
/* Inserts the next version of this name; sets id, authority and version. */
int	authority_put(struct tx *, struct authority_version *, struct err *);
int	authority_get(struct view *, int64_t id, struct authority_version *);
/* The newest of this name, or of this authority's number; 1/0. */
int	authority_in_force(struct view *, const char *name,
	    struct authority_version *);
int	authority_newest(struct view *, int64_t authority,
	    struct authority_version *);
/* The newest version that ever had this certificate; 1/0. */
int	authority_of_certificate(struct view *, const char *sha256,
	    struct authority_version *);
typedef int authority_each(void *arg, const struct authority_version *);
/* The newest of each. */
void	authorities_list(struct view *, authority_each *, void *arg);

/* A package that was accepted. */
struct package_row {
	int64_t	id;
	int64_t	authority, version_id;
	char	package[65];		/* its id, as the RA gave it */
	char	sha256[SHA256_TEXT];		/* as dropped; a document */
	int64_t	box, request;		/* request 0: none came of it */
	char	slot[201];
	uid_t	uid;
	usec_t	time, received;		/* made, dropped */
	char	receipt_text_sha256[SHA256_TEXT];
	char	receipt_sha256[SHA256_TEXT];	/* "" not yet */
	int64_t	intent;			/* of the receipt's signature */
};
/* EEXIST: a package of this RA with this id was accepted before. */
int	package_put(struct tx *, struct package_row *, struct err *);
/* Its request, receipt and intent; nothing else ever changes. */
int	package_update(struct tx *, const struct package_row *, struct err *);
int	package_get(struct view *, int64_t id, struct package_row *);	/* 1/0 */
int	package_find(struct view *, int64_t authority, const char *package,
	    struct package_row *);
int	package_of_request(struct view *, int64_t request,
	    struct package_row *);
/* The newest of a slot; 1/0: for NAME.receipt.p7s. */
int	package_of_slot(struct view *, int64_t box, const char *slot,
	    struct package_row *);
typedef int package_each(void *arg, const struct package_row *);
/* Those whose receipt has not been signed. */
void	packages_without_receipt(struct view *, package_each *, void *arg);

#endif
