/*
 * Gate 1 for what an external RA handed over (REG-6.3.2-02): its recognition
 * and scope are asked again at every judgement.
 */
#include "external_ra.h"
#include "gates_rules.h"

int
ask_external_ra(struct view *v, const struct gate_case *c, struct answer *a,
    struct err *e)
{
	const struct handed_over	*h = c->handed_over;

	if (h == NULL)
		return gate_yes(a, "it came from the subscriber itself");
	if (h->fault.code != 0)
		return gate_wait(a, "it was handed over by the external RA "
		    "%s: %.200s", h->authority, h->fault.text);
	return gate_yes(a, "it was handed over by the external RA %s, which is "
	    "recognised for all of it%s", h->authority, h->ra->validates ?
	    "; its word validates the names (method external-ra)" : "");
}

/* The word of an RA that is recognised to validate, for this request alone. */
bool
gate_covers_by_ra(const struct gate_case *c, const struct csr_name *name)
{
	const struct handed_over	*h = c->handed_over;

	return h != NULL && h->fault.code == 0 && h->ra->validates &&
	    external_ra_has_name(h->ra, name->kind, name->text);
}
