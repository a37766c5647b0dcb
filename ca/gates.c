/*
 * The gates, as a table: one row a rule, with the requirements of EN 319 411-1
 * it answers (identifiers as in docs/CLAUSES).  A row marked `basis` ends the
 * asking when it says no: what follows would have no ground to be asked on.
 * Where a row marked `decidable` says wait, officers who looked at evidence may
 * say yes instead; no decision replaces any other answer.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "gates.h"
#include "gates_rules.h"

enum { FOR_REQUESTS = 1, FOR_OURSELVES = 2, FOR_BOTH = 3 };

struct gate {
	const char	*name, *requirements;
	int		 gate;
	int		 asked_for;
	bool		 basis;
	gate_ask	*ask;
	bool		 decidable;
};

int
gate_yes(struct answer *a, const char *fmt, ...)
{
	va_list	ap;

	a->kind = PASSED;
	va_start(ap, fmt);
	vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	return 0;
}

int
gate_no(struct answer *a, int code, const char *fmt, ...)
{
	va_list	ap;

	a->kind = NO;
	a->code = code;
	va_start(ap, fmt);
	vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	return 0;
}

int
gate_wait(struct answer *a, const char *fmt, ...)
{
	va_list	ap;

	a->kind = WAIT;
	va_start(ap, fmt);
	vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	return 0;
}

static const struct gate gates[] = {
	{ "subscriber-known", "REG-6.3.1-00A REG-6.2.2-01", 1, FOR_REQUESTS,
	    true, ask_subscriber_known },
	{ "caller-may-act", "REG-6.2.2-20 REG-6.3.2-01", 1, FOR_REQUESTS,
	    true, ask_caller_may_act },
	{ "slot-of-subscriber", "REG-6.3.2-01", 1, FOR_REQUESTS, true,
	    ask_slot_of_subscriber },
	{ "external-ra", "REG-6.3.2-02", 1, FOR_REQUESTS, false,
	    ask_external_ra },
	{ "registration-verified", "REG-6.2.2-02A REG-6.3.1-00A", 1,
	    FOR_REQUESTS, false, ask_registration_verified },
	{ "registration-current", "REG-6.3.1-00B REG-6.2.2-02B", 1,
	    FOR_REQUESTS, false, ask_registration_current },
	{ "issuance-authorised", "REG-6.3.1-00F REG-6.2.2-19", 1,
	    FOR_REQUESTS, false, ask_issuance_authorised },
	{ "agreement-in-force", "REG-6.3.4-07 REG-6.3.4-08 REG-6.3.4-09 "
	    "REG-6.3.6-08 REG-6.3.7-04", 1, FOR_REQUESTS, false,
	    ask_agreement_in_force },
	{ "names-form", "REG-6.2.2-02AC GEN-6.6.1-01", 1, FOR_REQUESTS, false,
	    ask_names_form },
	{ "names-validated", "REG-6.2.2-02A REG-6.3.1-00B REG-6.3.7-01B "
	    "REG-6.3.8-02", 1, FOR_REQUESTS,
	    false, ask_names_validated, true },
	{ "validation-current", "REG-6.3.1-00B REG-6.3.1-00D", 1,
	    FOR_REQUESTS, false, ask_validation_current },
	{ "method-acceptable", "REG-6.3.1-00C", 1, FOR_REQUESTS, false,
	    ask_method_acceptable },
	{ "reuse-window", "REG-6.3.1-00D", 1, FOR_REQUESTS, false,
	    ask_reuse_window },
	{ "reuse-count", "REG-6.3.1-00E", 1, FOR_REQUESTS, false,
	    ask_reuse_count },
	{ "change-allowed", "REG-6.3.7-02A REG-6.3.6-01A REG-6.3.7-01A "
	    "REG-6.3.8-01A", 1, FOR_REQUESTS, false, ask_change_allowed },
	{ "authentication", "REG-6.3.6-02 REG-6.3.7-03 REG-6.3.8-01A", 1,
	    FOR_REQUESTS, false, ask_authentication },
	{ "predecessor", "REG-6.3.6-02 REG-6.3.7-03 REG-6.3.8-01A", 1,
	    FOR_REQUESTS, false, ask_predecessor },
	{ "approval-binds", "GEN-6.3.2-00A", 1, FOR_REQUESTS, false,
	    ask_approval_binds },
	{ "approved-by-officers", "GEN-6.5.5-04 REQ-7.1.3-01", 1,
	    FOR_REQUESTS, false, ask_approved_by_officers },
	{ "standing-approval", "REG-6.2.2-25", 1, FOR_OURSELVES, false,
	    ask_standing_approval },
	{ "profile-allowed", "GEN-6.6.1-02 REG-6.3.2-00B", 2, FOR_REQUESTS,
	    false, ask_profile_allowed },
	{ "subject-kind", "GEN-6.6.1-02 REG-6.2.2-02AC", 2, FOR_REQUESTS,
	    false, ask_subject_kind },
	{ "profile-internal", "REG-6.2.2-25", 2, FOR_OURSELVES, false,
	    ask_profile_internal },
	{ "key-pinned", "GEN-6.3.2-00A", 2, FOR_OURSELVES, false,
	    ask_key_pinned },
	{ "proof-of-possession", "REG-6.3.1-01 REG-6.3.6-01A", 2, FOR_REQUESTS, false,
	    ask_possession },
	{ "key-strength", "GEN-6.3.6-10 OVR-6.3.5-01", 2, FOR_BOTH, false,
	    ask_key_strength },
	{ "key-for-profile", "OVR-6.3.5-01", 2, FOR_BOTH, false,
	    ask_key_for_profile },
	{ "rsa-length", "GEN-6.5.1-06", 2, FOR_BOTH, false, ask_rsa_length },
	{ "key-not-blocked", "GEN-6.3.6-10 REV-6.3.9-02", 2, FOR_BOTH, false,
	    ask_key_not_blocked },
	{ "key-of-subscriber", "GEN-6.3.2-00A", 2, FOR_REQUESTS, false,
	    ask_key_of_subscriber },
	{ "subject-attributes", "REG-6.2.2-02AC REG-6.3.1-00B", 2,
	    FOR_REQUESTS, false, ask_subject_attributes },
	{ "subject-of-subscriber", "GEN-6.3.3-10", 2, FOR_REQUESTS, false,
	    ask_subject_of_subscriber },
	{ "names-kinds", "GEN-6.6.1-02", 2, FOR_REQUESTS, false,
	    ask_names_kinds },
	{ "names-count", "OVR-5.1-03", 2, FOR_REQUESTS, false,
	    ask_names_count },
	{ "issuer-in-force", "CSS-6.3.9-13 OVR-6.4.8-13 CSS-6.3.10-04",
	    2, FOR_BOTH, false,
	    ask_issuer_in_force },
	{ "validity-inside-issuer", "GEN-6.3.3-05", 2, FOR_BOTH, false,
	    ask_validity },
	{ "open-requests", "", 2, FOR_REQUESTS, false, ask_open_requests },
};
#define GATE_COUNT (sizeof(gates) / sizeof(gates[0]))
_Static_assert(GATE_COUNT <= VERDICT_MAX, "a verdict holds every rule");

static void
verdict_add(struct verdict *verdict, const struct gate *gate,
    const struct answer *a)
{
	struct passed_rule	*pass;
	struct finding		*finding;

	if (a->kind == PASSED) {
		pass = &verdict->passed[verdict->passed_count++];
		pass->rule = gate->name;
		pass->requirements = gate->requirements;
		memccpy(pass->text, a->text, '\0', sizeof(pass->text) - 1);
		pass->text[sizeof(pass->text) - 1] = '\0';
		return;
	}
	finding = &verdict->findings[verdict->finding_count++];
	finding->rule = gate->name;
	finding->requirements = gate->requirements;
	finding->kind = a->kind == NO ? FINDING_NO : FINDING_WAIT;
	finding->code = a->kind == NO ? a->code : 0;
	snprintf(finding->text, sizeof(finding->text), "%s", a->text);
}

/* An approval stands in for evidence, so there has to be some in it. */
static void
decide_instead(const struct gate_case *c, struct answer *a)
{
	const struct approval	*approval = gate_approval(c);
	struct answer		 was = *a;

	if (approval != NULL && approval->has_evidence)
		gate_yes(a, "decided by officers on evidence, dossier %lld, "
		    "where it had said: %.120s", (long long)approval->dossier,
		    was.text);
}

static int
ask_all(struct view *v, const struct gate_case *c, struct verdict *verdict,
    struct err *e)
{
	struct answer	a;
	int		whom = c->box == NULL ? FOR_OURSELVES : FOR_REQUESTS;
	size_t		i;

	verdict->finding_count = 0;
	verdict->passed_count = 0;
	verdict->complete = false;
	for (i = 0; i < GATE_COUNT; i++) {
		if ((gates[i].asked_for & whom) == 0)
			continue;
		a.kind = NO;
		a.code = EIO;
		a.text[0] = '\0';
		if (gates[i].ask(v, c, &a, e) == -1)
			return err_in(e, "gate %s", gates[i].name);
		if (a.kind == WAIT && gates[i].decidable)
			decide_instead(c, &a);
		verdict_add(verdict, &gates[i], &a);
		if (gates[i].basis && a.kind == NO)
			return 0;
	}
	verdict->complete = true;
	return 0;
}

int
gates_judge(struct view *v, const struct gate_case *c,
    struct verdict *verdict, struct err *e)
{
	struct registered	own = { 0 };
	struct gate_case	with = *c;
	int			rc;

	if (with.registered == NULL) {
		if (c->subscriber != NULL)
			registered_load(&own, v, c->subscriber->id);
		with.registered = &own;
	}
	rc = ask_all(v, &with, verdict, e);
	registered_free(&own);
	return rc;
}

bool
gates_rule(size_t i, struct gate_rule *rule)
{
	if (i >= GATE_COUNT)
		return false;
	rule->name = gates[i].name;
	rule->requirements = gates[i].requirements;
	rule->gate = gates[i].gate;
	rule->internal = (gates[i].asked_for & FOR_OURSELVES) != 0;
	rule->decidable = gates[i].decidable;
	return true;
}

const char *
succession_name(enum succession succession)
{
	static const char *const names[] = {
		[NEW_APPLICATION] = "new", [RENEWAL] = "renewal",
		[RE_KEY] = "re-key", [MODIFICATION] = "modification"
	};

	return names[succession];
}
