/*
 * The rules of the gates, one function each; gates.c has their table.  A rule
 * reads the case and the view, changes nothing, and answers: 0, or -1 when it
 * could not tell.  What it says stands in events too, so it names the
 * subscriber by that word and no person at all.
 */
#ifndef CA_GATES_RULES_H
#define CA_GATES_RULES_H

#include "gates.h"

enum answer_kind { PASSED, NO, WAIT };

struct answer {
	enum answer_kind kind;
	int		 code;		/* of a NO */
	char		 text[300];
};

/* Each gives 0. */
int	gate_yes(struct answer *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
int	gate_no(struct answer *, int, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
int	gate_wait(struct answer *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));

typedef int gate_ask(struct view *, const struct gate_case *, struct answer *,
	    struct err *);

/* gates_registration.c: gate 1 */
gate_ask ask_subscriber_known, ask_caller_may_act, ask_slot_of_subscriber,
    ask_agreement_in_force, ask_names_form,
    ask_names_validated, ask_validation_current, ask_change_allowed,
    ask_authentication, ask_predecessor;

/* gates_registered.c: what is registered */
gate_ask ask_registration_verified, ask_registration_current,
    ask_subject_kind, ask_issuance_authorised, ask_method_acceptable,
    ask_reuse_window, ask_reuse_count;

/* gates_approval.c: what people decided */
gate_ask ask_approval_binds, ask_approved_by_officers;

/* gates_external.c: what an external RA handed over */
gate_ask ask_external_ra;
bool	gate_covers_by_ra(const struct gate_case *, const struct csr_name *);

/* gates_issuance.c: gate 2 */
gate_ask ask_profile_allowed, ask_profile_internal, ask_standing_approval,
    ask_key_pinned, ask_possession, ask_key_strength,
    ask_key_for_profile, ask_rsa_length, ask_key_not_blocked,
    ask_key_of_subscriber,
    ask_subject_attributes, ask_subject_of_subscriber, ask_names_kinds,
    ask_names_count, ask_issuer_in_force, ask_validity, ask_open_requests;

#endif
