/*
 * A home that `init` is making, or was making when it was killed: as long as
 * HOME/unfinished is there, it is no CA.
 */
#ifndef FS_UNFINISHED_H
#define FS_UNFINISHED_H

#include "../ca/err.h"

int	unfinished_mark(const char *home, struct err *);
/* Removes the mark for good: what stands in the home is on disk by now. */
int	unfinished_clear(const char *home, struct err *);
/* 0 when there is no mark; else -1 and what to do, in a sentence. */
int	unfinished_check(const char *home, struct err *);

#endif
