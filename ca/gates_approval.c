/*
 * What officers decided, as the gates ask for it: as many of them as the
 * profile wants, on what there is today (GEN-6.3.2-00A), signed where a login
 * alone must not cause issuance (GEN-6.5.5-04).
 */
#include "gates_rules.h"

static bool
is_enough(const struct gate_case *c, int wanted)
{
	const struct approval	*a = c->approved;
	bool	separation = c->config->separation || !c->config->sandbox;
	bool	must_be_signed = c->config->signed_decisions ||
		    (c->profile != NULL && c->profile->signed_decision);

	return a != NULL && c->basis != NULL &&
	    approval_differs(&a->basis, c->basis) == NULL &&
	    (separation ? a->officers : a->decisions) >= wanted &&
	    (a->is_signed || !must_be_signed);
}

const struct approval *
gate_approval(const struct gate_case *c)
{
	int	wanted = c->profile == NULL ? 1 : c->profile->officers;

	return is_enough(c, wanted > 1 ? wanted : 1) ? c->approved : NULL;
}

int
ask_approval_binds(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	const char	*other;

	if (c->approved == NULL || c->basis == NULL)
		return gate_yes(a, "no approval by officers is involved");
	other = approval_differs(&c->approved->basis, c->basis);
	if (other == NULL)
		return gate_yes(a, "what was approved in dossier %lld is what "
		    "is asked: registration, public key, profile, names, "
		    "content", (long long)c->approved->dossier);
	return gate_wait(a, "since it was approved in dossier %lld the %s "
	    "changed: it has to be decided anew",
	    (long long)c->approved->dossier, other);
}

int
ask_approved_by_officers(struct view *v, const struct gate_case *c,
    struct answer *a, struct err *e)
{
	int	wanted = c->profile == NULL ? 0 : c->profile->officers;

	if (wanted == 0)
		return gate_yes(a, "the profile wants no officer for what "
		    "registration covers");
	if (is_enough(c, wanted))
		return gate_yes(a, "approved by %d officer%s in dossier "
		    "%lld%s", wanted, wanted == 1 ? "" : "s",
		    (long long)c->approved->dossier,
		    c->approved->is_signed ? ", signed" : "");
	return gate_wait(a, "the profile wants the %sdecision of %d "
	    "officer%s", c->profile->signed_decision ||
	    c->config->signed_decisions ? "signed " : "", wanted,
	    wanted == 1 ? "" : "s");
}
