/*
 * Keys of the CA that are not activated are events, once for each reason, and
 * so is that one is activated again; over restarts too.
 */
#ifndef CA_KEY_WATCH_H
#define CA_KEY_WATCH_H

#include "clock.h"
#include "commit.h"
#include "signing.h"

#define KEY_WATCHED	4
#define KEY_SETTLED	(10 * USEC)	/* less is a signer that begins anew */

struct key_watch {		/* zero at first */
	struct {
		char	 found[SIGN_REASON];	/* why not; empty: ready */
		usec_t	 since;			/* steady */
		char	 told[SIGN_REASON];
	} key[KEY_WATCHED];
	bool	known;		/* told was read from the store */
};

/* Looks at the keys; records what changed and stays.  May wait. */
void	key_watch_look(struct key_watch *, usec_t steady, struct signing *,
	    struct store *, struct committer *);

#endif
