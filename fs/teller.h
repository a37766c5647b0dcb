/*
 * One run of the command of [notices]: a process of its own, with the notice on
 * its standard input and the rest in its environment, nothing of ours open, and
 * an end when its time is over.
 */
#ifndef FS_TELLER_H
#define FS_TELLER_H

#include <stdbool.h>
#include <sys/types.h>

#include "../ca/config.h"
#include "../ca/letter.h"

struct teller {
	pid_t	 pid;			/* 0: free; its process group too */
	uint64_t id;			/* of the notice */
	usec_t	 until;			/* steady */
	bool	 late;			/* it was over its time, and killed */
};

/* Does not wait: what cannot be executed exits with 127. */
int	teller_start(struct teller *, const struct config *,
	    const struct letter *, struct err *);
/*
 * Has it ended?  Then it is free and `outcome` says how; what it left in its
 * process group is killed.  One that is over its time is killed, with all of
 * its group, and has ended a little later.
 */
bool	teller_ended(struct teller *, struct letter_outcome *outcome);
/*
 * Now, with its group; what became of the notice is not known.  Does not wait:
 * it may itself wait in the kernel, for an answer of a core that has left.
 * What is still to be reaped; 0: nothing.
 */
pid_t	teller_kill(struct teller *);
/*
 * Can it be run with this configuration?  EINVAL names the key: no such file,
 * no such user, or one that has rights here.
 */
int	teller_check(const struct config *, struct err *);

#endif
