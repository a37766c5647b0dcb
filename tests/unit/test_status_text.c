/*
 * What NAME.status says in each state, by tables: the first line, what must
 * stand in it, and what must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ca/status_text.h"

static struct slot slot = { .name = "www", .file_name = "www.csr" };

static struct slot odd = { .name = "a\nserial: 02", .file_name =
    "a\nserial: 02.csr" };

static struct verdict passed = {
	.passed = { { "names-validated", "REG-6.2.2-02A",
	    "every name is inside what was validated" } },
	.passed_count = 1, .complete = true
};
static struct verdict waiting = {
	.findings = { { "names-validated", "REG-6.2.2-02A", FINDING_WAIT, 0,
	    "the name www.example.net is not inside what was validated" } },
	.finding_count = 1, .complete = true
};
static struct verdict disagreed = {
	.findings = { { "agreement-in-force", "REG-6.3.4-07", FINDING_WAIT, 0,
	    "the subscriber has not agreed to the terms in force" } },
	.finding_count = 1, .complete = true
};
static struct verdict refused = {
	.findings = { { "key-strength", "GEN-6.3.6-10", FINDING_NO, 129,
	    "an RSA key of 512 bits, 2048 are wanted" } },
	.finding_count = 1
};

struct row {
	struct status_facts	 facts;
	const char		*says[6], *not[3];
};

static const struct row rows[] = {
	{ { .state = ISSUED, .box_path = "requests/acme", .slot = &slot,
	    .request = 7, .path = "re-key", .predecessor = "01AB",
	    .serial = "01CD", .not_before = USEC, .not_after = 2 * USEC,
	    .renew_after = 1500000, .verdict = &passed },
	  { "file: requests/acme/www.csr\n", "request: 7\n",
	    "path: re-key\n", "predecessor: 01AB\n", "serial: 01CD\n",
	    "certificate: requests/acme/www.crt\n" },
	  { "Missing", "Refused", "ignored" } },
	{ { .state = ISSUED, .box_path = "requests", .slot = &slot,
	    .not_before = USEC, .not_after = 2 * USEC,
	    .renew_after = USEC_DAY, .verdict = &passed,
	    .ignored = "subject O; extension keyUsage", .sandbox = true },
	  { "renew-after: 1970-01-02T00:00:00Z\n", "sandbox: yes",
	    "Asked for beyond names and key, and ignored:\n  subject O; "
	    "extension keyUsage\n" }, { "predecessor" } },
	{ { .state = PENDING, .box_path = "requests", .slot = &slot,
	    .verdict = &waiting },
	  { "\nMissing:\n  the name www.example.net", "  waiting  "
	    "names-validated", "[REG-6.2.2-02A]",
	    "A person of the registration authority decides" },
	  { "certificate:", "serial:", "agreement.txt" } },
	{ { .state = PENDING, .box_path = "requests", .slot = &slot,
	    .verdict = &disagreed },
	  { "terms.txt is copied to agreement.txt",
	    "No decision of an officer is wanted. The request is kept" },
	  { "A person of the registration authority" } },
	{ { .state = REJECTED, .box_path = "requests", .slot = &slot,
	    .verdict = &refused, .kept = "01EE" },
	  { "\nRefused:\n  an RSA key of 512 bits", "  refused  key-strength",
	    "The rules after these were not asked.",
	    "stays as it was: certificate 01EE.\n" },
	  { "certificate: " } },
	{ { .state = REJECTED, .box_path = "requests", .slot = &slot,
	    .fault = "the PEM block has no end" },
	  { "reason: the PEM block has no end\n" }, { "Gates" } },
	{ { .state = APPROVED, .box_path = "requests", .slot = &slot,
	    .verdict = &passed },
	  { "Every gate was passed." }, { "Missing", "serial" } },
	/* A file name is one line, whatever it holds. */
	{ { .state = ISSUED, .box_path = "requests", .slot = &odd,
	    .not_after = USEC },
	  { "file: requests/a%0Aserial: 02.csr\n",
	    "certificate: requests/a%0Aserial: 02.crt\n" },
	  { "\nserial: " } },
};

static void
each_state_says_what_a_person_needs(void **state)
{
	struct bytes text = { 0 };
	char first[64];
	size_t i, j;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bytes_clear(&text);
		status_text_render(&rows[i].facts, &text);
		snprintf(first, sizeof(first), "state: %s\n",
		    request_state_name(rows[i].facts.state));
		assert_int_equal(strncmp(bytes_text(&text), first,
		    strlen(first)), 0);
		for (j = 0; j < 6 && rows[i].says[j] != NULL; j++)
			if (strstr(bytes_text(&text), rows[i].says[j]) == NULL)
				fail_msg("row %zu does not say %s:\n%s", i,
				    rows[i].says[j], bytes_text(&text));
		for (j = 0; j < 3 && rows[i].not[j] != NULL; j++)
			if (strstr(bytes_text(&text), rows[i].not[j]) != NULL)
				fail_msg("row %zu says %s:\n%s", i,
				    rows[i].not[j], bytes_text(&text));
	}
	bytes_free(&text);
}

static void
the_gates_are_taken_over_from_the_text_before(void **state)
{
	struct status_facts facts = rows[1].facts;
	struct bytes before = { 0 }, after = { 0 };
	struct slice gates;

	facts.state = APPROVED;
	status_text_render(&facts, &before);
	gates = status_text_gates(SLICE(&before));
	assert_true(gates.size > 0);
	facts.state = ISSUED;
	facts.verdict = NULL;
	facts.ignored = "";
	facts.gates = gates;
	status_text_render(&facts, &after);
	assert_true(slice_equal(status_text_gates(SLICE(&after)), gates));
	assert_non_null(strstr(bytes_text(&after), "subject O; extension"));
	bytes_clear(&before);
	assert_int_equal(status_text_gates(SLICE(&before)).size, 0);
	assert_int_equal(status_text_gates(slice_text("state: x\n")).size, 0);
	bytes_free(&before);
	bytes_free(&after);
}

/* What the store keeps for good. */
static void
the_answers_name_no_file_and_no_person(void **state)
{
	static struct slot named = { .name = "erika-mustermann",
	    .file_name = "erika-mustermann.csr" };
	struct bytes text = { 0 };
	struct slice answers;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct status_facts facts = rows[i].facts;

		facts.slot = &named;
		facts.box_path = "requests/erika-mustermann";
		facts.subscriber = "erika-mustermann";
		facts.acceptance = "accepted by erika-mustermann";
		facts.fault = "erika-mustermann is refused";
		facts.kept = "erika-mustermann";
		facts.ignored = "erika-mustermann";
		bytes_clear(&text);
		status_text_render(&facts, &text);
		assert_non_null(strstr(bytes_text(&text), "mustermann"));
		answers = status_text_answers(SLICE(&text));
		assert_int_equal(answers.size == 0, facts.verdict == NULL);
		if (answers.size == 0)
			continue;
		assert_null(memmem(answers.data, answers.size, "mustermann",
		    10));
		assert_non_null(memmem(answers.data, answers.size,
		    facts.verdict->passed_count > 0 ?
		    facts.verdict->passed[0].rule :
		    facts.verdict->findings[0].rule, 4));
	}
	bytes_free(&text);
}

static void
a_revocation_is_one_line_behind_the_certificate(void **state)
{
	struct bytes issued = { 0 }, once = { 0 }, twice = { 0 };
	char serial[SERIAL_TEXT];
	const char *text;

	status_text_render(&rows[0].facts, &issued);
	assert_true(status_text_serial(SLICE(&issued), serial));
	assert_string_equal(serial, rows[0].facts.serial);
	assert_true(status_text_revoke(SLICE(&issued), "superseded", USEC,
	    &once));
	text = bytes_text(&once);
	assert_non_null(strstr(text, "certificate: requests/acme/www.crt\n"
	    "revoked: 1970-01-01T00:00:01Z, superseded\n"));
	assert_int_equal(strncmp(text, "state: issued\n", 14), 0);
	assert_non_null(strstr(text, "\nGates, each"));
	assert_true(status_text_revoke(SLICE(&once), "keyCompromise", USEC,
	    &twice));
	text = bytes_text(&twice);
	assert_null(strstr(text, "superseded"));
	assert_non_null(strstr(text, ".crt\nrevoked: 1970-01-01T00:00:01Z, "
	    "keyCompromise\n"));
	assert_false(status_text_revoke(slice_text("state: rejected\n"), "x",
	    USEC, &twice));
	bytes_free(&issued);
	bytes_free(&once);
	bytes_free(&twice);
}

/* Only of what was issued, and never more than a serial's digits. */
static void
a_text_names_the_serial_of_its_certificate(void **state)
{
	static const struct {
		const char	*text, *serial;
	} texts[] = {
		{ "state: issued\nserial: 0A\ncertificate: x.crt\n", "0A" },
		{ "state: issued\nserial: 0A\n\ncertificate: x.crt\n", NULL },
		{ "state: rejected\nserial: 0A\n", NULL },
		{ "state: issued\nserial: \ncertificate: x.crt\n", NULL },
		{ "state: issued\ncertificate: x.crt\n\nserial: 0A\n", NULL },
		{ "state: issued\nserial: 0123456789012345678901234567890123"
		    "456789\ncertificate: x.crt\n",
		    "0123456789012345678901234567890123456789" },
		{ "state: issued\nserial: 0123456789012345678901234567890123"
		    "4567890\ncertificate: x.crt\n", NULL },
		{ "", NULL },
	};
	char serial[SERIAL_TEXT];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (status_text_serial(slice_text(texts[i].text), serial) !=
		    (texts[i].serial != NULL))
			fail_msg("%s", texts[i].text);
		if (texts[i].serial != NULL)
			assert_string_equal(serial, texts[i].serial);
	}
}

/* What looks like such a line further down is none. */
static void
an_acceptance_takes_the_place_of_the_waiting(void **state)
{
	struct status_facts facts = rows[0].facts;
	struct bytes awaited = { 0 }, accepted = { 0 }, both = { 0 };
	const char *text;

	facts.acceptance = "awaited";
	facts.ignored = "x\nacceptance: forged\nrevoked: forged\n";
	status_text_render(&facts, &awaited);
	assert_non_null(strstr(bytes_text(&awaited), ".crt\nacceptance: "
	    "awaited\n"));
	assert_true(status_text_accept(SLICE(&awaited), USEC, 1001,
	    &accepted));
	text = bytes_text(&accepted);
	assert_non_null(strstr(text, ".crt\nacceptance: accepted at "
	    "1970-01-01T00:00:01Z by uid 1001\n"));
	assert_null(strstr(text, "awaited"));
	assert_non_null(strstr(text, "\nacceptance: forged\n"));
	assert_true(status_text_revoke(SLICE(&accepted), "superseded",
	    2 * USEC, &both));
	text = bytes_text(&both);
	assert_non_null(strstr(text, ".crt\nrevoked: 1970-01-01T00:00:02Z, "
	    "superseded\nacceptance: accepted"));
	assert_non_null(strstr(text, "\nrevoked: forged\n"));
	bytes_free(&awaited);
	bytes_free(&accepted);
	bytes_free(&both);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_says_what_a_person_needs),
		cmocka_unit_test(the_gates_are_taken_over_from_the_text_before),
		cmocka_unit_test(the_answers_name_no_file_and_no_person),
		cmocka_unit_test(
		    a_revocation_is_one_line_behind_the_certificate),
		cmocka_unit_test(a_text_names_the_serial_of_its_certificate),
		cmocka_unit_test(an_acceptance_takes_the_place_of_the_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
