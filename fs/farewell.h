/*
 * The end of a connection that cannot end by itself.  A thread of a core that
 * was killed may still wait in the kernel (the invalidator, for a folder that
 * a caller holds), and its descriptor of /dev/fuse keeps the connection: the
 * callers wait for an answer, the thread for the callers, and for ever.
 */
#ifndef FS_FAREWELL_H
#define FS_FAREWELL_H

#include <stdbool.h>

#include "../ca/clock.h"

/*
 * Has the kernel send again whatever was not answered, and answers it all with
 * ECONNABORTED, until over() or for that long.  Nobody else may read there any
 * more.  A kernel that cannot send again is left as it is.
 */
void	farewell(int fuse, bool (*over)(void), usec_t patience);

#endif
