/*
 * The core process: the FUSE session, the store, the rules.  Told by main what
 * to serve; confined before it opens anything of the store.
 */
#ifndef FS_CORE_PROCESS_H
#define FS_CORE_PROCESS_H

#include "../ca/config.h"

/* pkifs core HOME, and the control socket as descriptor 3; an exit status. */
int	verb_core(int argc, char **argv);

/* Opens publish_dir; 0 with *fd = 0 where none is wanted. */
int	core_open_published(const struct config *, int *fd, struct err *);

#endif
