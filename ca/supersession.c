/*
 * Supersession.  See supersession.h.  A decision is a row in the transaction
 * that records the successor; it is acted on, and at each start again, until
 * the certificate is found revoked or over.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authority_own.h"
#include "crl_reason.h"
#include "dossier.h"
#include "store_reports.h"
#include "store_supersessions.h"
#include "supersession.h"

#define AT_ONCE	64

/* --- the decision --------------------------------------------------------- */

/*
 * Subjects are made of the registration in force: where the successor has
 * another value, the old one is no more.
 */
static bool
has_untrue_attribute(const struct certified *was, const struct certified *now)
{
	const struct dn_attribute	*a;
	const char			*value;
	size_t				 i;

	for (i = 0; i < was->subject.count; i++) {
		a = &was->subject.attribute[i];
		value = dn_value(&now->subject, a->type->name);
		if (value != NULL && !dn_value_is_like(a->value, value))
			return true;
	}
	return false;
}

/* An undecided case of withdrawn attributes needs nobody any more. */
static int
take_case(struct tx *tx, int64_t certificate, int *reason, struct err *e)
{
	struct dossier	d;

	if (dossier_of(tx_view(tx), DOSSIER_REVOCATION, certificate, &d) != 1 ||
	    d.withdrawn || d.place == PLACE_APPROVED ||
	    d.place == PLACE_REJECTED)
		return 0;
	*reason = d.reason;
	return dossier_close_draft(tx, DOSSIER_REVOCATION, certificate,
	    "its successor does not say it any more: it is revoked", e) == -1 ?
	    -1 : 1;
}

int
supersession_record(const struct application *app, struct tx *tx,
    const struct certified *was, const struct certified *now, usec_t *due,
    int *reason, struct err *e)
{
	struct supersession	s = { .certificate = app->predecessor.id,
				    .successor = app->certificate.id };
	const struct profile	*profile;
	int			days, taken;

	*due = 0;
	*reason = REASON_SUPERSEDED;
	if ((taken = take_case(tx, s.certificate, reason, e)) == -1)
		return -1;
	/* Taken up after a crash it was not judged: by its name. */
	profile = config_profile(app->authority->config,
	    app->certificate.profile);
	days = profile == NULL ? -1 : profile_supersede_days(profile);
	if (taken == 1) {
		*due = clock_now();
	} else if (has_untrue_attribute(was, now)) {
		*due = clock_now();
		*reason = REASON_AFFILIATION_CHANGED;
	} else if (days != -1) {
		*due = clock_now() + days * USEC_DAY;
	}
	if (*due == 0 || *due >= app->predecessor.not_after) {
		*due = 0;
		return 0;
	}
	s.due = *due;
	s.reason = *reason;
	return supersession_put(tx, &s, e);
}

/* --- when it is due ------------------------------------------------------- */

struct look {
	struct job		 job;		/* first */
	struct supersession	 list[AT_ONCE];
	size_t			 count;
};

static int
note_due(void *arg, const struct supersession *s)
{
	struct look	*look = arg;

	look->list[look->count++] = *s;
	return look->count == AT_ONCE;
}

/* Revoked for good, or over: nothing is left to do. */
static bool
is_over(struct view *v, const struct supersession *s)
{
	struct certificate	c;

	return certificate_get(v, s->certificate, &c) != 1 ||
	    (c.revoked != 0 && c.reason != REASON_HOLD) ||
	    c.not_after <= clock_now();
}

static int
done_apply(struct job *job, struct tx *tx, struct err *e)
{
	struct look	*look = (struct look *)job;
	size_t		 i;

	for (i = 0; i < look->count; i++)
		if (is_over(tx_view(tx), &look->list[i]) &&
		    supersession_done(tx, look->list[i].certificate,
		    clock_now(), e) == -1)
			return -1;
	return 0;
}

static bool
any_is_over(struct authority *authority, const struct look *look)
{
	struct view	*v = view_take(authority->parts->store);
	bool		 any = false;
	size_t		 i;

	for (i = 0; i < look->count && !any; i++)
		any = is_over(v, &look->list[i]);
	view_put(v);
	return any;
}

static void
revoke_one(struct authority *authority, const struct supersession *s)
{
	const struct authority_parts	*parts = authority->parts;
	struct certificate		 old, successor;
	struct view			*v = view_take(parts->store);
	struct revocation_order		 order = { .how = BY_CA };
	bool				 there;

	there = !is_over(v, s) &&
	    certificate_get(v, s->certificate, &old) == 1 &&
	    certificate_get(v, s->successor, &successor) == 1;
	view_put(v);
	if (!there)
		return;
	order.uid = getuid();
	memcpy(order.serial, old.serial, sizeof(order.serial));
	snprintf(order.line, sizeof(order.line), "%s its successor is %s",
	    reason_name(s->reason), successor.serial);
	parts->revoke(parts->revoked_arg, &order, NULL, NULL);
}

static void
find_due(struct authority *authority, struct look *look)
{
	struct view	*v = view_take(authority->parts->store);

	look->count = 0;
	supersessions_due(v, clock_now(), note_due, look);
	view_put(v);
}

bool
supersessions_are_due(struct authority *authority)
{
	struct look	look;

	find_due(authority, &look);
	return look.count > 0;
}

void
supersessions_look(struct authority *authority)
{
	struct look	look = { .job.apply = done_apply };
	struct err	e = { 0 };
	size_t		i;

	if (authority->parts->revoke == NULL)
		return;
	find_due(authority, &look);
	for (i = 0; i < look.count; i++)
		revoke_one(authority, &look.list[i]);
	if (any_is_over(authority, &look) &&
	    commit_wait(authority->parts->committer, &look.job, &e) == -1)
		log_line("supersessions: %s", e.text);
}
