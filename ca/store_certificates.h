/*
 * Certificates in the store, with the views of issued/: by serial, date, name,
 * key and expiry; and blocked keys.
 */
#ifndef CA_STORE_CERTIFICATES_H
#define CA_STORE_CERTIFICATES_H

#include "store.h"
#include "text.h"

struct certificate {
	int64_t	id;
	char	serial[SERIAL_TEXT];
	char	issuer[16];		/* "issuing" or "root" */
	int64_t	request, subscriber;	/* 0: of the CA itself */
	char	profile[32];
	char	sha256[SHA256_TEXT], spki_sha256[SHA256_TEXT];
	char	common_name[256];	/* or the first dNSName */
	usec_t	issued, not_before, not_after;
	usec_t	revoked;		/* 0: not */
	int	reason;			/* CRLReason, -1: not revoked */
	usec_t	published;		/* in ca/certificates/ since; 0: not */
	int64_t	status;			/* version of its `status` file */
	int64_t	shard;			/* of the CRL; 0: that of all */
	size_t	der_size;
};

/* Inserts; sets id.  `names` are the dNSNames and addresses, NUL-free. */
int	certificate_put(struct tx *, struct certificate *, struct slice der,
	    const char *const *names, size_t count, struct err *);
int	certificate_get(struct view *, int64_t id, struct certificate *);
int	certificate_find(struct view *, const char *serial,
	    struct certificate *);	/* exact, upper case; 1/0 */
int	certificate_der(struct view *, int64_t id, struct bytes *to);
/* What it follows, and the newest that follows it; 1/0. */
int	certificate_predecessor(struct view *, const struct certificate *,
	    struct certificate *);
int	certificate_successor(struct view *, const struct certificate *,
	    struct certificate *);
/* Why it is revoked or suspended, -1: it is not. */
int	certificate_reason(struct view *, int64_t id);
/* Its id alone, which costs no row; 0: there is none. */
int64_t	certificate_id(struct view *, const char *serial);
int64_t	certificates_count(struct view *);
/* The one issued last; 1/0. */
int	certificates_last(struct view *, struct certificate *);
/* Is there one whose serial lies between these, both of as many digits? */
bool	certificates_between(struct view *, const char *low,
	    const char *high);

typedef int certificate_each(void *arg, const struct certificate *);
/* All, in order of id behind `after`. */
void	certificates_list(struct view *, int64_t after, certificate_each *,
	    void *arg);
/* By a day of issuance or of notAfter (days since 1970). */
void	certificates_of_day(struct view *, int64_t day, int64_t after,
	    certificate_each *, void *arg);
void	certificates_expiring(struct view *, int64_t day, int64_t after,
	    certificate_each *, void *arg);
/* The next day at or behind `day` with a certificate, or -1. */
int64_t	certificates_next_day(struct view *, int64_t day);
int64_t	certificates_next_expiry(struct view *, int64_t day);

/*
 * Publication: store_consents.h says by whose word.  Those published, in order
 * of id; those of a subscriber that could be (not revoked), and those that are,
 * both with that notAfter or later and in order of it.
 */
int	certificate_set_published(struct tx *, int64_t id, usec_t since,
	    struct err *);			/* 0: no more */
int	certificates_last_published(struct view *, struct certificate *);
void	certificates_published(struct view *, int64_t after,
	    certificate_each *, void *arg);
/* Those with an event about their publication behind this one. */
void	certificates_republished(struct view *, int64_t event,
	    certificate_each *, void *arg);
void	certificates_publishable(struct view *, int64_t subscriber,
	    usec_t not_after, certificate_each *, void *arg);
void	certificates_published_of(struct view *, int64_t subscriber,
	    usec_t not_after, certificate_each *, void *arg);

/* Those of a subscriber that have not ended at a time. */
void	certificates_of_subscriber(struct view *, int64_t subscriber,
	    usec_t not_after, certificate_each *, void *arg);
/* All of it, in order of notAfter and id, behind that one (zeroes: all). */
void	certificates_of_subscriber_behind(struct view *, int64_t subscriber,
	    const struct certificate *after, certificate_each *, void *arg);

/* Names and keys are numbered for their inodes. */
struct indexed_name {
	int64_t	id;
	char	name[256];	/* the dNSName, address or CN, unescaped */
	usec_t	newest;		/* of its certificates */
};
int	names_find(struct view *, const char *name, struct indexed_name *);
int	names_get(struct view *, int64_t id, struct indexed_name *);
typedef int indexed_name_each(void *arg, const struct indexed_name *);
void	names_list(struct view *, int64_t after, indexed_name_each *, void *);
void	certificates_of_name(struct view *, int64_t name, int64_t after,
	    certificate_each *, void *arg);

struct key {
	int64_t	id;
	char	spki_sha256[SHA256_TEXT];
	usec_t	newest;
	bool	blocked;	/* reported compromised: never again */
};
int	keys_find(struct view *, const char *spki_sha256, struct key *);
int	keys_get(struct view *, int64_t id, struct key *);
typedef int key_each(void *arg, const struct key *);
void	keys_list(struct view *, int64_t after, key_each *, void *arg);
void	certificates_of_key(struct view *, int64_t key, int64_t after,
	    certificate_each *, void *arg);
int	key_block(struct tx *, const char *spki_sha256, struct err *);

/* Newest unexpired of a slot's subscriber with this profile's subject is the
 * business of store_requests (slot.certificate). */

#endif
