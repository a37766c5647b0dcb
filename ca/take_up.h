/*
 * What follows from a decision, an agreement or a registration once that is on
 * disk: pending requests judged anew, approved revocations done, and who may
 * read a certificate's folder told to the kernel.  In a thread
 * of its own, so that whoever decided is answered first.
 */
#ifndef CA_TAKE_UP_H
#define CA_TAKE_UP_H

#include "authority.h"

struct take_up;

struct take_up	*take_up_start(struct authority *);
/* Its thread; what is put into it after that is left to the next start. */
void		 take_up_stop(struct take_up *);
void		 take_up_free(struct take_up *);
/* None of these waits; all may be called from a job's done. */
void		 take_up_request(struct take_up *, int64_t request);
void		 take_up_subscriber(struct take_up *, int64_t subscriber);
void		 take_up_revocations(struct take_up *);
/*
 * The kernel is told to look anew at the folders of the certificates of those
 * that have another group (store_regroupings.h).
 */
void		 take_up_groups(struct take_up *);
/* The sink has some of them and will call back. */
bool		 take_up_is_telling(struct take_up *);
/* What was decided and not done when the process before this one ended. */
void		 take_up_undone(struct take_up *);

#endif
