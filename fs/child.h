/*
 * A child of main: the same program run anew with an internal verb, with a
 * control socket and nothing else that main has open.
 */
#ifndef FS_CHILD_H
#define FS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "../ca/clock.h"
#include "../ca/err.h"
#include "control.h"

struct child {
	pid_t	pid;		/* 0: not running */
	int	control;	/* -1 */
	usec_t	started;
	usec_t	leaderless;	/* since when its first thread is gone; 0 */
	unsigned failures;	/* in a row, soon after a start */
	usec_t	again;		/* when to start it again; 0: not wanted */
};

/* The thread that may stay in the kernel when all others are gone. */
#define CHILD_LINGERS	"invalidator"

#define CHILD_NONE	{ .control = -1 }

/*
 * argv[0] is "pkifs", argv[1] the verb.  `other` becomes CHILD_OTHER of the
 * child, as the lock does so that the home stays locked while it lives; -1: no.
 */
#define CHILD_OTHER	(CONTROL_FD + 1)
int	child_start(struct child *, const char *program, char *const argv[],
	    int other, struct err *);
/* Its socket has all it ever said, and child_reap will find it. */
bool	child_has_ended(const struct child *);
/* Has it ended?  Then its socket is closed and `status` is as of waitpid. */
bool	child_reap(struct child *, int *status);
/*
 * Nothing is left of it for a while but its CHILD_LINGERS, and it cannot be
 * reaped: that waits in the kernel, perhaps for an answer that only its
 * successor can give.  Then it is given up, and reaped when that goes.  (Also,
 * later, when others are left: nobody knows what they wait for.)  No signal
 * and no descriptor tells of this, so it is asked for from time to time.
 */
bool	child_give_up(struct child *);
/* When to start it again: at once, then later and later, 5 s at most. */
void	child_again(struct child *);
/* It works: what was before counts little. */
void	child_is_well(struct child *);
/* Ends its socket and waits; kills it when it does not leave. */
void	child_stop(struct child *, usec_t patience);
/* Waits only, the socket stays; false: still there. */
bool	child_wait(struct child *, usec_t patience);
/*
 * It may wait in the kernel, for an answer of core as a rule: then it is given
 * up as well.
 */
void	child_kill(struct child *);
/*
 * A process that was killed and is not waited for here: given up as those are.
 * False: there are too many, and nobody reaps it.
 */
bool	child_set_aside(pid_t);
/* Those that were given up, for a main that goes on in another program. */
void	child_strays_put(struct bytes *to);
int	child_strays_get(struct slice *from);
/* Those that were given up are gone; waits until they are, or so long. */
bool	child_has_no_strays(void);
void	child_wait_strays(usec_t patience);
/* Its socket has ended: of no use any more, and reaped when it is gone. */
void	child_lost(struct child *);

#endif
