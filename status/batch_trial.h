/*
 * The dry run of a batch of revocations that needs a second officer: what
 * each line would do stands in NAME.result, and the dossier is opened.
 */
#ifndef STATUS_BATCH_TRIAL_H
#define STATUS_BATCH_TRIAL_H

#include "../ca/store_batches.h"
#include "bell.h"
#include "desk.h"

/*
 * 1: tried, it waits for a decision, or was withdrawn meanwhile; 0: the bell
 * was closed; -1.
 */
int	batch_try(const struct desk *, const struct batch *,
	    struct slice text, struct bell *, struct err *);

#endif
