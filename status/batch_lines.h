/*
 * One line of a batch of revocations: an act with the rights of the batch's
 * author, as if he had written it into revoke/<serial>, and its verdict.
 */
#ifndef STATUS_BATCH_LINES_H
#define STATUS_BATCH_LINES_H

#include "../ca/batch_line.h"
#include "../ca/store_batches.h"
#include "revocation_change.h"

struct batch_doing {
	const struct desk *desk;
	const struct batch *batch;
	bool		 careful;	/* a way back for each line */
	int64_t		 done, refused;	/* counted here; */
	struct bytes	 verdicts;	/* put behind these */
};
/*
 * -1: not even a refusal: the disk failed; or, when not careful, a line came
 * to nothing after it had written, and the transaction has to be begun again.
 */
int	batch_line_do(struct batch_doing *, struct tx *,
	    const struct batch_line *, struct err *);
/*
 * What it would do now; nothing is changed.  Gives its certificate's
 * subscriber, 0: none.
 */
int64_t	batch_line_try(struct batch_doing *, struct view *,
	    const struct batch_line *);

#endif
