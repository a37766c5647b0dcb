/*
 * OCSP answers that are signed before anybody waits for them: those that were
 * asked for once are renewed at half of their life, as long as the certificates
 * live; with [status] ocsp_sign = all, every unexpired certificate has its two
 * usual answers.  For who serves files: publish_dir, a responder alone.
 */
#ifndef STATUS_OCSP_AHEAD_H
#define STATUS_OCSP_AHEAD_H

#include "answers.h"
#include "desk.h"
#include "ocsp_status.h"

struct ocsp_ahead;

/* For one thread alone. */
struct ocsp_ahead *ocsp_ahead_new(const struct desk *,
		    const struct ocsp_issuer *);
void	ocsp_ahead_free(struct ocsp_ahead *);
/*
 * What is to be signed now, `most` at most, which is 0 while nothing can be;
 * the caller frees orders[].ids.  Answers that have ended and will not be
 * renewed are withdrawn, and so are those that begin later than now, as a clock
 * that was ahead leaves them; these are due at once.
 */
size_t	ocsp_ahead_take(struct ocsp_ahead *, struct answer_order *orders,
	    size_t most);
/* So long there is nothing. */
usec_t	ocsp_ahead_wait(const struct ocsp_ahead *);

#endif
