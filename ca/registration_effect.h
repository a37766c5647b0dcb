/*
 * What a decision on a registration does: in the transaction of the decision
 * the subscriber, who acts for it, its boxes and what is validated of it
 * become what the file says.
 */
#ifndef CA_REGISTRATION_EFFECT_H
#define CA_REGISTRATION_EFFECT_H

#include "registration_draft.h"

/*
 * A dossier_effect: approved puts the registration in force (dossier.object is
 * the draft, basis.content_sha256 the file); EINVAL when it is no longer
 * complete.  Rejected does nothing.
 */
int	registration_decided(struct authority *, struct tx *,
	    const struct dossier *, const struct decision *, struct err *);

#endif
