/*
 * What another officer's decision on a batch of revocations does: it may be
 * done now, or never will be.  Doing it is status/batches.h.
 */
#ifndef CA_BATCH_DECISION_H
#define CA_BATCH_DECISION_H

#include "dossier.h"

/* The effect of its dossier; see struct dossier_effect. */
int	batch_decided(struct authority *, struct tx *,
	    const struct dossier *, const struct decision *, struct err *);
void	batch_after(struct authority *, const struct dossier *);
/*
 * Its file was removed or has other octets now: what nobody decided on yet is
 * withdrawn, with its dossier.  Nothing when there is none.
 */
int	batch_withdraw(struct tx *, int64_t file, const char *why,
	    struct err *);

#endif
