/*
 * What is signed and published, in the store: intents, revocations, OCSP
 * answers, and the single files whose every version is a row (publications).
 */
#ifndef CA_STORE_STATUS_H
#define CA_STORE_STATUS_H

#include <sys/types.h>

#include "crl_reason.h"
#include "signing.h"
#include "store.h"
#include "store_certificates.h"

/*
 * An intent: what will be signed, recorded before.  Open until it is closed as
 * done, abandoned (begun and lost), burned (never begun) or refused.
 */
struct intent {
	int64_t	id;
	enum sign_kind kind;
	char	key[16];
	char	serial[SERIAL_TEXT];	/* certificates; "" else */
	int64_t	number;			/* CRLs: cRLNumber */
	int64_t	request;		/* 0: of the CA itself */
	int64_t	shard;			/* of its certificate; 0: none */
	char	profile[32];
	char	tbs_sha256[SHA256_TEXT];
	usec_t	time;
};
/*
 * Fails (EEXIST) when the serial was ever intended before.  Of a TBS of more
 * than 64 KiB (a CRL) only the digest is kept, which is all that is asked of
 * the signer after a crash; intent_tbs then finds nothing.
 */
int	intent_put(struct tx *, struct intent *, struct slice tbs,
	    struct err *);
int	intent_close(struct tx *, int64_t id, const char *how, struct err *);
int	intent_tbs(struct view *, int64_t id, struct bytes *to);
typedef int intent_each(void *arg, const struct intent *);
void	intents_open(struct view *, int64_t after, intent_each *, void *arg);

/*
 * The case of a revocation: how who asked was known, and whether what was said
 * was confirmed.  The numbers are in the store: add, never change.
 */
enum authentication {
	BY_CA		= 0,		/* nobody asked */
	BY_LOGIN	= 1,		/* uid, role */
	BY_PROOF	= 2,		/* made with the certificate's key */
	BY_RA		= 3,		/* a recognised RA's signature */
	BY_REPORT	= 4		/* anybody's, decided by an officer */
};
enum confirmation { UNCONFIRMED = 0, CONFIRMED = 1, CONFIRM_EXCEPTION = 2 };

struct revocation {
	int64_t	id, certificate;	/* certificate 0: abandoned serial */
	int64_t	shard;		/* 0: none; put takes the certificate's */
	usec_t	expires;	/* the certificate's notAfter, the same */
	char	serial[SERIAL_TEXT];
	char	issuer[16];
	int	reason;			/* of enum crl_reason */
	enum authentication how;
	enum confirmation confirmation;
	uid_t	uid;			/* who asked, */
	/* as what; pseudonymous; "" none */
	char	role[40], person[PERSON_TEXT];
	char	act[65];	/* of the handle: a resent write is known */
	usec_t	received, authenticated, confirmed, decided;
	usec_t	effective;	/* the date in CRL and OCSP; 0: decided */
	usec_t	invalidity;	/* RFC 5280 5.3.2; 0: not said */
	/* Since when it is here as it is, whatever day it was decided on. */
	usec_t	stated;		/* put and update take the clock's */
	usec_t	until;		/* a suspension ends by itself; 0: not */
	usec_t	on_crl, on_ocsp;	/* 0: publication pending */
	int64_t	crl_number;		/* that carried it first */
	int64_t	change;			/* the last one, by a count of all */
	int64_t	version;		/* of its file in revoke/ */
};
/*
 * Insert; a definitive one can be changed only to keyCompromise (trigger),
 * and keeps its dates and who asked and decided first.  EKEYREVOKED.  One that
 * was suspended before is effective since then (X.509 8.5.2.1).  Both mark the
 * certificate and count its `status` up.
 */
int	revocation_put(struct tx *, struct revocation *, struct err *);
int	revocation_update(struct tx *, struct revocation *, struct err *);
/* on_crl with crl_number, on_ocsp and version alone: it was published. */
int	revocation_set_published(struct tx *, const struct revocation *,
	    struct err *);
int	revocation_find(struct view *, const char *serial,
	    struct revocation *);
int	revocation_get(struct view *, int64_t id, struct revocation *);
typedef int revocation_each(void *arg, const struct revocation *);
void	revocations_list(struct view *, int64_t after, revocation_each *,
	    void *arg);
void	revocations_unpublished(struct view *, revocation_each *, void *arg);
/* Those of them that OCSP does not say. */
void	revocations_not_on_ocsp(struct view *, revocation_each *, void *arg);
/* Time of the newest change of any of them; 0: none.  mtime of revoke/. */
usec_t	revocations_changed(struct view *);

/*
 * An OCSP answer, found by what was asked.  `cert_id` is the DER of the CertID
 * in the form it was asked (hash algorithm included).
 */
enum ocsp_form {	/* the numbers are in the store: add, never change */
	OCSP_FORM_OTHER	= 0,		/* several, or an unusual CertID */
	OCSP_FORM_SHA1	= 1,
	OCSP_FORM_SHA256 = 2
};
struct ocsp_answer {
	int64_t	id;			/* version, for the inode */
	char	serial[SERIAL_TEXT];	/* of the first */
	enum ocsp_form form;
	usec_t	this_update, next_update;
	size_t	size;
};
int	ocsp_put(struct tx *, struct slice cert_id, struct ocsp_answer *,
	    struct slice der, struct err *);
/* The newest of this CertID that was not withdrawn; 1/0. */
int	ocsp_find(struct view *, struct slice cert_id, struct ocsp_answer *);
int	ocsp_get(struct view *, int64_t id, struct ocsp_answer *);
int	ocsp_bytes(struct view *, int64_t id, struct bytes *to);
/*
 * By id, the answers of the two usual forms that were put after this one: what
 * is current then, or with `since` those that are no more since that time.
 */
typedef int ocsp_answer_each(void *arg, const struct ocsp_answer *);
void	ocsp_current(struct view *, int64_t after, ocsp_answer_each *,
	    void *arg);
void	ocsp_superseded(struct view *, usec_t since, ocsp_answer_each *,
	    void *arg);
/* The current ones in the order they were first asked for, whose numbers stay. */
typedef int ocsp_question_each(void *arg, int64_t question,
	    const struct ocsp_answer *);
void	ocsp_questions(struct view *, int64_t after, ocsp_question_each *,
	    void *arg);
/* With a revocation: no cached good is served any more. */
int	ocsp_withdraw(struct tx *, const char *serial, struct err *);
/* The answer to this has ended and gets no successor until somebody asks. */
int	ocsp_end(struct tx *, struct slice cert_id, struct err *);
/*
 * The answer to this is given to nobody any more, and is due for renewal
 * before `when`.
 */
int	ocsp_recall(struct tx *, struct slice cert_id, usec_t when,
	    struct err *);
/* thisUpdate of the newest answer, the last nextUpdate of all; 1/0. */
int	ocsp_latest(struct view *, usec_t *this_update, usec_t *next_update);
/* CertIDs already handed out about a serial. */
typedef int ocsp_each(void *arg, struct slice cert_id);
void	ocsp_asked(struct view *, const char *serial, ocsp_each *, void *arg);
/* So many at most that have an answer, in their order; where to go on, or 0. */
int64_t	ocsp_portion(struct view *, int64_t after, int64_t most, ocsp_each *,
	    void *arg);
/* Answers due for renewal before `when`. */
void	ocsp_due(struct view *, usec_t when, ocsp_each *, void *arg);

/* The single files: README.txt, ca/…, status/…; every version a row. */
struct publication {
	int64_t	seq;			/* version, for the inode */
	char	dir[64], name[72];	/* "status", "issuing.crl" */
	usec_t	time;
	size_t	size;
	bool	link;			/* a symbolic link: bytes its target */
};
int	publication_put(struct tx *, struct publication *, struct slice,
	    struct err *);	/* same bytes as the newest: nothing, its seq */
/*
 * A document under a name, or (pem) that CRL's PEM, which is made whenever it
 * is read.  ENOENT: there is no such document.
 */
int	publication_put_document(struct tx *, struct publication *,
	    const char *sha256, bool pem, struct err *);
int	publication_find(struct view *, const char *dir, const char *name,
	    struct publication *);
int	publication_get(struct view *, int64_t seq, struct publication *);
int	publication_bytes(struct view *, int64_t seq, struct bytes *to);
/* At most `size` octets from `offset` on; replaces `to`. */
int	publication_part(struct view *, int64_t seq, uint64_t offset,
	    size_t size, struct bytes *to);
/* Is it a document under a name, with its very octets?  1/0 */
int	publication_document(struct view *, int64_t seq,
	    char sha256[SHA256_TEXT]);
/*
 * A text that is found by its number alone, in PUBLISHED_CASES: it follows
 * version `p->seq` (0: none), which is set.
 */
#define PUBLISHED_CASES	"cases"
int	publication_follow(struct tx *, struct publication *, struct slice,
	    struct err *);
typedef int publication_each(void *arg, const struct publication *);
void	publications_of(struct view *, const char *dir, int64_t after,
	    publication_each *, void *arg);	/* the newest of each name */

#endif
