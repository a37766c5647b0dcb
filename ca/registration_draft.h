/*
 * The draft in a folder of ra/subscribers/ as it stands: whether its
 * registration file reads, what is missing, what would change.  What it says
 * holds personal data and goes into no event.
 */
#ifndef CA_REGISTRATION_DRAFT_H
#define CA_REGISTRATION_DRAFT_H

#include "authority.h"
#include "registration.h"
#include "store_desk.h"
#include "store_dossiers.h"
#include "store_registry.h"

#define REGISTRATION_FILE	"registration.conf"

struct draft_evaluation {
	bool	there;			/* there is a registration.conf */
	bool	in_force;		/* and it is the version in force */
	bool	complete;		/* nothing is missing: to be decided */
	size_t	missing;		/* things, documents among them */
	struct err fault;		/* of the file itself; code 0: none */
	char	sha256[SHA256_TEXT];		/* of the file; "" */
	int64_t	subscriber;		/* it would change; 0: a new one */
	struct registration *registration;	/* NULL: does not read */
	struct bytes state;		/* of `state`, beside it */
	struct bytes changes;		/* changes.txt of its dossier */
	struct bytes checks;		/* lines "passed: ", "missing: " */
};
/* As it stands in this view.  0, or -1: could not tell (EIO). */
int	draft_evaluate(struct view *, struct authority *, const struct draft *,
	    struct draft_evaluation *, struct err *);
/*
 * The same for a text that was its file once; documents of the dossier (0:
 * none) count as well.
 */
int	draft_evaluate_text(struct view *, struct authority *,
	    const struct draft *, int64_t dossier, struct slice text,
	    struct draft_evaluation *, struct err *);
/* The subscriber that a draft is of, or would change; 1/0. */
int	draft_subscriber(struct view *, const struct draft *,
	    struct subscriber *);
void	draft_evaluation_free(struct draft_evaluation *);

#endif
