/*
 * Which refused attempts are worth an event.
 */
#include "access_log.h"

#define INTERVAL	(60 * USEC)

bool
access_log_due(struct access_log *log, uid_t uid, usec_t now)
{
	size_t	i, place = 0;
	bool	due = true;

	pthread_mutex_lock(&log->lock);
	for (i = 0; i < ACCESS_LOG_UIDS; i++) {
		if (log->last[i].at != 0 && log->last[i].uid == uid) {
			place = i;
			due = now - log->last[i].at >= INTERVAL;
			break;
		}
		if (log->last[i].at < log->last[place].at)
			place = i;
	}
	/* Who comes with ever new uids must not have one event each. */
	if (due && log->last[place].at != 0 &&
	    now - log->last[place].at < INTERVAL)
		due = false;
	if (due) {
		log->last[place].uid = uid;
		log->last[place].at = now;
	}
	pthread_mutex_unlock(&log->lock);
	return due;
}
