/*
 * What stands in every event of this CA, from its configuration: set before
 * threads, by core at start and by `init` for the events of birth.
 */
#ifndef FS_CONTEXT_H
#define FS_CONTEXT_H

#include "../ca/config.h"

void	context_set(const struct config *);

#endif
