/*
 * A certificate profile: what a certificate of this kind contains and what a
 * request must be.  One file in HOME/profiles, OpenSSL's configuration format,
 * keys from a table; unknown keys are refused.
 */
#ifndef CA_PROFILE_H
#define CA_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"
#include "clock.h"
#include "err.h"
#include "subject_kind.h"
#include "text.h"

#define SUBJECT_ATTRIBUTES	10

struct profile {
	char	name[32];		/* "tls-server" */
	char	title[128];
	char	sha256[SHA256_TEXT];		/* of the file */
	char	policy_oid[64];		/* dotted */
	char	base_policy[16];	/* "test", "NCP", "DVCP" ... */
	int	days;			/* notAfter = notBefore + days - 1 s */
	int	renew_days;		/* the window before notAfter */
	bool	internal;		/* of the CA itself: OCSP responder */
	bool	ocsp_nocheck;
	bool	subject_from_first_name;	/* CN = first dNSName */
	char	issuer_key[16];		/* "issuing" */
	char	extended_key_usage[4][32];	/* OpenSSL short names */
	char	key_usage_ec[64], key_usage_rsa[64];	/* comma-separated */
	char	key_types[8][16];	/* "ec:P-256", "rsa:2048" (minimum) */
	int	names_max;
	char	name_kinds[3][8];	/* "dns", "ip", "email" */
	/* DN attributes, in order: "countryName", ..., of the registration */
	char	subject[SUBJECT_ATTRIBUTES][32];
	char	subject_optional[SUBJECT_ATTRIBUTES][32]; /* may be missing */
	char	subject_lengths[SUBJECT_ATTRIBUTES][40]; /* "commonName:128" */
	char	subject_kinds[5][32];	/* "" all */
	bool	subject_semantics;	/* identifiers of EN 319 412-1, said */
	int	officers;		/* 0 none where registration covers it */
	bool	signed_decision;	/* GEN-6.5.5-04 */
	bool	acceptance;		/* must be accepted in writing */
	bool	suspension;		/* certificateHold is allowed */
	int	reuse_days;		/* of a validation; 0: until it ends */
	int	reuse_count;		/* of a registration; 0: any */
	bool	renewal, re_key, modification;	/* may follow (REG-6.3.7-02A) */
	char	re_key_changes[3][12];	/* "expiry", "names", "attributes" */
	char	supersede[8];		/* days, or "never" */
};

/* Whom its certificates are for (GEN-6.6.1-02); of anything: no kinds. */
enum subject_class { OF_ANYTHING, OF_PERSON, OF_ORGANISATION, OF_DEVICE };
enum subject_class profile_class(const struct profile *);
bool	profile_allows_kind(const struct profile *, enum subject_kind);
bool	profile_takes_names(const struct profile *, const char *kind);
/* May a request be without names? */
bool	profile_needs_names(const struct profile *);
/* 1 it has to be there, 0 it may, -1 it has no place in the subject. */
int	profile_attribute(const struct profile *, const char *type);
/* Characters it may have (412-2, NAT-4.2.4-18: or another limit). */
int	profile_attribute_most(const struct profile *, const char *type);
/* profile_subject.c: the rules about all that; NULL, or where and what. */
const char *profile_subject_fault(const struct profile *,
	    const char **section, const char **key);

/* profile_changes.c: may this change in a re-key? */
bool	profile_re_key_may(const struct profile *, const char *what);
/* Days after which what was followed is revoked as superseded; -1: never. */
int	profile_supersede_days(const struct profile *);
void	profile_render_changes(const struct profile *, struct bytes *to);

/* `text` is the file's content; `where` is named in faults. */
int	profile_parse(struct profile *, const char *where, struct slice text,
	    struct err *);
/* What it puts into a certificate, for ca/profiles/<name>.txt. */
void	profile_render(const struct profile *, struct bytes *to);

#endif
