/*
 * Threads that wait for a commit so that no FUSE worker has to: errands are
 * run one after the other by a few of them, and one of them sweeps now and
 * then.
 */
#ifndef FS_ERRANDS_H
#define FS_ERRANDS_H

#include "../ca/clock.h"

struct errands;

/* `sweep` is called every `interval`. */
struct errands	*errands_new(void (*sweep)(void *), void *arg,
		    usec_t interval);
void		 errands_free(struct errands *);	/* finishes all */
void		 errands_run(struct errands *, void (*run)(void *),
		    void *arg);

#endif
