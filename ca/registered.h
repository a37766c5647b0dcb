/*
 * What is registered of a subscriber, read once for all who judge by it: the
 * version in force and everything validated.
 */
#ifndef CA_REGISTERED_H
#define CA_REGISTERED_H

#include "store_registrations.h"

struct registered {
	bool	is_known;		/* there is a version; else asserted */
	struct registration_version version;
	struct attribute *attributes;	/* in the order of the registration */
	size_t	count;
};
/* Takes the place of what was loaded before. */
void	registered_load(struct registered *, struct view *,
	    int64_t subscriber);
void	registered_free(struct registered *);		/* leaves it empty */
/* The first of a type; NULL: none. */
const struct attribute *registered_find(const struct registered *,
	    const char *type);

#endif
