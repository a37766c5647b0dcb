/*
 * The publisher: revocation from the act to the CRL and OCSP answer that say
 * so, and the answers to those who ask.  Record, then sign, then publish: the
 * revocation is committed with its event before anything is signed; one CRL
 * carries all that came meanwhile.  `done` functions are called once, from
 * a thread of the publisher's or before the call returns (a refusal, an answer
 * that is kept), and must not wait.
 */
#ifndef STATUS_PUBLISHER_H
#define STATUS_PUBLISHER_H

#include "../ca/authority.h"
#include "../ca/letter.h"
#include "../ca/store_certificates.h"
#include "../ca/store_status.h"
#include "live.h"

struct publisher;
struct revocation_order;

/*
 * Borrows the authority and its parts; sets parts->revoked.  Publishes what a
 * crash left unpublished, keeps CRL and OCSP answers and the OCSP responder's
 * certificate fresh by timers, renders status/ and ca/.
 */
struct publisher *publisher_open(struct authority *, struct authority_parts *,
		    struct err *);
void		  publisher_close(struct publisher *);
/*
 * Before a tree is shown for the first time: until no list in it is older than
 * one that was published before a restore; so long at most.
 */
void		  publisher_wait_for_past(struct publisher *, usec_t at_most);

struct revocation_act {
	char	serial[SERIAL_TEXT];
	/* instead: all with this key (SHA-256, SPKI) */
	char	key[SHA256_TEXT];
	uid_t	uid;
	char	act[65];	/* of the handle: makes a resend known */
	char	line[1024];	/* as written: see revocation_act.h */
	/*
	 * How it was authenticated.  BY_CA (0) and BY_LOGIN: by the uid's role
	 * now; else whoever calls did it, and says as what.
	 */
	enum authentication how;
	char	role[40];	/* "holder of the key" */
	struct slice proof;	/* BY_PROOF; lasts until `done` */
	usec_t	received;	/* by the transport's clock; 0: now */
	const struct revocation_order *order;	/* that it does; or NULL */
};
/* Early word at open: EACCES, ENOENT; 0 when the act may be tried. */
int	publisher_may_revoke(struct publisher *,
	    const struct revocation_act *, struct err *);
/* What was refused before it could be an act (a name that is no serial). */
void	publisher_refused(struct publisher *, const struct revocation_act *,
	    const struct err *);
/*
 * EINVAL, EKEYREVOKED, EACCES, ENOENT; `done` with fault NULL once committed
 * and what a reader gets, or after config->wait (publication pending).
 */
void	publisher_revoke(struct publisher *, const struct revocation_act *,
	    drop_done *, void *arg);
/*
 * The desk took a file of revoke/batch/: `done` (may be NULL) once it has its
 * result, or after config->wait.
 */
void	publisher_batch(struct publisher *, int64_t file, drop_done *,
	    void *arg);
/* What became of a notice that parts->tell handed over. */
void	publisher_told(struct publisher *, const struct letter_outcome *);
/* What revoke/<serial> reads as: the case; deterministic for a version. */
int	publisher_case_text(struct view *, int64_t revocation,
	    int64_t version, struct bytes *to);		/* 1/0 */

/* metrics.prom and index.html. */
struct live	*publisher_live(struct publisher *);

enum ocsp_file { OCSP_ANSWER, OCSP_UNAUTHORIZED, OCSP_TRY_LATER,
		 OCSP_MALFORMED };
/* 1 complete DER, 0 not yet, -1 can never be an OCSP request. */
int	publisher_ocsp_is_complete(struct slice);
/* The unsigned answers' bytes: OCSP_UNAUTHORIZED and the others. */
struct slice publisher_ocsp_fixed(enum ocsp_file);
/* `id` is the ocsp_answer's when it is OCSP_ANSWER; 200 ms at most. */
typedef void ocsp_done(void *arg, enum ocsp_file, int64_t id);
void	publisher_ocsp(struct publisher *, struct slice request, ocsp_done *,
	    void *arg);
/* The usual request about this serial (upper-case digits) of our CA. */
void	publisher_ocsp_request(struct publisher *, const char *serial,
	    bool sha256, struct bytes *request);

/* A responder's connection (docs/PROTOCOL.responder); the publisher's now. */
void	publisher_responder(struct publisher *, int fd);

#endif
