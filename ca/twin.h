/*
 * A request in a place of its own that by comparison is a change all the same:
 * another certificate of the subscriber has its key and its subject.  A profile
 * that allows no renewal does not allow one by another name of the file.
 */
#ifndef CA_TWIN_H
#define CA_TWIN_H

#include "application.h"

/*
 * Of a new application, where the profile forbids a path: sets app->twin.
 * -1: could not tell.
 */
int	twin_find(struct application *, struct view *, usec_t now,
	    struct err *);

#endif
