/*
 * The lint's rules about the subject.
 */
#ifndef CA_LINT_SUBJECT_H
#define CA_LINT_SUBJECT_H

#include "lint_judgement.h"

/* Each: 0, or -1 with what is wrong, without its clause. */
int	lint_subject_is_the_profiles(const struct judgement *, struct err *);
int	lint_subject_is_of_its_lengths(const struct judgement *, struct err *);
int	lint_subject_is_not_the_issuer(const struct judgement *, struct err *);
int	lint_person_is_complete(const struct judgement *, struct err *);
int	lint_pseudonym_excludes_names(const struct judgement *, struct err *);
int	lint_person_is_no_organisation(const struct judgement *, struct err *);
int	lint_organisation_is_complete(const struct judgement *, struct err *);
int	lint_identifier_has_semantics(const struct judgement *, struct err *);
int	lint_statements_are_its_semantics(const struct judgement *,
	    struct err *);

#endif
