/*
 * The event `certificate-expired`, by the clock: once for each certificate,
 * also for those that expired while nothing ran.
 */
#ifndef CA_EXPIRY_H
#define CA_EXPIRY_H

#include "authority.h"

/* Those that expired since it was last called; may wait. */
void	expiry_record(struct authority *);

#endif
