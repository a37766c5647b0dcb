/*
 * Dossiers as the rules see them: opened in the transaction that finds that a
 * person is needed, shown as texts (summary.html, request.txt, decision.txt,
 * state), closed when nobody is needed any more.  ca/desk.h has the acts,
 * ca/approval.h what an approval covers.
 */
#ifndef CA_DOSSIER_H
#define CA_DOSSIER_H

#include "application.h"
#include "approval.h"
#include "event.h"
#include "store_batches.h"
#include "store_desk.h"
#include "store_dossiers.h"

/*
 * A pending application's dossier: opened, or its texts made anew when what
 * they say moved; an approval that no longer binds gives way to a new dossier.
 * In the transaction of the decision.
 */
int	dossier_open_request(struct application *, struct tx *,
	    struct err *);
/* Is it what dossier_open_request would leave alone? */
bool	dossier_is_current(const struct application *, struct view *);
/*
 * Its request was withdrawn or superseded by its owner, or needs nobody any
 * more (registration covers it, it was refused): `why` is the sentence.
 */
int	dossier_close_request(struct tx *, int64_t request, bool withdrawn,
	    const char *why, struct err *);
/*
 * A complete draft's dossier; an older undecided one of it is withdrawn.  The
 * files are copied into the dossier as they are now.  `content` is what its
 * approval puts in force, `checks` what was checked and found, for the summary.
 */
struct dossier_draft {
	enum dossier_kind kind;		/* registration or authority */
	const struct draft *draft;
	int64_t	subscriber;		/* 0: not yet one */
	uid_t	author;
	const char *file_name;		/* "registration.conf" */
	char	content_sha256[SHA256_TEXT];	/* of its document */
	struct slice changes, checks;
};
int	dossier_open_draft(struct authority *, struct tx *,
	    const struct dossier_draft *, int64_t *dossier, struct err *);
/* The draft changed or is gone: its undecided dossier is withdrawn. */
int	dossier_close_draft(struct tx *, enum dossier_kind, int64_t draft,
	    const char *why, struct err *);
/*
 * Shall this certificate be revoked?  Nothing when that is open already or it
 * is revoked.  `reason` is a CRLReason, `why` lines for the officers.
 */
int	dossier_open_revocation(struct tx *, int64_t certificate,
	    int64_t subscriber, uid_t author, int reason, struct slice why,
	    struct err *);
/* The CA's last CRL was asked for, and why; an undecided one gives way. */
int	dossier_open_closing(struct tx *, uid_t author, struct slice why,
	    struct err *);
/*
 * A batch of revocations that was tried and needs another officer; sets its
 * dossier.  The texts are borrowed.
 */
struct batch_trial {
	struct slice checks;		/* for the summary, a line each */
	struct slice verdicts;		/* what each line would do */
	struct slice subscribers;	/* ids, a line each */
};
#define BATCH_SUBSCRIBERS	"subscribers"	/* in DESK_DOSSIER_OWN */
#define BATCH_DRY_RUN		"dry-run.txt"
int	dossier_open_batch(struct tx *, struct batch *,
	    const struct batch_trial *, struct err *);
/*
 * Texts that follow from what lies in it (decision.txt, summary.html, state)
 * made anew; `refused` (may be NULL) is the newest refusal of a move.
 */
int	dossier_refresh(struct authority *, struct tx *, struct dossier *,
	    const char *refused, struct err *);

/* How many officers its approval takes, and whether they have to sign. */
void	dossier_wanted(const struct config *, struct view *,
	    const struct dossier *, int *officers, bool *is_signed);
/* An event about it, with its request where it has one. */
struct event *dossier_event(struct view *, const char *name,
	    const struct dossier *);

/*
 * What each kind of dossier does when it is approved or rejected: in the
 * decision's transaction; `after` (may be NULL) once that is on disk.  A fault
 * of EINVAL (told as ENODATA), EPERM or EACCES refuses the decision.
 */
struct dossier_effect {
	enum dossier_kind kind;
	int	(*decided)(struct authority *, struct tx *,
		    const struct dossier *, const struct decision *,
		    struct err *);
	void	(*after)(struct authority *, const struct dossier *);
};

#endif
