/*
 * The types of attributes that a registration may hold: names of a
 * subjectAltName, attributes of a distinguished name (X.520), and what is
 * recorded of an identity without standing in a certificate.
 */
#ifndef CA_REGISTRATION_TYPES_H
#define CA_REGISTRATION_TYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

enum attribute_place {
	IN_ALTERNATIVE_NAME, IN_SUBJECT, IN_REGISTRATION
};

struct attribute_type {
	const char	*name;
	enum attribute_place place;
	size_t		 most;		/* octets of a value */
	bool		 many;		/* more than one may stand there */
	/* What rests on it in a certificate that does not show it; or NULL. */
	const char	*carried_as;
	bool		 of_affiliation;	/* CRLReason 3, else 9 */
	int		(*check)(const char *, struct err *);
};
const struct attribute_type *attribute_type_find(const char *name);
const struct attribute_type *attribute_type_row(size_t);   /* NULL: behind */

/* Is this the form of the type?  0, or -1 EINVAL. */
int	attribute_value_check(const struct attribute_type *, const char *value,
	    struct err *);
/*
 * Text that people read: no controls of the C1 set and none that change the
 * direction of what stands behind them.  0, or -1 EINVAL.
 */
int	plain_text_check(const char *, struct err *);

#endif
