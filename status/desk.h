/*
 * What every part of the publisher works with; constant once it is open.
 */
#ifndef STATUS_DESK_H
#define STATUS_DESK_H

#include "../ca/authority.h"
#include "../ca/event.h"
#include "health.h"
#include "signatory.h"
#include "timers.h"

/*
 * How far the clock may have gone back: less than the signer bears of what
 * begins in its future (hsm/rules_parts.h).  What begins later than that is
 * not valid yet, and is replaced.
 */
#define STEP_BACK	(4 * 60 * USEC)

struct desk {
	struct authority	*authority;
	struct authority_parts	*parts;
	struct signatory	*issuing;
	struct timers		*timers;
	struct health		*health;
};

/*
 * Appends an event about a signature (its TBS digest, key, algorithm, journal
 * number; what the signer says of it) that names these requirements, by
 * spaces.  `fill` may be NULL.
 */
struct signature_event {
	const char	*name;		/* "crl-published" */
	const char	*requirements;
	const char	*outcome;
	const struct intent *intent;
	const struct sign_answer *answer;
	const struct signatory *by;	/* NULL: not known any more */
	void		(*fill)(struct event *, const void *arg);
	const void	*arg;
};
int	signature_event(struct tx *, const struct signature_event *,
	    struct err *);
/* The words of `list` as requirements of an event. */
void	event_requirements(struct event *, const char *list);
/* Appends and frees an event. */
int	desk_append(struct tx *, struct event *, struct err *);

#endif
