/*
 * Which refused attempts are worth an event: the first of a uid in a minute,
 * so that nobody fills the evidence by trying doors.
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

/* Notes the attempt; with all places taken the oldest is forgotten. */
bool	access_log_due(struct access_log *, uid_t, usec_t now);

#endif
