/*
 * Validation methods: a table of the method names that a registration may
 * give, what they are good for, and until when they may be relied on
 * (REG-6.3.1-00C; BR 3.2.2.4 dates).
 */
#ifndef CA_METHODS_H
#define CA_METHODS_H

#include <stdbool.h>

#include "clock.h"

enum method_state { METHOD_ACCEPTED, METHOD_RETIRED, METHOD_INSECURE };

struct method {
	const char	*name;		/* "dns-change" */
	const char	*use_case;	/* of TS 119 461 or BR 3.2.2.4.N; "" */
	const char	*for_types;	/* attribute types by spaces; "" any */
	enum method_state state;
	const char	*last_use;	/* "2027-03-15", or NULL */
};
const struct method	*method_find(const char *name);	/* NULL: unknown */
const struct method	*method_row(size_t);		/* NULL: behind it */
/* May evidence by it be relied on at that time; for papers and gates. */
bool			 method_holds(const struct method *, usec_t);

#endif
