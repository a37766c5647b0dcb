/*
 * The registration desk, as the tree asks for it: files that officers and
 * subscribers write below ra/ (and agreement.txt in a box), folders they make,
 * dossiers they move.  A part of the authority; thread rules as there.
 *
 * What a name means in a folder is a table (desk_names.c): registration.conf,
 * reason.txt, *.p7s, agreement.txt; every other name in documents/ is a
 * document, and no name is scratch here.  The bytes of an accepted write are a
 * document of the evidence, in the transaction of its event.
 */
#ifndef CA_DESK_H
#define CA_DESK_H

#include "authority.h"
#include "store_desk.h"
#include "store_dossiers.h"

struct desk_write {
	int64_t		folder, file;	/* file id, taken by the tree */
	char		name[256];
	uid_t		uid;		/* of the opener */
	usec_t		mtime;
	/* The name its bytes had here before, if any: its writers count. */
	int64_t		origin;		/* that folder; 0: none */
	char		origin_name[256];
	struct slice	bytes;
};

/*
 * May this uid create, write or remove under this name?  EACCES (no role
 * here), EPERM (ours, or the dossier has been decided), EINVAL (a name that is
 * none: dots, control octets, no UTF-8), ENAMETOOLONG.  The same answers hold
 * when it is submitted.  *max is how large it may become.
 */
int	desk_may_write(struct authority *, int64_t folder, const char *name,
	    uid_t, size_t *max, struct err *);
/*
 * A flush.  `done` is told whether the bytes were kept (then the store has
 * them) and what is wrong with them: a faulty draft is kept and has a fault.
 */
typedef void desk_done(void *arg, bool kept, const struct err *fault);
void	desk_submit(struct authority *, const struct desk_write *,
	    desk_done *, void *arg);
/*
 * What was refused before it came here (EFBIG: more than *max; EPERM: it is
 * another's, and not written yet): an event, and a sentence in `state`.  Does
 * not wait.
 */
void	desk_was_refused(struct authority *, int64_t folder, uid_t,
	    const struct err *why);
/* In revoke/, where refusals are revocations_refused()'s to record. */
bool	desk_is_of_revoke(int64_t folder);
/* rm; EPERM, EACCES.  The document stays in evidence. */
int	desk_remove(struct authority *, int64_t file, uid_t, struct err *);
/*
 * Another name, or from one writable folder into another.  0 with a fault: it
 * has that name now, and as such it is wrong (EBADMSG).
 */
int	desk_rename(struct authority *, int64_t file, int64_t folder,
	    const char *name, uid_t, struct err *);
int	desk_set_time(struct authority *, int64_t file, usec_t,
	    struct err *);
/* mkdir, rmdir, mv of ra/subscribers/NAME and ra/authorities/NAME. */
int	desk_make_draft(struct authority *, enum draft_kind, const char *name,
	    uid_t, int64_t *id, struct err *);
int	desk_remove_draft(struct authority *, int64_t id, uid_t,
	    struct err *);
int	desk_rename_draft(struct authority *, int64_t id, const char *name,
	    uid_t, struct err *);
/*
 * Moving a dossier is a decision (DESIGN 2.2).  Recorded, then answered; what
 * follows (issuance) goes on behind it.  A move that was made already by the
 * same uid is answered with yes (a resent rename).  ENOENT it lies elsewhere,
 * EACCES no role here, EPERM (the same officer again, about oneself, one where
 * two are wanted, a step that does not exist, nothing to decide), ENODATA
 * (reason.txt, evidence or a part of a draft missing), EAGAIN (it changed while
 * it lay there), EKEYREJECTED (signature missing or wrong), ESTALE withdrawn.
 * Never EINVAL: mv(1) calls that moving a folder into itself.
 */
typedef void move_done(void *arg, const struct err *fault);
void	desk_move(struct authority *, int64_t dossier,
	    enum dossier_place from, enum dossier_place to, uid_t,
	    move_done *, void *arg);
/* Somebody opened a document to read it: an event (REG-6.4.5-05). */
void	desk_was_read(struct authority *, int64_t file, uid_t);
/* The same of a document in evidence/documents/. */
void	desk_evidence_was_read(struct authority *, int64_t document, uid_t);

#endif
