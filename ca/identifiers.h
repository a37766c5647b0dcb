/*
 * Codes of countries (ISO 3166-1) and identifiers with semantics (EN 319
 * 412-1, 5.1.3 and 5.1.4), as "PNOSE-197702021234" and "VATSE-556677889901".
 * Faults never spell what was found: it may be a person's number.
 */
#ifndef CA_IDENTIFIERS_H
#define CA_IDENTIFIERS_H

#include <stdbool.h>

#include "err.h"

bool	country_is_known(const char *);		/* "SE" */

/* EINVAL with what was wanted. */
int	identifier_check_person(const char *, struct err *);
int	identifier_check_organisation(const char *, struct err *);
/* Does it claim to be one of an organisation, as "NTR.." does? */
bool	identifier_is_of_organisation(const char *);

#endif
