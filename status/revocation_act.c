/*
 * What somebody writes into revoke/<serial>, and whether he may.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../ca/store_registry.h"
#include "case_text.h"
#include "revocation_act.h"

#define KEY_COMPROMISE	1
#define REASONS		11

/* Words that are no reason here, and why. */
static const struct {
	int		 reason;	/* -1: a word that is no reason */
	const char	*word;
	int		 code;
	const char	*sentence;
} refused[] = {
	{ 2, "", EINVAL, "cACompromise is for certificates of CAs "
	  "(RFC 5280 5.3.1); for an end entity's key say keyCompromise" },
	{ 6, "", EINVAL, "certificateHold suspends, and the certificate's "
	  "profile does not allow that" },
	{ 8, "", EINVAL, "removeFromCRL is no reason to revoke: it stands "
	  "in delta CRLs only (RFC 5280 5.3.1)" },
	{ -1, "reinstate", EPERM, "only a suspended certificate can be "
	  "reinstated; a revocation is for ever (REV-6.3.9-04)" },
};

/* The reason a word names, or -1. */
static int
find_reason(const char *word)
{
	char *end;
	long number;

	for (int i = 0; i < REASONS; i++)
		if (reason_name(i) != NULL &&
		    strcasecmp(word, reason_name(i)) == 0)
			return i;
	number = strtol(word, &end, 10);
	if (!isdigit((unsigned char)word[0]) || *end != '\0' || number < 0 ||
	    number >= REASONS || reason_name((int)number) == NULL)
		return -1;
	return (int)number;
}

static int
check_word(const char *word, int reason, struct err *err)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (reason >= 0 ? refused[i].reason == reason :
		    strcmp(refused[i].word, word) == 0)
			return err_set(err, refused[i].code, "%s",
			    refused[i].sentence);
	if (reason < 0)
		return err_set(err, EINVAL, "'%s' is no reason: write one of "
		    "RFC 5280 5.3.1, such as keyCompromise, superseded, "
		    "cessationOfOperation, or its number", word);
	return 0;
}

int
act_parse(const char *line, int *reason, const char **text, struct err *err)
{
	static const char *const later[] = { "at=", "invalidity=" };
	char word[64];
	int used = 0;

	for (const char *p = line; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' && *p != '\t')
			return err_set(err, EINVAL, "one line of text is "
			    "wanted: a reason, then words");
	if (sscanf(line, " %63s%n", word, &used) != 1)
		return err_set(err, EINVAL, "a reason is wanted, such as "
		    "keyCompromise (RFC 5280 5.3.1)");
	*reason = find_reason(word);
	if (check_word(word, *reason, err) != 0)
		return -1;
	*text = line + used + strspn(line + used, " \t");
	if (*text == line + used && **text != '\0')
		return err_set(err, EINVAL, "the reason is too long a word");
	for (size_t i = 0; i < sizeof later / sizeof *later; i++)
		if (strncmp(*text, later[i], strlen(later[i])) == 0)
			return err_set(err, EINVAL, "%s is not taken here: a "
			    "revocation is in force at once", later[i]);
	return 0;
}

const char *
act_role(struct view *view, unsigned roles, uid_t uid,
    const struct certificate *certificate, struct err *err)
{
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

int
act_changes(const struct revocation *r, int reason, struct err *err)
{
	char text[CLOCK_TEXT];

	if (reason == KEY_COMPROMISE && r->reason != KEY_COMPROMISE)
		return 0;
	clock_text_seconds(text, r->decided);
	return err_set(err, EKEYREVOKED, "it is revoked since %s (%s); only "
	    "the reason may still become keyCompromise", text,
	    reason_name(r->reason));
}

int
act_applies(const struct certificate *certificate, usec_t now,
    struct err *err)
{
	char text[CLOCK_TEXT];

	if (strcmp(certificate->issuer, "issuing") != 0)
		return err_set(err, EPERM, "the certificate was issued by the "
		    "root: it is revoked by a new root CRL, from offline");
	if (certificate->not_after >= now)
		return 0;
	clock_text_seconds(text, certificate->not_after);
	return err_set(err, EINVAL, "the certificate expired at %s", text);
}
