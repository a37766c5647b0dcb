/*
 * Appointments (HOME/appointments.conf; REQ-7.2-15, REQ-7.2-05): who holds
 * which role, since when, trained until when, with which certificate for
 * signed decisions.  Unix groups say who could; an appointment says who may.
 */
#ifndef CA_APPOINTMENTS_H
#define CA_APPOINTMENTS_H

#include <sys/types.h>

#include "bytes.h"
#include "clock.h"
#include "err.h"
#include "text.h"

struct appointment {
	char	section[64];		/* its name in the file, and its line */
	int	line;
	char	user[64];
	uid_t	uid;			/* by people.h; (uid_t)-1: not yet */
	char	identity[64];		/* who it is; never in an event */
	char	person[PERSON_TEXT];	/* pseudonymous, stable: "p-1f3a..." */
	unsigned roles;			/* bits of roles.h */
	usec_t	since, training_until;
	char	appointed_by[128];	/* reference of the document */
	/* of decisions; "" none */
	char	certificate_sha256[SHA256_TEXT];
};

struct appointments;
/* NULL with the line at fault.  An absent file has no rows. */
struct appointments *appointments_parse(const char *where, struct slice,
		    struct err *);
void		 appointments_free(struct appointments *);
const struct appointment *appointments_row(const struct appointments *,
		    size_t);			/* NULL: behind the last */
/*
 * The certificate of a row, from a file beside it; EINVAL when the row names
 * another or another person has it.
 */
int		 appointments_certify(struct appointments *, const char *where,
		    size_t row, const char *sha256, struct err *);
/* Its roles at that time: it has begun and its training has not ended. */
unsigned	 appointment_roles(const struct appointment *, usec_t);

#endif
