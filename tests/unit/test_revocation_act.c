/*
 * What may be written into revoke/<serial>: the words as a table, and what is
 * allowed after what, with which dates, as another.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "status/revocation_act.h"

#define DAY(n)	((usec_t)(n) * USEC_DAY)
#define NOW	DAY(20000)		/* 2024-10-04 */

static void
words_are_understood(void **state)
{
	static const struct {
		const char	*line;
		int		 reason;
		usec_t		 at, invalidity, until;
		const char	*text;
	} rows[] = {
		{ "keyCompromise", 1, 0, 0, 0, "" },
		{ "  KEYCOMPROMISE\t", 1, 0, 0, 0, "" },
		{ "4 replaced", 4, 0, 0, 0, "replaced" },
		{ "0", 0, 0, 0, 0, "" },
		{ "10", 10, 0, 0, 0, "" },
		{ "superseded at=2024-10-05", 4, DAY(20001), 0, 0, "" },
		{ "superseded at=2024-10-05T00:00:01Z  two  words", 4,
		  DAY(20001) + USEC, 0, 0, "two  words" },
		{ "1 invalidity=2024-10-01 at the fair", 1, 0, DAY(19997), 0,
		  "at the fair" },
		{ "5 invalidity=2024-10-01 at=2024-11-01", 5, DAY(20028),
		  DAY(19997), 0, "" },
		{ "certificateHold", 6, 0, 0, 0, "" },
		{ "6 until=2024-10-06 is asked", 6, 0, 0, DAY(20002),
		  "is asked" },
		{ "reinstate it was found", 8, 0, 0, 0, "it was found" },
		{ "Reinstate", 8, 0, 0, 0, "" },
		{ "superseded reason is a=b", 4, 0, 0, 0, "reason is a=b" },
	};
	struct act_words w;
	struct err err;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (act_parse(rows[i].line, &w, &err) != 0)
			fail_msg("%s: %s", rows[i].line, err.text);
		assert_int_equal(w.reason, rows[i].reason);
		assert_int_equal(w.at, rows[i].at);
		assert_int_equal(w.invalidity, rows[i].invalidity);
		assert_int_equal(w.until, rows[i].until);
		assert_string_equal(w.text, rows[i].text);
	}
}

static void
other_words_are_refused_with_a_sentence(void **state)
{
	static const struct {
		const char	*line, *sentence;
	} rows[] = {
		{ "", "a reason is wanted" },
		{ "   \t ", "a reason is wanted" },
		{ "revoke", "'revoke' is no reason" },
		{ "7", "'7' is no reason" },
		{ "11", "'11' is no reason" },
		{ "-1", "'-1' is no reason" },
		{ "1x", "'1x' is no reason" },
		{ "+1", "'+1' is no reason" },
		{ "99999999999999999999", "is no reason" },
		{ "removeFromCRL", "no reason to revoke" },
		{ "8", "write reinstate" },
		{ "cACompromise", "certificates of CAs" },
		{ "superseded\nkeyCompromise", "one line" },
		{ "superseded \xff\xfe", "one line of UTF-8" },
		{ "superseded \xc3", "one line of UTF-8" },
		{ "superseded \xc3\xa4 \xe2\x82\xac", NULL },
		{ "superseded \x01", "one line" },
		{ "superseded \x7f", "one line" },
		{ "a-word-that-is-longer-than-any-reason-could-be-and-longer-"
		  "than-the-room", "too long" },
		{ "superseded at=", "at= wants a day or a time" },
		{ "superseded at=tomorrow", "found 'tomorrow'" },
		{ "superseded at=2024-13-01", "wants a day" },
		{ "superseded at=2024-02-30", "wants a day" },
		{ "superseded at=2024-1-1", "wants a day" },
		{ "superseded at=2024-10-05 10:00", NULL },
		{ "superseded at=2024-10-05T10:00Z", "wants a day" },
		{ "superseded at=2024-10-05T10:00:00", "wants a day" },
		{ "superseded at=2024-10-05T10:00:00+02:00", "wants a day" },
		{ "superseded at=2024-10-05T24:00:00Z", "wants a day" },
		{ "superseded at=2024-10-05T10:00:60Z", "wants a day" },
		{ "superseded at=99999-10-05", "wants a day" },
		{ "superseded at=1969-10-05", "wants a day" },
		{ "superseded at=2024-10-05 at=2024-10-06", "stands twice" },
		{ "superseded untill=2024-10-05", "'untill=2024-10-05' is not "
		  "known" },
		{ "superseded until=2024-10-05", "until= is for "
		  "certificateHold" },
		{ "keyCompromise at=2024-10-05", "at once" },
		{ "certificateHold at=2024-10-05", "take place at once" },
		{ "reinstate at=2024-10-05", "take place at once" },
		{ "certificateHold invalidity=2024-10-01", "for "
		  "revocations" },
		{ "reinstate until=2024-10-05", "until= is for" },
	};
	struct act_words w;
	struct err err;
	int got;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		got = act_parse(rows[i].line, &w, &err);
		if (rows[i].sentence == NULL) {	/* the rest is text */
			assert_int_equal(got, 0);
			continue;
		}
		if (got != -1)
			fail_msg("taken: %s", rows[i].line);
		assert_int_equal(err.code, EINVAL);
		if (strstr(err.text, rows[i].sentence) == NULL)
			fail_msg("%s: %s", rows[i].line, err.text);
	}
}

enum stands { NOTHING, HELD, REINSTATED, REVOKED, COMPROMISED, PLANNED };

static const struct {
	const char	*what;
	enum stands	 stands;
	const char	*line;
	int		 code;
	const char	*sentence;
} steps[] = {
	{ "revoked", NOTHING, "superseded", 0, NULL },
	{ "later", NOTHING, "superseded at=2024-10-05", 0, NULL },
	{ "now is not later", NOTHING, "superseded at=2024-10-04", EINVAL,
	  "lies in the past" },
	{ "yesterday", NOTHING, "superseded at=2024-10-03", EINVAL,
	  "invalidity=" },
	{ "in a year and two days", NOTHING, "superseded at=2025-10-06",
	  EINVAL, "a year ahead" },
	{ "when it has ended", NOTHING, "superseded at=2025-09-01", EINVAL,
	  "has expired by then" },
	{ "invalid since a week", NOTHING, "1 invalidity=2024-09-27", 0,
	  NULL },
	{ "invalid since the day before it was issued", NOTHING,
	  "1 invalidity=2024-06-25", 0, NULL },
	{ "invalid before that", NOTHING, "1 invalidity=2024-06-24", EINVAL,
	  "before the certificate was issued" },
	{ "invalid from tomorrow", NOTHING, "1 invalidity=2024-10-05",
	  EINVAL, "lies in the future" },
	{ "suspended", NOTHING, "certificateHold", 0, NULL },
	{ "suspended until", NOTHING, "certificateHold until=2024-11-01", 0,
	  NULL },
	{ "suspended until yesterday", NOTHING,
	  "certificateHold until=2024-10-03", EINVAL, "in the past" },
	{ "suspended for years", NOTHING, "certificateHold until=2026-11-01",
	  EINVAL, "a year ahead" },
	{ "suspended beyond its end", NOTHING,
	  "certificateHold until=2025-08-15", EINVAL, "expired by then" },
	{ "nothing to bring back", NOTHING, "reinstate", EINVAL,
	  "not suspended" },

	{ "suspended twice", HELD, "certificateHold", EINVAL,
	  "suspended since 2024-10-03" },
	{ "brought back", HELD, "reinstate", 0, NULL },
	{ "revoked after all", HELD, "superseded", 0, NULL },
	{ "compromised after all", HELD, "keyCompromise", 0, NULL },
	{ "revoked later after all", HELD, "4 at=2024-10-06", 0, NULL },
	{ "invalid after it was suspended", HELD, "4 invalidity=2024-10-04",
	  EINVAL, "not valid then" },

	{ "revoked again", REINSTATED, "superseded", 0, NULL },
	{ "suspended again", REINSTATED, "certificateHold", 0, NULL },
	{ "brought back again", REINSTATED, "reinstate", EINVAL,
	  "not suspended" },

	{ "worse", REVOKED, "keyCompromise", 0, NULL },
	{ "the same", REVOKED, "superseded", EKEYREVOKED, "revoked since" },
	{ "better", REVOKED, "unspecified", EKEYREVOKED, "revoked since" },
	{ "only suspended", REVOKED, "certificateHold", EKEYREVOKED,
	  "revoked since" },
	{ "back from the dead", REVOKED, "reinstate", EPERM, "for ever" },
	{ "twice", COMPROMISED, "keyCompromise", EKEYREVOKED,
	  "revoked since" },
	{ "not so bad", COMPROMISED, "superseded", EKEYREVOKED,
	  "revoked since" },

	{ "now rather than then", PLANNED, "superseded", 0, NULL },
	{ "sooner", PLANNED, "superseded at=2024-10-05", 0, NULL },
	{ "as decided", PLANNED, "superseded at=2024-10-06", EKEYREVOKED,
	  "only be revoked sooner" },
	{ "rather not", PLANNED, "superseded at=2024-10-07", EKEYREVOKED,
	  "only be revoked sooner" },
	{ "suspended until then", PLANNED, "certificateHold", 0, NULL },
	{ "not at all", PLANNED, "reinstate", EINVAL, "not suspended" },
};

static void
stand(enum stands stands, struct act_standing *s, struct certificate *c)
{
	static const int reasons[] = { [HELD] = 6, [REINSTATED] = 8,
	    [REVOKED] = 4, [COMPROMISED] = 1 };

	*s = (struct act_standing){ .planned = stands == PLANNED,
	    .plan = { .reason = 4, .effective = NOW + DAY(2) } };
	*c = (struct certificate){ .id = 1, .issuer = "issuing",
	    .issued = NOW - DAY(100), .not_after = NOW + DAY(300) };
	if (stands == NOTHING || stands == PLANNED)
		return;
	s->revoked = true;
	s->row.reason = reasons[stands];
	s->row.effective = NOW - DAY(1) / 2;
	if (stands != REINSTATED)
		c->revoked = s->row.effective;
}

static void
what_follows_what(void **state)
{
	struct profile profile = { .suspension = true };
	struct act_standing standing;
	struct certificate c;
	struct act_words w;
	struct act_question q = { .words = &w, .certificate = &c,
	    .standing = &standing, .profile = &profile, .officer = true,
	    .now = NOW };
	struct err err = { 0 };
	int got;

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		stand(steps[i].stands, &standing, &c);
		assert_int_equal(act_parse(steps[i].line, &w, &err), 0);
		err.code = 0;
		got = act_allowed(&q, &err);
		if ((got == 0) != (steps[i].code == 0) ||
		    (got != 0 && err.code != steps[i].code))
			fail_msg("%s: %d %s", steps[i].what, err.code,
			    err.text);
		if (got != 0 && strstr(err.text, steps[i].sentence) == NULL)
			fail_msg("%s: %s", steps[i].what, err.text);
	}
}

static int
ask(struct act_question *q, const char *line)
{
	static struct act_words w;
	struct err err;

	assert_int_equal(act_parse(line, &w, &err), 0);
	q->words = &w;
	return act_allowed(q, &err) == 0 ? 0 : err.code;
}

static void
some_depends_on_profile_role_and_issuer(void **state)
{
	struct profile profile = { .suspension = false };
	struct act_standing standing;
	struct certificate c;
	struct act_question q = { .certificate = &c, .standing = &standing,
	    .profile = &profile, .officer = true, .now = NOW };

	stand(NOTHING, &standing, &c);
	assert_int_equal(ask(&q, "certificateHold"), EINVAL);
	q.profile = NULL;
	assert_int_equal(ask(&q, "certificateHold"), EINVAL);
	stand(HELD, &standing, &c);	/* it was allowed then */
	assert_int_equal(ask(&q, "reinstate"), 0);
	q.officer = false;
	assert_int_equal(ask(&q, "reinstate"), EACCES);
	assert_int_equal(ask(&q, "superseded"), 0);
	stand(NOTHING, &standing, &c);
	c.not_after = NOW - 1;
	assert_int_equal(ask(&q, "superseded"), EINVAL);
	stand(REVOKED, &standing, &c);	/* the key is bad, ended or not */
	c.not_after = NOW - 1;
	assert_int_equal(ask(&q, "keyCompromise"), 0);
	stand(NOTHING, &standing, &c);
	strcpy(c.issuer, "root");
	assert_int_equal(ask(&q, "superseded"), EPERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_understood),
		cmocka_unit_test(other_words_are_refused_with_a_sentence),
		cmocka_unit_test(what_follows_what),
		cmocka_unit_test(some_depends_on_profile_role_and_issuer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
