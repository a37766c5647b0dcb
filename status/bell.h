/*
 * A bell for a thread that works when it is rung or when something is due.
 * Ringing before the wait is not lost, ringing twice is once.
 */
#ifndef STATUS_BELL_H
#define STATUS_BELL_H

#include <pthread.h>
#include <stdbool.h>

#include "../ca/clock.h"

struct bell {
	pthread_mutex_t	mutex;
	pthread_cond_t	cond;
	bool		rung, closed;
};

void	bell_init(struct bell *);
void	bell_destroy(struct bell *);
void	bell_ring(struct bell *);
void	bell_close(struct bell *);	/* rings, and for ever */
bool	bell_closed(struct bell *);
/* Until it is rung, closed, or so long; true when it was rung. */
bool	bell_wait(struct bell *, usec_t at_most);

/* So long, however often it is rung; until it is closed. */
void	bell_sleep(struct bell *, usec_t);

/* A condition that waits by the steady clock. */
void	steady_cond_init(pthread_cond_t *);
/* Until signalled (0) or the steady time `until` (-1). */
int	steady_cond_wait(pthread_cond_t *, pthread_mutex_t *, usec_t until);

#endif
