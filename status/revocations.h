/*
 * The act of revoking: who may, what it changes, its event, in one essential
 * transaction; then whoever publishes is rung.
 */
#ifndef STATUS_REVOCATIONS_H
#define STATUS_REVOCATIONS_H

#include "desk.h"
#include "pending.h"
#include "publisher.h"
#include "schedule.h"

struct revocation_order;

struct revocations;

/* `committed` is called after each, from the committer's thread. */
struct revocations *revocations_new(const struct desk *, struct pending *,
		    struct schedule *, void (*committed)(void *), void *arg);
/* Waits for what is being committed. */
void	revocations_free(struct revocations *);
/* Early word: by its serial or key, and its uid; EACCES, ENOENT. */
int	revocations_may(struct revocations *, const struct revocation_act *,
	    struct err *);
/* It was refused before it could be an act: recorded, with its sentence. */
void	revocations_refused(struct revocations *,
	    const struct revocation_act *, const struct err *);
void	revocations_act(struct revocations *, const struct revocation_act *,
	    drop_done *, void *arg);

/* As authority_parts.revoke; `done` may be NULL. */
void	revocations_ordered(struct revocations *,
	    const struct revocation_order *, drop_done *done, void *arg);

#endif
