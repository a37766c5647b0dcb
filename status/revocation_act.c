/*
 * What somebody writes into revoke/<serial>, and whether he may.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "../ca/store_registry.h"
#include "case_text.h"
#include "revocation_act.h"

#define REINSTATE	"reinstate"

/* Reasons that are none here, and why. */
static const struct {
	int		 reason;
	const char	*sentence;
} refused[] = {
	{ 2, "cACompromise is for certificates of CAs (RFC 5280 5.3.1); for "
	  "an end entity's key say keyCompromise" },
	{ 8, "removeFromCRL is no reason to revoke: it stands in delta CRLs "
	  "only (RFC 5280 5.3.1); to bring a suspended certificate back "
	  "write reinstate" },
};

/* --- words --------------------------------------------------------------- */

/* The reason a word names, or -1. */
static int
find_reason(const char *word)
{
	char *end;
	long number;

	if (reason_find(word) != -1)
		return reason_find(word);
	number = strtol(word, &end, 10);
	if (!isdigit((unsigned char)word[0]) || *end != '\0' || number < 0 ||
	    number >= REASONS || reason_name((int)number) == NULL)
		return -1;
	return (int)number;
}

static int
read_reason(const char *word, int *reason, struct err *err)
{
	if (strcasecmp(word, REINSTATE) == 0) {
		*reason = REASON_REINSTATED;
		return 0;
	}
	if ((*reason = find_reason(word)) == -1)
		return err_set(err, EINVAL, "'%s' is no reason: write one of "
		    "RFC 5280 5.3.1, such as keyCompromise, superseded, "
		    "cessationOfOperation, or its number", word);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (refused[i].reason == *reason)
			return err_set(err, EINVAL, "%s", refused[i].sentence);
	return 0;
}

/* A day or a second; by comparison with what it comes back as. */
static int
read_time(const char *text, usec_t *to)
{
	char back[CLOCK_TEXT];
	struct tm tm = { 0 };
	size_t size = strlen(text);
	const char *end;
	time_t seconds;

	if ((size != 10 && size != 20) || text[0] < '1' || text[0] > '2')
		return -1;
	end = size == 10 ? strptime(text, "%Y-%m-%d", &tm) :
	    strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end == NULL || *end != '\0' || (seconds = timegm(&tm)) <= 0)
		return -1;
	*to = (usec_t)seconds * USEC;
	clock_text_seconds(back, *to);
	return strncmp(back, text, size) == 0 ? 0 : -1;
}

/* One word NAME=TIME; `size` its length. */
static int
read_field(const char *word, size_t size, struct act_words *to,
    struct err *err)
{
	const struct {
		const char *name;
		usec_t *value;
	} fields[] = {
		{ "at=", &to->at }, { "invalidity=", &to->invalidity },
		{ "until=", &to->until },
	};
	char time[40];
	size_t n;

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		n = strlen(fields[i].name);
		if (strncmp(word, fields[i].name, n) != 0)
			continue;
		if (*fields[i].value != 0)
			return err_set(err, EINVAL, "%s stands twice",
			    fields[i].name);
		snprintf(time, sizeof time, "%.*s", (int)(size - n),
		    word + n);
		if (size - n >= sizeof time ||
		    read_time(time, fields[i].value) != 0)
			return err_set(err, EINVAL, "%s wants a day or a time "
			    "in UTC, such as 2026-12-01 or 2026-12-01T08:00:00Z "
			    "(RFC 3339), found '%s'", fields[i].name, time);
		return 0;
	}
	return err_set(err, EINVAL, "'%.*s' is not known: at=, invalidity= "
	    "and until= are, then words follow", (int)size, word);
}

/* A word as at=...: a misspelt one must not pass as text. */
static bool
is_field(const char *word, size_t size)
{
	size_t letters = strspn(word, "abcdefghijklmnopqrstuvwxyz");

	return letters > 0 && letters < size && word[letters] == '=';
}

static int
check_fields(const struct act_words *w, struct err *err)
{
	if (w->until != 0 && w->reason != REASON_HOLD)
		return err_set(err, EINVAL, "until= is for certificateHold: "
		    "a revocation is for ever (REV-6.3.9-04)");
	if (w->at != 0 && (w->reason == REASON_HOLD ||
	    w->reason == REASON_REINSTATED))
		return err_set(err, EINVAL, "a suspension and its end take "
		    "place at once: at= is for revocations");
	if (w->at != 0 && w->reason == REASON_KEY_COMPROMISE)
		return err_set(err, EINVAL, "a compromised key is revoked at "
		    "once: at= is for other reasons");
	if (w->invalidity != 0 && (w->reason == REASON_HOLD ||
	    w->reason == REASON_REINSTATED))
		return err_set(err, EINVAL, "invalidity= is for revocations "
		    "(RFC 5280 5.3.2)");
	return 0;
}

int
act_parse(const char *line, struct act_words *to, struct err *err)
{
	char word[64];
	size_t size;
	int used = 0;

	*to = (struct act_words){ .reason = -1, .text = "" };
	for (const char *p = line; *p != '\0'; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return err_set(err, EINVAL, "one line of text is "
			    "wanted: a reason, then words");
	if (sscanf(line, " %63s%n", word, &used) != 1)
		return err_set(err, EINVAL, "a reason is wanted, such as "
		    "keyCompromise (RFC 5280 5.3.1)");
	line += used;
	if (*line != '\0' && *line != ' ' && *line != '\t')
		return err_set(err, EINVAL, "the reason is too long a word");
	if (read_reason(word, &to->reason, err) != 0)
		return -1;
	for (line += strspn(line, " \t"); ; line += strspn(line, " \t")) {
		size = strcspn(line, " \t");
		if (!is_field(line, size))
			break;
		if (read_field(line, size, to, err) != 0)
			return -1;
		line += size;
	}
	to->text = line;
	return check_fields(to, err);
}

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
	const struct act_words *w = q->words;
	const struct certificate *c = q->certificate;

	if (w->at != 0 && w->at <= q->now)
		return err_set(err, EINVAL, "at= lies in the past; since when "
		    "it should not have been relied on is invalidity=");
	if (w->at > q->now + ACT_AHEAD || w->until > q->now + ACT_AHEAD)
		return err_set(err, EINVAL, "%s is more than a year ahead",
		    w->at != 0 ? "at=" : "until=");
	if (w->at > c->not_after)
		return err_set(err, EINVAL, "the certificate has expired by "
		    "then");
	if (w->until != 0 && w->until <= q->now)
		return err_set(err, EINVAL, "until= lies in the past");
	if (w->invalidity > q->now)
		return err_set(err, EINVAL, "invalidity= lies in the future; "
		    "when it is to be revoked is at= (RFC 5280 5.3.2)");
	if (w->invalidity != 0 && w->invalidity < c->issued - USEC_DAY)
		return err_set(err, EINVAL, "invalidity= lies before the "
		    "certificate was issued");
	if (c->revoked != 0 && w->invalidity > c->revoked)
		return err_set(err, EINVAL, "invalidity= lies behind its "
		    "revocation or suspension: it was not valid then anyhow");
	return 0;
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
