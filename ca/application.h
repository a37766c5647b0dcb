/*
 * One application on its way: what was dropped, what the gates said of it, and
 * as it goes on its permit's certificate, intent and result.  It belongs to
 * one thread at a time: the caller's, the committer's, the signer client's.
 */
#ifndef CA_APPLICATION_H
#define CA_APPLICATION_H

#include "authority.h"
#include "certificate.h"
#include "csr_cache.h"
#include "event.h"
#include "gates.h"
#include "registered.h"
#include "retries.h"
#include "shards.h"
#include "store_status.h"
#include "text.h"
#include "waiting.h"

struct handover;

enum outcome { OUTCOME_REFUSED, OUTCOME_PENDING, OUTCOME_APPROVED };

/* What the judgement rests on; when it moved, it is judged again. */
struct basis {
	int64_t	policy_seq, slot, request, certificate, subject;
	int64_t	dossier, decided;
	usec_t	key;		/* its newest certificate, or 0 */
};

struct application {
	struct job		 job;		/* first */
	struct sign_order	 order;
	struct waiting_entry	 entry;
	struct authority	*authority;
	struct retry		 retry;

	/* As dropped; nothing of it for the CA's own certificates. */
	int64_t			 box, file;
	char			 slot_name[SLOT_NAME + 1];
	char			 file_name[SLOT_NAME + 8];
	uid_t			 uid;
	usec_t			 mtime, received;
	struct bytes		 dropped;
	const struct csr_entry	*csr;
	bool			 unreadable;	/* no request: see `fault` */
	struct handover		*handover;	/* by an external RA, or NULL */
	void			(*handover_next)(struct application *);
	bool			 taken_up;	/* from the store, at start */
	/* Of the CA itself. */
	bool			 internal;
	char			 profile_name[32];
	struct bytes		 spki;
	char			 spki_sha256[SHA256_TEXT], key_type[16];
	int64_t			 standing_approval;
	internal_done		*internal_done;
	void			*internal_arg;

	/* Found and judged. */
	struct basis		 basis;
	struct slot		 slot;		/* as it stands; id 0: new */
	struct box		 where;
	char			 box_path[200];
	struct subscriber	 subscriber;	/* id 0: unknown */
	int			 subscribers;	/* found: 0, 1, 2 = many */
	const struct profile	*profile;
	struct registered	 registered;	/* of the subscriber */
	struct csr_name		*names;		/* the request's */
	size_t			 name_count;
	struct dn		 subject;
	/* "": it is empty */
	char			 subject_sha256[SHA256_TEXT];
	struct err		 subject_fault;
	bool			 is_judged;	/* those are filled in */
	enum succession		 succession;
	struct certificate	 predecessor;	/* id 0: none */
	struct twin		 twin;		/* id 0: none */
	struct signed_by	 signed_by;	/* serial NULL: nobody */
	usec_t			 judged;	/* when that was so */
	/* What officers decided about it, and what that has to bind. */
	struct approval		 approval;	/* dossier 0: nothing */
	struct dossier_basis	 today;
	struct verdict		 verdict;
	struct bytes		 gates;		/* its text; empty: not yet */
	struct event		*decision;	/* made before; NULL: not yet */
	enum outcome		 outcome;
	struct err		 fault;		/* of a refusal */
	char			 serial[SERIAL_TEXT];
	const struct shard	*shard;		/* of the CRL, or NULL */
	struct bytes		 tbs;
	char			 tbs_sha256[SHA256_TEXT];

	/* Recorded. */
	struct request		 request;	/* id 0: not yet */
	struct intent		 intent;
	int64_t			 decided_seq;	/* its event */
	usec_t			 event_time;	/* of the last event, for */
	int64_t			 event_seq;	/* its path */
	char			 event_name[64];
	bool			 names_known;	/* to the kernel, perhaps */
	int64_t			 dossier;	/* it waits in; 0: none */
	bool			 dossier_is_new;
	struct {			/* as job 1, if repeated, finds it */
		struct request	 request;
		int64_t		 dossier;
		bool		 dossier_is_new;
	}			 before;
	bool			 gone;		/* nothing to decide any more */
	bool			 expected;	/* by the committer */
	unsigned		 failures;	/* signings abandoned */

	/* Signed. */
	enum sign_outcome	 answer;
	char			 reason[300];	/* of a refusal or loss */
	struct bytes		 der;
	struct certificate_facts facts;
	struct certificate	 certificate;
	uint64_t		 journal;
};

struct application *application_new(struct authority *);
void		 application_free(struct application *);
struct application *application_of_order(struct sign_order *);
struct application *application_of_retry(struct retry *);

void		 application_drop(struct application *, const struct drop *);
/* From the store: 0, or -1 when what it rests on is gone. */
int		 application_load(struct application *, struct view *,
		    const struct request *, struct err *);
/* Where it was dropped: box, slot, subscriber as they stand. */
void		 application_find(struct application *, struct view *);
/* Of the request, the names its profile takes. */
void		 application_find_names(struct application *);
/*
 * Asks the gates, and when all say yes makes the permit, spends it on the
 * to-be-signed certificate and lints that.  -1: could not tell.
 */
int		 application_judge(struct application *, struct view *,
		    struct err *);
/* What the certificate is compared with once it is signed. */
void		 application_approved(const struct application *,
		    struct approved *);
/* The same when application_find was called in this very view. */
int		 application_judge_found(struct application *,
		    struct view *, struct err *);
/* Has nothing moved since that could change the answer? */
bool		 application_is_as_judged(const struct application *,
		    struct view *);
/* So that it is not: it will be judged in the next transaction. */
void		 application_forget_judgement(struct application *);
/* Of the file as it was dropped: the request, or the package around it. */
const char	*application_sha256(const struct application *);
/* Will it submit its next job soon?  The committer waits for company. */
void		 application_expect(struct application *, bool soon);
/* The end: waiters and internal caller are answered, everything freed. */
void		 application_finish(struct application *,
		    const struct err *fault);

#endif
