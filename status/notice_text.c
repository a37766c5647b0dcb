/*
 * The text of a notice; see notice_text.h.
 */
#include "../ca/crl_reason.h"
#include "../ca/text.h"
#include "notice_text.h"

const char *
notice_what(const struct notice *n)
{
	return n->reason == REASON_HOLD ? "suspended" :
	    n->reason == REASON_REINSTATED ? "reinstated" : "revoked";
}

static const char *
advice(const struct notice *n)
{
	if (n->reason == REASON_HOLD)
		return "Do not rely on it until it is reinstated.";
	if (n->reason == REASON_REINSTATED)
		return "It is valid again, as if it had not been suspended.";
	return "It cannot be used any more, and this cannot be undone. A new "
	    "request\nwith a key that may still be used gets a new "
	    "certificate.";
}

void
notice_text(const struct notice *n, const struct certificate *c,
    struct bytes *to)
{
	bytes_printf(to, "A certificate was %s.\n\nserial: %s\nsubject: %s\n"
	    "profile: %s\n", notice_what(n), c->serial, c->common_name,
	    c->profile);
	text_put_time(to, "not-after", c->not_after);
	bytes_printf(to, "state: %s\n", notice_what(n));
	if (n->reason != REASON_REINSTATED)
		bytes_printf(to, "reason: %s (%d)\n", reason_name(n->reason),
		    n->reason);
	text_put_time(to, n->reason == REASON_REINSTATED ?
	    "was-suspended-since" : "since", n->effective);
	if (n->reason == REASON_HOLD)
		text_put_time(to, "until", n->until);
	text_put_time(to, "recorded", n->time);
	bytes_printf(to, "case: revoke/%s\n\n%s\n", c->serial, advice(n));
}
