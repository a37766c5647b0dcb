/*
 * The authority: what the tree and the command line ask of the rules.  It owns
 * the order of things (DESIGN section 4): gates, permit, to-be-signed, intent,
 * signature, re-read, result, publication.  All calls may come from many
 * threads; `done` functions are called once, from a thread of the authority's,
 * and must not wait.
 */
#ifndef CA_AUTHORITY_H
#define CA_AUTHORITY_H

#include <sys/types.h>

#include "appointments.h"
#include "commit.h"
#include "config.h"
#include "letter.h"
#include "roles.h"
#include "signing.h"
#include "store.h"
#include "store_requests.h"

struct authority;
struct revocation_order;

/*
 * Names that appeared or changed, as paths below the mount
 * ("status/issuing.crl").  The sink tells kernel and herald; then `done` (may
 * be NULL) is called: from then on a reader gets the new one.  What stands in
 * a folder as it did, but for others to read, is looked at anew: `forget` (may
 * be NULL) announces nothing.
 */
struct publication_sink {
	void	(*changed)(struct publication_sink *, const char *const *paths,
		    size_t count, void (*done)(void *), void *arg);
	void	(*forget)(struct publication_sink *, const char *const *folders,
		    size_t count, void (*done)(void *), void *arg);
};

struct authority_parts {
	struct config		*config;	/* borrowed, all of them */
	struct store		*store;
	struct committer	*committer;
	struct signing		*signing;
	struct publication_sink	*sink;
	unsigned		(*roles_of)(uid_t);
	/* Who is who, as main read it last; 1/0.  NULL: nobody is known. */
	int			(*uid_of)(const char *user, uid_t *);
	int			(*gid_of)(const char *group, gid_t *);
	int			(*appointment_of)(uid_t, struct appointment *);
	/* Folders' descriptors; 0: none. */
	int			publish_dir, probe_dir;
	/* To main, for the command of [notices]; 0, or -1: not now. */
	int			(*tell)(const struct letter *, struct err *);
	/*
	 * A serial was revoked by the authority itself (an abandoned one): set
	 * by the publisher of status/, which owns all other revocation.
	 */
	void			(*revoked)(void *arg);
	void			*revoked_arg;
	/*
	 * A revocation was ordered: do it (same owner).  Called with the order
	 * on disk, and again at start until it is done; BY_CA: by the CA
	 * itself, with `done` NULL and no order on disk.  The same order again
	 * is known.  `done` as publisher_revoke calls it.
	 */
	void			(*revoke)(void *arg,
				    const struct revocation_order *,
				    void (*done)(void *, const struct err *),
				    void *done_arg);
};

/*
 * Closes what a crash left open (intents of certificates, approved requests),
 * publishes what the configuration changed, records its changes as events,
 * starts the timers.  Does not wait for the signer.
 */
struct authority *authority_open(const struct authority_parts *,
		    struct err *);
/* Ends timers and waits for what is under way, at most a few seconds. */
void		 authority_close(struct authority *);
/*
 * Something moved that pending requests of this subscriber wait for (0: of
 * all): they are judged anew at once, in a thread of its own.  Does not wait.
 */
void		 authority_take_up(struct authority *, int64_t subscriber);
/* `revoke` of the parts was set: calls it for what was decided, behind this. */
void		 authority_revoke_decided(struct authority *);
/* It was taken back: returns when no call of it is under way. */
void		 authority_revoke_end(struct authority *);

/* --- requests ------------------------------------------------------------ */

struct drop {
	int64_t		box, file;	/* where; inode id of the file */
	char		file_name[SLOT_NAME + 8];
	uid_t		uid;		/* of the opener */
	usec_t		mtime;
	struct slice	bytes;
};

/* 1 complete, 0 not yet, -1 can never become a request (EBADMSG). */
int	request_is_complete(struct slice, struct err *);
/* May this uid drop into this box at all?  0, or -1 EACCES/EDQUOT. */
int	requests_admit(struct authority *, int64_t box, uid_t, struct err *);
/*
 * Form, proof of possession, key: what the write that completes it says.
 * EBADMSG, EKEYREJECTED.  Verified once per content digest.
 */
int	requests_check(struct authority *, struct slice, struct err *);
/*
 * Register and decide.  `done` gets fault NULL once the certificate is there,
 * when it is pending, or after config->wait with the request registered; else
 * the refusal.  With `gates_only` (a rename) it is called as soon as the
 * decision is committed.
 */
typedef void drop_done(void *arg, const struct err *fault);
void	requests_submit(struct authority *, const struct drop *,
	    bool gates_only, drop_done *, void *arg);
/* rm NAME.csr: withdraw what is undecided, else clear the slot's names. */
int	requests_withdraw(struct authority *, int64_t slot, uid_t,
	    struct err *);
/*
 * What lies under a request name and is no request, at its last close: an
 * event and a status text (slot without request).
 */
int	requests_record_junk(struct authority *, const struct drop *,
	    const struct err *why, struct err *);

/* --- certificates of the CA itself --------------------------------------- */

/*
 * Issue for a key of our own (the OCSP responder) through the same pipeline,
 * with an internal profile and its standing approval.  `done` gets the id of
 * the certificate, or a fault.
 */
typedef void internal_done(void *arg, int64_t certificate,
	    const struct err *fault);
void	authority_issue_internal(struct authority *, const char *profile,
	    const char *subject_cn, struct slice spki, internal_done *,
	    void *arg);

/* A certificate's first read by an authorised user: the event `delivered`. */
void	authority_delivered(struct authority *, int64_t certificate, uid_t);

#endif
