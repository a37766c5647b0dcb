/*
 * Who waits for which application: the table of applications on their way, by
 * slot and content, and the calls that wait for each.  The same bytes dropped
 * again into the same slot join the one that is on its way.
 */
#ifndef CA_WAITING_H
#define CA_WAITING_H

#include "authority.h"

#define WAITING_KEY	300

struct waiting;

struct waiter {
	drop_done	*done;
	void		*arg;
	usec_t		 deadline;	/* of clock_steady */
	bool		 gates_only;	/* the decision is enough */
	struct err	 fault;		/* what it is answered; code 0: none */
	struct waiter	*next;
};

/* Part of what is on its way; zero but for the key when it is entered. */
struct waiting_entry {
	char		 key[WAITING_KEY];
	bool		 registered;	/* on disk: waiters may be let go */
	struct err	 decided;	/* with this; code 0: no refusal */
	/* What who waits too long hears while it is not; code 0: waits on. */
	struct err	 give_up;
	struct waiter	*waiters;
	struct waiting_entry *next;
};

struct waiting	*waiting_new(void);
void		 waiting_free(struct waiting *);
void		 waiting_key(struct waiting_entry *, int64_t box,
		    const char *slot, const char *sha256);
/*
 * Enters it with its first waiter (`done` NULL: none).  False when another
 * with this key is on its way: then the waiter has joined that one.
 */
bool		 waiting_enter(struct waiting *, struct waiting_entry *,
		    drop_done *, void *arg, usec_t wait, bool gates_only);
/*
 * The decision is on disk, a refusal or (NULL) none: lets go whom that is
 * enough for.
 */
void		 waiting_registered(struct waiting *, struct waiting_entry *,
		    const struct err *refusal);
/* The end: takes it out and answers all.  The entry may be freed then. */
void		 waiting_finish(struct waiting *, struct waiting_entry *,
		    const struct err *fault);
/*
 * Lets go whose time is over and whose application is registered, or may be
 * given up; gives the next deadline, or 0 when nobody waits with one.
 */
usec_t		 waiting_expire(struct waiting *, usec_t now);
size_t		 waiting_count(struct waiting *);	/* on their way */

#endif
