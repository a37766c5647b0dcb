/*
 * Dossiers in the store: what waits for people to decide, where it lies, and
 * the decisions.  A dossier is moved forward or rejected and never comes back;
 * a decision is never changed (triggers say both too).
 */
#ifndef CA_STORE_DOSSIERS_H
#define CA_STORE_DOSSIERS_H

#include <sys/types.h>

#include "store.h"
#include "text.h"

enum dossier_kind {
	DOSSIER_REQUEST = 1,		/* object: request */
	DOSSIER_REGISTRATION = 2,	/* object: draft of a subscriber */
	DOSSIER_AUTHORITY = 3,		/* object: draft of an external RA */
	DOSSIER_REVOCATION = 4,		/* object: certificate */
	DOSSIER_REPORT = 5,		/* object: problem report */
	DOSSIER_BATCH = 6,		/* object: batch of revocations */
	DOSSIER_CLOSING = 7		/* the CA's last CRL; object 1 */
};
#define DOSSIER_KINDS	(DOSSIER_CLOSING + 1)
enum dossier_place {
	PLACE_PENDING = 1, PLACE_COUNTERSIGN, PLACE_APPROVED, PLACE_REJECTED
};
const char	*dossier_place_name(enum dossier_place);	/* "pending" */
const char	*dossier_kind_name(enum dossier_kind);
/* Is it a revocation officer's to decide? */
bool		 dossier_is_of_revocation(enum dossier_kind);
/* Is it about what somebody claims, to be confirmed (REV-6.2.4-03BA)? */
bool		 dossier_is_confirmed(enum dossier_kind);

/* What an approval binds (GEN-6.3.2-00A); "" where it does not apply. */
struct dossier_basis {
	/* of the registration file */
	char	registration_sha256[SHA256_TEXT];
	char	spki_sha256[SHA256_TEXT], profile_sha256[SHA256_TEXT];
	char	names_sha256[SHA256_TEXT];
	/* request, or draft's registration */
	char	content_sha256[SHA256_TEXT];
	/* of the list of its documents */
	char	documents_sha256[SHA256_TEXT];
};

struct dossier {
	int64_t	id;
	enum dossier_kind kind;
	enum dossier_place place;
	int64_t	object, subscriber;
	usec_t	opened, moved;
	uid_t	author;			/* whose wish it is */
	/* of decision.txt as it is now */
	char	decision_sha256[SHA256_TEXT];
	struct dossier_basis basis;
	int	reason;			/* of a revocation: CRLReason */
	bool	withdrawn;		/* its author's, or of no use now */
};
int	dossier_put(struct tx *, struct dossier *, struct err *);
int	dossier_get(struct view *, int64_t id, struct dossier *); /* 1/0 */
/* The newest of an object; 1/0. */
int	dossier_of(struct view *, enum dossier_kind, int64_t object,
	    struct dossier *);
typedef int dossier_each(void *arg, const struct dossier *);
void	dossiers_in(struct view *, enum dossier_place, int64_t after,
	    dossier_each *, void *arg);
/* Of requests: approved, and the request is pending yet. */
void	dossiers_undone(struct view *, int64_t after, dossier_each *,
	    void *arg);
usec_t	dossiers_changed(struct view *, enum dossier_place);

/* One officer's step. */
struct decision {
	int64_t	id, dossier;
	enum dossier_place from, to;
	uid_t	uid;
	char	person[PERSON_TEXT];		/* pseudonymous; "" unknown */
	char	role[16];
	usec_t	time;
	/* of the decision.txt it is about */
	char	decision_sha256[SHA256_TEXT];
	/* of the CMS document; "" unsigned */
	char	signature_sha256[SHA256_TEXT];
};
int	decision_put(struct tx *, struct decision *, struct err *);
typedef int decision_each(void *arg, const struct decision *);
void	decisions_of(struct view *, int64_t dossier, decision_each *,
	    void *arg);

#endif
