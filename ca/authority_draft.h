/*
 * The draft of an external RA in a folder of ra/authorities/, and what its
 * approval does: from then on packages it signed are taken (REG-6.3.2-02).
 * To end a recognition its `until` is set to a day that has passed, which is
 * decided like every change.
 */
#ifndef CA_AUTHORITY_DRAFT_H
#define CA_AUTHORITY_DRAFT_H

#include "cms_signed.h"
#include "external_ra.h"
#include "registration_draft.h"
#include "store_handover.h"

#define AUTHORITY_FILE	"authority.conf"

/* As draft_evaluate of a registration; `registration` stays NULL. */
int	authority_evaluate(struct view *, struct authority *,
	    const struct draft *, struct draft_evaluation *, struct err *);
/* A dossier_effect. */
int	authority_decided(struct authority *, struct tx *,
	    const struct dossier *, const struct decision *, struct err *);

/*
 * The RA of a version as its file says: 0, or -1 EIO when the file is gone or
 * does not read any more.
 */
int	authority_read(struct view *, const struct authority_version *,
	    struct external_ra *, struct err *);
/*
 * Whose signature is it?  Fills in the version in force and its RA.  EACCES
 * (version 0: nobody's we know), EKEYEXPIRED with the sentence.
 */
int	authority_recognise(struct view *, const struct signed_content *,
	    struct authority_version *, struct external_ra *, struct err *);
/* Is it recognised at that time?  0, or -1 EKEYEXPIRED with the sentence. */
int	authority_holds(const struct external_ra *, usec_t now, struct err *);
/* Is this uid one of its users? */
bool	authority_is_user(struct authority *, const struct external_ra *,
	    uid_t);
/* Does this uid drop for any RA that is recognised? */
bool	authority_has_user(struct authority *, struct view *, uid_t);

#endif
