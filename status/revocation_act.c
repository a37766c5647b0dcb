/*
 * What somebody writes into revoke/<serial>, and whether he may.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../ca/store_closing.h"
#include "../ca/store_registry.h"
#include "case_text.h"
#include "revocation_act.h"

/* --- who ----------------------------------------------------------------- */

const char *
act_role(struct view *view, unsigned roles, uid_t uid,
    const struct certificate *certificate, struct err *err)
{
	/* CSS-6.5.5-06 */
	if (roles & ROLE_REVOCATION)
		return "revocation officer";
	if (certificate->subscriber != 0 &&
	    subscriber_has_user(view, certificate->subscriber, uid))
		return "subscriber";
	err_set(err, EACCES, "uid %lu is neither a user of the certificate's "
	    "subscriber nor a revocation officer (REV-6.2.4-09)",
	    (unsigned long)uid);
	return NULL;
}

/* --- what stands --------------------------------------------------------- */

int
act_still_open(struct view *view, struct err *err)
{
	if (closing_state(view) != CLOSING_DONE)
		return 0;
	return err_set(err, EPERM, "this CA issued its last CRL: no status "
	    "changes any more (CSS-6.3.9-06)");
}

void
act_standing(struct view *view, const char *serial, struct act_standing *to)
{
	to->revoked = revocation_find(view, serial, &to->row) == 1;
	to->planned = scheduled_find(view, serial, &to->plan) == 1;
}

bool
act_is_known(const struct act_standing *s, const char *act)
{
	return act[0] != '\0' &&
	    ((s->revoked && strcmp(s->row.act, act) == 0) ||
	    (s->planned && strcmp(s->plan.act, act) == 0));
}

static int
check_dates(const struct act_question *q, struct err *err)
{
	return act_dates_fit(q->words, q->certificate, q->now, err);
}

static int
check_suspension(const struct act_question *q, bool suspended,
    struct err *err)
{
	char text[CLOCK_TEXT];

	if (q->words->reason == REASON_HOLD) {
		if (q->profile == NULL || !q->profile->suspension)
			return err_set(err, EINVAL, "certificateHold suspends,"
			    " and the certificate's profile does not allow "
			    "that");
		if (!suspended)
			return 0;
		clock_text_seconds(text, q->standing->row.effective);
		return err_set(err, EINVAL, "it is suspended since %s", text);
	}
	if (!suspended)
		return err_set(err, EINVAL, "it is not suspended, so there is "
		    "nothing to reinstate");
	if (!q->officer)
		return err_set(err, EACCES, "only a revocation officer brings "
		    "a suspended certificate back");
	return 0;
}

static int
check_revoked(const struct act_question *q, struct err *err)
{
	const struct revocation *r = &q->standing->row;
	char text[CLOCK_TEXT];

	if (q->words->reason == REASON_REINSTATED)
		return err_set(err, EPERM, "only a suspended certificate can "
		    "be reinstated; a revocation is for ever (REV-6.3.9-04)");
	if (q->words->reason == REASON_KEY_COMPROMISE &&
	    r->reason != REASON_KEY_COMPROMISE)
		return 0;
	clock_text_seconds(text, r->effective);
	return err_set(err, EKEYREVOKED, "it is revoked since %s (%s); only "
	    "the reason may still become keyCompromise", text,
	    reason_name(r->reason));
}

static int
check_plan(const struct act_question *q, struct err *err)
{
	const struct scheduled *plan = &q->standing->plan;
	char text[CLOCK_TEXT];

	if (q->words->at == 0 || q->words->at < plan->effective)
		return 0;
	clock_text_seconds(text, plan->effective);
	return err_set(err, EKEYREVOKED, "it is decided that it is revoked at "
	    "%s (%s); it can only be revoked sooner", text,
	    reason_name(plan->reason));
}

static int
check_certificate(const struct act_question *q, struct err *err)
{
	const struct certificate *c = q->certificate;
	char text[CLOCK_TEXT];

	if (strcmp(c->issuer, "issuing") != 0)
		return err_set(err, EPERM, "the certificate was issued by the "
		    "root: it is revoked by a new root CRL, from offline");
	if (c->not_after >= q->now)
		return 0;
	clock_text_seconds(text, c->not_after);
	return err_set(err, EINVAL, "the certificate expired at %s", text);
}

int
act_allowed(const struct act_question *q, struct err *err)
{
	const struct act_standing *s = q->standing;
	bool suspended = s->revoked && s->row.reason == REASON_HOLD;

	if (s->revoked && !suspended &&
	    s->row.reason != REASON_REINSTATED)
		return check_revoked(q, err) != 0 ? -1 : check_dates(q, err);
	if (check_certificate(q, err) != 0)
		return -1;
	if (q->words->reason == REASON_HOLD ||
	    q->words->reason == REASON_REINSTATED)
		return check_suspension(q, suspended, err) != 0 ? -1 :
		    check_dates(q, err);
	if (check_dates(q, err) != 0)
		return -1;
	return s->planned ? check_plan(q, err) : 0;
}
