/*
 * The words of an act of revoking.  See revocation_words.h.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf.h"
#include "revocation_words.h"

#define REINSTATE	"reinstate"

/* Reasons that are none here, and why. */
static const struct {
	int		 reason;
	const char	*sentence;
} refused[] = {
	{ REASON_CA_COMPROMISE, "cACompromise is for certificates of CAs "
	  "(RFC 5280 5.3.1); for an end entity's key say keyCompromise" },
	{ REASON_REINSTATED, "removeFromCRL is no reason to revoke: it stands "
	  "in delta CRLs only (RFC 5280 5.3.1); to bring a suspended certificate "
	  "back write reinstate" },
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
		    clock_parse(time, fields[i].value) != 0)
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

/* It is read by others, in files and mails, as it was written. */
static bool
is_line(const char *line)
{
	struct err ignored;

	for (const char *p = line; *p != '\0'; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return false;
	return conf_text_check("", slice_text(line), &ignored) == 0;
}

int
act_parse(const char *line, struct act_words *to, struct err *err)
{
	char word[64];
	size_t size;
	int used = 0;

	*to = (struct act_words){ .reason = -1, .text = "" };
	if (!is_line(line))
		return err_set(err, EINVAL, "one line of UTF-8 text is "
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

int
act_dates_fit(const struct act_words *w, const struct certificate *c,
    usec_t now, struct err *err)
{
	if (w->at != 0 && w->at <= now)
		return err_set(err, EINVAL, "at= lies in the past; since when "
		    "it should not have been relied on is invalidity=");
	if (w->at > now + ACT_AHEAD || w->until > now + ACT_AHEAD)
		return err_set(err, EINVAL, "%s is more than a year ahead",
		    w->at != 0 ? "at=" : "until=");
	if (w->at > c->not_after || w->until > c->not_after)
		return err_set(err, EINVAL, "the certificate has expired by "
		    "then");
	if (w->until != 0 && w->until <= now)
		return err_set(err, EINVAL, "until= lies in the past");
	if (w->invalidity > now)
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
