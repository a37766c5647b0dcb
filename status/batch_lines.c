/*
 * One line of a batch of revocations.
 */
#include <errno.h>
#include <stdio.h>

#include "../ca/store_certificates.h"
#include "batch_lines.h"
#include "revocation_key.h"

#define FAILED	(-2)		/* beside 0 and -1, a refusal */

/* What [revocation] of pkifs.conf says of who asks, and why. */
static int
check_rules(const struct batch_doing *d, const struct act_order *o,
    struct err *err)
{
	const struct revocation_rules *rules =
	    &d->desk->parts->config->revocation;

	if (!o->officer && !revocation_asked_by(rules, "subscriber"))
		return err_set(err, EACCES, "here subscribers do not revoke "
		    "by themselves: ask a revocation officer (pkifs.conf "
		    "[revocation] who)");
	if (o->words.reason != REASON_REINSTATED &&
	    !revocation_for_reason(rules, o->words.reason))
		return err_set(err, EINVAL, "%s is no reason here (pkifs.conf "
		    "[revocation] reasons; the CPS, 4.9.4)",
		    reason_name(o->words.reason));
	return 0;
}

/* The act a line is; its fault is what the verdict says. */
static int
fill_order(struct batch_doing *d, struct view *view,
    const struct batch_line *line, struct act_order *o, struct err *err)
{
	const struct batch *b = d->batch;
	unsigned roles = d->desk->parts->roles_of(b->uid);
	const char *role;

	*o = (struct act_order){ .desk = d->desk, .how = BY_LOGIN,
	    .uid = b->uid, .received = b->received, .line = line->act };
	snprintf(o->act, sizeof o->act, "batch %lld line %zu",
	    (long long)b->id, line->number);
	if (act_still_open(view, err) != 0)
		return -1;
	if (line->serial[0] == '\0')
		return err_set(err, EINVAL, "a serial number is wanted "
		    "first");
	if (certificate_find(view, line->serial, &o->certificate) != 1)
		return err_set(err, ENOENT, "no certificate has this serial "
		    "number");
	if ((role = act_role(view, roles, b->uid, &o->certificate,
	    err)) == NULL || act_parse(line->act, &o->words, err) != 0)
		return -1;
	snprintf(o->role, sizeof o->role, "%s", role);
	o->officer = (roles & ROLE_REVOCATION) != 0;
	return check_rules(d, o, err);
}

static bool
is_of_disk(int code)
{
	return code == ENOSPC || code == EROFS || code == EIO;
}

/* `will`: "", or "would be " of what was only tried. */
static void
put_act(struct bytes *to, const struct act_words *w, const char *will)
{
	char at[CLOCK_TEXT];

	if (w->reason == REASON_REINSTATED)
		bytes_printf(to, "%sreinstated\n", will);
	else if (w->at != 0) {
		clock_text_seconds(at, w->at);
		bytes_printf(to, "%s revoked at %s, %s\n", will[0] != '\0' ?
		    "would be" : "to be", at, reason_name(w->reason));
	} else
		bytes_printf(to, "%s%s, %s\n", will, w->reason == REASON_HOLD ?
		    "suspended" : "revoked", reason_name(w->reason));
}

static void
put_verdict(struct batch_doing *d, const struct batch_line *line,
    const struct act_order *o, const char *will, const struct err *fault)
{
	if (line->serial[0] != '\0')
		bytes_printf(&d->verdicts, "%s: ", line->serial);
	else
		bytes_printf(&d->verdicts, "line %zu: ", line->number);
	if (fault != NULL) {
		bytes_printf(&d->verdicts, "%srefused: %s\n", will,
		    fault->text);
		d->refused++;
	} else {
		put_act(&d->verdicts, &o->words, will);
		d->done++;
	}
}

/*
 * A refusal comes before anything is written, so a line needs no way back,
 * which costs a copy of each page it writes; where that is not so, all lines
 * are done again with one.
 */
static int
change(struct batch_doing *d, struct tx *tx, const struct act_order *o,
    struct err *why, struct err *err)
{
	struct revocation row;
	int64_t written = tx_written(tx);
	int ret;

	if (!d->careful) {
		ret = revocation_change_with_key(o, tx, &row, why);
		if (ret == 0 || tx_written(tx) == written)
			return ret;
		*err = *why;
		return FAILED;
	}
	if (tx_savepoint(tx, err) != 0)
		return FAILED;
	ret = revocation_change_with_key(o, tx, &row, why);
	return (ret == 0 ? tx_release(tx, err) :
	    tx_rollback_to(tx, err)) == 0 ? ret : FAILED;
}

int
batch_line_do(struct batch_doing *d, struct tx *tx,
    const struct batch_line *line, struct err *err)
{
	struct act_order o;
	struct err why = { 0 };
	int ret;

	if ((ret = fill_order(d, tx_view(tx), line, &o, &why)) == 0)
		ret = change(d, tx, &o, &why, err);
	if (ret == FAILED)
		return -1;
	if (ret != 0 && is_of_disk(why.code)) {
		*err = why;
		return -1;
	}
	put_verdict(d, line, &o, "", ret == 0 ? NULL : &why);
	return 0;
}

int64_t
batch_line_try(struct batch_doing *d, struct view *view,
    const struct batch_line *line)
{
	struct act_order o;
	struct act_standing standing;
	struct act_question question = { .words = &o.words,
	    .certificate = &o.certificate, .standing = &standing };
	struct err why = { 0 };
	int ret;

	if ((ret = fill_order(d, view, line, &o, &why)) == 0) {
		act_standing(view, line->serial, &standing);
		question.officer = o.officer;
		question.now = o.received;
		question.profile = config_profile(d->desk->parts->config,
		    o.certificate.profile);
		ret = act_allowed(&question, &why);
	}
	put_verdict(d, line, &o, "would be ", ret == 0 ? NULL : &why);
	return o.certificate.subscriber;
}
