/*
 * Start and stop, as events, with what the configuration changed.
 */
#ifndef CA_STARTING_H
#define CA_STARTING_H

#include "authority.h"

/*
 * Records the start, and publishes what follows from the configuration.  False
 * when evidence cannot be written: then nothing is decided until it could.
 */
bool	starting_record(struct authority *);
void	stopping_record(struct authority *);

#endif
