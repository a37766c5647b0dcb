/*
 * The lint's rules about the values of extensions.
 */
#ifndef CA_LINT_EXTENSIONS_H
#define CA_LINT_EXTENSIONS_H

#include "lint_judgement.h"

/* Each: 0, or -1 with what is wrong, without its clause. */
int	lint_authority_key_id_is_the_issuers(const struct judgement *,
	    struct err *);
int	lint_subject_key_id_is_the_keys(const struct judgement *, struct err *);
int	lint_key_usage_fits(const struct judgement *, struct err *);
int	lint_extended_key_usage_fits(const struct judgement *, struct err *);
int	lint_basic_constraints_say_no_ca(const struct judgement *,
	    struct err *);
int	lint_policy_is_the_profiles(const struct judgement *, struct err *);
int	lint_no_policy_is_any(const struct judgement *, struct err *);
int	lint_names_are_well_formed(const struct judgement *, struct err *);
int	lint_mail_has_a_mailbox(const struct judgement *, struct err *);
int	lint_common_name_is_a_name(const struct judgement *, struct err *);
int	lint_crl_point_is_ours(const struct judgement *, struct err *);
int	lint_access_is_ours(const struct judgement *, struct err *);
int	lint_nocheck_is_null(const struct judgement *, struct err *);

#endif
