/*
 * The register of access rights as evidence: a change of who has which role,
 * whether in the groups of the system, in pkifs.conf or by appointment, is an
 * event with the register as its document (REQ-7.4.1-07, REQ-7.4.1-08).
 */
#ifndef CA_PEOPLE_RECORD_H
#define CA_PEOPLE_RECORD_H

#include "people.h"
#include "store.h"

/* Nothing when it is as it was recorded last. */
int	people_record(struct tx *, const struct people *, struct err *);
bool	people_is_recorded(struct view *, const struct people *);

#endif
