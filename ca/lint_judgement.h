/*
 * What the lint judges, and against what: its rules read this and nothing else.
 */
#ifndef CA_LINT_JUDGEMENT_H
#define CA_LINT_JUDGEMENT_H

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

#endif
