/*
 * The agreement: the terms in force, byte for byte, and the form at their end
 * with every field of one's own part filled in (REG-6.3.4-10A, and -11A for a
 * subject who is another person).  The form begins behind the last line that
 * is "FORM".  Pure: reads octets, changes nothing.
 */
#ifndef CA_AGREEMENT_H
#define CA_AGREEMENT_H

#include "bytes.h"
#include "err.h"

enum agreement_part { OF_SUBSCRIBER = 1, OF_SUBJECT = 2 };

struct agreement_form {
	char	party[128], accepted_by[128];
	bool	obligations, device, records, publish, correct,
		subject_obligations;
};
enum agreement_answer {
	FORM_UNTOUCHED,		/* exactly the terms: nothing was said */
	FORM_FILLED
};
/*
 * `terms` as published.  EINVAL with line and field: an octet above the form
 * or in the other's part differs, a field is empty, an answer is no yes or no,
 * an obligation is declined.  The sentence repeats nothing that was filled in:
 * it stands in events.
 */
int	agreement_read(struct slice dropped, struct slice terms,
	    enum agreement_part, enum agreement_answer *,
	    struct agreement_form *, struct err *);
/* Have these terms a form that asks for everything?  0, or -1 EINVAL. */
int	agreement_form_check(const char *where, struct slice terms,
	    struct err *);

#endif
