/*
 * What the gates found.  An empty list of findings is the only yes; "could not
 * tell" is no verdict at all but an error.
 */
#ifndef CA_VERDICT_H
#define CA_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

enum finding_kind {
	FINDING_NO,		/* a refusal, with its errno */
	FINDING_WAIT		/* needs a person: pending */
};
struct finding {
	const char	*rule;		/* "names-validated" */
	const char	*requirements;	/* "REG-6.2.2-01 ..." */
	enum finding_kind kind;
	int		 code;		/* errno of a FINDING_NO */
	char		 text[300];	/* for the person at fault */
};
struct passed_rule {			/* each rule asked and its answer */
	const char	*rule, *requirements;
	char		 text[200];
};
#define VERDICT_MAX	48
struct verdict {
	struct finding	   findings[VERDICT_MAX];
	size_t		   finding_count;
	struct passed_rule passed[VERDICT_MAX];
	size_t		   passed_count;
	bool		   complete;	/* every rule of the table was asked */
};

#endif
