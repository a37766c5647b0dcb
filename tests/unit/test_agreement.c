/*
 * What is an agreement and what is none, a sentence each: a filled-in form
 * under these very terms, electronic (REG-6.3.4-16; OVR-6.3.4-05, -06).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ca/agreement.h"
#include "ca/terms.h"

#define HEAD	"TERMS\n\n1. Records\n   seven years\n\nFORM\n\n"
#define ONE \
    "Part one\nsubscriber:\naccepted by:\nobligations accepted (yes/no):\n" \
    "use of a secure device where asked for (yes/no):\n" \
    "records may be kept and handed over (yes/no):\n" \
    "certificates may be published (yes/no):\n" \
    "what I said is correct (yes/no):\n" \
    "obligations of the subject accepted (yes/no):\n"
#define TWO \
    "\nPart two\nsubject:\naccepted by:\n" \
    "obligations of the subject accepted (yes/no):\n" \
    "use of a secure device where asked for (yes/no):\n" \
    "records may be kept and handed over (yes/no):\n" \
    "certificates that name me may be published (yes/no):\n"
#define TERMS	HEAD ONE TWO

static const char *const	answers_one[] = {
	"Example AB", "Eva Ek", "yes", "yes", "yes", "no", "yes", "yes"
};
static const char *const	answers_two[] = {
	"Per Person", "Per Person", "yes", "yes", "yes", "yes"
};

/* The form with these answers behind its colons, from `first` on. */
static void
fill(struct bytes *to, size_t first, const char *const *answers, size_t count)
{
	const char *at = strstr(TERMS, "FORM\n"), *end;
	size_t field = 0;

	bytes_put(to, TERMS, (size_t)(at - TERMS));
	for (; *at != '\0'; at = end + 1) {
		end = strchr(at, '\n');
		bytes_put(to, at, (size_t)(end - at));
		if (end > at && end[-1] == ':') {
			if (field >= first && field < first + count)
				bytes_printf(to, " %s",
				    answers[field - first]);
			field++;
		}
		bytes_put_text(to, "\n");
	}
}

static int
judge(const char *text, size_t size, enum agreement_part part,
    enum agreement_answer *answer, struct agreement_form *form,
    struct err *err)
{
	struct slice dropped = { (const unsigned char *)text, size };

	return agreement_read(dropped, slice_text(TERMS), part, answer, form,
	    err);
}

static void
an_untouched_copy_says_nothing(void **state)
{
	struct agreement_form form;
	enum agreement_answer answer = FORM_FILLED;
	struct err err;

	assert_int_equal(judge(TERMS, strlen(TERMS), OF_SUBSCRIBER, &answer,
	    &form, &err), 0);
	assert_int_equal(answer, FORM_UNTOUCHED);
	assert_int_equal(judge(TERMS, strlen(TERMS), OF_SUBJECT, &answer,
	    &form, &err), 0);
	assert_int_equal(answer, FORM_UNTOUCHED);
}

static void
a_filled_form_is_an_agreement(void **state)
{
	struct agreement_form form;
	enum agreement_answer answer = FORM_UNTOUCHED;
	struct bytes text = { 0 };
	struct err err;

	fill(&text, 0, answers_one, 8);
	assert_int_equal(judge(bytes_text(&text), text.size, OF_SUBSCRIBER,
	    &answer, &form, &err), 0);
	assert_int_equal(answer, FORM_FILLED);
	assert_string_equal(form.party, "Example AB");
	assert_string_equal(form.accepted_by, "Eva Ek");
	assert_false(form.publish);
	assert_true(form.obligations && form.device && form.records &&
	    form.correct && form.subject_obligations);
	/* The subscriber's part says nothing for the subject. */
	assert_int_equal(judge(bytes_text(&text), text.size, OF_SUBJECT,
	    &answer, &form, &err), -1);
	assert_non_null(strstr(err.text, "the other part"));
	bytes_clear(&text);
	fill(&text, 8, answers_two, 6);
	assert_int_equal(judge(bytes_text(&text), text.size, OF_SUBJECT,
	    &answer, &form, &err), 0);
	assert_int_equal(answer, FORM_FILLED);
	assert_string_equal(form.party, "Per Person");
	assert_true(form.publish && form.subject_obligations);
	assert_int_equal(judge(bytes_text(&text), text.size, OF_SUBSCRIBER,
	    &answer, &form, &err), -1);
	bytes_free(&text);
}

/* Answers by number of the field, and what is said of them. */
static const struct {
	size_t		 field;
	const char	*answer, *sentence;	/* NULL: it is good */
} answers[] = {
	{ 0, "", "line 9, \"subscriber\": nothing is filled in" },
	{ 0, "\t  ", "nothing is filled in" },
	{ 1, "", "line 10, \"accepted by\": nothing is filled in" },
	{ 0, "J\303\266rgen & Co \"AB\"", NULL },
	{ 0, "J\xf6rgen", "wanted text in UTF-8" },
	{ 0, "a\033[2Jb", "without control characters" },
	{ 0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "wanted at most 127 octets, found 128" },
	{ 0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    NULL },
	{ 2, "YES", NULL },
	{ 2, "  yes \r", NULL },
	{ 2, "", "\"obligations accepted (yes/no)\": nothing" },
	{ 2, "y", "wanted yes or no" },
	{ 2, "yes, of course", "wanted yes or no" },
	{ 2, "no", "declined" },
	{ 3, "No", "declined" },
	{ 4, "no", "\"records may be kept and handed over (yes/no)\": it is "
	    "declined" },
	{ 5, "yes", NULL },
	{ 5, "no", NULL },
	{ 5, "maybe", "line 14, \"certificates may be published (yes/no)\": "
	    "wanted yes or no" },
	{ 6, "no", "declined" },
	{ 7, "no", "declined" },
	{ 7, "yes\nno", "line 17: it is not as in the terms" },
};

static void
each_answer_is_read_as_it_stands(void **state)
{
	const char *given[8];
	struct agreement_form form;
	enum agreement_answer answer;
	struct bytes text = { 0 };
	struct err err;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		memcpy(given, answers_one, sizeof(given));
		given[answers[i].field] = answers[i].answer;
		bytes_clear(&text);
		fill(&text, 0, given, 8);
		err.text[0] = '\0';
		rc = judge(bytes_text(&text), text.size, OF_SUBSCRIBER,
		    &answer, &form, &err);
		if (answers[i].sentence == NULL ? rc != 0 : rc != -1 ||
		    err.code != EINVAL ||
		    strstr(err.text, answers[i].sentence) == NULL)
			fail_msg("\"%s\": %d %s", answers[i].answer, rc,
			    err.text);
		/* What was filled in is nobody's business. */
		if (rc == -1 && answers[i].answer[0] == 'm')
			assert_null(strstr(err.text, "maybe"));
	}
	bytes_free(&text);
}

static void
one_octet_changed_is_no_agreement(void **state)
{
	struct agreement_form form;
	enum agreement_answer answer;
	struct bytes text = { 0 };
	struct err err;
	size_t i, head = strlen(HEAD);

	fill(&text, 0, answers_one, 8);
	for (i = 0; i < text.size; i++) {
		text.data[i] ^= 0x01;
		if (judge((const char *)text.data, text.size, OF_SUBSCRIBER,
		    &answer, &form, &err) == 0 && i < head)
			fail_msg("octet %zu", i);
		text.data[i] ^= 0x01;
	}
	for (i = 0; i < text.size - 1; i++)
		if (judge((const char *)text.data, i, OF_SUBSCRIBER, &answer,
		    &form, &err) == 0)
			fail_msg("cut at octet %zu", i);
	text.data[head - 10] = '\r';
	assert_int_equal(judge((const char *)text.data, text.size,
	    OF_SUBSCRIBER, &answer, &form, &err), -1);
	assert_non_null(strstr(err.text, "line 4: its end is CR LF"));
	bytes_free(&text);
}

static void
only_white_space_may_follow(void **state)
{
	struct agreement_form form;
	enum agreement_answer answer;
	struct bytes text = { 0 };
	struct err err;

	fill(&text, 0, answers_one, 8);
	bytes_put_text(&text, "\n \r\n");
	assert_int_equal(judge(bytes_text(&text), text.size, OF_SUBSCRIBER,
	    &answer, &form, &err), 0);
	bytes_put_text(&text, "but not on Sundays\n");
	assert_int_equal(judge(bytes_text(&text), text.size, OF_SUBSCRIBER,
	    &answer, &form, &err), -1);
	assert_non_null(strstr(err.text, "behind the form"));
	/* Editors that leave out the last newline are forgiven. */
	bytes_clear(&text);
	fill(&text, 0, answers_one, 8);
	assert_int_equal(judge(bytes_text(&text), text.size - 1,
	    OF_SUBSCRIBER, &answer, &form, &err), 0);
	bytes_free(&text);
}

static void
terms_without_a_form_are_refused(void **state)
{
	static const char *const lines[] = { "FORM", "subscriber:",
		"certificates may be published (yes/no):", "subject:",
		"certificates that name me may be published (yes/no):" };
	struct bytes text = { 0 };
	struct err err;
	char *at;
	size_t i;

	assert_int_equal(agreement_form_check("t", slice_text(TERMS), &err),
	    0);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		bytes_copy(&text, slice_text(TERMS));
		at = strstr((char *)(uintptr_t)bytes_text(&text), lines[i]);
		assert_non_null(at);
		at[0] ^= 0x20;
		assert_int_equal(agreement_form_check("t", SLICE(&text),
		    &err), -1);
		assert_non_null(strstr(err.text, lines[i]));
	}
	/* Filled in beforehand is as bad as not there. */
	bytes_clear(&text);
	fill(&text, 0, answers_one, 8);
	assert_int_equal(agreement_form_check("t", SLICE(&text), &err), -1);
	/* Form enough, but none of the sections. */
	assert_int_equal(terms_check("t", slice_text(TERMS), &err), -1);
	assert_non_null(strstr(err.text, "\"N. What these terms are\""));
	bytes_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_untouched_copy_says_nothing),
		cmocka_unit_test(a_filled_form_is_an_agreement),
		cmocka_unit_test(each_answer_is_read_as_it_stands),
		cmocka_unit_test(one_octet_changed_is_no_agreement),
		cmocka_unit_test(only_white_space_may_follow),
		cmocka_unit_test(terms_without_a_form_are_refused),
	};

	return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
