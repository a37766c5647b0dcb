/*
 * Revocations that are decided for a time to come, in the store, and what is
 * due: they are in force when a revocation of the same serial is; until then
 * the certificate is as it was.
 */
#ifndef CA_STORE_SCHEDULED_H
#define CA_STORE_SCHEDULED_H

#include "store_status.h"

struct scheduled {
	int64_t	id, certificate;
	char	serial[SERIAL_TEXT];
	int	reason;			/* a definitive one */
	enum authentication how;
	uid_t	uid;
	char	role[40], person[PERSON_TEXT];
	char	act[65];
	usec_t	received, decided, effective;
	usec_t	invalidity;		/* 0: not said */
	int64_t	version;		/* of its file in revoke/ */
};

/* EKEYREVOKED when one of this serial is open. */
int	scheduled_put(struct tx *, struct scheduled *, struct err *);
/* Sooner, or for another reason; EKEYREVOKED for later. */
int	scheduled_update(struct tx *, const struct scheduled *,
	    struct err *);
/* Its revocation is in force, in the same transaction. */
int	scheduled_close(struct tx *, int64_t id, usec_t when, struct err *);

/* Open ones: of a serial; all, in order of id. */
int	scheduled_find(struct view *, const char *serial,
	    struct scheduled *);
typedef int scheduled_each(void *arg, const struct scheduled *);
void	scheduled_list(struct view *, int64_t after, scheduled_each *,
	    void *arg);
/* What is to be done at or before `now`: open ones by their time. */
void	scheduled_due(struct view *, usec_t now, scheduled_each *,
	    void *arg);
/* Suspensions that end by themselves at or before `now`. */
void	suspensions_due(struct view *, usec_t now, revocation_each *,
	    void *arg);
/* When the next of either behind `after` is due; 0: none is. */
usec_t	scheduled_next(struct view *, usec_t after);

#endif
