/*
 * Which refused attempts are worth an event: the first of a uid in a minute,
 * and no more than ACCESS_LOG_UIDS in all, so that nobody fills the evidence by
 * trying doors, be it under as many uids as a namespace has.
 */
#ifndef CA_ACCESS_LOG_H
#define CA_ACCESS_LOG_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "clock.h"

#define ACCESS_LOG_UIDS	32

struct access_log {		/* zero but for the lock at start */
	pthread_mutex_t	 lock;
	struct {
		uid_t	 uid;
		usec_t	 at;	/* of clock_steady; 0: unused */
	}		 last[ACCESS_LOG_UIDS];
};

/* Notes the attempt; the oldest is forgotten once its minute is over. */
bool	access_log_due(struct access_log *, uid_t, usec_t now);

#endif
