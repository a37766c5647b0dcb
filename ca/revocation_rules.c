/*
 * What may be configured of revocation, word by word.  A word stands in a
 * table here only when the program does what its sentence says.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "revocation_rules.h"

struct word {
	const char	*word;
	bool		 needed;
	const char	*sentence;	/* of the CPS */
};

#define WORDS	8

static const struct word who_words[WORDS] = {
	{ "officer", true,
	    "revocation officers of the CA, for every certificate" },
	{ "subscriber", false,
	    "the users of the subscriber, for its own certificates" },
	{ "holder", false, "whoever proves to hold the certificate's private "
	    "key, always as keyCompromise" },
	{ "ra", false, "a recognised registration authority, for certificates "
	    "of the subscribers\nthat it is recognised for" },
	{ "reporter", false, "anybody, who reports a problem: a revocation "
	    "officer decides on it" },
};
static const struct word how_words[WORDS] = {
	{ "file", true,
	    "by writing a reason of RFC 5280 into the file revoke/<serial>" },
	{ "key", false, "for every certificate with a key, by writing the "
	    "reason into\nrevoke/by-key/<SHA-256 of the key>" },
	{ "proof", false, "by dropping a proof made with the private key into "
	    "revoke/<serial>.pop, as\nrevoke/HOWTO.txt says" },
	{ "batch", false, "by a file of serial numbers and reasons in "
	    "revoke/batch/" },
	{ "ra", false, "by a request that the registration authority signed, "
	    "as a file in\nrevoke/reports/" },
	{ "report", false, "by a report, as a text file in revoke/reports/" },
	{ "intake", false, "by a report sent by mail or a web form, round the "
	    "clock" },
};
static const struct word confirmation_words[WORDS] = {
	{ "login", true, "the operating system tells who wrote it: that user "
	    "has to be one of those\nwho may ask, and the request is confirmed "
	    "by that" },
	{ "proof", false, "a signature with the certificate's own key over "
	    "the sentence of\nrevoke/HOWTO.txt confirms by itself" },
	{ "ra", false, "the signature of the recognised registration "
	    "authority confirms by itself" },
	{ "report", false, "a revocation officer finds out whether what was "
	    "reported is true, and records\nhow, or why that could not be "
	    "done in time" },
};
/* Both stand in every certificate, so neither can be left out. */
static const struct word mechanism_words[WORDS] = {
	{ "crl", true, "a certificate revocation list" },
	{ "ocsp", true, "OCSP" },
};

/* --- lists of words ------------------------------------------------------ */

static int
check_word(const struct word words[WORDS], const char *text,
    struct err *err)
{
	char wanted[160] = "";
	size_t i, n = 0;

	for (i = 0; i < WORDS && words[i].word != NULL; i++) {
		if (strcmp(words[i].word, text) == 0)
			return 0;
		n += (size_t)snprintf(wanted + n, sizeof(wanted) - n, "%s%s",
		    i > 0 ? ", " : "", words[i].word);
	}
	return err_set(err, EINVAL, "wanted words of %s, found \"%s\"",
	    wanted, text);
}

int
revocation_check_who(const char *text, struct err *err)
{

	return check_word(who_words, text, err);
}

int
revocation_check_how(const char *text, struct err *err)
{

	return check_word(how_words, text, err);
}

int
revocation_check_confirmation(const char *text, struct err *err)
{

	return check_word(confirmation_words, text, err);
}

int
revocation_check_mechanism(const char *text, struct err *err)
{

	return check_word(mechanism_words, text, err);
}

/* Those that act_parse() takes for a certificate of an end entity. */
int
revocation_check_reason(const char *text, struct err *err)
{
	int reason = reason_find(text);

	if (reason != -1 && reason != REASON_CA_COMPROMISE &&
	    reason != REASON_REINSTATED && reason != REASON_AA_COMPROMISE &&
	    strcmp(reason_name(reason), text) == 0)
		return 0;
	return err_set(err, EINVAL, "wanted reasons of RFC 5280 5.3.1 for "
	    "certificates of end entities, such as keyCompromise, found "
	    "\"%s\"", text);
}

static bool
has(const char *list, size_t room, size_t most, const char *word)
{
	size_t i;

	for (i = 0; i < most; i++)
		if (strcmp(list + i * room, word) == 0)
			return true;
	return false;
}

#define HAS(list, word) \
	has((list)[0], sizeof((list)[0]), sizeof(list) / sizeof((list)[0]), \
	    word)

bool
revocation_asked_by(const struct revocation_rules *r, const char *who)
{

	return HAS(r->who, who);
}

bool
revocation_asked_how(const struct revocation_rules *r, const char *how)
{

	return HAS(r->how, how);
}

bool
revocation_for_reason(const struct revocation_rules *r, int reason)
{

	return reason_name(reason) != NULL &&
	    HAS(r->reasons, reason_name(reason));
}

usec_t
revocation_deadline(const struct revocation_rules *r, int reason)
{
	usec_t both = r->decision_max + r->status_max;

	if (reason >= 0 && reason < REASONS && r->deadline[reason] != 0)
		return r->deadline[reason];
	return both < REVOCATION_RECEIPT_MAX ? both : REVOCATION_RECEIPT_MAX;
}

/* --- all of it together -------------------------------------------------- */

static int
check_needed(const char *key, const struct word words[WORDS],
    const char *list, size_t room, size_t most, struct err *err)
{
	size_t i;

	for (i = 0; i < WORDS && words[i].word != NULL; i++)
		if (words[i].needed && !has(list, room, most, words[i].word))
			return err_set(err, EINVAL, "%s: wanted %s among its "
			    "words, for this program always does it", key,
			    words[i].word);
	return 0;
}

#define NEEDED(key, words, list) \
	check_needed(key, words, (list)[0], sizeof((list)[0]), \
	    sizeof(list) / sizeof((list)[0]), err)

/* "keyCompromise 4 h". */
static int
take_deadline(struct revocation_rules *r, const char *item, struct err *err)
{
	size_t size = strcspn(item, " ");
	char name[24], most[32];
	usec_t usec, whole;
	int reason;

	snprintf(name, sizeof(name), "%.*s", (int)size, item);
	reason = reason_find(name);
	if (reason == -1 || item[size] == '\0' ||
	    !revocation_for_reason(r, reason) ||
	    conf_duration(item + size + 1, &usec) == -1 || usec < USEC)
		return err_set(err, EINVAL, "deadlines: wanted a reason of "
		    "[revocation] reasons and a duration of at least 1 s, such "
		    "as \"keyCompromise 4 h\", found \"%s\"", item);
	if (r->deadline[reason] != 0)
		return err_set(err, EINVAL, "deadlines: %s stands twice",
		    name);
	whole = revocation_deadline(r, reason);
	conf_duration_text(most, whole);
	if (usec > whole)
		return err_set(err, EINVAL, "deadlines: %s: wanted at most "
		    "%s, decision_max and status_max together "
		    "(REV-6.2.4-06A makes it only faster), found \"%s\"",
		    name, most, item + size + 1);
	r->deadline[reason] = usec;
	return 0;
}

/* Who, how and what confirms: all three or none. */
static const struct {
	const char *who, *how, *confirmation;
} together[] = {
	{ "holder", "proof", "proof" },
	{ "ra", "ra", "ra" },
	{ "reporter", "report", "report" },
};

static int
check_together(const struct revocation_rules *r, struct err *err)
{
	size_t i;
	bool who;

	for (i = 0; i < sizeof(together) / sizeof(together[0]); i++) {
		who = revocation_asked_by(r, together[i].who);
		if (who != revocation_asked_how(r, together[i].how) ||
		    who != HAS(r->confirmation, together[i].confirmation))
			return err_set(err, EINVAL, "who, how, confirmation: "
			    "%s, %s and %s stand together or not at all",
			    together[i].who, together[i].how,
			    together[i].confirmation);
	}
	if (revocation_asked_how(r, "intake") &&
	    !revocation_asked_how(r, "report"))
		return err_set(err, EINVAL, "how: intake files reports, so "
		    "report has to stand there too");
	return 0;
}

int
revocation_rules_check(struct revocation_rules *r, struct err *err)
{
	size_t i;

	if (NEEDED("who", who_words, r->who) == -1 ||
	    NEEDED("how", how_words, r->how) == -1 ||
	    NEEDED("confirmation", confirmation_words,
	    r->confirmation) == -1 ||
	    NEEDED("mechanism", mechanism_words, r->mechanism) == -1)
		return -1;
	if (check_together(r, err) == -1)
		return -1;
	if (!revocation_for_reason(r, 1))
		return err_set(err, EINVAL, "reasons: wanted keyCompromise "
		    "among them (REV-6.3.9-02)");
	if (r->decision_max + r->status_max > REVOCATION_RECEIPT_MAX)
		return err_set(err, EINVAL, "status_max: wanted at most 24 h "
		    "together with decision_max, from receipt to the status "
		    "that all see (REV-6.2.4-03A)");
	for (i = 0; i < REASONS && r->deadlines[i][0] != '\0'; i++)
		if (take_deadline(r, r->deadlines[i], err) == -1)
			return -1;
	return 0;
}

/* --- the CPS ------------------------------------------------------------- */

static void
put_words(const struct word words[WORDS], const char *list, size_t room,
    size_t most, struct bytes *to)
{
	size_t i, count = 0;

	for (i = 0; i < WORDS && words[i].word != NULL; i++)
		if (has(list, room, most, words[i].word))
			bytes_printf(to, "%s%s", count++ > 0 ? ";\n" : "",
			    words[i].sentence);
	bytes_put_text(to, ".");
}

#define PUT(words, list, to) \
	put_words(words, (list)[0], sizeof((list)[0]), \
	    sizeof(list) / sizeof((list)[0]), to)

void
revocation_put_who(const struct revocation_rules *r, struct bytes *to)
{

	PUT(who_words, r->who, to);
}

void
revocation_put_how(const struct revocation_rules *r, struct bytes *to)
{

	PUT(how_words, r->how, to);
}

void
revocation_put_confirmation(const struct revocation_rules *r,
    struct bytes *to)
{

	PUT(confirmation_words, r->confirmation, to);
}

void
revocation_put_mechanism(const struct revocation_rules *r, struct bytes *to)
{

	PUT(mechanism_words, r->mechanism, to);
}

void
revocation_put_reasons(const struct revocation_rules *r, struct bytes *to)
{
	char text[32];
	int i;

	for (i = 0; i < REASONS; i++) {
		if (!revocation_for_reason(r, i))
			continue;
		conf_duration_text(text, revocation_deadline(r, i));
		bytes_printf(to, "%-24sknown to all at most %s after "
		    "receipt%s\n", reason_name(i), text,
		    i == REASON_HOLD ? ", suspension" : "");
	}
}
