/*
 * Validation methods: a table of the method names that a registration may
 * give, what they are good for, and until when they may be relied on
 * (REG-6.3.1-00C; BR 3.2.2.4 dates).
 */
#ifndef CA_METHODS_H
#define CA_METHODS_H

#include <stdbool.h>

#include "bytes.h"
#include "clock.h"

/* RETIRED: given up or withdrawn; INSECURE: for security reasons. */
enum method_state { METHOD_ACCEPTED, METHOD_RETIRED, METHOD_INSECURE };

struct method {
	const char	*name;		/* "dns-change" */
	const char	*use_case;	/* "BR 3.2.2.4.7", "TS 119 461 9.2.1" */
	const char	*for_types;	/* attribute types by spaces; "" any */
	enum method_state state;
	const char	*last_use;	/* no more from this day on, or NULL */
};

/* What `init` asserts without evidence; no registration file may name it. */
#define METHOD_ASSERTED	"asserted (sandbox)"

const struct method	*method_find(const char *name);	/* NULL: unknown */
const struct method	*method_row(size_t);		/* NULL: behind it */
/* May evidence by it be relied on at that time; for papers and gates. */
bool			 method_holds(const struct method *, usec_t);
bool			 method_is_for(const struct method *, const char *type);
/* A route by which a natural person is checked (REG-6.2.2-05). */
bool			 method_is_route(const struct method *);
/* The table as text, a line each, for the CPS; the same on every day. */
void			 methods_render(struct bytes *to);

#endif
