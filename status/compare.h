/*
 * CRL and OCSP come from one store and must say the same (CSS-6.3.10-08,
 * -09): what was published is read back and compared with it and so with each
 * other.  A difference is an event and a failure in health.
 */
#ifndef STATUS_COMPARE_H
#define STATUS_COMPARE_H

#include "compare_crl.h"
#include "desk.h"

/* Does the newest CRL list these, and do the answers given about them agree? */
void	compare_changed(const struct desk *, struct view *,
	    struct revoked *rows, size_t count);
/* Lists that were made because it was time: is on them what should be? */
void	compare_lists(const struct desk *, const int64_t *scopes, size_t count);
/*
 * Everything: the whole CRL, every answer that may be given; an event.  Ends
 * early when the bell is closed, with a word only of what it found; the bell
 * may be NULL.  Not from the committer's thread.
 */
void	compare_all(const struct desk *, struct bell *);
/*
 * Days since 1970: when all of it was compared last; 0: never.  A first core
 * sets it to its own, from which the first night is counted.
 */
int64_t	compare_day(const struct desk *);
void	compare_set_day(const struct desk *, int64_t);
/* What a core before found stands until it is looked at again. */
void	compare_begin(const struct desk *);
/* Was a difference found, and stands? */
bool	compare_differs(const struct desk *);
/* Everything, because one did; an event when there is none any more. */
void	compare_again(const struct desk *, struct bell *);

#endif
