/*
 * What the authority does by the clock: lets go who waited long enough, tries
 * again what failed, judges waiting requests again when something they rest on
 * changed, records expiry and changes of the clock.
 */
#ifndef CA_DUTIES_H
#define CA_DUTIES_H

#include "authority.h"

struct duties;

struct duties	*duties_start(struct authority *);	/* two threads */
void		 duties_stop(struct duties *);		/* and frees */

#endif
