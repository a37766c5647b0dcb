/*
 * What a crash or a stop left: open intents are closed by the signer's word,
 * approved requests without one are taken up, pending ones judged again when
 * what they rest on has changed.
 */
#ifndef CA_RECOVERY_H
#define CA_RECOVERY_H

#include "authority.h"

/* At open, before anything is dropped.  Does not wait for the signer. */
int	recovery_run(struct authority *, struct err *);
/*
 * Judges pending requests again if policy-seq is another than when that was
 * last done.  From a thread that may wait.
 */
void	recovery_judge_pending(struct authority *);
/* One of them; false when it is on its way by another hand just now. */
bool	recovery_judge_request(struct authority *, int64_t request);

#endif
