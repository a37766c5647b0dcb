/*
 * The lint's inside: what is judged, and the rules about the values of
 * extensions that the table in lint.c asks.  From outside: tbs_lint of
 * permit.h.
 */
#ifndef CA_LINT_EXTENSIONS_H
#define CA_LINT_EXTENSIONS_H

#include "key.h"
#include "tbs.h"

enum extension {
	AUTHORITY_KEY_ID, SUBJECT_KEY_ID, KEY_USAGE, EXTENDED_KEY_USAGE,
	BASIC_CONSTRAINTS, POLICIES, SUBJECT_ALT_NAME, CRL_POINTS,
	AUTHORITY_ACCESS, OCSP_NOCHECK, QC_STATEMENTS, EXTENSIONS
};

/* What is judged, and against what; every extension at most once. */
struct judgement {
	struct tbs		 tbs;
	struct issuer		 issuer;
	const struct profile	*profile;
	const struct config	*config;
	const char		*crl_point;	/* NULL: the CRL of all */
	char			 key_type[KEY_TYPE];
	struct dn		 subject;
	struct der_extension	 extension[EXTENSIONS];
	bool			 has[EXTENSIONS];
};

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

/* lint_subject.c */
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
